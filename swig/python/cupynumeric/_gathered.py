# SPDX-License-Identifier: Apache-2.0
"""
Functions that gather their operands and leave the work to NumPy.

They wait for the tasks that compute the operands, bring all elements to every process, and make new arrays of the
results. What matters for large data is done by tasks instead, elsewhere in this package.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from ._creation import array
from ._ndarray import ndarray, number_of_axis
from ._protocol import to_numpy


def _from_numpy(value: Any) -> Any:
    if isinstance(value, (np.ndarray, np.generic)):
        return array(value)
    if isinstance(value, (tuple, list)):
        return [_from_numpy(part) for part in value] if isinstance(value, list) else tuple(map(_from_numpy, value))
    return value


def gathering(function: Callable[..., Any], doc: str | None = None) -> Callable[..., Any]:
    """The function for arrays of this module."""

    @functools.wraps(function, assigned=("__name__", "__qualname__"))
    def call(*arguments: Any, out: Any = None, **keywords: Any) -> Any:
        result = function(*[to_numpy(a) for a in arguments], **{k: to_numpy(v) for k, v in keywords.items()})
        if out is None:
            return _from_numpy(result)
        if out.shape != np.shape(result):
            raise ValueError(f"{call.__name__}: out has shape {out.shape}, the result {np.shape(result)}")
        out[...] = result
        return out

    call.__doc__ = doc or f"See `{function.__module__}.{function.__name__}`; gathers its operands."
    return call


#: NumPy's functions that are offered in this way.
NAMES = """
    cumsum cumprod nancumsum nancumprod argsort unique searchsorted quantile nanquantile percentile median
    flip fliplr flipud roll rot90 repeat nonzero flatnonzero argwhere take_along_axis trace tril triu
    bincount histogram diff ediff1d nan_to_num nansum nanprod nanmax nanmin nanmean cross tensordot kron
    meshgrid indices compress extract ptp digitize array_split isin
""".split()
globals().update({name: gathering(getattr(np, name)) for name in NAMES if hasattr(np, name)})
NAMES = [name for name in NAMES if hasattr(np, name)]

gathered_einsum = gathering(np.einsum)
diagonal = gathering(np.diag)
nonzero = globals()["nonzero"]


def sort(a: Any, axis: int | None = -1, kind: str | None = None, order: Any = None) -> ndarray:
    """
    A sorted copy; NaN comes last. Gathers its operand.

    Raises
    ------
    NotImplementedError
        For `order`: there are no fields.
    """
    if order is not None:
        raise NotImplementedError("sort: order is not supported, as arrays have no fields")
    plain = to_numpy(a)
    return array(np.sort(plain, axis=axis if axis is None else number_of_axis(axis, np.ndim(plain)), kind=_kind(kind)))


def argsort(a: Any, axis: int | None = -1, kind: str | None = None, order: Any = None) -> ndarray:
    """The indices, int64, that sort the array; NaN comes last. Gathers its operand."""
    if order is not None:
        raise NotImplementedError("argsort: order is not supported, as arrays have no fields")
    return array(np.argsort(to_numpy(a), axis=axis, kind=_kind(kind)))


def _kind(kind: str | None) -> Any:
    return kind if kind in ("quicksort", "mergesort", "heapsort", "stable") else None


def take(a: Any, indices: Any, axis: int | None = None, out: Any = None, mode: str = "raise") -> ndarray:
    """
    The elements at indices along an axis, or of the flattened array. Gathers its operands.

    Raises
    ------
    IndexError
        If an index is out of bounds and `mode` is not "wrap" or "clip".
    ValueError
        For another mode.
    """
    return gathering(np.take)(a, indices, axis=axis, mode=mode, out=out)


def choose(a: Any, choices: Any, out: Any = None, mode: str = "raise") -> ndarray:
    """Of several arrays the elements that the indices in `a` choose. Gathers its operands."""
    return gathering(np.choose)(a, choices, mode=mode, out=out)


def convolve(a: Any, v: Any, mode: str = "full", method: str = "auto") -> ndarray:
    """
    The convolution of arrays of any equal number of dimensions. Gathers its operands.

    Parameters
    ----------
    mode
        Only "same" for several dimensions: the part of the shape of `a` in the middle. Of vectors also "full" and
        "valid"; their "same" has the length of the longer one.
    method
        "auto", "direct" or "fft"; the result is the same.

    Raises
    ------
    RuntimeError
        If the numbers of dimensions differ.
    """
    a, v = np.asarray(to_numpy(a)), np.asarray(to_numpy(v))
    if a.ndim != v.ndim:
        raise RuntimeError(f"convolve: the operands have {a.ndim} and {v.ndim} dimensions")
    if a.ndim == 1:
        return array(np.convolve(a, v, mode))
    if mode != "same":
        raise NotImplementedError(f"convolve: mode {mode!r} of {a.ndim} dimensions is not supported")
    return array(_convolve_same(a, v))


def _convolve_same(a: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Shifted copies of `a` weighted by the elements of `v`."""
    dtype = np.result_type(a, v)
    before = [n // 2 for n in v.shape]
    padded = np.pad(a.astype(dtype), [(n - 1 - b, b) for n, b in zip(v.shape, before, strict=True)])
    result = np.zeros(a.shape, dtype)
    for index in np.ndindex(*v.shape):
        start = [n - 1 - i for n, i in zip(v.shape, index, strict=True)]
        result += v[index] * padded[tuple(slice(s, s + n) for s, n in zip(start, a.shape, strict=True))]
    return result


def _diagonal(self: ndarray, offset: int = 0) -> ndarray:
    """A copy of the diagonal of a matrix that lies `offset` above the main one. Gathers the matrix."""
    return diagonal(self, offset)


def _add_methods() -> None:
    for name in ("cumsum", "cumprod", "argsort", "nonzero", "repeat", "searchsorted", "trace"):
        setattr(ndarray, name, globals()[name])
    ndarray.take = take
    ndarray.choose = choose
    ndarray.diagonal = _diagonal


_add_methods()
