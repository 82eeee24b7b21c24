# SPDX-License-Identifier: Apache-2.0
"""Views of stores against those of NumPy: what they show, and that what is written through them is in the store."""

import numpy as np
import pytest
from helpers import made, raises, runtime, same, zeros

from legate.core import Domain, align
from legate.core import types as ty
from legate.core.task import InputStore, OutputStore, task

VALUES = np.arange(120).reshape(4, 5, 6)


@task(constraints=align("x", "y"))
def negate(x: InputStore, y: OutputStore) -> None:
    np.asarray(y)[...] = -np.asarray(x)


@task
def stamp(out: OutputStore, values: np.ndarray) -> None:
    """Writes the elements of an array of the view's shape."""
    index = tuple(slice(lo, hi + 1) for lo, hi in zip(*out.domain))
    np.asarray(out)[...] = values[index]


def check(view_of, values=VALUES):
    """The view shows what NumPy's shows; a task reads it; what a task writes through it is in the store."""
    store = made(values)
    expected = view_of(values)
    view = view_of(Steps(store)).store
    assert view.extents == expected.shape
    same(view, expected)
    negated = zeros(expected.shape)
    negate(view, negated)
    same(negated, -expected)
    if expected.ndim > 0:
        changed, new = values.copy(), np.arange(1000, 1000 + expected.size).reshape(expected.shape)
        view_of(changed)[...] = new
        stamp(view, new)
        same(store, changed)


class Steps:
    """A store that is indexed and transposed as an array is."""

    def __init__(self, store):
        self.store = store

    def __getitem__(self, index):
        return Steps(self.store[index])

    def transpose(self, *axes):
        return Steps(self.store.transpose(axes))


INDICES = [
    1,
    -1,
    (1, 2),
    (1, 2, 3),
    (-1, -2, -3),
    slice(1, 3),
    slice(None),
    slice(0, 4),
    slice(-3, -1),
    slice(2, None),
    slice(None, 2),
    (slice(1, 3), slice(2, 5), slice(0, 1)),
    (slice(None), slice(1, 2)),
    None,
    (None, None),
    # Mixtures mean what they mean to NumPy.
    (1, slice(1, 4)),
    (slice(1, 3), 2),
    (1, slice(None), 3),
    (slice(1, 3), 2, slice(1, 5)),
    (1, None),
    (None, 1),
    (None, 1, slice(2, 4)),
    (slice(1, 2), None, slice(2, 4)),
    (slice(None), None, 3, None, slice(1, 3)),
    (-1, slice(-4, -1), None, -2),
    np.int64(2),
    (np.int32(1), slice(np.int8(1), np.int64(3))),
]


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_indices(index):
    check(lambda values: values[index])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (slice(1, 4), 0),
        (1, slice(1, 3)),
        ((slice(None), 2), (slice(1, 3), slice(2, 4))),
        ((slice(1, 4), slice(1, 5)), (slice(1, 2), 3)),
        ((None, 2), (0, slice(1, 2))),
    ],
    ids=str,
)
def test_views_of_views(first, second):
    check(lambda values: values[first][second])


@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)], ids=str)
def test_transposed(axes):
    check(lambda values: values.transpose(*axes))
    check(lambda values: values[1:3, :, 2:5].transpose(*axes))
    check(lambda values: values.transpose(*axes)[1:, 1:, 1])


@pytest.mark.parametrize("axes", [(0,), (0, 0, 1), (0, 1, 3), (0, 1, -1), (0, 1, 2, 3), 5], ids=str)
def test_axes_that_are_no_permutation(axes):
    with raises(ValueError):
        made(VALUES).transpose(axes)


@pytest.mark.parametrize(("position", "size"), [(0, 3), (1, 2), (3, 4), (2, 1), (-1, 3), (-3, 2), (0, 0)])
def test_promoted(position, size):
    store = made(VALUES)
    view = store.promote(position, size)
    expected = np.expand_dims(VALUES, position + 3 if position < 0 else position)
    axis = position + 3 if position < 0 else position
    expected = np.repeat(expected, size, axis)
    assert view.transformed and view.ndim == 4
    same(view, expected)
    negated = zeros(expected.shape)
    negate(view, negated)
    same(negated, -expected)


def test_promotions_that_are_none():
    store = made(VALUES)
    for position in (4, -4, 100):
        with raises(ValueError):
            store.promote(position, 2)
    with raises(OverflowError):
        store.promote(0, -1)


@pytest.mark.parametrize(("lo", "hi"), [(0, 2), (1, 3), (2, 5), (1, 1), (0, 5)])
def test_a_slice_of_a_promoted_dimension(lo, hi):
    view = made([10, 20, 30]).promote(0, 5).slice(0, slice(lo, hi))
    expected = np.repeat([[10, 20, 30]], hi - lo, 0)
    assert view.extents == expected.shape
    same(view, expected)
    if expected.size > 0:
        assert view.get_physical_store().domain == Domain((0, 0), (hi - lo - 1, 2))
        out = zeros(expected.shape)
        negate(view, out)
        same(out, -expected)


def test_projected():
    store = made(VALUES)
    for dim in range(-3, 3):
        same(store.project(dim, 2), VALUES.take(2, dim))
    for dim, index in ((3, 0), (-4, 0), (0, 4), (0, -1), (2, 100)):
        with raises(ValueError):
            store.project(dim, index)


