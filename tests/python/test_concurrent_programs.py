# SPDX-License-Identifier: Apache-2.0
"""Concurrent launches in programs of their own: of four points, at the end of a program, and misused."""

from __future__ import annotations

import pytest
from programs import run_on_ranks, run_program

START = """\
import time
import numpy as np
from legate.core import ParallelPolicy, Scope, TaskContext, VariantOptions, align, get_legate_runtime, types
from legate.core.task import ADD, InputStore, OutputStore, ReductionStore, task

runtime = get_legate_runtime()
CONCURRENT = VariantOptions(concurrent=True)
MAY_THROW = VariantOptions(concurrent=True, may_throw_exception=True)

def zeros(n):
    store = runtime.create_store(types.int64, (n,))
    store.fill(0)
    return store

def read(store):
    return np.asarray(store).tolist()
"""

FOUR_POINTS = """
@task(options=CONCURRENT, constraints=align("x", "y"))
def step(ctx: TaskContext, x: InputStore, y: OutputStore, total: ReductionStore[ADD]) -> None:
    assert ctx.launch_domain.hi == (3,), ctx.launch_domain
    for _ in range(2):
        ctx.concurrent_task_barrier()
        np.asarray(y)[...] = np.asarray(x) * 3 % 1009 + 1
    np.asarray(total)[...] += 1

@task(options=MAY_THROW)
def fail(ctx: TaskContext, out: OutputStore, who: int) -> None:
    ctx.concurrent_task_barrier()
    if ctx.task_index[0] == who:
        raise KeyError(who)
    ctx.concurrent_task_barrier()

@task
def add(x: InputStore, y: OutputStore) -> None:
    np.asarray(y)[...] += np.asarray(x)

values, sums, total = zeros(8), zeros(8), zeros(1)
expected, expected_sums = np.zeros(8, int), np.zeros(8, int)
for i in range(800):
    step(values, values, total)
    for _ in range(2):
        expected = expected * 3 % 1009 + 1
    add(values, sums)
    expected_sums += expected
    if i % 50 == 0:
        try:
            fail(zeros(4), i // 50 % 4)
        except KeyError as error:
            assert error.args == (i // 50 % 4,)
        else:
            raise AssertionError("nothing was raised")
assert read(values) == expected.tolist()
assert read(sums) == expected_sums.tolist()
assert read(total) == [3200]
print("right")
"""


def test_four_points_in_one_process():
    done = run_program(START + FOUR_POINTS, LEGATE_CONFIG="--cpus 4 --sysmem 200", LEGATE_TEST="1")
    assert (done.returncode, done.stdout) == (0, "right\n"), done.stderr


def test_four_points_on_four_ranks():
    fewer = FOUR_POINTS.replace("range(800)", "range(100)").replace("[3200]", "[400]")
    done = run_on_ranks(4, "import os; os.environ['LEGATE_TEST'] = '1'\n" + START + fewer)
    assert (done.returncode, done.stdout) == (0, "right\n" * 4), done.stderr


def test_launches_that_are_under_way_when_the_program_ends():
    text = """
@task(options=CONCURRENT)
def body(ctx: TaskContext, x: InputStore, out: OutputStore) -> None:
    time.sleep(0.01)
    ctx.concurrent_task_barrier()
    np.asarray(out)[...] += 1
    ctx.concurrent_task_barrier()
    if ctx.task_index == (0,):
        print(np.asarray(out)[0], flush=True)

store = zeros(2)
for _ in range(20):
    body(store, store)
"""
    done = run_program(START + text, LEGATE_TEST="1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(i) for i in range(1, 21)]


UNDECLARED = """
@task(options=CONCURRENT)
def body(ctx: TaskContext, out: OutputStore) -> None:
    if ctx.task_index[0] == 1:
        raise KeyError("the reason")
    ctx.concurrent_task_barrier()

body(zeros(2))
runtime.issue_execution_fence(block=True)
"""

LEFT_ALONE = """
@task(options=CONCURRENT)
def body(ctx: TaskContext, out: OutputStore) -> None:
    if ctx.task_index[0] == 1:
        ctx.concurrent_task_barrier()

body(zeros(2))
runtime.issue_execution_fence(block=True)
"""

NOT_CONCURRENT = """
@task
def body(ctx: TaskContext, out: OutputStore) -> None:
    ctx.concurrent_task_barrier()

body(zeros(2))
runtime.issue_execution_fence(block=True)
"""

FATAL = {
    "undeclared exception": (UNDECLARED, ["KeyError: 'the reason'", "body"]),
    "left alone": (LEFT_ALONE, ['Task "body"', "in a barrier or collective operation"]),
    "not concurrent": (NOT_CONCURRENT, ["concurrent_task_barrier in a launch that is not concurrent", "body"]),
}


@pytest.mark.parametrize("mistake", FATAL)
def test_mistakes_end_the_program_and_name_the_task(mistake):
    text, expected = FATAL[mistake]
    done = run_program(START + text, LEGATE_TEST="1")
    assert done.returncode != 0
    for part in expected:
        assert part in done.stderr
