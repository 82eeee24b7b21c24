# SPDX-License-Identifier: Apache-2.0
"""What environment variables tell the Python side of the runtime."""

from __future__ import annotations

from legate.util.settings import EnvOnlySetting, Settings, convert_bool

__all__ = ("settings",)


class LegateRuntimeSettings(Settings):
    """Settings of :mod:`legate.core`."""

    limit_stdout: EnvOnlySetting[bool] = EnvOnlySetting(
        "limit_stdout",
        "LEGATE_LIMIT_STDOUT",
        default=False,
        convert=convert_bool,
        help="Whether the program writes to sys.stdout on rank 0 only; its tasks do so everywhere.",
    )


settings = LegateRuntimeSettings()
