# SPDX-License-Identifier: Apache-2.0
"""From the call of a Python task to the arguments of a launch, and from those to the call of a body."""

from __future__ import annotations

import inspect
import pickle
import sys
import types as python_types
import warnings
from collections.abc import Callable, Sequence
from typing import Any, Union, get_args, get_origin

import numpy as np

from .. import _legatus
from .. import _types as types
from .._constraints import Constraint, DeferredConstraint
from .._context import TaskContext
from .._deduction import LARGEST_BINARY
from .._physical import PhysicalStore
from .._runtime import get_legate_runtime
from .._scalar import Scalar
from .._store import LogicalStore, LogicalStorePartition
from .._types import TypeCode
from ..data_interface import as_logical_store
from ._annotations import InputStore, OutputStore, ReductionStore

PICKLED = b"__legate_pickled_arg__"
INPUT, OUTPUT, REDUCTION, SCALAR = range(4)
_CONTEXT = object()  # stands for the TaskContext while arguments are bound
_PLAIN = (bool, int, float, complex, str)
_NO_DEFAULT = inspect.Parameter.empty
_POSITIONAL_OR_KEYWORD = inspect.Parameter.POSITIONAL_OR_KEYWORD


class Parameter:
    """One parameter of a task: what kind of argument it is, and how values pass through the runtime."""

    __slots__ = ("annotation", "has_default", "kind", "name", "redop", "resolved")

    def __init__(self, name: str, kind: int, annotation: Any, resolved: type, redop: int, has_default: bool) -> None:
        self.name = name
        self.kind = kind
        self.annotation = annotation
        self.resolved = resolved
        self.redop = redop
        self.has_default = has_default

    def add_to(self, task: Any, value: Any) -> None:
        """Adds a value to a launch."""
        kind = self.kind
        if kind == SCALAR:
            self._add_scalar(task, value)
        elif kind == INPUT:
            task.add_input(self.store(value))
        elif kind == OUTPUT:
            task.add_output(self.store(value))
        else:
            task.add_reduction(self.store(value), self.redop)

    def store(self, value: Any) -> LogicalStore:
        """The store that was passed for the parameter."""
        if type(value) is LogicalStore:
            return value
        if value is None:
            return _null_store()
        if isinstance(value, LogicalStorePartition) or not hasattr(type(value), "__legate_data_interface__"):
            if not hasattr(value, "__legate_data_interface__"):
                raise TypeError(
                    f"Argument: '{self.name}' expected one of (LogicalStore, an object with __legate_data_interface__), "
                    f"got {type(value)}"
                )
        try:
            return as_logical_store(value)
        except Exception as error:
            error.add_note(f"Task Argument: '{self.name}'")
            raise

    def check_scalar(self, value: Any) -> None:
        """Raises TypeError unless the value is one of the parameter's type."""
        if not isinstance(value, self.resolved):
            hint = "; annotate it as object if None is to be passed, too" if value is None else ""
            raise TypeError(
                f"expected a value of type {self.resolved} for parameter {self.name}, but got {type(value)}{hint}"
            )

    def _add_scalar(self, task: Any, value: Any) -> None:
        self.check_scalar(value)
        task.add_scalar_arg(value if isinstance(value, Scalar) else self.pack(value))

    def pack(self, value: Any) -> Scalar:
        """The scalar that carries the value: of a type that fits, or pickled."""
        if self._travels_natively(value):
            try:
                return Scalar(value)
            except (NotImplementedError, OverflowError):
                pass
        if not _has_numpy_integers(value):
            warnings.warn(
                f"Argument type: {type(value)} not natively supported by type inference, falling back to pickling "
                "(which may be slow)",
                category=UserWarning,
                stacklevel=_level_of_program(),
            )
        try:
            packed = PICKLED + pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
        except Exception as error:
            error.add_note(f"Task Argument: '{self.name}'")
            raise
        return Scalar(packed if len(packed) <= LARGEST_BINARY else np.frombuffer(packed, np.uint8))

    def _travels_natively(self, value: Any) -> bool:
        """Whether the body would get an equal value of the same type without pickling."""
        kind, resolved = type(value), self.resolved
        if kind in _PLAIN or value is None:
            return True
        if kind is bytes:
            return resolved is bytes and not value.startswith(PICKLED)
        if kind is list or kind is tuple:
            return resolved is kind and not _has_numpy_integers(value)
        if kind is np.ndarray:
            return resolved is np.ndarray and not _is_packed(value)
        return isinstance(value, np.number) and (resolved is kind or resolved in (float, complex))

    def receive(self, argument: Any) -> Any:
        """What the body gets for an argument of the launch."""
        if self.kind != SCALAR:
            if self.has_default and argument.type.code == TypeCode.NIL:
                return None
            return argument
        resolved: Any = self.resolved
        if issubclass(resolved, Scalar):
            return argument
        value = argument.value()
        if _is_packed(value):
            unpickled = pickle.loads(value[len(PICKLED) :])
            if type(unpickled) is np.ndarray:
                unpickled.flags.writeable = False  # as other arrays
            return unpickled
        if (resolved is list or resolved is tuple) and type(value) is np.ndarray:
            value = _widened(value)
        return value if isinstance(value, resolved) else resolved(value)


