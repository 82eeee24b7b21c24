# SPDX-License-Identifier: Apache-2.0
"""The decorator that makes tasks of Python functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, overload

from .._constraints import DeferredConstraint
from .._options import TaskConfig, VariantCode, VariantOptions
from ._pytask import PyTask


@overload
def task(func: Callable[..., None]) -> PyTask: ...
@overload
def task(
    *,
    variants: Sequence[VariantCode] = ...,
    constraints: Sequence[Any] | None = ...,
    options: TaskConfig | VariantOptions | None = ...,
    throws_exception: bool = ...,
    has_side_effect: bool = ...,
    register: bool = ...,
) -> Callable[[Callable[..., None]], PyTask]: ...
def task(
    func: Callable[..., None] | None = None,
    *,
    variants: Sequence[VariantCode] = (VariantCode.CPU,),
    constraints: Sequence[Any] | None = None,
    options: TaskConfig | VariantOptions | None = None,
    throws_exception: bool = False,
    has_side_effect: bool = False,
    register: bool = True,
) -> PyTask | Callable[[Callable[..., None]], PyTask]:
    """Makes a task of a function: `@task` or `@task(...)`.

    The annotations of its parameters say what they are: `InputStore`, `OutputStore` and `ReductionStore[op]` are stores,
    `TaskContext` (first, if at all) the running task, everything else values that are copied to each instance.

    Parameters
    ----------
    func
        The body. It returns nothing.
    variants
        The kinds of processors that it is for.
    constraints
        How stores are to be split, by the names of parameters: deferred constraints, also nested in sequences.
    options
        Options of the variants, or a configuration with an id.
    throws_exception, has_side_effect
        Options, as older programs give them.
    register
        Ignored: tasks are registered when they are first used.

    Returns
    -------
    PyTask
        The task; without `func`, a decorator that returns one.

    Raises
    ------
    TypeError, NotImplementedError, AssertionError, NameError
        If an annotation is missing or of no use, or a constraint is none.
    ValueError
        If a variant is unknown, or a constraint names no store parameter.

    Examples
    --------
    >>> @task(constraints=align("x", "y"))
    ... def double(x: InputStore, y: OutputStore) -> None:
    ...     np.asarray(y)[:] = 2 * np.asarray(x)
    """

    def decorator(body: Callable[..., None]) -> PyTask:
        return PyTask(
            func=body,
            variants=tuple(variants),
            constraints=_flatten(constraints),
            options=VariantOptions() if options is None else options,
            throws_exception=throws_exception,
            has_side_effect=has_side_effect,
        )

    return decorator if func is None else decorator(func)


def _flatten(constraints: Any) -> list[DeferredConstraint]:
    """The constraints in nested sequences, depth first."""
    if constraints is None:
        return []
    flat: list[DeferredConstraint] = []
    for element in constraints:  # TypeError: ... object is not iterable
        if isinstance(element, DeferredConstraint):
            flat.append(element)
        elif isinstance(element, str):  # whose elements are strings
            raise TypeError(f"expected constraints, but got {constraints!r}: write align(...), broadcast(...) or the like")
        else:
            flat.extend(_flatten(element) if element is not None else [element])  # type: ignore[list-item]
    return flat
