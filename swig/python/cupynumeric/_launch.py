# SPDX-License-Identifier: Apache-2.0
"""
Launches of the library's tasks.

The functions here take arrays of the right shapes and dtypes: what users may pass is checked and converted by the
modules above.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from legate.core import ReductionOpKind, Scalar, align, broadcast

from ._library import (
    DISTRIBUTIONS,
    LEGATE_TYPES,
    OPERATIONS,
    OWN_BEST,
    OWN_MAX,
    OWN_MIN,
    OWN_PROD,
    RANKED_TYPE,
    REDUCTIONS,
    TASKS,
    TYPE_CODES,
    bytes_scalar,
    library,
    packed,
    roles_scalar,
    runtime,
    scalar_of,
    shape_scalar,
)

if TYPE_CHECKING:
    from legate.core import LogicalStore

    from ._ndarray import ndarray

_ELEMENTWISE, _CONVERT, _REDUCE = TASKS["elementwise"], TASKS["convert"], TASKS["reduce"]
_create_task = runtime.create_auto_task


def elementwise(name: str, dtype: np.dtype, out: ndarray, operands: Sequence[ndarray | Scalar]) -> None:
    """
    Computes ``out = name(*operands)``.

    Parameters
    ----------
    name
        The operation.
    dtype
        The type whose kernel is used: that of the inputs.
    out
        Of the operation's result type. An operand may be exactly `out`, but not overlap it otherwise.
    operands
        Arrays of the shape of `out`, and numbers.
    """
    if out.size == 0:
        return
    task = _create_task(library, _ELEMENTWISE)
    task.add_output(out._store)
    mask = 0
    numbers = []
    for i, operand in enumerate(operands):
        if isinstance(operand, Scalar):
            mask |= 1 << i
            numbers.append(operand)
        else:
            task.add_input(operand._store)
    task.add_scalar_arg(packed(OPERATIONS[name], TYPE_CODES[dtype], mask))
    for number in numbers:
        task.add_scalar_arg(number)
    task.execute()


def convert(source: ndarray, out: ndarray) -> None:
    """Sets `out` to the elements of `source`, an array of the same shape and another dtype."""
    if out.size == 0:
        return
    task = _create_task(library, _CONVERT)
    task.add_output(out._store)
    task.add_input(source._store)
    task.add_scalar_arg(packed(TYPE_CODES[source.dtype], TYPE_CODES[out.dtype]))
    task.execute()


def fill(out: ndarray, value: Any) -> None:
    """Sets all elements to one number, converted to the dtype of `out`."""
    if out.size != 0:
        runtime.issue_fill(out._store, scalar_of(value, out.dtype))


def literal(out: ndarray, elements: np.ndarray) -> None:
    """Sets a new array to elements that are sent along with the launch."""
    task = _create_task(library, TASKS["literal"])
    task.add_output(out._store)
    task.add_scalar_arg(bytes_scalar(elements))
    task.add_scalar_arg(shape_scalar(out.shape))
    task.execute()


def arange(out: ndarray, start: Any, step: Any) -> None:
    """Sets element i of a new vector to ``start + i * step``."""
    task = _create_task(library, TASKS["arange"])
    task.add_output(out._store)
    task.add_scalar_arg(scalar_of(start, out.dtype))
    task.add_scalar_arg(scalar_of(step, out.dtype))
    task.execute()


def eye(out: ndarray, k: int) -> None:
    """Sets a matrix to 1 on diagonal `k` and to 0 elsewhere."""
    task = _create_task(library, TASKS["eye"])
    task.add_output(out._store)
    task.add_scalar_arg(scalar_of(1, out.dtype))
    task.add_scalar_arg(scalar_of(k, np.dtype(np.int64)))
    task.execute()


def random(out: ndarray, distribution: str, seed: int, call: int, parameters: tuple[float, float]) -> None:
    """
    Sets a new array to random numbers, a function of seed, call and an element's position.

    Parameters
    ----------
    parameters
        Of integers the lowest and how many there are; of floating-point numbers an offset and a scale.
    """
    if out.size == 0:
        return
    if out.dtype.kind in "iu":
        words = np.array([int(value) & 0xFFFFFFFFFFFFFFFF for value in parameters], dtype=np.uint64)
    else:
        words = np.array(parameters, dtype=np.float64)
    task = _create_task(library, TASKS["random"])
    task.add_output(out._store)
    task.add_scalar_arg(packed(DISTRIBUTIONS[distribution]))
    task.add_scalar_arg(bytes_scalar(np.array([seed, call], dtype=np.uint64)))
    task.add_scalar_arg(bytes_scalar(words))
    task.add_scalar_arg(shape_scalar(out.shape))
    task.execute()


def _repeated(store: LogicalStore, axes: Sequence[int], shape: tuple[int, ...]) -> LogicalStore:
    """The view of a result that has the dimensions it was reduced over, along which it repeats."""
    for axis in sorted(axes):
        store = store.promote(axis, shape[axis])
    return store


def _operator(name: str, dtype: np.dtype) -> int:
    """The reduction operator that combines the pieces' results of type `dtype`."""
    if name == "max":
        return OWN_MAX if dtype.kind == "f" else ReductionOpKind.MAX
    if name == "min":
        return OWN_MIN if dtype.kind == "f" else ReductionOpKind.MIN
    if name == "prod":
        return OWN_PROD if dtype == np.complex128 else ReductionOpKind.MUL
    return {"all": ReductionOpKind.AND, "any": ReductionOpKind.OR}.get(name, ReductionOpKind.ADD)


