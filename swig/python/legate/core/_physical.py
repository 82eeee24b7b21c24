# SPDX-License-Identifier: Apache-2.0
"""Stores as tasks see them: memory with a shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from . import _legatus
from ._base import extents_of, refuse_construction
from ._machine import StoreTarget
from ._types import Type, typestr_of, wrap_type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._store import LogicalStore

DomainPoint = tuple[int, ...]


class Domain(NamedTuple):
    """A rectangle of points. Both bounds are inclusive; an empty domain has `hi < lo`."""

    lo: DomainPoint = (0,)
    hi: DomainPoint = (0,)



def _array_interface(allocation: Any, typestr: str) -> dict[str, Any]:
    if allocation.target == StoreTarget.FBMEM:
        raise ValueError("the store is in the memory of a device: it has no __array_interface__")
    return _interface(allocation, typestr)


def _cuda_array_interface(allocation: Any, typestr: str) -> dict[str, Any]:
    if allocation.target not in (StoreTarget.FBMEM, StoreTarget.ZCMEM):
        raise ValueError("the store is in host memory: it has no __cuda_array_interface__")
    return _interface(allocation, typestr)


def _interface(allocation: Any, typestr: str) -> dict[str, Any]:
    return {
        "version": 3,
        "shape": allocation.shape,
        "typestr": typestr,
        "data": (allocation.pointer, False),
        "strides": allocation.strides,
    }


class InlineAllocation(_legatus.Memory):
    """The memory behind a store, for those who want the address. Supports the buffer protocol; keeps the store alive."""

    def __init__(self) -> None:
        refuse_construction(self)

    @classmethod
    def _of(cls, owner: Any, handle: Any, type_: Type) -> InlineAllocation:
        made = cls.__new__(cls)
        _legatus.Memory.__init__(made, handle, type_._handle)
        made._owner = owner
        made._type = type_
        return made

    @property
    def ptr(self) -> int:
        """Address of the first element; unspecified, but not null, if there is none."""
        return self.allocation().pointer

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of elements in each dimension."""
        return self.allocation().shape

    @property
    def strides(self) -> tuple[int, ...]:
        """Bytes from one element to the next in each dimension; 0 where a dimension only repeats."""
        return self.allocation().strides

    @property
    def target(self) -> StoreTarget:
        """The kind of memory."""
        return StoreTarget(self.allocation().target)

    @property
    def __array_interface__(self) -> dict[str, Any]:
        return _array_interface(self.allocation(), typestr_of(self._type))

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        return _cuda_array_interface(self.allocation(), typestr_of(self._type))

    def __repr__(self) -> str:
        return f"InlineAllocation({self.ptr:#x}, {self.strides}, {self.target!r})"

    __str__ = __repr__


class TaskLocalBuffer:
    """Memory that a task has made, for an unbound output. Lives until the task ends."""

    __slots__ = ("__weakref__", "_handle", "_type")
    _handle: Any
    _type: Any
    __init__ = refuse_construction

    @classmethod
    def _wrap(cls, handle: Any) -> TaskLocalBuffer:
        buffer = cls.__new__(cls)
        buffer._handle = handle
        buffer._type = wrap_type(handle.type())
        return buffer

    @property
    def type(self) -> Type:
        """The type of the elements."""
        return self._type

    @property
    def dim(self) -> int:
        """The number of dimensions."""
        return self._handle.dim()

    @property
    def __array_interface__(self) -> dict[str, Any]:
        return _array_interface(self._handle.allocation(), typestr_of(self._type))

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        return _cuda_array_interface(self._handle.allocation(), typestr_of(self._type))

    def __repr__(self) -> str:
        return f"TaskLocalBuffer({self._type}, {self._handle.allocation().shape})"


