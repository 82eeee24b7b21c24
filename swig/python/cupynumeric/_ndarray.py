# SPDX-License-Identifier: Apache-2.0
"""The array class: a Legate store with NumPy's interface."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from legate.core import LEGATE_MAX_DIM, LogicalStore

from . import _launch
from ._library import LEGATE_TYPES, checked_dtype

_DTYPES = {int(legate_type.code): dtype for dtype, legate_type in LEGATE_TYPES.items()}


@lru_cache(maxsize=1024)
def c_strides(shape: tuple[int, ...], itemsize: int) -> tuple[int, ...]:
    """The byte strides of an array in C order."""
    strides = []
    step = itemsize
    for extent in reversed(shape):
        strides.append(step)
        step *= max(extent, 1)
    return tuple(reversed(strides))


class Flags:
    """What an array tells about its memory; also indexed by name, like NumPy's. Only `writeable` can be set."""

    __slots__ = ("_array",)
    _NAMES = ("c_contiguous", "f_contiguous", "owndata", "writeable")

    def __init__(self, array: ndarray) -> None:
        self._array = array

    @property
    def c_contiguous(self) -> bool:
        """Whether neighbours in the last dimension lie side by side."""
        return self._array.strides == c_strides(self._array.shape, self._array.itemsize)

    @property
    def f_contiguous(self) -> bool:
        """Whether neighbours in the first dimension lie side by side."""
        return self._array.strides[::-1] == c_strides(self._array.shape[::-1], self._array.itemsize)

    @property
    def owndata(self) -> bool:
        """Whether the array is no view."""
        return self._array._root is self._array._store

    @property
    def writeable(self) -> bool:
        """Whether elements may be assigned. Of a view it can only be set to False: what it shows may be read-only."""
        return self._array._writeable

    @writeable.setter
    def writeable(self, value: bool) -> None:
        if value and not self.writeable and not self.owndata:
            raise ValueError("cannot set WRITEABLE flag to True of this array: it is a view")
        self._array._writeable = bool(value)

    def __getitem__(self, name: str) -> bool:
        if name.lower() not in self._NAMES:
            raise KeyError(f"Unknown flag {name!r}")
        return bool(getattr(self, name.lower()))

    def __repr__(self) -> str:
        return "\n".join(f"  {name.upper()} : {getattr(self, name)}" for name in self._NAMES)


