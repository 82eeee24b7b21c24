# SPDX-License-Identifier: Apache-2.0
"""What the launcher, benchmark logs and the report say when the runtime runs. Every test starts its own processes."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys

import pytest
from programs import run_program

from legate import install_info


def launched(source, *flags, **changes):
    """Runs the text of a program through the launcher; gives the text that it prints."""
    dropped = ("OMPI_COMM_", "PMI", "MV2_", "SLURM_", "LEGATE_")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    command = [sys.executable, "-m", "legate.driver", "--cpus", "1", "--sysmem", "200", *flags]
    done = subprocess.run(
        [*command, sys.executable, "-c", source],
        env={**environ, **changes},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_flags_reach_the_runtime():
    source = (
        "from legate.core import get_legate_runtime, get_machine, TaskTarget\n"
        "c = get_legate_runtime().config()\n"
        "cpus = get_machine().count(TaskTarget.CPU)\n"
        "print([cpus, c.min_cpu_chunk, c.max_exception_size, c.window_size, c.profile_name])"
    )
    flags = ["--cpus", "2", "--min-cpu-chunk", "9", "--max-exception-size=8192", "--window-size", "3"]
    found = launched(source, *flags, "--profile-name", "it's a name", LEGATE_MIN_CPU_CHUNK="55")
    assert ast.literal_eval(found) == [2, 9, 8192, 3, "it's a name"]


def test_switches_reach_the_runtime():
    source = "from legate.core import get_legate_runtime; print(get_legate_runtime().config().auto_config)"
    assert launched(source, "--auto-config=0", LEGATE_CONFIG="--auto-config") == "False\n"
    assert launched(source, LEGATE_CONFIG="--auto-config 0") == "False\n"


def test_a_profile_names_tasks_and_the_lines_that_launch_them(tmp_path):
    source = (
        "from legate.core import ProfileRange, track_provenance\n"
        "from legate.core.task import task\n"
        "@task\n"
        "def idle() -> None:\n"
        "    with ProfileRange('a part'): pass\n"
        "@track_provenance()\n"
        "def launch(): idle()\n"
        "for i in range(3):\n"
        "    launch()\n"
    )
    found = launched(source, "--profile", "--profile-name", "my own", "--logdir", str(tmp_path / "new"))
    assert found == (
        f"Profiles have been generated under {tmp_path / 'new'}: "
        "my own.html is the report, my own.json the trace, my own_*.prof those of the ranks\n"
    )
    assert sorted(os.listdir(tmp_path / "new")) == ["my own.html", "my own.json", "my own_0.prof"]
    events = json.loads((tmp_path / "new" / "my own.json").read_text())
    launches = [event for event in events if event["ph"] == "X" and "idle" in event["name"]]
    assert [json.loads(event["args"]["provenance"])[0] for event in launches] == ["<string>:9"] * 3
    assert [event["cat"] for event in events if event["name"] == "a part"] == ["range"] * 3


def test_the_runtime_is_started_by_legate_core_only():
    source = (
        "from legate.util.has_started import runtime_has_started as started\n"
        "before = started()\n"
        "from legate.core import get_legate_runtime\n"
        "during = started()\n"
        "get_legate_runtime().finish()\n"
        "print([before, during, started()])"
    )
    assert ast.literal_eval(launched(source)) == [False, True, False]


def test_the_report_has_what_the_runtime_knows():
    source = "from legate.util.info import info; print(info())"
    report = ast.literal_eval(launched(source, "--cpus", "2", "--min-cpu-chunk", "7"))
    assert report["Legate runtime configuration"]["min_cpu_chunk"] == 7
    resources = report["Realm runtime configuration"]
    assert (resources["cpus"], resources["sysmem"]) == (2, 200 << 20)
    assert list(report["Machine"]) == ["Preferred target", "GPU", "OMP", "CPU"]
    assert report["Machine"]["Preferred target"] == "CPU"


def test_the_report_starts_the_runtime_only_if_it_may():
    source = (
        "from legate.util.info import info; from legate.util.has_started import runtime_has_started as started\n"
        "quiet = info(start_runtime=False)['Machine'], started()\n"
        "info()\n"
        "print([*quiet, started()])"
    )
    assert ast.literal_eval(launched(source)) == ["(unavailable, legate runtime not started)", False, True]


LOGS = """
from legate.util.benchmark import benchmark_log
for value in (1, 2):
    with benchmark_log("two words", ["a"], metadata={}) as log:
        log.log(a=value)
