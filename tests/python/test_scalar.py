# SPDX-License-Identifier: Apache-2.0
"""Scalars and shapes."""

import ctypes
import gc

import numpy as np
import pytest
from helpers import PRIMITIVE_DTYPES, raises, runtime

from legate.core import Scalar, Shape, Type
from legate.core import types as ty


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (True, ty.bool_),
        (7, ty.uint8),
        (-(2**31), ty.int32),
        (2.5, ty.float64),
        (1 + 2j, ty.complex128),
        ("täxt", ty.string_type),
        (None, ty.null_type),
    ],
    ids=str,
)
def test_deduced(value, type_):
    scalar = Scalar(value)
    assert scalar.type == type_
    assert type(scalar.value()) is type(value) and scalar.value() == value
    assert str(scalar) == repr(scalar) == f"Scalar({value!r}, {type_})"


@pytest.mark.parametrize("dtype", PRIMITIVE_DTYPES, ids=str)
def test_of_all_types(dtype):
    type_, value = Type.from_numpy_dtype(dtype), dtype.type(1)
    for given in (value.item(), value.tobytes(), np.array(value)):
        scalar = Scalar(given, type_)
        assert scalar.type == type_ and scalar.value() == value.item()
        assert type(scalar.value()) in (bool, int, float, complex)
    assert np.asarray(Scalar(value.item(), type_)) == value
    assert np.asarray(Scalar(value.item(), type_)).dtype == dtype


def test_numbers_are_converted():
    assert Scalar(2.9, ty.int32).value() == 2
    assert Scalar(-2.9, ty.int32).value() == -2
    assert Scalar(3, ty.float32).value() == 3.0
    assert Scalar(0.1, ty.float16).value() == float(np.float16(0.1))
    assert Scalar(2, ty.complex64).value() == 2 + 0j
    assert Scalar(True, ty.int8).value() == 1


@pytest.mark.parametrize(
    ("value", "type_", "kind"),
    [
        (0, ty.bool_, ValueError),
        (1, ty.bool_, ValueError),
        (np.True_, ty.bool_, ValueError),
        (128, ty.int8, OverflowError),
        (-1, ty.uint8, OverflowError),
        (2**64, ty.uint64, OverflowError),
        ("one", ty.int32, ValueError),
        (None, ty.int32, ValueError),
        (b"abc", ty.int32, ValueError),
        (np.zeros(3, np.int8), ty.int32, ValueError),
        ("1.5", ty.float64, ValueError),
        (5, ty.string_type, TypeError),
        (b"ab", ty.binary_type(3), ValueError),
        (5, ty.binary_type(3), ValueError),
        ([1, 2], ty.array_type(ty.int8, 3), ValueError),
        (5, ty.array_type(ty.int8, 3), ValueError),
        ([1, 2], ty.struct_type([ty.int8, ty.int8]), ValueError),
        ((1,), ty.struct_type([ty.int8, ty.int8]), ValueError),
    ],
    ids=str,
)
def test_values_that_do_not_fit(value, type_, kind):
    with raises(kind):
        Scalar(value, type_)


def test_a_size_that_does_not_fit():
    with raises(ValueError, "expects a value of size"):
        Scalar(b"ab", ty.binary_type(3))


@pytest.mark.parametrize("value", [object(), {}, (), [1, "a"], 2**64], ids=str)
def test_no_type_can_be_deduced(value):
    with raises(NotImplementedError):
        Scalar(value)


@pytest.mark.parametrize(
    "value", [(1, 2, 3), [1, 2, 3], range(1, 4), np.array([1, 2, 3]), np.array([1.5, 2.5, 3.5]), b"\1\2\3"], ids=repr
)
def test_fixed_arrays(value):
    scalar = Scalar(value, ty.array_type(ty.int8, 3))
    assert isinstance(scalar.value(), np.ndarray) and not scalar.value().flags.writeable
    np.testing.assert_array_equal(scalar.value(), np.array([1, 2, 3], np.int8), strict=True)


def test_structs():
    for align in (True, False):
        type_ = ty.struct_type([ty.int8, ty.float64, ty.complex64], align=align)
        record = np.array((3, 0.5, 1j), type_.to_numpy_dtype())
        for value in ((3, 0.5, 1j), record.tobytes(), record):
            assert Scalar(value, type_).value() == (3, 0.5, 1j)


def test_binary():
    value = Scalar(b"a\0b", ty.binary_type(3)).value()
    assert isinstance(value, memoryview) and value.readonly and bytes(value) == b"a\0b"
    assert bytes(Scalar(np.array([1, 2], np.int16), ty.binary_type(4)).value()) == np.array([1, 2], np.int16).tobytes()


def test_values_outlive_their_scalar():
    array = Scalar(np.arange(1000)).value()
    view = Scalar(b"x" * 1000, ty.binary_type(1000)).value()
    gc.collect()
    for n in range(100):
        Scalar(np.full(1000, n))
    np.testing.assert_array_equal(array, np.arange(1000))
    assert bytes(view) == b"x" * 1000


def test_null():
    assert Scalar.null().value() is None and Scalar.null().type == ty.null_type
    assert Scalar("ignored", ty.null_type).value() is None


def test_identity():
    assert Scalar(1) != Scalar(1)
    scalar = Scalar(1)
    assert scalar == scalar


def test_memory():
    scalar = Scalar(0x01020304, ty.int32)
    assert ctypes.string_at(scalar.ptr, 4) == (0x01020304).to_bytes(4, "little")
    assert isinstance(scalar.raw_handle, int)
    interface = scalar.__array_interface__
    assert (interface["shape"], interface["typestr"], interface["data"]) == ((), "<i4", (scalar.ptr, True))
    with raises(ValueError):
        _ = Scalar("text").__array_interface__


def test_the_class_may_be_derived():
    class Mine(Scalar):
        def value(self):
            return 42

    assert Mine(5).value() == 42 and Mine(5).type == ty.uint8


# --- shapes ---


def test_shapes():
    for made_of in ((2, 3), [2, 3], Shape((2, 3)), range(2, 4), np.array([2, 3])):
        shape = Shape(made_of)
        assert (shape.extents, shape.volume, shape.ndim, len(shape)) == ((2, 3), 6, 2, 2)
        assert list(shape) == [2, 3] and (shape[0], shape[-1]) == (2, 3)
        assert shape == (2, 3) and shape == Shape((2, 3)) and shape != (3, 2)
    assert Shape(()).volume == 1 and Shape((0, 5)).volume == 0
    with raises(IndexError):
        _ = Shape((1,))[1]


def test_shapes_and_other_things():
    shape = Shape((2,))
    assert shape != 2 and shape is not None and shape != "2"
    assert hash(shape) == hash(Shape([2]))


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (5, ValueError, "Expected an iterable"),
        (None, ValueError, "Expected an iterable"),
        ((1, -1), ValueError, "positive number"),
        ((1.5,), TypeError, ""),
        ("ab", TypeError, ""),
    ],
    ids=repr,
)
def test_what_is_no_shape(value, kind, text):
    with raises(kind, text):
        Shape(value)


def test_the_shape_of_an_unbound_store():
    shape = runtime.create_store(ty.int8, ndim=3).shape
    assert (shape.ndim, len(shape)) == (3, 3)
    for ask in (
        lambda: shape.extents,
        lambda: shape.volume,
        lambda: shape[0],
        lambda: list(shape),
        lambda: shape == (1, 2, 3),
    ):
        with raises(ValueError):
            ask()
