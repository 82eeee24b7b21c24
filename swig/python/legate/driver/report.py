# SPDX-License-Identifier: Apache-2.0
"""What the launcher prints about a run."""

from __future__ import annotations

import glob
import os
import shlex
from datetime import datetime

from legate import __version__, install_info
from legate.driver.command_line import Arguments
from legate.driver.composition import BIND_SCRIPT, PACKAGE_ROOT, Command, logdir

__all__ = ("configuration_report", "profile_hint", "timing_line")

WIDTH = 80


def configuration_report(command: Command, color: bool = False) -> str:
    """What ``--verbose`` prints.

    Parameters
    ----------
    command : Command
    color : bool, optional
        Whether headings are bold, by the escape sequences of terminals.
    """
    from legate.util.info import format_section

    sections = {
        "Legate paths": format_section({"bind_script": BIND_SCRIPT, "package": PACKAGE_ROOT}, "  "),
        "Versions": format_section(
            {"legate_version": __version__, "legatus_version": install_info.legatus_version}, "  "
        ),
        "Command": "  " + shlex.join(command.words),
        "Customized Environment": "\n".join(
            f"  {name}={shlex.quote(value)}" for name, value in sorted(command.changes.items())
        ),
    }
    parts = [_heading(f"{' Legate Configuration ':-^{WIDTH}}", color)]
    parts += [f"{_heading(title + ':', color)}\n{text}" for title, text in sections.items()]
    return "\n\n".join([*parts, "-" * WIDTH])


def _heading(text: str, color: bool) -> str:
    return f"\033[1m{text}\033[0m" if color else text


def timing_line(what: str) -> str:
    """What ``--timing`` prints: `what` is ``start`` or ``end``."""
    return f"Legate {what}: {datetime.now()}"


def profile_hint(arguments: Arguments) -> str | None:
    """Where the profiles are; None if the program has written none."""
    name = arguments.profile_name or "legate"
    if not arguments.profile or not glob.glob(os.path.join(logdir(arguments), f"{glob.escape(name)}_*.prof")):
        return None
    return (
        f"Profiles have been generated under {logdir(arguments)}: "
        f"{name}.html is the report, {name}.json the trace, {name}_*.prof those of the ranks"
    )
