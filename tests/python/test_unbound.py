# SPDX-License-Identifier: Apache-2.0
"""Outputs whose shape the task decides about."""

import numpy as np
import pytest
from helpers import PRIMITIVE_DTYPES, made, raises, read, runtime, same, wait

from legate.core import Shape, TaskContext, VariantOptions
from legate.core import types as ty
from legate.core.task import InputStore, OutputStore, task

ALLOCATES = VariantOptions(has_allocations=True)
MAY_THROW = VariantOptions(has_allocations=True, may_throw_exception=True)


@pytest.mark.parametrize("shape", [(7,), (3, 4), (2, 3, 4), (0,), (3, 0), (1,), (1, 1)], ids=str)
def test_the_body_decides_about_the_shape(shape):
    @task(options=ALLOCATES)
    def body(out: OutputStore, shape: tuple) -> None:
        buffer = out.create_output_buffer(shape)
        assert (buffer.type, buffer.dim) == (ty.int64, len(shape))
        np.asarray(buffer)[...] = np.arange(np.prod(shape)).reshape(shape)

    out = runtime.create_store(ty.int64, ndim=len(shape))
    assert out.unbound and out.ndim == len(shape)
    body(out, shape)
    assert out.extents == shape and not out.unbound
    assert out.volume == out.size == np.prod(shape) and out.shape == Shape(shape)
    same(out, np.arange(np.prod(shape)).reshape(shape))


@pytest.mark.parametrize("dtype", PRIMITIVE_DTYPES, ids=str)
def test_elements_of_all_types(dtype):
    @task(options=ALLOCATES)
    def body(out: OutputStore) -> None:
        np.asarray(out.create_output_buffer((5,)))[...] = np.arange(5).astype(dtype)

    out = runtime.create_store(ty.Type.from_numpy_dtype(dtype))
    body(out)
    assert read(out).dtype == dtype
    same(out, np.arange(5).astype(dtype))


def test_buffers_may_be_bound_later_and_to_another_store():
    @task(options=ALLOCATES)
    def body(first: OutputStore, second: OutputStore) -> None:
        buffer = first.create_output_buffer((10,), bind=False)
        other = second.create_output_buffer((4,), bind=False)
        np.asarray(buffer)[:] = np.arange(10)
        np.asarray(other)[:] = -1
        second.bind_data(buffer, (6,))
        first.bind_data(other)

    first, second = runtime.create_store(ty.int32), runtime.create_store(ty.int32)
    body(first, second)
    same(first, [-1] * 4)
    same(second, range(6))


def test_a_smaller_extent_in_two_dimensions():
    @task(options=ALLOCATES)
    def body(out: OutputStore) -> None:
        buffer = out.create_output_buffer((4, 6), bind=False)
        np.asarray(buffer)[...] = np.arange(24).reshape(4, 6)
        out.bind_data(buffer, (2, 6))

    out = runtime.create_store(ty.int64, ndim=2)
    body(out)
    same(out, np.arange(12).reshape(2, 6))


def test_buffers_of_another_type_are_refused():
    @task(options=MAY_THROW)
    def body(first: OutputStore, second: OutputStore) -> None:
        buffer = first.create_output_buffer((3,), bind=False)
        second.bind_data(buffer)

    with raises(TypeError, "types are not compatible"):
        body(runtime.create_store(ty.int32), runtime.create_store(ty.float64))


def test_a_bound_output_has_no_buffer():
    @task(options=MAY_THROW)
    def body(out: OutputStore) -> None:
        out.create_output_buffer((3,))

    with pytest.raises((ValueError, RuntimeError)):
        body(made([1, 2]))


def test_pieces_of_several_points_follow_each_other():
    @task(options=ALLOCATES)
    def keep_even(x: InputStore, out: OutputStore) -> None:
        values = np.asarray(x)
        kept = values[values % 2 == 0]
        np.asarray(out.create_output_buffer(kept.shape))[:] = kept

    values = np.random.default_rng(1).integers(0, 100, 1000)
    out = runtime.create_store(ty.int64)
    keep_even(made(values), out)
    same(out, values[values % 2 == 0])


def test_points_of_a_manual_launch_bind_different_sizes():
    @task(options=ALLOCATES)
    def body(ctx: TaskContext, out: OutputStore) -> None:
        n = ctx.task_index[0]
        np.asarray(out.create_output_buffer((n,)))[:] = n

    out = runtime.create_store(ty.int32)
    launch = runtime.create_manual_task(body.library, body.task_id, (5,))
    launch.add_output(out)
    launch.execute()
    same(out, np.repeat(np.arange(5), np.arange(5)))


def test_a_bound_store_is_an_input_of_later_tasks():
    @task(options=ALLOCATES)
    def produce(out: OutputStore, n: int) -> None:
        np.asarray(out.create_output_buffer((n,)))[:] = np.arange(n)

    @task
    def total(x: InputStore, out: OutputStore) -> None:
        np.asarray(out)[0] = np.asarray(x).sum()

    unbound, out = runtime.create_store(ty.int64), made([0])
    produce(unbound, 50)
    total_of = total.prepare_call(unbound, out)
    total_of.add_broadcast(unbound)
    total_of.execute()
    same(out, [50 * 49 // 2])


def test_a_shape_that_nothing_binds():
    store = runtime.create_store(ty.int64, ndim=3)
    assert store.shape.ndim == len(store.shape) == 3
    with raises(ValueError):
        _ = store.extents
    with raises(ValueError):
        _ = store.shape.extents
    with raises(ValueError):
        store.get_physical_store()
    with raises(ValueError):
        store.fill(1)


def test_an_unbound_store_can_be_bound_again_by_another_task():
    @task(options=ALLOCATES)
    def produce(out: OutputStore, n: int) -> None:
        np.asarray(out.create_output_buffer((n,)))[:] = n

    for n in (3, 5):
        out = runtime.create_store(ty.int64)
        produce(out, n)
        same(out, [n] * n)


@pytest.mark.one_process
def test_an_interface_of_the_buffer():
    seen = {}

    @task(options=ALLOCATES)
    def body(out: OutputStore) -> None:
        buffer = out.create_output_buffer((2, 3))
        seen["interface"] = buffer.__array_interface__
        np.asarray(buffer)[...] = 1

    out = runtime.create_store(ty.float32, ndim=2)
    body(out)
    wait()
    assert seen["interface"]["shape"] == (2, 3)
    assert seen["interface"]["typestr"] == "<f4"
    assert seen["interface"]["data"][1] is False
    same(out, np.ones((2, 3)))
