# SPDX-License-Identifier: Apache-2.0
"""Constraints: what they look like, and how pieces of stores follow them."""

import numpy as np
import pytest
from helpers import made, piece, raises, read, runtime, same, wait, zeros

from legate.core import (
    Constraint,
    ImageComputationHint,
    ParallelPolicy,
    Scope,
    TaskTarget,
    Variable,
    align,
    bloat,
    broadcast,
    image,
    min_extents,
    scale,
)
from legate.core import types as ty
from legate.core.task import ADD, InputStore, OutputStore, ReductionStore, task


@task
def nothing(x: InputStore, y: OutputStore) -> None: ...


def launch_of(t, *stores):
    """A launch with its variables, in the order of the arguments."""
    call = t.prepare_call(*stores)
    return call, *(call.find_or_declare_partition(store) for store in stores)


# --- what they look like ---


def test_deferred_arguments():
    assert [c.args for c in align("a", "b", "c")] == [("a", "b"), ("a", "c")]
    assert align() == align("a") == [] and align(1) == []
    assert [c.args for c in broadcast("a")] == [("a", ())]
    assert [c.args for c in broadcast("a", (0, 2))] == [("a", (0, 2))]
    assert [c.args for c in broadcast("a", [1])] == [("a", [1])]
    assert [c.args for c in broadcast("a", "b", ("c", (1,)))] == [("a", ()), ("b", ()), ("c", (1,))]
    assert scale((2, 3), "a", "b").args == ((2, 3), "a", "b")
    assert bloat("a", "b", (1,), (2,)).args == ("a", "b", (1,), (2,))
    assert image("a", "b").args == ("a", "b", ImageComputationHint.NO_HINT)
    assert image("a", "b", ImageComputationHint.FIRST_LAST).args == ("a", "b", ImageComputationHint.FIRST_LAST)
    assert min_extents("a", (4,)).args == ("a", (4,))


def test_constraints_on_variables():
    call, x, y = launch_of(nothing, zeros((4, 4)), zeros((4, 4)))
    assert isinstance(x, Variable)
    made_here = {
        f"Align({x}, {y})": align(x, y)[0],
        f"Broadcast({x})": broadcast(x)[0],
        f"Broadcast({x}, [0, 1])": broadcast(x, (0, 1))[0],
        f"ScaleConstraint([2, 3], {x}, {y})": scale((2, 3), x, y),
        f"BloatConstraint({x}, {y}, low: [1, 2], high: [3, 4])": bloat(x, y, (1, 2), (3, 4)),
        f"ImageConstraint({x}, {y})": image(x, y),
        f"MinExtents({x}, [5, 6])": min_extents(x, (5, 6)),
    }
    for text, constraint in made_here.items():
        assert isinstance(constraint, Constraint)
        assert str(constraint) == repr(constraint) == text
    assert len(align(x, y, x)) == 2 and len(broadcast(x, y, (x, (1,)))) == 3


def test_variables_print_with_their_task():
    call, x, y = launch_of(nothing, zeros((1,)), zeros((1,)))
    assert str(x) == repr(x) and str(x) != str(y)
    assert str(x).startswith("X0{") and "nothing" in str(x)


def test_alignment_does_not_mix():
    _, x, y = launch_of(nothing, zeros((1,)), zeros((1,)))
    for variables in (("a", x), (x, "a"), (x, y, "a"), ("a", "b", 1)):
        with raises(TypeError, "All variables for alignment must be"):
            align(*variables)
    with raises(TypeError, "int"):
        align(1, 2)


def test_what_broadcasting_refuses():
    with raises(ValueError, "axes must be iterable"):
        broadcast("a", 1)
    with raises(TypeError, "float"):
        broadcast("a", "b", 1.5)
    with raises(TypeError):
        broadcast(1)


def test_what_the_others_refuse():
    _, x, y = launch_of(nothing, zeros((1,)), zeros((1,)))
    with raises(TypeError, "Argument 'var_bigger' has incorrect type (expected str, got Variable)"):
        scale((2,), "a", x)
    with raises(TypeError, "Argument 'var_bigger' has incorrect type (expected Variable, got str)"):
        scale((2,), x, "a")
    with raises(TypeError, "Argument 'var_bloat' has incorrect type"):
        bloat("a", x, (1,), (1,))
    with raises(TypeError, "Argument 'var_range' has incorrect type"):
        image(x, "a")
    with raises(TypeError):
        min_extents(1, (1,))
    for factors in (2, [2], None):
        with raises(TypeError):
            scale(factors, "a", "b")
    with raises(ValueError):
        scale((-1,), "a", "b")
    with raises(TypeError):
        bloat("a", "b", 1, (1,))


