# SPDX-License-Identifier: Apache-2.0
"""The options in effect, as Python sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _legatus


class RuntimeConfig:
    """The options in effect, all read-only."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"the configuration cannot be changed: {name}")

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in vars(self).items())})"


_RENAMED = {
    "show-progress": "show_progress_requested",
    "inline-task-launch": "enable_inline_task_launch",
    "field-reuse-fraction": "field_reuse_frac",
    "field-reuse-frequency": "field_reuse_freq",
    "ompthreads": "num_omp_threads",
}


def read_configuration() -> dict[str, Any]:
    """The options in effect by the names that Python programs know."""
    values: dict[str, Any] = {}
    for line in _legatus.configuration().splitlines():
        name, _, text = line.partition("=")
        number = text.split(" ", 1)[0]  # the unit is said behind it
        value: Any = {"true": True, "false": False}.get(text, int(number) if number.isdigit() else text)
        values[_RENAMED.get(name, name.replace("-", "_"))] = value
    return values
