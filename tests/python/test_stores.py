# SPDX-License-Identifier: Apache-2.0
"""Stores: how they are made, attached to memory, and seen as arrays."""

import gc
import sys
import weakref

import numpy as np
import pytest
from helpers import PRIMITIVE_DTYPES, made, raises, read, runtime, same, wait, zeros

from legate.core import (
    LEGATE_MAX_DIM,
    DimOrdering,
    Domain,
    ExternalAllocation,
    InlineAllocation,
    LogicalStore,
    LogicalStorePartition,
    PhysicalStore,
    Scalar,
    Shape,
    StoreTarget,
    align,
    as_logical_store,
    offload_to,
)
from legate.core import types as ty
from legate.core.task import InputStore, OutputStore, task


@task(constraints=align("x", "y"))
def copy(x: InputStore, y: OutputStore) -> None:
    np.asarray(y)[...] = np.asarray(x)


@task(constraints=align("x", "y"))
def increment(x: InputStore, y: OutputStore) -> None:
    np.asarray(y)[...] = np.asarray(x) + 1


# --- creation ---


@pytest.mark.parametrize("dtype", PRIMITIVE_DTYPES, ids=str)
@pytest.mark.parametrize("shape", [(), (1,), (5,), (2, 3), (1, 2, 3, 1)], ids=str)
def test_bound_stores(dtype, shape):
    store = runtime.create_store(ty.Type.from_numpy_dtype(dtype), shape)
    assert store.type == ty.Type.from_numpy_dtype(dtype)
    assert (store.extents, store.ndim, store.unbound, store.transformed) == (shape, len(shape), False, False)
    assert store.volume == store.size == int(np.prod(shape))
    assert isinstance(store.shape, Shape) and store.shape == shape
    assert not store.has_scalar_storage
    value = dtype.type(1).item()
    store.fill(value)
    array = read(store)
    assert (array.dtype, array.shape) == (dtype, shape)
    assert (array == value).all()


@pytest.mark.parametrize("shape", [[2, 3], Shape((2, 3)), range(2, 4), np.array([2, 3])], ids=repr)
def test_spellings_of_a_shape(shape):
    assert runtime.create_store(ty.int8, shape).extents == (2, 3)


def test_what_is_no_store():
    with raises(ValueError, "ndim cannot be used with shape"):
        runtime.create_store(ty.int8, (2,), ndim=1)
    with raises(ValueError):
        runtime.create_store(ty.string_type, (2,))
    with raises(IndexError, "maximum number of dimensions"):
        runtime.create_store(ty.int8, (1,) * (LEGATE_MAX_DIM + 1))
    with raises(ValueError):
        runtime.create_store(ty.int8, 5)
    with pytest.raises((ValueError, OverflowError)):
        runtime.create_store(ty.int8, (-1,))
    with raises(TypeError):
        runtime.create_store(ty.int8, (1.5,))
    with raises(RuntimeError, "2^63 bytes"):
        runtime.create_store(ty.int64, (2**62, 2**62)).fill(0)


