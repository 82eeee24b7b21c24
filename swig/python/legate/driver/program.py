# SPDX-License-Identifier: Apache-2.0
"""Finding out that a program cannot be started, before several processes say so in words of their own."""

from __future__ import annotations

import os
from collections.abc import Mapping

from legate.driver.command_line import Arguments

__all__ = ("require_program",)


def require_program(arguments: Arguments, environ: Mapping[str, str]) -> None:
    """Checks that there is the program that is going to be started.

    Where something else runs it, such as a debugger or a wrapper, or other nodes do, nothing is checked: they may look in
    places of their own.

    Parameters
    ----------
    arguments : Arguments
    environ : mapping
        The environment of the program; its ``PATH`` is where a name without a folder is looked for.

    Raises
    ------
    RuntimeError
        If there is no such program, or it cannot be executed. The message says what to write instead.
    """
    around = (arguments.wrapper, arguments.wrapper_inner, arguments.gdb, arguments.cuda_gdb)
    if arguments.nodes > 1 or any(around) or arguments.module or not arguments.program:
        return
    name = arguments.program[0]
    problem = _problem_of_script(name) if arguments.run_mode == "python" else _problem_of_executable(name, environ)
    if problem:
        raise RuntimeError(problem)


def _problem_of_script(name: str) -> str | None:
    # What begins with a dash is for Python: standard input, or a flag.
    if name.startswith("-") or os.path.exists(name):
        return None
    return f"there is no file {name} for Python to run (looked for {os.path.abspath(name)})"


def _problem_of_executable(name: str, environ: Mapping[str, str]) -> str | None:
    if name == "-":
        return "'-' is no program; Python reads from standard input without one, or with --run-mode python -"
    import shutil  # only for programs that are none of Python's

    if shutil.which(name, path=environ.get("PATH")):
        return None
    if os.path.isdir(name):
        return f"{name} is a folder, no program"
    if not os.path.exists(name):
        places = f"looked for {os.path.abspath(name)}" if os.sep in name else "looked in the folders of PATH"
        hint = f"; did you mean {name}.py?" if os.path.exists(f"{name}.py") else ""
        return f"there is no program {name} ({places}){hint}"
    if not os.access(name, os.X_OK):
        return f"{name} is not executable; if it is for Python: --run-mode python {name}"
    return f"there is no program {name} in the folders of PATH; for the one in this folder: ./{name}"
