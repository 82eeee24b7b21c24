# SPDX-License-Identifier: Apache-2.0
"""The runtime: makes stores and launches, and puts them in order."""

from __future__ import annotations

import atexit
import gc
import os
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from . import _legatus
from . import _types as types
from ._base import extents_of, refuse_construction
from ._configuration import RuntimeConfig, read_configuration
from ._ending import abandon_run, forget_exit, has_failed, wait_for_tasks, watch_exits
from ._legacy import LogicalArray
from ._library import Library, ResourceConfig
from ._machine import Machine, get_machine
from ._options import VariantCode, VariantOptions
from ._scalar import Scalar
from ._scope import Scope, StreamingMode
from ._store import LogicalStore, LogicalStorePartition
from ._submission import AutoTask, ManualTask
from ._types import Type

if TYPE_CHECKING:
    from ._external import DimOrdering, ExternalAllocation

_MEMORIES = ("sysmem", "regmem", "fbmem", "zcmem", "numamem")


class Runtime:
    """The running runtime. There is one: see `get_legate_runtime`.

    Calls may come from any thread of the program, one at a time: a call waits until the one before it has returned.
    """

    __slots__ = ("__weakref__", "_callbacks", "_configuration", "_core_library", "_finished")
    _callbacks: Any
    _configuration: Any
    _core_library: Any
    _finished: Any
    __init__ = refuse_construction

    @classmethod
    def _start(cls) -> Runtime:
        _legatus.start()
        runtime = cls.__new__(cls)
        runtime._callbacks = []
        runtime._finished = False
        runtime._configuration = None
        runtime._core_library = Library._wrap(_legatus.find_library("legate.core"))
        return runtime

    # --- libraries ---

    @property
    def core_library(self) -> Library:
        """The library that Python tasks are registered in unless another is given."""
        return self._core_library

    def find_library(self, library_name: str) -> Library:
        """The library of a name.

        Raises
        ------
        ValueError
            If there is none.
        """
        try:
            return Library._wrap(_legatus.find_library(library_name))
        except IndexError as error:
            raise ValueError(str(error)) from None

    def create_library(self, library_name: str) -> Library:
        """A new library.

        Raises
        ------
        ValueError
            If there is one of that name.
        """
        return Library._wrap(_legatus.create_library(library_name))

    def find_or_create_library(
        self,
        library_name: str,
        config: ResourceConfig | None = None,
        default_options: dict[VariantCode, VariantOptions] | None = None,
    ) -> tuple[Library, bool]:
        """The library of a name, made if there is none.

        Parameters
        ----------
        library_name
            The name.
        config
            How many things it may register.
        default_options
            Options of variants, by kind, of tasks that say nothing.

        Returns
        -------
        tuple[Library, bool]
            The library, and whether it is new.
        """
        if _legatus.library_exists(library_name):
            return Library._wrap(_legatus.find_library(library_name)), False
        defaults = default_options or {}
        options = tuple(n for code, o in defaults.items() for n in (int(code), o._bits(), len(o.communicators)))
        communicators = tuple(name for o in defaults.values() for name in o.communicators)
        numbers = (config or ResourceConfig())._numbers()
        return Library._wrap(_legatus.create_library(library_name, numbers, options, communicators)), True

    # --- launches ---

    def create_auto_task(self, library: Library, task_id: int) -> AutoTask:
        """A launch of a task that the runtime splits.

        Raises
        ------
        IndexError
            If the library has no such task.
        ValueError
            If the task has no variant for the machine of the scope.
        """
        return AutoTask._wrap(_legatus.create_auto_task(library._handle, task_id))

    def create_manual_task(
        self, library: Library, task_id: int, launch_shape: Iterable[int], lower_bounds: Iterable[int] | None = None
    ) -> ManualTask:
        """A launch of a task over the points from `lower_bounds` (0 if None) to before `launch_shape`.

        Raises
        ------
        IndexError
            If the library has no such task.
        ValueError
            If a bound is not iterable, the launch has no points, or the task no variant for the machine.
        """
        if not isinstance(launch_shape, Iterable):
            raise ValueError(f"Launch space must be iterable, but got {launch_shape!r}")
        upper = extents_of(launch_shape, "a launch shape")
        if lower_bounds is None:
            lower: tuple[int, ...] = (0,) * len(upper)
        elif isinstance(lower_bounds, Iterable):
            lower = extents_of(lower_bounds, "lower bounds")
        else:
            raise ValueError(f"Lower bounds must be iterable, but got {lower_bounds!r}")
        if len(lower) != len(upper):
            raise ValueError(f"Lower bounds {lower} and launch shape {upper} differ in their number of dimensions")
        if not upper or any(low >= high for low, high in zip(lower, upper)):
            raise ValueError(f"create_manual_task: the launch domain must not be empty, but got {lower} to {upper}")
        last = tuple(extent - 1 for extent in upper)
        return ManualTask._wrap(_legatus.create_manual_task(library._handle, task_id, lower, last))

    def submit(self, op: AutoTask | ManualTask) -> None:
        """Submits a launch: `op.execute()`.

        Raises
        ------
        TypeError
            If it is none.
        RuntimeError
            If it has been submitted before.
        """
        if not isinstance(op, (AutoTask, ManualTask)):
            raise TypeError(f"Unknown type of operation: {type(op)}")
        op.execute()

    # --- stores ---

    def create_store(
        self,
        dtype: Type,
        shape: Iterable[int] | None = None,
        optimize_scalar: bool = False,
        ndim: int | None = None,
    ) -> LogicalStore:
        """A new store. Its elements have no values until something writes them.

        Parameters
        ----------
        dtype
            The type of the elements.
        shape
            The extents; without them the store is unbound.
        optimize_scalar
            Whether a store of one element shall travel with launches.
        ndim
            The number of dimensions of an unbound store, 1 by default.

        Raises
        ------
        TypeError
            If `dtype` is no type.
        ValueError
            If both `shape` and `ndim` are given, an extent is negative, or the type has no fixed size.
        IndexError
            If there are more than `LEGATE_MAX_DIM` dimensions.
        """
        if not isinstance(dtype, Type):
            raise TypeError(f"create_store: dtype must be a Type, such as legate.core.float64, but got {dtype!r}")
        if shape is None:
            return LogicalStore._wrap(_legatus.create_unbound_store(dtype._handle, 1 if ndim is None else ndim))
        if ndim is not None:
            raise ValueError("ndim cannot be used with shape")
        extents = shape if type(shape) is tuple else _shape_extents(shape)
        if len(extents) > types.LEGATE_MAX_DIM:
            raise IndexError(
                f"create_store: {len(extents)} dimensions, the maximum number of dimensions is {types.LEGATE_MAX_DIM}"
            )
        try:
            return LogicalStore._wrap(_legatus.create_store(dtype._handle, extents, optimize_scalar))
        except OverflowError:
            raise ValueError(f"create_store: each extent must be a positive number of 64 bits, but got {extents}") from None

    # What older programs call a store.
    def create_array(
        self,
        dtype: Type,
        shape: Iterable[int] | None = None,
        nullable: bool = False,
        optimize_scalar: bool = False,
        ndim: int | None = None,
    ) -> LogicalArray:
        """As `create_store`.

        Raises
        ------
        NotImplementedError
            If it shall be nullable.
        """
        if nullable:
            raise NotImplementedError("create_array: nullable arrays are not supported")
        return LogicalArray.from_store(self.create_store(dtype, shape, optimize_scalar, ndim))

    def create_array_like(self, array: LogicalStore, dtype: Type | None = None) -> LogicalArray:
        """A new array of the shape of another one."""
        dtype = array.type if dtype is None else dtype
        return self.create_array(dtype, ndim=array.ndim) if array.unbound else self.create_array(dtype, array.extents)

    def create_store_from_scalar(self, scalar: Scalar, shape: Iterable[int] | None = None) -> LogicalStore:
        """A store of one element.

        Parameters
        ----------
        scalar
            Its value.
        shape
            Its extents, all of them 1; `(1,)` by default.

        Raises
        ------
        TypeError
            If it is no `Scalar`.
        ValueError
            If the shape has more elements, or the scalar is of no fixed size.
        """
        if not isinstance(scalar, Scalar):
            raise TypeError(f"create_store_from_scalar: scalar must be a Scalar, but got {scalar!r} of {type(scalar)}")
        if scalar.type.variable_size:
            raise ValueError(f"create_store_from_scalar: the scalar must be of a fixed-size type, but is {scalar}")
        extents = (1,) if shape is None else _shape_extents(shape)
        return LogicalStore._wrap(_legatus.create_store_from_scalar(scalar._handle, extents))

    def create_store_from_buffer(
        self, dtype: Type, shape: Iterable[int], data: object, read_only: bool, ordering: DimOrdering | None = None
    ) -> LogicalStore:
        """A store whose elements are in an object of the caller's, without a copy.

        Parameters
        ----------
        dtype
            The type of the elements.
        shape
            The extents.
        data
            An object with the buffer protocol. Kept alive as long as it is in use.
        read_only
            If false, what tasks write is in the object after a blocking fence or `detach`.
        ordering
            How the elements lie in memory: C order by default.

        Raises
        ------
        TypeError
            If the object has no buffer protocol.
        ValueError
            If its buffer is too small or lies otherwise.
        """
        from ._external import store_from_buffer

        return store_from_buffer(dtype, _shape_extents(shape), data, read_only, ordering)

    def create_store_from_tiles(
        self,
        dtype: Type,
        shape: Iterable[int],
        tile_shape: Iterable[int],
        allocations: list[tuple[ExternalAllocation, tuple[int, ...]]],
        ordering: DimOrdering | None = None,
    ) -> tuple[LogicalStore, LogicalStorePartition]:
        """A store whose tiles are in allocations of the caller's.

        Parameters
        ----------
        dtype
            The type of the elements.
        shape
            The extents.
        tile_shape
            Those of a tile.
        allocations
            The memory of tiles, all read-only, and the color of each.
        ordering
            How the elements of a tile lie in memory: C order by default.

        Raises
        ------
        TypeError
            If something is no allocation or ordering.
        ValueError
            If an allocation is not read-only or too small, or a color is there twice.
        """
        from ._external import store_from_tiles

        extents, tile = _shape_extents(shape), extents_of(tile_shape, "a tile shape")
        return store_from_tiles(dtype, extents, tile, allocations, ordering)

    # --- operations on stores ---

    def issue_fill(self, store: LogicalStore, value: Any) -> None:
        """Sets every element of a store.

        Parameters
        ----------
        store
            The store.
        value
            A `Scalar` or a store of one element, of the type of the elements; or a Python value.

        Raises
        ------
        ValueError
            If the value is of another type, or the store is unbound.
        """
        if isinstance(value, LogicalStore):
            if value.volume != 1:
                raise ValueError(f"issue_fill: the fill value must be a store of one element, but is {value}")
            _legatus.issue_fill(store._handle, value._handle)
            return
        if value is not None and not isinstance(value, Scalar):
            value = Scalar(value, store.type)
        _legatus.issue_fill(store._handle, (value or Scalar.null())._handle)

    def issue_copy(self, target: LogicalStore, source: LogicalStore, redop: int | None = None) -> None:
        """Copies the elements of a store into another of the same shape and type.

        Parameters
        ----------
        target, source
            The stores.
        redop
            The operator by which they are combined with those in `target`; None replaces them.

        Raises
        ------
        ValueError
            If shapes or types differ, a store is a view or unbound, or there is no such operator.
        """
        _legatus.issue_copy(target._handle, source._handle, _redop(redop))

    def issue_gather(
        self, target: LogicalStore, source: LogicalStore, source_indirect: LogicalStore, redop: int | None = None
    ) -> None:
        """`target[i] = source[source_indirect[i]]`.

        Parameters
        ----------
        target, source
            The stores.
        source_indirect
            Points in `source`, in the shape of `target`; for a source of one dimension, int64 will do.
        redop
            The operator by which elements are combined with those in `target`; None replaces them.

        Raises
        ------
        ValueError
            If shapes or types do not fit.
        """
        _legatus.issue_gather(target._handle, source._handle, source_indirect._handle, _redop(redop))

    def issue_scatter(
        self, target: LogicalStore, target_indirect: LogicalStore, source: LogicalStore, redop: int | None = None
    ) -> None:
        """`target[target_indirect[i]] = source[i]`; with an operator, all contributions to an element are combined.

        Raises
        ------
        ValueError
            If shapes or types do not fit.
        """
        _legatus.issue_scatter(target._handle, target_indirect._handle, source._handle, _redop(redop))

    def issue_scatter_gather(
        self,
        target: LogicalStore,
        target_indirect: LogicalStore,
        source: LogicalStore,
        source_indirect: LogicalStore,
        redop: int | None = None,
    ) -> None:
        """`target[target_indirect[i]] = source[source_indirect[i]]`.

        Raises
        ------
        ValueError
            If shapes or types do not fit.
        """
        _legatus.issue_scatter_gather(
            target._handle, target_indirect._handle, source._handle, source_indirect._handle, _redop(redop)
        )

    def tree_reduce(self, library: Library, task_id: int, store: LogicalStore, radix: int = 4) -> LogicalStore:
        """Reduces a store with a task that makes one piece of up to `radix`.

        Raises
        ------
        RuntimeError
            If the store has several dimensions.
        """
        return LogicalStore._wrap(_legatus.tree_reduce(library._handle, task_id, store._handle, radix))

    def prefetch_bloated_instances(
        self, store: LogicalStore, low_offsets: tuple[int, ...], high_offsets: tuple[int, ...], initialize: bool = False
    ) -> None:
        """A hint that pieces of the store are going to be read together with their neighbours.

        Parameters
        ----------
        store
            The store.
        low_offsets, high_offsets
            How far beyond a piece in each dimension.
        initialize
            Whether the store is filled with zeros.
        """
        _legatus.prefetch_bloated_instances(store._handle, low_offsets, high_offsets, initialize)

    # --- order ---

    def issue_mapping_fence(self) -> None:
        """Has no effect on results."""
        _legatus.issue_mapping_fence()

    def issue_execution_fence(self, block: bool = False) -> None:
        """Puts everything submitted before the fence before everything after it.

        Parameters
        ----------
        block
            Whether to wait until all of it is done.

        Raises
        ------
        ValueError
            If it blocks inside a scope that streams strictly.
        """
        if block and Scope.parallel_policy().streaming_mode == StreamingMode.STRICT:
            raise ValueError("issue_execution_fence: a blocking fence cannot be issued inside a streaming scope")
        _legatus.issue_execution_fence(bool(block))

    # --- facts ---

    def get_machine(self) -> Machine:
        """The machine of the current scope."""
        return get_machine()

    @property
    def machine(self) -> Machine:
        """The machine of the current scope."""
        return get_machine()

    @property
    def node_count(self) -> int:
        """The number of processes of the run."""
        return _legatus.node_count()

    @property
    def node_id(self) -> int:
        """Which of them this is."""
        return _legatus.node_id()

    def config(self) -> RuntimeConfig:
        """The options in effect."""
        if self._configuration is None:
            self._configuration = RuntimeConfig(read_configuration())
        return self._configuration

    def realm_config(self) -> RuntimeConfig:
        """The resources in use; memory in bytes."""
        options = vars(self.config())
        return RuntimeConfig(
            {
                "cpus": options["cpus"],
                "util": options["utility"],
                "gpus": options["gpus"],
                "omps": options["omps"],
                "ompthreads": options["num_omp_threads"],
                **{name: options[name] for name in _MEMORIES},
            }
        )

    # --- the end ---

    def add_shutdown_callback(self, callback: Callable[[], None]) -> None:
        """Has a function called when the runtime finishes, before it ends: the last one added first.

        Callbacks may launch tasks and add callbacks.
        """
        self._callbacks.append(callback)

    def finish(self) -> None:
        """Calls the callbacks, waits for everything submitted, and ends the runtime. May be repeated."""
        self._finish()

    def _finish(self, before_end: Callable[[], None] | None = None) -> None:
        if self._finished:
            return
        while self._callbacks:
            self._callbacks.pop()()
        if before_end is not None:
            before_end()
        self._finished = True
        status = _legatus.finish()
        if status != 0:
            raise SystemExit(status)

    def start_profiling_range(self) -> None:
        """Begins a part of the running task that profiles show. See `ProfileRange`."""
        _legatus.start_profiling_range()

    def stop_profiling_range(self, provenance: str) -> None:
        """Ends the part that this thread began last.

        Parameters
        ----------
        provenance
            Its name.

        Raises
        ------
        RuntimeError
            The thread has begun none.
        """
        _legatus.stop_profiling_range(provenance)


