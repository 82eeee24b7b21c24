# SPDX-License-Identifier: Apache-2.0
"""Tasks whose bodies are Python functions."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from typing import Any

from .. import _legatus
from .._constraints import DeferredConstraint
from .._context import TaskContext
from .._exceptions import TaskError
from .._library import Library
from .._options import TaskConfig, VariantCode, VariantOptions
from .._runtime import get_legate_runtime
from .._submission import AutoTask
from ._invoker import VariantInvoker, check_runs_to_its_end
from ._util import validate_variant


class PyTask:
    """A task whose variants are Python functions. Calling it submits a launch.

    Parameters
    ----------
    func
        The body.
    variants
        The kinds of variants that have this body.
    constraints
        Constraints on the parameters.
    options
        Options of all variants, or a configuration with an id; None for the defaults of the library.
    invoker
        What knows the parameters; made from `func` if None.
    library
        Where it is registered; the core library if None.
    throws_exception, has_side_effect
        Options, as older programs give them.
    register
        Ignored: tasks are registered when they are first used.
    """

    __slots__ = (
        "__dict__",  # for what the function says of itself
        "__weakref__",
        "_bodies",
        "_config",
        "_definition",
        "_invoker",
        "_library",
        "_name",
        "_plan",
        "_registered",
        "_traced",
    )

    def __init__(
        self,
        *,
        func: Callable[..., None],
        variants: Sequence[VariantCode],
        constraints: Sequence[DeferredConstraint] | None = None,
        options: TaskConfig | VariantOptions | None = None,
        invoker: VariantInvoker | None = None,
        library: Library | None = None,
        throws_exception: bool = False,
        has_side_effect: bool = False,
        register: bool = True,
    ) -> None:
        for variant in variants:
            validate_variant(variant)
        self._library = get_legate_runtime().core_library if library is None else library
        if isinstance(options, TaskConfig):
            self._config = options
        else:
            self._config = TaskConfig(self._library.get_new_task_id(), options=options)
        constraints = tuple(constraints or ())
        self._invoker = VariantInvoker(func, constraints=constraints) if invoker is None else invoker
        self._name = _name_of(func)
        functools.update_wrapper(self, func, updated=())
        self._bodies: dict[VariantCode, Callable[..., None]] = dict.fromkeys(variants, func)
        options = _merged(self._config.variant_options, throws_exception, has_side_effect)
        self._definition = _define(self._config.task_id, self._name, options, self._invoker, constraints)
        self._plan = self._invoker.make_plan(self._library._handle, self._config.task_id)
        self._registered = False
        self._traced = False

    @property
    def registered(self) -> bool:
        """Whether the task is registered: variants cannot be changed any more."""
        return self._registered

    @property
    def task_id(self) -> int:
        """The number of the task in its library. Registers it."""
        return self.complete_registration()

    @property
    def library(self) -> Library:
        """Where the task is registered."""
        return self._library

    def prepare_call(self, *args: Any, **kwargs: Any) -> AutoTask:
        """A launch with these arguments, to be submitted with `execute`. It takes no further arguments, but constraints.

        Raises
        ------
        TypeError
            If the arguments do not fit the parameters.
        ValueError
            If there is no variant, or none for the machine of the scope.
        """
        if not self._registered:
            self.complete_registration()
        if self._traced:
            handle = _legatus.create_auto_task(self._library._handle, self._config.task_id, _call_site())
        else:
            handle = self._plan.create_launch()
        task = AutoTask._wrap(handle)
        self._invoker.add_arguments(self._plan, task, args, kwargs)
        task.lock()
        return task

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        """Submits a launch with these arguments. Returns at once, unless the task may raise exceptions.

        Raises
        ------
        TypeError
            If the arguments do not fit the parameters.
        ValueError
            If there is no variant, or stores do not fit the constraints.
        Exception
            What the body raised, if it may.
        """
        if not self._registered:
            self.complete_registration()
        try:
            if not self._traced and self._plan.submit(self._invoker.bind(args, kwargs)):
                return
        except TaskError as error:
            raise RuntimeError(str(error)) from None
        self.prepare_call(*args, **kwargs).execute()

    def complete_registration(self) -> int:
        """Registers the task unless it is registered.

        Returns
        -------
        int
            Its number in its library.

        Raises
        ------
        ValueError
            If there is no variant.
        """
        if not self._registered:
            self._register()
        return self._config.task_id

    # Several threads may be here at once, bodies among them, and the first one registers the task. A lock would be held
    # while its thread waits for the runtime, which another thread may keep until a body is over that wants the lock.
    def _register(self) -> None:
        bodies = list(self._bodies.items())
        if not bodies:
            raise ValueError(f"Task {self._name} has no registered variants")
        for code, body in bodies:
            runner = _runner(self._invoker, body, self._plan)
            if self._invoker.is_plain:
                self._definition.set_variant(int(code), runner, body, self._plan)
            else:
                self._definition.set_variant(int(code), runner)
        self._traced = get_legate_runtime().config().provenance
        self._definition.register_with(self._library._handle)
        self._registered = True

    def cpu_variant(self, func: Callable[..., None]) -> Callable[..., None]:
        """Sets the body for CPUs; a decorator that returns the function.

        Raises
        ------
        ValueError
            If its signature is another.
        RuntimeError
            If the task is registered.
        """
        return self._set_body(VariantCode.CPU, func)

    def gpu_variant(self, func: Callable[..., None]) -> Callable[..., None]:
        """Sets the body for GPUs. As `cpu_variant`."""
        return self._set_body(VariantCode.GPU, func)

    def omp_variant(self, func: Callable[..., None]) -> Callable[..., None]:
        """Sets the body for groups of cores. As `cpu_variant`."""
        return self._set_body(VariantCode.OMP, func)

    def _set_body(self, code: VariantCode, func: Callable[..., None]) -> Callable[..., None]:
        if self._registered:
            raise RuntimeError(
                f"Task {self._name} (task id {self._config.task_id}) has already completed registration: "
                f"its {code.name} variant cannot be set any more"
            )
        check_runs_to_its_end(func)
        self._invoker.validate_signature(func)
        self._bodies[code] = func
        return func

    def __repr__(self) -> str:
        return f"PyTask({self._name}, {', '.join(code.name for code in sorted(self._bodies))})"


def _define(
    task_id: int,
    name: str,
    options: VariantOptions | None,
    invoker: VariantInvoker,
    constraints: Sequence[DeferredConstraint],
) -> Any:
    """The native definition of a task, which has no variants yet."""
    definition = _legatus.Definition(task_id, name)
    if options is not None:
        definition.set_options(options._bits(), options.communicators)
    definition.set_counts(len(invoker.inputs), len(invoker.outputs), len(invoker.reductions), len(invoker.scalars))
    for constraint in constraints:
        constraint.add_to(definition, invoker.position)
    return definition


def _runner(invoker: VariantInvoker, body: Callable[..., None], plan: Any) -> Callable[[Any], None]:
    """What the runtime calls, with a native context. Keeps the plan, which bodies use when the task object is gone."""

    def run(handle: Any, _plan: Any = plan) -> None:
        invoker(TaskContext._wrap(handle), body)

    return run


def _call_site() -> str:
    """File and line of the program that calls a task."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals is globals():
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def _name_of(func: Any) -> str:
    for candidate in (func, type(func)):
        name = getattr(candidate, "__qualname__", None)
        if isinstance(name, str):
            return name
    return func.__name__


def _merged(options: VariantOptions | None, throws_exception: bool, has_side_effect: bool) -> VariantOptions | None:
    if not throws_exception and not has_side_effect:
        return options
    merged = VariantOptions() if options is None else options
    merged.may_throw_exception |= throws_exception
    merged.has_side_effect |= has_side_effect
    return merged
