# SPDX-License-Identifier: Apache-2.0
"""Constraints on how the stores of a task are split.

Each function takes either the `Variable`s of an `AutoTask`, and gives constraints for `AutoTask.add_constraint`, or names
of parameters, and gives deferred constraints for the task decorator.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Any

from . import _legatus
from ._base import refuse_construction


class ImageComputationHint(IntEnum):
    """How exactly the image of a store of points is wanted."""

    NO_HINT = 0
    MIN_MAX = 1
    FIRST_LAST = 2


class Variable:
    """Stands for how an `AutoTask` splits one of its stores."""

    __slots__ = ("__weakref__", "_handle", "_task")
    _handle: Any
    _task: Any
    __init__ = refuse_construction

    @classmethod
    def _wrap(cls, handle: Any, task: Any) -> Variable:
        variable = object.__new__(cls)
        variable._handle = handle
        variable._task = task  # the native variable is a part of it
        return variable

    def __repr__(self) -> str:
        return self._handle.to_string()

    __str__ = __repr__


class Constraint:
    """A relation between variables of an `AutoTask`."""

    __slots__ = ("__weakref__", "_handle", "_variables")
    _handle: Any
    _variables: Any
    __init__ = refuse_construction

    @classmethod
    def _wrap(cls, handle: Any, *variables: Any) -> Constraint:
        constraint = object.__new__(cls)
        constraint._handle = handle
        constraint._variables = variables
        return constraint

    def __repr__(self) -> str:
        return self._handle.to_string()

    __str__ = __repr__


class DeferredConstraint:
    """A relation between parameters of a Python task, by their names.

    Attributes
    ----------
    args
        The names and what else was given.
    """

    __slots__ = ("_kind", "args")

    def __init__(self, kind: str, *args: Any) -> None:
        self._kind = kind
        self.args = args

    def names(self) -> tuple[str, ...]:
        """The parameters that it speaks of."""
        return tuple(arg for arg in self.args if isinstance(arg, str))

    def add_to(self, definition: Any, position: Any) -> None:
        """Adds the constraint to a native task definition; `position` gives kind and index of a parameter."""
        kind, args = self._kind, self.args
        if kind == "align":
            definition.align(*position(args[0]), *position(args[1]))
        elif kind == "broadcast":
            definition.broadcast(*position(args[0]), tuple(args[1]), len(tuple(args[1])) > 0)
        elif kind == "scale":
            definition.scale(args[0], *position(args[1]), *position(args[2]))
        elif kind == "bloat":
            definition.bloat(*position(args[0]), *position(args[1]), args[2], args[3])
        elif kind == "min_extents":
            definition.min_extents(*position(args[0]), args[1])
        else:
            definition.image(*position(args[0]), *position(args[1]), int(args[2]))

    def __repr__(self) -> str:
        return f"{self._kind}({', '.join(map(repr, self.args))})"


def align(*variables: Any) -> list[Any]:
    """All of these stores are split alike: their pieces have the same index sets.

    Raises
    ------
    TypeError
        If names and variables are mixed.
    """
    if len(variables) < 2:
        return []
    first, *others = variables
    if isinstance(first, str):
        _check_all(variables, str)
        return [DeferredConstraint("align", first, other) for other in others]
    if isinstance(first, Variable):
        _check_all(variables, Variable)
        return [Constraint._wrap(_legatus.align(first._handle, other._handle), first, other) for other in others]
    raise TypeError(f"Alignment is between variables or names of parameters, but got {type(first)}")


def _check_all(variables: tuple[Any, ...], kind: type) -> None:
    for variable in variables:
        if not isinstance(variable, kind):
            raise TypeError(f"All variables for alignment must be of type {kind}, but got {type(variable)}")


def broadcast(variable: Variable | str, *rest: Any) -> list[Any]:
    """Each point of the launch sees the whole of these stores, or the whole of some dimensions.

    Parameters
    ----------
    variable
        A variable or name.
    *rest
        The dimensions of `variable`, as an iterable of integers (none means all), or further variables, each alone or in a
        pair with its dimensions.

    Raises
    ------
    ValueError
        If dimensions are not iterable.
    TypeError
        If something is neither variable nor name.
    """
    if len(rest) == 1 and not isinstance(rest[0], (str, Variable)) and not _is_pair(rest[0]):
        return [_broadcast_one(variable, rest[0])]
    constraints = [_broadcast_one(variable, ())]
    for item in rest:
        if _is_pair(item):
            constraints.append(_broadcast_one(*item))
        elif isinstance(item, (str, Variable)):
            constraints.append(_broadcast_one(item, ()))
        else:
            raise TypeError(f"Broadcasting takes variables, names, and pairs of one and its axes, but got {type(item)}")
    return constraints


def _is_pair(item: Any) -> bool:
    return isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], (str, Variable))


def _broadcast_one(variable: Any, axes: Iterable[int]) -> Any:
    if not isinstance(axes, Iterable):
        raise ValueError(f"axes must be iterable, but got {axes!r}")
    if isinstance(variable, str):
        return DeferredConstraint("broadcast", variable, axes)
    if not isinstance(variable, Variable):
        raise TypeError(f"Broadcasting takes a variable or the name of a parameter, but got {type(variable)}")
    chosen = tuple(axes)
    handle = _legatus.broadcast(variable._handle, chosen) if chosen else _legatus.broadcast(variable._handle)
    return Constraint._wrap(handle, variable)


def scale(factors: tuple[int, ...], var_smaller: Any, var_bigger: Any) -> Any:
    """The pieces of the second store are those of the first, scaled by factors.

    Raises
    ------
    TypeError
        If the factors are no tuple, or a name and a variable are mixed.
    ValueError
        If a factor is negative.
    """
    _check_tuple("factors", factors)
    if any(factor < 0 for factor in factors):
        raise ValueError(f"factors must not be negative, but got {factors}")
    if _deferred("var_smaller", var_smaller, "var_bigger", var_bigger):
        return DeferredConstraint("scale", factors, var_smaller, var_bigger)
    return Constraint._wrap(_legatus.scale(factors, var_smaller._handle, var_bigger._handle), var_smaller, var_bigger)


def bloat(
    var_source: Any, var_bloat: Any, low_offsets: tuple[int, ...], high_offsets: tuple[int, ...]
) -> Any:
    """The pieces of the second store are those of the first, grown by so many elements at the low and high end of each
    dimension and clipped to the store.

    Raises
    ------
    TypeError
        If the offsets are no tuples, or a name and a variable are mixed.
    """
    _check_tuple("low_offsets", low_offsets)
    _check_tuple("high_offsets", high_offsets)
    if _deferred("var_source", var_source, "var_bloat", var_bloat):
        return DeferredConstraint("bloat", var_source, var_bloat, low_offsets, high_offsets)
    handle = _legatus.bloat(var_source._handle, var_bloat._handle, low_offsets, high_offsets)
    return Constraint._wrap(handle, var_source, var_bloat)


def image(
    var_function: Any,
    var_range: Any,
    hint: ImageComputationHint = ImageComputationHint.NO_HINT,
) -> Any:
    """The pieces of the second store contain everything that the points (or rectangles) in those of the first name.

    Raises
    ------
    TypeError
        If a name and a variable are mixed.
    """
    if _deferred("var_function", var_function, "var_range", var_range):
        return DeferredConstraint("image", var_function, var_range, hint)
    handle = _legatus.image(var_function._handle, var_range._handle, int(hint))
    return Constraint._wrap(handle, var_function, var_range)


def min_extents(variable: Variable | str, minimum_extents: tuple[int, ...]) -> Any:
    """No piece of the store is shorter than this in a dimension, unless the store itself is."""
    _check_tuple("minimum_extents", minimum_extents)
    if isinstance(variable, str):
        return DeferredConstraint("min_extents", variable, minimum_extents)
    if not isinstance(variable, Variable):
        raise TypeError(_incorrect("variable", Variable, variable))
    return Constraint._wrap(_legatus.min_extents(variable._handle, minimum_extents), variable)


def _deferred(first_name: str, first: Any, second_name: str, second: Any) -> bool:
    """Whether names were given, rather than variables."""
    kind = str if isinstance(first, str) else Variable
    if not isinstance(first, kind):
        raise TypeError(_incorrect(first_name, kind, first))
    if not isinstance(second, kind):
        raise TypeError(_incorrect(second_name, kind, second))
    return kind is str


def _check_tuple(name: str, value: Any) -> None:
    if not isinstance(value, tuple):
        raise TypeError(_incorrect(name, tuple, value))


def _incorrect(name: str, expected: type, value: Any) -> str:
    return f"Argument '{name}' has incorrect type (expected {expected.__name__}, got {type(value).__name__})"
