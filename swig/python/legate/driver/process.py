# SPDX-License-Identifier: Apache-2.0
"""Running the child."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ("run",)

FORWARDED_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP)
#: What Python ignores, and other programs do not.
_IGNORED_SIGNALS = (signal.SIGPIPE, signal.SIGXFSZ)


def run(words: Sequence[str], environ: Mapping[str, str]) -> int:
    """Runs a command in a session of its own and hands on signals that should end it.

    Parameters
    ----------
    words : sequence of str
    environ : mapping
        The whole environment.

    Returns
    -------
    int
        The status that the command exits with; 128 and the number of the signal if one ends it, as shells say it.

    Raises
    ------
    RuntimeError
        If the command cannot be started.
    """
    with _SignalForwarder() as forwarder:
        try:
            # The module subprocess would do it, too; importing it takes as long as everything else here.
            child = os.posix_spawnp(words[0], list(words), environ, setsid=True, setsigdef=_IGNORED_SIGNALS)
        except OSError as error:
            message = f"{words[0]} cannot be started: {error.strerror}"
            raise RuntimeError(message) from error
        forwarder.start(child)
        _, how = os.waitpid(child, 0)
        forwarder.stop()
    status = os.waitstatus_to_exitcode(how)
    return 128 - status if status < 0 else status


class _SignalForwarder:
    """Sends the signals that arrive between entering and leaving to the child's session."""

    def __init__(self) -> None:
        self._child: int | None = None
        self._early: list[int] = []
        self._before: dict[int, Any] = {}

    def __enter__(self) -> _SignalForwarder:
        for number in FORWARDED_SIGNALS:
            # What is ignored, as under nohup, the child ignores as well.
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._forward)
        return self

    def __exit__(self, *exception: Any) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def start(self, child: int) -> None:
        """From now on there is a child; it gets the signals that came before it."""
        self._child = child
        for number in self._early:
            self._send(child, number)

    def stop(self) -> None:
        """The child has ended, and its number may be another's soon."""
        self._child = None

    def _forward(self, number: int, frame: Any) -> None:
        if self._child is None:
            self._early.append(number)
        else:
            self._send(self._child, number)

    def _send(self, child: int, number: int) -> None:
        # The whole group, as a terminal does: a shell would leave its commands running.
        try:
            os.killpg(child, number)
        except ProcessLookupError:
            pass
