# SPDX-License-Identifier: Apache-2.0
"""Processors, and the machines that they make up."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from . import _legatus


class TaskTarget(IntEnum):
    """Kinds of processors.

    `TaskTarget.OPENCL`, an extension, has the value 3. It stands for processors that tasks in C++ have variants for, and
    is not among the members that iteration finds.
    """

    GPU = 0
    OMP = 1
    CPU = 2


def _add_hidden_member(name: str, value: int) -> None:
    member = int.__new__(TaskTarget, value)
    member._name_, member._value_ = name, value
    TaskTarget._value2member_map_[value] = member
    setattr(TaskTarget, name, member)


_add_hidden_member("OPENCL", 3)

#: By value.
ALL_TARGETS = (*TaskTarget, TaskTarget(3))
#: The fastest first.
_BY_PREFERENCE = (TaskTarget.GPU, TaskTarget(3), TaskTarget.OMP, TaskTarget.CPU)


class StoreTarget(IntEnum):
    """Kinds of memories."""

    SYSMEM = 0
    FBMEM = 1
    ZCMEM = 2
    SOCKETMEM = 3


class EmptyMachineError(Exception):
    """A machine without processors was to become the machine of a scope."""


class ProcessorRange:
    """The processors `low` to `high - 1` of one kind, numbered through all nodes.

    Parameters
    ----------
    low, high
        The first processor, and the one after the last. If `low >= high` the range is empty, and both read 0.
    per_node_count
        How many processors of the kind a node has.
    """

    __slots__ = ("_high", "_low", "_per_node_count")

    def __init__(self, low: int = 0, high: int = 0, per_node_count: int = 0) -> None:
        empty = low >= high
        self._low = 0 if empty else low
        self._high = 0 if empty else high
        self._per_node_count = max(per_node_count, 1)

    @staticmethod
    def create(low: int, high: int, per_node_count: int) -> ProcessorRange:
        """As the constructor."""
        return ProcessorRange(low, high, per_node_count)

    @staticmethod
    def create_empty() -> ProcessorRange:
        """No processors."""
        return ProcessorRange()

    @property
    def low(self) -> int:
        """The first processor."""
        return self._low

    @property
    def high(self) -> int:
        """The one after the last."""
        return self._high

    @property
    def per_node_count(self) -> int:
        """How many a node has."""
        return self._per_node_count

    @property
    def count(self) -> int:
        """The number of processors."""
        return self._high - self._low

    @property
    def empty(self) -> bool:
        """Whether there are none."""
        return self._high == self._low

    def slice(self, sl: slice) -> ProcessorRange:
        """Some of the processors, counted from the first of these; clipped to them.

        Raises
        ------
        ValueError
            If the step is not 1.
        """
        if sl.step not in (None, 1):
            raise ValueError(f"The slicing step must be 1, but got {sl.step}")
        count = self.count
        start = 0 if sl.start is None else min(max(sl.start, 0), count)
        stop = count if sl.stop is None else min(max(sl.stop, 0), count)
        return ProcessorRange(self._low + start, self._low + stop, self._per_node_count)

    def __getitem__(self, key: int | builtins.slice) -> ProcessorRange:
        return self.slice(key if isinstance(key, slice) else slice(key, key + 1))

    def get_node_range(self) -> tuple[int, int]:
        """The first node with one of the processors, and the one after the last.

        Raises
        ------
        ValueError
            If there are none.
        """
        if self.empty:
            raise ValueError("Illegal to get a node range of an empty processor range")
        return self._low // self._per_node_count, (self._high - 1) // self._per_node_count + 1

    def __len__(self) -> int:
        return self.count

    def __and__(self, other: ProcessorRange) -> ProcessorRange:
        if not isinstance(other, ProcessorRange):
            return NotImplemented
        if self._per_node_count != other._per_node_count:
            raise ValueError(f"Ranges of different numbers of processors per node have no intersection: {self}, {other}")
        return ProcessorRange(max(self._low, other._low), min(self._high, other._high), self._per_node_count)

    def _key(self) -> tuple[int, int, int]:
        return self._low, self._high, self._per_node_count

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ProcessorRange):
            raise TypeError(_wrong_type("other", ProcessorRange, other))
        return self._key() == other._key()

    def __lt__(self, other: ProcessorRange) -> bool:
        if not isinstance(other, ProcessorRange):
            raise TypeError(_wrong_type("other", ProcessorRange, other))
        return self._key() < other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"ProcessorRange([{self._low}, {self._high}), {self._per_node_count} per node)"

    __str__ = __repr__


@dataclass(frozen=True)
class ProcessorSlice:
    """Some of the processors of one kind: an index for a `Machine`."""

    target: TaskTarget
    slice: slice


class Machine:
    """A set of processors of each kind; as a context manager, those that the tasks created inside may use.

    Parameters
    ----------
    ranges
        The processors by kind.

    Raises
    ------
    ValueError
        If `ranges` is not such a dictionary.
    """

    __slots__ = ("__weakref__", "_ranges", "_scope")

    def __init__(self, ranges: dict[TaskTarget, ProcessorRange] | None = None) -> None:
        if ranges is None:
            ranges = {}
        if not isinstance(ranges, dict):
            raise ValueError(f"Expected a dictionary of processor ranges, but got {ranges!r}")
        for target, range_ in ranges.items():
            if not isinstance(target, TaskTarget):
                raise ValueError(f"Invalid key of a machine: {target!r} is not a TaskTarget")
            if not isinstance(range_, ProcessorRange):
                raise ValueError(f"Invalid value of a machine: {range_!r} is not a ProcessorRange")
        self._ranges = {
            target: ranges[target] for target in _BY_PREFERENCE if target in ranges and not ranges[target].empty
        }
        self._scope: Any = None

    @classmethod
    def _from_numbers(cls, numbers: tuple[int, ...]) -> Machine:
        quadruples = zip(*[iter(numbers)] * 4)
        return cls({TaskTarget(target): ProcessorRange(low, high, count) for target, low, high, count in quadruples})

    def _to_numbers(self) -> tuple[int, ...]:
        return tuple(n for target, r in self._ranges.items() for n in (int(target), r.low, r.high, r.per_node_count))

    @property
    def preferred_target(self) -> TaskTarget:
        """The fastest kind that there is; CPU if the machine is empty."""
        return next(iter(self._ranges), TaskTarget.CPU)

    @property
    def valid_targets(self) -> tuple[TaskTarget, ...]:
        """The kinds that there are, the fastest first."""
        return tuple(self._ranges)

    @property
    def empty(self) -> bool:
        """Whether there are no processors."""
        return not self._ranges

    def get_processor_range(self, target: TaskTarget | None = None) -> ProcessorRange:
        """The processors of a kind, by default the preferred one."""
        return self._ranges.get(self.preferred_target if target is None else target, ProcessorRange())

    def get_node_range(self, target: TaskTarget | None = None) -> tuple[int, int]:
        """The nodes of the processors of a kind.

        Raises
        ------
        ValueError
            If there are none of that kind.
        """
        return self.get_processor_range(target).get_node_range()

    def count(self, target: TaskTarget | None = None) -> int:
        """The number of processors of a kind, by default the preferred one."""
        return self.get_processor_range(target).count

    def only(self, targets: TaskTarget | Iterable[TaskTarget]) -> Machine:
        """The same without the other kinds."""
        wanted = (targets,) if isinstance(targets, TaskTarget) else tuple(targets)
        return Machine({target: range_ for target, range_ in self._ranges.items() if target in wanted})

    def slice(self, sl: slice, target: TaskTarget | None = None) -> Machine:
        """Some of the processors of one kind, by default the preferred one."""
        kind = self.preferred_target if target is None else target
        return Machine({kind: self.get_processor_range(kind).slice(sl)})

    def __getitem__(self, key: TaskTarget | builtins.slice | int | ProcessorSlice) -> Machine:
        if isinstance(key, TaskTarget):
            return self.only(key)
        if isinstance(key, slice):
            return self.slice(key)
        if isinstance(key, int):
            return self.slice(slice(key, key + 1))
        if isinstance(key, ProcessorSlice):
            return self.slice(key.slice, key.target)
        raise KeyError(f"Invalid slicing key of a machine: {key!r}")

    def __len__(self) -> int:
        return self.count()

    def __and__(self, other: Machine) -> Machine:
        if not isinstance(other, Machine):
            return NotImplemented
        common = [target for target in self._ranges if target in other._ranges]
        return Machine({target: self._ranges[target] & other._ranges[target] for target in common})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Machine):
            raise TypeError(_wrong_type("other", Machine, other))
        return self._ranges == other._ranges

    def __hash__(self) -> int:
        return hash(tuple(self._ranges.items()))

    def __enter__(self) -> Machine:
        from ._scope import Scope

        if self._scope is not None:
            raise ValueError("Each machine can be set only once to the scope")
        if (self & get_machine()).empty:
            raise EmptyMachineError("Empty machines cannot be used for resource scoping")
        scope = Scope(machine=self)
        scope.__enter__()
        self._scope = scope
        return self

    def __exit__(self, *exception: Any) -> None:
        scope, self._scope = self._scope, None
        scope.__exit__(*exception)

    def __repr__(self) -> str:
        kinds = ", ".join(f"{target.name}: {range_}" for target, range_ in self._ranges.items())
        return f"Machine({kinds})"

    __str__ = __repr__


def _wrong_type(name: str, expected: type, value: object) -> str:
    return f"Argument '{name}' has incorrect type (expected {expected.__name__}, got {type(value).__name__})"


def get_machine() -> Machine:
    """The machine of the current scope."""
    return Machine._from_numbers(_legatus.scope_machine())
