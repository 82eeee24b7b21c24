# SPDX-License-Identifier: Apache-2.0
"""Functions that make arrays."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
from legate.core import LEGATE_MAX_DIM, LogicalStore, PhysicalStore, as_logical_store
from legate.core import from_dlpack as store_from_dlpack

from . import _launch
from ._library import LEGATE_TYPES, checked_dtype, runtime
from ._ndarray import ndarray

#: Arrays of at most so many bytes are sent along with a launch, which does not wait; larger ones are copied.
_LARGEST_LITERAL = 16384


def checked_shape(shape: Any) -> tuple[int, ...]:
    """
    The shape as a tuple.

    Raises
    ------
    TypeError
        If an extent is no integer.
    ValueError
        If an extent is negative.
    IndexError
        If there are too many.
    """
    single = not hasattr(shape, "__iter__") or getattr(shape, "ndim", None) == 0
    extents = (operator.index(shape),) if single else tuple(operator.index(n) for n in shape)
    if any(extent < 0 for extent in extents):
        raise ValueError(f"negative dimensions are not allowed: shape {extents}")
    if len(extents) > LEGATE_MAX_DIM:
        raise IndexError(f"an array has at most {LEGATE_MAX_DIM} dimensions, not {len(extents)}")
    return extents


def empty(shape: Any, dtype: Any = np.float64, *, device: Any = None) -> ndarray:
    """A new array with undefined elements."""
    return ndarray._new(checked_shape(shape), checked_dtype(dtype))


def full(shape: Any, value: Any, dtype: Any = None) -> ndarray:
    """A new array with all elements `value`, by default of its dtype."""
    dtype = np.asarray(value).dtype if dtype is None else dtype
    result = empty(shape, dtype)
    result[...] = value
    return result


def zeros(shape: Any, dtype: Any = np.float64) -> ndarray:
    """A new array with all elements 0."""
    return ndarray._filled(checked_shape(shape), checked_dtype(dtype), 0)


def ones(shape: Any, dtype: Any = np.float64) -> ndarray:
    """A new array with all elements 1."""
    return ndarray._filled(checked_shape(shape), checked_dtype(dtype), 1)


def _prototype(a: Any, dtype: Any, shape: Any) -> tuple[Any, Any]:
    a = a if hasattr(a, "dtype") and hasattr(a, "shape") else np.asarray(a)
    return (a.shape if shape is None else shape), (a.dtype if dtype is None else dtype)


def empty_like(a: Any, dtype: Any = None, shape: Any = None) -> ndarray:
    """A new array with undefined elements; by default of the shape and dtype of `a`."""
    return empty(*_prototype(a, dtype, shape))


def zeros_like(a: Any, dtype: Any = None, shape: Any = None) -> ndarray:
    """A new array with all elements 0; by default of the shape and dtype of `a`."""
    return zeros(*_prototype(a, dtype, shape))


def ones_like(a: Any, dtype: Any = None, shape: Any = None) -> ndarray:
    """A new array with all elements 1; by default of the shape and dtype of `a`."""
    return ones(*_prototype(a, dtype, shape))


def full_like(a: Any, value: Any, dtype: Any = None, shape: Any = None) -> ndarray:
    """A new array with all elements `value`; by default of the shape and dtype of `a`."""
    shape, dtype = _prototype(a, dtype, shape)
    return full(shape, value, dtype)


def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = np.float64) -> ndarray:
    """A matrix of `N` rows and `M` (default: `N`) columns with 1 on its diagonal `k` and 0 elsewhere."""
    result = empty((N, N if M is None else M), dtype)
    if result.size:
        _launch.eye(result, operator.index(k))
    return result


def identity(n: int, dtype: Any = np.float64) -> ndarray:
    """The identity matrix."""
    return eye(n, dtype=dtype)


def arange(start: Any = 0, stop: Any = None, step: Any = 1, dtype: Any = None) -> ndarray:
    """
    The numbers ``start + i * step`` that lie before `stop`; with one argument, 0, 1, ... before that.

    Raises
    ------
    ZeroDivisionError
        If `step` is 0.
    """
    if stop is None:
        start, stop = 0, start
    if step == 0:
        raise ZeroDivisionError("arange: step is 0")
    if dtype is None:
        dtype = np.result_type(start, stop, step)
        if dtype == np.bool_:
            dtype = np.dtype(np.int64)
    length = max(0, math.ceil((_real(stop) - _real(start)) / _real(step)))
    result = empty(length, dtype)
    if result.dtype == np.bool_:
        return array(np.arange(start, stop, step, dtype=bool))
    if length:
        # As NumPy: the distance of the first two elements, both rounded.
        first, second = np.asarray(start).astype(result.dtype), np.asarray(start + step).astype(result.dtype)
        with np.errstate(all="ignore"):
            _launch.arange(result, first, second - first)
    return result


def _real(value: Any) -> Any:
    return value.real if isinstance(value, (complex, np.complexfloating)) else value


def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """`num` numbers at equal distances from `start` to `stop`; with `retstep` also the distance, as in NumPy."""
    from ._protocol import to_numpy

    result = np.linspace(to_numpy(start), to_numpy(stop), num, endpoint, retstep, dtype, axis)
    return (array(result[0]), array(result[1])) if retstep else array(result)


def array(
    obj: Any, dtype: Any = None, copy: bool = True, order: str = "K", subok: bool = False, ndmin: int = 0
) -> ndarray:
    """
    An array of the elements of nested sequences, a number, a NumPy array or any other kind of array.

    Parameters
    ----------
    obj
        What to convert. Objects with ``__legate_data_interface__``, and those with ``__dlpack__`` that are no NumPy
        arrays, may share memory with the result.
    dtype
        By default what NumPy infers.
    copy
        Whether an array of this module or of NumPy is copied.
    ndmin
        The least number of dimensions; missing ones come first.

    Raises
    ------
    TypeError
        For text, objects and other dtypes that are not supported.
    ValueError
        For sequences of different lengths.
    """
    result = _converted(obj, None if dtype is None else checked_dtype(dtype), copy)
    if dtype is not None:
        result = result.astype(dtype)
    while result.ndim < ndmin:
        result = result._promoted(0)
    return result


def _converted(obj: Any, dtype: np.dtype | None, copy: bool) -> ndarray:
    if isinstance(obj, ndarray):
        return obj.copy() if copy and (dtype is None or dtype == obj.dtype) else obj
    if isinstance(obj, (np.ndarray, np.generic)):
        return _from_numpy(np.asarray(obj), copy)
    if isinstance(obj, LogicalStore):
        return ndarray._of_store(obj)
    if isinstance(obj, PhysicalStore):
        return ndarray._of_store(obj.to_logical_store())
    if hasattr(obj, "__legate_data_interface__"):
        return ndarray._of_store(as_logical_store(obj))
    if hasattr(obj, "__dlpack__"):
        return from_dlpack(obj)
    return _from_numpy(_from_sequence(obj, dtype), copy=True)


def _from_sequence(obj: Any, dtype: np.dtype | None) -> np.ndarray:
    """A NumPy array of nested sequences, in which arrays of this module may occur."""
    if isinstance(obj, (list, tuple)) and any(isinstance(part, (ndarray, list, tuple)) for part in obj):
        obj = [part.__array__() if isinstance(part, ndarray) else part for part in obj]
    return np.array(obj, dtype=dtype)


def _from_numpy(source: np.ndarray, copy: bool) -> ndarray:
    dtype = checked_dtype(source.dtype)
    if source.dtype != dtype:
        source = source.astype(dtype)
    if source.ndim > LEGATE_MAX_DIM:
        raise IndexError(f"an array has at most {LEGATE_MAX_DIM} dimensions, not {source.ndim}")
    if not copy and source.base is None and source.flags.c_contiguous and source.flags.writeable and source.size:
        return ndarray._of_store(runtime.create_store_from_buffer(LEGATE_TYPES[dtype], source.shape, source, False))
    if source.ndim == 0:
        return ndarray._of_value(source, dtype)
    result = ndarray._new(source.shape, dtype)
    if 0 < source.nbytes <= _LARGEST_LITERAL:
        _launch.literal(result, source)
    elif source.size:
        np.asarray(result._store.get_physical_store())[...] = source
    return result


def asarray(a: Any, dtype: Any = None) -> ndarray:
    """
    The argument as an array, without a copy where possible.

    An array of this module is returned as it is. A contiguous, writeable NumPy array that owns its data shares them;
    inside a task, so does a ``PhysicalStore``.
    """
    return array(a, dtype=dtype, copy=False)


def ascontiguousarray(a: Any, dtype: Any = None) -> ndarray:
    """The argument as an array of at least one dimension."""
    return array(a, dtype=dtype, copy=False, ndmin=1)


def copy(a: Any) -> ndarray:
    """A new array with the elements of `a`."""
    return array(a)


def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> ndarray:
    """An array that shares the memory of an array of another library, through DLPack."""
    return ndarray._of_store(store_from_dlpack(x, device=device, copy=copy))


def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = np.float64) -> ndarray:
    """A matrix with 1 on diagonal `k` and below it and 0 above."""
    rows = arange(N)[:, None]
    columns = arange(N if M is None else M)[None, :]
    return (columns - rows <= k).astype(dtype)
