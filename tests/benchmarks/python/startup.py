# SPDX-License-Identifier: Apache-2.0
"""How long until a Python program may launch tasks, and until it has a first result, from its first statement on."""

from time import perf_counter

begin = perf_counter()
import numpy  # noqa: E402

numpy_is_there = perf_counter()
from legate.core import get_legate_runtime, types  # noqa: E402
from legate.core import task as tasks  # noqa: E402

started = perf_counter()

# Up to version 26.06 the classes of arguments have another name.
Output = getattr(tasks, "OutputStore", None) or tasks.OutputArray


@tasks.task
def write(out: Output) -> None:
    numpy.asarray(out)[:] = 1.0


store = get_legate_runtime().create_store(types.float64, (1,))
write(store)
result = numpy.asarray(store.get_physical_store().get_inline_allocation())[0]
done = perf_counter()
if result != 1.0:
    raise SystemExit(f"first result: got {result}, expected 1")

print(f"py_import_numpy {(numpy_is_there - begin) * 1e3:.6g} ms")
print(f"py_import {(started - begin) * 1e3:.6g} ms")
print(f"py_first_result {(done - begin) * 1e3:.6g} ms")
