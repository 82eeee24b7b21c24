# SPDX-License-Identifier: Apache-2.0
"""From Python values to scalars: which type a value has, and its bytes."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _types as types
from ._types import Type

_UNSIGNED = ((8, types.uint8), (16, types.uint16), (32, types.uint32), (64, types.uint64))
_SIGNED = ((7, types.int8), (15, types.int16), (31, types.int32), (63, types.int64))
_LARGEST_ARRAY = 2**32 - 1
LARGEST_BINARY = 2**20 - 1


def deduce(value: Any) -> tuple[Type, bytes | None]:
    """The type for a Python value, and the bytes of the value.

    Returns
    -------
    tuple[Type, bytes | None]
        No bytes for the null type and for a value that is a type itself.

    Raises
    ------
    NotImplementedError
        If there is no type for the value.
    """
    simple = _deduce_plain(value)
    if simple is not None:
        return simple
    if isinstance(value, Type):
        return value, None
    if isinstance(value, (list, tuple)):
        return _deduce_sequence(value)
    if isinstance(value, np.ndarray):
        return _deduce_array(value)
    if isinstance(value, np.generic):
        return _deduce_generic(value)
    raise NotImplementedError(f"No type can be deduced for {value!r} of {type(value)}")


def _deduce_plain(value: Any) -> tuple[Type, bytes | None] | None:
    kind = type(value)
    if kind is bool:
        return types.bool_, b"\1" if value else b"\0"
    if kind is int:
        return _deduce_int(value)
    if kind is float or kind is np.float64:
        return types.float64, np.float64(value).tobytes()
    if kind is complex or kind is np.complex128:
        return types.complex128, np.complex128(value).tobytes()
    if kind is str:
        try:
            return types.string_type, value.encode("utf-8")
        except UnicodeEncodeError:
            raise NotImplementedError("Text with lone surrogates has no type") from None
    if kind is bytes:
        if len(value) > LARGEST_BINARY:
            raise NotImplementedError(f"{len(value)} bytes are too many for a binary type")
        return types.binary_type(len(value)), value
    if value is None:
        return types.null_type, None
    return None


def _deduce_int(value: int) -> tuple[Type, bytes]:
    magnitude = value if value >= 0 else ~value
    for bits, type_ in _UNSIGNED if value >= 0 else _SIGNED:
        if magnitude.bit_length() <= bits:
            return type_, value.to_bytes(type_.size, "little", signed=value < 0)
    raise NotImplementedError(f"No integer type holds {value}")


def _deduce_sequence(values: list[Any] | tuple[Any, ...]) -> tuple[Type, bytes]:
    if not values:
        raise NotImplementedError("No type can be deduced for an empty sequence")
    if len(values) > _LARGEST_ARRAY:
        raise NotImplementedError(f"{len(values)} elements are too many for an array type")
    pieces = []
    first = None
    for value in values:
        if isinstance(value, (list, tuple)):  # how an inner list and an inner tuple differ would be lost
            raise NotImplementedError("No type can be deduced for nested sequences")
        type_, piece = deduce(value)
        if first is None:
            first = type_
        elif type_ != first:
            raise NotImplementedError(f"No type can be deduced for a sequence of both {first} and {type_}")
        if piece is None or type_.variable_size:
            raise NotImplementedError(f"No type can be deduced for a sequence of {type_}")
        if not isinstance(value, (bool, int, float, complex, np.number)):
            raise NotImplementedError(f"No type can be deduced for a sequence of {type(value)}")
        pieces.append(piece)
    assert first is not None
    return types.array_type(first, len(values)), b"".join(pieces)


def _deduce_array(values: np.ndarray[Any, Any]) -> tuple[Type, bytes]:
    element = _numeric_type(values.dtype)
    if values.size == 0 or type(values) is not np.ndarray:
        raise NotImplementedError(f"No type can be deduced for {values!r}")
    shape = values.shape or (1,)
    type_: Type = element
    for extent in reversed(shape):
        type_ = types.array_type(type_, extent)
    return type_, values.tobytes()


def _deduce_generic(value: np.generic) -> tuple[Type, bytes]:
    return _numeric_type(value.dtype), value.tobytes()


def _numeric_type(dtype: np.dtype[Any]) -> Type:
    if dtype.kind not in "?biufc":
        raise NotImplementedError(f"No type can be deduced for NumPy's {dtype}")
    if not dtype.isnative:
        raise NotImplementedError(f"No type can be deduced for {dtype}, which is not in this machine's byte order")
    return Type.from_numpy_dtype(dtype)
