# SPDX-License-Identifier: Apache-2.0
"""What the classes of the package have in common."""

from __future__ import annotations

from typing import Any, NoReturn


def refuse_construction(self: object, *args: Any, **kwargs: Any) -> NoReturn:
    """An `__init__` for classes whose objects only the runtime makes."""
    raise ValueError(f"{type(self).__name__} objects must not be constructed directly")


def extents_of(value: Any, what: str) -> tuple[int, ...]:
    """A tuple of integers from any iterable of them.

    Raises
    ------
    ValueError
        If `value` is not iterable.
    TypeError
        If an entry is not an integer.
    """
    try:
        entries = tuple(value)
    except TypeError:
        raise ValueError(f"Expected an iterable for {what}, but got {value!r}") from None
    return tuple(entry.__index__() if hasattr(entry, "__index__") else _refuse(entry, what) for entry in entries)


def _refuse(entry: Any, what: str) -> NoReturn:
    raise TypeError(f"Expected integers in {what}, but got {entry!r} of {type(entry)}")
