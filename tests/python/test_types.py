# SPDX-License-Identifier: Apache-2.0
"""Element types, and how they map to those of NumPy."""

import copy
import pickle

import numpy as np
import pytest
from helpers import PRIMITIVE_DTYPES, raises

from legate.core import LEGATE_MAX_DIM, FixedArrayType, StructType, Type, TypeCode
from legate.core import types as ty

PRIMITIVES = [Type.from_numpy_dtype(dtype) for dtype in PRIMITIVE_DTYPES]


@pytest.mark.parametrize("dtype", PRIMITIVE_DTYPES, ids=str)
def test_primitive_types(dtype):
    type_ = getattr(ty, "bool_" if dtype.kind == "b" else dtype.name)
    assert (
        type_ == Type.from_numpy_dtype(dtype) == Type.from_numpy_dtype(dtype.name) == Type.from_numpy_dtype(dtype.type)
    )
    assert type_.to_numpy_dtype() == dtype
    assert (type_.size, type_.alignment) == (dtype.itemsize, dtype.itemsize)
    assert type_.is_primitive and not type_.variable_size
    assert type_.code == TypeCode[dtype.name.upper()] and isinstance(type_.code, TypeCode)
    assert hash(type_) == type_.uid
    assert str(type_) == repr(type_) and isinstance(type_.raw_ptr, int)


def test_types_are_equal_by_structure():
    assert all((a == b) == (i == j) for i, a in enumerate(PRIMITIVES) for j, b in enumerate(PRIMITIVES))
    assert ty.binary_type(3) == ty.binary_type(3) != ty.binary_type(4)
    assert ty.array_type(ty.int8, 3) == ty.array_type(ty.int8, 3) != ty.array_type(ty.int8, 4)
    assert ty.int8 != "int8" and ty.int8 != np.dtype("int8") and ty.int8 is not None
    assert len({ty.int8, ty.int8, Type.from_numpy_dtype("int8"), ty.int16}) == 2


def test_the_null_type():
    assert Type() == ty.null_type
    assert (ty.null_type.code, ty.null_type.size) == (TypeCode.NIL, 0)
    assert ty.null_type.to_numpy_dtype() == np.dtype(object)


def test_the_string_type():
    assert ty.string_type.variable_size and ty.string_type.code == TypeCode.STRING
    with raises(ValueError, "Size of a variable size type is undefined"):
        _ = ty.string_type.size
    assert ty.string_type.to_numpy_dtype() == np.dtype("U")


def test_binary_types():
    type_ = ty.binary_type(7)
    assert (type_.code, type_.size, type_.alignment) == (TypeCode.BINARY, 7, 16)
    assert type_.to_numpy_dtype() == np.dtype("S7")
    assert ty.binary_type(0).size == 0


def test_fixed_arrays():
    type_ = ty.array_type(ty.int32, 5)
    assert isinstance(type_, FixedArrayType)
    assert (type_.num_elements, type_.element_type, type_.size, type_.alignment) == (5, ty.int32, 20, 4)
    assert type_.to_numpy_dtype() == np.dtype((np.int32, (5,)))
    assert ty.array_type(ty.int32, 1).to_numpy_dtype() == np.dtype(np.int32)
    nested = ty.array_type(type_, 2)
    assert (nested.element_type, nested.size) == (type_, 40)
    assert ty.array_type(ty.int8, 0).size == 0
    with raises(ValueError, "array_type: element_type must be of fixed size, but string is not"):
        ty.array_type(ty.string_type, 3)
    with raises(TypeError, "array_type: element_type must be a Type, but got <class 'int'>"):
        ty.array_type(int, 3)


def test_structs():
    fields = [ty.int32, ty.int8, ty.int64]
    aligned, packed = ty.struct_type(fields), ty.struct_type(fields, align=False)
    assert isinstance(aligned, StructType)
    assert (aligned.aligned, aligned.offsets, aligned.size) == (True, (0, 4, 8), 16)
    assert (packed.aligned, packed.offsets, packed.size) == (False, (0, 4, 5), 13)
    assert aligned.num_fields == 3 and [aligned.field_type(i) for i in range(3)] == fields
    assert aligned != ty.struct_type(fields) and aligned == aligned
    assert aligned.to_numpy_dtype() == np.dtype([("_0", "i4"), ("_1", "i1"), ("_2", "i8")], align=True)
    assert packed.to_numpy_dtype() == np.dtype([("_0", "i4"), ("_1", "i1"), ("_2", "i8")])
    with raises(ValueError):
        ty.struct_type([])
    with raises(ValueError, "struct_type: field_types[1] must be of fixed size, but string is not"):
        ty.struct_type([ty.int8, ty.string_type])
    with raises(TypeError, "struct_type: field_types[0] must be a Type, but got 'i4'"):
        ty.struct_type(["i4"])
    with raises(IndexError):
        aligned.field_type(3)


