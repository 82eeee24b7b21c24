# SPDX-License-Identifier: Apache-2.0
"""What checkers of types see of the packages."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from legate.driver.composition import PACKAGE_ROOT

PROGRAM = """\
import numpy as np

import cupynumeric as cpn
from legate.core import LogicalStore, ParallelPolicy, align, from_dlpack, get_legate_runtime, types
from legate.core.task import ADD, InputArray, InputStore, OutputStore, ReductionArray, ReductionStore, task


@task(constraints=align("x", "y"))
def scale(x: InputStore, y: OutputStore, a: float) -> None:
    np.asarray(y)[:] = a * np.asarray(x)


@task
def add_up(x: InputArray, total: ReductionStore[ADD], older: ReductionArray[ADD]) -> None:
    np.asarray(total)[:] += np.asarray(x).sum()


def store() -> LogicalStore:
    return get_legate_runtime().create_store(types.float64, shape=(100,))


scale(store(), store(), 5.0)
print(cpn.sqrt(cpn.zeros(3)), np.asarray(store())[7])
"""


@pytest.mark.parametrize("package", ["legate", "cupynumeric"])
def test_packages_say_that_they_have_types(package):
    assert os.path.isfile(os.path.join(PACKAGE_ROOT, package, "py.typed"))


def run_mypy(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    if importlib.util.find_spec("mypy") is None:
        pytest.skip("there is no mypy")
    (folder / "program.py").write_text(text)
    return subprocess.run(
        # What is wrong inside of the packages is no business of their users.
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "program.py"],
        cwd=folder,
        env={**os.environ, "MYPYPATH": PACKAGE_ROOT},
        capture_output=True,
        text=True,
        timeout=90,
    )


def test_a_program_with_annotations_is_strictly_right(tmp_path):
    done = run_mypy(tmp_path, PROGRAM)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_mistake_is_found(tmp_path):
    done = run_mypy(tmp_path, "from legate.core.task import InputStore, ReductionStore\nx: ReductionStore[InputStore]\n")
    assert done.returncode == 1 and 'Type argument "InputStore"' in done.stdout, done.stdout + done.stderr
