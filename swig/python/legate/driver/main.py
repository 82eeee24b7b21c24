# SPDX-License-Identifier: Apache-2.0
"""The launcher as a whole."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from legate import __version__, install_info
from legate.driver.command_line import Arguments, help_text, parse
from legate.driver.composition import Command, compose
from legate.driver.errors import CommandLineError
from legate.driver.process import run
from legate.driver.program import require_program
from legate.driver.ranks import own_rank

__all__ = ("main",)


def main(words: Sequence[str] | None = None) -> int:
    """Runs ``legate``.

    Parameters
    ----------
    words : sequence of str, optional
        The command line without the name of the program; by default that of this process.

    Returns
    -------
    int
        The exit status: the child's, 0 where nothing is to be started, 2 for a malformed command line, 1 if the program
        cannot be started.
    """
    try:
        arguments = parse(sys.argv[1:] if words is None else words, os.environ)
        if _print_what_is_asked(arguments):
            return 0
        command = compose(arguments, os.environ, install_info.networks)
        return _execute(arguments, command)
    except CommandLineError as error:
        print(f"legate: error: {error} (see legate --help)", file=sys.stderr)
        return 2
    except (RuntimeError, ValueError) as error:
        print(f"legate: error: {error}", file=sys.stderr)
        return 1


def _print_what_is_asked(arguments: Arguments) -> bool:
    """Prints texts that stand in for running anything. Returns whether there was one."""
    if arguments.help:
        print(help_text(os.environ), end="")
    elif arguments.version:
        print(f"{__version__} (Legatus {install_info.legatus_version})")
    elif arguments.info:
        # Not needed otherwise, and what it imports takes a third of the launcher's time.
        from legate.util.info import print_build_info

        print_build_info()
    else:
        return False
    return True


def _execute(arguments: Arguments, command: Command) -> int:
    # Where another launcher has started several of us, one speaks for all.
    speaks = arguments.launcher != "none" or own_rank(os.environ) in (None, 0)
    if speaks:
        for warning in command.warnings:
            print(f"legate: warning: {warning}", file=sys.stderr)
        if arguments.verbose:
            # Imported here and below, because most runs do without.
            from legate.driver.report import configuration_report

            print(configuration_report(command, bool(arguments.color)))
    if arguments.dry_run:
        return 0
    require_program(arguments, os.environ)
    if speaks and arguments.timing:
        from legate.driver.report import timing_line

        print(timing_line("start"))
    sys.stdout.flush()
    status = run(command.words, {**os.environ, **command.changes})
    if speaks and arguments.timing:
        print(timing_line("end"))
    if speaks and arguments.profile:
        from legate.driver.report import profile_hint

        hint = profile_hint(arguments)
        if hint:
            print(hint)
    return status
