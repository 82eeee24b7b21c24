# SPDX-License-Identifier: Apache-2.0
"""Reduction arguments: all operators, alone and by several points, and what is below a view."""

import functools
import operator

import numpy as np
import pytest
from helpers import made, piece, raises, read, runtime, same, zeros

from legate.core import ReductionOpKind, align, broadcast, dimension
from legate.core.task import ADD, AND, MAX, MIN, MUL, OR, XOR, InputStore, OutputStore, ReductionStore, task

UFUNCS = {
    ADD: np.add,
    MUL: np.multiply,
    MAX: np.maximum,
    MIN: np.minimum,
    OR: np.bitwise_or,
    AND: np.bitwise_and,
    XOR: np.bitwise_xor,
}
INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
INEXACT = ("float16", "float32", "float64")
CASES = [(op, dtype) for op in UFUNCS for dtype in INTEGERS]
CASES += [(op, dtype) for op in (ADD, MUL, MAX, MIN) for dtype in INEXACT]
CASES += [(ADD, "complex64"), (MUL, "complex64"), (ADD, "complex128")]
CASES += [(op, "bool") for op in (OR, AND, XOR)]


def reducer(op, constraints=None):
    """A task that combines all elements that its point has into the only one of its target."""
    ufunc = UFUNCS[op]

    def reduce(values, out) -> None:
        target, contribution = np.asarray(out), np.asarray(values)
        if contribution.size > 0:
            target[0] = ufunc(target[0], ufunc.reduce(contribution, axis=None, dtype=contribution.dtype))

    reduce.__annotations__.update({"values": InputStore, "out": ReductionStore[op]})
    return task(constraints=constraints)(reduce)


TASKS = {op: reducer(op) for op in UFUNCS}


def values_for(op, dtype):
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return np.array([True, False, True, True, True, False])
    if op in (ADD, MUL):
        return np.array([1, 2, 1, 3, 1, 2], dtype)
    if dtype.kind == "f":
        return np.array([-3.5, 2, -1, 7.25, 0, 5], dtype)
    # All bits count: a neutral element that is too narrow would lose some.
    info = np.iinfo(dtype)
    return np.array([info.max, info.max - 4, info.min + 5, info.max - 1, info.max - 16, info.max], dtype)


@pytest.mark.parametrize(("op", "dtype"), CASES, ids=lambda value: getattr(value, "name", value))
def test_many_points_and_the_old_content(op, dtype):
    values = values_for(op, dtype)
    old = values[1:2]
    target = made(old)
    launch = runtime.create_manual_task(TASKS[op].library, TASKS[op].task_id, (6,))
    launch.add_input(made(values).partition_by_tiling((1,)))
    launch.add_reduction(target, op)
    launch.execute()
    same(target, [functools.reduce(UFUNCS[op], values, old[0])])


@pytest.mark.parametrize(("op", "dtype"), CASES, ids=lambda value: getattr(value, "name", value))
def test_one_point_and_the_old_content(op, dtype):
    values = values_for(op, dtype)
    old = values[2:3]
    target = made(old)
    for part in (values[:3], values[3:]):
        launch = runtime.create_manual_task(TASKS[op].library, TASKS[op].task_id, (1,))
        launch.add_input(made(part))
        launch.add_reduction(target, op)
        launch.execute()
    same(target, [functools.reduce(UFUNCS[op], values, old[0])])


@pytest.mark.parametrize("op", [ADD, MUL, MAX, MIN, OR, XOR])
def test_numbers_from_one_to_ten(op):
    start = {ADD: 0, MUL: 1, MAX: -(2**63), MIN: 2**63 - 1, OR: 0, XOR: 0}[op]
    target = made([start])
    TASKS[op](made(np.arange(1, 11)), target)
    same(target, [UFUNCS[op].reduce(np.arange(1, 11))])


def test_there_are_seven_operators():
    assert set(ReductionOpKind) == set(UFUNCS)
    assert ReductionOpKind.ADD == 0


def test_the_automatic_split_of_large_inputs():
    for op in (ADD, MAX, MIN, XOR):
        values = np.random.default_rng(3).integers(-(10**6), 10**6, 10_000)
        target = made(values[:1])
        TASKS[op](made(values), target)
        same(target, [UFUNCS[op](values[0], UFUNCS[op].reduce(values))])


def test_pieces_of_aligned_reductions():
    @task(constraints=align("x", "out"))
    def add(x: InputStore, out: ReductionStore[ADD]) -> None:
        array = np.asarray(out)
        array[...] = array + np.asarray(x)

    target = made(np.arange(100.0))
    for factor in (10, 100):
        add(made(np.arange(100.0) * factor), target)
    same(target, np.arange(100.0) * 111)


