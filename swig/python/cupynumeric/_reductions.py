# SPDX-License-Identifier: Apache-2.0
"""Functions that combine the elements along some dimensions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import _launch
from ._assignment import as_array, assign
from ._library import checked_dtype, has_reduction
from ._ndarray import ndarray, number_of_axis
from ._ufunc import UFUNCS, where

_NO_IDENTITY = ("max", "min")


def normalized_axes(axis: Any, ndim: int) -> tuple[int, ...]:
    """
    The dimensions that `axis` names: one, several, or all for None; sorted.

    Raises
    ------
    AxisError
        If there is no such dimension.
    ValueError
        If one is named twice.
    """
    if axis is None:
        return tuple(range(ndim))
    axes = [number_of_axis(a, ndim) for a in (axis if isinstance(axis, (tuple, list)) else (axis,))]
    if len(set(axes)) != len(axes):
        raise ValueError(f"duplicate value in 'axis': {axis}")
    return tuple(sorted(axes))


def _without(shape: tuple[int, ...], axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(extent for i, extent in enumerate(shape) if i not in axes)


def _kept(result: ndarray, axes: tuple[int, ...]) -> ndarray:
    """The result with dimensions of extent 1 where it was reduced."""
    for axis in axes:
        result = result._promoted(axis)
    return result


def _result_type(name: str, dtype: np.dtype) -> np.dtype:
    """The type in which the library reduces elements of a type."""
    if name in ("all", "any"):
        return np.dtype(bool)
    if name == "count_nonzero":
        return np.dtype(np.int64)
    if name in ("sum", "prod") and dtype.kind in "biu":
        return np.dtype(np.uint64 if dtype.kind == "u" else np.int64)
    return dtype


def _identity(name: str, dtype: np.dtype) -> Any:
    if name in _NO_IDENTITY:
        if dtype.kind == "f":
            return -math.inf if name == "max" else math.inf
        if dtype.kind == "b":
            return name == "min"
        limits = np.iinfo(dtype)
        return limits.min if name == "max" else limits.max
    return {"prod": 1, "all": True, "any": False}.get(name, 0)


def reduce_by(
    name: str,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = None,
) -> Any:
    """
    A reduction, with the parameters that all of them have.

    Raises
    ------
    NotImplementedError
        For types that the reduction does not support.
    ValueError
        For extremes of nothing, and `out` of another shape.
    """
    source = as_array(a)
    axes = normalized_axes(axis, source.ndim)
    wanted = None if dtype is None else checked_dtype(dtype)
    if wanted is not None and name in ("sum", "prod"):
        source = source.astype(wanted)
    if not has_reduction(name, source.dtype):
        raise NotImplementedError(f"{name} of {source.dtype}")
    result_type = _result_type(name, source.dtype)
    shape = _without(source.shape, axes)
    if initial is None and name in _NO_IDENTITY and math.prod(source.shape[i] for i in axes) == 0 and math.prod(shape):
        raise ValueError(f"zero-size array to reduction operation {name} which has no identity")
    if where is not None and where is not True:
        source = _selected(name, source, where, initial)
    result = ndarray._filled(shape, result_type, _identity(name, result_type) if initial is None else initial)
    _launch.reduce(name, source, result, axes)
    if wanted is not None and wanted != result_type:
        result = result.astype(wanted)
    if keepdims:
        result = _kept(result, axes)
    return result if out is None else _into(out, result)


def _selected(name: str, source: ndarray, mask: Any, initial: Any) -> ndarray:
    """The elements where a mask is true, and elsewhere what does not count."""
    if initial is None and name in _NO_IDENTITY:
        raise ValueError(f"reduction operation {name} does not have an identity: a where mask needs initial")
    return where(mask, source, np.asarray(_identity(name, source.dtype)).astype(source.dtype)[()])


def _into(out: Any, result: ndarray) -> Any:
    if isinstance(out, tuple):
        (out,) = out
    if out.shape != result.shape:
        raise ValueError(f"output parameter has shape {out.shape}, but the result has shape {result.shape}")
    if isinstance(out, np.ndarray):
        out[...] = result.__array__()
    else:
        out._check_writeable()
        assign(out, result)
    return out


def sum(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None,
    where: Any = None,
) -> Any:  # fmt: skip
    """
    Sums over all or some axes.

    Parameters
    ----------
    a
        Array of any dtype. Integers are summed in 64 bits; numbers in single and half precision in double precision,
        numbers in double precision pairwise.
    axis
        An axis, a tuple of axes, or None for all.
    dtype
        What elements are converted to before they are summed.
    out
        Takes the result.
    keepdims
        Keeps the axes, with extent 1.
    initial
        What to start from.
    where
        Array of bool: which elements count.
    """
    return reduce_by("sum", a, axis, dtype, out, keepdims, initial, where)


def prod(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None,
    where: Any = None,
) -> Any:  # fmt: skip
    """Products over all or some axes; the parameters are those of `sum`."""
    return reduce_by("prod", a, axis, dtype, out, keepdims, initial, where)


def max(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None,
    where: Any = None,
) -> Any:  # fmt: skip
    """The largest elements over all or some axes, NaN if there is one; the parameters are those of `sum`."""
    return reduce_by("max", a, axis, dtype, out, keepdims, initial, where)


def min(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None,
    where: Any = None,
) -> Any:  # fmt: skip
    """The smallest elements over all or some axes, NaN if there is one; the parameters are those of `sum`."""
    return reduce_by("min", a, axis, dtype, out, keepdims, initial, where)


amax, amin = max, min


def all(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, where: Any = None) -> Any:
    """Whether all elements along the axes are different from zero."""
    return reduce_by("all", a, axis, None, out, keepdims, None, where)


def any(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, where: Any = None) -> Any:
    """Whether some element along the axes is different from zero."""
    return reduce_by("any", a, axis, None, out, keepdims, None, where)


def count_nonzero(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """How many elements along the axes are different from zero, as int64."""
    return reduce_by("count_nonzero", a, axis, None, None, keepdims)


def _count(source: ndarray, axes: tuple[int, ...]) -> int:
    return math.prod(source.shape[i] for i in axes)


def mean(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False) -> Any:
    """The mean over all or some axes; integers are averaged in double precision."""
    source = as_array(a)
    axes = normalized_axes(axis, source.ndim)
    computed = np.dtype(np.float64) if source.dtype.kind in "biu" else source.dtype
    wanted = computed if dtype is None else checked_dtype(dtype)
    wide = np.dtype(np.float32) if wanted == np.float16 else wanted
    result = (sum(source, axes, wide, keepdims=keepdims) / wide.type(_count(source, axes))).astype(wanted)
    return result if out is None else _into(out, result)


def var(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: int = 0, keepdims: bool = False
) -> Any:
    """The variance over all or some axes: the mean of the squared distances from the mean."""
    source = as_array(a)
    axes = normalized_axes(axis, source.ndim)
    distance = UFUNCS["absolute"](source - mean(source, axes, dtype, keepdims=True))
    total = sum(UFUNCS["square"](distance), axes, keepdims=keepdims)
    result = total / total.dtype.type(_count(source, axes) - ddof)
    return result if out is None else _into(out, result)


def std(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: int = 0, keepdims: bool = False
) -> Any:
    """The standard deviation over all or some axes."""
    result = UFUNCS["sqrt"](var(a, axis, dtype, None, ddof, keepdims))
    return result if out is None else _into(out, result)


def _arg(name: str, a: Any, axis: Any, out: Any, keepdims: bool) -> Any:
    source = as_array(a)
    if isinstance(axis, (tuple, list)):
        raise ValueError(f"{name}: axis must be an integer or None, not {axis!r}")
    axes = normalized_axes(axis, source.ndim)
    if _count(source, axes) == 0:
        raise ValueError(f"attempt to get {name} of an empty sequence")
    if source.dtype.kind == "c":
        raise NotImplementedError(f"{name} of {source.dtype}")
    weights = [0] * source.ndim
    weight = 1
    for i in reversed(axes):
        weights[i] = weight
        weight *= source.shape[i]
    result = ndarray._new(_without(source.shape, axes), np.dtype(np.int64))
    if result.size:
        _launch.arg_reduce(source, result, axes, weights, name == "argmin")
    if keepdims:
        result = _kept(result, axes)
    return result if out is None else _into(out, result)


def argmax(a: Any, axis: Any = None, out: Any = None, *, keepdims: bool = False) -> Any:
    """Where the largest element is along an axis, or in C order among all: the first of equals; NaN is largest."""
    return _arg("argmax", a, axis, out, keepdims)


def argmin(a: Any, axis: Any = None, out: Any = None, *, keepdims: bool = False) -> Any:
    """Where the smallest element is along an axis, or in C order among all: the first of equals; NaN is smallest."""
    return _arg("argmin", a, axis, out, keepdims)


def isclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> ndarray:
    """Whether elements differ by at most ``atol + rtol * abs(b)``."""
    a, b = as_array(a), as_array(b)
    close = UFUNCS["absolute"](a - b) <= atol + rtol * UFUNCS["absolute"](b)
    # Infinities equal themselves only, and nothing is near them.
    result = (close & UFUNCS["isfinite"](b)) | (a == b)
    return result | (UFUNCS["isnan"](a) & UFUNCS["isnan"](b)) if equal_nan else result


def allclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> ndarray:
    """Whether all elements differ by at most ``atol + rtol * abs(b)``."""
    return all(isclose(a, b, rtol, atol, equal_nan))


def array_equal(a: Any, b: Any) -> Any:
    """Whether shapes and elements are equal."""
    a, b = as_array(a), as_array(b)
    return all(a == b) if a.shape == b.shape else False


def _add_methods() -> None:
    for function in (sum, prod, max, min, all, any, mean, var, std, argmax, argmin):
        setattr(ndarray, function.__name__, function)


_add_methods()
