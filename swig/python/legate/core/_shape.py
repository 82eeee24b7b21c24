# SPDX-License-Identifier: Apache-2.0
"""Shapes of stores."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ._base import extents_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Shape:
    """The extents of a store. That of an unbound store waits, when they are asked for, until they are known.

    Parameters
    ----------
    obj
        A `Shape` or an iterable of non-negative integers.

    Raises
    ------
    ValueError
        If `obj` is not iterable or has a negative entry.
    TypeError
        If an entry is not an integer.
    """

    __slots__ = ("_extents", "_find", "_ndim")

    def __init__(self, obj: Any) -> None:
        self._find: Callable[[], tuple[int, ...]] | None = None
        if isinstance(obj, Shape):
            self._extents = obj.extents
        else:
            self._extents = extents_of(obj, "a shape")
            for extent in self._extents:
                if extent < 0:
                    raise ValueError(f"Expected a positive number for each extent of a shape, but got {self._extents}")
        self._ndim = len(self._extents)

    @classmethod
    def _unknown(cls, find: Callable[[], tuple[int, ...]], ndim: int) -> Shape:
        shape = cls.__new__(cls)
        shape._find = find
        shape._ndim = ndim
        return shape

    @property
    def extents(self) -> tuple[int, ...]:
        """The number of elements in each dimension.

        Raises
        ------
        ValueError
            If the store is unbound and nothing is going to bind it.
        """
        if self._find is not None:
            self._extents = self._find()
            self._find = None
        return self._extents

    @property
    def volume(self) -> int:
        """The number of elements."""
        return math.prod(self.extents)

    @property
    def ndim(self) -> int:
        """The number of dimensions. Never waits."""
        return self._ndim

    def __getitem__(self, index: int) -> int:
        return self.extents[index]

    def __len__(self) -> int:
        return self._ndim

    def __iter__(self) -> Iterator[int]:
        return iter(self.extents)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Shape):
            return self.extents == other.extents
        if isinstance(other, (tuple, list)):
            return self.extents == tuple(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self.extents)

    def __repr__(self) -> str:
        if self._find is not None:
            return f"Shape(unbound, {self._ndim} dimensions)"
        return f"Shape{self._extents}" if self._ndim != 1 else f"Shape({self._extents[0]},)"

    __str__ = __repr__
