# SPDX-License-Identifier: Apache-2.0
"""What several files of tests need: stores with given contents, and their contents as NumPy arrays."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from legate.core import LogicalStore, PhysicalStore, Type, get_legate_runtime
from legate.core.task import OutputStore, task

runtime = get_legate_runtime()

PRIMITIVE_DTYPES = tuple(
    np.dtype(name)
    for name in (
        "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128"
    ).split()
)


def piece(store: PhysicalStore) -> tuple[slice, ...]:
    """Which elements of the whole store a point of a launch has, as an index for NumPy."""
    return tuple(slice(lo, hi + 1) for lo, hi in zip(*store.domain))


@task
def _write(out: OutputStore, values: np.ndarray) -> None:
    np.asarray(out)[...] = values[piece(out)]


def made(values: Any, dtype: Any = None) -> LogicalStore:
    """A new store with these elements, written by a task, so that several ranks have a part of them each."""
    array = np.asarray(values, dtype=dtype)
    store = runtime.create_store(Type.from_numpy_dtype(array.dtype), array.shape)
    if array.size > 0:
        _write(store, array)
    return store


def zeros(shape: Any, dtype: Any = np.int64) -> LogicalStore:
    """A new store of zeros."""
    store = runtime.create_store(Type.from_numpy_dtype(np.dtype(dtype)), shape)
    store.fill(np.zeros((), dtype).item())
    return store


def read(store: LogicalStore) -> np.ndarray[Any, Any]:
    """A copy of all elements."""
    return np.array(np.asarray(store.get_physical_store()))


def wait() -> None:
    """Until everything submitted is done."""
    runtime.issue_execution_fence(block=True)


def same(store: LogicalStore, expected: Any) -> None:
    """Asserts shape and elements."""
    np.testing.assert_array_equal(read(store), expected, strict=False)
    assert store.extents == np.shape(expected)


def raises(kind: type[BaseException], text: str = "") -> Any:
    """`pytest.raises` for a message that contains a text as it is."""
    return pytest.raises(kind, match=re.escape(text) or None)
