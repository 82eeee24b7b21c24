# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a command line."""

from __future__ import annotations

__all__ = ("CommandLineError",)


class CommandLineError(ValueError):
    """A flag that does not exist, lacks its value or has a malformed one."""