def reduce(name: str, source: ndarray, out: ndarray, axes: Sequence[int]) -> None:
    """
    Combines `out` with the elements of `source`.

    Parameters
    ----------
    out
        Of the shape of `source` without `axes` and of the reduction's result type.
    """
    if source.size == 0:
        return
    task = _create_task(library, _REDUCE)
    task.add_input(source._store)
    task.add_reduction(_repeated(out._store, axes, source.shape), _operator(name, out.dtype))
    task.add_scalar_arg(packed(REDUCTIONS[name]))
    task.execute()


def arg_reduce(source: ndarray, out: ndarray, axes: Sequence[int], weights: Sequence[int], smallest: bool) -> None:
    """
    Sets `out` to the index of the largest or smallest element along `axes`.

    Parameters
    ----------
    out
        Of dtype int64 and the shape of `source` without `axes`.
    weights
        What a step along each dimension of `source` adds to the index.
    """
    ranked = runtime.create_store(RANKED_TYPE, out.shape)
    identity = np.array([0, np.iinfo(np.int64).max], dtype=np.uint64)
    runtime.issue_fill(ranked, Scalar(identity.tobytes(), RANKED_TYPE))
    task = _create_task(library, TASKS["arg_reduce"])
    task.add_input(source._store)
    task.add_reduction(_repeated(ranked, axes, source.shape), OWN_BEST)
    task.add_scalar_arg(packed(int(smallest)))
    task.add_scalar_arg(shape_scalar(tuple(weights)))
    task.execute()

    task = _create_task(library, _ELEMENTWISE)
    task.add_output(out._store)
    task.add_input(ranked)
    task.add_scalar_arg(packed(OPERATIONS["best_index"], TYPE_CODES[np.dtype(np.uint64)], 0))
    task.execute()


def contract(left: LogicalStore, right: LogicalStore, out: LogicalStore, roles: bytes, whole: Sequence[int]) -> None:
    """
    Adds to `out` the products of `left` and `right`, all of them views of the whole iteration space.

    Parameters
    ----------
    roles
        For each dimension, who has it: 1 the result, 2 the left, 4 the right operand, or a sum of these.
    whole
        Dimensions that are not to be split.
    """
    task = _create_task(library, TASKS["contract_whole" if whole else "contract"])
    first = task.add_input(left)
    second = task.add_input(right)
    target = task.add_reduction(out, ReductionOpKind.ADD)
    if whole:
        task.add_constraint(align(first, second, target))
        task.add_constraint(broadcast(first, whole))
    task.add_scalar_arg(roles_scalar(roles))
    task.execute()


def new_store(shape: tuple[int, ...], dtype: np.dtype) -> LogicalStore:
    """A store with undefined elements; a single value without dimensions is kept as a value."""
    return runtime.create_store(LEGATE_TYPES[dtype], shape, optimize_scalar=not shape)


def value_store(value: Any, dtype: np.dtype) -> LogicalStore:
    """A store without dimensions that holds a value."""
    return runtime.create_store_from_scalar(scalar_of(value, dtype), ())
