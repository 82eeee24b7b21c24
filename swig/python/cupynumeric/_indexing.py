# SPDX-License-Identifier: Apache-2.0
"""Reading and writing parts of arrays by index."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from . import _launch
from ._assignment import as_array, assign_value, separated, stretched
from ._ndarray import ndarray


class IndexOutOfBounds(IndexError, ValueError):
    """An index beyond the extent, or too many indices: IndexError as in NumPy, ValueError as from stores."""


def _is_integer(entry: Any) -> bool:
    return isinstance(entry, (int, np.integer)) and not isinstance(entry, (bool, np.bool_))


def _normalized(entry: Any) -> Any:
    """An entry of an index; 0-d integer arrays become numbers, sequences NumPy arrays, whose dtype is looked at."""
    if isinstance(entry, slice) or entry is None or entry is Ellipsis or _is_integer(entry):
        return entry
    if isinstance(entry, ndarray):
        return int(entry) if entry.ndim == 0 and entry.dtype.kind in "iu" else entry
    if isinstance(entry, np.ndarray):
        return int(entry) if entry.ndim == 0 and entry.dtype.kind in "iu" else entry
    if isinstance(entry, (bool, np.bool_)):
        return np.asarray(entry)
    if isinstance(entry, (list, tuple, range)):
        array = np.asarray(entry)
        if array.size == 0:
            raise TypeError("an empty list is no index: its dtype is not that of an integer")
        return array
    raise IndexError(
        "only integers, slices (`:`), ellipsis (`...`), newaxis (`None`) and integer or boolean arrays are valid "
        f"indices, not {entry!r}"
    )


def _entries(key: Any) -> list[Any]:
    return [_normalized(entry) for entry in (key if isinstance(key, tuple) else (key,))]


def _is_basic(entries: list[Any]) -> bool:
    return not any(isinstance(entry, (ndarray, np.ndarray)) for entry in entries)


def _without_ellipsis(entries: list[Any], ndim: int) -> list[Any]:
    """The entries with as many full slices as the ellipsis, or the missing end, stands for."""
    consumed = sum(entry is not None and entry is not Ellipsis for entry in entries)
    if consumed > ndim:
        raise IndexOutOfBounds(f"too many indices: the array is {ndim}-dimensional, but {consumed} were indexed")
    ellipses = [i for i, entry in enumerate(entries) if entry is Ellipsis]
    if len(ellipses) > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    at = ellipses[0] if ellipses else len(entries)
    return entries[:at] + [slice(None)] * (ndim - consumed) + entries[at + 1 :]


def _basic_view(array: ndarray, entries: list[Any]) -> ndarray:
    """The view that integers, slices and newaxis select."""
    view = array
    axis = 0
    for entry in _without_ellipsis(entries, array.ndim):
        if entry is None:
            view = view._promoted(axis)
            axis += 1
        elif isinstance(entry, slice):
            start, stop, step = entry.indices(view._shape[axis])
            if step != 1:
                raise NotImplementedError(f"slices with a step of {step}: only 1 is supported")
            view = view._sliced(axis, start, max(start, stop))
            axis += 1
        else:
            view = view._projected(axis, _checked_index(entry, axis, view._shape[axis]))
    return view


def _checked_index(entry: Any, axis: int, extent: int) -> int:
    index = operator.index(entry)
    if not -extent <= index < extent:
        raise IndexOutOfBounds(f"index {index} is out of bounds for axis {axis} with size {extent}")
    return index % extent


def _for_numpy(entries: list[Any]) -> tuple[Any, ...]:
    """The index with NumPy arrays, integer or boolean ones."""
    result = []
    for entry in entries:
        if isinstance(entry, ndarray):
            entry = entry.__array__()
        if isinstance(entry, np.ndarray) and entry.dtype.kind not in "biu":
            raise TypeError(f"arrays used as indices must be of integer or boolean type, not {entry.dtype}")
        result.append(entry)
    return tuple(result)


def get(array: ndarray, key: Any) -> ndarray:
    """
    ``array[key]``: a view, but a copy for a single element and for indices with arrays.

    Raises
    ------
    IndexError
        For an index out of bounds or too many of them.
    NotImplementedError
        For a slice with a step.
    TypeError
        For an array of another dtype than an integer or bool.
    """
    entries = _entries(key)
    if not _is_basic(entries):
        from ._creation import array as new_array

        return new_array(array.__array__()[_for_numpy(entries)])
    view = _basic_view(array, entries)
    # Elements are values, as in NumPy; `a[...]` of a 0-d array is the array.
    if view.ndim == 0 and all(_is_integer(entry) for entry in entries) and entries:
        return view.copy()
    return view


def put(array: ndarray, key: Any, value: Any) -> None:
    """
    ``array[key] = value``.

    Raises
    ------
    ValueError
        If the array is not writeable or the shapes do not fit.
    IndexError, NotImplementedError, TypeError
        As `get`.
    """
    array._check_writeable()
    entries = _entries(key)
    if _is_basic(entries):
        assign_value(_basic_view(array, entries), value)
    elif len(entries) != 1 or not _put_by_mask(array, entries[0], value):
        # In the store's memory. On several ranks all of them write the same.
        array.__array__()[_for_numpy(entries)] = value.__array__() if isinstance(value, ndarray) else value


def _put_by_mask(array: ndarray, mask: Any, value: Any) -> bool:
    """Sets the elements that a mask of the array's shape selects to one number; False if it is anything else."""
    is_number = isinstance(value, (int, float, complex, np.generic)) or (isinstance(value, ndarray) and not value.ndim)
    if mask.dtype != np.bool_ or mask.shape != array.shape or not is_number or array.ndim == 0:
        return False
    number = separated(as_array(value).astype(array.dtype), array)
    operands = (separated(as_array(mask), array), stretched(number, array.shape), array)
    _launch.elementwise("where", array.dtype, array, operands)
    return True