def _is_packed(value: Any) -> bool:
    """Whether the value of a scalar is a pickled object: bytes, or an array of them where there are many."""
    if type(value) is np.ndarray:
        return value.dtype == np.uint8 and value.ndim == 1 and value[: len(PICKLED)].tobytes() == PICKLED
    return type(value) is memoryview and value[: len(PICKLED)] == PICKLED


def _level_of_program() -> int:
    """How far above the function that asks the first frame is that is not in this package."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("legate.core."):
        frame, level = frame.f_back, level + 1
    return level


def _has_numpy_integers(value: Any) -> bool:
    """Whether a list or tuple has elements whose width, which is theirs, `_widened` would not keep."""
    return isinstance(value, (list, tuple)) and any(isinstance(element, np.integer) for element in value)


def _widened(numbers: np.ndarray[Any, Any]) -> Any:
    """The elements of a list or tuple that travelled as an array, of a width in which arithmetic does not wrap.

    Integers travel in the narrowest type that holds them, which says nothing about what bodies compute with them.
    """
    if numbers.dtype.kind not in "iu":
        return numbers
    if numbers.dtype == np.uint64 and numbers.max() > np.iinfo(np.int64).max:
        return numbers.tolist()
    return numbers.astype(np.int64)


def _null_store() -> LogicalStore:
    return get_legate_runtime().create_store_from_scalar(Scalar.null())


class VariantInvoker:
    """Knows the parameters of a Python task: which are stores, which scalars, and how they pass through the runtime.

    Parameters
    ----------
    func
        The function. Every parameter is annotated; nothing is returned.
    constraints
        Deferred constraints on its parameters.

    Raises
    ------
    TypeError, NotImplementedError, AssertionError, NameError
        If an annotation is missing or of no use.
    ValueError
        If a constraint names no parameter.
    """

    __slots__ = (
        "_constraints",
        "_context",
        "_counts",
        "_name",
        "_parameters",
        "_receivers",
        "_signature",
        "inputs",
        "outputs",
        "reductions",
        "scalars",
    )

    def __init__(self, func: Callable[..., None], *, constraints: Sequence[DeferredConstraint] | None = None) -> None:
        check_runs_to_its_end(func)
        self._name = getattr(func, "__qualname__", None) or type(func).__qualname__
        self._signature = inspect.signature(func, eval_str=True)
        returned = self._signature.return_annotation
        if returned is not inspect.Signature.empty and returned is not None:
            raise TypeError(f"Task must not return values, but {func} is annotated to return {returned}")
        self._constraints = tuple(constraints or ())
        _check_constraints(self._constraints, self._signature)
        self._context: str | None = None
        self._parameters: list[Parameter] = []
        for position, parameter in enumerate(self._signature.parameters.values()):
            classified = self._classify(position, parameter)
            if classified is not None:
                self._parameters.append(classified)
        self.inputs, self.outputs, self.reductions, self.scalars = (
            tuple(p.name for p in self._parameters if p.kind == kind) for kind in (INPUT, OUTPUT, REDUCTION, SCALAR)
        )
        self._counts = tuple(map(len, (self.inputs, self.outputs, self.reductions, self.scalars)))
        self._receivers = self._positions()

    def _positions(self) -> list[tuple[Parameter, int, int]]:
        """Each parameter with its kind and its index among those of the kind."""
        seen = [0, 0, 0, 0]
        result = []
        for parameter in self._parameters:
            result.append((parameter, parameter.kind, seen[parameter.kind]))
            seen[parameter.kind] += 1
        return result

    def _classify(self, position: int, parameter: inspect.Parameter) -> Parameter | None:
        name, annotation = parameter.name, parameter.annotation
        if annotation is _NO_DEFAULT:
            raise TypeError(f"Untyped parameters are not allowed: parameter '{name}' of {self._signature}")
        if parameter.kind is not _POSITIONAL_OR_KEYWORD:
            raise NotImplementedError(
                f"Parameter '{name}' of {self._signature}: '/', '*', '*args' and '**kwargs' are not supported"
            )
        if isinstance(parameter.default, (PhysicalStore, LogicalStore)):
            raise NotImplementedError(f"Default values for {annotation!r} are not supported: parameter '{name}'")
        inner = _without_none(name, annotation)
        if inner is Any:
            inner = object
        origin = get_origin(inner)
        resolved = inner if origin is None else origin
        if not isinstance(resolved, type):
            raise AssertionError(f"Unhandled type annotation: {annotation!r} of parameter '{name}'")
        has_default = parameter.default is not _NO_DEFAULT
        if issubclass(resolved, ReductionStore):
            return Parameter(name, REDUCTION, annotation, resolved, _redop(name, inner), has_default)
        if issubclass(resolved, InputStore):
            return Parameter(name, INPUT, annotation, resolved, -1, has_default)
        if issubclass(resolved, OutputStore):
            return Parameter(name, OUTPUT, annotation, resolved, -1, has_default)
        if issubclass(resolved, (PhysicalStore, LogicalStore)):
            raise TypeError(
                f"Parameter '{name}' is annotated as {resolved.__name__}: impossible to deduce intent. "
                "Use InputStore, OutputStore or ReductionStore[...]"
            )
        if issubclass(resolved, TaskContext):
            self._check_context(position, parameter)
            self._context = name
            return None
        return Parameter(name, SCALAR, annotation, resolved, -1, has_default)

    def _check_context(self, position: int, parameter: inspect.Parameter) -> None:
        if position != 0:
            raise TypeError(
                f"TaskContext must be the first parameter, but '{parameter.name}' is number {position + 1} of {self._signature}"
            )
        if parameter.default is not _NO_DEFAULT:
            raise TypeError(f"The TaskContext parameter '{parameter.name}' must not have a default value")

    @property
    def signature(self) -> inspect.Signature:
        """The signature of the function."""
        return self._signature

    def valid_signature(self, func: Callable[..., None]) -> bool:
        """Whether a function has an equal signature."""
        return self._signature == inspect.signature(func, eval_str=True)

    def validate_signature(self, func: Callable[..., None]) -> None:
        """Raises ValueError unless a function has an equal signature."""
        if not self.valid_signature(func):
            found = inspect.signature(func, eval_str=True)
            raise ValueError(f"Signature mismatch: {func} has {found}, expected {self._signature}")

    def prepare_call(
        self,
        task: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        constraints: tuple[Constraint, ...] | None = None,
    ) -> None:
        """Adds the arguments of a call to a launch.

        Parameters
        ----------
        task
            The launch.
        args, kwargs
            The arguments, as the function would take them.
        constraints
            Added to the launch as well.

        Raises
        ------
        TypeError
            If they do not fit the parameters.
        """
        for parameter, value in zip(self._parameters, self.bind(args, kwargs)):
            parameter.add_to(task, value)
        for constraint in constraints or ():
            task.add_constraint(constraint)

    def make_plan(self, library: Any, task_id: int) -> Any:
        """The native short cut for calls of a registered task with usual arguments."""
        plan = _legatus.CallPlan(library, task_id, self._context is not None)
        for parameter in self._parameters:
            plan.add_parameter(parameter.kind, parameter.redop, parameter.resolved, parameter.has_default)
        return plan

    @property
    def is_plain(self) -> bool:
        """Whether bodies can be called the short way: with plain values as scalars."""
        return all(p.kind != SCALAR or p.resolved in _PLAIN for p in self._parameters)

    def add_arguments(self, plan: Any, task: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Adds the arguments of a call to a launch, as `prepare_call`, the short way where that is possible."""
        values = self.bind(args, kwargs)
        handle = task._handle
        position = plan.add_arguments(handle, values, 0)
        while position >= 0:
            self._parameters[position].add_to(task, values[position])
            position = plan.add_arguments(handle, values, position + 1)

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Sequence[Any]:
        """The values of the parameters, in the order of declaration and without the context."""
        if not kwargs and len(args) == len(self._parameters):
            return args
        if self._context is not None:
            if self._context in kwargs:
                raise TypeError(f"the TaskContext parameter '{self._context}' cannot be passed by the caller")
            args = (_CONTEXT, *args)
        try:
            bound = self._signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{self._name}: {error}") from None
        bound.apply_defaults()
        values = bound.arguments
        return [values[parameter.name] for parameter in self._parameters]

    def __call__(self, ctx: TaskContext, func: Callable[..., None]) -> None:
        """Calls a body with the arguments of a running task.

        Raises
        ------
        ValueError
            If the task has not as many arguments as the function.
        """
        delivered = (ctx.inputs, ctx.outputs, ctx.reductions, ctx.scalars)
        for arguments, expected in zip(delivered, self._counts):
            if len(arguments) != expected:
                raise ValueError(f"Wrong number of given arguments ({len(arguments)}), expected {expected}")
        values: dict[str, Any] = {} if self._context is None else {self._context: ctx}
        for parameter, kind, index in self._receivers:
            values[parameter.name] = parameter.receive(delivered[kind][index])
        func(**values)

    def position(self, name: str) -> tuple[int, int]:
        """Kind of a store parameter, and its index among those of the kind.

        Raises
        ------
        ValueError
            If the parameter is no store.
        """
        for parameter, kind, index in self._receivers:
            if parameter.name == name and kind != SCALAR:
                return kind, index
        raise ValueError(f"Could not find {name} in task arguments")