class PhysicalStore:
    """The elements of a store in memory: an argument of a running task, or the whole of a store on this node.

    `numpy.asarray(store)` is a view of the elements, without a copy. In a task it is valid while the body runs.
    """

    __slots__ = ("__weakref__", "_handle", "_type")
    _handle: Any
    _type: Any
    __init__ = refuse_construction

    @classmethod
    def _wrap(cls, handle: Any) -> PhysicalStore:
        store = _new(PhysicalStore)
        store._handle = handle
        return store

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self._handle.ndim()

    @property
    def type(self) -> Type:
        """The type of the elements."""
        try:
            return self._type
        except AttributeError:
            self._type = wrap_type(self._handle.type())
            return self._type

    @property
    def target(self) -> StoreTarget:
        """The kind of memory that the elements are in."""
        return StoreTarget(self._handle.target())

    @property
    def domain(self) -> Domain:
        """Which elements these are, in the coordinates of the whole store."""
        return Domain(self._handle.lo(), self._handle.hi())

    @property
    def __array_struct__(self) -> Any:
        return self._handle.array_struct()

    @property
    def __array_interface__(self) -> dict[str, Any]:
        return _array_interface(self._handle.allocation(), typestr_of(self.type))

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        return _cuda_array_interface(self._handle.allocation(), typestr_of(self.type))

    def get_inline_allocation(self) -> InlineAllocation:
        """The memory of the elements. Waits, outside of tasks, for the tasks that write them."""
        return InlineAllocation._of(self, self._handle.allocation(), self.type)

    def create_output_buffer(self, shape: Iterable[int], bind: bool = True) -> TaskLocalBuffer:
        """Makes memory for the elements of an unbound output.

        Parameters
        ----------
        shape
            Its extents.
        bind
            Whether it becomes the content of the store at once.

        Raises
        ------
        ValueError, RuntimeError
            If the store is not an unbound output of the running task.
        """
        return TaskLocalBuffer._wrap(self._handle.create_output_buffer(extents_of(shape, "a buffer's shape"), bind))

    def bind_data(self, buffer: TaskLocalBuffer, extent: Iterable[int] | None = None) -> None:
        """Makes a buffer, or its first elements in each dimension, the content of an unbound output.

        Parameters
        ----------
        buffer
            Made by any store of the running task.
        extent
            How much of it; all if None.

        Raises
        ------
        TypeError
            If the elements of the buffer have another type.
        """
        if buffer.type != self.type:
            raise TypeError(f"bind_data: types are not compatible: the store has {self.type}, the buffer {buffer.type}")
        allocation = buffer._handle.allocation()
        extents = allocation.shape if extent is None else extents_of(extent, "an extent")
        self._handle.bind_data(buffer._handle, extents)

    def to_logical_store(self) -> LogicalStore:
        """A logical store over these elements, for tasks that are launched by the running one.

        Raises
        ------
        RuntimeError
            If the store is unbound or a single value.
        """
        from ._store import LogicalStore

        return LogicalStore._wrap(self._handle.to_logical_store())

    def data(self) -> PhysicalStore:
        """The store itself: what older programs ask an array for."""
        return self

    def __dlpack__(
        self,
        *,
        stream: int | None = None,
        max_version: tuple[int, int] | None = None,
        dl_device: tuple[int, int] | None = None,
        copy: bool | None = None,
    ) -> Any:
        """A versioned DLPack capsule that shares the memory, or has a copy if `copy` is true.

        Raises
        ------
        BufferError
            If this version, device or type cannot be had.
        """
        if max_version is not None and max_version[0] < 1:
            raise BufferError(f"DLPack version {max_version} was asked for, this is version 1")
        if dl_device is not None and tuple(dl_device) != self.__dlpack_device__():
            raise BufferError(f"DLPack device {dl_device} was asked for, the store is on {self.__dlpack_device__()}")
        try:
            return self._handle.to_dlpack(bool(copy))
        except Exception as error:
            raise BufferError(str(error)) from error

    def __dlpack_device__(self) -> tuple[int, int]:
        """DLPack's type and number of the device: (1, 0) for host memory."""
        target = self._handle.target()
        if target == StoreTarget.FBMEM:
            return (2, 0)
        return (3, 0) if target == StoreTarget.ZCMEM else (1, 0)

    def __repr__(self) -> str:
        return f"PhysicalStore({self.type}, {self.domain.lo}..{self.domain.hi})"


_new = object.__new__