# --- what they mean ---


def test_aligned_stores_are_split_alike():
    @task(constraints=align("a", "b", "c"))
    def add(a: InputStore, b: InputStore, c: OutputStore) -> None:
        assert a.domain == b.domain == c.domain
        np.asarray(c)[...] = np.asarray(a) + np.asarray(b)

    rng = np.random.default_rng(0)
    for shape in [(1,), (1000,), (37, 11), (4, 5, 6), (0,), (3, 0)]:
        a, b = rng.integers(0, 99, shape), rng.integers(0, 99, shape)
        c = zeros(shape)
        add(made(a), made(b), c)
        same(c, a + b)


def test_alignment_of_different_shapes():
    @task(constraints=align("x", "y"))
    def copy(x: InputStore, y: OutputStore) -> None: ...

    with raises(ValueError):
        copy(zeros((4,)), zeros((5,)))
    with raises(ValueError):
        copy(zeros((4,)), zeros((4, 1)))


def test_alignment_of_bound_with_unbound():
    @task(constraints=align("x", "y"))
    def copy(x: InputStore, y: OutputStore) -> None: ...

    with raises(ValueError):
        copy(zeros((4,)), runtime.create_store(ty.int64))


@pytest.mark.parametrize("shape", [(1000,), (40, 30), (10, 11, 12)], ids=str)
def test_every_point_sees_the_whole_of_a_broadcast_store(shape):
    @task(constraints=(align("mark", "out"), broadcast("x")))
    def total(x: InputStore, mark: InputStore, out: OutputStore) -> None:
        np.asarray(out)[...] = np.asarray(x).sum()

    values = np.arange(np.prod(shape)).reshape(shape)
    out = zeros((500,))
    total(made(values), zeros((500,)), out)
    same(out, np.full(500, values.sum()))


@pytest.mark.parametrize("axis", [0, 1])
def test_one_dimension_is_broadcast(axis):
    @task(constraints=(broadcast("x", (axis,)), align("x", "y")))
    def normalise(x: InputStore, y: OutputStore) -> None:
        values = np.asarray(x)
        assert values.shape[axis] == (60, 40)[axis]
        np.asarray(y)[...] = values - values.sum(axis=axis, keepdims=True)

    values = np.random.default_rng(1).integers(0, 99, (60, 40))
    y = zeros((60, 40))
    normalise(made(values), y)
    same(y, values - values.sum(axis=axis, keepdims=True))


def test_stores_of_several_ranks_broadcast_inside_the_body():
    @task(constraints=(broadcast("row"), broadcast("one"), broadcast("x", (1,)), align("x", "out")))
    def outer(x: InputStore, row: InputStore, one: InputStore, out: OutputStore) -> None:
        np.asarray(out)[...] = np.asarray(x) * np.asarray(row) + np.asarray(one)

    x, row, one = np.arange(60).reshape(20, 3), np.array([1, 10, 100]), np.array([[[7]]])
    out = zeros((20, 3))
    outer(made(x), made(row), made(one), out)
    same(out, x * row + 7)


def test_a_dimension_that_there_is_not():
    seen = []

    @task(constraints=broadcast("store", (1,)))
    def body(store: InputStore) -> None:
        seen.append(1)

    with raises(ValueError, "Invalid broadcasting dimension"):
        body(zeros((10,)))
    wait()
    assert seen == []


@pytest.mark.parametrize("factor", [2, 3, 4])
@pytest.mark.parametrize("size", [1, 10, 100])
def test_scaled_pieces(factor, size):
    @task(constraints=[scale((factor,), "y", "x"), *align("y", "out")])
    def body(x: InputStore, y: InputStore, out: OutputStore) -> None:
        ok = np.asarray(x).size == factor * np.asarray(y).size and x.domain.lo[0] == factor * y.domain.lo[0]
        np.asarray(out)[...] = np.asarray(x).reshape(-1, factor).sum(axis=1) if ok else -1

    values, out = np.arange(factor * size), zeros((size,))
    body(made(values), made(np.arange(size)), out)
    same(out, values.reshape(-1, factor).sum(axis=1))


def test_scaled_pieces_in_two_dimensions():
    @task(constraints=(scale((2, 3), "small", "big"),))
    def shrink(big: InputStore, small: OutputStore) -> None:
        rows, columns = np.asarray(small).shape
        np.asarray(small)[...] = np.asarray(big).reshape(rows, 2, columns, 3).sum(axis=(1, 3))

    big = np.random.default_rng(2).integers(0, 9, (40, 60))
    small = zeros((20, 20))
    shrink(made(big), small)
    same(small, big.reshape(20, 2, 20, 3).sum(axis=(1, 3)))


