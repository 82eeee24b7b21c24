# SPDX-License-Identifier: Apache-2.0
"""Tasks that the body of a task calls: they run at once, on stores of the running task."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any

os.environ.setdefault("LEGATE_CONFIG", "--cpus 2 --sysmem 200")

import numpy as np
import pytest

from legate.core import LogicalStore, Scalar, broadcast, get_legate_runtime, types as ty
from legate.core.task import ADD, InputStore, OutputStore, ReductionStore, task

# The bodies report to a list of this process.
pytestmark = pytest.mark.one_process

runtime = get_legate_runtime()


def make(values: list[int]) -> LogicalStore:
    """A store with these elements."""
    store = runtime.create_store(ty.int64, shape=(len(values),))
    np.asarray(store.get_physical_store())[:] = values
    return store


def read(store: LogicalStore) -> list[int]:
    """The elements of a store."""
    return np.asarray(store.get_physical_store()).tolist()


def fence() -> None:
    """Waits for all tasks."""
    runtime.issue_execution_fence(block=True)


@task
def tenfold(x: InputStore, y: OutputStore) -> None:
    np.asarray(y)[...] = np.asarray(x) * 10


@task
def total(x: InputStore, y: ReductionStore[ADD]) -> None:
    np.asarray(y)[...] += np.asarray(x).sum()


@task(throws_exception=True)
def fail(text: str) -> None:
    raise KeyError(text)


seen: list[Any] = []


def tried(call: Callable[[], Any]) -> str:
    """The name and text of the exception that a call raises: an assertion that failed in a body would end the program."""
    try:
        call()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "nothing was raised"


@pytest.fixture(autouse=True)
def _nothing_seen():
    seen.clear()
    yield
    fence()


def test_calls_run_at_once_and_in_order():
    @task
    def outer(x: InputStore, y: OutputStore) -> None:
        a, b = x.to_logical_store(), y.to_logical_store()
        tenfold(a, b)
        seen.append(np.asarray(y).tolist())
        tenfold(b, b)

    result = make([0] * 3)
    outer(make([1, 2, 3]), result)
    fence()
    # Split or not: what the first call wrote was there when it returned.
    assert sorted(value for part in seen for value in part) == [10, 20, 30]
    assert read(result) == [100, 200, 300]


def test_temporaries_fills_and_reductions():
    @task
    def outer(x: InputStore, y: OutputStore) -> None:
        temporary = runtime.create_store(ty.int64, shape=(4,))
        temporary.fill(Scalar(3, ty.int64))
        tenfold(temporary, temporary)
        sums = runtime.create_store(ty.int64, shape=(1,))
        sums.fill(Scalar(5, ty.int64))
        total(temporary, sums)
        row = temporary.promote(0, 2)
        np.asarray(y)[...] = np.asarray(sums.get_physical_store())[0] + row.extents[0]

    result = make([0])
    outer(make([1]), result)
    fence()
    assert read(result) == [4 * 30 + 5 + 2]


def test_a_view_of_an_argument_is_refused():
    @task(constraints=broadcast("x"))
    def outer(x: InputStore) -> None:
        for view in (lambda s: s.promote(0, 2), lambda s: s.slice(0, slice(0, 1)), lambda s: s.project(0, 0)):
            seen.append(tried(partial(view, x.to_logical_store())))

    outer(make([1, 2]).slice(0, slice(0, 2)))
    fence()
    assert len(seen) >= 3
    assert all(text.startswith("RuntimeError: ") and "to_logical_store()" in text for text in seen), seen


def test_exceptions_of_inner_tasks_reach_the_body():
    @task
    def outer() -> None:
        try:
            fail("inner")
        except KeyError as error:
            seen.append(error.args)

    outer()
    fence()
    assert seen == [("inner",)]


def test_exceptions_go_through_a_body_that_may_raise():
    @task(throws_exception=True)
    def outer() -> None:
        fail("through")

    with pytest.raises(KeyError, match="through"):
        outer()


def test_stores_of_the_program_and_of_tasks_do_not_mix():
    outside = make([1, 2])

    @task
    def outer(x: InputStore) -> None:
        inside = x.to_logical_store()
        seen.append(inside)
        seen.append(tried(lambda: tenfold(outside, inside)))
        seen.append(tried(lambda: tenfold(inside, inside)))
        seen.append(tried(lambda: outside.fill(Scalar(1, ty.int64))))

    outer(make([1]))
    fence()
    for text, (kind, part) in zip(
        seen[1:],
        [("ValueError", "control program"), ("ValueError", "may not write"), ("RuntimeError", "inside a task")],
        strict=True,
    ):
        assert text.startswith(f"{kind}: ") and part in text
    with pytest.raises(ValueError, match="belongs to a task"):
        tenfold(seen[0], outside)
    with pytest.raises(RuntimeError, match="belongs to a task"):
        np.asarray(seen[0].get_physical_store())
    assert read(outside) == [1, 2]


def test_what_is_no_array_is_refused():
    @task
    def outer(x: InputStore, y: OutputStore) -> None:
        seen.append(tried(x.to_logical_store))
        seen.append(tried(y.to_logical_store))
        y.create_output_buffer((0,))

    outer(runtime.create_store_from_scalar(Scalar(1, ty.int64)), runtime.create_store(ty.int64, ndim=1))
    fence()
    assert seen[0].startswith("RuntimeError: ") and "the store is a single value" in seen[0]
    assert seen[1].startswith("RuntimeError: ") and "the store is an unbound output" in seen[1]


def test_many_tasks_while_the_program_submits():
    rounds = 20

    @task
    def outer(x: InputStore, y: OutputStore) -> None:
        for _ in range(rounds):
            temporary = runtime.create_store(ty.int64, shape=(len(np.asarray(x)),))
            tenfold(x.to_logical_store(), temporary)
            np.asarray(y)[...] += np.asarray(temporary.get_physical_store())

    results = [make([0] * 2) for _ in range(6)]
    for i, result in enumerate(results):
        outer(make([i, i + 1]), result)
        other = runtime.create_store(ty.int64, shape=(3,))
        other.fill(Scalar(i, ty.int64))
        assert read(other) == [i] * 3
    fence()
    assert [read(result) for result in results] == [[10 * rounds * i, 10 * rounds * (i + 1)] for i in range(6)]
