# SPDX-License-Identifier: Apache-2.0
"""The program ``legate-issue``: what a bug report should say about the machine and the installation."""

from __future__ import annotations

import argparse
import os

from legate.util import info

__all__ = ("main",)


def main() -> int:
    """Prints the report. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="legate-issue", description="Print what a bug report on Legatus should say.")
    parser.parse_args()
    # Nothing here starts the runtime; a tool that is asked for a version might.
    os.environ["LEGATE_AUTO_CONFIG"] = "0"
    sections = (
        info.print_system_info,
        info.print_package_versions,
        info.print_build_info,
        info.print_package_details,
        info.print_conda_package_details,
    )
    for i, print_section in enumerate(sections):
        if i > 0:
            print()
        print_section()
    return 0