@task(constraints=(bloat("out", "x", (1, 2), (2, 1)),))
def neighbours(x: InputStore, out: OutputStore) -> None:
    """The sum over a window, without what lies beyond the store."""
    (rows, columns), (row, column) = x.domain.lo, out.domain.lo
    whole = np.asarray(x)
    result = np.asarray(out)
    for i in range(result.shape[0]):
        for j in range(result.shape[1]):
            top, left = row + i - rows, column + j - columns
            window = whole[max(top - 1, 0) : top + 3, max(left - 2, 0) : left + 2]
            result[i, j] = window.sum()


def windows(values):
    """The same with NumPy."""
    padded = np.pad(values, ((1, 2), (2, 1)))
    return np.lib.stride_tricks.sliding_window_view(padded, (4, 4)).sum(axis=(2, 3))


def test_bloated_pieces_have_their_neighbours():
    values = np.random.default_rng(3).integers(0, 99, (23, 17))
    out = zeros((23, 17))
    neighbours(made(values), out)
    same(out, windows(values))


def test_halos_are_of_what_was_written_last():
    values = np.random.default_rng(4).integers(0, 9, (16, 12))
    store, out = zeros((16, 12)), zeros((16, 12))

    @task(constraints=align("x", "y"))
    def halve(x: InputStore, y: OutputStore) -> None:
        np.asarray(y)[...] = np.asarray(x) // 16

    @task
    def write(out: OutputStore, values: np.ndarray) -> None:
        np.asarray(out)[...] = values[piece(out)]

    write(store, values)
    for _ in range(5):
        neighbours(store, out)
        halve(out, store)
        values = windows(values) // 16
    same(store, values)


def test_halos_of_what_the_program_wrote():
    values = np.random.default_rng(5).integers(0, 9, (16, 12))
    store, out = zeros((16, 12)), zeros((16, 12))
    np.asarray(store.get_physical_store())[...] = values
    neighbours(store, out)
    same(out, windows(values))


def test_offsets_of_another_rank():
    @task(constraints=(bloat("x", "y", (1,), (1,)),))
    def body(x: InputStore, y: InputStore) -> None: ...

    with raises(ValueError):
        body(zeros((4, 4)), zeros((4, 4)))


@pytest.mark.parametrize("least", [1, 7, 100, 10_000])
def test_no_piece_is_shorter_than_the_minimum(least):
    @task(constraints=(min_extents("out", (least,)),))
    def body(out: OutputStore) -> None:
        np.asarray(out)[...] = np.asarray(out).size

    out = zeros((1000,))
    with Scope(parallel_policy=ParallelPolicy(overdecompose_factor=8, partitioning_threshold=(TaskTarget.CPU, 1))):
        body(out)
    assert read(out).min() >= min(least, 1000)


@pytest.mark.parametrize("hint", ImageComputationHint)
@pytest.mark.parametrize("indirect", ["points", "sorted"])
def test_images_contain_what_is_pointed_at(hint, indirect):
    @task(constraints=[image("f", "x", hint), *align("f", "out")])
    def gather(f: InputStore, x: InputStore, out: OutputStore) -> None:
        indices = np.asarray(f).view(np.int64).reshape(-1)
        first = x.domain.lo[0]
        np.asarray(out)[...] = np.asarray(x)[indices - first]

    rng = np.random.default_rng(6)
    indices = rng.integers(0, 300, 100)
    if indirect == "sorted" or hint is ImageComputationHint.FIRST_LAST:
        indices.sort()
    function = runtime.create_store(ty.point_type(1), (100,))

    @task
    def write(out: OutputStore, values: np.ndarray) -> None:
        np.asarray(out).view(np.int64)[...] = values[piece(out)]

    write(function, indices)
    values, out = rng.integers(0, 9999, 300), zeros((100,))
    gather(function, made(values), out)
    same(out, values[indices])


def test_constraints_on_reductions():
    @task(constraints=align("x", "out"))
    def add(x: InputStore, out: ReductionStore[ADD]) -> None:
        assert x.domain == out.domain
        np.asarray(out)[...] += np.asarray(x)

    out = made(np.arange(300))
    add(made(np.arange(300)), out)
    same(out, 2 * np.arange(300))


def test_several_constraints_on_one_store():
    @task(constraints=(align("a", "b"), align("b", "c"), broadcast("a", (1,))))
    def body(a: InputStore, b: InputStore, c: OutputStore) -> None:
        assert a.domain == b.domain == c.domain
        np.asarray(c)[...] = np.asarray(a) * np.asarray(b)

    a, b = np.random.default_rng(7).integers(0, 9, (2, 30, 20))
    c = zeros((30, 20))
    body(made(a), made(b), c)
    same(c, a * b)
