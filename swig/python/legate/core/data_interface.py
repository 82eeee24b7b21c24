# SPDX-License-Identifier: Apache-2.0
"""How objects of other libraries offer their stores: the property `__legate_data_interface__`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypedDict, Union

from ._legacy import Field, Table
from ._store import LogicalStore

if TYPE_CHECKING:
    from ._machine import StoreTarget

MIN_DATA_INTERFACE_VERSION = 1
MAX_DATA_INTERFACE_VERSION = 2


class LegateDataInterfaceItem(TypedDict):
    """What the property returns: a version and exactly one named store."""

    version: int
    data: dict[str, LogicalStore]


class LegateDataInterface(Protocol):
    """An object that offers a store."""

    @property
    def __legate_data_interface__(self) -> LegateDataInterfaceItem:
        """The store."""


LogicalStoreLike = Union[LogicalStore, LegateDataInterface]

__all__ = (
    "MAX_DATA_INTERFACE_VERSION",
    "MIN_DATA_INTERFACE_VERSION",
    "Field",
    "LegateDataInterface",
    "LegateDataInterfaceItem",
    "LogicalStoreLike",
    "Table",
    "as_logical_array",
    "as_logical_store",
    "offload_to",
)


def as_logical_store(obj: Any) -> LogicalStore:
    """The store of an object.

    Parameters
    ----------
    obj
        A store, or an object with the data interface.

    Raises
    ------
    TypeError
        If the object has no data interface, or a malformed one.
    NotImplementedError
        If its version is newer than this library, or it offers several stores.
    """
    if isinstance(obj, LogicalStore):
        return obj
    try:
        item = obj.__legate_data_interface__
    except AttributeError:
        if hasattr(type(obj), "__legate_data_interface__"):
            raise
        raise TypeError(f"{type(obj)} does not provide Legate data interface") from None
    if "version" not in item:
        raise TypeError("Legate data interface is missing a version number")
    version = item["version"]
    if not isinstance(version, int):
        raise TypeError(f"Legate data interface version: expected an integer, got {version!r}")
    if version < MIN_DATA_INTERFACE_VERSION:
        raise TypeError(f"Legate data interface version {version} is below {MIN_DATA_INTERFACE_VERSION}")
    if version > MAX_DATA_INTERFACE_VERSION:
        raise NotImplementedError(f"Unsupported Legate data interface version {version}")
    stores = item["data"]
    if not stores:
        raise TypeError("Legate data object has no fields")
    if len(stores) > 1:
        raise NotImplementedError("Legate data interface objects with more than one store are unsupported")
    store = next(iter(stores.values()))
    if not isinstance(store, LogicalStore):
        raise TypeError(f"Legate data interface: expected a LogicalStore, got {type(store)}")
    return store


# In older programs an array is a store with more methods; here a store has these methods, too.
as_logical_array = as_logical_store


def offload_to(obj: Any, *, target: StoreTarget) -> None:
    """Moves the elements of an object's store to a kind of memory: `LogicalStore.offload_to`."""
    as_logical_store(obj).offload_to(target)
