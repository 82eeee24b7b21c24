# SPDX-License-Identifier: Apache-2.0
"""The clock in the order of submission."""

import threading
import time as clock

import numpy as np
import pytest
from conftest import RANK, RANKS
from helpers import made, raises, read, runtime, wait, zeros

from legate.core import ParallelPolicy, Scope, StreamingMode, TaskContext
from legate.core.task import InputStore, OutputStore, task
from legate.timing import Time, time


@task
def stamp(ctx: TaskContext, x: InputStore, out: OutputStore) -> None:
    """Every point writes when it ends, the last one much later than the others."""
    if ctx.task_index == ctx.launch_domain.hi:
        clock.sleep(0.1)
    np.asarray(out)[...] = clock.monotonic_ns()


def test_returns_at_once_and_later_tasks_do_not_count():
    begin, end = threading.Event(), threading.Event()

    @task
    def first(out: OutputStore) -> None:
        np.asarray(out)[...] = begin.wait(20)

    @task
    def second(x: InputStore, out: OutputStore) -> None:
        np.asarray(out)[...] = end.wait(20)

    a, b = zeros((1,)), zeros((1,))
    first(a)
    reading = time()
    second(a, b)
    begin.set()
    assert int(reading) > 0
    end.set()
    assert (read(a).item(), read(b).item()) == (1, 1)


def test_is_taken_when_the_tasks_of_all_ranks_are_over():
    x, out = made(np.zeros(64)), zeros((64,))
    start = time("ns")
    start.value()
    stamp(x, out)
    end = time("ns")
    after = time("ns")
    stamps = read(out)
    assert start.value() <= stamps.min() <= stamps.max() <= end.value() <= after.value()
    assert end - start >= 100_000_000


def test_every_rank_sees_the_same_number():
    reading = time("ns")
    value = reading.value()

    @task
    def show(out: OutputStore) -> None:
        np.asarray(out)[...] = value

    out = zeros((2 * RANKS,))
    launch = runtime.create_manual_task(show.library, show.task_id, (RANKS,))
    launch.add_output(out.partition_by_tiling((2,)))
    launch.execute()
    assert read(out).tolist() == [value] * (2 * RANKS)


def test_only_one_rank_reads():
    reading = time()
    if RANK == 0:
        assert reading.value() > 0
    wait()


def test_many_readings_are_in_order():
    store = zeros((100,))
    readings = []
    for i in range(200):
        store.fill(i)
        readings.append(time("ns"))
    values = [reading.value() for reading in reversed(readings)][::-1]
    assert values == sorted(values)


def test_numbers():
    a, b = time(), time()
    value = a.value()
    assert (int(a), float(a), str(a)) == (value, float(value), str(value))
    assert (a + 1, 1 + a, a - 1, a * 2, 2 * a) == (value + 1, value + 1, value - 1, 2 * value, 2 * value)
    assert (b - a, b + a, a * b) == (b.value() - value, b.value() + value, value * b.value())
    with pytest.raises(TypeError):
        a / 2


def test_units():
    begin = clock.monotonic_ns()
    nanoseconds, microseconds = time("ns").value(), time("us").value()
    assert begin <= nanoseconds <= 1000 * microseconds + 999 <= clock.monotonic_ns() + 999
    with raises(ValueError, "Invalid time unit: 'ms'"):
        time("ms")


def test_cannot_be_made():
    with raises(ValueError, "Time"):
        Time()


def test_is_refused_in_a_strict_streaming_scope():
    with raises(ValueError, "streaming scope: measure_microseconds"):
        with Scope(parallel_policy=ParallelPolicy(streaming_mode=StreamingMode.STRICT)):
            time()


def test_inside_a_task():
    errors = []

    @task
    def measure(out: OutputStore) -> None:
        with raises(RuntimeError, "measure_microseconds"):
            time()
        errors.append(None)

    measure(zeros((1,)))
    wait()
    assert len(errors) == (RANK == 0)


def test_a_reading_that_is_not_known_is_refused_inside_a_task():
    begin = threading.Event()
    seen = []

    @task
    def reader(out: OutputStore) -> None:
        begin.wait(20)
        with raises(RuntimeError, "inside a task"):
            seen[0].value()

    reader(zeros((1,)))
    seen.append(time())
    begin.set()
    assert seen[0].value() > 0
