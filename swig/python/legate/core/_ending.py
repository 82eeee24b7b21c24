# SPDX-License-Identifier: Apache-2.0
"""How the program ends: whether a rank fails alone, and what Ctrl-C does while tasks still run."""

from __future__ import annotations

import builtins
import contextlib
import dis
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from . import _legatus

_INTERRUPTED = 130  # what shells say of a program that Ctrl-C has ended
_RETURNS = tuple(dis.opmap[name] for name in ("RETURN_VALUE", "RETURN_CONST") if name in dis.opmap)
_last_exit: SystemExit | None = None


def watch_exits() -> None:
    """Remembers what `sys.exit`, `exit` and `quit` raise: while the interpreter ends, nothing else tells their status.

    An exception that leaves the program is in `sys.last_value` by then.
    """
    sys.exit = _remembering(sys.exit)  # type: ignore[assignment]
    quitter: Any = type(getattr(builtins, "exit", None))
    if quitter.__name__ == "Quitter":
        quitter.__call__ = _remembering(quitter.__call__)


def _remembering(leave: Callable[..., Any]) -> Callable[..., Any]:
    def remembering(*args: Any, **kwargs: Any) -> Any:
        global _last_exit
        try:
            return leave(*args, **kwargs)
        except SystemExit as error:
            if threading.current_thread() is threading.main_thread():
                _last_exit = error
            raise

    remembering.__name__, remembering.__doc__ = "exit", leave.__doc__
    return remembering


def has_failed() -> bool:
    """Whether the program ends by an exception, or with a status that means failure. For the time after its last line.

    A status that is raised as in `raise SystemExit(1)` is not seen.
    """
    if hasattr(sys, "ps1"):  # errors at a prompt end nothing
        return False
    if _last_exit is not None and _left_program(_last_exit):
        return _last_exit.code not in (None, 0)
    error = getattr(sys, "last_value", None)
    return error is not None and _left_program(error)


def _left_program(error: BaseException) -> bool:
    """Whether an exception was caught by nobody: the outermost frame that has seen it did not return."""
    traceback = error.__traceback__
    if traceback is None:
        return False
    frame = traceback.tb_frame
    return frame.f_code.co_code[frame.f_lasti] not in _RETURNS


def abandon_run() -> None:
    """Ends this rank without waiting for the others, and the run with it, as when a C++ program calls `exit` too early."""
    _flush()
    _legatus.end_process(1)


def wait_for_tasks() -> None:
    """Waits for what was submitted, in a program of one process, where Ctrl-C may end the wait and the process."""
    try:
        _legatus.issue_execution_fence(True)
    except KeyboardInterrupt:
        _flush()
        print("[legate] interrupted while tasks were still running: the program ends without them", file=sys.stderr)
        _flush()
        os._exit(_INTERRUPTED)


def forget_exit() -> None:
    """Drops the last exception, whose frames may hold stores."""
    global _last_exit
    _last_exit = None


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
