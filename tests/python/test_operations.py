# SPDX-License-Identifier: Apache-2.0
"""Fills, copies, gathers and scatters, against NumPy."""

import numpy as np
import pytest
from helpers import PRIMITIVE_DTYPES, made, piece, raises, runtime, same, zeros

from legate.core import ReductionOpKind, Scalar, Type
from legate.core import types as ty
from legate.core.task import OutputStore, task

ADD, MUL, MAX = ReductionOpKind.ADD, ReductionOpKind.MUL, ReductionOpKind.MAX


@task
def _write_points(out: OutputStore, values: np.ndarray) -> None:
    array = np.asarray(out)
    array[...] = np.ascontiguousarray(values[piece(out)]).view(array.dtype)[..., 0]


def points(*coordinates):
    """A store of points with these coordinates, one array for each dimension."""
    values = np.stack(np.broadcast_arrays(*coordinates), -1).astype(np.int64)
    store = runtime.create_store(ty.point_type(values.shape[-1]), values.shape[:-1])
    _write_points(store, values)
    return store


# --- fills ---


@pytest.mark.parametrize("dtype", PRIMITIVE_DTYPES, ids=str)
def test_fills(dtype):
    value = dtype.type(1).item()
    type_ = Type.from_numpy_dtype(dtype)
    for given in (value, Scalar(value, type_), runtime.create_store_from_scalar(Scalar(value, type_))):
        store = zeros((3, 4), dtype)
        runtime.issue_fill(store, given)
        same(store, np.full((3, 4), value, dtype))


def test_fills_with_numbers_of_another_kind():
    for dtype, value in (("float16", 3), ("float64", 2), ("complex64", 1.5), ("int8", True)):
        store = zeros((3,), dtype)
        store.fill(value)
        same(store, np.full(3, value, dtype))


def test_fills_that_do_not_fit():
    store = zeros((3,))
    with raises(ValueError, "must have the same type"):
        store.fill(Scalar(1, ty.int32))
    with raises(ValueError, "must have the same type"):
        store.fill(runtime.create_store_from_scalar(Scalar(1.5)))
    with raises(ValueError):
        store.fill(zeros((2,)))
    with raises(ValueError):
        runtime.create_store(ty.int64).fill(1)
    with raises(OverflowError):
        zeros((1,), np.int8).fill(300)
    with raises(ValueError):
        store.fill("text")


# --- copies ---


@pytest.mark.parametrize("dtype", PRIMITIVE_DTYPES, ids=str)
def test_copies(dtype):
    values = np.arange(12).reshape(3, 4).astype(dtype)
    target = zeros((3, 4), dtype)
    runtime.issue_copy(target, made(values))
    same(target, values)


@pytest.mark.parametrize(("op", "ufunc"), [(ADD, np.add), (MUL, np.multiply), (MAX, np.maximum)])
def test_copies_that_combine(op, ufunc):
    old, new = np.arange(20), np.arange(20)[::-1] * 3
    target = made(old)
    runtime.issue_copy(target, made(new), op)
    same(target, ufunc(old, new))


def test_copies_that_do_not_fit():
    target = zeros((4,))
    for source in (zeros((5,)), zeros((2, 2)), zeros((4,), np.int32)):
        with raises(ValueError):
            runtime.issue_copy(target, source)
    with raises(ValueError, "does not exist"):
        runtime.issue_copy(zeros((4,), float), zeros((4,), float), ReductionOpKind.OR)
    with raises(ValueError, "accepts only normal and untransformed stores"):
        runtime.issue_copy(target, zeros((9,))[3:7])
    with raises(ValueError):
        runtime.issue_copy(runtime.create_store(ty.int64), target)


def test_a_copy_onto_itself():
    store = made(np.arange(5))
    with raises(ValueError, "the target is the source"):
        runtime.issue_copy(store, store)
    same(store, np.arange(5))


# --- gathers and scatters ---

RNG = np.random.default_rng(11)


@pytest.mark.parametrize("shape", [(7,), (4, 5), (2, 3, 4)], ids=str)
def test_gathers(shape):
    values = RNG.integers(0, 99, (6, 8))
    rows, columns = RNG.integers(0, 6, shape), RNG.integers(0, 8, shape)
    target = zeros(shape)
    runtime.issue_gather(target, made(values), points(rows, columns))
    same(target, values[rows, columns])


def test_gathers_by_numbers():
    values, index = RNG.integers(0, 99, 30), RNG.integers(0, 30, (5, 4))
    target = zeros((5, 4))
    runtime.issue_gather(target, made(values), made(index))
    same(target, values[index])


@pytest.mark.parametrize("dtype", PRIMITIVE_DTYPES, ids=str)
def test_gathers_of_all_types(dtype):
    values, index = np.arange(10).astype(dtype), RNG.integers(0, 10, 25)
    target = zeros((25,), dtype)
    runtime.issue_gather(target, made(values), made(index))
    same(target, values[index])


def test_gathers_that_combine():
    values, index, old = RNG.integers(0, 99, 30), RNG.integers(0, 30, 50), RNG.integers(0, 99, 50)
    target = made(old)
    runtime.issue_gather(target, made(values), made(index), ADD)
    same(target, old + values[index])


def test_scatters():
    index = RNG.permutation(40)[:25]
    values, expected = RNG.integers(1, 99, 25), np.zeros(40)
    target = zeros((40,))
    runtime.issue_scatter(target, made(index), made(values))
    expected[index] = values
    same(target, expected)


def test_scatters_into_two_dimensions():
    place = RNG.permutation(48)[:20]
    rows, columns = np.unravel_index(place, (6, 8))
    values, expected = RNG.integers(1, 99, 20), np.zeros((6, 8))
    target = zeros((6, 8))
    runtime.issue_scatter(target, points(rows, columns), made(values))
    expected[rows, columns] = values
    same(target, expected)


def test_scatters_that_combine():
    index, values, expected = RNG.integers(0, 10, 200), RNG.integers(1, 99, 200), np.arange(10)
    target = made(np.arange(10))
    runtime.issue_scatter(target, made(index), made(values), ADD)
    np.add.at(expected, index, values)
    same(target, expected)


def test_scatter_gathers():
    to, from_ = RNG.permutation(30)[:20], RNG.integers(0, 15, 20)
    values, expected = RNG.integers(1, 99, 15), np.zeros(30)
    target = zeros((30,))
    runtime.issue_scatter_gather(target, made(to), made(values), made(from_))
    expected[to] = values[from_]
    same(target, expected)


def test_scatter_gathers_that_combine():
    to, from_, values = RNG.integers(0, 5, 100), RNG.integers(0, 15, 100), RNG.integers(1, 99, 15)
    target, expected = made(np.arange(5)), np.arange(5)
    runtime.issue_scatter_gather(target, made(to), made(values), made(from_), ADD)
    np.add.at(expected, to, values[from_])
    same(target, expected)


def test_indirections_that_do_not_fit():
    target, source = zeros((4,)), zeros((6, 6))
    for indirect in (zeros((4,), float), points(np.arange(4)), zeros((4,), np.int32)):
        with raises(ValueError, "Indirection store should contain"):
            runtime.issue_gather(target, source, indirect)
    with raises(ValueError):
        runtime.issue_gather(target, zeros((6,)), made(np.arange(3)))
    with raises(ValueError):
        runtime.issue_gather(target, zeros((6,), float), made(np.arange(4)))
    with raises(ValueError):
        runtime.issue_gather(target, zeros((9,))[3:], made(np.arange(4)))
