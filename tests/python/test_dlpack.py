# SPDX-License-Identifier: Apache-2.0
"""Exchange of memory through DLPack, with NumPy as the other side."""

import numpy as np
import pytest
from helpers import PRIMITIVE_DTYPES, made, raises, read, runtime, same, wait, zeros

from legate.core import VariantOptions, align, from_dlpack
from legate.core import types as ty
from legate.core.task import InputStore, OutputStore, task

MAY_THROW = VariantOptions(may_throw_exception=True)


@task(constraints=align("x", "y"))
def increment(x: InputStore, y: OutputStore) -> None:
    np.asarray(y)[...] = np.asarray(x) + 1


class Old:
    """A producer that knows no versions."""

    def __init__(self, array):
        self.array = array

    def __dlpack__(self, *, dl_device=None, copy=None):
        return self.array.__dlpack__()

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


class Answers:
    """A producer with an answer of one's choice."""

    def __init__(self, answer, device=(1, 0)):
        self.answer, self.device = answer, device

    def __dlpack__(self, *, stream=None, max_version=None, dl_device=None, copy=None):
        return self.answer

    def __dlpack_device__(self):
        return self.device


# --- from others ---


@pytest.mark.parametrize("shape", [(1, 3, 1), (3, 1, 3), (2, 64, 1), (64,), (3, 6, 9), (1, 2, 1, 2, 1, 2)], ids=str)
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("wrap", [lambda array: array, Old], ids=["versioned", "unversioned"])
def test_memory_is_shared(shape, order, wrap):
    array = np.asarray(np.random.default_rng(0).integers(0, 99, shape), order=order)
    expected = array + 1
    store = from_dlpack(wrap(array))
    assert store.extents == shape and store.type == ty.int64
    increment(store, store)
    wait()
    np.testing.assert_array_equal(array, expected)
    same(store, expected)


@pytest.mark.parametrize("dtype", PRIMITIVE_DTYPES, ids=str)
def test_elements_of_all_types(dtype):
    array = np.arange(10).astype(dtype)
    store = from_dlpack(array)
    assert store.type == ty.Type.from_numpy_dtype(dtype)
    same(store, array)


def test_a_copy_is_not_shared():
    array = np.arange(5)
    store = from_dlpack(array, copy=True)
    increment(store, store)
    wait()
    np.testing.assert_array_equal(array, np.arange(5))
    same(store, np.arange(5) + 1)


def test_the_producer_is_kept():
    store = from_dlpack(np.arange(1000))
    for _ in range(10):
        np.zeros(1000, int)
    same(store, np.arange(1000))


def test_what_is_no_producer():
    for thing in (5, None, [1, 2], object()):
        with raises(AttributeError):
            from_dlpack(thing)
    for answer in (5, None, "capsule"):
        with raises(ValueError):
            from_dlpack(Answers(answer))


def test_a_device_that_nobody_knows():
    with raises(BufferError, "type 77"):
        from_dlpack(Answers(np.arange(3).__dlpack__(), device=(77, 0)))


def test_a_capsule_is_used_once():
    capsule = np.arange(3).__dlpack__()
    same(from_dlpack(Answers(capsule)), [0, 1, 2])
    with raises(ValueError):
        from_dlpack(Answers(capsule))


def test_layouts_with_holes():
    with raises(ValueError, "non-contiguous"):
        from_dlpack(np.zeros((4, 6))[:, ::2])
    with raises(ValueError, "non monotonous"):
        from_dlpack(np.zeros((2, 3, 4)).transpose(1, 0, 2))


# --- to others ---


def test_bodies_write_through_numpy():
    @task(constraints=align("x", "y"))
    def body(x: InputStore, y: OutputStore) -> None:
        np.from_dlpack(y)[...] = np.from_dlpack(x) * 2

    y = zeros((40, 30))
    body(made(np.arange(1200).reshape(40, 30)), y)
    same(y, np.arange(1200).reshape(40, 30) * 2)


@pytest.mark.parametrize("dtype", PRIMITIVE_DTYPES, ids=str)
def test_numpy_reads_physical_stores(dtype):
    values = np.arange(12).reshape(3, 4).astype(dtype)
    physical = made(values).get_physical_store()
    assert physical.__dlpack_device__() == (1, 0)
    array = np.from_dlpack(physical)
    np.testing.assert_array_equal(array, values, strict=True)


def test_views_have_strides():
    values = np.arange(60).reshape(3, 4, 5)
    view = made(values).transpose((2, 0, 1)).slice(0, slice(1, 4))
    np.testing.assert_array_equal(np.from_dlpack(view.get_physical_store()), values.transpose(2, 0, 1)[1:4])


def test_a_copy_for_the_other_side():
    store = made(np.arange(5))
    physical = store.get_physical_store()
    copied = np.from_dlpack(Answers(physical.__dlpack__(copy=True)))
    np.testing.assert_array_equal(copied, np.arange(5))
    np.asarray(physical)[...] = 0
    np.testing.assert_array_equal(copied, np.arange(5))


def test_the_capsule_keeps_the_memory():
    array = np.from_dlpack(made(np.arange(1000)).get_physical_store())
    for _ in range(20):
        made(np.zeros(1000, int))
    np.testing.assert_array_equal(array, np.arange(1000))


def test_what_cannot_be_had():
    physical = made([1, 2]).get_physical_store()
    for arguments in ({"max_version": (0, 8)}, {"dl_device": (2, 0)}):
        with raises(BufferError):
            physical.__dlpack__(**arguments)
    for type_ in (ty.array_type(ty.int8, 3), ty.struct_type([ty.int8, ty.int32])):
        store = runtime.create_store(type_, (2,))
        with raises(BufferError):
            store.get_physical_store().__dlpack__()


def test_streams_mean_nothing_on_cpus():
    physical = made([1, 2]).get_physical_store()
    for stream in (None, -1, 0, 1, 2):
        np.testing.assert_array_equal(np.from_dlpack(Answers(physical.__dlpack__(stream=stream))), [1, 2])


def test_stores_pass_through_both_sides():
    store = made(np.arange(6).reshape(2, 3))
    other = from_dlpack(store.get_physical_store())
    increment(other, other)
    wait()
    assert read(other).tolist() == [[1, 2, 3], [4, 5, 6]]
