# SPDX-License-Identifier: Apache-2.0
"""Whether bodies run in parallel while they are inside NumPy, which gives the GIL up there.

The same calls of NumPy are made in a loop, by a pool of as many threads as there are processors, and by tasks.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy
from figures import measure, options, report
from legate.core import LogicalStore, Scalar, TaskTarget, broadcast, get_legate_runtime, get_machine, types
from legate.core import task as tasks

# Up to version 26.06 the classes of arguments have another name.
Input = getattr(tasks, "InputStore", None) or tasks.InputArray
Output = getattr(tasks, "OutputStore", None) or tasks.OutputArray

COUNT = 16  # calls, or tasks
VALUE = 999.0

running = 0  # bodies; the GIL guards both
most_at_once = 0


# Constrained to one piece each: several tasks are meant to run in parallel, not the pieces of one.
@tasks.task(constraints=(broadcast("x"), broadcast("y")))
def sine(x: Input, y: Output) -> None:
    global running, most_at_once
    running += 1
    most_at_once = max(most_at_once, running)
    numpy.sin(numpy.asarray(x), out=numpy.asarray(y))
    running -= 1


def main() -> None:
    arguments = options(__doc__, seconds=1.0, size=200_000)
    runtime = get_legate_runtime()
    processors = get_machine().count(TaskTarget.CPU)
    arrays = [(numpy.full(arguments.size, VALUE), numpy.zeros(arguments.size)) for _ in range(COUNT)]
    pool = ThreadPoolExecutor(processors)

    def store() -> LogicalStore:
        made = runtime.create_store(types.float64, (arguments.size,))
        runtime.issue_fill(made, Scalar(VALUE, types.float64))
        return made

    stores = [(store(), store()) for _ in range(COUNT)]

    def by_loop() -> None:
        for x, y in arrays:
            numpy.sin(x, out=y)

    def by_threads() -> None:
        for future in [pool.submit(numpy.sin, x, out=y) for x, y in arrays]:
            future.result()

    def by_tasks() -> None:
        for x, y in stores:
            sine(x, y)
        runtime.issue_execution_fence(block=True)

    for run in (by_loop, by_threads, by_tasks):
        run()
    measure(
        {"py_bodies_loop": by_loop, "py_bodies_threads": by_threads, "py_bodies_tasks": by_tasks},
        seconds=arguments.seconds,
        calls=1,
        unit="ms",
    )
    report("py_bodies_at_once", most_at_once, "bodies")
    for _, y in stores:
        result = numpy.asarray(y.get_physical_store().get_inline_allocation())
        if not numpy.array_equal(result, arrays[0][1]):
            raise SystemExit("a task computed something else than the loop")


if __name__ == "__main__":
    main()