class ndarray:
    """
    An array of numbers that lie in a Legate store.

    Operations on arrays are launched as tasks and return at once; whatever shows elements to Python (printing,
    `float`, ``__array__``, ...) waits for the tasks that compute them. Basic indices, `T` and the like give views of
    the same elements.

    Parameters
    ----------
    shape
        The extents: an integer or a sequence of at most ``legate.core.LEGATE_MAX_DIM`` of them.
    dtype
        bool, an integer, floating-point or complex type of 8 to 128 bits.
    buffer, offset
        Something with the buffer protocol that has the elements, which are copied, and how many bytes to skip.
    strides, order
        Must be omitted: arrays are made in C order.
    writeable
        Whether elements may be assigned.

    Raises
    ------
    TypeError
        For other dtypes.
    IndexError
        For too many dimensions.
    """

    __slots__ = ("_store", "_root", "_offset", "_shape", "_strides", "_dtype", "_writeable", "_interface")
    __slots__ += ("__weakref__",)

    def __init__(
        self,
        shape: Any,
        dtype: Any = np.float64,
        buffer: Any = None,
        offset: int = 0,
        strides: Sequence[int] | None = None,
        order: str | None = None,
        *,
        writeable: bool = True,
    ) -> None:
        from ._creation import checked_shape

        dtype = checked_dtype(dtype)
        shape = checked_shape(shape)
        if strides is not None and tuple(strides) != c_strides(shape, dtype.itemsize):
            raise NotImplementedError("ndarray: strides of one's own are not supported")
        if order not in (None, "C"):
            raise NotImplementedError(f"ndarray: order {order!r} is not supported")
        self._set(_launch.new_store(shape, dtype), shape, dtype)
        if buffer is not None:
            elements = np.frombuffer(buffer, dtype=dtype, count=math.prod(shape), offset=offset).reshape(shape)
            self[...] = elements
        self._writeable = writeable

    def _set(self, store: LogicalStore, shape: tuple[int, ...], dtype: np.dtype) -> None:
        self._store = self._root = store
        self._offset = 0
        self._shape = shape
        self._strides = c_strides(shape, dtype.itemsize)
        self._dtype = dtype
        self._writeable = True
        self._interface = None

    @classmethod
    def _new(cls, shape: tuple[int, ...], dtype: np.dtype) -> ndarray:
        """An array with undefined elements; shape and dtype have been checked."""
        result = cls.__new__(cls)
        result._set(_launch.new_store(shape, dtype), shape, dtype)
        return result

    @classmethod
    def _filled(cls, shape: tuple[int, ...], dtype: np.dtype, value: Any) -> ndarray:
        """An array with all elements `value`; shape and dtype have been checked."""
        if not shape:
            return cls._of_value(value, dtype)
        result = cls._new(shape, dtype)
        _launch.fill(result, value)
        return result

    @classmethod
    def _of_value(cls, value: Any, dtype: np.dtype) -> ndarray:
        """An array without dimensions."""
        result = cls.__new__(cls)
        result._set(_launch.value_store(value, dtype), (), dtype)
        return result

    @classmethod
    def _of_store(cls, store: LogicalStore) -> ndarray:
        """An array over all of a store."""
        dtype = _DTYPES.get(int(store.type.code))
        if dtype is None:
            raise TypeError(f"cupynumeric does not support stores of type {store.type}")
        result = cls.__new__(cls)
        result._set(store, tuple(store.shape), dtype)
        return result

    def _view(self, store: LogicalStore, shape: tuple[int, ...], strides: tuple[int, ...], offset: int) -> ndarray:
        """A view of some of the same elements; `offset` is that of its first one from that of this array, in bytes."""
        result = ndarray.__new__(ndarray)
        result._store = store
        result._root = self._root
        result._offset = self._offset + offset
        result._shape = shape
        result._strides = strides
        result._dtype = self._dtype
        result._writeable = self._writeable
        result._interface = None
        return result

    # --- properties --------------------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """The extents."""
        return self._shape

    @property
    def dtype(self) -> np.dtype:
        """The type of the elements."""
        return self._dtype

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self._shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return math.prod(self._shape)

    @property
    def itemsize(self) -> int:
        """Bytes of an element."""
        return self._dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements together, repeated ones counted as often as they occur."""
        return self.size * self._dtype.itemsize

    @property
    def strides(self) -> tuple[int, ...]:
        """How far apart neighbours are, in bytes, were the whole store in C order; 0 where elements repeat."""
        return self._strides

    @property
    def flags(self) -> Flags:
        """What is true of the array's memory."""
        return Flags(self)

    @property
    def device(self) -> None:
        """None: elements move to where tasks need them."""
        return None

    @property
    def base(self) -> None:
        """Not available."""
        raise NotImplementedError("ndarray.base: views do not know the array they were made of")

    @property
    def data(self) -> memoryview:
        """The elements as a memoryview; waits for them."""
        return self.__array__().data

    @property
    def T(self) -> ndarray:
        """The view with the dimensions reversed."""
        return self.transpose()

    @property
    def mT(self) -> ndarray:
        """The view with the last two dimensions exchanged. ValueError for fewer than two."""
        if self.ndim < 2:
            raise ValueError("mT: the array must have at least 2 dimensions")
        return self.swapaxes(-1, -2)

    @property
    def real(self) -> ndarray:
        """A copy of the real parts."""
        from ._ufunc import part

        return part(self, "real")

    @property
    def imag(self) -> ndarray:
        """A copy of the imaginary parts."""
        from ._ufunc import part

        return part(self, "imag")

    @property
    def flat(self) -> Iterator[ndarray]:
        """The elements one after another, as 0-d arrays."""
        return iter(self.ravel())

    # --- elements for Python -----------------------------------------------------------------------------------------

    @property
    def __legate_data_interface__(self) -> dict[str, Any]:
        """The store, for tasks; always the same object."""
        if self._interface is None:
            self._interface = {"version": 2, "data": {"cuPyNumeric Array": self._store}}
        return self._interface

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """
        The elements as a NumPy array, after the tasks that compute them.

        Without `dtype` and `copy` the result shows the store's memory: what tasks write later is seen in it.
        """
        if self.size == 0:
            result = np.empty(self._shape, self._dtype)
        else:
            result = np.asarray(self._store.get_physical_store()).reshape(self._shape)
        if not self._writeable:
            result = result.view()
            result.flags.writeable = False
        if dtype is not None and np.dtype(dtype) != self._dtype:
            if copy is False:
                raise ValueError("__array__: another dtype needs a copy")
            return result.astype(dtype)
        return result.copy() if copy else result

    def __buffer__(self, flags: int) -> memoryview:
        return self.data

    def __dlpack__(self, **arguments: Any) -> Any:
        """The elements for another array library; waits for them. The arguments are those of NumPy's arrays."""
        return self.__array__().__dlpack__(**arguments)

    def __dlpack_device__(self) -> tuple[int, int]:
        """The CPU."""
        return (1, 0)

    def __bool__(self) -> bool:
        if self.size == 0:
            raise ValueError("The truth value of an empty array is ambiguous.")
        return bool(self.__array__())

    def _number(self, kind: str) -> Any:
        if self._shape:
            raise TypeError(f"only 0-dimensional arrays can be converted to {kind}; this one has shape {self._shape}")
        return self.__array__()[()]

    def __int__(self) -> int:
        return int(self._number("int"))

    def __float__(self) -> float:
        return float(self._number("float"))

    def __complex__(self) -> complex:
        return complex(self._number("complex"))

    def __index__(self) -> int:
        if self._dtype.kind not in "iu":
            raise TypeError(f"only integer arrays can be converted to an index, not {self._dtype}")
        return int(self._number("an index"))

    def item(self, *index: Any) -> Any:
        """An element as a Python number: the only one, or that at a flat or full index."""
        return self.__array__().item(*index)

    def tolist(self) -> Any:
        """The elements as Python numbers in nested lists."""
        return self.__array__().tolist()

    def tobytes(self, order: str = "C") -> bytes:
        """The bytes of the elements."""
        return self.__array__().tobytes(order)

    def __str__(self) -> str:
        return str(self._shown())

    def __repr__(self) -> str:
        return repr(self._shown())

    def __format__(self, spec: str) -> str:
        return format(self._shown(), spec)

    def _shown(self) -> Any:
        return self.__array__()

    def __len__(self) -> int:
        if not self._shape:
            raise TypeError("len() of unsized object")
        return self._shape[0]

    def __iter__(self) -> Iterator[ndarray]:
        if not self._shape:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(self._shape[0]))

    def __contains__(self, value: Any) -> bool:
        return bool((self == value).any())

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return (np.array, (self.__array__(),))

    def __copy__(self) -> ndarray:
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> ndarray:
        return self.copy()

    # --- indices -----------------------------------------------------------------------------------------------------

    def __getitem__(self, key: Any) -> ndarray:
        from ._indexing import get

        return get(self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        from ._indexing import put

        put(self, key, value)

    def _check_writeable(self) -> None:
        if not self._writeable:
            raise ValueError("assignment destination is read-only: the array is not writeable")

    # --- views, one dimension at a time ------------------------------------------------------------------------------

    def _sliced(self, axis: int, start: int, stop: int) -> ndarray:
        if start == 0 and stop == self._shape[axis]:
            return self
        store = self._store.slice(axis, slice(start, stop))
        shape = self._shape[:axis] + (stop - start,) + self._shape[axis + 1 :]
        return self._view(store, shape, self._strides, start * self._strides[axis])

    def _projected(self, axis: int, index: int) -> ndarray:
        store = self._store.project(axis, index)
        shape = self._shape[:axis] + self._shape[axis + 1 :]
        strides = self._strides[:axis] + self._strides[axis + 1 :]
        return self._view(store, shape, strides, index * self._strides[axis])

    def _promoted(self, axis: int, extent: int = 1) -> ndarray:
        if self.ndim == LEGATE_MAX_DIM:
            raise IndexError(f"an array has at most {LEGATE_MAX_DIM} dimensions")
        store = self._store.promote(axis, extent)
        shape = self._shape[:axis] + (extent,) + self._shape[axis:]
        strides = self._strides[:axis] + (0,) + self._strides[axis:]
        return self._view(store, shape, strides, 0)

    def _stretched(self, shape: tuple[int, ...]) -> ndarray:
        """The array broadcast to a shape that fits; not writeable by convention of the caller."""
        result = self
        while result.ndim < len(shape):
            result = result._promoted(0, shape[len(shape) - result.ndim - 1])
        for axis, extent in enumerate(shape):
            if result._shape[axis] != extent:
                store = result._store.broadcast(axis, extent)
                strides = result._strides[:axis] + (0,) + result._strides[axis + 1 :]
                result = result._view(store, result._shape[:axis] + (extent,) + result._shape[axis + 1 :], strides, 0)
        return result

    def _is_same_view(self, other: ndarray) -> bool:
        """Whether both arrays are the same elements in the same order."""
        return (
            self._root is other._root
            and self._offset == other._offset
            and self._shape == other._shape
            and self._strides == other._strides
        )

    def _overlaps(self, other: ndarray) -> bool:
        """Whether the arrays may have elements in common."""
        if self._root is not other._root:
            return False
        if self.size == 0 or other.size == 0:
            return False
        return self._store.overlaps(other._store)

    # --- methods that other modules implement ------------------------------------------------------------------------

    def transpose(self, *axes: Any) -> ndarray:
        """The view whose dimension k is dimension ``axes[k]`` of this array; reversed without `axes`."""
        from ._manipulation import transpose

        if len(axes) == 1 and (axes[0] is None or not isinstance(axes[0], (int, np.integer))):
            axes = axes[0]
        return transpose(self, axes if axes is None or len(axes) else None)

    def swapaxes(self, axis1: int, axis2: int) -> ndarray:
        """The view with two dimensions exchanged."""
        from ._manipulation import swapaxes

        return swapaxes(self, axis1, axis2)

    def reshape(self, *shape: Any, order: str = "C") -> ndarray:
        """
        The elements in C order in another shape: a view if only dimensions of extent 1 come or go, else a copy.

        Raises
        ------
        ValueError
            If the sizes differ.
        """
        from ._manipulation import reshape

        return reshape(self, shape[0] if len(shape) == 1 else shape, order=order)

    def ravel(self, order: str = "C") -> ndarray:
        """The elements as a vector: the array itself if it is one, else a copy."""
        return self.reshape(-1, order=order)

    def flatten(self, order: str = "C") -> ndarray:
        """A copy of the elements as a vector."""
        result = self.reshape(-1, order=order)
        return result.copy() if result._root is self._root else result

    def squeeze(self, axis: Any = None) -> ndarray:
        """The view without dimensions of extent 1."""
        from ._manipulation import squeeze

        return squeeze(self, axis)

    def copy(self, order: str = "C") -> ndarray:
        """A new array with the same elements."""
        from ._assignment import assign

        result = ndarray._new(self._shape, self._dtype)
        assign(result, self)
        return result

    def astype(
        self, dtype: Any, order: str = "C", casting: str = "unsafe", subok: bool = True, copy: bool = False
    ) -> ndarray:
        """
        The elements converted to another dtype.

        The array itself if it has the dtype already, unless `copy`.

        Raises
        ------
        TypeError
            If `casting` forbids the conversion, or the dtype is not supported.
        """
        from ._assignment import assign

        if dtype is self._dtype and not copy:
            return self
        dtype = checked_dtype(dtype)
        if dtype == self._dtype:
            return self.copy() if copy else self
        if not np.can_cast(self._dtype, dtype, casting):
            raise TypeError(f"Cannot cast array from {self._dtype!r} to {dtype!r} according to the rule {casting!r}")
        result = ndarray._new(self._shape, dtype)
        assign(result, self)
        return result

    def view(self, dtype: Any = None, type: Any = None) -> ndarray:
        """A view of all elements. NotImplementedError for another dtype."""
        if type is not None or (dtype is not None and np.dtype(dtype) != self._dtype):
            raise NotImplementedError("ndarray.view: elements cannot be seen as those of another type")
        return self._view(self._store, self._shape, self._strides, 0)

    def fill(self, value: Any) -> None:
        """Sets all elements to one number."""
        self[...] = value

    def stencil_hint(self, low_offsets: Sequence[int], high_offsets: Sequence[int]) -> None:
        """Says how far tasks will look beyond their pieces. No effect: neighbours' elements are sent when needed."""

    def dot(self, rhs: Any, out: ndarray | None = None) -> ndarray:
        """The product; see `cupynumeric.dot`."""
        from ._products import dot

        return dot(self, rhs, out=out)

    def __matmul__(self, other: Any) -> ndarray:
        from ._products import matmul

        return matmul(self, other)

    def __rmatmul__(self, other: Any) -> ndarray:
        from ._products import matmul

        return matmul(other, self)

    def __imatmul__(self, other: Any) -> ndarray:
        from ._products import matmul

        self._check_writeable()
        self[...] = matmul(self, other)
        return self

    def sort(self, axis: int = -1, kind: str | None = None, order: Any = None) -> None:
        """Sorts in place; see `cupynumeric.sort`."""
        from ._gathered import sort

        self[...] = sort(self, axis=axis, kind=kind, order=order)

    def __divmod__(self, other: Any) -> Any:
        raise NotImplementedError("divmod of arrays; use // and %")

    __rdivmod__ = __divmod__

    def __array_function__(self, function: Any, types: Any, arguments: Any, keywords: Any) -> Any:
        from ._protocol import call_function

        return call_function(function, arguments, keywords)

    def __array_ufunc__(self, function: Any, method: str, *arguments: Any, **keywords: Any) -> Any:
        from ._protocol import call_ufunc

        return call_ufunc(function, method, arguments, keywords)


def number_of_axis(axis: Any, ndim: int) -> int:
    """
    A dimension's number counted from the first.

    Raises
    ------
    AxisError
        If there is no such dimension.
    """
    number = operator.index(axis)
    if not -ndim <= number < ndim:
        raise AxisError(number, ndim)
    return number % ndim


AxisError = np.exceptions.AxisError if hasattr(np, "exceptions") else np.AxisError  # type: ignore[attr-defined]
