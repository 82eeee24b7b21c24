# SPDX-License-Identifier: Apache-2.0
"""Threads, the interpreter's lock, and the collector. The time limit of each test tells deadlocks."""

import gc
import threading
import weakref

import numpy as np
import pytest
from helpers import made, raises, read, runtime, same, wait, zeros

from legate.core import VariantCode, VariantOptions, align, is_running_in_task
from legate.core import types as ty
from legate.core.task import InputStore, OutputStore, PyTask, VariantInvoker, task
from legate.timing import time

# Ranks have to make their calls in the same order, which threads do not keep.
pytestmark = pytest.mark.one_process

MAY_THROW = VariantOptions(may_throw_exception=True)


@task(constraints=align("x", "y"))
def increment(x: InputStore, y: OutputStore) -> None:
    np.asarray(y)[...] = np.asarray(x) + 1


@task(options=MAY_THROW)
def fail(n: int) -> None:
    raise ValueError(n)


def in_threads(count, work):
    """Runs `work(number)` in several threads that start together; what one of them raises is raised."""
    barrier, errors = threading.Barrier(count), []

    def run(number):
        barrier.wait()
        try:
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


# --- a launch keeps the interpreter's lock until it waits ---


def test_a_launch_that_waits_for_room_lets_bodies_run():
    # The engine has a program wait that is more than 1024 launches ahead.
    store, count = zeros((5,)), 3000
    for _ in range(count):
        increment(store, store)
    same(store, np.full(5, count))


def test_a_launch_of_more_instances_than_the_engine_has_pending_lets_bodies_run():
    count, runs = 12000, []

    @task
    def body() -> None:
        runs.append(1)

    runtime.create_manual_task(body.library, body.task_id, (count,)).execute()
    wait()
    assert len(runs) == count


