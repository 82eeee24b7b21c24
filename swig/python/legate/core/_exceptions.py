# SPDX-License-Identifier: Apache-2.0
"""Exceptions that travel from the body of a task to the call that submitted it."""

from __future__ import annotations

import functools
import pickle

from . import _legatus

_OVERHEAD = 64  # of the runtime and of pickling a pair


class TaskError(RuntimeError):
    """What a task in C++ threw, where the submitter did not say which Python exception stands for it.

    Parameters
    ----------
    index
        Which of the exceptions that the submitter declared.
    message
        The text.
    """

    def __init__(self, index: int, message: str) -> None:
        super().__init__(message)
        self.index = index


def _dump(error: BaseException) -> bytes:
    """The exception, and as much of its traceback's text as the limit of the runtime (--max-exception-size) leaves room
    for. An exception that cannot be pickled becomes a RuntimeError with its text.
    """
    import traceback  # most programs do without

    text = "".join(traceback.format_exception(error))
    try:
        pickle.loads(_packed(error))
    except Exception as reason:
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        error = RuntimeError(f"{kind}: {_text_of(error)} (the exception itself cannot be pickled: {_text_of(reason)})")
    room = _limit() - _OVERHEAD - len(_packed(error))
    if len(text.encode()) > room:
        text = "[...]\n" + text.encode()[-room:].decode(errors="ignore") if room > 200 else ""
    return _packed((error, text))


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "<its text cannot be made>"


def _packed(value: object) -> bytes:
    return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


@functools.cache
def _limit() -> int:
    from ._runtime import get_legate_runtime

    return get_legate_runtime().config().max_exception_size


def _load(packed: bytes) -> BaseException:
    error, text = pickle.loads(packed)
    if text:
        error.add_note("Raised by the body of a task:\n" + text.rstrip())
    return error


_legatus.set_exception_hooks(_dump, _load, TaskError)
