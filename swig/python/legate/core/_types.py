# SPDX-License-Identifier: Apache-2.0
"""Element types."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any, NewType

import numpy as np

from . import _legatus
from ._base import refuse_construction

if TYPE_CHECKING:
    from collections.abc import Sequence

LEGATE_MAX_DIM: int = _legatus.max_dim()

LocalTaskID = NewType("LocalTaskID", int)
GlobalTaskID = NewType("GlobalTaskID", int)
LocalRedopID = NewType("LocalRedopID", int)
GlobalRedopID = NewType("GlobalRedopID", int)


class TypeCode(IntEnum):
    """Kinds of element types."""

    NIL = 15
    BOOL = 0
    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT16 = 9
    FLOAT32 = 10
    FLOAT64 = 11
    COMPLEX64 = 13
    COMPLEX128 = 14
    BINARY = 16
    FIXED_ARRAY = 17
    STRUCT = 18
    STRING = 19
    LIST = 20


class ReductionOpKind(IntEnum):
    """Operators that combine contributions to a reduction."""

    ADD = 0
    MUL = 2
    MAX = 4
    MIN = 5
    OR = 6
    AND = 7
    XOR = 8


class Type:
    """The type of the elements of a store or of a scalar; `Type()` is the null type.

    Types compare by structure, but two struct types that were made separately differ.
    """

    __slots__ = ("__weakref__", "_dtype", "_handle", "_typestr")
    _dtype: np.dtype[Any]
    _handle: Any
    _typestr: str

    def __init__(self) -> None:
        self._handle = _legatus.primitive_type(TypeCode.NIL)

    @property
    def code(self) -> TypeCode:
        """The kind of the type."""
        return TypeCode(self._handle.code())

    @property
    def size(self) -> int:
        """Bytes of one element.

        Raises
        ------
        ValueError
            If elements differ in size.
        """
        if self.variable_size:
            raise ValueError(f"Size of a variable size type is undefined: {self}")
        return self._handle.size()

    @property
    def alignment(self) -> int:
        """Alignment of an element, in bytes."""
        return self._handle.alignment()

    @property
    def uid(self) -> int:
        """A number that identifies the type in this process."""
        return self._handle.uid()

    @property
    def variable_size(self) -> bool:
        """Whether elements differ in size."""
        return self._handle.variable_size()

    @property
    def is_primitive(self) -> bool:
        """Whether elements are plain numbers (or nothing)."""
        return self._handle.is_primitive()

    @property
    def raw_ptr(self) -> int:
        """Address of the native object."""
        return self._handle.address()

    def record_reduction_op(self, op_kind: int, reduction_op_id: int) -> None:
        """Says which operator (by global id) stands for `op_kind` for elements of this type."""
        self._handle.record_reduction_op(int(op_kind), int(reduction_op_id))

    def reduction_op_id(self, op_kind: int) -> int:
        """The global id of the operator that stands for `op_kind`.

        Raises
        ------
        ValueError
            If there is none.
        """
        try:
            return self._handle.reduction_op_id(int(op_kind))
        except (ValueError, IndexError, RuntimeError):
            raise ValueError(f"Reduction op {int(op_kind)} does not exist for type {self}") from None

    def to_numpy_dtype(self) -> np.dtype[Any]:
        """The NumPy type of elements of this type.

        Binary types become `S<n>`, fixed arrays subarray types, structs records with fields `_0`, `_1`..., text `U` and
        the null type `object`.

        Raises
        ------
        ValueError
            If NumPy has no counterpart.
        """
        try:
            return self._dtype
        except AttributeError:
            self._dtype = _to_numpy_dtype(self)
            return self._dtype

    @staticmethod
    def from_numpy_dtype(dtype: Any) -> Type:
        """The type for elements of a NumPy type.

        Raises
        ------
        NotImplementedError
            If there is none.
        """
        dtype = np.dtype(dtype)
        found = _BY_DTYPE.get(dtype)
        if found is not None:
            return found
        if dtype.kind == "U":
            return string_type
        if dtype.kind == "S" and dtype.itemsize > 0:
            return binary_type(dtype.itemsize)
        raise NotImplementedError(f"Unhandled numpy data type: {dtype!r}")

    @staticmethod
    def from_python_object(obj: Any) -> Type:
        """The type that a scalar made from `obj` has.

        Raises
        ------
        NotImplementedError
            If none can be deduced.
        """
        from ._deduction import deduce

        return deduce(obj)[0]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Type):
            return NotImplemented
        return self._handle is other._handle or self._handle.equals(other._handle)

    def __hash__(self) -> int:
        return self.uid

    def __repr__(self) -> str:
        return self._handle.to_string()

    def __reduce__(self) -> tuple[Any, ...]:
        if self.is_primitive:
            return _primitive, (int(self.code),)
        if self.code == TypeCode.STRING:
            return _string, ()
        if self.code == TypeCode.BINARY:
            return binary_type, (self.size,)
        raise TypeError(f"cannot pickle type {self}")


class FixedArrayType(Type):
    """Elements that are arrays of `num_elements` values of `element_type`. Made by `array_type` and `point_type`."""

    __slots__ = ()
    __init__ = refuse_construction

    @property
    def num_elements(self) -> int:
        """How many values an element has."""
        return self._handle.num_elements()

    @property
    def element_type(self) -> Type:
        """The type of the values."""
        return wrap_type(self._handle.element_type())

    def __reduce__(self) -> tuple[Any, ...]:
        return array_type, (self.element_type, self.num_elements)


class StructType(Type):
    """Elements that are records. Made by `struct_type` and `rect_type`."""

    __slots__ = ()
    __init__ = refuse_construction

    @property
    def num_fields(self) -> int:
        """How many fields a record has."""
        return self._handle.num_fields()

    @property
    def aligned(self) -> bool:
        """Whether fields lie where C would put them."""
        return self._handle.aligned()

    @property
    def offsets(self) -> tuple[int, ...]:
        """Bytes from the beginning of a record to each field."""
        return self._handle.offsets()

    def field_type(self, field_idx: int) -> Type:
        """The type of a field.

        Raises
        ------
        IndexError
            If there is no such field.
        """
        return wrap_type(self._handle.field_type(field_idx))


def wrap_type(handle: Any) -> Type:
    """The `Type` for a native one; always the same object for a primitive type."""
    code = handle.code()
    found = _PRIMITIVES.get(code)
    if found is not None:
        return found
    kind = FixedArrayType if code == TypeCode.FIXED_ARRAY else StructType if code == TypeCode.STRUCT else Type
    wrapped = kind.__new__(kind)
    wrapped._handle = handle
    return wrapped


def _primitive(code: int) -> Type:
    return _PRIMITIVES[code]


def _string() -> Type:
    return string_type


def binary_type(size: int) -> Type:
    """Opaque elements of `size` bytes."""
    return wrap_type(_legatus.binary_type(size))


def array_type(element_type: Type, N: int) -> FixedArrayType:
    """Elements that are arrays of `N` values.

    Raises
    ------
    TypeError
        If `element_type` is no type.
    ValueError
        If it has no fixed size.
    """
    _check_part("array_type: element_type", element_type)
    return wrap_type(_legatus.fixed_array_type(element_type._handle, N))  # type: ignore[return-value]


def struct_type(field_types: Sequence[Type], align: bool = True) -> StructType:
    """Elements that are records with fields of these types, packed unless `align`.

    Raises
    ------
    TypeError
        If a field's type is no type.
    ValueError
        If there are no fields, or one of no fixed size.
    """
    field_types = tuple(field_types)
    for position, field in enumerate(field_types):
        _check_part(f"struct_type: field_types[{position}]", field)
    return wrap_type(_legatus.struct_type([field._handle for field in field_types], align))  # type: ignore[return-value]


def _check_part(name: str, part: Any) -> None:
    """Raises TypeError or ValueError unless elements of a type can be made of `part`."""
    if not isinstance(part, Type):
        raise TypeError(f"{name} must be a Type, but got {part!r}")
    if part.variable_size:
        raise ValueError(f"{name} must be of fixed size, but {part} is not")


def point_type(ndim: int) -> FixedArrayType:
    """Points of `ndim` coordinates.

    Raises
    ------
    IndexError
        If `ndim` is not between 1 and `LEGATE_MAX_DIM`.
    """
    _check_ndim("point_type", ndim)
    return wrap_type(_legatus.point_type(ndim))  # type: ignore[return-value]


def rect_type(ndim: int) -> StructType:
    """Rectangles: two points of `ndim` coordinates, both inclusive.

    Raises
    ------
    IndexError
        If `ndim` is not between 1 and `LEGATE_MAX_DIM`.
    """
    _check_ndim("rect_type", ndim)
    return wrap_type(_legatus.rect_type(ndim))  # type: ignore[return-value]


def _check_ndim(operation: str, ndim: int) -> None:
    if not 1 <= ndim <= LEGATE_MAX_DIM:
        raise IndexError(f"{operation}: {ndim} dimensions, must be between 1 and {LEGATE_MAX_DIM}")


def _to_numpy_dtype(type_: Type) -> np.dtype[Any]:
    code = type_.code
    if code in _DTYPES:
        return np.dtype(_DTYPES[code])
    if code == TypeCode.BINARY:
        return np.dtype(f"S{type_.size}")
    if isinstance(type_, FixedArrayType):
        element = type_.element_type.to_numpy_dtype()
        return element if type_.num_elements == 1 else np.dtype((element, (type_.num_elements,)))
    if isinstance(type_, StructType):
        fields = range(type_.num_fields)
        return np.dtype(
            {
                "names": [f"_{i}" for i in fields],
                "formats": [type_.field_type(i).to_numpy_dtype() for i in fields],
                "offsets": list(type_.offsets),
                "itemsize": type_.size,
            },
            align=type_.aligned,
        )
    raise ValueError(f"Invalid type code: {code!r}")


def typestr_of(type_: Type) -> str:
    """How elements of the type look in the array interface: composite ones are opaque."""
    try:
        return type_._typestr
    except AttributeError:
        code = type_.code
        if code == TypeCode.NIL or code in (TypeCode.FIXED_ARRAY, TypeCode.STRUCT):
            typestr = f"|V{type_.size}"
        else:
            typestr = type_.to_numpy_dtype().str
        type_._typestr = typestr
        return typestr


_DTYPES = {
    TypeCode.NIL: "O",
    TypeCode.BOOL: "?",
    TypeCode.INT8: "i1",
    TypeCode.INT16: "i2",
    TypeCode.INT32: "i4",
    TypeCode.INT64: "i8",
    TypeCode.UINT8: "u1",
    TypeCode.UINT16: "u2",
    TypeCode.UINT32: "u4",
    TypeCode.UINT64: "u8",
    TypeCode.FLOAT16: "f2",
    TypeCode.FLOAT32: "f4",
    TypeCode.FLOAT64: "f8",
    TypeCode.COMPLEX64: "c8",
    TypeCode.COMPLEX128: "c16",
    TypeCode.STRING: "U",
}

_PRIMITIVES: dict[int, Type] = {}


def _make_primitive(code: TypeCode) -> Type:
    made = Type.__new__(Type)
    made._handle = _legatus.primitive_type(code)
    _PRIMITIVES[int(code)] = made
    return made


null_type = _make_primitive(TypeCode.NIL)
bool_ = _make_primitive(TypeCode.BOOL)
int8 = _make_primitive(TypeCode.INT8)
int16 = _make_primitive(TypeCode.INT16)
int32 = _make_primitive(TypeCode.INT32)
int64 = _make_primitive(TypeCode.INT64)
uint8 = _make_primitive(TypeCode.UINT8)
uint16 = _make_primitive(TypeCode.UINT16)
uint32 = _make_primitive(TypeCode.UINT32)
uint64 = _make_primitive(TypeCode.UINT64)
float16 = _make_primitive(TypeCode.FLOAT16)
float32 = _make_primitive(TypeCode.FLOAT32)
float64 = _make_primitive(TypeCode.FLOAT64)
complex64 = _make_primitive(TypeCode.COMPLEX64)
complex128 = _make_primitive(TypeCode.COMPLEX128)
string_type: Type = wrap_type(_legatus.string_type())
_PRIMITIVES[int(TypeCode.STRING)] = string_type

_BY_DTYPE: dict[Any, Type] = {
    np.dtype(_DTYPES[TypeCode(code)]): made for code, made in _PRIMITIVES.items() if code not in (TypeCode.NIL, TypeCode.STRING)
}
