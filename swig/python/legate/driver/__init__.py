# SPDX-License-Identifier: Apache-2.0
"""The program ``legate``, which starts other programs with a configuration of the runtime, on one rank or several.

The way of a command line: :mod:`~legate.driver.options` has the table of flags, :mod:`~legate.driver.command_line`
reads them, :mod:`~legate.driver.ranks` finds out how many processes there are, :mod:`~legate.driver.launchers` and
:mod:`~legate.driver.composition` put the child's command and environment together, :mod:`~legate.driver.program` looks
whether there is such a program, and :mod:`~legate.driver.process` runs it.
"""

from __future__ import annotations

from legate.driver.main import main

__all__ = ("main",)
