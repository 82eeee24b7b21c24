# SPDX-License-Identifier: Apache-2.0
"""Where in a program operations come from."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from ._runtime import get_legate_runtime
from ._scope import Scope


def track_provenance(nested: bool = False) -> Any:
    """A decorator after which profiles and messages name the caller of a function.

    If provenance is not recorded (`--provenance`, `--profile`) the function stays as it is.

    Parameters
    ----------
    nested
        Whether a call inside another tracked function counts as a place of its own.
    """

    def decorator(function: Any) -> Any:
        config = get_legate_runtime().config()
        if not (config.profile or config.provenance):
            return function

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if Scope.provenance() and not nested:
                return function(*args, **kwargs)
            with Scope(provenance=_caller(inspect.currentframe())):
                return function(*args, **kwargs)

        return wrapper

    return decorator


def _caller(frame: Any) -> str:
    import json  # only where provenance is recorded

    caller = None if frame is None else frame.f_back
    if caller is None:
        return json.dumps(["<unknown>", {"file": "<unknown>"}])
    file, line = caller.f_code.co_filename, caller.f_lineno
    return json.dumps([f"{file}:{line}", {"file": file, "line": line}])


class ProfileRange:
    """A context manager that marks a part of the running task.

    Parameters
    ----------
    provenance
        Its name.
    """

    def __init__(self, provenance: str) -> None:
        self._provenance = provenance

    def __enter__(self) -> None:
        get_legate_runtime().start_profiling_range()

    def __exit__(self, *exception: Any) -> None:
        get_legate_runtime().stop_profiling_range(self._provenance)
