# SPDX-License-Identifier: Apache-2.0
"""Whether the runtime runs, without starting it."""

from __future__ import annotations

import sys

__all__ = ("runtime_has_started",)


def runtime_has_started() -> bool:
    """Whether the runtime of this process has been started and not finished yet. Never starts it."""
    # Importing the extension would import legate.core, which starts the runtime.
    extension = sys.modules.get("legate.core._legatus")
    return extension is not None and bool(extension.has_started())
