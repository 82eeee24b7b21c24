# SPDX-License-Identifier: Apache-2.0
"""The library of C++ tasks: loading it, and its numbers for operations and types by name."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from legate.core import Scalar, get_legate_runtime, types

#: Lies beside this file.
LIBRARY_FILE = "liblegatus_numpy.so"


def _load() -> ctypes.CDLL:
    library = ctypes.CDLL(str(Path(__file__).parent / LIBRARY_FILE))
    for name in ("register", "operation", "reduction", "task", "distribution"):
        getattr(library, f"legatus_numpy_{name}").restype = ctypes.c_char_p
    for name in ("has_operation", "has_reduction"):
        getattr(library, f"legatus_numpy_{name}").restype = ctypes.c_bool
    return library


def _names(function: Callable[[int], bytes | None]) -> Iterator[tuple[str, int]]:
    number = 0
    while (name := function(number)) is not None:
        yield name.decode(), number
        number += 1


_native = _load()
runtime = get_legate_runtime()


def _register() -> Any:
    name = _native.legatus_numpy_register()
    if name is None:
        raise ImportError(f"{LIBRARY_FILE} could not register its tasks")
    return runtime.find_library(name.decode())


library = _register()

OPERATIONS = dict(_names(_native.legatus_numpy_operation))
REDUCTIONS = dict(_names(_native.legatus_numpy_reduction))
TASKS = dict(_names(_native.legatus_numpy_task))
DISTRIBUTIONS = dict(_names(_native.legatus_numpy_distribution))

#: The numbers of reduction operators that the library adds to those of the runtime.
OWN_MAX, OWN_MIN, OWN_PROD, OWN_BEST = 100, 101, 102, 103

_DTYPE_NAMES = (
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split()
)
#: The Legate type of each supported dtype.
LEGATE_TYPES = {np.dtype(name): getattr(types, "bool_" if name == "bool" else name) for name in _DTYPE_NAMES}
#: The number of its type in the C++ library.
TYPE_CODES = {dtype: int(legate_type.code) for dtype, legate_type in LEGATE_TYPES.items()}
#: What index reductions work on: pairs of a rank and an index.
RANKED_TYPE = types.array_type(types.uint64, 2)


def checked_dtype(dtype: Any) -> np.dtype:
    """
    The supported dtype that `dtype` stands for.

    Raises
    ------
    TypeError
        If arrays of this module cannot have it.
    """
    result = dtype if isinstance(dtype, np.dtype) else np.dtype(dtype)
    if result not in LEGATE_TYPES:
        raise TypeError(f"cupynumeric does not support dtype {result}")
    return result if result.isnative else result.newbyteorder("=")


@lru_cache(maxsize=None)
def has_operation(name: str, dtype: np.dtype) -> bool:
    """Whether there is a kernel for an elementwise operation on inputs of a dtype."""
    return name in OPERATIONS and _native.legatus_numpy_has_operation(OPERATIONS[name], TYPE_CODES[dtype])


@lru_cache(maxsize=None)
def has_reduction(name: str, dtype: np.dtype) -> bool:
    """Whether there is a kernel for a reduction of inputs of a dtype."""
    return name in REDUCTIONS and _native.legatus_numpy_has_reduction(REDUCTIONS[name], TYPE_CODES[dtype])


@lru_cache(maxsize=None)
def packed(*numbers: int) -> Scalar:
    """Small numbers as one scalar, 16 bits each."""
    return Scalar(sum(number << 16 * i for i, number in enumerate(numbers)), types.uint64)


def scalar_of(value: Any, dtype: np.dtype) -> Scalar:
    """
    A number as a scalar of the Legate type of `dtype`.

    Raises
    ------
    OverflowError
        If it is a Python integer that the dtype does not hold.
    """
    # Zeros differ in their sign, which they do not show when they are compared.
    if type(value) in (int, bool) or (type(value) is float and value != 0):
        return _remembered_scalar(value, dtype)
    return Scalar(np.asarray(value, dtype=dtype).tobytes(), LEGATE_TYPES[dtype])


@lru_cache(maxsize=1024, typed=True)
def _remembered_scalar(value: Any, dtype: np.dtype) -> Scalar:
    return Scalar(np.asarray(value, dtype=dtype).tobytes(), LEGATE_TYPES[dtype])


def bytes_scalar(array: np.ndarray) -> Scalar:
    """The elements of an array in C order, as a scalar of bytes."""
    data = array.tobytes()
    return Scalar(data, types.binary_type(len(data)))


@lru_cache(maxsize=1024)
def shape_scalar(numbers: tuple[int, ...]) -> Scalar:
    """Numbers, such as extents, as 64-bit integers."""
    return bytes_scalar(np.array(numbers or (1,), dtype=np.int64))


@lru_cache(maxsize=1024)
def roles_scalar(roles: bytes) -> Scalar:
    """Bytes, one for each dimension."""
    return bytes_scalar(np.frombuffer(roles or b"\0", dtype=np.uint8))
