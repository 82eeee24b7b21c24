# SPDX-License-Identifier: Apache-2.0
"""Stores: arrays that tasks read and write, wherever their elements are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _legatus
from ._base import extents_of, refuse_construction
from ._machine import StoreTarget
from ._physical import PhysicalStore
from ._shape import Shape
from ._types import Type, wrap_type

if TYPE_CHECKING:
    from collections.abc import Iterable

_new = object.__new__


class _OutOfBounds(IndexError, ValueError):
    """What ends a loop over a store, and is what `project` raises, too."""


class LogicalStore:
    """An array of elements of one type, or a view of a part of one. Made by `Runtime.create_store` and its like.

    Views share the elements. An unbound store has no shape yet: the task that writes it decides.
    """

    __slots__ = ("__weakref__", "_handle", "_kept", "_type")
    _handle: Any
    _type: Any
    __init__ = refuse_construction

    @classmethod
    def _wrap(cls, handle: Any) -> LogicalStore:
        store = _new(LogicalStore)
        store._handle = handle
        return store

    def _view(self, handle: Any) -> LogicalStore:
        view = _new(LogicalStore)
        view._handle = handle
        return view

    @property
    def shape(self) -> Shape:
        """The shape. Waits, for an unbound store, when its extents are asked for."""
        if self._handle.unbound():
            return Shape._unknown(self._handle.extents, self.ndim)
        return Shape(self._handle.extents())

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
    def extents(self) -> tuple[int, ...]:
        """The number of elements in each dimension. Waits until it is known.

        Raises
        ------
        ValueError
            If the store is unbound and nothing is going to bind it.
        """
        return self._handle.extents()

    @property
    def volume(self) -> int:
        """The number of elements. Waits until it is known."""
        return self._handle.volume()

    size = volume

    @property
    def unbound(self) -> bool:
        """Whether no task has decided about the shape yet."""
        return self._handle.unbound()

    @property
    def transformed(self) -> bool:
        """Whether this is a view."""
        return self._handle.transformed()

    @property
    def has_scalar_storage(self) -> bool:
        """Whether the store is a single value that travels with launches."""
        return self._handle.has_scalar_storage()

    @property
    def partition(self) -> LogicalStorePartition | None:
        """How the store is split since it was last written; None if it is not."""
        handle = self._handle.partition()
        return None if handle is None else LogicalStorePartition._wrap(handle)

    @property
    def raw_handle(self) -> int:
        """Address of the native object."""
        return self._handle.address()

    @property
    def __legate_data_interface__(self) -> dict[str, Any]:
        return {"version": 2, "data": {"store": self}}

    @property
    def __array_interface__(self) -> dict[str, Any]:
        physical = self.get_physical_store()
        interface = physical.__array_interface__
        if self._handle.has_scalar_storage():
            interface["data"] = physical.get_inline_allocation()  # a copy, which the array has to keep
        return interface

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        return self.get_physical_store(StoreTarget.FBMEM).__cuda_array_interface__

    def _position(self, dim: int, operation: str) -> int:
        """A dimension, counted from the first one."""
        position = dim + self.ndim if dim < 0 else dim
        if not 0 <= position < self.ndim:
            raise ValueError(f"{operation}: there is no dimension {dim} in a {self.ndim}-D store")
        return position

    def promote(self, extra_dim: int, dim_size: int) -> LogicalStore:
        """A view with one more dimension, in which the elements repeat.

        Parameters
        ----------
        extra_dim
            Before which dimension it goes; negative positions count from the end, so that -1 is before the last one.
        dim_size
            Its extent.

        Raises
        ------
        ValueError
            If the position is out of range.
        OverflowError
            If the size is negative.
        """
        position = extra_dim + self.ndim if extra_dim < 0 else extra_dim
        if not 0 <= position <= self.ndim:
            raise ValueError(f"Invalid position {extra_dim} for a new dimension of a {self.ndim}-D store")
        return self._view(self._handle.promote(position, dim_size))

    def project(self, dim: int, index: int) -> LogicalStore:
        """A view of the elements whose coordinate in a dimension is `index`, without that dimension.

        Raises
        ------
        ValueError
            If the dimension or the index is out of range.
        """
        return self._view(self._handle.project(self._position(dim, "project"), index))

    def broadcast(self, dim: int, dim_size: int) -> LogicalStore:
        """A view in which a dimension of one element repeats `dim_size` times.

        Raises
        ------
        ValueError
            If the dimension is out of range or has not one element.
        """
        return self._view(self._handle.broadcast(self._position(dim, "broadcast"), dim_size))

    def slice(self, dim: int, sl: slice) -> LogicalStore:
        """A view of contiguous coordinates in a dimension.

        Negative bounds count from the end. Where nothing is left the result is a new store.

        Raises
        ------
        NotImplementedError
            If the step is not 1.
        ValueError
            If the dimension is out of range or the slice goes beyond its extent.
        """
        if sl.step not in (None, 1):
            raise NotImplementedError(f"Unsupported slicing: {sl} has a step other than 1")
        position = self._position(dim, "slice")
        extents = self.extents
        extent = extents[position]
        start = _absolute(sl.start, 0, extent)
        stop = _absolute(sl.stop, extent, extent)
        if start >= stop:
            return self._fresh((*extents[:position], 0, *extents[position + 1 :]))
        if start == 0 and stop == extent:
            return self
        return self._view(self._handle.slice(position, start, stop))

    def _fresh(self, shape: tuple[int, ...]) -> LogicalStore:
        return LogicalStore._wrap(_legatus.create_store(self._handle.type(), shape, False))

    def transpose(self, axes: Iterable[int]) -> LogicalStore:
        """A view whose dimension `i` is dimension `axes[i]` of this store.

        Raises
        ------
        ValueError
            If `axes` is no permutation of the dimensions.
        """
        order = extents_of(axes, "axes")
        if sorted(order) != list(range(self.ndim)):
            raise ValueError(f"Invalid axes for transposing a {self.ndim}-D store: {order}")
        return self._view(self._handle.transpose(order))

    def delinearize(self, dim: int, shape: Iterable[int]) -> LogicalStore:
        """A view in which a dimension becomes several, the last of which varies fastest.

        Raises
        ------
        ValueError
            If the dimension is out of range, or the product of `shape` is not its extent.
        """
        position = self._position(dim, "delinearize")
        return self._view(self._handle.delinearize(position, extents_of(shape, "a shape")))

    def __getitem__(self, indices: Any) -> LogicalStore:
        """A view by basic indices, as NumPy reads them: integers, slices and None.

        Raises
        ------
        IndexError
            If an integer is out of bounds; a `ValueError` as well, as of `project`.
        """
        view, dim = self, 0
        for index in indices if isinstance(indices, tuple) else (indices,):
            if index is None:
                view = view.promote(dim, 1)
                dim += 1
            elif isinstance(index, slice):
                view = view.slice(dim, index)
                dim += 1
            elif hasattr(index, "__index__"):
                position = index.__index__()
                view = view._at(dim, position)
            else:
                raise TypeError(f"Expected integers, slices and None as indices of a store, but got {index!r}")
        return view

    def _at(self, dim: int, index: int) -> LogicalStore:
        if dim < self.ndim and not self.unbound:
            extent = self.extents[dim]
            if not -extent <= index < extent:
                raise _OutOfBounds(f"index {index} is out of bounds for dimension {dim} of extent {extent}")
            index %= extent
        return self.project(dim, index)

    def fill(self, value: Any) -> None:
        """Sets every element to a value: `Runtime.issue_fill`."""
        from ._runtime import get_legate_runtime

        get_legate_runtime().issue_fill(self, value)

    def partition_by_tiling(self, tile_shape: Iterable[int], color_shape: Iterable[int] | None = None) -> LogicalStorePartition:
        """Splits the store into tiles of a shape; the last ones are clipped.

        Parameters
        ----------
        tile_shape
            Extents of a tile.
        color_shape
            How many tiles there are in each dimension; as many as are needed if None. Tiles beyond the store are empty.

        Raises
        ------
        ValueError
            If the shape has another number of dimensions than the store, or an extent of 0.
        """
        tile = extents_of(tile_shape, "a tile shape")
        if len(tile) != self.ndim:
            raise ValueError(f"Incompatible tile shape: expected {self.ndim} extents, but got {tile}")
        if 0 in tile:
            raise ValueError(f"Tile shape must have a volume greater than 0, but got {tile}")
        if color_shape is None:
            return LogicalStorePartition._wrap(self._handle.partition_by_tiling(tile))
        return LogicalStorePartition._wrap(self._handle.partition_by_tiling(tile, extents_of(color_shape, "a color shape")))

    def get_physical_store(self, target: StoreTarget | None = None) -> PhysicalStore:
        """The elements in memory on this node: waits for all tasks that write them.

        Parameters
        ----------
        target
            The kind of memory; main memory if None.

        Raises
        ------
        ValueError
            If the store is unbound, or there is no memory of that kind.
        """
        return PhysicalStore._wrap(self._handle.get_physical_store(-1 if target is None else int(target)))

    def detach(self) -> None:
        """Ends the use of the memory that the store was attached to: waits for its users and releases the memory, which
        has all results then.

        Raises
        ------
        ValueError
            If the store is not attached, or a view.
        """
        self._handle.detach()

    def offload_to(self, target_mem: StoreTarget) -> None:
        """Moves the elements to a kind of memory, and frees the others."""
        self._handle.offload_to(int(target_mem))

    def overlaps(self, other: LogicalStore) -> bool:
        """Whether the stores have elements in common."""
        return self._handle.overlaps(other._handle)

    def equal_storage(self, other: LogicalStore) -> bool:
        """Whether the stores are different views of the same elements."""
        return self._handle.equal_storage(other._handle)

    def __repr__(self) -> str:
        return self._handle.to_string()

    __str__ = __repr__


def _absolute(bound: int | None, default: int, extent: int) -> int:
    if bound is None:
        return default
    bound = bound.__index__()
    return max(bound + extent, 0) if bound < 0 else bound


class LogicalStorePartition:
    """A store and how it is split into tiles, each with a color. Made by `LogicalStore.partition_by_tiling`."""

    __slots__ = ("__weakref__", "_handle")
    _handle: Any
    __init__ = refuse_construction

    @classmethod
    def _wrap(cls, handle: Any) -> LogicalStorePartition:
        partition = cls.__new__(cls)
        partition._handle = handle
        return partition

    def store(self) -> LogicalStore:
        """The whole store."""
        return LogicalStore._wrap(self._handle.store())

    @property
    def color_shape(self) -> tuple[int, ...]:
        """How many tiles there are in each dimension."""
        return self._handle.color_shape()

    def get_child_store(self, *color: int) -> LogicalStore:
        """A view of one tile.

        Raises
        ------
        IndexError
            If there is no tile of that color.
        """
        shape = self.color_shape
        if len(color) != len(shape) or any(not 0 <= c < n for c, n in zip(color, shape)):
            raise IndexError(f"Color {color} is invalid for partition of color shape {shape}")
        return LogicalStore._wrap(self._handle.get_child_store(color))

    def __repr__(self) -> str:
        return f"LogicalStorePartition({self.store()}, color shape {self.color_shape})"

