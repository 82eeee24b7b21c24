# SPDX-License-Identifier: Apache-2.0
"""Functions that rearrange arrays."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from ._assignment import as_array, assign, stretched
from ._creation import checked_shape
from ._library import checked_dtype
from ._ndarray import ndarray, number_of_axis


def transpose(a: Any, axes: Any = None) -> ndarray:
    """The view whose dimension k is dimension ``axes[k]`` of `a`; reversed without `axes`."""
    a = as_array(a)
    order = tuple(reversed(range(a.ndim))) if axes is None else tuple(number_of_axis(axis, a.ndim) for axis in axes)
    if sorted(order) != list(range(a.ndim)):
        raise ValueError(f"axes {axes} do not match an array of {a.ndim} dimensions")
    if a.ndim < 2:
        return a._view(a._store, a.shape, a.strides, 0)
    shape = tuple(a.shape[axis] for axis in order)
    return a._view(a._store.transpose(order), shape, tuple(a.strides[axis] for axis in order), 0)


def swapaxes(a: Any, axis1: int, axis2: int) -> ndarray:
    """The view with two dimensions exchanged."""
    a = as_array(a)
    order = list(range(a.ndim))
    i, j = number_of_axis(axis1, a.ndim), number_of_axis(axis2, a.ndim)
    order[i], order[j] = order[j], order[i]
    return transpose(a, order)


def moveaxis(a: Any, source: Any, destination: Any) -> ndarray:
    """The view with some dimensions at other positions, the rest in their order."""
    a = as_array(a)
    sources, targets = (
        [number_of_axis(i, a.ndim) for i in (axes if isinstance(axes, Sequence) else (axes,))]
        for axes in (source, destination)
    )
    if len(sources) != len(targets):
        raise ValueError("moveaxis: source and destination must have the same number of elements")
    order = [i for i in range(a.ndim) if i not in sources]
    for target, i in sorted(zip(targets, sources, strict=True)):
        order.insert(target, i)
    return transpose(a, order)


def squeeze(a: Any, axis: Any = None) -> ndarray:
    """The view without dimensions of extent 1, or without those that `axis` names."""
    a = as_array(a)
    if axis is None:
        axes = [i for i, extent in enumerate(a.shape) if extent == 1]
    else:
        axes = sorted({number_of_axis(i, a.ndim) for i in (axis if isinstance(axis, (tuple, list)) else (axis,))})
        if any(a.shape[i] != 1 for i in axes):
            raise ValueError(f"squeeze: cannot select an axis with size not equal to one: axis {axis}, shape {a.shape}")
    for i in reversed(axes):
        a = a._projected(i, 0)
    return a


def expand_dims(a: Any, axis: Any) -> ndarray:
    """The view with new dimensions of extent 1 at the positions `axis` of the result."""
    a = as_array(a)
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    for i in sorted(number_of_axis(i, a.ndim + len(axes)) for i in axes):
        a = a._promoted(i)
    return a


def atleast_1d(a: Any) -> ndarray:
    """The array with at least one dimension."""
    a = as_array(a)
    return a if a.ndim else a._promoted(0)


def atleast_2d(a: Any) -> ndarray:
    """The array with at least two dimensions; those that are missing come first."""
    a = as_array(a)
    while a.ndim < 2:
        a = a._promoted(0)
    return a


def broadcast_to(arr: Any, shape: Any, subok: bool = False) -> ndarray:
    """
    A view in which the elements repeat so that it has another shape. It is not writeable.

    Raises
    ------
    ValueError
        If `shape` is no tuple or the array cannot be broadcast to it.
    """
    arr = as_array(arr)
    if not isinstance(shape, tuple):
        raise ValueError(f"broadcast_to: shape must be a tuple, not {shape!r}")
    view = stretched(arr, checked_shape(shape))
    if view is arr:
        view = arr._view(arr._store, arr.shape, arr.strides, 0)
    view._writeable = False
    return view


def broadcast_arrays(*args: Any, subok: bool = False) -> list[ndarray]:
    """The arrays broadcast to their common shape; see `broadcast_to`."""
    arrays = [as_array(a) for a in args]
    shape = np.broadcast_shapes(*(a.shape for a in arrays))
    return [broadcast_to(a, shape) for a in arrays]


def _completed_shape(shape: Any, size: int) -> tuple[int, ...]:
    """The shape with the extent for which -1 stands."""
    extents = [operator.index(n) for n in (shape if isinstance(shape, (tuple, list)) else (shape,))]
    if extents.count(-1) > 1:
        raise ValueError("can only specify one unknown dimension")
    if -1 in extents:
        rest = math.prod(extent for extent in extents if extent != -1)
        if rest == 0 or size % rest:
            raise ValueError(f"cannot reshape array of size {size} into shape {tuple(extents)}")
        extents[extents.index(-1)] = size // rest
    result = checked_shape(extents)
    if math.prod(result) != size:
        raise ValueError(f"cannot reshape array of size {size} into shape {result}")
    return result


def reshape(a: Any, shape: Any, order: str = "C") -> ndarray:
    """
    The elements of `a` in C order in another shape: a view if only dimensions of extent 1 come or go, else a copy.

    Raises
    ------
    ValueError
        If the sizes differ.
    NotImplementedError
        For another order.
    """
    a = as_array(a)
    if order not in ("C", "A"):
        raise NotImplementedError(f"reshape: order {order!r} is not supported")
    shape = _completed_shape(shape, a.size)
    if shape == a.shape:
        return a._view(a._store, a.shape, a.strides, 0)
    if [n for n in a.shape if n != 1] == [n for n in shape if n != 1]:
        return _with_unit_dimensions(squeeze(a), shape)
    result = ndarray._new(shape, a.dtype)
    if a.size == 0:
        return result
    if a.ndim == 1:
        assign(result, _delinearized(a, shape))
    elif len(shape) == 1:
        assign(_delinearized(result, a.shape), a)
    else:
        flat = ndarray._new((a.size,), a.dtype)
        assign(_delinearized(flat, a.shape), a)
        assign(result, _delinearized(flat, shape))
    return result


def _with_unit_dimensions(a: ndarray, shape: tuple[int, ...]) -> ndarray:
    """A view with dimensions of extent 1 where `shape` has them."""
    for i, extent in enumerate(shape):
        if extent == 1:
            a = a._promoted(i)
    return a


def _delinearized(vector: ndarray, shape: tuple[int, ...]) -> ndarray:
    """A vector's elements in C order in a shape."""
    strides = [vector.strides[0]]
    for extent in reversed(shape[1:]):
        strides.append(strides[-1] * extent)
    return vector._view(vector._store.delinearize(0, shape), shape, tuple(reversed(strides)), 0)


