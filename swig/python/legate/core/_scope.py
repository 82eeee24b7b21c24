# SPDX-License-Identifier: Apache-2.0
"""What holds for the operations that a part of a program submits."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from . import _legatus
from ._machine import ALL_TARGETS, Machine, TaskTarget, get_machine


class ExceptionMode(IntEnum):
    """When exceptions of tasks reach the program."""

    IMMEDIATE = 0
    DEFERRED = 1
    IGNORED = 2


class StreamingMode(IntEnum):
    """Whether the launches of a scope may be run piece by piece."""

    OFF = 0
    STRICT = 1
    RELAXED = 2


class ParallelPolicy:
    """How launches are split.

    Parameters
    ----------
    streaming_mode
        Whether launches may be run piece by piece, one piece through all of them.
    overdecompose_factor
        How many pieces each processor gets.
    partitioning_threshold
        The fewest elements that are worth being split, by kind of processor: a dictionary or a pair.

    Raises
    ------
    ValueError
        If the factor is 0, or the threshold is neither a dictionary nor a pair.
    OverflowError
        If a number is negative.
    """

    __slots__ = ("_factor", "_mode", "_thresholds")

    def __init__(
        self,
        *,
        streaming_mode: StreamingMode = StreamingMode.OFF,
        overdecompose_factor: int = 1,
        partitioning_threshold: dict[TaskTarget, int] | tuple[TaskTarget, int] | None = None,
    ) -> None:
        defaults = _legatus.default_parallel_policy()[2:]
        self._thresholds = {target: defaults[target] for target in ALL_TARGETS}
        self.streaming_mode = streaming_mode
        self.overdecompose_factor = overdecompose_factor
        if isinstance(partitioning_threshold, dict):
            for target, threshold in partitioning_threshold.items():
                self.set_partitioning_threshold(target, threshold)
        elif isinstance(partitioning_threshold, tuple) and len(partitioning_threshold) == 2:
            self.set_partitioning_threshold(*partitioning_threshold)
        elif partitioning_threshold is not None:
            raise ValueError(f"Expected a dictionary or a pair as partitioning threshold, but got {partitioning_threshold!r}")

    @classmethod
    def _from_numbers(cls, numbers: tuple[int, ...]) -> ParallelPolicy:
        policy = cls.__new__(cls)
        policy._mode = StreamingMode(numbers[0])
        policy._factor = numbers[1]
        policy._thresholds = {target: numbers[2 + target] for target in ALL_TARGETS}
        return policy

    def _to_numbers(self) -> tuple[int, ...]:
        return int(self._mode), self._factor, *(self._thresholds[target] for target in ALL_TARGETS)

    @property
    def streaming(self) -> bool:
        """Whether the mode is not OFF."""
        return self._mode != StreamingMode.OFF

    @property
    def streaming_mode(self) -> StreamingMode:
        """Whether launches may be run piece by piece."""
        return self._mode

    @streaming_mode.setter
    def streaming_mode(self, mode: StreamingMode) -> None:
        self._mode = StreamingMode(mode)

    @property
    def overdecompose_factor(self) -> int:
        """How many pieces each processor gets."""
        return self._factor

    @overdecompose_factor.setter
    def overdecompose_factor(self, factor: int) -> None:
        if factor < 0 or factor >= 2**32:
            raise OverflowError(f"overdecompose_factor {factor} is not between 1 and 2**32 - 1")
        if factor == 0:
            raise ValueError("overdecompose_factor must be positive, but got 0")
        self._factor = factor

    def partitioning_threshold(self, target: TaskTarget) -> int:
        """The fewest elements that are worth being split among processors of this kind."""
        return self._thresholds[TaskTarget(target)]

    def set_partitioning_threshold(self, target: TaskTarget, threshold: int) -> None:
        """Sets the fewest elements that are worth being split among processors of this kind."""
        if not 0 <= threshold < 2**63:
            raise OverflowError(f"partitioning threshold {threshold} is not between 0 and 2**63 - 1")
        self._thresholds[TaskTarget(target)] = threshold

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ParallelPolicy):
            return NotImplemented
        return self._to_numbers() == other._to_numbers()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        thresholds = ", ".join(f"{target.name}: {n}" for target, n in self._thresholds.items())
        return f"ParallelPolicy({self._mode.name}, factor {self._factor}, thresholds {{{thresholds}}})"


class Scope:
    """A context manager that sets what holds for the tasks created inside. What is None is inherited.

    Parameters
    ----------
    priority
        Tasks of a higher priority run first where there is a choice.
    exception_mode
        When exceptions of tasks reach the program.
    provenance
        Where the program says it is, for profiles and messages.
    machine
        The processors that may be used; intersected with those of the enclosing scope.
    parallel_policy
        How launches are split.

    Raises
    ------
    RuntimeError
        On entry, if the machine has no processor in common with the enclosing one.
    ValueError
        On entry, if the same object is entered already.
    """

    __slots__ = ("_exception_mode", "_guard", "_machine", "_parallel_policy", "_priority", "_provenance")

    def __init__(
        self,
        *,
        priority: int | None = None,
        exception_mode: ExceptionMode | None = None,
        provenance: str | None = None,
        machine: Machine | None = None,
        parallel_policy: ParallelPolicy | None = None,
    ) -> None:
        self._priority = priority
        self._exception_mode = exception_mode
        self._provenance = provenance
        self._machine = machine
        self._parallel_policy = parallel_policy
        self._guard: Any = None

    def __enter__(self) -> None:
        if self._guard is not None:
            raise ValueError("Each scope can be used only once at a time: this one is entered already")
        if self._machine is not None and (self._machine & get_machine()).empty:
            raise RuntimeError(f"Empty machines cannot be used for resource scoping: {self._machine} has nothing of {get_machine()}")
        guard = _legatus.ScopeGuard()
        try:
            if self._priority is not None:
                guard.set_priority(self._priority)
            if self._exception_mode is not None:
                guard.set_exception_mode(int(self._exception_mode))
            if self._provenance is not None:
                guard.set_provenance(self._provenance)
            if self._machine is not None:
                guard.set_machine(self._machine._to_numbers())
            if self._parallel_policy is not None:
                guard.set_parallel_policy(self._parallel_policy._to_numbers())
        except BaseException:
            guard.leave()
            raise
        self._guard = guard

    def __exit__(self, *exception: Any) -> None:
        guard, self._guard = self._guard, None
        guard.leave()

    @staticmethod
    def priority() -> int:
        """The priority of the current scope."""
        return _legatus.scope_priority()

    @staticmethod
    def exception_mode() -> ExceptionMode:
        """The exception mode of the current scope."""
        return ExceptionMode(_legatus.scope_exception_mode())

    @staticmethod
    def provenance() -> str:
        """The provenance of the current scope; empty if there is none."""
        return _legatus.scope_provenance()

    @staticmethod
    def machine() -> Machine:
        """The machine of the current scope."""
        return get_machine()

    @staticmethod
    def parallel_policy() -> ParallelPolicy:
        """The parallel policy of the current scope."""
        return ParallelPolicy._from_numbers(_legatus.scope_parallel_policy())