def test_projected_to_a_point():
    store = made(np.arange(5))
    view = store.project(0, 3)
    out = runtime.create_store(ty.int64, ())

    @task
    def body(x: InputStore, y: OutputStore) -> None:
        assert x.domain == Domain((), ())
        np.asarray(y)[...] = np.asarray(x) * 10

    body(view, out)
    assert (view.extents, view.ndim) == ((), 0)
    same(out, 30)


def test_written_through_a_projection():
    store = zeros((3, 4))
    stamp(store.project(1, 2), np.array([7, 8, 9]))
    expected = np.zeros((3, 4))
    expected[:, 2] = [7, 8, 9]
    same(store, expected)


def test_broadcast():
    store = made(np.arange(4).reshape(4, 1))
    view = store.broadcast(1, 3)
    same(view, np.repeat(np.arange(4).reshape(4, 1), 3, 1))
    for dim in (0, 2, -3):
        with raises(ValueError):
            store.broadcast(dim, 3)


@pytest.mark.parametrize("dim", [0, 1, 2, -1])
def test_sliced(dim):
    store = made(VALUES)
    for sl in (slice(1, 3), slice(-2, None), slice(None, -1), slice(-100, 2), slice(1, 3, 1)):
        same(store.slice(dim, sl), VALUES[(slice(None),) * (dim % 3) + (sl,)])


def test_slices_that_are_none():
    store = made(VALUES)
    for sl in (slice(0, 4, 2), slice(None, None, -1)):
        with raises(NotImplementedError):
            store.slice(0, sl)
    for sl in (slice(0, 5), slice(3, 100)):
        with raises(ValueError):
            store.slice(0, sl)
    for dim in (3, -4):
        with raises(ValueError):
            store.slice(dim, slice(0, 1))


@pytest.mark.parametrize("sl", [slice(2, 2), slice(3, 1), slice(0, 0), slice(100, 50), slice(7, 7)], ids=str)
def test_empty_slices_are_fresh_stores(sl):
    store = made(np.arange(5))
    view = store.slice(0, sl)
    assert view.extents == (0,) and not store.overlaps(view)
    view.fill(9)
    same(store, np.arange(5))


def test_slices_that_begin_at_0_are_not_transformed():
    store = made(np.arange(5))
    assert store.slice(0, slice(0, 5)) is store
    assert not store.slice(0, slice(0, 3)).transformed
    assert store.slice(0, slice(1, 3)).transformed


@pytest.mark.parametrize(
    ("dim", "shape"), [(0, (2, 2)), (1, (5, 1)), (2, (2, 3)), (-1, (3, 2)), (2, (1, 6)), (2, (6,))], ids=str
)
def test_delinearized(dim, shape):
    store = made(VALUES)
    axis = dim % 3
    expected = VALUES.reshape(VALUES.shape[:axis] + shape + VALUES.shape[axis + 1 :])
    view = store.delinearize(dim, shape)
    same(view, expected)
    out = zeros(expected.shape)
    negate(view, out)
    same(out, -expected)
    stamp(view, expected + 5)
    same(store, VALUES + 5)


def test_views_of_delinearized_stores():
    view = made(np.arange(12)).delinearize(0, (3, 4))
    same(view.transpose((1, 0)), np.arange(12).reshape(3, 4).T)
    same(view.promote(0, 2), np.stack([np.arange(12).reshape(3, 4)] * 2))
    view.fill(7)
    same(view, np.full((3, 4), 7))


def test_delinearizations_that_are_none():
    store = made(np.arange(12))
    for dim, shape in ((0, (5, 2)), (1, (3, 4)), (-2, (3, 4)), (0, ())):
        with raises(ValueError):
            store.delinearize(dim, shape)
    with raises(ValueError):
        zeros((0,)).delinearize(0, (0, 3))


def test_what_is_no_index():
    store = made(VALUES)
    for index in ("a", 1.5, [1, 2], (0, "a")):
        with raises(TypeError):
            _ = store[index]
    for index in (4, -5, (0, 5), (0, 0, 0, 0)):
        with pytest.raises((ValueError, IndexError)):
            _ = store[index]


def test_filled_views():
    store = zeros((6, 6))
    store[1:5, 2:4].fill(3)
    store[:, 5].fill(-1)
    store[2].fill(8)
    expected = np.zeros((6, 6))
    expected[1:5, 2:4], expected[:, 5], expected[2] = 3, -1, 8
    same(store, expected)


def test_views_of_one_store_depend_on_each_other():
    store = made(np.arange(10))
    for _ in range(4):
        negate(store[0:9], store[0:9])
        negate(store[1:10], store[1:10])
    expected = np.arange(10)
    for _ in range(4):
        expected[0:9] *= -1
        expected[1:10] *= -1
    same(store, expected)


def test_a_stencil_of_overlapping_slices():
    @task(constraints=align("left", "right", "out"))
    def average(left: InputStore, right: InputStore, out: OutputStore) -> None:
        np.asarray(out)[...] = (np.asarray(left) + np.asarray(right)) // 2

    values = np.random.default_rng(1).integers(0, 1000, 200)
    store, other = made(values), made(values)
    for _ in range(4):
        average(store[0:198], store[2:200], other[1:199])
        store, other = other, store
        values = np.concatenate([values[:1], (values[:-2] + values[2:]) // 2, values[-1:]])
    same(store, values)