def test_a_launch_that_cuts_a_store_anew_lets_bodies_run():
    store = zeros((64,))

    @task
    def write(out: OutputStore) -> None:
        np.asarray(out)[...] += 1

    for tiles in (2, 16, 4, 32) * 5:
        launch = runtime.create_manual_task(write.library, write.task_id, (tiles,))
        launch.add_output(store.partition_by_tiling((64 // tiles,)))
        launch.execute()
    same(store, np.full(64, 20))


def test_a_launch_after_a_fence_lets_bodies_run():
    store = zeros((5,))
    for _ in range(20):
        increment(store, store)
        runtime.issue_execution_fence()
    same(store, np.full(5, 20))


def test_a_launch_inside_a_wait_of_a_launch():
    class Owner(np.ndarray):
        def __del__(self):
            increment(store, store)
            gone.append(read(store)[0])

    store, gone = zeros((5,)), []
    for n in range(1, 11):
        attached = runtime.create_store_from_buffer(ty.int64, (5,), np.zeros(5, np.int64).view(Owner), False)
        increment(store, attached)
        del attached
        # The next launch waits for the fence, and lets the attached memory go.
        runtime.issue_execution_fence()
        increment(store, store)
        assert len(gone) == n
    same(store, np.full(5, 20))


# --- threads that launch ---


def test_threads_launch_at_the_same_time():
    stores = [zeros((50,)) for _ in range(4)]

    def work(number):
        for _ in range(100):
            increment(stores[number], stores[number])

    in_threads(4, work)
    for store in stores:
        same(store, np.full(50, 100))


def test_threads_share_a_store():
    store = zeros((50,))
    in_threads(4, lambda number: [increment(store, store) for _ in range(50)])
    same(store, np.full(50, 200))


def test_threads_read_while_others_launch():
    stores = [zeros((20,)) for _ in range(3)]

    def work(number):
        for n in range(1, 30):
            increment(stores[number], stores[number])
            assert read(stores[number]).tolist() == [n] * 20

    in_threads(3, work)


def test_threads_create_and_drop_stores():
    def work(number):
        for n in range(50):
            store = made(np.full(30, n + number))
            increment(store, store)
            if n % 10 == 0:
                assert set(read(store).tolist()) == {n + number + 1}

    in_threads(4, work)


def test_exceptions_reach_the_thread_that_called():
    def work(number):
        for n in range(30):
            with pytest.raises(ValueError) as caught:
                fail(1000 * number + n)
            assert caught.value.args == (1000 * number + n,)

    in_threads(4, work)


def test_threads_register_a_task():
    for _ in range(10):
        seen = []

        def body(n: int) -> None:
            seen.append(n)

        decorated = task(body)
        in_threads(4, decorated)
        wait()
        assert sorted(seen) == [0, 1, 2, 3]


def test_threads_wait_in_fences():
    store = zeros((10,))

    def work(number):
        for _ in range(20):
            if number == 0:
                increment(store, store)
            runtime.issue_execution_fence(block=True)

    in_threads(3, work)
    same(store, np.full(10, 20))


# --- the lock of the interpreter ---


def test_waiting_gives_way_to_bodies():
    store = zeros((1,))
    arrived = threading.Event()

    @task
    def wait_for_main(x: InputStore, y: OutputStore) -> None:
        assert arrived.wait(30)
        np.asarray(y)[...] = np.asarray(x) + 1

    for ask in (
        lambda: read(store),
        lambda: runtime.issue_execution_fence(block=True),
        lambda: np.asarray(store),
    ):
        arrived.clear()
        wait_for_main(store, store)
        timer = threading.Timer(0.05, arrived.set)
        timer.start()
        ask()
        timer.join()
    same(store, [3])


def test_asking_for_the_shape_gives_way_to_bodies():
    arrived = threading.Event()

    @task(options=VariantOptions(has_allocations=True))
    def produce(out: OutputStore) -> None:
        assert arrived.wait(30)
        out.create_output_buffer((7,))

    for ask in (lambda s: s.extents, lambda s: s.shape.extents, lambda s: s.volume, lambda s: s.shape == (7,)):
        arrived.clear()
        store = runtime.create_store(ty.int64)
        produce(store)
        threading.Timer(0.05, arrived.set).start()
        ask(store)
        assert store.extents == (7,)


def test_detaching_gives_way_to_bodies():
    arrived, array = threading.Event(), np.zeros(5, np.int64)
    store = runtime.create_store_from_buffer(ty.int64, (5,), array, False)

    @task
    def late(x: InputStore, y: OutputStore) -> None:
        assert arrived.wait(30)
        np.asarray(y)[...] = np.asarray(x) + 4

    late(store, store)
    threading.Timer(0.05, arrived.set).start()
    store.detach()
    np.testing.assert_array_equal(array, [4] * 5)


def test_dropping_a_store_in_use():
    arrived = threading.Event()

    @task
    def late(x: InputStore, y: OutputStore) -> None:
        assert arrived.wait(30)
        np.asarray(y)[...] = np.asarray(x)

    out = zeros((20,))
    for n in range(20):
        source = made(np.full(20, n))
        late(source, out)
        del source
    arrived.set()
    same(out, [19] * 20)


def test_bodies_do_not_interleave():
    state = {"inside": 0, "runs": 0}

    @task
    def body() -> None:
        assert state["inside"] == 0
        state["inside"] += 1
        state["runs"] += sum(range(100)) // 4950
        state["inside"] -= 1

    for _ in range(500):
        body()
    wait()
    assert state == {"inside": 0, "runs": 500}


def test_bodies_may_release_the_lock():
    together = threading.Barrier(2, timeout=30)

    @task
    def body(out: OutputStore) -> None:
        together.wait()
        np.asarray(out)[...] = 1

    first, second = zeros((1,)), zeros((1,))
    if runtime.machine.count() < 2:
        pytest.skip("one processor")
    body(first)
    body(second)
    same(first, [1])
    same(second, [1])


def test_workers_keep_their_thread_state():
    local, counts, threads = threading.local(), [], set()

    @task
    def body() -> None:
        threads.add(threading.get_ident())
        local.count = getattr(local, "count", 0) + 1
        counts.append(local.count)

    for _ in range(30):
        body()
        wait()
    assert threading.get_ident() not in threads
    assert counts.count(1) == len(threads) and len(counts) == 30


def test_whether_a_task_is_running():
    seen = []

    @task
    def body() -> None:
        seen.append(is_running_in_task())

    assert not is_running_in_task()
    body()
    wait()
    assert seen == [True] and not is_running_in_task()


# --- the collector ---


@pytest.fixture(params=[True, False], ids=["collecting", "not collecting"])
def collector(request):
    before = gc.isenabled()
    (gc.enable if request.param else gc.disable)()
    yield request.param
    (gc.enable if before else gc.disable)()


def test_the_collector_rests_while_a_body_runs(collector):
    seen = []

    @task
    def body() -> None:
        seen.append(gc.isenabled())

    for _ in range(10):
        body()
    wait()
    assert seen == [False] * 10 and gc.isenabled() == collector


def test_the_collector_rests_while_an_exception_is_packed(collector):
    seen = []

    class Watching(Exception):
        def __reduce__(self):
            seen.append(gc.isenabled())
            return ValueError, ("packed",)

    @task(options=MAY_THROW)
    def body() -> None:
        raise Watching

    with raises(ValueError, "packed"):
        body()
    assert seen and not any(seen) and gc.isenabled() == collector


def test_stores_in_cycles_are_collected():
    class Cycle:
        def __init__(self, store):
            self.store, self.me = store, self

    last = None
    for n in range(100):
        store = made(np.full(10, n))
        increment(store, store)
        cycle = Cycle(store)
        last = weakref.ref(cycle)
        del cycle
        if n % 20 == 0:
            gc.collect()
    gc.collect()
    assert last() is None
    wait()


def test_stores_are_dropped_in_bodies():
    kept = {n: made(np.full(10, n)) for n in range(50)}

    @task
    def drop(n: int) -> None:
        del kept[n]

    for n in range(50):
        increment(kept[n], kept[n])
        drop(n)
    wait()
    assert kept == {}
    same(made([1]), [1])


def test_stores_are_dropped_in_other_threads():
    for _ in range(10):
        stores = [made(np.arange(10)) for _ in range(20)]
        for store in stores:
            increment(store, store)
        del store
        thread = threading.Thread(target=stores.clear)
        thread.start()
        increment(*[made(np.arange(3))] * 2)
        thread.join()
    wait()


def test_buffers_are_released_in_any_thread():
    class Array(np.ndarray):
        pass

    gone = []

    @task
    def drop(n: int) -> None:
        stores.pop(n)

    stores = {}
    for n in range(20):
        array = np.full(10, n).view(Array)
        gone.append(weakref.ref(array))
        stores[n] = runtime.create_store_from_buffer(ty.int64, (10,), array, n % 2 == 0)
        del array
    for n in range(10):
        drop(n)
    thread = threading.Thread(target=stores.clear)
    wait()
    thread.start()
    thread.join()
    made([1])
    wait()
    gc.collect()
    assert [reference() for reference in gone] == [None] * 20


def test_task_objects_are_dropped_after_their_call():
    seen = []
    for n in range(50):

        def body(x: InputStore, value: int) -> None:
            seen.append((value, np.asarray(x)[0]))

        PyTask(func=body, variants=(VariantCode.CPU,), invoker=VariantInvoker(body))(made([n]), n)
        if n % 10 == 0:
            gc.collect()
    wait()
    assert sorted(seen) == [(n, n) for n in range(50)]


def test_launches_that_are_never_submitted():
    for _ in range(50):
        call = increment.prepare_call(zeros((3,)), zeros((3,)))
        del call
    gc.collect()
    wait()


@pytest.mark.one_process
@pytest.mark.parametrize(
    "look",
    [
        lambda store: np.asarray(store)[...],
        lambda store: np.from_dlpack(store),
        lambda store: np.asarray(store.get_inline_allocation()),
        lambda store: (store.type, store.ndim, store.target, store.domain),
        lambda store: store.__array_interface__,
    ],
    ids=("asarray", "from_dlpack", "get_inline_allocation", "properties", "array_interface"),
)
def test_threads_of_a_body_look_at_its_stores_while_the_program_waits(look):
    waiting = threading.Event()

    @task
    def body(out: OutputStore) -> None:
        def work():
            waiting.wait()
            look(out)
            np.asarray(out)[...] = 7

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    out = zeros((4,))
    body(out)
    waiting.set()
    wait()
    same(out, [7, 7, 7, 7])


@pytest.mark.one_process
@pytest.mark.parametrize("waits", ["fence", "array", "mapping", "exception", "clock", "detach"])
def test_other_threads_submit_while_one_waits(waits):
    go = threading.Event()

    @task
    def body(out: OutputStore) -> None:
        go.wait()
        np.asarray(out)[...] = 1

    @task(options=MAY_THROW)
    def throwing(out: OutputStore) -> None:
        go.wait()
        np.asarray(out)[...] = 1
        raise LookupError("found nothing")

    def other():
        second.fill(4)
        body(second)  # one more to wait for
        go.set()

    memory = np.zeros(4, np.int64)
    first = runtime.create_store_from_buffer(ty.int64, (4,), memory, False) if waits == "detach" else zeros((4,))
    second = zeros((4,))
    mapped = first.get_physical_store() if waits == "mapping" else None
    thread = threading.Timer(0.2, other)  # so that it most probably finds the other thread waiting
    thread.start()
    if waits == "exception":
        with pytest.raises(LookupError):
            throwing(first)
    else:
        body(first)
    match waits:
        case "fence":
            wait()
        case "array" | "mapping":
            assert np.asarray(mapped or first).tolist() == [1] * 4
        case "clock":
            assert int(time()) > 0
        case "detach":
            first.detach()
            assert memory.tolist() == [1] * 4
    thread.join()
    if waits != "detach":
        same(first, [1] * 4)
    same(second, [1] * 4)
