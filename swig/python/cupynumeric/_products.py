# SPDX-License-Identifier: Apache-2.0
"""Products of vectors and matrices, and Einstein sums."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from . import _launch
from ._assignment import as_array, assign
from ._library import checked_dtype
from ._ndarray import ndarray
from ._ufunc import UFUNCS

#: Who has a dimension: see the task `contract`.
_IN_RESULT, _IN_LEFT, _IN_RIGHT = 1, 2, 4
#: Sums are split, and then combined, only for results of fewer elements than this: others are split themselves.
_SMALL_RESULT = 4096


class _Plan(NamedTuple):
    """How arrays become views of the iteration space of a contraction."""

    #: Of left, right and result: their dimensions in the order of the space, or None if they are in it.
    orders: tuple[tuple[int, ...] | None, ...]
    #: Of left, right and result: where they lack a dimension, and which it is.
    missing: tuple[tuple[tuple[int, str], ...], ...]
    #: Who has each dimension.
    roles: bytes
    #: The dimensions that are summed.
    summed: tuple[int, ...]


@lru_cache(maxsize=256)
def _plan(left: str, right: str, result: str) -> _Plan:
    """The plan for arrays whose dimensions have these letters."""
    # In the order of the left operand, so that nothing is transposed in a matrix product.
    space = left + "".join(name for name in right if name not in left)
    orders = []
    for own in (left, right, result):
        order = tuple(own.index(name) for name in space if name in own)
        orders.append(None if order == tuple(range(len(own))) else order)
    return _Plan(
        tuple(orders),
        tuple(tuple((i, n) for i, n in enumerate(space) if n not in own) for own in (left, right, result)),
        bytes(_IN_RESULT * (n in result) + _IN_LEFT * (n in left) + _IN_RIGHT * (n in right) for n in space),
        tuple(i for i, name in enumerate(space) if name not in result),
    )


def _contract(left: ndarray, right: ndarray, names: tuple[str, str, str], dtype: np.dtype) -> ndarray:
    """
    A new array with the sum of products of two arrays.

    Parameters
    ----------
    names
        A letter for each dimension of left, right and result, none of them twice in one array. What is not in the
        result is summed.
    """
    left, right = left.astype(dtype), right.astype(dtype)
    lengths = dict(zip(names[0] + names[1], left.shape + right.shape, strict=True))
    result = ndarray._filled(tuple([lengths[name] for name in names[2]]), dtype, 0)
    if 0 in lengths.values():
        return result
    plan = _plan(*names)
    views = []
    for array, order, missing in zip((left, right, result), plan.orders, plan.missing, strict=True):
        store = array._store if order is None else array._store.transpose(order)
        for i, name in missing:
            store = store.promote(i, lengths[name])
        views.append(store)
    whole = plan.summed if result.size >= _SMALL_RESULT else ()
    _launch.contract(views[0], views[1], views[2], plan.roles, whole)
    return result


def _result(result: ndarray, out: Any) -> Any:
    """The result, or `out` filled with it."""
    if out is None:
        return result
    if out.shape != result.shape:
        raise ValueError(f"output array has shape {out.shape}, but the result has shape {result.shape}")
    if not np.can_cast(result.dtype, out.dtype, "same_kind"):
        raise TypeError(f"Cannot cast the result from {result.dtype!r} to {out.dtype!r} with casting rule 'same_kind'")
    if isinstance(out, np.ndarray):
        out[...] = result.__array__()
    else:
        out._check_writeable()
        assign(out, result)
    return out


def _common_type(left: np.dtype, right: np.dtype) -> np.dtype:
    return left if left == right else np.result_type(left, right)


def dot(a: Any, b: Any, out: Any = None) -> Any:
    """
    The sum of products over the last dimension of `a` and the second to last, or only, one of `b`.

    Raises
    ------
    ValueError
        If these differ in length.
    """
    a, b = as_array(a), as_array(b)
    if a.ndim == 0 or b.ndim == 0:
        return _result(UFUNCS["multiply"](a, b), out)
    if a.shape[-1] != b.shape[max(b.ndim - 2, 0)]:
        raise ValueError(f"shapes {a.shape} and {b.shape} not aligned: {a.shape[-1]} != {b.shape[max(b.ndim - 2, 0)]}")
    letters = iter("abcdefghijklmnop")
    left = "".join(next(letters) for _ in range(a.ndim - 1))
    right = [next(letters) for _ in range(b.ndim - 1)]
    rest = "".join(right)
    right.insert(max(b.ndim - 2, 0), "z")
    names = (left + "z", "".join(right), left + rest)
    return _result(_contract(a, b, names, _common_type(a.dtype, b.dtype)), out)


def matmul(a: Any, b: Any, /, out: Any = None, *, casting: str = "same_kind", dtype: Any = None) -> Any:
    """
    The matrix product; leading dimensions are broadcast.

    Raises
    ------
    ValueError
        For numbers, and shapes that do not fit.
    """
    a, b = as_array(a), as_array(b)
    if a.ndim == 0 or b.ndim == 0:
        raise ValueError("matmul: input operand does not have enough dimensions: numbers cannot be matrices")
    if a.shape[-1] != b.shape[max(b.ndim - 2, 0)]:
        raise ValueError(
            f"matmul: input operands of shapes {a.shape} and {b.shape} have a mismatch in their core dimensions"
        )
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2]) if a.ndim > 2 or b.ndim > 2 else ()
    letters = "abcdefgh"[: len(batch)]
    row, column = ("i" if a.ndim > 1 else ""), ("j" if b.ndim > 1 else "")
    left, left_batch = _without_unit_batch(a, len(batch), letters, batch)
    right, right_batch = _without_unit_batch(b, len(batch), letters, batch)
    # Dimensions that neither operand has, because both have extent 1 there, come back afterwards.
    present = "".join(letter for letter in letters if letter in left_batch + right_batch)
    names = (left_batch + row + "z", right_batch + "z" + column, present + row + column)
    result = _contract(left, right, names, _common_type(a.dtype, b.dtype) if dtype is None else checked_dtype(dtype))
    for i, letter in enumerate(letters):
        if letter not in present:
            result = result._promoted(i)
    return _result(result, out)


def _without_unit_batch(a: ndarray, batch: int, letters: str, shape: tuple[int, ...]) -> tuple[ndarray, str]:
    """The operand without leading dimensions of extent 1, which repeat, and the letters of the others."""
    own = max(a.ndim - 2, 0)
    names = ""
    for i in reversed(range(own)):
        letter = letters[batch - own + i]
        if a.shape[i] == 1:
            a = a._projected(i, 0)
        else:
            names = letter + names
    return a, names


def inner(a: Any, b: Any) -> Any:
    """The sum of products over the last dimensions."""
    a, b = as_array(a), as_array(b)
    if a.ndim == 0 or b.ndim == 0:
        return UFUNCS["multiply"](a, b)
    from ._manipulation import moveaxis

    return dot(a, moveaxis(b, -1, max(b.ndim - 2, 0)))


def outer(a: Any, b: Any, out: Any = None) -> Any:
    """All products of an element of one vector and one of the other."""
    from ._manipulation import ravel

    return UFUNCS["multiply"](ravel(a)[:, None], ravel(b)[None, :], out=out)


def vdot(a: Any, b: Any) -> Any:
    """The dot product of the flattened arrays, the first one conjugated."""
    from ._manipulation import ravel

    return dot(ravel(as_array(a).conj()), ravel(b))


def einsum(
    expr: str, *operands: Any, out: Any = None, dtype: Any = None, casting: str = "safe", optimize: Any = True
) -> Any:
    """
    The Einstein sum that an expression such as ``"ij,jk->ik"`` describes.

    Two operands without repeated letters are contracted by a task; three and more two by two, from left to right.

    Raises
    ------
    ValueError
        For an expression that does not fit the operands.
    """
    arrays = [as_array(operand) for operand in operands]
    inputs, result = _parsed(expr, arrays)
    result_type = checked_dtype(np.result_type(*(a.dtype for a in arrays)) if dtype is None else dtype)
    while len(arrays) > 1:
        rest = set(result).union(*inputs[2:])
        names = result if len(arrays) == 2 else "".join(sorted(set(inputs[0] + inputs[1]) & rest))
        left, right, pair = _pair(arrays[0], arrays[1], inputs[0], inputs[1], names)
        arrays[:2] = [_contract(left, right, pair, result_type)]
        inputs[:2] = [names]
    return _result(_single(arrays[0].astype(result_type), inputs[0], result), out)


def _parsed(expr: str, arrays: list[ndarray]) -> tuple[list[str], str]:
    """The letters of each operand and of the result."""
    expr = expr.replace(" ", "")
    if "." in expr:
        raise NotImplementedError(f"einsum: the ellipsis in {expr!r} is not supported")
    left, arrow, result = expr.partition("->")
    inputs = left.split(",")
    if len(inputs) != len(arrays):
        raise ValueError(f"einsum: {expr!r} names {len(inputs)} operands, but there are {len(arrays)}")
    lengths: dict[str, int] = {}
    for names, a in zip(inputs, arrays, strict=True):
        if len(names) != a.ndim or not (names.isalpha() or not names):
            raise ValueError(f"einsum: {names!r} in {expr!r} does not name the {a.ndim} dimensions of its operand")
        for name, length in zip(names, a.shape, strict=True):
            if lengths.setdefault(name, length) != length:
                raise ValueError(f"einsum: dimension {name!r} of {expr!r} has the lengths {lengths[name]} and {length}")
    if not arrow:
        every = left.replace(",", "")
        result = "".join(sorted(name for name in set(every) if every.count(name) == 1))
    if len(set(result)) != len(result) or not set(result) <= set(lengths):
        raise ValueError(f"einsum: the result in {expr!r} names a dimension twice, or one that no operand has")
    return inputs, result


def _pair(
    left: ndarray, right: ndarray, left_names: str, right_names: str, result: str
) -> tuple[ndarray, ndarray, tuple[str, str, str]]:
    """Operands without repeated letters and without those that only they have and that are summed."""
    own = "".join(name for name in dict.fromkeys(left_names) if name in right_names + result)
    left = _single(left, left_names, own)
    other = "".join(name for name in dict.fromkeys(right_names) if name in left_names + result)
    return left, _single(right, right_names, other), (own, other, result)


def _single(a: ndarray, names: str, result: str) -> ndarray:
    """One operand: diagonals taken, dimensions summed and transposed."""
    if len(set(names)) != len(names):
        from ._gathered import gathered_einsum

        return gathered_einsum(f"{names}->{result}", a)
    for i in reversed(range(len(names))):
        if names[i] not in result:
            a, names = a.sum(axis=i, dtype=a.dtype), names[:i] + names[i + 1 :]
    from ._manipulation import transpose

    return a if names == result else transpose(a, [names.index(name) for name in result])