def ravel(a: Any, order: str = "C") -> ndarray:
    """The elements as a vector: the array itself if it is one, else a copy."""
    return reshape(a, -1, order)


def _common_type(arrays: Sequence[ndarray], dtype: Any) -> np.dtype:
    return checked_dtype(np.result_type(*(a.dtype for a in arrays)) if dtype is None else dtype)


def concatenate(
    inputs: Sequence[Any], axis: int | None = 0, out: Any = None, dtype: Any = None, casting: str = "same_kind"
) -> ndarray:
    """
    The arrays one after another along an axis; flattened if `axis` is None.

    Raises
    ------
    ValueError
        If there are none, or their shapes differ in other dimensions.
    """
    arrays = [as_array(a) for a in inputs]
    if not arrays:
        raise ValueError("need at least one array to concatenate")
    if axis is None:
        arrays, axis = [ravel(a) for a in arrays], 0
    first = arrays[0]
    axis = number_of_axis(axis, first.ndim)
    for i, a in enumerate(arrays):
        if a.ndim != first.ndim or a.shape[:axis] + a.shape[axis + 1 :] != first.shape[:axis] + first.shape[axis + 1 :]:
            raise ValueError(
                f"all the input array dimensions except for the concatenation axis must match exactly: "
                f"array 0 has shape {first.shape}, array {i} {a.shape}, the axis is {axis}"
            )
    shape = first.shape[:axis] + (sum(a.shape[axis] for a in arrays),) + first.shape[axis + 1 :]
    result_type = _common_type(arrays, dtype)
    for a in arrays:
        if not np.can_cast(a.dtype, result_type, casting):
            raise TypeError(f"Cannot cast array data from {a.dtype!r} to {result_type!r} with rule {casting!r}")
    result = ndarray._new(shape, result_type) if out is None else out
    if result.shape != shape:
        raise ValueError(f"concatenate: out has shape {result.shape}, the result {shape}")
    start = 0
    for a in arrays:
        if a.size:
            _assign_to(result, (slice(None),) * axis + (slice(start, start + a.shape[axis]),), a)
        start += a.shape[axis]
    return result


