# SPDX-License-Identifier: Apache-2.0
"""The program ``lgpatch``, which runs a Python program with modules in the place of those that it imports."""

from __future__ import annotations

import argparse
import importlib
import os
import runpy
import sys
from typing import Sequence

__all__ = ("KNOWN_PATCHES", "apply_patch", "main")

#: What takes the place of a module.
KNOWN_PATCHES = {"numpy": "cupynumeric"}


def apply_patch(name: str) -> str:
    """Lets ``import NAME`` give another module from now on.

    Submodules that are imported by their full names stay what they are, as attributes of the module they change.

    Parameters
    ----------
    name : str
        A module of :data:`KNOWN_PATCHES`.

    Returns
    -------
    str
        The name of the module that takes its place.

    Raises
    ------
    ValueError
        If nothing is known that could take its place.
    """
    if name not in KNOWN_PATCHES:
        message = f"No patch available for module {name} (known: {', '.join(KNOWN_PATCHES)})"
        raise ValueError(message)
    replacement = KNOWN_PATCHES[name]
    # The replacement may use the original, so it comes first.
    sys.modules[name] = importlib.import_module(replacement)
    return replacement


def main(words: Sequence[str] | None = None) -> int:
    """Runs ``lgpatch``.

    Parameters
    ----------
    words : sequence of str, optional
        The command line without the name of the program; by default that of this process.

    Returns
    -------
    int
        The exit status, if the program that is run does not exit by itself.
    """
    parser = argparse.ArgumentParser(
        prog="lgpatch",
        allow_abbrev=False,
        description="Run a Python program that imports other modules than it names.",
        epilog="Known patches: " + ", ".join(f"{name} -> {other}" for name, other in KNOWN_PATCHES.items()),
    )
    parser.add_argument("-p", "--patch", action="append", default=[], help="a module to replace; may be repeated")
    parser.add_argument("-v", "--verbose", action="store_true", help="say what is replaced")
    parser.add_argument("program", metavar="PROGRAM", help="the Python program")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="what it gets")
    given = parser.parse_args(words)
    if not given.patch:
        print("lgpatch: warning: nothing is replaced without --patch", file=sys.stderr)
    for name in given.patch:
        try:
            replacement = apply_patch(name)
        except ValueError as error:
            print(f"lgpatch: error: {error}", file=sys.stderr)
            return 1
        if given.verbose:
            print(f"lgpatch: patched {name} -> {replacement}")
    sys.argv = [given.program, *given.arguments]
    sys.path[0] = os.path.dirname(os.path.abspath(given.program))
    runpy.run_path(given.program, run_name="__main__")
    return 0
