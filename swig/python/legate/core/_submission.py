# SPDX-License-Identifier: Apache-2.0
"""Launches: a task together with its arguments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ._base import refuse_construction
from ._constraints import Constraint, Variable
from ._exceptions import TaskError
from ._scalar import scalar_of
from ._store import LogicalStore, LogicalStorePartition
from ._types import Type

_new = object.__new__


class SymbolicExpr:
    """`weight * coordinate[dim] + offset` of a point of a launch; a constant has dimension -1. Made by `dimension` and
    `constant`.
    """

    __slots__ = ("_dim", "_offset", "_weight")
    _dim: Any
    _offset: Any
    _weight: Any
    __init__ = refuse_construction

    @classmethod
    def _make(cls, dim: int, weight: int, offset: int) -> SymbolicExpr:
        expression = _new(cls)
        expression._dim, expression._weight, expression._offset = dim, weight, offset
        return expression

    @property
    def dim(self) -> int:
        """Which coordinate; -1 for none."""
        return self._dim

    @property
    def weight(self) -> int:
        """What it is multiplied by."""
        return self._weight

    @property
    def offset(self) -> int:
        """What is added."""
        return self._offset

    def is_identity(self, dim: int) -> bool:
        """Whether this is just coordinate `dim`."""
        return (self._dim, self._weight, self._offset) == (dim, 1, 0)

    def __mul__(self, factor: int) -> SymbolicExpr:
        if not isinstance(factor, int):
            return NotImplemented
        return self._make(self._dim, self._weight * factor, self._offset * factor)

    def __add__(self, offset: int) -> SymbolicExpr:
        if not isinstance(offset, int):
            return NotImplemented
        return self._make(self._dim, self._weight, self._offset + offset)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SymbolicExpr):
            return NotImplemented
        return (self._dim, self._weight, self._offset) == (other._dim, other._weight, other._offset)

    def __hash__(self) -> int:
        return hash((self._dim, self._weight, self._offset))

    def __repr__(self) -> str:
        return str(self._offset) if self._dim < 0 else f"{self._weight} * COORD{self._dim} + {self._offset}"

    __str__ = __repr__


def dimension(dim: int) -> SymbolicExpr:
    """A coordinate of the point."""
    return SymbolicExpr._make(dim.__index__(), 1, 0)


def constant(value: int) -> SymbolicExpr:
    """The same number for all points."""
    return SymbolicExpr._make(-1, 0, value.__index__())


class _Task:
    """What automatically and manually split launches have in common."""

    __slots__ = ("__weakref__", "_exception_types", "_handle", "_locked")
    _exception_types: Any
    _handle: Any
    _locked: Any
    __init__ = refuse_construction

    @classmethod
    def _wrap(cls, handle: Any) -> Any:
        task = _new(cls)
        task._handle = handle
        task._locked = False
        task._exception_types = ()
        return task

    @property
    def exception_types(self) -> tuple[type, ...]:
        """What was given to `throws_exception`, without repetition."""
        return self._exception_types

    @property
    def raw_handle(self) -> int:
        """Address of the native object."""
        return int(self._handle.this)

    def lock(self) -> None:
        """Refuses further arguments from now on."""
        self._locked = True

    def _check_unlocked(self, what: str) -> None:
        if self._locked:
            raise RuntimeError(f"Attempting to add {what} to a prepared Python task is illegal")

    def add_scalar_arg(self, value: Any, dtype: Type | tuple[Type] | None = None) -> None:
        """Adds a value that travels with the launch.

        Parameters
        ----------
        value
            A `Scalar` or a Python value.
        dtype
            Its type; deduced if None. A tuple of one type says that the value is a sequence of elements of it.

        Raises
        ------
        TypeError
            If `dtype` is neither.
        NotImplementedError
            If no type can be deduced.
        """
        self._check_unlocked("scalar arguments")
        if dtype is None and self._handle.add_plain_scalar(value):
            return
        self._handle.add_scalar(scalar_of(value, dtype)._handle)

    def throws_exception(self, exception_type: type) -> None:
        """Says that the task may raise an exception. Of tasks in C++ the first type given stands for index 0, and so on."""
        if exception_type not in self._exception_types:
            self._exception_types += (exception_type,)
        self._handle.throws_exception(True)

    def set_concurrent(self, concurrent: bool) -> None:
        """Says that the points of the launch have to run at the same time, each on a processor of its own.

        Concurrent launches run one after the other. One with more points than the scope's machine has processors is a
        ValueError of the call that submits it. A launch with communicators is concurrent in any case.
        """
        self._handle.set_concurrent(concurrent)

    def set_side_effect(self, has_side_effect: bool) -> None:
        """Says that the task does more than write its outputs."""
        self._handle.set_side_effect(has_side_effect)

    def add_communicator(self, name: str) -> None:
        """Gives the points of the launch a communicator and makes it concurrent. Tasks in C++ talk through it.

        Parameters
        ----------
        name
            ``"cpu"`` is for all processors.

        Raises
        ------
        RuntimeError
            If there is no communicator of that name, or the options of the task name communicators.
        """
        self._handle.add_communicator(name)

    def add_cpu_communicator(self) -> None:
        """As `add_communicator("cpu")`."""
        self.add_communicator("cpu")

    def add_nccl_communicator(self) -> None:
        """As `add_communicator("nccl")`: for points on GPUs, and ignored elsewhere. Only builds with NCCL have it."""
        self.add_communicator("nccl")

    def provenance(self) -> str:
        """Where the task is submitted, if the program says so; empty otherwise."""
        return self._handle.provenance()

    def execute(self) -> None:
        """Submits the task. It cannot be used again.

        Raises
        ------
        Exception
            What the task raised, if it may raise exceptions and the scope wants them at once.
        """
        try:
            self._handle.submit()
        except TaskError as error:
            if error.index < len(self._exception_types):
                raise self._exception_types[error.index](str(error)) from None
            raise RuntimeError(str(error)) from None


class AutoTask(_Task):
    """A launch that the runtime splits. Made by `Runtime.create_auto_task`."""

    __slots__ = ()

    def add_input(self, store: LogicalStore, partition: Variable | None = None) -> Variable:
        """Adds a store that the task reads.

        Parameters
        ----------
        store
            The store.
        partition
            How it is split; by default as wherever it is an argument of this task.

        Returns
        -------
        Variable
            How it is split, for constraints.

        Raises
        ------
        TypeError
            If it is no store.
        ValueError
            If it is unbound.
        """
        self._check_unlocked("inputs")
        handle = self._handle
        native = _native(store)
        return Variable._wrap(
            handle.add_input(native) if partition is None else handle.add_input(native, _symbol(partition)), handle
        )

    def add_output(self, store: LogicalStore, partition: Variable | None = None) -> Variable:
        """Adds a store that the task writes. Parameters and result are those of `add_input`, but it may be unbound."""
        self._check_unlocked("outputs")
        handle = self._handle
        native = _native(store)
        return Variable._wrap(
            handle.add_output(native) if partition is None else handle.add_output(native, _symbol(partition)), handle
        )

    def add_reduction(self, store: LogicalStore, redop: int, partition: Variable | None = None) -> Variable:
        """Adds a store into which the task combines its contributions.

        Parameters
        ----------
        store
            The store.
        redop
            The operator: a `ReductionOpKind` or the number of a custom one.
        partition
            As of `add_input`.
        """
        self._check_unlocked("reductions")
        handle = self._handle
        native = _native(store)
        return Variable._wrap(
            handle.add_reduction(native, int(redop))
            if partition is None
            else handle.add_reduction(native, int(redop), _symbol(partition)),
            handle,
        )

    def add_constraint(self, constraint: Constraint | Iterable[Constraint]) -> None:
        """Adds one constraint or several.

        Raises
        ------
        TypeError
            If something is no `Constraint`.
        RuntimeError
            If the task has constraints in its signature.
        """
        if isinstance(constraint, Constraint):
            self._handle.add_constraint(constraint._handle)
            return
        if not isinstance(constraint, Iterable) or isinstance(constraint, str):
            raise TypeError(f"Expected a Constraint or an iterable of them, but got {type(constraint)}")
        for element in constraint:
            if not isinstance(element, Constraint):
                raise TypeError(f"Expected a Constraint, but got {type(element)}")
            self._handle.add_constraint(element._handle)

    def add_alignment(self, store1: LogicalStore, store2: LogicalStore) -> None:
        """Splits two stores alike."""
        from ._constraints import align

        self.add_constraint(align(self.find_or_declare_partition(store1), self.find_or_declare_partition(store2)))

    def add_broadcast(self, store: LogicalStore, axes: int | Iterable[int] | None = None) -> None:
        """Does not split a store, or some of its dimensions.

        Raises
        ------
        ValueError
            If `axes` is neither an integer nor an iterable of integers.
        """
        from ._constraints import broadcast

        if axes is None:
            axes = ()
        elif isinstance(axes, int):
            axes = (axes,)
        elif not isinstance(axes, Iterable):
            raise ValueError(f"axes must be an integer or an iterable of integers, but got {axes!r}")
        self.add_constraint(broadcast(self.find_or_declare_partition(store), tuple(axes)))

    def find_or_declare_partition(self, store: LogicalStore) -> Variable:
        """How a store is split where nothing else is said."""
        return Variable._wrap(self._handle.find_or_declare_partition(_native(store)), self._handle)

    def declare_partition(self) -> Variable:
        """A new way of being split."""
        return Variable._wrap(self._handle.declare_partition(), self._handle)


class ManualTask(_Task):
    """A launch over given points. Made by `Runtime.create_manual_task`."""

    __slots__ = ()

    def add_input(
        self,
        arg: LogicalStore | LogicalStorePartition,
        projection: tuple[SymbolicExpr, ...] | None = None,
        is_key_partition: bool = False,
    ) -> None:
        """Adds what the task reads: a store, the whole of which goes to each point, or a partition.

        Parameters
        ----------
        arg
            The store or partition.
        projection
            Which tile of a partition a point gets; the one of the point's coordinates if None.
        is_key_partition
            A hint: the launch goes where the tiles of this partition are.

        Raises
        ------
        TypeError
            If `arg` is neither.
        ValueError
            If the projection is no tuple.
        """
        self._check_unlocked("inputs")
        if isinstance(arg, LogicalStore):
            self._handle.add_input(arg._handle)
        elif isinstance(arg, LogicalStorePartition):
            self._handle.add_input(arg._handle, *_projection(projection), is_key_partition)
        else:
            raise TypeError(f"Expected a LogicalStore or LogicalStorePartition but got {type(arg)}")

    def add_output(
        self,
        arg: LogicalStore | LogicalStorePartition,
        projection: tuple[SymbolicExpr, ...] | None = None,
        is_key_partition: bool = False,
    ) -> None:
        """Adds what the task writes. As `add_input`."""
        self._check_unlocked("outputs")
        if isinstance(arg, LogicalStore):
            self._handle.add_output(arg._handle)
        elif isinstance(arg, LogicalStorePartition):
            self._handle.add_output(arg._handle, *_projection(projection), is_key_partition)
        else:
            raise TypeError(f"Expected a LogicalStore or LogicalStorePartition but got {type(arg)}")

    def add_reduction(
        self,
        arg: LogicalStore | LogicalStorePartition,
        redop: int,
        projection: tuple[SymbolicExpr, ...] | None = None,
        is_key_partition: bool = False,
    ) -> None:
        """Adds what the task combines its contributions into. As `add_input`.

        Raises
        ------
        ValueError
            If `arg` is neither store nor partition, or the projection no tuple.
        """
        self._check_unlocked("reductions")
        if isinstance(arg, LogicalStore):
            self._handle.add_reduction(arg._handle, int(redop))
        elif isinstance(arg, LogicalStorePartition):
            self._handle.add_reduction(arg._handle, int(redop), *_projection(projection), is_key_partition)
        else:
            raise ValueError(f"Expected a LogicalStore or LogicalStorePartition but got {type(arg)}")


def _native(store: Any) -> Any:
    if isinstance(store, LogicalStore):
        return store._handle
    raise TypeError(f"Argument 'store' has incorrect type (expected LogicalStore, got {type(store).__name__})")


def _symbol(partition: Any) -> Any:
    if isinstance(partition, Variable):
        return partition._handle
    raise ValueError(f"Invalid partition symbol: {partition!r}")


def _projection(projection: Any) -> tuple[tuple[int, ...], bool]:
    if projection is None:
        return (), False
    if not isinstance(projection, tuple) or not all(isinstance(e, SymbolicExpr) for e in projection):
        raise ValueError(f"Expected a tuple of SymbolicExpr as projection, but got {projection!r}")
    return tuple(n for e in projection for n in (e.dim, e.weight, e.offset)), True
