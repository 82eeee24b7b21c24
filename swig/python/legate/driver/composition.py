# SPDX-License-Identifier: Apache-2.0
"""From values of flags to the command and the environment of the child."""

from __future__ import annotations

import os
import shlex
import site
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from legate import install_info
from legate.driver.command_line import Arguments
from legate.driver.launchers import Job, launcher_prefix
from legate.driver.options import FORWARDED, Kind, find_option

__all__ = ("BIND_SCRIPT", "LIBRARY_FOLDER", "PACKAGE_ROOT", "STAND_INS", "Command", "compose")

# Links are not followed: in a build tree the files are links to the sources, which are no complete package.
_DRIVER = os.path.dirname(os.path.abspath(__file__))
BIND_SCRIPT = os.path.join(_DRIVER, "legate-bind.sh")
_PACKAGE = os.path.dirname(_DRIVER)
#: The folder from which this package was imported.
PACKAGE_ROOT = os.path.dirname(_PACKAGE)
#: Modules that programs import without needing them on CPUs, for where they are not installed.
STAND_INS = os.path.join(_PACKAGE, "stand_ins")
#: The folder of the runtime's library.
LIBRARY_FOLDER = install_info.libpath

#: The binder puts the rank in its place, so that files of several processes have different names.
RANK = "%%LEGATE_GLOBAL_RANK%%"


class Command(NamedTuple):
    """What to run.

    Attributes
    ----------
    words : list of str
        The command.
    changes : dict
        Variables that the environment gets on top of the launcher's own.
    warnings : list of str
        What the user should know.
    """

    words: list[str]
    changes: dict[str, str]
    warnings: list[str]


def compose(arguments: Arguments, environ: Mapping[str, str], networks: Sequence[str]) -> Command:
    """Puts the command together.

    Parameters
    ----------
    arguments : Arguments
    environ : mapping
        The environment of the launcher.
    networks : sequence of str
        What processes of this build can talk over.

    Raises
    ------
    RuntimeError
        If what is asked for cannot be started.
    ValueError
        If flags contradict each other.
    """
    ranks = arguments.nodes * arguments.ranks_per_node
    if ranks > 1 and not networks:
        message = (
            f"{ranks} ranks are asked for, but this build of Legatus runs in one process only (configure found no MPI)"
        )
        raise RuntimeError(message)
    changes = _environment(arguments, environ)
    debugger, warnings = _debugger(arguments, ranks)
    job = Job(arguments.nodes, arguments.ranks_per_node, {**environ, **changes}, bool(debugger))
    prefix = launcher_prefix(arguments.launcher, job)
    words = [
        *prefix,
        *(arguments.launcher_extra if prefix else []),
        *_binder(arguments, ranks),
        *arguments.wrapper,
        *debugger,
        *_tools(arguments),
        *arguments.wrapper_inner,
        *_interpreter(arguments),
        *arguments.program,
    ]
    if arguments.launcher_extra and not prefix:
        warnings.append("--launcher-extra is ignored: there is no launcher")
    return Command(words, changes, warnings)


def logdir(arguments: Arguments) -> str:
    """The folder of files that are written, as an absolute path."""
    return os.path.abspath(arguments.logdir or ".")


# --- the environment -------------------------------------------------------------------------------------------------


def _environment(arguments: Arguments, environ: Mapping[str, str]) -> dict[str, str]:
    changes = {"LEGATE_CONFIG": runtime_configuration(arguments), "PYTHONDONTWRITEBYTECODE": "1"}
    if arguments.gasnet_trace:
        changes["GASNET_TRACEFILE"] = os.path.join(logdir(arguments), "gasnet_%.log")
    if arguments.benchmark_to_file:
        changes["LEGATE_BENCHMARK_OUT"] = logdir(arguments)
    python_path = environ.get("PYTHONPATH", "")
    first = [] if _is_on_every_path(python_path) else [PACKAGE_ROOT]
    last = [] if _is_installed("cupy") else [STAND_INS]
    if first or last:
        changes["PYTHONPATH"] = os.pathsep.join(filter(None, [*first, python_path, *last]))
    library_path = environ.get("LD_LIBRARY_PATH", "")
    if not _finds_library(library_path):
        # Last: what the user has put there counts more.
        changes["LD_LIBRARY_PATH"] = os.pathsep.join(filter(None, [library_path, LIBRARY_FOLDER]))
    return changes


def _is_installed(module: str) -> bool:
    # As importlib.util.find_spec does it, without the time that importing that takes.
    return any(finder.find_spec(module, None) for finder in sys.meta_path)


