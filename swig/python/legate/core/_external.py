# SPDX-License-Identifier: Apache-2.0
"""Memory that belongs to somebody else: buffers, allocations, DLPack."""

from __future__ import annotations

import math
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from . import _legatus
from ._base import refuse_construction
from ._machine import StoreTarget
from ._store import LogicalStore, LogicalStorePartition

if TYPE_CHECKING:
    from ._types import Type


class DimOrdering:
    """Which dimension of a store varies fastest in memory, and which next. Made by its static methods."""

    class Kind(IntEnum):
        """Kinds of orders."""

        C = 0
        FORTRAN = 1
        CUSTOM = 2

    __slots__ = ("_dims", "_kind")
    _dims: Any
    _kind: Any
    __init__ = refuse_construction

    @classmethod
    def _make(cls, kind: Kind, dims: tuple[int, ...] = ()) -> DimOrdering:
        ordering = cls.__new__(cls)
        ordering._kind = kind
        ordering._dims = dims
        return ordering

    @staticmethod
    def c_order() -> DimOrdering:
        """The last dimension varies fastest."""
        return DimOrdering._make(DimOrdering.Kind.C)

    @staticmethod
    def fortran_order() -> DimOrdering:
        """The first dimension varies fastest."""
        return DimOrdering._make(DimOrdering.Kind.FORTRAN)

    @staticmethod
    def custom_order(dims: list[int]) -> DimOrdering:
        """The dimensions from the fastest to the slowest."""
        return DimOrdering._make(DimOrdering.Kind.CUSTOM, tuple(dims))

    @property
    def kind(self) -> Kind:
        """The kind of the order."""
        return self._kind

    def __repr__(self) -> str:
        dims = f", {list(self._dims)}" if self._dims else ""
        return f"DimOrdering({self._kind.name}{dims})"


class ExternalAllocation:
    """Memory of the caller's. Made by its static methods; its source is kept until the memory is released."""

    __slots__ = ("_handle",)
    _handle: Any
    __init__ = refuse_construction

    @classmethod
    def _make(cls, ptr: int, size: int, read_only: bool, target: StoreTarget, device: int, source: Any) -> ExternalAllocation:
        if ptr == 0:
            raise ValueError("ExternalAllocation: the pointer must not be null")
        allocation = cls.__new__(cls)
        allocation._handle = _legatus.External(ptr, size, read_only, int(target), device, source)
        return allocation

    @staticmethod
    def from_sysmem(ptr: int, size: int, read_only: bool = True, source: Any = None) -> ExternalAllocation:
        """Main memory.

        Parameters
        ----------
        ptr
            Its address.
        size
            Its bytes.
        read_only
            Whether nothing is ever written there.
        source
            An object that owns the memory: kept until the runtime is done with it.

        Raises
        ------
        ValueError
            If the pointer is null.
        """
        return ExternalAllocation._make(ptr, size, read_only, StoreTarget.SYSMEM, 0, source)

    @staticmethod
    def from_zcmem(ptr: int, size: int, read_only: bool = True, source: Any = None) -> ExternalAllocation:
        """Main memory that GPUs reach directly. Parameters are those of `from_sysmem`."""
        return ExternalAllocation._make(ptr, size, read_only, StoreTarget.ZCMEM, 0, source)

    @staticmethod
    def from_fbmem(device_id: int, ptr: int, size: int, read_only: bool = True, source: Any = None) -> ExternalAllocation:
        """Memory of a GPU of this process. Parameters are those of `from_sysmem`, and the GPU's number."""
        return ExternalAllocation._make(ptr, size, read_only, StoreTarget.FBMEM, device_id, source)

    @property
    def read_only(self) -> bool:
        """Whether nothing is ever written there."""
        return self._handle.read_only()

    @property
    def size(self) -> int:
        """Its bytes."""
        return self._handle.size()


def _ordering(ordering: DimOrdering | None) -> tuple[int, tuple[int, ...]]:
    if ordering is None:
        return int(DimOrdering.Kind.C), ()
    if not isinstance(ordering, DimOrdering):
        raise TypeError(f"Argument 'ordering' has incorrect type (expected DimOrdering, got {type(ordering).__name__})")
    return int(ordering._kind), ordering._dims


