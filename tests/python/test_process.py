# SPDX-License-Identifier: Apache-2.0
"""What only whole processes show: how they start and end, what they print, and how they fail."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from programs import run_on_ranks, run_program

HEAD = """
import sys, numpy as np
from legate.core import *
from legate.core import types as ty
from legate.core.task import *
runtime = get_legate_runtime()
"""


def run(text, **variables):
    return run_program(HEAD + textwrap.dedent(text), **variables)


def test_importing_legate_starts_nothing():
    done = run_program(
        "import sys, legate, legate.util.has_started as h; print('legate.core' in sys.modules, h.runtime_has_started())"
    )
    assert (done.returncode, done.stdout) == (0, "False False\n")


def test_other_distributions_may_add_subpackages(tmp_path):
    folder = tmp_path / "legate" / "more"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("name = 'more'")
    path = os.pathsep.join((os.environ["PYTHONPATH"], str(tmp_path), "", str(tmp_path / "none")))
    done = run_program("import legate, legate.more as m; print(m.name, len(legate.__path__))", PYTHONPATH=path)
    assert done.stdout == "more 2\n", done.stderr


def test_work_that_nobody_waits_for_is_done():
    done = run(
        """
        @task
        def hello(n: int) -> None:
            sys.stdout.write(f"task {n}\\n")
        for n in range(20):
            hello(n)
        """
    )
    assert done.returncode == 0
    assert sorted(done.stdout.splitlines()) == sorted(f"task {n}" for n in range(20))


def test_an_exception_that_nothing_declares_ends_the_process():
    done = run(
        """
        @task
        def broken(n: int) -> None:
            raise ValueError("the reason")
        broken(1)
        runtime.issue_execution_fence(block=True)
        print("not reached")
        """
    )
    assert done.returncode != 0
    assert "not reached" not in done.stdout
    text = done.stdout + done.stderr
    assert "broken" in text and "ValueError: the reason" in text and "Traceback" in text
    assert 'raise ValueError("the reason")' in text or "line " in text


def test_an_undeclared_exit_in_a_task_ends_the_process():
    done = run(
        """
        @task(options=VariantOptions(may_throw_exception=True))
        def leaves() -> None:
            sys.exit(3)
        leaves()
        print("not reached")
        """
    )
    assert done.returncode != 0 and "not reached" not in done.stdout


def test_an_exception_of_a_task_leaves_the_program():
    done = run(
        """
        @task(options=VariantOptions(may_throw_exception=True))
        def fails() -> None:
            raise ValueError("nobody catches me")
        runtime.add_shutdown_callback(lambda: print("callback"))
        fails()
        """
    )
    assert done.returncode == 1
    assert "ValueError: nobody catches me" in done.stderr and done.stderr.count("Traceback") >= 1
    assert done.stdout == "callback\n"


@pytest.mark.parametrize(
    ("end", "status", "says"),
    [
        ("sys.exit(7)", 7, ""),
        ("sys.exit(0)", 0, ""),
        ("sys.exit('words')", 1, "words"),
        ("raise KeyError('plain')", 1, "KeyError: 'plain'"),
        ("pass", 0, ""),
    ],
)
def test_exit_status(end, status, says):
    done = run(
        f"""
        @task
        def late() -> None:
            sys.stdout.write("task\\n")
        runtime.add_shutdown_callback(lambda: sys.stdout.write("callback\\n"))
        late()
        {end}
        """
    )
    assert done.returncode == status and says in done.stderr
    assert sorted(done.stdout.splitlines()) == ["callback", "task"]


def test_a_deferred_exception_that_nobody_asks_for():
    done = run(
        """
        @task(options=VariantOptions(may_throw_exception=True))
        def fails() -> None:
            raise ValueError("deferred")
        with Scope(exception_mode=ExceptionMode.DEFERRED):
            fails()
            print("inside")
        print("not reached")
        """
    )
    assert (done.returncode, done.stdout) == (1, "inside\n") and "ValueError: deferred" in done.stderr


# --- the end ---


def test_callbacks_run_last_in_first_out():
    done = run(
        """
        def callback(name):
            return lambda: print(name)
        first = callback("first")
        runtime.add_shutdown_callback(first)
        runtime.add_shutdown_callback(callback("second"))
        runtime.add_shutdown_callback(first)
        runtime.add_shutdown_callback(lambda: runtime.add_shutdown_callback(callback("added")))
        print("end")
        """
    )
    assert (done.returncode, done.stdout.split()) == (0, ["end", "added", "first", "second", "first"])


@pytest.mark.parametrize("explicit", [True, False])
def test_callbacks_may_launch_tasks(explicit):
    done = run(
        f"""
        @task
        def late(out: OutputStore, n: int) -> None:
            np.asarray(out)[...] = n
        store = runtime.create_store(ty.int64, (3,))
        def callback():
            late(store, 5)
            print(np.asarray(store.get_physical_store()).tolist())
        runtime.add_shutdown_callback(callback)
        if {explicit}:
            runtime.finish()
            runtime.finish()
            print("finished", get_legate_runtime() is runtime)
        """
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["[5, 5, 5]"] + ["finished True"] * explicit


def test_tasks_called_while_the_interpreter_exits():
    done = run(
        """
        import atexit
        @task
        def late() -> None:
            print("late task")
        atexit.register(late)
        print("end")
        """
    )
    # What is registered after the start runs before the runtime ends.
    assert (done.returncode, done.stdout) == (0, "end\nlate task\n"), done.stderr


def test_the_runtime_is_not_started_again():
    done = run_program(
        textwrap.dedent(
            """
            import atexit
            def ask():
                try:
                    get_legate_runtime()
                except RuntimeError as error:
                    print(error)
            atexit.register(ask)
            from legate.core import get_legate_runtime
            """
        )
    )
    assert done.returncode == 0 and "cannot be started after" in done.stdout, done.stderr


def test_stores_that_live_until_the_end():
    done = run(
        """
        import sys
        kept = [runtime.create_store(ty.int64, (100,)) for _ in range(10)]
        for store in kept:
            store.fill(3)
        array = np.zeros(10)
        attached = runtime.create_store_from_buffer(ty.float64, (10,), array, False)
        attached.fill(2.0)
        physical = kept[0].get_physical_store()
        view = np.asarray(physical)
        allocation = physical.get_inline_allocation()
        sys.kept = [kept, view, attached, allocation, Scalar(np.arange(5))]
        class Cycle: pass
        cycle = Cycle(); cycle.me = cycle; cycle.store = runtime.create_store(ty.int64, (5,))
        """
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_objects_are_dropped_after_the_end():
    done = run(
        """
        store = runtime.create_store(ty.int64, (5,))
        store.fill(1)
        call = None
        runtime.finish()
        del store
        print("dropped")
        """
    )
    assert (done.returncode, done.stdout) == (0, "dropped\n"), done.stderr


def test_threads_that_still_run_at_the_end():
    done = run(
        """
        import threading, time
        @task
        def work(n: int) -> None:
            pass
        def loop():
            for n in range(200):
                work(n)
            print("done")
        threading.Thread(target=loop).start()
        """
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


def test_a_subprocess_of_a_program():
    done = run(
        """
        import subprocess
        print(subprocess.run([sys.executable, "-c", "print('child')"], capture_output=True, text=True).stdout, end="")
        """
    )
    assert (done.returncode, done.stdout) == (0, "child\n"), done.stderr


# --- the start ---


def test_seeds():
    done = run(
        """
        import random, warnings
        print(random.random() == random.Random(1234).random(), np.random.rand() == np.random.RandomState(1234).rand())
        for seed in (random.seed, np.random.seed):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                seed(5)
            print(len(caught), "non-constant" in str(caught[0].message))
        print(random.random() == random.Random(5).random(), np.random.rand() == np.random.RandomState(5).rand())
        """
    )
    assert done.stdout.splitlines() == ["True True", "1 True", "1 True", "True True"], done.stderr


def test_modules_of_random_numbers_are_seeded_once_whenever_they_are_imported():
    text = """
        import importlib.util, sys
        {before}
        import legate.core
        import numpy
        import {name}
        module = sys.modules["{name}"]
        drawn = module.random()
        # Found and loaded as ever: neither moves the generator.
        assert importlib.util.find_spec("{name}").loader is module.__loader__ is module.__spec__.loader
        assert type(module.__loader__).__name__ == "SourceFileLoader", module.__loader__
        print(drawn == {expected}, module.seed.__wrapped__.__name__)
        """
    cases = {"random": "random.Random(1234).random()", "numpy.random": "numpy.random.RandomState(1234).rand()"}
    for name, expected in cases.items():
        for before in ("", f"import {name}"):
            done = run_program(textwrap.dedent(text.format(name=name, expected=expected, before=before)))
            assert done.stdout == "True seed\n", (name, before, done.stderr)


def test_importing_legate_imports_no_module_that_most_programs_do_without():
    done = run_program(
        "import sys, numpy; before = set(sys.modules); import legate.core; print(*set(sys.modules) - before)"
    )
    imported = set(done.stdout.split())
    assert "legate.core" in imported, done.stderr
    assert not imported & {"json", "numpy.random", "pathlib", "pkgutil", "string", "subprocess", "traceback"}


def test_the_configuration_comes_from_the_environment():
    done = run(
        "print(get_machine().count(TaskTarget.CPU), runtime.config().min_cpu_chunk, runtime.realm_config().sysmem)",
        LEGATE_CONFIG="--cpus 1 --sysmem 128 --min-cpu-chunk 77",
    )
    assert (done.returncode, done.stdout.split()) == (0, ["1", "77", str(128 * 2**20)]), done.stderr


def test_an_unknown_flag_is_refused():
    done = run("print('started')", LEGATE_CONFIG="--no-such-flag")
    assert done.returncode != 0 and "started" not in done.stdout
    assert "no-such-flag" in done.stdout + done.stderr


def test_a_program_on_standard_input():
    done = subprocess.run(
        [sys.executable, "-"],
        input="from legate.core import *\nfrom legate.core.task import *\n"
        "@task\ndef hello() -> None:\n    print('hello')\nhello()\n",
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert (done.returncode, done.stdout) == (0, "hello\n"), done.stderr


def test_limited_output_of_the_first_rank():
    done = run(
        """
        @task
        def hello() -> None:
            sys.stdout.write("from a task\\n")
        hello()
        sys.stdout.write("from the program\\n")
        """,
        LEGATE_LIMIT_STDOUT="1",
    )
    assert done.returncode == 0
    assert sorted(done.stdout.splitlines()) == ["from a task", "from the program"]


def test_provenance_is_tracked_where_it_is_recorded():
    program = """
        @track_provenance()
        def outer():
            return Scope.provenance()
        def plain(): ...
        print(track_provenance()(plain) is plain)
        print(outer())
        """
    done = run(program)
    assert done.stdout.splitlines() == ["True", ""], done.stderr
    done = run(program, LEGATE_CONFIG="--cpus 1 --sysmem 100 --provenance")
    lines = done.stdout.splitlines()
    assert lines[0] == "False" and '"line":' in lines[1] and '"file":' in lines[1], done.stderr


def test_tasks_launch_tasks():
    done = run(
        """
        @task
        def inner(x: InputStore, y: OutputStore) -> None:
            np.asarray(y)[...] = np.asarray(x) + 1
        @task
        def outer(x: InputStore, y: OutputStore) -> None:
            inner(x.to_logical_store(), y.to_logical_store())
        x, y = (runtime.create_store(ty.int64, (10,)) for _ in range(2))
        x.fill(3)
        outer(x, y)
        print(np.asarray(y).tolist())
        """
    )
    assert (done.returncode, done.stdout) == (0, f"{[4] * 10}\n")


# --- forked children ---


def test_a_forked_child_ends_without_the_runtime():
    done = run(
        """
        import os
        store = runtime.create_store(ty.int64, (5,))
        store.fill(1)
        child = os.fork()
        if child == 0:
            del store
            sys.exit(5)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), np.asarray(store).sum())
        """
    )
    assert (done.returncode, done.stdout) == (0, "5 5\n"), done.stderr


@pytest.mark.parametrize(
    "call",
    [
        "store.fill(2)",
        "np.asarray(store)",
        "work(1)",
        "runtime.create_store(ty.int64, (5,))",
        "runtime.issue_execution_fence(block=True)",
        "runtime.finish()",
    ],
)
def test_calls_of_a_forked_child_are_refused(call):
    done = run(
        f"""
        import os
        @task
        def work(n: int) -> None: ...
        store = runtime.create_store(ty.int64, (5,))
        store.fill(1)
        child = os.fork()
        if child == 0:
            try:
                {call}
            except RuntimeError as error:
                os._exit(0 if "spawn" in str(error) else 1)
            os._exit(2)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), np.asarray(store).sum())
        """
    )
    assert (done.returncode, done.stdout) == (0, "0 5\n"), done.stderr


# --- several ranks ---


@pytest.mark.parametrize(
    ("end", "says"),
    [
        ("open('/no/such/file')", "FileNotFoundError"),
        ("sys.exit('no input file')", "no input file"),
        ("exit(3)", ""),
    ],
)
def test_a_rank_that_fails_ends_the_run(end, says):
    done = run_on_ranks(
        2,
        HEAD
        + textwrap.dedent(
            f"""
            def main():
                if runtime.node_id == 1:
                    {end}
                runtime.issue_execution_fence(block=True)
                print("not reached")
            main()
            """
        ),
    )
    assert done.returncode not in (0, 124) and says in done.stderr and "not reached" not in done.stdout
    assert "Rank 1 of 2" in done.stderr and "the run is ended" in done.stderr


def test_exits_and_exceptions_that_are_caught_end_nothing():
    done = run_on_ranks(
        2,
        HEAD
        + textwrap.dedent(
            """
            @task
            def hello(n: int) -> None:
                sys.stdout.write("task\\n")
            def leave():
                sys.exit("caught")
            for fail in (leave, lambda: open("/no/such/file")):
                try:
                    fail()
                except (SystemExit, OSError) as error:
                    sys.last_value = error
            hello(1)
            sys.exit(0) if runtime.node_id == 0 else None
            """
        ),
    )
    assert (done.returncode, done.stdout.count("task")) == (0, 2), done.stderr


# --- interrupts ---

# What a program does while `late` runs, which ends when it is released.
WAITS = {
    "fence": "runtime.issue_execution_fence(block=True)",
    "launch after a fence": "runtime.issue_execution_fence(); late(store)",
    "array": "np.asarray(store)",
    "scalar": "np.asarray(scalar)",
    "mapping": "store.get_physical_store()",
    "accessor": "np.asarray(mapped)",
    "detach": "attached.detach()",
    "extents": "print(unbound.extents)",
    "exception": "late_and_throwing(store)",
    "deferred exception": """
        with Scope(exception_mode=ExceptionMode.DEFERRED):
            late_and_throwing(store)
        """,
    "room": "while True: late(store)",
    "turn": """
        turn = threading.Thread(target=np.asarray, args=(store,))
        turn.start()
        np.asarray(store)
        """,
}
INTERRUPTED = (
    HEAD
    + """
