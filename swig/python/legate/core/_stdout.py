# SPDX-License-Identifier: Apache-2.0
"""Standard output of several ranks, all of which run the same program."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from ._context import is_running_in_task


def limit_stdout(rank: int) -> None:
    """Keeps the program, but not its tasks, from writing to `sys.stdout` on ranks other than 0 if the settings ask for it."""
    if rank == 0:
        return
    from legate.settings import settings  # most programs do without

    if settings.limit_stdout():
        sys.stdout = TaskOutput(sys.stdout)


class TaskOutput:
    """A text stream that drops what is written outside of tasks. Everything else is the stream's that it wraps."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(text) if is_running_in_task() else len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        if is_running_in_task():
            self._stream.writelines(lines)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
