# SPDX-License-Identifier: Apache-2.0
"""Values that travel with a launch."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _legatus
from . import _types as types
from ._deduction import deduce
from ._types import FixedArrayType, StructType, Type, TypeCode, typestr_of, wrap_type

_INTEGERS = range(TypeCode.INT8, TypeCode.UINT64 + 1)
_INEXACT = (TypeCode.FLOAT16, TypeCode.FLOAT32, TypeCode.FLOAT64, TypeCode.COMPLEX64, TypeCode.COMPLEX128)


class Scalar:
    """A value with a type. Immutable; copied when made.

    Parameters
    ----------
    value
        What is held: a number, text, bytes, an array, a tuple, or None.
    dtype
        Its type; deduced from the value if None.

    Raises
    ------
    NotImplementedError
        If no type can be deduced.
    ValueError, TypeError, OverflowError
        If the value is none of `dtype`.
    """

    __slots__ = ("__weakref__", "_handle", "_shape", "_type")

    def __init__(self, value: Any, dtype: Type | None = None) -> None:
        self._shape: tuple[int, ...] | None = None
        if dtype is None:
            self._type, data = deduce(value)
            if isinstance(value, np.ndarray) and value.ndim > 1:
                self._shape = value.shape
        else:
            self._type, data = dtype, _bytes_for(value, dtype)
        self._handle = _legatus.Scalar(self._type._handle, data if data is not None else b"")

    @classmethod
    def _wrap(cls, handle: Any) -> Scalar:
        scalar = cls.__new__(cls)
        scalar._handle = handle
        scalar._shape = None
        return scalar

    @staticmethod
    def null() -> Scalar:
        """The scalar that holds nothing."""
        return Scalar(None, types.null_type)

    @property
    def type(self) -> Type:
        """The type of the value."""
        try:
            return self._type
        except AttributeError:
            self._type = wrap_type(self._handle.type())
            return self._type

    @property
    def ptr(self) -> int:
        """Address of the value's bytes, valid as long as the scalar."""
        return self._handle.pointer()

    @property
    def raw_handle(self) -> int:
        """Address of the native object."""
        return self._handle.address()

    def value(self) -> Any:
        """The value as a Python object.

        Returns
        -------
        Any
            A number, str or None; a read-only array for fixed arrays, a tuple for structs, a read-only memoryview for
            binary types.
        """
        type_ = self.type
        code = type_.code
        if code == TypeCode.FIXED_ARRAY or code == TypeCode.STRUCT:
            data = self._handle.value()
            if isinstance(type_, StructType):
                return np.frombuffer(data, dtype=type_.to_numpy_dtype(), count=1)[0].item()
            return _array_of(data, type_)
        if code == TypeCode.BINARY:
            return memoryview(self._handle.value())
        return self._handle.value()

    @property
    def __array_interface__(self) -> dict[str, Any]:
        type_ = self.type
        if type_.variable_size:
            raise ValueError(f"a scalar of type {type_} has no array interface: its size varies")
        if isinstance(type_, FixedArrayType):
            return self.value().__array_interface__
        return {
            "version": 3,
            "shape": (),
            "typestr": typestr_of(type_),
            "data": (self.ptr, True),
            "strides": (),
        }

    def __repr__(self) -> str:
        return f"Scalar({self.value()!r}, {self.type})"

    __str__ = __repr__


def _array_of(data: bytes, type_: Type) -> np.ndarray[Any, Any]:
    """A read-only array of the nested fixed arrays in `data`."""
    shape = []
    while isinstance(type_, FixedArrayType):
        shape.append(type_.num_elements)
        type_ = type_.element_type
    return np.frombuffer(data, dtype=type_.to_numpy_dtype()).reshape(shape)