def _assign_to(target: Any, key: tuple[slice, ...], source: ndarray) -> None:
    target[key] = source if isinstance(target, ndarray) else source.__array__()


def stack(arrays: Sequence[Any], axis: int = 0, out: Any = None) -> ndarray:
    """The arrays side by side along a new axis."""
    parts = [as_array(a) for a in arrays]
    if not parts:
        raise ValueError("need at least one array to stack")
    if any(a.shape != parts[0].shape for a in parts):
        raise ValueError("all input arrays must have the same shape")
    axis = number_of_axis(axis, parts[0].ndim + 1)
    return concatenate([a._promoted(axis) for a in parts], axis, out)


def vstack(tup: Sequence[Any]) -> ndarray:
    """The arrays above each other; vectors are rows."""
    return concatenate([atleast_2d(a) for a in tup], 0)


def hstack(tup: Sequence[Any]) -> ndarray:
    """The arrays beside each other: along the second axis, vectors along their only one."""
    parts = [atleast_1d(a) for a in tup]
    return concatenate(parts, 0 if parts and parts[0].ndim == 1 else 1)


def column_stack(tup: Sequence[Any]) -> ndarray:
    """Vectors and matrices beside each other; vectors are columns."""
    return concatenate([a._promoted(1) if a.ndim == 1 else a for a in map(as_array, tup)], 1)


def tile(A: Any, reps: Any) -> ndarray:
    """The array repeated ``reps[k]`` times along dimension k."""
    a = as_array(A)
    counts = tuple(reps) if isinstance(reps, (tuple, list)) else (reps,)
    while a.ndim < len(counts):
        a = a._promoted(0)
    counts = (1,) * (a.ndim - len(counts)) + tuple(operator.index(n) for n in counts)
    result = ndarray._new(tuple(n * count for n, count in zip(a.shape, counts, strict=True)), a.dtype)
    if result.size == 0:
        return result
    # A row of copies along one dimension after another, so that there are few launches.
    block = [slice(0, n) for n in a.shape]
    result[tuple(block)] = a
    for axis, count in enumerate(counts):
        have, need = a.shape[axis], a.shape[axis] * count
        while have < need:
            step = min(have, need - have)
            source, target = list(block), list(block)
            source[axis], target[axis] = slice(0, step), slice(have, have + step)
            result[tuple(target)] = result[tuple(source)]
            have += step
        block[axis] = slice(0, need)
    return result


def diag(v: Any, k: int = 0) -> ndarray:
    """
    The matrix with vector `v` on diagonal `k`, or a copy of diagonal `k` of matrix `v`.

    Raises
    ------
    ValueError
        For other numbers of dimensions.
    """
    v = as_array(v)
    if v.ndim not in (1, 2):
        raise ValueError(f"diag: the input must be 1- or 2-d, not {v.ndim}-d")
    if v.ndim == 2:
        from ._gathered import diagonal

        return diagonal(v, k)
    from ._creation import eye, zeros
    from ._ufunc import where

    n = v.size
    result = zeros((n + abs(k), n + abs(k)), v.dtype)
    if n:
        block = where(eye(n, dtype=bool), v[:, None], np.zeros((), v.dtype)[()])
        result[max(-k, 0) : max(-k, 0) + n, max(k, 0) : max(k, 0) + n] = block
    return result


def split(a: Any, indices: Any, axis: int = 0) -> list[ndarray]:
    """Views of consecutive parts along an axis: that many equal ones, or cut at the indices given."""
    a = as_array(a)
    axis = number_of_axis(axis, a.ndim)
    extent = a.shape[axis]
    if isinstance(indices, (int, np.integer)):
        if extent % indices:
            raise ValueError("array split does not result in an equal division")
        cuts = list(range(0, extent + 1, extent // indices)) if extent else [0] * (indices + 1)
    else:
        cuts = [0, *(min(int(i), extent) for i in indices), extent]
    return [a[(slice(None),) * axis + (slice(start, stop),)] for start, stop in itertools.pairwise(cuts)]
