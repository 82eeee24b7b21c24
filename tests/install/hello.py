# SPDX-License-Identifier: Apache-2.0
"""A task in Python and an array, with the packages below one folder and the library below another: hello.py PACKAGES LIBRARIES"""

import sys
from pathlib import Path

import cupynumeric
import numpy as np

import legate
from legate.core import get_legate_runtime, types
from legate.core.task import ADD, InputStore, ReductionStore, task


@task
def add_up(values: InputStore, total: ReductionStore[ADD]) -> None:
    np.asarray(total)[...] += np.asarray(values).sum()


def loaded_libraries() -> set[Path]:
    """The files called liblegatus in the memory of this process."""
    words = (line.split() for line in Path("/proc/self/maps").read_text().splitlines())
    return {Path(found[5]) for found in words if len(found) > 5 and Path(found[5]).name.startswith("liblegatus.")}


packages, libraries = (Path(argument).resolve() for argument in sys.argv[1:])
for module in (legate, cupynumeric):
    found = Path(module.__file__).resolve()
    if not found.is_relative_to(packages):
        sys.exit(f"the package is {found}, not below {packages}")
for library in loaded_libraries():
    if not library.is_relative_to(libraries):
        sys.exit(f"the library is {library}, not below {libraries}")

runtime = get_legate_runtime()
values = runtime.create_store(types.int64, (10,))
values.fill(7)
total = runtime.create_store(types.int64, (1,))
total.fill(0)
add_up(values, total)
result = np.asarray(total.get_physical_store())[0]
if result != 70:
    sys.exit(f"ten times 7 add up to {result}")
result = int(cupynumeric.arange(5).sum())
if result != 10:
    sys.exit(f"the numbers to 4 add up to {result}")
print("hello from Python: 70 and 10")