def check_runs_to_its_end(func: Callable[..., None]) -> None:
    """Raises TypeError for functions of which a call does nothing by itself: generators and coroutines."""
    for body in (func, getattr(type(func), "__call__", None)):
        if inspect.isgeneratorfunction(body) or inspect.isasyncgenfunction(body):
            raise TypeError(f"A task cannot be a generator, but {func} has a yield: its body would never run")
        if inspect.iscoroutinefunction(body):
            raise TypeError(f"A task cannot be a coroutine, but {func} is async: its body would never run")


def _without_none(name: str, annotation: Any) -> Any:
    """X of `X | None`; other annotations as they are."""
    if get_origin(annotation) not in (Union, python_types.UnionType):
        return annotation
    members = get_args(annotation)
    if len(members) != 2 or type(None) not in members:
        raise NotImplementedError(f"Arbitrary unions are not supported: parameter '{name}' is annotated as {annotation}")
    return members[0] if members[1] is type(None) else members[1]


def _redop(name: str, annotation: Any) -> int:
    operators = get_args(annotation)
    if len(operators) != 1:
        cls = getattr(get_origin(annotation) or annotation, "__name__", "ReductionStore")
        raise TypeError(
            f"{cls} needs exactly one reduction operator, but parameter '{name}' has {len(operators)}: "
            f"write for example '{name}: {cls}[ADD]'"
        )
    try:
        return int(types.ReductionOpKind(operators[0]))
    except ValueError:
        operator = getattr(operators[0], "__forward_arg__", operators[0])
        raise ValueError(
            f"Parameter '{name}': {operator!r} is no reduction operator: expected one of ADD, MUL, MAX, MIN, OR, AND, XOR"
        ) from None


def _check_constraints(constraints: tuple[Any, ...], signature: inspect.Signature) -> None:
    for number, constraint in enumerate(constraints, 1):
        if not isinstance(constraint, DeferredConstraint):
            raise TypeError(f"Constraint #{number} of unexpected type: {type(constraint)}")
        for name in constraint.names():
            if name not in signature.parameters:
                raise ValueError(f'constraint argument "{name}" not in set of parameters: {list(signature.parameters)}')


_legatus.set_classes(LogicalStore, PhysicalStore, TaskContext)

__all__ = ("VariantInvoker",)