def test_the_most_dimensions():
    shape = (1, 2) * (LEGATE_MAX_DIM // 2)
    store = made(np.arange(np.prod(shape)).reshape(shape))
    same(store, np.arange(np.prod(shape)).reshape(shape))


def test_scalar_storage():
    store = runtime.create_store(ty.int64, (1,), optimize_scalar=True)
    assert store.has_scalar_storage
    store.fill(5)
    same(store, [5])
    increment(store, store)
    same(store, [6])


@pytest.mark.parametrize("dtype", PRIMITIVE_DTYPES, ids=str)
def test_stores_from_scalars(dtype):
    value = dtype.type(1).item()
    store = runtime.create_store_from_scalar(Scalar(value, ty.Type.from_numpy_dtype(dtype)))
    assert store.has_scalar_storage and store.extents == (1,)
    same(store, np.array([value], dtype))
    assert runtime.create_store_from_scalar(Scalar(value), (1, 1)).extents == (1, 1)
    assert runtime.create_store_from_scalar(Scalar(value), ()).extents == ()


def test_what_is_no_store_from_a_scalar():
    with raises(ValueError):
        runtime.create_store_from_scalar(Scalar(5), (2,))
    with raises(ValueError, "fixed-size type"):
        runtime.create_store_from_scalar(Scalar("text"))


@pytest.mark.parametrize("optimized", [False, True])
def test_stores_without_dimensions(optimized):
    x = runtime.create_store(ty.int64, (), optimized)
    y = runtime.create_store(ty.int64, (), optimized)
    x.fill(4)

    @task
    def body(x: InputStore, y: OutputStore) -> None:
        assert x.domain == Domain((), ()) and np.asarray(x).shape == ()
        np.asarray(y)[...] = np.asarray(x) * 2

    body(x, y)
    same(y, 8)
    assert (y.ndim, y.volume) == (0, 1)


def test_stores_print():
    for store in (zeros((3,)), runtime.create_store(ty.int64), runtime.create_store(ty.int64, (1,), True)):
        assert str(store) == repr(store) and "tore" in str(store)


def test_they_are_not_constructed():
    for cls in (LogicalStore, PhysicalStore, InlineAllocation, DimOrdering):
        with raises(ValueError, f"{cls.__name__} objects must not be constructed directly"):
            cls()


def test_the_data_interface_of_a_store():
    store = zeros((1,))
    assert store.__legate_data_interface__ == {"version": 2, "data": {"store": store}}
    assert as_logical_store(store) is store
    for thing in (5, np.zeros(3), None):
        with raises(TypeError, "does not provide Legate data interface"):
            as_logical_store(thing)


# --- memory of the program ---


@pytest.mark.parametrize("shape", [(1, 3, 1), (3, 1, 3), (2, 64, 1), (64,), (3, 6, 9), (1, 2, 1, 2, 1, 2)], ids=str)
@pytest.mark.parametrize("order", ["C", "F"])
def test_results_are_in_attached_arrays(shape, order):
    ordering = DimOrdering.c_order() if order == "C" else DimOrdering.fortran_order()
    source = np.asarray(np.random.default_rng(0).integers(0, 99, shape), order=order)
    target = np.zeros(shape, np.int64, order=order)
    x = runtime.create_store_from_buffer(ty.int64, shape, source, True, ordering)
    y = runtime.create_store_from_buffer(ty.int64, shape, target, False, ordering)
    copy(x, y)
    increment(y, y)
    wait()
    np.testing.assert_array_equal(target, source + 1)
    y.detach()
    x.detach()


def test_attaching_copies_nothing_and_keeps_the_array():
    array = np.arange(10)
    count = sys.getrefcount(array)
    store = runtime.create_store_from_buffer(ty.int64, (10,), array, False)
    assert sys.getrefcount(array) > count
    array[0] = 77
    same(store, [77, *range(1, 10)])
    store.detach()
    del store
    wait()
    assert sys.getrefcount(array) == count


def test_an_array_is_released_with_its_store():
    class Array(np.ndarray):
        pass

    array = np.zeros(1000).view(Array)
    gone = weakref.ref(array)
    store = runtime.create_store_from_buffer(ty.float64, (1000,), array, True)
    total = zeros((1000,), float)
    copy(store, total)
    del array, store
    wait()
    gc.collect()
    wait()
    assert gone() is None


def test_a_read_only_array_is_never_written():
    array = np.arange(5)
    store = runtime.create_store_from_buffer(ty.int64, (5,), array, True)
    increment(store, store)
    same(store, np.arange(5) + 1)
    wait()
    np.testing.assert_array_equal(array, np.arange(5))
    store.detach()
    np.testing.assert_array_equal(array, np.arange(5))


def test_after_detach_the_array_is_the_programs():
    array = np.zeros(5)
    store = runtime.create_store_from_buffer(ty.float64, (5,), array, False)
    store.fill(3.0)
    store.detach()
    np.testing.assert_array_equal(array, np.full(5, 3.0))
    store.fill(4.0)
    wait()
    np.testing.assert_array_equal(array, np.full(5, 3.0))
    same(store, np.full(5, 4.0))


def test_what_cannot_be_detached():
    array = np.zeros((4, 4))
    store = runtime.create_store_from_buffer(ty.float64, (4, 4), array, False)
    for thing in (zeros((3,)), store.project(0, 1), store.promote(0, 3)):
        with raises(ValueError):
            thing.detach()
    store.detach()
    with raises(ValueError):
        store.detach()


def test_buffers_that_do_not_fit():
    with raises(ValueError, "too small"):
        runtime.create_store_from_buffer(ty.int64, (11,), np.arange(10), True)
    for thing in (5, None, [1, 2]):
        with raises(TypeError, "bytes-like object is required"):
            runtime.create_store_from_buffer(ty.int64, (1,), thing, True)
    for order, ordering in (("F", None), ("F", DimOrdering.c_order()), ("C", DimOrdering.fortran_order())):
        with raises(ValueError, "not contiguous"):
            runtime.create_store_from_buffer(ty.int64, (3, 4), np.zeros((3, 4), np.int64, order=order), True, ordering)
    with raises(ValueError, "not contiguous"):
        runtime.create_store_from_buffer(ty.int64, (3, 2), np.zeros((3, 4), np.int64)[:, ::2], True)
    with raises(ValueError):
        runtime.create_store_from_buffer(ty.int64, (5,), bytes(40), False)


@pytest.mark.parametrize(
    "buffer", [bytearray(40), memoryview(bytearray(40)), np.zeros(5, np.int64)], ids=lambda b: type(b).__name__
)
def test_any_buffer(buffer):
    store = runtime.create_store_from_buffer(ty.int64, (5,), buffer, False)
    store.fill(-1)
    store.detach()
    np.testing.assert_array_equal(np.frombuffer(buffer, np.int64), [-1] * 5)


def test_orders_of_dimensions():
    assert DimOrdering.c_order().kind is DimOrdering.Kind.C
    assert DimOrdering.fortran_order().kind is DimOrdering.Kind.FORTRAN
    assert DimOrdering.custom_order([1, 0, 2]).kind is DimOrdering.Kind.CUSTOM


def test_allocations():
    array = np.arange(12.0)
    allocation = ExternalAllocation.from_sysmem(array.ctypes.data, array.nbytes, source=array)
    assert (allocation.read_only, allocation.size) == (True, 96)
    with raises(ValueError, "null"):
        ExternalAllocation.from_sysmem(0, 8)


def test_stores_from_tiles():
    tiles = {(i, j): np.full((2, 3), 10 * i + j) for i in range(2) for j in range(2)}
    allocations = [
        (ExternalAllocation.from_sysmem(a.ctypes.data, a.nbytes, source=a), color) for color, a in tiles.items()
    ]
    store, partition = runtime.create_store_from_tiles(ty.int64, (4, 6), (2, 3), allocations)
    assert isinstance(partition, LogicalStorePartition) and partition.color_shape == (2, 2)
    same(store, np.block([[tiles[0, 0], tiles[0, 1]], [tiles[1, 0], tiles[1, 1]]]))
    store.detach()


# --- arrays on stores ---


def test_the_array_of_a_store():
    store = made(np.arange(6).reshape(2, 3))
    np.testing.assert_array_equal(np.asarray(store), np.arange(6).reshape(2, 3))
    assert store.__array_interface__["shape"] == (2, 3)
    with raises(ValueError):
        _ = store.__cuda_array_interface__


def test_the_array_of_a_scalar_store_is_a_copy_that_stays():
    store = runtime.create_store(ty.int64, (1,), optimize_scalar=True)
    arrays = []
    for n in range(20):
        store.fill(n)
        arrays.append(np.asarray(store))
    assert [array.tolist() for array in arrays] == [[n] for n in range(20)]


def test_what_the_program_writes_is_there():
    store = zeros((4, 5))
    np.asarray(store.get_physical_store())[...] = np.arange(20).reshape(4, 5)
    same(store, np.arange(20).reshape(4, 5))
    out = zeros((4, 5))
    increment(store, out)
    same(out, np.arange(20).reshape(4, 5) + 1)


def test_physical_stores():
    physical = made(np.arange(6, dtype=np.int16).reshape(2, 3)).get_physical_store()
    assert (physical.ndim, physical.type, physical.target) == (2, ty.int16, StoreTarget.SYSMEM)
    assert physical.domain == Domain((0, 0), (1, 2)) and physical.domain.hi == (1, 2)
    assert physical.data() is physical


def test_the_domain_of_an_empty_store():
    lo, hi = zeros((0, 3)).get_physical_store().domain
    assert hi[0] < lo[0] and (lo[1], hi[1]) == (0, 2)


def test_allocations_of_stores():
    store = made(np.arange(12, dtype=np.int32).reshape(3, 4))
    allocation = store.get_physical_store().get_inline_allocation()
    assert (allocation.shape, allocation.strides, allocation.target) == ((3, 4), (16, 4), StoreTarget.SYSMEM)
    assert allocation.ptr == np.asarray(allocation).ctypes.data
    interface = allocation.__array_interface__
    assert (interface["version"], interface["typestr"], interface["data"]) == (3, "<i4", (allocation.ptr, False))
    with raises(ValueError):
        _ = allocation.__cuda_array_interface__
    assert not hasattr(allocation, "__dlpack__")
    assert str(allocation).startswith("InlineAllocation(")


def test_allocations_have_the_buffer_protocol():
    store = made(np.arange(12, dtype=np.float32).reshape(3, 4))
    view = memoryview(store.get_physical_store().get_inline_allocation())
    assert (view.itemsize, view.ndim, view.shape, view.strides) == (4, 2, (3, 4), (16, 4))
    assert view.c_contiguous and not view.f_contiguous
    np.testing.assert_array_equal(np.array(view), np.arange(12).reshape(3, 4))
    turned = memoryview(store.transpose((1, 0)).get_physical_store().get_inline_allocation())
    assert (turned.shape, turned.strides, turned.f_contiguous) == ((4, 3), (4, 16), True)


def test_an_allocation_keeps_its_store():
    allocation = made(np.arange(1000)).get_physical_store().get_inline_allocation()
    gc.collect()
    for _ in range(20):
        made(np.zeros(1000, int))
    np.testing.assert_array_equal(np.asarray(allocation), np.arange(1000))


def test_allocations_without_elements_and_without_dimensions():
    empty = zeros((0, 3)).get_physical_store().get_inline_allocation()
    assert empty.shape == (0, 3) and empty.__array_interface__["data"][0] != 0
    assert np.asarray(empty).shape == (0, 3)
    point = runtime.create_store(ty.int64, ())
    point.fill(9)
    allocation = point.get_physical_store().get_inline_allocation()
    assert (allocation.shape, allocation.strides) == ((), ())
    assert np.asarray(allocation) == 9


def test_promoted_dimensions_have_no_stride():
    allocation = made([1, 2, 3]).promote(0, 4).get_physical_store().get_inline_allocation()
    assert (allocation.shape, allocation.strides) == ((4, 3), (0, 8))


@pytest.mark.parametrize(
    ("type_", "dtype"),
    [
        (ty.binary_type(5), "S5"),
        (ty.array_type(ty.int32, 3), "V12"),
        (ty.point_type(2), "V16"),
        (ty.rect_type(1), "V16"),
        (ty.struct_type([ty.int8, ty.float64]), "V16"),
        (ty.struct_type([ty.int8, ty.float64], align=False), "V9"),
    ],
    ids=str,
)
def test_elements_of_other_types(type_, dtype):
    store = runtime.create_store(type_, (4,))
    content = np.frombuffer(bytes(range(4 * type_.size)), dtype)

    @task
    def write(out: OutputStore, first: int) -> None:
        array = np.asarray(out)
        lo = out.domain.lo[0]
        array[...] = np.frombuffer(bytes(range(first, first + 4 * type_.size)), dtype)[lo : lo + array.size]

    write(store, 0)
    array = read(store)
    assert array.dtype == np.dtype(dtype)
    assert array.tobytes() == content.tobytes()


def test_memory_that_there_is_not():
    store = made([1, 2])
    with raises(ValueError):
        store.get_physical_store(StoreTarget.FBMEM)
    same(store, [1, 2])
    assert store.get_physical_store(StoreTarget.SYSMEM).target is StoreTarget.SYSMEM


def test_offloading_keeps_the_elements():
    store = made(np.arange(10))
    store.offload_to(StoreTarget.SYSMEM)
    offload_to(store, target=StoreTarget.SYSMEM)
    same(store, np.arange(10))


def test_overlap_and_storage():
    store, other = zeros((10,)), zeros((10,))
    left, right = store.slice(0, slice(0, 6)), store.slice(0, slice(4, 10))
    assert store.overlaps(store) and store.overlaps(left) and left.overlaps(right)
    assert not store.slice(0, slice(0, 4)).overlaps(right) and not store.overlaps(other)
    for view in (store.promote(0, 3), store.delinearize(0, (2, 5)), store.promote(0, 2).transpose((1, 0))):
        assert store.equal_storage(view)
    assert not store.equal_storage(right) and not store.equal_storage(other)


# --- partitions ---


def test_tiles():
    values = np.arange(35).reshape(5, 7)
    store = made(values)
    partition = store.partition_by_tiling((2, 3))
    assert partition.color_shape == (3, 3)
    assert partition.store().equal_storage(store)
    for i in range(3):
        for j in range(3):
            same(partition.get_child_store(i, j), values[2 * i : 2 * i + 2, 3 * j : 3 * j + 3])
    for color in ((3, 0), (0, 3), (-1, 0), (0,), (0, 0, 0), ()):
        with raises(IndexError, "invalid for partition of color shape"):
            partition.get_child_store(*color)


@pytest.mark.parametrize("tile", [(0,), (2, 2), 3, ()], ids=str)
def test_tiles_that_are_none(tile):
    with raises(ValueError):
        zeros((6,)).partition_by_tiling(tile)


def test_negative_tiles():
    with pytest.raises(OverflowError):
        zeros((6,)).partition_by_tiling((-1,))


def test_a_fresh_store_is_not_partitioned():
    assert zeros((3,)).partition is None or isinstance(zeros((3,)).partition, LogicalStorePartition)
    assert runtime.create_store(ty.int64, (3,)).partition is None


def test_tasks_write_tiles():
    store = zeros((6, 4))
    partition = store.partition_by_tiling((3, 2))

    @task
    def fill(out: OutputStore, n: int) -> None:
        np.asarray(out)[...] = n

    for i in range(2):
        for j in range(2):
            fill(partition.get_child_store(i, j), 10 * i + j)
    same(store, np.kron([[0, 1], [10, 11]], np.ones((3, 2))))


def test_an_index_out_of_bounds_ends_a_loop():
    store = made([1, 2, 3])
    assert [int(read(element)) for element in store] == [1, 2, 3]
    for index in (3, -4):
        with raises(IndexError, f"index {index} is out of bounds"):
            store[index]
        with pytest.raises(ValueError):
            store[index]
    same(store[-3], 1)


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: runtime.create_store(np.float64, (5,)), TypeError, "dtype must be a Type"),
        (lambda: runtime.create_store(ty.float64, (-1,)), ValueError, "must be a positive number"),
        (lambda: runtime.create_store_from_scalar(3), TypeError, "scalar must be a Scalar, but got 3"),
    ],
)
def test_arguments_of_another_kind(call, kind, text):
    with raises(kind, text):
        call()


def test_a_fence_takes_what_is_true():
    runtime.issue_execution_fence(1)
    runtime.issue_execution_fence([])
