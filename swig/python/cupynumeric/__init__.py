# SPDX-License-Identifier: Apache-2.0
"""
Arrays with NumPy's interface whose elements lie in Legate stores and whose operations are Legate tasks.

    import cupynumeric as np

    x = np.arange(1_000_000) / 1e6
    print((x * x).sum())

Operations return at once; what shows elements to Python waits for them. Arrays may be passed to tasks wherever these
take stores. NumPy's rules for types, casting and broadcasting hold. The manual says which functions there are, which
of them gather their operands, and where results differ from NumPy's.
"""

from __future__ import annotations

from typing import Any as _Any

import numpy as _numpy

from . import linalg, random
from ._creation import (
    arange,
    array,
    asarray,
    ascontiguousarray,
    copy,
    empty,
    empty_like,
    eye,
    from_dlpack,
    full,
    full_like,
    identity,
    linspace,
    ones,
    ones_like,
    tri,
    zeros,
    zeros_like,
)
from ._gathered import NAMES as _GATHERED_NAMES
from ._gathered import argsort, choose, convolve, diagonal, sort, take
from ._indexing import IndexOutOfBounds
from ._manipulation import (
    atleast_1d,
    atleast_2d,
    broadcast_arrays,
    broadcast_to,
    column_stack,
    concatenate,
    diag,
    expand_dims,
    hstack,
    moveaxis,
    ravel,
    reshape,
    split,
    squeeze,
    stack,
    swapaxes,
    tile,
    transpose,
    vstack,
)
from ._ndarray import ndarray
from ._products import dot, einsum, inner, matmul, outer, vdot
from ._reductions import (
    all,
    allclose,
    amax,
    amin,
    any,
    argmax,
    argmin,
    array_equal,
    count_nonzero,
    isclose,
    max,
    mean,
    min,
    prod,
    std,
    sum,
    var,
)
from ._ufunc import ALIASES as _ALIASES
from ._ufunc import UFUNCS as _UFUNCS
from ._ufunc import clip, imag, real, round, ufunc, where
from . import _gathered

__version__ = "26.07.00"

newaxis = None

# NumPy's own objects: dtypes, constants, and what describes or promotes types.
_TYPE_NAMES = """
    bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128 intp uintp
    half single double intc byte ubyte short ushort longlong ulonglong csingle cdouble int_ uint
    number integer signedinteger unsignedinteger inexact floating complexfloating generic
    dtype iinfo finfo pi e inf nan euler_gamma
    can_cast promote_types result_type issubdtype isscalar broadcast_shapes errstate seterr geterr ndindex s_ index_exp
    printoptions set_printoptions get_printoptions array_repr array_str
""".split()
globals().update({name: getattr(_numpy, name) for name in _TYPE_NAMES if hasattr(_numpy, name)})
globals().update(_UFUNCS)
globals().update({alias: _UFUNCS[name] for alias, name in _ALIASES.items()})
globals().update({name: getattr(_gathered, name) for name in _GATHERED_NAMES})


def __getattr__(name: str) -> _Any:
    """Says of what only NumPy has how to call it."""
    message = f"module 'cupynumeric' has no attribute {name!r}"
    if not name.startswith("_") and hasattr(_numpy, name):
        message += f"; numpy.{name} takes numpy.asarray(array), which has all elements on every rank"
    raise AttributeError(message)


def shape(a: object) -> tuple[int, ...]:
    """The extents of an array."""
    return a.shape if hasattr(a, "shape") else _numpy.shape(a)


def ndim(a: object) -> int:
    """The number of dimensions of an array."""
    return a.ndim if hasattr(a, "ndim") else _numpy.ndim(a)


def size(a: object) -> int:
    """The number of elements of an array."""
    return a.size if hasattr(a, "size") else _numpy.size(a)


# Those that a checker of types sees, and those that are made above.
__all__ = [
    "IndexOutOfBounds", "all", "allclose", "amax", "amin", "any", "arange", "argmax", "argmin", "argsort",
    "array", "array_equal", "asarray", "ascontiguousarray", "atleast_1d", "atleast_2d", "broadcast_arrays",
    "broadcast_to", "choose", "clip", "column_stack", "concatenate", "convolve", "copy", "count_nonzero",
    "diag", "diagonal", "dot", "einsum", "empty", "empty_like", "expand_dims", "eye", "from_dlpack", "full",
    "full_like", "hstack", "identity", "imag", "inner", "isclose", "linalg", "linspace", "matmul", "max",
    "mean", "min", "moveaxis", "ndarray", "ndim", "newaxis", "ones", "ones_like", "outer", "prod", "random",
    "ravel", "real", "reshape", "round", "shape", "size", "sort", "split", "squeeze", "stack", "std", "sum", "swapaxes",
    "take", "tile", "transpose", "tri", "ufunc", "var", "vdot", "vstack", "where", "zeros", "zeros_like",
]
__all__ += [name for name in (*_TYPE_NAMES, *_UFUNCS, *_ALIASES, *_GATHERED_NAMES) if name in globals()]
