# SPDX-License-Identifier: Apache-2.0
"""Programs that run in processes of their own, for tests that start no runtime themselves."""

from __future__ import annotations

import os
import subprocess
import sys


def run_program(text: str, *, timeout: float = 100, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a program in a process of its own, one rank with two processors."""
    foreign = ("OMPI_", "PMIX_", "PMI_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    environment |= {name: os.environ[name] for name in os.environ if name.startswith("OMPI_MCA_")}
    environment |= {"LEGATE_CONFIG": "--cpus 2 --sysmem 200"} | variables
    return subprocess.run(
        [sys.executable, "-c", text],
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout,
        stdin=subprocess.DEVNULL,
    )
