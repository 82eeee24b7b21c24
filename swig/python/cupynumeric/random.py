# SPDX-License-Identifier: Apache-2.0
"""
Random numbers.

They come from a counter-based generator (Philox4x32-10): each is a function of the seed, the number of the call and the
position of the element, whatever the array is split into and however many processes there are. The sequences are not
NumPy's.
"""

from __future__ import annotations

import operator
import os
from typing import Any

import numpy as np

from . import _launch
from ._creation import checked_shape
from ._library import runtime
from ._ndarray import ndarray

__all__ = ["Generator", "default_rng", "normal", "rand", "randint", "randn", "random", "random_sample", "seed"]
__all__ += ["uniform"]
#: What several processes start from, who all must draw the same numbers.
_COMMON_SEED = 0x5EED


class _Source:
    """A seed and the number of the next call."""

    def __init__(self, seed: int | None) -> None:
        if seed is None:
            alone = runtime.node_count == 1
            seed = int.from_bytes(os.urandom(8), "little") if alone else _COMMON_SEED
        self.seed = operator.index(seed) & 0xFFFFFFFFFFFFFFFF
        self.calls = 0

    def draw(self, size: Any, dtype: Any, distribution: str, parameters: tuple[float, float]) -> ndarray:
        """A new array of random numbers."""
        result = ndarray._new(() if size is None else checked_shape(size), np.dtype(dtype))
        _launch.random(result, distribution, self.seed, self.calls, parameters)
        self.calls += 1
        return result

    def integers(self, low: int, high: int, size: Any, dtype: Any) -> ndarray:
        """A new array of integers from `low` to before `high`."""
        return self.draw(size, dtype, "integers", (low, (high - low) % 2**64))


_source = _Source(None)


def seed(init: int | None = None) -> None:
    """Starts the sequence of this module anew: after the same `init` the same numbers follow."""
    global _source
    _source = _Source(init)


def _bounds(low: Any, high: Any) -> tuple[int, int]:
    for bound in (low, high):
        if bound is not None and not isinstance(bound, (int, np.integer)):
            raise NotImplementedError(f"randint: bounds must be integers, not {bound!r}")
    low, high = (0, int(low)) if high is None else (int(low), int(high))
    if low >= high:
        raise ValueError(f"randint: low >= high: there is no integer in [{low}, {high})")
    return low, high


def _checked_integers(low: int, high: int, dtype: Any) -> np.dtype:
    dtype = np.dtype(dtype)
    if dtype.kind not in "iu":
        raise NotImplementedError(f"random integers of dtype {dtype} are not supported")
    limits = np.iinfo(dtype)
    if low < limits.min or high - 1 > limits.max:
        raise ValueError(f"random integers in [{low}, {high}) do not fit in dtype {dtype}")
    return dtype


def randint(low: int, high: int | None = None, size: Any = None, dtype: Any = int) -> ndarray:
    """
    Integers from `low` to before `high`; with one argument from 0 to before that.

    Parameters
    ----------
    size
        An int or a tuple; None makes an array without dimensions.
    dtype
        An integer dtype.

    Raises
    ------
    ValueError
        If there is no such integer, or the dtype does not hold them all.
    """
    if isinstance(size, list):
        raise TypeError("randint: size must be an int or a tuple, not a list")
    low, high = _bounds(low, high)
    return _source.integers(low, high, size, _checked_integers(low, high, dtype))


def random(size: Any = None) -> ndarray:
    """Numbers in [0, 1), evenly distributed."""
    return _source.draw(size, np.float64, "uniform", (0.0, 1.0))


random_sample = random


def rand(*shape: int) -> ndarray:
    """Numbers in [0, 1), evenly distributed, in an array of these extents."""
    return random(shape)


def randn(*shape: int) -> ndarray:
    """Normally distributed numbers of mean 0 and variance 1, in an array of these extents."""
    return normal(size=shape)


def uniform(low: float = 0.0, high: float = 1.0, size: Any = None, dtype: Any = np.float64) -> ndarray:
    """Numbers between `low` and `high`, evenly distributed."""
    return _source.draw(size, _checked_float(dtype), "uniform", (float(low), float(high) - float(low)))


def normal(loc: float = 0.0, scale: float = 1.0, size: Any = None, dtype: Any = np.float64) -> ndarray:
    """Normally distributed numbers of a mean and a standard deviation."""
    return _source.draw(size, _checked_float(dtype), "normal", (float(loc), float(scale)))


def _checked_float(dtype: Any) -> np.dtype:
    dtype = np.dtype(dtype)
    if dtype.kind != "f" or dtype.itemsize > 8:
        raise TypeError(f"random numbers of dtype {dtype} are not supported: it must be float16, float32 or float64")
    return dtype


class Generator:
    """A sequence of random numbers of its own. Made by `default_rng`."""

    def __init__(self, seed: int | None = None) -> None:
        self._source = _Source(seed)

    def random(self, size: Any = None, dtype: Any = np.float64) -> ndarray:
        """Numbers in [0, 1), evenly distributed."""
        return self._source.draw(size, _checked_float(dtype), "uniform", (0.0, 1.0))

    def uniform(self, low: float = 0.0, high: float = 1.0, size: Any = None) -> ndarray:
        """Numbers between `low` and `high`, evenly distributed."""
        return self._source.draw(size, np.float64, "uniform", (float(low), float(high) - float(low)))

    def normal(self, loc: float = 0.0, scale: float = 1.0, size: Any = None) -> ndarray:
        """Normally distributed numbers of a mean and a standard deviation."""
        return self._source.draw(size, np.float64, "normal", (float(loc), float(scale)))

    def standard_normal(self, size: Any = None, dtype: Any = np.float64) -> ndarray:
        """Normally distributed numbers of mean 0 and variance 1."""
        return self._source.draw(size, _checked_float(dtype), "normal", (0.0, 1.0))

    def integers(self, low: int, high: int | None = None, size: Any = None, dtype: Any = np.int64) -> ndarray:
        """Integers from `low` to before `high`; with one argument from 0 to before that."""
        low, high = _bounds(low, high)
        return self._source.integers(low, high, size, _checked_integers(low, high, dtype))


def default_rng(seed: int | None = None) -> Generator:
    """A generator whose sequence depends on the seed alone."""
    return Generator(seed)
