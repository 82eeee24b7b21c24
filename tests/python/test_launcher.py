# SPDX-License-Identifier: Apache-2.0
"""The launcher: from a command line to a command, and the command's run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from legate import install_info
from legate.driver.command_line import help_text, parse
from legate.driver.composition import (
    BIND_SCRIPT,
    LIBRARY_FOLDER,
    PACKAGE_ROOT,
    STAND_INS,
    compose,
    runtime_configuration,
)
from legate.driver.errors import CommandLineError
from legate.driver.options import FORWARDED, GROUPS, OPTIONS, Kind, find_option
from legate.driver.process import run
from legate.driver.program import require_program
from legate.driver.ranks import Ranks, detect_ranks

OPEN_MPI = "echo 'mpirun (Open MPI) 4.1.4'"
MPICH = "echo 'HYDRA build details:'"


def parsed(line, **environ):
    return parse(shlex.split(line), environ)


def composed(line, networks=("mpi",), **environ):
    return compose(parsed(line, **environ), environ, networks)


def after_binder(command):
    """The words of the command behind those of the binder."""
    return command.words[command.words.index("--") + 1 :]


def before_binder(command):
    return command.words[: command.words.index(BIND_SCRIPT)]


@pytest.fixture
def fake(tmp_path):
    """Makes programs out of shell commands; gives a PATH on which they come first."""

    def make(**programs):
        for name, commands in programs.items():
            file = tmp_path / name
            file.write_text(f"#!/bin/sh\n{commands}\n")
            file.chmod(0o755)
        return f"{tmp_path}:{os.environ['PATH']}"

    return make


def clean_environment(**changes):
    """The environment of the tests without traces of a launcher around them."""
    dropped = ("OMPI_COMM_", "PMI", "MV2_", "SLURM_", "LEGATE_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**environment, **changes}


def legate(*words, timeout=120, **changes):
    """Runs the launcher as a program."""
    return subprocess.run(
        [sys.executable, "-m", "legate.driver", *words],
        env=clean_environment(**changes),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
    )


def bind(*words, **environ):
    return subprocess.run(
        [BIND_SCRIPT, *words],
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
        timeout=60,
    )


class TestParsing:
    def test_values_follow_after_a_blank_or_an_equals_sign(self):
        assert parsed("--cpus 3").cpus == 3
        assert parsed("--cpus=3").cpus == 3
        assert parsed("--logging=legate=debug,legate.coll=info").logging == "legate=debug,legate.coll=info"

    def test_the_last_of_a_repeated_flag_counts(self):
        assert parsed("--cpus 3 --cpus 5").cpus == 5

    def test_words_for_other_programs_add_up(self):
        assert parsed("--launcher-extra '--a 1' --launcher-extra --verbose").launcher_extra == ["--a", "1", "--verbose"]

    def test_the_command_line_counts_more_than_legate_config(self):
        arguments = parsed("--cpus 2", LEGATE_CONFIG="--cpus 4 --gpus 0")
        assert (arguments.cpus, arguments.gpus) == (2, 0)

    def test_what_stands_behind_the_program_belongs_to_it(self):
        arguments = parsed("--cpus 1 prog.py --cpus 2 -m x")
        assert arguments.cpus == 1
        assert arguments.program == ["prog.py", "--cpus", "2", "-m", "x"]

    def test_two_dashes_end_the_flags(self):
        assert parsed("--cpus 1 -- --prog").program == ["--prog"]

    @pytest.mark.parametrize("line", ["-m a.b --cpus 2", "--module a.b --cpus 2", "--module=a.b --cpus 2"])
    def test_a_module_takes_the_rest_of_the_line(self, line):
        arguments = parsed(line)
        assert (arguments.module, arguments.cpus, arguments.program) == (["a.b", "--cpus", "2"], None, [])

    def test_switches_take_no_next_word(self):
        arguments = parsed("--profile 0")
        assert arguments.profile is True
        assert arguments.program == ["0"]

    def test_switches_can_be_switched_off(self):
        assert parsed("--profile=no", LEGATE_CONFIG="--profile").profile is False

    def test_switches_in_legate_config_take_values_as_the_runtime_reads_them(self):
        arguments = parsed("", LEGATE_CONFIG="--auto-config 0 --profile --nsys True")
        assert (arguments.auto_config, arguments.profile, arguments.nsys) == (False, True, True)

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("--no-such-flag x.py", "unknown flag --no-such-flag"),
            ("--cpu 2 x.py", "unknown flag --cpu"),
            ("--cpus many x.py", "--cpus many: expected a number"),
            ("--cpus", "--cpus expects a value"),
            ("--cpus --gpus 1", "--cpus expects a value"),
            ("--nodes 0 x.py", "--nodes 0: expected a number from 1 on"),
            ("--launcher rocket x.py", "--launcher rocket: expected one of mpirun, jsrun, aprun, srun, dask, none"),
            ("--run-mode fast x.py", "--run-mode fast: expected one of python, exec"),
            ("--profile=perhaps x.py", "--profile perhaps: expected nothing, or one of"),
            ('--wrapper "a \'b" x.py', "--wrapper a 'b: No closing quotation"),
            ("-m", "--module expects the name of a module"),
        ],
    )
    def test_mistakes_are_named(self, line, message):
        with pytest.raises(CommandLineError, match=re.escape(message)):
            parsed(line)

    @pytest.mark.parametrize(
        ("line", "hint"),
        [
            ("--cpu 2", "--cpu; did you mean --cpus?"),
            ("-cpus 2", "-cpus; did you mean --cpus?"),
            ("--ranks 2", "--ranks; did you mean --ranks-per-node?"),
            ("--rank-per-node=2", "--rank-per-node; did you mean --ranks-per-node?"),
            ("--ranks_per_node 2", "--ranks_per_node; did you mean --ranks-per-node?"),
            ("-c pass", "-c; flags of Python itself come later: --run-mode python -- -c"),
            ("--no-such-flag", "--no-such-flag"),
        ],
    )
    def test_what_may_be_meant_by_an_unknown_flag(self, line, hint):
        with pytest.raises(CommandLineError) as caught:
            parsed(line)
        assert str(caught.value) == f"unknown flag {hint}"

    @pytest.mark.parametrize("text", ["--cpus 'x", "prog.py", "--cpus 1 prog.py"])
    def test_mistakes_in_legate_config_are_ascribed_to_it(self, text):
        with pytest.raises(CommandLineError, match="^LEGATE_CONFIG: "):
            parsed("x.py", LEGATE_CONFIG=text)

    @pytest.mark.parametrize(
        ("line", "mode"),
        [
            ("", "python"),
            ("x.py", "python"),
            ("-m x", "python"),
            ("x", "exec"),
            ("x.python", "exec"),
            ("--run-mode exec x.py", "exec"),
            ("--run-mode python x", "python"),
        ],
    )
    def test_the_run_mode_follows_the_program(self, line, mode):
        assert parsed(line).run_mode == mode

    def test_run_mode_exec_requires_a_program(self):
        with pytest.raises(RuntimeError, match="'exec' run mode requires a program to execute"):
            parsed("--run-mode exec")
        with pytest.raises(RuntimeError, match="--module runs Python modules only"):
            parsed("--run-mode exec --module x")

    def test_every_flag_stands_in_the_help_under_its_group(self):
        text = help_text({})
        for option in OPTIONS:
            assert f"{option.flag}" in text
        assert [line[:-1] for line in text.splitlines() if line.endswith(":") and line[0] != " "] == list(GROUPS)

    def test_the_help_says_where_a_detected_default_is_from(self):
        text = help_text({"PMI_SIZE": "6", "PMI_LOCAL_SIZE": "3"})
        assert "Number of nodes (default: 2) [default auto-detected from PMI_SIZE and" in text
        assert "(default: 3) [default auto-detected from" in text


class TestRanks:
    @pytest.mark.parametrize(
        ("environ", "nodes", "per_node"),
        [
            ({}, 1, 1),
            ({"OMPI_COMM_WORLD_SIZE": "8", "OMPI_COMM_WORLD_LOCAL_SIZE": "2"}, 4, 2),
            ({"PMI_SIZE": "6", "PMI_LOCAL_SIZE": "6"}, 1, 6),
            ({"PMI_SIZE": "6", "MPI_LOCALNRANKS": "2"}, 3, 2),
            ({"MV2_COMM_WORLD_SIZE": "6", "MV2_COMM_WORLD_LOCAL_SIZE": "3"}, 2, 3),
            ({"SLURM_JOB_NUM_NODES": "2", "SLURM_TASKS_PER_NODE": "4(x2)"}, 2, 4),
            ({"SLURM_JOB_NUM_NODES": "1", "SLURM_TASKS_PER_NODE": "4"}, 1, 4),
            ({"SLURM_JOB_NUM_NODES": "2", "SLURM_NTASKS": "6"}, 2, 3),
            ({"SLURM_JOB_NUM_NODES": "2", "SLURM_NPROCS": "2"}, 2, 1),
            ({"SLURM_JOB_NUM_NODES": "2"}, 1, 1),
            ({"PMI_SIZE": "6"}, 1, 1),
        ],
    )
    def test_numbers_are_detected(self, environ, nodes, per_node):
        found = detect_ranks(environ)
        assert (found.nodes, found.per_node) == (nodes, per_node)

    def test_open_mpi_comes_before_slurm(self):
        environ = {"OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_LOCAL_SIZE": "2", "SLURM_JOB_NUM_NODES": "7"}
        environ["SLURM_TASKS_PER_NODE"] = "1(x7)"
        assert detect_ranks(environ) == Ranks(1, 2, "OMPI_COMM_WORLD_SIZE and OMPI_COMM_WORLD_LOCAL_SIZE")

    @pytest.mark.parametrize(
        "environ",
        [
            {"OMPI_COMM_WORLD_SIZE": "5", "OMPI_COMM_WORLD_LOCAL_SIZE": "2"},
            {"OMPI_COMM_WORLD_SIZE": "many", "OMPI_COMM_WORLD_LOCAL_SIZE": "2"},
            {"OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_LOCAL_SIZE": "0"},
            {"SLURM_JOB_NUM_NODES": "2", "SLURM_NTASKS": "5"},
            {"SLURM_JOB_NUM_NODES": "3", "SLURM_TASKS_PER_NODE": "2(x2),1"},
        ],
    )
    def test_contradictions_are_refused_unless_the_command_line_says_it_all(self, environ):
        with pytest.raises(ValueError, match=next(iter(environ))[:5]):
            parsed("x.py", **environ)
        assert parsed("--nodes 1 --ranks-per-node 1 x.py", **environ).nodes == 1


class TestConfiguration:
    def test_flags_are_forwarded_in_a_fixed_order(self):
        numbers = [flag for flag in FORWARDED if find_option(flag).kind is Kind.NUMBER]
        line = " ".join(f"{flag} {i}" for i, flag in reversed(list(enumerate(numbers))))
        text = runtime_configuration(parsed(line))
        found = [word for word in text.split() if word.startswith("--") and word != "--logdir"]
        assert found == numbers

    def test_the_folder_of_logs_is_always_forwarded(self):
        assert runtime_configuration(parsed("")) == f"--logdir {os.getcwd()}"
        assert runtime_configuration(parsed("--logdir sub")) == f"--logdir {os.getcwd()}/sub"

    def test_texts_are_quoted(self):
        text = runtime_configuration(parsed("--logdir '/a b' --profile-name \"it's\" --logging=--x"))
        assert shlex.split(text) == ["--logging", "--x", "--logdir", "/a b", "--profile-name", "it's"]
        assert "--logging '--x'" in text

    def test_switches_are_forwarded_as_they_stand(self):
        text = runtime_configuration(parsed("--show-config --auto-config=0"))
        assert text.endswith(" --auto-config=0 --show-config")

    def test_profiles_imply_provenance(self):
        assert runtime_configuration(parsed("--profile")).endswith("--profile --provenance")
        assert "--provenance=0" in runtime_configuration(parsed("--nsys --provenance=0"))

    def test_flags_of_the_launcher_are_not_forwarded(self):
        text = runtime_configuration(parsed("--verbose --nodes 1 --timing --gdb --wrapper x"))
        assert text == f"--logdir {os.getcwd()}"

    def test_the_runtime_knows_every_flag_that_is_forwarded(self):
        top = os.environ.get("top_srcdir") or Path(__file__).resolve().parents[2]
        source = Path(top) / "lib" / "runtime" / "configuration_options.cc"
        assert set(FORWARDED) <= set(re.findall(r'"(--[a-z-]+)"', source.read_text()))


class TestComposition:
    def test_a_python_program(self):
        command = composed("--cpus 2 x.py a b")
        assert command.words == [BIND_SCRIPT, "--launcher", "local", "--", sys.executable, "x.py", "a", "b"]
        assert command.changes["LEGATE_CONFIG"] == f"--cpus 2 --logdir {os.getcwd()}"
        assert command.changes["PYTHONDONTWRITEBYTECODE"] == "1"

    def test_a_bare_program(self):
        assert after_binder(composed("./x a")) == ["./x", "a"]

    def test_a_module_or_a_profile_or_neither(self):
        assert after_binder(composed("-m x a")) == [sys.executable, "-m", "x", "a"]
        output = os.path.join("/l", "legate_%%LEGATE_GLOBAL_RANK%%.cprof")
        assert after_binder(composed("--logdir /l --cprofile x.py")) == [
            sys.executable,
            "-m",
            "cProfile",
            "-o",
            output,
            "x.py",
        ]
        assert after_binder(composed("")) == [sys.executable]

    def test_everything_around_the_program_has_its_order(self):
        command = composed(
            "--wrapper-inner 'i 1' --valgrind --memcheck --nsys --nsys-extra '-t mpi' --nvprof --cuda-gdb --gdb "
            "--wrapper 'o 2' --wrapper p --logdir /l --launcher none x.py"
        )
        gdb = ["lldb", "--"] if sys.platform == "darwin" else ["gdb", "--args"]
        file = "/l/legate_%%LEGATE_GLOBAL_RANK%%"
        expected = ["o", "2", "p", *gdb, "cuda-gdb", "--args", "nvprof", "-o", f"{file}.nvvp"]
        expected += ["nsys", "profile", "-o", file, "-t", "mpi", "compute-sanitizer", "valgrind", "i", "1"]
        assert after_binder(command) == [*expected, sys.executable, "x.py"]

    def test_open_mpi(self, fake, monkeypatch):
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        monkeypatch.setattr("legate.driver.launchers._cores", lambda: 3)
        environ = {"PATH": fake(mpirun=OPEN_MPI), "LEGATUS_X": "1", "HOME": "/", "STARPU_Y": "2", "OMP_Z": "3"}
        environ |= {"PYTHONPATH": PACKAGE_ROOT, "LD_LIBRARY_PATH": LIBRARY_FOLDER}
        command = composed("--launcher mpirun --nodes 2 --ranks-per-node 3 --launcher-extra '--foo 1' x.py", **environ)
        forwarded = ["LD_LIBRARY_PATH", "LEGATE_CONFIG", "LEGATUS_X", "OMP_Z", "PATH", "PYTHONDONTWRITEBYTECODE"]
        forwarded += ["PYTHONPATH", "STARPU_Y"]
        expected = ["mpirun", "-n", "6", "--npernode", "3", "--bind-to", "none", "--mca", "mpi_warn_on_fork", "0"]
        expected += [word for name in forwarded for word in ("-x", name)]
        assert before_binder(command) == [*expected, "--foo", "1"]
        assert command.words[command.words.index(BIND_SCRIPT) :][1:4] == ["--launcher", "mpirun", "--"]

    def test_open_mpi_is_told_that_root_and_many_ranks_are_meant(self, fake, monkeypatch):
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        monkeypatch.setattr("legate.driver.launchers._cores", lambda: 3)
        words = composed("--launcher mpirun --ranks-per-node 4 x.py", PATH=fake(mpirun=OPEN_MPI)).words
        assert {"--oversubscribe", "--allow-run-as-root"} <= set(words[: words.index("-x")])

    def test_mpich(self, fake):
        path = fake(mpirun=MPICH)
        environ = {"PATH": path, "LD_PRELOAD": "", "PYTHONPATH": PACKAGE_ROOT}
        command = composed("--launcher mpirun --ranks-per-node 2 x.py", **environ)
        names = "LD_LIBRARY_PATH,LD_PRELOAD,LEGATE_CONFIG,PATH,PYTHONDONTWRITEBYTECODE,PYTHONPATH"
        assert before_binder(command) == ["mpirun", "-n", "2", "-ppn", "2", "--bind-to", "none", "-envlist", names]

    def test_another_mpirun_is_refused(self, fake, tmp_path):
        with pytest.raises(RuntimeError, match="neither Open MPI nor MPICH.*other mpi 1.0"):
            composed("--launcher mpirun x.py", PATH=fake(mpirun="echo Other MPI 1.0"))
        (tmp_path / "empty").mkdir()
        with pytest.raises(RuntimeError, match="there is no mpirun in PATH"):
            composed("--launcher mpirun x.py", PATH=str(tmp_path / "empty"))

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("--launcher srun", "srun -n 6 --ntasks-per-node 3"),
            ("--launcher jsrun", "jsrun -n 2 -r 1 -a 3 -c ALL_CPUS -g ALL_GPUS -b none"),
            ("--launcher aprun", "aprun -n 6 -N 3"),
            ("--launcher aprun --launcher-extra -q", "aprun -n 6 -N 3 -q"),
        ],
    )
    def test_other_launchers(self, line, expected):
        assert before_binder(composed(f"{line} --nodes 2 --ranks-per-node 3 x.py")) == expected.split()

    def test_srun_gets_a_terminal_for_a_debugger(self):
        assert before_binder(composed("--launcher srun --gdb x.py")) == "srun -n 1 --ntasks-per-node 1 --pty".split()

    def test_dask_is_refused(self):
        with pytest.raises(RuntimeError, match="--launcher dask: Legatus cannot be started by Dask"):
            composed("--launcher dask x.py")

    def test_several_ranks_need_a_launcher(self):
        with pytest.raises(RuntimeError, match="2 ranks are asked for, but neither --launcher"):
            composed("--ranks-per-node 2 x.py")

    def test_several_ranks_may_have_been_started_already(self):
        command = composed("x.py", PMI_SIZE="2", PMI_LOCAL_SIZE="2", PMI_RANK="1")
        assert command.words[1:4] == ["--launcher", "auto", "--"]

    def test_several_ranks_need_a_network(self):
        with pytest.raises(RuntimeError, match="runs in one process only"):
            composed("--launcher srun --nodes 2 x.py", networks=())
        assert composed("--launcher srun x.py", networks=()).words[0] == "srun"

    def test_debuggers_are_ignored_on_several_ranks(self):
        command = composed("--launcher srun --nodes 2 --gdb x.py")
        assert "gdb" not in command.words and "--pty" not in command.words
        assert command.warnings == ["--gdb is ignored: it works with one rank only, there are 2"]

    def test_bindings_go_to_the_binder(self):
        command = composed(
            "--launcher srun --ranks-per-node 2 --bind-detail "
            "--cpu-bind 0,1/2-3 --mem-bind 0/1 --gpu-bind 0/1 --nic-bind a/b,c x.py"
        )
        binder = command.words[command.words.index(BIND_SCRIPT) + 1 : command.words.index("--")]
        expected = "--launcher srun --cpus 0,1/2-3 --gpus 0/1 --mems 0/1 --nics a/b,c --debug"
        assert binder == expected.split()

    @pytest.mark.parametrize("resource", ["cpu", "gpu", "mem", "nic"])
    def test_bindings_need_a_group_per_rank(self, resource):
        with pytest.raises(RuntimeError, match=f"Number of groups in --{resource}-bind not equal to --ranks-per-node"):
            composed(f"--{resource}-bind 0/1 x.py")

    def test_contradictions_are_refused(self):
        with pytest.raises(ValueError, match="Only one of --module or --cprofile may be used"):
            composed("--cprofile -m x")
        with pytest.raises(ValueError, match="--cprofile profiles Python programs only"):
            composed("--cprofile ./x")
        with pytest.raises(RuntimeError, match="cannot be used interactively on 2 nodes"):
            composed("--launcher srun --nodes 2")

    def test_more_variables(self):
        changes = composed("--gasnet-trace --benchmark-to-file --logdir /l x.py").changes
        assert changes["GASNET_TRACEFILE"] == "/l/gasnet_%.log"
        assert changes["LEGATE_BENCHMARK_OUT"] == "/l"

    def test_the_child_finds_the_package_of_the_launcher(self, monkeypatch):
        monkeypatch.setattr("site.getsitepackages", lambda: ["/nowhere"])
        monkeypatch.setattr("legate.driver.composition._is_installed", lambda name: True)
        assert composed("x.py").changes["PYTHONPATH"] == PACKAGE_ROOT
        assert composed("x.py", PYTHONPATH="/a").changes["PYTHONPATH"] == f"{PACKAGE_ROOT}:/a"
        assert "PYTHONPATH" not in composed("x.py", PYTHONPATH=f"/a:{PACKAGE_ROOT}").changes
        monkeypatch.setattr("site.getsitepackages", lambda: [PACKAGE_ROOT])
        assert "PYTHONPATH" not in composed("x.py").changes

    def test_the_child_finds_the_library(self, monkeypatch):
        assert composed("./x").changes["LD_LIBRARY_PATH"] == LIBRARY_FOLDER
        assert composed("./x", LD_LIBRARY_PATH="/a").changes["LD_LIBRARY_PATH"] == f"/a:{LIBRARY_FOLDER}"
        assert "LD_LIBRARY_PATH" not in composed("./x", LD_LIBRARY_PATH=f"{LIBRARY_FOLDER}:/a").changes
        monkeypatch.setattr("legate.driver.composition.LIBRARY_FOLDER", "/usr/lib")
        assert "LD_LIBRARY_PATH" not in composed("./x", LD_LIBRARY_PATH="/a").changes

    def test_the_child_finds_stand_ins_last_and_only_for_what_is_not_installed(self, monkeypatch):
        monkeypatch.setattr("site.getsitepackages", lambda: [PACKAGE_ROOT])
        monkeypatch.setattr("legate.driver.composition._is_installed", lambda name: False)
        assert os.path.exists(os.path.join(STAND_INS, "cupy.py"))
        assert composed("x.py").changes["PYTHONPATH"] == STAND_INS
        assert composed("x.py", PYTHONPATH="/a").changes["PYTHONPATH"] == f"/a:{STAND_INS}"


class TestRequiredProgram:
    @pytest.fixture(autouse=True)
    def folder(self, tmp_path, monkeypatch):
        """The working folder: files that are programs or not, and an empty folder as all of PATH."""
        monkeypatch.chdir(tmp_path)
        (tmp_path / "bin").mkdir()
        (tmp_path / "program").touch(0o755)
        (tmp_path / "text").touch(0o644)
        (tmp_path / "script.py").touch(0o644)
        self.path = str(tmp_path / "bin")
        self.here = tmp_path

    def problem(self, line):
        with pytest.raises(RuntimeError) as caught:
            require_program(parsed(line), {"PATH": self.path})
        return str(caught.value)

    def test_problems_of_programs(self):
        assert self.problem("nothing a") == "there is no program nothing (looked in the folders of PATH)"
        assert self.problem("./nothing") == f"there is no program ./nothing (looked for {self.here}/nothing)"
        assert self.problem("script").endswith("(looked in the folders of PATH); did you mean script.py?")
        hint = "for the one in this folder: ./program"
        assert self.problem("program") == f"there is no program program in the folders of PATH; {hint}"
        for name in ("text", "./text"):
            hint = f"if it is for Python: --run-mode python {name}"
            assert self.problem(name) == f"{name} is not executable; {hint}"
        assert self.problem("./bin") == "./bin is a folder, no program"
        assert self.problem("-").startswith("'-' is no program; Python reads from standard input without one")

    def test_problems_of_scripts(self):
        expected = f"there is no file x.py for Python to run (looked for {self.here}/x.py)"
        assert self.problem("x.py") == self.problem("--cprofile x.py") == expected
        assert self.problem("--run-mode python x") == expected.replace("x.py", "x")

    @pytest.mark.parametrize(
        "line",
        [
            "./program",
            "script.py",
            "--run-mode python text",
            "--run-mode python bin",
            "--run-mode python -",
            "--run-mode python -- -c pass",
            "-m nothing",
            "",
            "--wrapper w nothing",
            "--wrapper-inner w nothing",
            "--gdb program",
            "--nodes 2 nothing",
        ],
    )
    def test_what_may_be_there_is_not_refused(self, line):
        require_program(parsed(line), {"PATH": self.path})

    def test_a_name_is_looked_for_in_path(self):
        (self.here / "bin" / "found").touch(0o755)
        require_program(parsed("found"), {"PATH": self.path})


class TestBinder:
    SHOW = ("sh", "-c", 'echo "$LEGATE_LOCAL_RANK $LEGATE_GLOBAL_RANK $CUDA_VISIBLE_DEVICES $UCX_NET_DEVICES $*"', "sh")

    @pytest.mark.parametrize(
        ("launcher", "environ"),
        [
            ("mpirun", {"OMPI_COMM_WORLD_LOCAL_RANK": "1", "OMPI_COMM_WORLD_RANK": "3"}),
            ("mpirun", {"MPI_LOCALRANKID": "1", "PMI_RANK": "3"}),
            ("jsrun", {"OMPI_COMM_WORLD_LOCAL_RANK": "1", "OMPI_COMM_WORLD_RANK": "3"}),
            ("aprun", {"ALPS_APP_PE": "3", "PMI_LOCAL_RANK": "1"}),
            ("srun", {"SLURM_LOCALID": "1", "SLURM_PROCID": "3", "OMPI_COMM_WORLD_RANK": "9"}),
            ("auto", {"SLURM_LOCALID": "1", "SLURM_PROCID": "3"}),
            ("auto", {"MV2_COMM_WORLD_LOCAL_RANK": "1", "MV2_COMM_WORLD_RANK": "3", "SLURM_PROCID": "9"}),
        ],
    )
    def test_ranks_are_those_of_the_launcher(self, launcher, environ):
        done = bind("--launcher", launcher, "--", *self.SHOW, **environ)
        assert (done.returncode, done.stdout.split()) == (0, ["1", "3"])

    def test_a_process_alone_is_rank_0(self):
        assert bind("--launcher", "local", "--", *self.SHOW, SLURM_PROCID="9").stdout.split() == ["0", "0"]

    def test_missing_ranks_are_told(self):
        done = bind("--launcher", "mpirun", "--", "true")
        assert (done.returncode, done.stderr) == (1, "Error: Could not determine node-local rank\n")
        done = bind("--launcher", "mpirun", "--", "true", OMPI_COMM_WORLD_LOCAL_RANK="0")
        assert (done.returncode, done.stderr) == (1, "Error: Could not determine global rank\n")

    def test_each_process_gets_its_group(self, fake):
        path = fake(numactl='echo numactl "$@"')
        environ = {"PATH": path, "SLURM_LOCALID": "1", "SLURM_PROCID": "1"}
        done = bind("--launcher", "srun", "--gpus", "0/1,2", "--nics", "x/lo,mlx5_0", "--", *self.SHOW, **environ)
        assert done.stdout.split() == ["1", "1", "1,2", "lo,mlx5_0:1"]
        done = bind("--launcher", "srun", "--cpus", "0/1-2", "--mems", "0/1", "--", "prog", "a b", **environ)
        assert done.stdout == "numactl --physcpubind 1-2 --membind 1 prog a b\n"

    @pytest.mark.parametrize(
        ("flag", "name"), [("--cpus", "CPU"), ("--mems", "MEM"), ("--gpus", "GPU"), ("--nics", "NIC")]
    )
    def test_a_missing_group_is_told(self, flag, name):
        done = bind("--launcher", "srun", flag, "0", "--", "true", SLURM_LOCALID="1", SLURM_PROCID="1")
        assert (done.returncode, done.stderr) == (1, f"Error: Incomplete {name} binding specification\n")

    def test_the_rank_is_put_into_the_command(self):
        environ = {"SLURM_LOCALID": "0", "SLURM_PROCID": "12"}
        done = bind("--launcher", "srun", "--debug", "--", "echo", "a b", "f_%%LEGATE_GLOBAL_RANK%%.x", **environ)
        assert done.stdout.splitlines() == ["legate-bind.sh: rank 12 executes: echo a b f_12.x", "a b f_12.x"]

    def test_unknown_arguments_are_refused(self):
        assert bind("--gpu", "1").returncode == 1
        assert bind("--launcher", "rocket", "--", "true").returncode == 1
        assert "legate-bind.sh [OPTION...]" in bind("--help").stdout


class TestRun:
    def test_the_status_is_that_of_the_child(self):
        assert run(["sh", "-c", "exit 9"], os.environ) == 9

    def test_a_signal_that_ends_the_child_is_told_as_shells_do(self):
        assert run(["sh", "-c", "kill -KILL $$"], os.environ) == 128 + signal.SIGKILL

    def test_the_child_has_a_session_of_its_own(self, tmp_path):
        assert run([sys.executable, "-c", "import os; assert os.getsid(0) == os.getpid()"], os.environ) == 0

    def test_a_program_that_is_not_there_is_told(self):
        with pytest.raises(RuntimeError, match="/no/such/program cannot be started: No such file"):
            run(["/no/such/program"], os.environ)

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP])
    def test_signals_reach_the_child_and_what_it_has_started(self, number):
        # The shell waits for its own child, which has to get the signal too.
        catch = (
            f"import signal, sys; signal.signal({int(number)}, lambda *_: sys.exit(7)); "
            "print('ready', flush=True); signal.pause()"
        )
        inner = shlex.join([sys.executable, "-c", catch])
        script = f"trap : {signal.Signals(number).name[3:]}; {inner}; echo inner $?; exit 5"
        child = subprocess.Popen(
            [sys.executable, "-m", "legate.driver", "/bin/sh", "-c", script],
            env=clean_environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert child.stdout.readline() == "ready\n"
            child.send_signal(number)
            output, _ = child.communicate(timeout=60)
        finally:
            child.kill()
        assert (output, child.returncode) == ("inner 7\n", 5)


class TestProgram:
    def test_texts(self):
        assert re.match(r"\d\d\.\d\d\.\d\d ", legate("--version").stdout)
        assert legate("--help").stdout.startswith("Usage: legate ")
        assert "Legate build configuration:\n  build_type " in legate("--info").stdout

    def test_it_imports_no_module_that_most_runs_do_without(self):
        text = (
            "import sys; before = set(sys.modules); from legate.driver import main; "
            "main(['--cpus', '2', sys.executable, '-c', '']); print(*set(sys.modules) - before)"
        )
        done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=60)
        imported = set(done.stdout.split())
        assert "legate.driver.process" in imported, done.stderr
        assert not imported & {"dataclasses", "datetime", "difflib", "glob", "pathlib", "pkgutil"}
        assert not imported & {"shutil", "subprocess", "sysconfig", "textwrap"}

    def test_mistakes_are_one_line_on_standard_error(self):
        for words, status in ((["--cpus", "x"], 2), (["--launcher", "dask", "x.py"], 1), (["--run-mode", "exec"], 1)):
            done = legate(*words)
            assert (done.returncode, done.stdout, done.stderr.count("\n")) == (status, "", 1)
            assert done.stderr.startswith("legate: error: ")

    def test_nothing_starts_without_a_program(self):
        done = legate("--timing", "/no/such/program")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == "legate: error: there is no program /no/such/program (looked for /no/such/program)\n"
        assert legate("--dry-run", "/no/such/program").returncode == 0

    def test_a_script_gets_its_arguments_and_its_configuration(self, tmp_path):
        script = tmp_path / "a b.py"
        script.write_text("import os, sys; print(sys.argv[1:], os.environ['LEGATE_CONFIG'], __name__)")
        done = legate("--cpus", "3", "--logdir", "/l", str(script), "x y", "--cpus")
        assert (done.returncode, done.stdout) == (0, "['x y', '--cpus'] --cpus 3 --logdir /l __main__\n")

    def test_a_script_finds_the_package(self, tmp_path):
        script = tmp_path / "x.py"
        script.write_text("import legate; print(legate.__file__)")
        outside = (
            "import sys; sys.path.insert(0, sys.argv[1]); from legate.driver import main; sys.exit(main(sys.argv[2:]))"
        )
        environ = {name: value for name, value in clean_environment().items() if name != "PYTHONPATH"}
        command = [sys.executable, "-c", outside, PACKAGE_ROOT, str(script)]
        done = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert done.stdout.strip() == os.path.join(PACKAGE_ROOT, "legate", "__init__.py")

    def test_an_uncaught_exception_is_status_1(self, tmp_path):
        script = tmp_path / "x.py"
        script.write_text("raise KeyError(3)")
        done = legate(str(script))
        assert (done.returncode, done.stderr.splitlines()[-1]) == (1, "KeyError: 3")

    def test_a_module(self):
        done = legate("-m", "json.tool", "--help")
        assert done.returncode == 0 and "json" in done.stdout

    def test_python_reads_from_standard_input_without_a_program(self):
        done = subprocess.run(
            [sys.executable, "-m", "legate.driver"],
            env=clean_environment(),
            input="print(6 * 7)",
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (done.returncode, done.stdout) == (0, "42\n")

    def test_a_python_profile_has_the_rank_in_its_name(self, tmp_path):
        script = tmp_path / "x.py"
        script.write_text("print(1)")
        assert legate("--cprofile", "--logdir", str(tmp_path), str(script)).returncode == 0
        assert (tmp_path / "legate_0.cprof").stat().st_size > 0

    def test_a_dry_run_shows_the_command_and_starts_nothing(self):
        done = legate("--dry-run", "--verbose", "--cpus", "2", "/bin/echo", "it", "ran")
        lines = done.stdout.splitlines()
        assert done.returncode == 0 and "it ran" not in lines
        assert lines[lines.index("Command:") + 1].endswith("--launcher local -- /bin/echo it ran")
        assert f"  LEGATE_CONFIG={shlex.quote('--cpus 2 --logdir ' + os.getcwd())}" in lines

    def test_timing(self):
        lines = legate("--timing", "/bin/echo", "x").stdout.splitlines()
        assert [re.sub(r"\d", "0", line)[:29] for line in lines] == [
            "Legate start: 0000-00-00 00:0",
            "x",
            "Legate end: 0000-00-00 00:00:",
        ]

    def test_only_one_of_several_launchers_speaks(self):
        environ = {"PMI_SIZE": "2", "PMI_LOCAL_SIZE": "2", "MPI_LOCALRANKID": "1"}
        if not install_info.networks:
            pytest.skip("this build runs in one process only")
        assert "start" in legate("--timing", "/bin/true", PMI_RANK="0", **environ).stdout
        assert legate("--timing", "--verbose", "/bin/true", PMI_RANK="1", **environ).stdout == ""

    @pytest.mark.parametrize("ranks", [2, 4])
    def test_ranks_are_started(self, ranks, tmp_path):
        if not install_info.networks or shutil.which("mpirun") is None:
            pytest.skip("this build or machine has no MPI")
        script = tmp_path / "x.py"
        script.write_text(
            "import os, sys\n"
            "open(sys.argv[1] + os.environ['LEGATE_GLOBAL_RANK'], 'w').write(os.environ['LEGATE_CONFIG'])\n"
        )
        done = legate(
            "--launcher", "mpirun", "--ranks-per-node", str(ranks), "--cpus", "1", str(script), f"{tmp_path}/rank"
        )
        assert done.returncode == 0, done.stderr
        files = sorted(tmp_path.glob("rank*"))
        assert [file.name for file in files] == [f"rank{i}" for i in range(ranks)]
        assert all(file.read_text().startswith("--cpus 1 ") for file in files)
