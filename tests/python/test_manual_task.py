# SPDX-License-Identifier: Apache-2.0
"""Launches over given points, with tiles by projections."""

import numpy as np
import pytest
from helpers import made, raises, read, runtime, same, wait, zeros

from legate.core import ManualTask, SymbolicExpr, TaskContext, VariantOptions, constant, dimension
from legate.core import types as ty
from legate.core.task import ADD, InputStore, OutputStore, ReductionStore, task


@task
def copy(x: InputStore, out: OutputStore) -> None:
    if np.asarray(out).size > 0:
        np.asarray(out)[...] = np.asarray(x)


@task
def index(ctx: TaskContext, out: OutputStore) -> None:
    """Writes the point's number in the launch, counted in C order."""
    lo, hi = ctx.launch_domain
    extents = [h - l + 1 for l, h in zip(lo, hi)]
    point = [i - l for i, l in zip(ctx.task_index, lo)]
    np.asarray(out)[...] = np.ravel_multi_index(point, extents)


@task
def count(out: ReductionStore[ADD]) -> None:
    np.asarray(out)[0] += 1


def launch(t, shape, lower=None) -> ManualTask:
    return runtime.create_manual_task(t.library, t.task_id, shape, lower)


@pytest.mark.parametrize(
    ("shape", "tile", "points"), [((12,), (3,), (4,)), ((8, 9), (2, 3), (4, 3)), ((4, 4, 4), (2, 4, 1), (2, 1, 4))]
)
def test_each_point_has_its_tile(shape, tile, points):
    out = zeros(shape)
    call = launch(index, points)
    call.add_output(out.partition_by_tiling(tile))
    call.execute()
    expected = np.arange(np.prod(points)).reshape(points)
    for axis, extent in enumerate(tile):
        expected = expected.repeat(extent, axis)
    same(out, expected)


@pytest.mark.parametrize("points", [(1,), (7,), (3, 4), (2, 2, 2)], ids=str)
def test_a_launch_has_as_many_points_as_said(points):
    out = zeros((1,))
    call = launch(count, points)
    call.add_reduction(out, ADD)
    call.execute()
    same(out, [np.prod(points)])


def test_lower_bounds():
    out = zeros((10,))
    call = launch(index, (5,), (2,))
    call.add_output(out.partition_by_tiling((2,)))
    call.execute()
    same(out, [0, 0, 0, 0, 0, 0, 1, 1, 2, 2])


@pytest.mark.parametrize(
    ("shape", "lower", "text"),
    [
        (5, None, "Launch space must be iterable"),
        ((5,), 3, "Lower bounds must be iterable"),
        ((0,), None, "domain must not be empty"),
        ((3, 0), None, "domain must not be empty"),
        ((3,), (3,), "domain must not be empty"),
        ((), None, "domain must not be empty"),
        ((3,), (1, 1), ""),
    ],
    ids=str,
)
def test_domains_that_are_none(shape, lower, text):
    with raises(ValueError, text):
        launch(copy, shape, lower)


def test_tasks_that_there_are_not():
    library, _ = runtime.find_or_create_library("test_manual_task.empty")
    with raises(IndexError, "does not have task"):
        runtime.create_manual_task(library, 5, (1,))


def test_a_store_goes_whole_to_every_point():
    @task
    def total(x: InputStore, out: OutputStore) -> None:
        np.asarray(out)[...] = np.asarray(x).sum()

    out = zeros((6,))
    call = launch(total, (3,))
    call.add_input(made(np.arange(100)))
    call.add_output(out.partition_by_tiling((2,)))
    call.execute()
    same(out, [4950] * 6)


def test_a_constant_projection_selects_one_tile():
    out = zeros((6,))
    call = launch(copy, (3,))
    call.add_input(made(np.arange(8)).partition_by_tiling((2,)), (constant(3),))
    call.add_output(out.partition_by_tiling((2,)))
    call.execute()
    same(out, [6, 7] * 3)


def test_projections_swap_and_shift_coordinates():
    values = np.arange(36).reshape(6, 6)
    out = zeros((6, 6))
    call = launch(copy, (2, 3))
    call.add_input(made(values).partition_by_tiling((2, 3)), (dimension(1), dimension(0)))
    call.add_output(out.partition_by_tiling((2, 3)), (dimension(1), dimension(0)))
    call.execute()
    same(out, values)
    shifted = zeros((6, 6))
    call = launch(copy, (2, 2))
    call.add_input(made(values).partition_by_tiling((2, 2)), (dimension(0) + 1, dimension(1) * 2))
    call.add_output(shifted.partition_by_tiling((2, 2)))
    call.execute()
    expected = np.zeros((6, 6))
    expected[0:4, 0:2], expected[0:4, 2:4] = values[2:6, 0:2], values[2:6, 4:6]
    same(shifted, expected)


def test_tiles_beyond_the_store_are_empty():
    @task
    def sizes(x: InputStore, out: OutputStore) -> None:
        lo, hi = x.domain
        assert (hi[0] < lo[0]) == (np.asarray(x).size == 0)
        np.asarray(out)[...] = np.asarray(x).size

    out = zeros((5,))
    call = launch(sizes, (5,))
    call.add_input(made(np.arange(7)).partition_by_tiling((3,), (5,)))
    call.add_output(out.partition_by_tiling((1,)))
    call.execute()
    same(out, [3, 3, 1, 0, 0])


def test_reductions_into_tiles():
    out = made(np.arange(4) * 100)

    @task
    def add(x: InputStore, out: ReductionStore[ADD]) -> None:
        np.asarray(out)[...] += np.asarray(x).sum()

    call = launch(add, (6,))
    call.add_input(made(np.arange(12)).partition_by_tiling((2,)))
    call.add_reduction(out.partition_by_tiling((4,)), ADD, (constant(0),))
    call.execute()
    same(out, np.arange(4) * 100 + 66)


