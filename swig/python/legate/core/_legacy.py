# SPDX-License-Identifier: Apache-2.0
"""Names that programs for older versions of the interface use: arrays are stores here, fields name a type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from ._physical import PhysicalStore
from ._store import LogicalStore

if TYPE_CHECKING:
    from ._machine import StoreTarget
    from ._types import Type


class LogicalArray(LogicalStore):
    """A store, for programs that ask for its data, its null mask and its children. None of them is nullable or nested."""

    __slots__ = ()

    @staticmethod
    def from_store(store: LogicalStore) -> LogicalArray:
        """The array of a store: the same elements."""
        array = object.__new__(LogicalArray)
        array._handle = store._handle
        return array

    @staticmethod
    def from_store_and_mask(store: LogicalStore, null_mask: LogicalStore) -> NoReturn:
        """Not supported.

        Raises
        ------
        NotImplementedError
            Always.
        """
        raise NotImplementedError("LogicalArray.from_store_and_mask: nullable arrays are not supported")

    @property
    def nullable(self) -> bool:
        """Always false."""
        return False

    @property
    def nested(self) -> bool:
        """Always false."""
        return False

    @property
    def num_children(self) -> int:
        """Always 0."""
        return 0

    @property
    def data(self) -> LogicalStore:
        """The store."""
        return LogicalStore._wrap(self._handle)

    @property
    def null_mask(self) -> NoReturn:
        """Not there.

        Raises
        ------
        ValueError
            Always.
        """
        raise ValueError("Array is not nullable: it has no null mask")

    def child(self, index: int) -> NoReturn:
        """Not there.

        Raises
        ------
        ValueError
            Always.
        """
        raise ValueError(f"Array is not nested: it has no child {index}")

    def get_physical_array(self, target: StoreTarget | None = None) -> PhysicalStore:
        """As `get_physical_store`."""
        return self.get_physical_store(target)


PhysicalArray = PhysicalStore


class Field:
    """A name and an element type, in version 1 of the data interface.

    Raises
    ------
    NotImplementedError
        If it is nullable.
    """

    __slots__ = ("_dtype", "_name")

    def __init__(self, name: str, dtype: Type, *, nullable: bool = False) -> None:
        if nullable:
            raise NotImplementedError(f"Nullable fields are not supported: {name}")
        self._name = name
        self._dtype = dtype

    @property
    def name(self) -> str:
        """The name."""
        return self._name

    @property
    def type(self) -> Type:
        """The type of the elements."""
        return self._dtype

    @property
    def nullable(self) -> bool:
        """Always false."""
        return False

    def __repr__(self) -> str:
        return f"Field({self._name!r}, {self._dtype})"


class Table:
    """Named stores, in version 1 of the data interface."""

    __slots__ = ("_columns", "_fields")

    def __init__(self, fields: list[Field], columns: list[LogicalStore]) -> None:
        if len(fields) != len(columns):
            raise ValueError(f"A table of {len(fields)} fields cannot have {len(columns)} columns")
        self._fields = fields
        self._columns = columns

    @staticmethod
    def from_arrays(names: list[str], arrays: list[LogicalStore]) -> Table:
        """A table of stores and their names.

        Raises
        ------
        ValueError
            If there are not as many of both.
        """
        if len(names) != len(arrays):
            raise ValueError(f"Length of names ({len(names)}) does not match the number of arrays ({len(arrays)})")
        return Table([Field(name, array.type) for name, array in zip(names, arrays)], arrays)

    @property
    def __legate_data_interface__(self) -> dict[str, Any]:
        return {"version": 1, "data": dict(zip(self._fields, self._columns))}
