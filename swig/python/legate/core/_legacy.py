# SPDX-License-Identifier: Apache-2.0
"""Names that programs for older versions of the interface use: arrays are stores here, fields name a type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._store import LogicalStore
    from ._types import Type


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