def test_a_body_may_assign_to_a_target_of_neutral_elements():
    @task(constraints=broadcast("out"))
    def assign(x: InputStore, out: ReductionStore[ADD]) -> None:
        np.asarray(out)[:] = np.asarray(x).sum()

    target = zeros((10,))
    assign(made(np.arange(100)), target)
    same(target, [4950] * 10)


def test_two_reductions_of_one_task():
    @task
    def extremes(x: InputStore, low: ReductionStore[MIN], high: ReductionStore[MAX]) -> None:
        values = np.asarray(x)
        np.asarray(low)[0] = min(np.asarray(low)[0], values.min())
        np.asarray(high)[0] = max(np.asarray(high)[0], values.max())

    low, high = made([2.5]), made([-100.0])
    extremes(made([3.0, 7.5, 4.0]), low, high)
    same(low, [2.5])
    same(high, [7.5])


def test_reductions_beside_outputs():
    @task(constraints=align("x", "y"))
    def both(x: InputStore, y: OutputStore, total: ReductionStore[ADD]) -> None:
        np.asarray(y)[...] = -np.asarray(x)
        np.asarray(total)[0] += np.asarray(x).sum()

    x, y, total = np.arange(500), zeros((500,)), zeros((1,))
    both(made(x), y, total)
    same(y, -x)
    same(total, [x.sum()])


def test_a_reduction_through_a_promoted_view():
    @task(constraints=align("x", "out"))
    def column_sums(x: InputStore, out: ReductionStore[ADD]) -> None:
        array = np.asarray(out)
        assert array.strides[0] == 0
        array[0, :] += np.asarray(x).sum(axis=0)

    grid = np.arange(60).reshape(20, 3)
    row = made([100, 200, 300])
    column_sums(made(grid), row.promote(0, 20))
    same(row, grid.sum(axis=0) + [100, 200, 300])


def test_a_matrix_product():
    @task(constraints=align("c", "a", "b"))
    def product(c: ReductionStore[ADD], a: InputStore, b: InputStore) -> None:
        np.asarray(c)[...] += 0
        np.asarray(c)[:, 0, :] += np.asarray(a)[:, :, 0] @ np.asarray(b)[0, :, :]

    rng = np.random.default_rng(1)
    m, k, n = 20, 30, 10
    left, right = rng.integers(-9, 9, (m, k)), rng.integers(-9, 9, (k, n))
    c = zeros((m, n))
    product(c.promote(1, k), made(left).promote(2, n), made(right).promote(0, m))
    same(c, left @ right)


def test_a_histogram():
    @task(constraints=broadcast("bins"))
    def histogram(x: InputStore, bins: ReductionStore[ADD]) -> None:
        np.asarray(bins)[...] += np.bincount(np.asarray(x), minlength=16)

    values = np.random.default_rng(2).integers(0, 16, 5000)
    bins = zeros((16,))
    histogram(made(values), bins)
    same(bins, np.bincount(values, minlength=16))


def test_a_projection_that_drops_a_dimension():
    @task
    def row_sums(x: InputStore, out: ReductionStore[ADD]) -> None:
        array = np.asarray(out)
        array[...] = array + np.asarray(x).sum(axis=1)

    grid = np.arange(48).reshape(6, 8)
    out = made(np.arange(6) * 1000)
    launch = runtime.create_manual_task(row_sums.library, row_sums.task_id, (3, 4))
    launch.add_input(made(grid).partition_by_tiling((2, 2)))
    launch.add_reduction(out.partition_by_tiling((2,)), ADD, (dimension(0),))
    launch.execute()
    same(out, np.arange(6) * 1000 + grid.sum(axis=1))


def test_floating_point_sums_do_not_depend_on_the_schedule():
    values = np.random.default_rng(5).standard_normal(5000)
    results = set()
    for _ in range(5):
        target = zeros((1,), float)
        TASKS[ADD](made(values), target)
        results.add(read(target)[0])
    assert len(results) == 1
    np.testing.assert_allclose(results.pop(), values.sum(), rtol=1e-12)


def test_elements_that_several_points_share():
    @task(constraints=broadcast("out"))
    def ones(x: InputStore, out: ReductionStore[ADD]) -> None:
        np.asarray(out)[piece(x)] += 1

    out = made(np.arange(50))
    ones(made(np.zeros(50)), out)
    same(out, np.arange(50) + 1)


def test_an_operator_for_another_type():
    with raises((ValueError, IndexError, TypeError, RuntimeError)):
        launch = runtime.create_manual_task(TASKS[OR].library, TASKS[OR].task_id, (2,))
        launch.add_input(made([1.0, 2.0]).partition_by_tiling((1,)))
        launch.add_reduction(zeros((1,), float), OR)
        launch.execute()


def test_an_operation_of_operators_is_the_same_as_pythons():
    values = [13, 6, 9, 12, 3]
    target = made([5])
    TASKS[AND](made(values), target)
    same(target, [functools.reduce(operator.and_, values, 5)])