def store_from_buffer(
    dtype: Type, shape: tuple[int, ...], data: object, read_only: bool, ordering: DimOrdering | None
) -> LogicalStore:
    """See `Runtime.create_store_from_buffer`."""
    kind, dims = _ordering(ordering)
    try:
        view = memoryview(data)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(
            f"create_store_from_buffer: a bytes-like object is required, not {type(data).__name__}"
        ) from None
    if not read_only and view.readonly:
        raise ValueError("create_store_from_buffer: the buffer is read-only, but the store is to be written")
    needed = math.prod(shape) * dtype.size
    if view.nbytes < needed:
        raise ValueError(
            f"create_store_from_buffer: the buffer is too small, {view.nbytes} bytes for {shape} elements of {dtype} ({needed})"
        )
    in_order = {DimOrdering.Kind.C: view.c_contiguous, DimOrdering.Kind.FORTRAN: view.f_contiguous}
    if not in_order.get(DimOrdering.Kind(kind), view.contiguous):
        raise ValueError(f"create_store_from_buffer: the buffer is not contiguous in the order {DimOrdering.Kind(kind).name}")
    if needed == 0:
        return LogicalStore._wrap(_legatus.create_store(dtype._handle, shape, False))
    # The view, and not the object: it keeps, for example, a bytearray from being resized.
    address = _legatus.buffer_address(view)
    allocation = _legatus.External(address, view.nbytes, read_only, int(StoreTarget.SYSMEM), 0, view)
    return LogicalStore._wrap(_legatus.create_store_from_allocation(dtype._handle, shape, allocation, kind, dims))


def store_from_tiles(
    dtype: Type,
    shape: tuple[int, ...],
    tile: tuple[int, ...],
    allocations: list[tuple[ExternalAllocation, tuple[int, ...]]],
    ordering: DimOrdering | None,
) -> tuple[LogicalStore, LogicalStorePartition]:
    """See `Runtime.create_store_from_tiles`."""
    kind, dims = _ordering(ordering)
    colors: list[int] = []
    for allocation, color in allocations:
        if not isinstance(allocation, ExternalAllocation):
            raise TypeError(
                f"Argument 'allocations' has incorrect type (expected ExternalAllocation, got {type(allocation).__name__})"
            )
        if len(color) != len(tile):
            raise ValueError(f"create_store_from_tiles: color {color} has not the {len(tile)} dimensions of the tiles")
        colors.extend(color)
    handles = [allocation._handle for allocation, _ in allocations]
    partition = LogicalStorePartition._wrap(
        _legatus.create_store_from_tiles(dtype._handle, shape, tile, handles, colors, kind, dims)
    )
    return partition.store(), partition


_DLPACK_DEVICES = (1, 2, 3, 13)  # host memory; CUDA's device, host and managed memory


def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> LogicalStore:
    """A store of the elements of an object that offers them by DLPack, sharing its memory.

    Parameters
    ----------
    x
        The object.
    device
        Where the elements shall be: DLPack's type and number. Where they are if None.
    copy
        Whether the store gets memory of its own. None leaves that to the object.

    Raises
    ------
    AttributeError
        If `x` does not speak DLPack.
    BufferError
        If the device is of an unknown type.
    ValueError
        If the elements have holes between them or a permuted order, or the object gives no capsule.
    """
    if device is None and hasattr(x, "__dlpack_device__"):
        device = x.__dlpack_device__()
    if device is not None and device[0] not in _DLPACK_DEVICES:
        raise BufferError(f"from_dlpack: devices of DLPack's type {device[0]} are not supported")
    capsule = _capsule_of(x, device, copy)
    return LogicalStore._wrap(_legatus.Tensor(capsule).make_store())


def _capsule_of(x: Any, device: Any, copy: bool | None) -> Any:
    produce = x.__dlpack__
    try:
        return produce(stream=None, max_version=_legatus.dlpack_version(), dl_device=device, copy=copy)
    except TypeError:  # a producer of an older generation
        pass
    try:
        return produce(dl_device=device, copy=copy)
    except TypeError:  # of the first one, like NumPy before version 2
        if copy is not None:
            raise
        return produce()
