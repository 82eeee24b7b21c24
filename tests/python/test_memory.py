# SPDX-License-Identifier: Apache-2.0
"""Memory does not grow with the number of past launches."""

import gc

import numpy as np
import pytest
from helpers import made, runtime, wait, zeros

from legate.core import VariantOptions, align
from legate.core import types as ty
from legate.core.task import ADD, InputStore, OutputStore, ReductionStore, task

LAUNCHES = 6000
PARTS = 8
MEBIBYTE = 2**20


def resident():
    """Bytes of memory that this process has."""
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


@pytest.fixture(autouse=True)
def needs_proc():
    try:
        resident()
    except OSError:
        pytest.skip("there is no /proc/self/statm")


@task(constraints=align("x", "y"))
def scale_by(x: InputStore, y: OutputStore, factor: float) -> None:
    np.asarray(y)[...] = np.asarray(x) * factor


@task
def total(x: InputStore, out: ReductionStore[ADD]) -> None:
    np.asarray(out)[0] += np.asarray(x).sum()


@task(options=VariantOptions(has_allocations=True))
def produce(out: OutputStore, n: int) -> None:
    np.asarray(out.create_output_buffer((n,)))[...] = n


@task
def consume(x: InputStore) -> None:
    np.asarray(x).sum()


@task(options=VariantOptions(may_throw_exception=True))
def fail(text: str) -> None:
    raise ValueError(text)


def grown(work, launches):
    """By how many bytes the process grows while `work` is repeated.

    The least of several parts of the repetitions counts, as many times: what is forgotten grows in each of them, while
    pools grow now and then, whenever more launches or messages than before are in flight.
    """
    parts = []
    for _ in range(PARTS):
        before = resident()
        for n in range(launches // PARTS):
            work(n)
        wait()
        parts.append(resident() - before)
    return PARTS * min(parts)


def test_launches_with_temporaries():
    source, sum_ = made(np.arange(1000.0)), zeros((1,), float)

    def work(n):
        temporary = runtime.create_store(ty.float64, (1000,))
        scale_by(source, temporary, 1.0 + n)
        total(temporary, sum_)

    # Launches that kept what is temporary would keep 48 MB, launches that kept a kilobyte 6 MB.
    assert grown(work, LAUNCHES) < 4 * MEBIBYTE


@pytest.mark.one_process
def test_unbound_stores():
    def work(n):
        store = runtime.create_store(ty.int64)
        produce(store, 100 + n % 7)
        consume(store)

    assert grown(work, LAUNCHES // 2) < 4 * MEBIBYTE


@pytest.mark.one_process
def test_views_and_attached_memory():
    array = np.zeros((100, 100))

    def work(n):
        store = runtime.create_store_from_buffer(ty.float64, (100, 100), array, True)
        consume(store[n % 100])
        store.detach()

    assert grown(work, LAUNCHES // 4) < 4 * MEBIBYTE


@pytest.mark.one_process
def test_exceptions():
    def work(n):
        with pytest.raises(ValueError):
            fail("x" * 1000)

    assert grown(work, LAUNCHES // 4) < 4 * MEBIBYTE


@pytest.mark.one_process
@pytest.mark.filterwarnings("ignore:Argument type")
def test_arguments_of_all_kinds():
    @task
    def take(a: np.ndarray, b: dict, c: str, d: tuple) -> None: ...

    def work(n):
        take(np.arange(1000) + n, {"n": n}, "x" * 1000, (1.5, n + 0.5))

    assert grown(work, LAUNCHES // 2) < 4 * MEBIBYTE