def test_scalars():
    @task
    def fill(out: OutputStore, a: int, b: float) -> None:
        np.asarray(out)[...] = a + b

    out = zeros((4,), float)
    call = launch(fill, (4,))
    call.add_output(out.partition_by_tiling((1,)))
    call.add_scalar_arg(3, ty.int32)
    call.add_scalar_arg(0.5)
    call.execute()
    same(out, [3.5] * 4)


@pytest.mark.parametrize("arg", [None, 5, np.zeros(3), "store"], ids=repr)
def test_what_is_no_store(arg):
    call = launch(copy, (2,))
    for add in (call.add_input, call.add_output):
        with raises(TypeError, "Expected"):
            add(arg)
    with raises(ValueError):
        call.add_reduction(arg, ADD)


@pytest.mark.parametrize("projection", [5, "0", (5,), [dimension(0)]], ids=repr)
def test_what_is_no_projection(projection):
    call = launch(copy, (2,))
    partition = zeros((4,)).partition_by_tiling((2,))
    for add in (call.add_input, call.add_output, lambda p, j: call.add_reduction(p, ADD, j)):
        with raises(ValueError, "Expected a tuple"):
            add(partition, projection)


def test_wrong_counts():
    for _ in range(5):
        call = launch(copy, (2,))
        call.add_input(zeros((4,)).partition_by_tiling((2,)))
        with raises(IndexError, "output arguments"):
            call.execute()


def test_a_launch_is_submitted_once():
    store = zeros((4,))
    partition = store.partition_by_tiling((2,))
    call = launch(index, (2,))
    call.add_output(partition)
    call.execute()
    for attempt in (
        call.execute,
        lambda: runtime.submit(call),
        lambda: call.add_input(partition),
        lambda: call.add_output(store),
        lambda: call.add_reduction(partition, ADD),
        lambda: call.add_scalar_arg(1),
        lambda: call.throws_exception(ValueError),
        lambda: call.set_concurrent(True),
        lambda: call.set_side_effect(True),
        call.add_cpu_communicator,
        call.provenance,
    ):
        with pytest.raises(RuntimeError):
            attempt()
    same(store, [0, 0, 1, 1])


@pytest.mark.one_process
def test_a_launch_without_stores_runs_at_every_point():
    seen = []

    @task(options=VariantOptions(has_side_effect=True))
    def body(ctx: TaskContext) -> None:
        seen.append((ctx.task_index, ctx.is_single_task(), ctx.launch_domain))

    launch(body, (2, 3)).execute()
    wait()
    assert sorted(index for index, _, _ in seen) == [(i, j) for i in range(2) for j in range(3)]
    assert all(not single and domain == ((0, 0), (1, 2)) for _, single, domain in seen)


def test_exceptions():
    @task
    def fails(n: int) -> None:
        raise KeyError(n)

    call = launch(fails, (3,))
    call.add_scalar_arg(4, ty.int64)
    call.throws_exception(KeyError)
    assert call.exception_types == (KeyError,)
    with pytest.raises(KeyError) as caught:
        call.execute()
    assert caught.value.args == (4,)


def test_the_partition_of_a_result_tiles_another_store():
    @task
    def write(out: OutputStore) -> None:
        np.asarray(out)[...] = 1

    first = zeros((1000,))
    write(first)
    partition = first.partition
    if partition is None:  # the launch was not split
        partition = first.partition_by_tiling((100,))
    points = partition.color_shape
    tile = tuple(-(-extent // colors) for extent, colors in zip(first.extents, points))
    second = zeros((1000,))
    call = launch(copy, points)
    call.add_input(partition)
    call.add_output(second.partition_by_tiling(tile))
    call.execute()
    same(second, np.ones(1000))


def test_it_is_not_constructed():
    with raises(ValueError, "ManualTask objects must not be constructed directly"):
        ManualTask()


def test_points_that_write_a_whole_store():
    @task
    def body(ctx: TaskContext, out: OutputStore) -> None:
        np.asarray(out)[...] = 7

    out = zeros((5,))
    call = launch(body, (3,))
    call.add_output(out)
    call.execute()
    assert set(read(out)) == {7}


# --- expressions ---


def test_expressions():
    for expression, expected, text in [
        (dimension(0), (0, 1, 0), True),
        (dimension(2), (2, 1, 0), True),
        (constant(5), (-1, 0, 5), False),
        (dimension(1) * 3, (1, 3, 0), False),
        (dimension(1) * 3 + 4, (1, 3, 4), False),
        ((dimension(1) + 4) * 3, (1, 3, 12), False),
        (dimension(0) * 1 + 0, (0, 1, 0), True),
        (constant(2) + 3, (-1, 0, 5), False),
    ]:
        assert isinstance(expression, SymbolicExpr)
        assert (expression.dim, expression.weight, expression.offset) == expected
        assert expression.is_identity(expected[0]) is text
        assert not expression.is_identity(expected[0] + 1)
        assert str(expression) == repr(expression)


def test_equality_of_expressions():
    assert dimension(1) == dimension(1) != dimension(0)
    assert dimension(0) * 2 + 1 == (dimension(0) + 0) * 2 + 1 != dimension(0) * 2
    assert constant(1) == constant(1) != constant(2)
    assert dimension(0).__eq__(5) is NotImplemented
    assert dimension(0) != 5


def test_operands_of_expressions():
    for operation in (lambda: dimension(0) + 1.5, lambda: dimension(0) * "2", lambda: dimension(0) + dimension(1)):
        with raises(TypeError):
            operation()
    with raises(ValueError, "objects must not be constructed directly"):
        SymbolicExpr()
