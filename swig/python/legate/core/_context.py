# SPDX-License-Identifier: Apache-2.0
"""What a running task sees of itself."""

from __future__ import annotations

from typing import Any

from . import _legatus
from ._base import refuse_construction
from ._machine import Machine
from ._options import VariantCode
from ._physical import Domain, DomainPoint, PhysicalStore
from ._scalar import Scalar

_new = object.__new__


class TaskContext:
    """A running task: its arguments and its place in the launch. Given to bodies that ask for it; expires with them."""

    __slots__ = ("__weakref__", "_handle", "_inputs", "_outputs", "_reductions", "_scalars")
    _handle: Any
    _inputs: Any
    _outputs: Any
    _reductions: Any
    _scalars: Any
    __init__ = refuse_construction

    @classmethod
    def _wrap(cls, handle: Any) -> TaskContext:
        context = _new(TaskContext)
        context._handle = handle
        return context

    def get_task_id(self) -> int:
        """The global number of the task."""
        return self._handle.task_id()

    def get_variant_kind(self) -> VariantCode:
        """Which variant runs."""
        return VariantCode(self._handle.variant_kind())

    @property
    def inputs(self) -> tuple[PhysicalStore, ...]:
        """The inputs, always the same objects."""
        try:
            return self._inputs
        except AttributeError:
            handle = self._handle
            self._inputs = tuple([PhysicalStore._wrap(handle.input(i)) for i in range(handle.num_inputs())])
            return self._inputs

    @property
    def outputs(self) -> tuple[PhysicalStore, ...]:
        """The outputs, always the same objects."""
        try:
            return self._outputs
        except AttributeError:
            handle = self._handle
            self._outputs = tuple([PhysicalStore._wrap(handle.output(i)) for i in range(handle.num_outputs())])
            return self._outputs

    @property
    def reductions(self) -> tuple[PhysicalStore, ...]:
        """The reductions, always the same objects."""
        try:
            return self._reductions
        except AttributeError:
            handle = self._handle
            self._reductions = tuple([PhysicalStore._wrap(handle.reduction(i)) for i in range(handle.num_reductions())])
            return self._reductions

    @property
    def scalars(self) -> tuple[Scalar, ...]:
        """The scalars, always the same objects."""
        try:
            return self._scalars
        except AttributeError:
            handle = self._handle
            self._scalars = tuple([Scalar._wrap(handle.scalar(i)) for i in range(handle.num_scalars())])
            return self._scalars

    def is_single_task(self) -> bool:
        """Whether the launch has this one point only and was not split."""
        return self._handle.is_single_task()

    def can_raise_exception(self) -> bool:
        """Whether exceptions of the body reach the program; without that, they end it."""
        return self._handle.can_raise_exception()

    def set_exception(self, exception: Exception) -> None:
        """Not needed: bodies raise exceptions."""
        raise exception

    def concurrent_task_barrier(self) -> None:
        """Waits until all points of a concurrent launch have called it as often as this one; others run meanwhile.

        Returns at once if the launch has one point only. An extension: in the original, only tasks in C++ have it. A
        point that ends while others wait for it here ends the program.

        Raises
        ------
        RuntimeError
            If the launch has several points and is not concurrent, or if another point has raised an exception. The
            program gets the exception of that point, whatever this one does then.
        """
        self._handle.concurrent_task_barrier()

    @property
    def task_index(self) -> DomainPoint:
        """The point of the launch that this is; `(0,)` for a single task."""
        return (0,) if self._handle.is_single_task() else self._handle.task_index()

    @property
    def launch_domain(self) -> Domain:
        """All points of the launch."""
        if self._handle.is_single_task():
            return Domain()
        return Domain(self._handle.domain_lo(), self._handle.domain_hi())

    @property
    def machine(self) -> Machine:
        """The processors of the launch, of the kind that runs the variant."""
        return Machine._from_numbers(self._handle.machine())

    @property
    def provenance(self) -> str:
        """Where the task was submitted, if the program says so; empty otherwise."""
        return self._handle.provenance()

    @property
    def task_stream(self) -> int | None:
        """The CUDA stream of the task, None unless it runs on a GPU."""
        return self._handle.task_stream() if self._handle.variant_kind() == VariantCode.GPU else None


def is_running_in_task() -> bool:
    """Whether the caller is (part of) the body of a task."""
    return _legatus.is_running_in_task()