def _bytes_for(value: Any, dtype: Type) -> bytes | None:
    """The bytes of a value as `dtype` holds it."""
    code = dtype.code
    if code == TypeCode.NIL:
        return None
    if code == TypeCode.STRING:
        if not isinstance(value, str):
            raise TypeError(f"incorrect type for a string scalar: {value!r} of {type(value)}")
        return value.encode("utf-8", "surrogateescape")
    if code == TypeCode.LIST:
        raise TypeError(f"unhandled type for a scalar: {dtype}")
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _checked_size(bytes(value), dtype)
    if isinstance(value, np.ndarray) and code != TypeCode.FIXED_ARRAY:
        return _checked_size(value.tobytes(), dtype)
    if code == TypeCode.BOOL:
        if not isinstance(value, bool):
            raise ValueError(f"expected a bool, bytes or an array for a scalar of type {dtype}, but got {value!r}")
        return b"\1" if value else b"\0"
    if code in _INTEGERS:
        return _integer_bytes(value, dtype)
    if code in _INEXACT:
        return _inexact_bytes(value, dtype)
    if isinstance(dtype, FixedArrayType):
        return _fixed_array_bytes(value, dtype)
    if isinstance(dtype, StructType):
        return _struct_bytes(value, dtype)
    raise ValueError(f"expected bytes or an array for a scalar of type {dtype}, but got {value!r} of {type(value)}")


def _checked_size(data: bytes, dtype: Type) -> bytes:
    if len(data) != dtype.size:
        raise ValueError(f"a scalar of type {dtype} expects a value of size {dtype.size}, but got {len(data)} bytes")
    return data


def _integer_bytes(value: Any, dtype: Type) -> bytes:
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise ValueError(f"expected a number, bytes or an array for a scalar of type {dtype}, but got {value!r}") from None
    try:
        return number.to_bytes(dtype.size, "little", signed=dtype.code < TypeCode.UINT8)
    except OverflowError:
        raise OverflowError(f"{number} does not fit into a scalar of type {dtype}") from None


def _inexact_bytes(value: Any, dtype: Type) -> bytes:
    if isinstance(value, (str, tuple, list, dict)) or value is None:
        raise ValueError(f"expected a number, bytes or an array for a scalar of type {dtype}, but got {value!r}")
    try:
        with np.errstate(over="ignore"):
            return np.array(value, dtype=dtype.to_numpy_dtype()).tobytes()
    except TypeError as error:
        raise ValueError(f"expected a number for a scalar of type {dtype}, but got {value!r}: {error}") from None


def _fixed_array_bytes(value: Any, dtype: FixedArrayType) -> bytes:
    if isinstance(value, np.ndarray) and value.nbytes == dtype.size and value.dtype == _leaf_dtype(dtype):
        return value.tobytes()
    try:
        elements = list(value)
    except TypeError:
        raise ValueError(f"expected bytes, an array or an iterable for a scalar of type {dtype}, but got {value!r}") from None
    if len(elements) != dtype.num_elements:
        raise ValueError(f"a scalar of type {dtype} expects {dtype.num_elements} elements, but got {len(elements)}")
    element_type = dtype.element_type
    pieces = (_bytes_for(_plain(element), element_type) for element in elements)
    return b"".join(piece for piece in pieces if piece is not None)


def _leaf_dtype(dtype: Type) -> np.dtype[Any]:
    while isinstance(dtype, FixedArrayType):
        dtype = dtype.element_type
    return dtype.to_numpy_dtype()


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _struct_bytes(value: Any, dtype: StructType) -> bytes:
    if not isinstance(value, tuple):
        raise ValueError(f"expected bytes, an array or a tuple for a scalar of type {dtype}, but got {value!r}")
    if len(value) != dtype.num_fields:
        raise ValueError(f"a scalar of type {dtype} expects {dtype.num_fields} fields, but got {len(value)}")
    record = bytearray(dtype.size)
    for index, (field, offset) in enumerate(zip(value, dtype.offsets)):
        piece = _bytes_for(_plain(field), dtype.field_type(index)) or b""
        record[offset : offset + len(piece)] = piece
    return bytes(record)


def scalar_of(value: Any, dtype: Type | tuple[Type] | None) -> Scalar:
    """The scalar for an argument of `add_scalar_arg`.

    Raises
    ------
    TypeError
        If `dtype` is neither a type nor a tuple of one.
    """
    if isinstance(value, Scalar):
        return value
    if dtype is None or isinstance(dtype, Type):
        return Scalar(value, dtype)
    if isinstance(dtype, tuple) and len(dtype) == 1 and isinstance(dtype[0], Type):
        count = len(value)
        return Scalar(value, types.array_type(dtype[0], count)) if count else Scalar.null()
    raise TypeError(f"Unsupported type: {dtype!r}")
