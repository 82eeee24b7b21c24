# SPDX-License-Identifier: Apache-2.0
"""Launches whose points run all at once and wait for each other, on two processors: of one rank or of two."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from helpers import made, piece, raises, read, runtime, same, wait, zeros

import cupynumeric as cpn
from legate.core import ResourceConfig, TaskContext, TaskInfo, VariantCode, VariantOptions, align, constant, dimension
from legate.core import types as ty
from legate.core.task import ADD, InputStore, OutputStore, PyTask, ReductionStore, task

CONCURRENT = VariantOptions(concurrent=True)
library, _ = runtime.find_or_create_library("concurrent", ResourceConfig(max_tasks=8))


@task
def copy(x: InputStore, y: OutputStore) -> None:
    np.asarray(y)[...] = np.asarray(x)


# The first of all, because ranks meet for the first time only once.
def test_ranks_that_meet_for_the_first_time_let_bodies_run():
    arrived = threading.Event()

    @task
    def slow(out: OutputStore) -> None:
        time.sleep(0.2)
        np.asarray(out)[...] = 5

    @task
    def tell(x: InputStore) -> None:
        assert np.asarray(x)[0] == 5
        arrived.set()

    @task(options=CONCURRENT)
    def together(ctx: TaskContext, out: OutputStore) -> None:
        ctx.concurrent_task_barrier()
        np.asarray(out)[...] = 1

    slowly, out = zeros((2,)), zeros((2,))
    for body, projection in ((slow, dimension(0)), (tell, dimension(0) * -1 + 1)):
        launch = runtime.create_manual_task(body.library, body.task_id, (2,))
        add = launch.add_output if body is slow else launch.add_input
        add(slowly.partition_by_tiling((1,)), (projection,))
        launch.execute()
    # The second rank comes late: it waits for a body of the first one, which is at the launch already.
    if runtime.node_id == 1:
        assert arrived.wait(60)
    together(out)
    same(out, [1, 1])


def meet(ctx, out):
    """Point 0 is late. Rows of a point say when it came to the barrier and when it left it."""
    if ctx.task_index[0] == 0:
        time.sleep(0.02)
    here = time.monotonic()
    ctx.concurrent_task_barrier()
    np.asarray(out)[...] = here, time.monotonic()


def meet_body(ctx: TaskContext, out: OutputStore) -> None:
    meet(ctx, out)


meet_together = task(options=CONCURRENT)(meet_body)
meet_with_communicator = task(options=VariantOptions(communicators=["cpu"]))(meet_body)
meet_if_asked = task(meet_body)
meet_as_object = PyTask(func=meet_body, variants=(VariantCode.CPU,), options=VariantOptions(communicators=()))


def raw_meet(ctx: TaskContext) -> None:
    meet(ctx, ctx.outputs[0])


RAW = 0
library.register_task(TaskInfo.from_variants(RAW, "raw_meet", [(VariantCode.CPU, raw_meet)]))


def automatic(t, out, prepare):
    call = runtime.create_auto_task(t.library, t.task_id)
    call.add_output(out)
    prepare(call)
    call.execute()


def manual(number, owner, out, prepare):
    call = runtime.create_manual_task(owner, number, (2,))
    call.add_output(out.partition_by_tiling((2, 2)), (dimension(0), constant(0)))
    prepare(call)
    call.execute()


def prepared(out):
    call = meet_if_asked.prepare_call(out)
    call.set_concurrent(True)
    call.execute()


def set_both(call):
    call.add_communicator("cpu")
    call.set_concurrent(False)  # a communicator cannot do without


WAYS = {
    "options": meet_together,
    "declared communicator": meet_with_communicator,
    "object": meet_as_object,
    "prepared": prepared,
    "set_concurrent": lambda out: automatic(meet_if_asked, out, lambda c: c.set_concurrent(True)),
    "add_communicator": lambda out: automatic(meet_if_asked, out, lambda c: c.add_communicator("cpu")),
    "add_cpu_communicator": lambda out: automatic(meet_if_asked, out, lambda c: c.add_cpu_communicator()),
    "communicator not concurrent": lambda out: automatic(meet_if_asked, out, set_both),
    "manual": lambda out: manual(meet_together.task_id, meet_together.library, out, lambda c: None),
    "manual set_concurrent": lambda out: manual(RAW, library, out, lambda c: c.set_concurrent(True)),
    "manual communicator": lambda out: manual(RAW, library, out, lambda c: c.add_cpu_communicator()),
}


@pytest.mark.parametrize("way", WAYS)
def test_nobody_leaves_the_barrier_before_all_have_come(way):
    for _ in range(3):
        times = zeros((4, 2), np.float64)
        WAYS[way](times)
        came, left = read(times).T
        assert came.min() > 0
        assert came.max() <= left.min(), way


def test_default_options_of_a_library_reach_its_tasks():
    owner, _ = runtime.find_or_create_library(
        "concurrent.defaults",
        ResourceConfig(max_tasks=4, max_dyn_tasks=4),
        default_options={
            VariantCode.OMP: VariantOptions(communicators=["pigeon", "crow"]),
            VariantCode.CPU: VariantOptions(communicators=["cpu"]),
        },
    )
    gathering = PyTask(func=meet_body, variants=(VariantCode.CPU,), library=owner)
    times = zeros((4, 2), np.float64)
    gathering(times)
    came, left = read(times).T
    assert came.max() <= left.min()
    call = runtime.create_auto_task(owner, gathering.task_id)
    with raises(RuntimeError, "has pre-declared communicator(s)"):
        call.add_cpu_communicator()


def test_a_launch_of_one_point_has_nobody_to_wait_for():
    ran = zeros((1,))

    @task(options=CONCURRENT)
    def alone(ctx: TaskContext, out: OutputStore) -> None:
        ctx.concurrent_task_barrier()
        np.asarray(out)[...] = 7

    alone(ran)
    same(ran, [7])
    call = runtime.create_manual_task(alone.library, alone.task_id, (1,))
    call.add_output(ran)
    call.add_communicator("cpu")
    call.execute()
    same(ran, [7])


def test_more_points_than_processors_are_refused():
    for body in (meet_together, meet_with_communicator):
        call = runtime.create_manual_task(body.library, body.task_id, (3,))
        call.add_output(zeros((6, 2), np.float64).partition_by_tiling((2, 2)), (dimension(0), constant(0)))
        with raises(ValueError, "concurrent launch of 3 points needs a processor for each, but its machine has 2"):
            call.execute()
    times = zeros((4, 2), np.float64)
    meet_together(times)
    assert read(times).min() > 0


def test_communicators_that_there_are_not():
    call = runtime.create_auto_task(meet_if_asked.library, meet_if_asked.task_id)
    with raises(RuntimeError, "No factory available for communicator 'pigeon'"):
        call.add_communicator("pigeon")
    unknown = task(options=VariantOptions(communicators=["cpu", "pigeon"]))(meet_body)
    with raises(RuntimeError, "No factory available for communicator 'pigeon'"):
        unknown(zeros((4, 2), np.float64))
    declared = meet_with_communicator.prepare_call(zeros((4, 2), np.float64))
    with raises(RuntimeError, "has pre-declared communicator(s)"):
        declared.add_cpu_communicator()


@pytest.mark.parametrize(("names", "error"), [("cpu", TypeError), ([1], TypeError), ([""], ValueError)])
def test_what_are_no_names_of_communicators(names, error):
    options = VariantOptions()
    with raises(error, "communicators must"):
        options.communicators = names
    assert options == VariantOptions()
    with raises(error, "communicators must"):
        VariantOptions(communicators=names)


def test_the_barrier_of_a_launch_that_is_not_concurrent():
    @task(options=VariantOptions(may_throw_exception=True))
    def body(ctx: TaskContext, out: OutputStore) -> None:
        ctx.concurrent_task_barrier()

    with raises(RuntimeError, "concurrent_task_barrier in a launch that is not concurrent"):
        body(zeros((2,)))


def test_the_barrier_after_the_body():
    kept = []

    @task(options=CONCURRENT)
    def body(ctx: TaskContext, out: OutputStore) -> None:
        kept.append(ctx)

    body(zeros((2,)))
    wait()
    with raises(RuntimeError, "after its task has ended"):
        kept[0].concurrent_task_barrier()


# --- with everything else that goes on ---


def test_thousands_of_launches_among_other_tasks():
    values, sums, total = made(range(1, 9)), zeros((8,)), zeros((1,))
    expected, expected_sums, expected_total = np.arange(1, 9), np.zeros(8, int), 0
    array, expected_array = cpn.arange(8), np.arange(8)

    @task(options=CONCURRENT, constraints=align("x", "y"))
    def step(ctx: TaskContext, x: InputStore, y: OutputStore, total: ReductionStore[ADD]) -> None:
        np.asarray(y)[...] = np.asarray(x) * 3 % 1009
        ctx.concurrent_task_barrier()
        np.asarray(total)[...] += 1
        ctx.concurrent_task_barrier()

    @task(constraints=align("x", "y"))
    def add(x: InputStore, y: OutputStore) -> None:
        np.asarray(y)[...] += np.asarray(x)

    for i in range(1500):
        step(values, values, total)
        expected = expected * 3 % 1009
        expected_total += 2
        if i % 3 == 0:
            add(values, sums)
            expected_sums += expected
        if i % 7 == 0:
            array = array * 2 % 97 + i
            expected_array = expected_array * 2 % 97 + i
        if i % 100 == 0:
            same(values, expected)
    same(values, expected)
    same(sums, expected_sums)
    same(total, [expected_total])
    np.testing.assert_array_equal(np.asarray(array), expected_array)


def test_points_that_wait_let_other_bodies_and_the_program_run():
    out, other = zeros((2,)), zeros((2,))
    @task(options=CONCURRENT)
    def body(ctx: TaskContext, out: OutputStore) -> None:
        if ctx.task_index[0] == 0:
            deadline = time.monotonic() + 0.1
            while time.monotonic() < deadline:  # busy, and with the GIL
                pass
        for _ in range(20):
            ctx.concurrent_task_barrier()
        np.asarray(out)[...] = 1

    for _ in range(5):
        body(out)
        copy(out, other)
    same(other, [1, 1])


def test_a_body_that_calls_tasks_before_it_waits():
    @task(options=CONCURRENT)
    def outer(ctx: TaskContext, out: OutputStore) -> None:
        mine = runtime.create_store(ty.int64, (1,))
        mine.fill(ctx.task_index[0] + 1)
        ctx.concurrent_task_barrier()
        copied = runtime.create_store(ty.int64, (1,))
        copy(mine, copied)
        ctx.concurrent_task_barrier()
        np.asarray(out)[...] = np.asarray(copied.get_physical_store())

    out = zeros((2,))
    outer(out)
    same(out, [1, 2])


@pytest.mark.one_process
def test_points_share_what_the_process_has():
    parts = [0, 0]

    @task(options=CONCURRENT)
    def body(ctx: TaskContext, x: InputStore, out: OutputStore) -> None:
        me = ctx.task_index[0]
        for _ in range(3):
            parts[me] = int(np.asarray(x).sum())
            ctx.concurrent_task_barrier()
            np.asarray(out)[...] = sum(parts)
            ctx.concurrent_task_barrier()

    for n in range(50):
        out = zeros((2,))
        body(made([n, 10]), out)
        same(out, [n + 10, n + 10])


@pytest.mark.one_process
def test_launches_by_several_threads_of_the_program():
    errors = []

    def program(number):
        try:
            for _ in range(100):
                times = zeros((4, 2), np.float64)
                quick(times)
                found = read(times)
                assert (found[:, 1] >= found[:, 0].max()).all()
        except BaseException as error:
            errors.append(error)

    @task(options=CONCURRENT)
    def quick(ctx: TaskContext, out: OutputStore) -> None:
        here = time.monotonic()
        ctx.concurrent_task_barrier()
        np.asarray(out)[...] = here, time.monotonic()

    threads = [threading.Thread(target=program, args=(i,)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(80)
    assert errors == []


def test_unbound_outputs():
    @task(options=VariantOptions(concurrent=True, has_allocations=True))
    def body(ctx: TaskContext, x: InputStore, out: OutputStore) -> None:
        mine = piece(x)[0]
        count = mine.stop - mine.start
        ctx.concurrent_task_barrier()
        np.asarray(out.create_output_buffer((count,)))[...] = np.asarray(x) * 2

    found = runtime.create_store(ty.int64)
    body(made(range(6)), found)
    same(found, np.arange(6) * 2)