def _finds_library(library_path: str) -> bool:
    """Whether every program with this LD_LIBRARY_PATH finds the library that this launcher belongs to."""
    if _is_among(LIBRARY_FOLDER, library_path.split(os.pathsep)):
        return True
    if not os.path.realpath(LIBRARY_FOLDER).startswith(("/lib", "/usr/lib")):
        return False
    import sysconfig  # takes as long as all of the rest

    multiarch = sysconfig.get_config_var("MULTIARCH") or ""
    tops = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")
    return _is_among(LIBRARY_FOLDER, [os.path.join(top, name) for top in tops for name in ("", multiarch)])


def _is_on_every_path(python_path: str) -> bool:
    """Whether every Python process with this PYTHONPATH finds the package that this launcher belongs to."""
    return _is_among(PACKAGE_ROOT, [*python_path.split(os.pathsep), *site.getsitepackages(), site.getusersitepackages()])


def _is_among(folder: str, folders: Sequence[str]) -> bool:
    real = os.path.realpath(folder)
    return any(other and os.path.realpath(other) == real for other in folders)


def runtime_configuration(arguments: Arguments) -> str:
    """The flags that the child's runtime reads, as a value of LEGATE_CONFIG."""
    words = []
    for flag in FORWARDED:
        option = find_option(flag)
        assert option is not None, flag
        value = logdir(arguments) if flag == "--logdir" else getattr(arguments, option.name)
        if value is None:
            continue
        if option.kind is Kind.SWITCH:
            words.append(flag if value else f"{flag}=0")
        else:
            words.append(f"{flag} {_quote(str(value))}")
    return " ".join(words)


def _quote(text: str) -> str:
    """As for a shell; also what the runtime would take for a flag."""
    return f"'{text}'" if text.startswith("-") and shlex.quote(text) == text else shlex.quote(text)


# --- the command -----------------------------------------------------------------------------------------------------


def _binder(arguments: Arguments, ranks: int) -> list[str]:
    launcher = arguments.launcher
    if launcher == "none":
        launcher = "local" if ranks == 1 else "auto"
    words = [BIND_SCRIPT, "--launcher", launcher]
    for resource in ("cpu", "gpu", "mem", "nic"):
        groups = getattr(arguments, f"{resource}_bind")
        if groups is None:
            continue
        if len(groups.split("/")) != arguments.ranks_per_node:
            message = f"Number of groups in --{resource}-bind not equal to --ranks-per-node"
            detail = f"{groups!r} has {len(groups.split('/'))}, there are {arguments.ranks_per_node} ranks per node"
            raise RuntimeError(f"{message}: {detail}")
        words += [f"--{resource}s", groups]
    return [*words, *(["--debug"] if arguments.bind_detail else []), "--"]


def _debugger(arguments: Arguments, ranks: int) -> tuple[list[str], list[str]]:
    """The words for debuggers, and warnings."""
    words, warnings = [], []
    for flag, wanted, command in (
        ("--gdb", arguments.gdb, ["lldb", "--"] if sys.platform == "darwin" else ["gdb", "--args"]),
        ("--cuda-gdb", arguments.cuda_gdb, ["cuda-gdb", "--args"]),
    ):
        if wanted and ranks > 1:
            warnings.append(f"{flag} is ignored: it works with one rank only, there are {ranks}")
        elif wanted:
            words += command
    return words, warnings


def _tools(arguments: Arguments) -> list[str]:
    """The words for profilers and checkers."""
    file = os.path.join(logdir(arguments), f"legate_{RANK}")
    words = []
    if arguments.nvprof:
        words += ["nvprof", "-o", f"{file}.nvvp"]
    if arguments.nsys:
        words += ["nsys", "profile", "-o", file, *arguments.nsys_extra]
    if arguments.memcheck:
        words += ["compute-sanitizer"]
    if arguments.valgrind:
        words += ["valgrind"]
    return words


def _interpreter(arguments: Arguments) -> list[str]:
    if arguments.cprofile and arguments.module:
        message = "Only one of --module or --cprofile may be used"
        raise ValueError(message)
    if arguments.run_mode == "exec":
        if arguments.cprofile:
            message = "--cprofile profiles Python programs only, not in run mode 'exec'"
            raise ValueError(message)
        return []
    python = [sys.executable]
    if arguments.module:
        return [*python, "-m", *arguments.module]
    if arguments.cprofile and not arguments.program:
        message = "--cprofile requires a program"
        raise ValueError(message)
    if not arguments.program and arguments.nodes > 1:
        message = f"Python cannot be used interactively on {arguments.nodes} nodes, a program is required"
        raise RuntimeError(message)
    if arguments.cprofile:
        return [*python, "-m", "cProfile", "-o", os.path.join(logdir(arguments), f"legate_{RANK}.cprof")]
    return python