import signal, threading
released = threading.Event()
def write(out):
    np.asarray(out)[...] = 1 if released.wait(60) else 2
@task
def late(out: OutputStore) -> None:
    write(out)
@task(options=VariantOptions(may_throw_exception=True))
def late_and_throwing(out: OutputStore) -> None:
    write(out)
@task
def late_and_unbound(out: OutputStore) -> None:
    released.wait(60)
    out.create_output_buffer((3,), bind=True)
store, other = (runtime.create_store(ty.int64, (1,)) for _ in range(2))
scalar = runtime.create_store(ty.int64, (1,), optimize_scalar=True)
attached = runtime.create_store_from_buffer(ty.int64, (1,), np.zeros(1, np.int64), False)
unbound = runtime.create_store(ty.int64)
mapped = other.get_physical_store()
"""
)


class Interrupted:
    """A program that waits, and is interrupted when it does."""

    def __init__(self, text):
        # One worker for the task that does not end, and one for what a handler does meanwhile.
        self._process = subprocess.Popen(
            [sys.executable, "-c", INTERRUPTED + text],
            env=os.environ | {"LEGATE_CONFIG": "--cpus 2 --sysmem 200"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def interrupt(self):
        assert self._process.stdout.readline() == "waiting\n"
        self._wait_until_asleep()
        self._process.send_signal(signal.SIGINT)

    def _wait_until_asleep(self, looks=20, limit=60):
        """Until the first thread is found asleep, and without having run in between, so often in a row."""
        before, found, end = None, 0, time.monotonic() + limit
        while found < looks:
            assert time.monotonic() < end, "the program does not wait"
            state, *fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
            seconds = fields[10:12]
            found = found + 1 if (state, seconds) == ("S", before) else 0
            before = seconds
            time.sleep(0.01)

    def end(self):
        """Status, output and messages."""
        out, err = self._process.communicate(timeout=60)
        return self._process.returncode, out, err

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()


@pytest.mark.parametrize("wait", WAITS)
def test_an_interrupt_ends_a_wait(wait):
    program = f"""
