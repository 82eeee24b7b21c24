# SPDX-License-Identifier: Apache-2.0
"""Turning values into operands, and assigning them to arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _launch
from ._ndarray import ndarray


def as_array(value: Any) -> ndarray:
    """
    The value as an array of the module: itself, what shares its store, or a copy.

    NumPy arrays are copied, since the program may change them before the tasks have read them.
    """
    if isinstance(value, ndarray):
        return value
    from ._creation import array

    return array(value)


def separated(operand: ndarray, target: ndarray) -> ndarray:
    """
    The operand as an argument of a task that writes `target`: itself, `target` if it is the same, or a copy.

    Tasks cannot have arguments that overlap what they write, unless they are the same store.
    """
    if operand._root is not target._root or operand is target:
        return operand
    if operand._is_same_view(target):
        return target
    return operand.copy() if operand._overlaps(target) else operand


def assign(target: ndarray, source: ndarray) -> None:
    """
    Sets the elements of `target` to those of `source`, broadcast and converted, as if they were all read first.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """
    if source._is_same_view(target):
        return
    source = separated(source, target)
    if source.shape != target.shape:
        source = stretched(source, target.shape)
    if source.dtype == target.dtype:
        _launch.elementwise("copy", target.dtype, target, (source,))
    else:
        _launch.convert(source, target)


def assign_value(target: ndarray, value: Any) -> None:
    """
    Sets elements to a number or an array of any kind, converted as `ndarray.astype` does.

    Raises
    ------
    ValueError
        If the shapes do not fit or `target` is not writeable.
    """
    target._check_writeable()
    if isinstance(value, ndarray):
        assign(target, value)
    elif isinstance(value, (int, float, complex, np.generic)):
        _fill(target, value)
    else:
        assign(target, as_array(value))


def _fill(target: ndarray, value: Any) -> None:
    if isinstance(value, np.generic) or target.dtype.kind not in "biu":
        value = np.asarray(value).astype(target.dtype)  # an unsafe cast, where a plain number might be refused
    elif isinstance(value, (float, complex)):
        value = np.asarray(value).astype(target.dtype)
    _launch.fill(target, value)


def stretched(array: ndarray, shape: tuple[int, ...]) -> ndarray:
    """
    The array seen in a larger shape.

    Raises
    ------
    ValueError
        If it cannot be broadcast to that shape.
    """
    offset = len(shape) - array.ndim
    if offset < 0 or any(n not in (1, shape[offset + i]) for i, n in enumerate(array.shape)):
        raise ValueError(f"could not broadcast input array from shape {array.shape} into shape {shape}")
    return array._stretched(shape)
