# SPDX-License-Identifier: Apache-2.0
"""Programs that run in processes of their own, for tests that start no runtime themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from legate import install_info


def run_on_ranks(ranks: int, text: str, *, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """Runs a program on several ranks of one processor each; skips the test where there is no MPI."""
    if not install_info.networks or shutil.which("mpirun") is None:
        pytest.skip("this build or machine has no MPI")
    limit = ["timeout", "--kill-after=5", str(timeout)]
    launcher = [*limit, "mpirun", "--oversubscribe", "--bind-to", "none", "-n", str(ranks)]
    return subprocess.run(
        [*launcher, sys.executable, "-c", text],
        env=os.environ | {"OMPI_MCA_btl": "vader,self", "LEGATE_CONFIG": "--cpus 1 --sysmem 200"},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=2 * timeout,
        stdin=subprocess.DEVNULL,
    )


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