def _shape_extents(shape: Iterable[int]) -> tuple[int, ...]:
    from ._shape import Shape

    return Shape(shape).extents


def _redop(redop: int | None) -> int:
    return -1 if redop is None else int(redop)


_lock = threading.Lock()
_runtime: Runtime | None = None
_over = False


def get_legate_runtime() -> Runtime:
    """The runtime, started by the first call (and by importing `legate.core`).

    Raises
    ------
    RuntimeError
        If the interpreter is exiting and the runtime has ended.
    """
    global _runtime
    if _runtime is None:
        with _lock:
            if _runtime is None:
                if _over:
                    raise RuntimeError("Legate runtime cannot be started after the interpreter has begun to exit")
                _runtime = Runtime._start()
                watch_exits()
                atexit.register(_end)
                os.register_at_fork(after_in_child=lambda: atexit.unregister(_end))
    return _runtime


def _end() -> None:
    """Ends the runtime together with the interpreter: what was submitted completes, unless one of several ranks fails."""
    global _runtime, _over
    _over = True
    running = _runtime is not None and not _runtime._finished
    several = running and _legatus.node_count() > 1
    if several and has_failed():
        abandon_run()
    forget_exit()
    gc.collect()
    if _runtime is not None:
        _runtime._finish(None if several else wait_for_tasks)
    # What is left is collected by the interpreter, which drops the stores of global variables only then, too.
    _runtime = None