for name in (store, scalar, other, attached):
    late(name)
late_and_unbound(unbound)
try:
    print("waiting", flush=True)
{textwrap.indent(textwrap.dedent(WAITS[wait]), "    ")}
except KeyboardInterrupt:
    print("interrupted")
    released.set()
# The runtime goes on.
print([np.asarray(one).tolist() for one in (store, scalar, mapped)], unbound.extents)
"""
    with Interrupted(program) as process:
        process.interrupt()
        assert process.end() == (0, "interrupted\n[[1], [1], [1]] (3,)\n", "")


def test_an_interrupt_ends_the_wait_at_the_end():
    program = """
import atexit
late(store)
atexit.register(print, "waiting", flush=True)
"""
    with Interrupted(program) as process:
        process.interrupt()
        status, _, messages = process.end()
    assert status == 130 and "interrupted while tasks were still running" in messages


def test_a_signal_whose_handler_returns_does_not_end_a_wait():
    program = """
def handle(*_):
    other.fill(7)
    print("handled", np.asarray(other).tolist())
    released.set()
signal.signal(signal.SIGINT, handle)
late(store)
print("waiting", flush=True)
print(np.asarray(store).tolist())
"""
    with Interrupted(program) as process:
        process.interrupt()
        assert process.end() == (0, "handled [7]\n[1]\n", "")