@pytest.mark.parametrize("ndim", range(1, LEGATE_MAX_DIM + 1))
def test_points_and_rectangles(ndim):
    point, rect = ty.point_type(ndim), ty.rect_type(ndim)
    assert point == ty.point_type(ndim) != ty.array_type(ty.int64, ndim)
    assert (point.element_type, point.num_elements, point.size) == (ty.int64, ndim, 8 * ndim)
    assert (rect.num_fields, rect.field_type(0), rect.field_type(1), rect.size) == (2, point, point, 16 * ndim)


def test_ranks_out_of_range():
    for make in (ty.point_type, ty.rect_type):
        for ndim in (0, -1, LEGATE_MAX_DIM + 1):
            with raises(IndexError):
                make(ndim)


def test_they_are_not_constructed():
    for cls in (FixedArrayType, StructType):
        with raises(ValueError, f"{cls.__name__} objects must not be constructed directly"):
            cls()


def test_types_may_be_derived():
    class Mine(Type):
        @property
        def code(self):
            return TypeCode.LIST

    assert Mine().code == TypeCode.LIST


def test_uids():
    for type_ in PRIMITIVES:
        for count in (1, 2, 255):
            uid = ty.array_type(type_, count).uid
            assert (uid & 0xFF, uid >> 8) == (type_.code, count)
    fresh = [
        ty.array_type(ty.int8, 256),
        ty.array_type(ty.int8, 256),
        ty.array_type(ty.array_type(ty.int8, 2), 2),
        ty.struct_type([ty.int8]),
        ty.struct_type([ty.int8]),
    ]
    uids = [type_.uid for type_ in fresh]
    assert len(set(uids)) == 5 and min(uids) >= 0x10000
    simple = [type_.uid for type_ in (*PRIMITIVES, ty.null_type, ty.string_type)]
    assert len(set(simple)) == len(simple) and not set(simple) & set(uids)


@pytest.mark.parametrize(
    ("dtype", "type_"), [("S3", ty.binary_type(3)), ("U", ty.string_type), ("?", ty.bool_), (float, ty.float64)]
)
def test_from_numpy(dtype, type_):
    assert Type.from_numpy_dtype(np.dtype(dtype)) == type_


@pytest.mark.parametrize("dtype", ["V4", ">i4", "(2,)i4", "M8[s]", "O", "g"])
def test_what_numpy_has_and_stores_have_not(dtype):
    if np.dtype(dtype) == np.dtype("d"):
        pytest.skip("long double is double here")
    with pytest.raises((NotImplementedError, ValueError)):
        Type.from_numpy_dtype(np.dtype(dtype))


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (True, ty.bool_),
        (255, ty.uint8),
        (-1, ty.int8),
        (2**40, ty.uint64),
        (1.0, ty.float64),
        (1j, ty.complex128),
        ("text", ty.string_type),
        (b"abcd", ty.binary_type(4)),
        (None, ty.null_type),
        (np.float32(1), ty.float32),
        (np.arange(3), ty.array_type(ty.int64, 3)),
        ([1, 2], ty.array_type(ty.uint8, 2)),
        (ty.int16, ty.int16),
    ],
    ids=str,
)
def test_from_python(value, type_):
    assert Type.from_python_object(value) == type_


@pytest.mark.parametrize("value", [object(), {}, [1, "a"], (), 2**64], ids=str)
def test_objects_without_a_type(value):
    with raises(NotImplementedError):
        Type.from_python_object(value)


def test_reductions():
    assert ty.int64.reduction_op_id(ty.ReductionOpKind.ADD) >= 0
    type_ = ty.binary_type(11)
    with raises(ValueError, "Reduction op"):
        type_.reduction_op_id(ty.ReductionOpKind.ADD)
    type_.record_reduction_op(ty.ReductionOpKind.ADD, 12345)
    assert type_.reduction_op_id(ty.ReductionOpKind.ADD) == 12345


def test_types_can_be_copied():
    for type_ in (*PRIMITIVES, ty.binary_type(3), ty.array_type(ty.int8, 4)):
        assert pickle.loads(pickle.dumps(type_)) == type_ and copy.copy(type_) == type_


def test_names():
    assert set(ty.__all__) == set(
        (
            "FixedArrayType ReductionOpKind StructType Type TypeCode array_type binary_type bool_ complex64 complex128 "
            "float16 float32 float64 int8 int16 int32 int64 null_type point_type rect_type string_type struct_type "
            "uint8 uint16 uint32 uint64"
        ).split()
    )