"""


def test_a_log_says_that_there_is_one_rank():
    lines = launched(LOGS).splitlines()
    assert lines.count("#   Global size :  1") == 2 and lines[-2:] == ["a", "2"]


needs_mpi = pytest.mark.skipif(
    not install_info.networks or shutil.which("mpirun") is None, reason="this build or machine has no MPI"
)


@needs_mpi
@pytest.mark.parametrize("ranks", [2, 4])
def test_logs_of_all_ranks_have_one_identifier(ranks, tmp_path):
    flags = ["--launcher", "mpirun", "--ranks-per-node", str(ranks), "--benchmark-to-file", "--logdir", str(tmp_path)]
    launched(LOGS, *flags)
    names = [file.name.split(".") for file in tmp_path.iterdir()]
    identifiers = {identifier for identifier, _, _ in names}
    assert len(identifiers) == 2
    expected = sorted([identifier, str(rank), "csv"] for identifier in identifiers for rank in range(ranks))
    assert sorted(names) == expected
    for identifier, rank, _ in names:
        lines = (tmp_path / f"{identifier}.{rank}.csv").read_text().splitlines()
        assert f"#   Global rank :  {rank}" in lines
        assert f"#   Local rank  :  {rank}" in lines
        assert f"#   Global size :  {ranks}" in lines


OUTPUT = """
import sys
from legate.core import get_legate_runtime
from legate.core.task import task
@task
def say(n: int) -> None:
    sys.stdout.writelines([f"task {n}\\n"])
    print(f"print {n}", flush=True)
runtime = get_legate_runtime()
launch = runtime.create_manual_task(say.library, say.task_id, (runtime.node_count,))
launch.add_scalar_arg(7)
launch.execute()
runtime.issue_execution_fence(block=True)
sys.stdout.writelines(["program\\n"])
print(sys.stdout.write("12\\n"), sys.stdout.fileno(), flush=True)
"""


@needs_mpi
@pytest.mark.parametrize(("limit", "programs"), [("0", 2), ("1", 1)])
def test_programs_of_other_ranks_may_be_silenced(limit, programs):
    lines = launched(OUTPUT, "--launcher", "mpirun", "--ranks-per-node", "2", LEGATE_LIMIT_STDOUT=limit).splitlines()
    expected = ["print 7", "task 7"] * 2 + ["12", "3 1", "program"] * programs
    assert sorted(lines) == sorted(expected)


CALLS = """
from legate.core import Scope, TaskContext, get_legate_runtime
from legate.core.task import task
@task
def show(ctx: TaskContext) -> None:
    print(ctx.provenance, flush=True)
def call():
    show()
call()
show.prepare_call().execute()
get_legate_runtime().issue_execution_fence(block=True)
with Scope(provenance="mine"):
    show()
"""


def test_calls_of_tasks_are_recorded_if_asked_for():
    assert launched(CALLS, "--provenance").splitlines() == ["<string>:8", "<string>:10", "mine"]
    assert launched(CALLS).splitlines() == ["", "", "mine"]


@pytest.mark.parametrize(
    ("flag", "begin", "hint"),
    [("", 'Task "broken" raised', True), ("--provenance", 'Task "broken", provenance "<string>:7" raised', False)],
)
def test_an_exception_that_nothing_declares_says_where_its_task_was_called(flag, begin, hint):
    source = (
        "from legate.core import get_legate_runtime\n"
        "from legate.core.task import task\n"
        "@task\n"
        "def broken() -> None:\n"
        "    raise ValueError('the reason')\n"
        "def call():\n"
        "    broken()\n"
        "call()\n"
        "get_legate_runtime().issue_execution_fence(block=True)\n"
    )
    done = run_program(source, LEGATE_CONFIG=f"--cpus 1 --sysmem 200 {flag}")
    assert done.returncode != 0
    assert f"{begin} an exception" in done.stderr and "ValueError: the reason" in done.stderr
    assert ("with --provenance, this message says where it was called" in done.stderr) == hint
