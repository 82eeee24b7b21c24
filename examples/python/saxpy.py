# SPDX-License-Identifier: Apache-2.0
"""saxpy: z = a x + y, with the vectors split alike. Run it with `legate --cpus 2 saxpy.py --size 10000000 --check`."""

import argparse

import cupy
import cupynumeric as cpn
import numpy
from legate.core import TaskContext, VariantCode, align, get_legate_runtime
from legate.core.task import InputArray, OutputArray, task
from legate.timing import time


# Each instance of the task gets the same range of all three vectors.
@task(variants=(VariantCode.CPU, VariantCode.GPU), constraints=(align("x", "y"), align("y", "z")))
def saxpy(ctx: TaskContext, x: InputArray, y: InputArray, z: OutputArray, a: float) -> None:
    xp = cupy if ctx.get_variant_kind() == VariantCode.GPU else numpy
    xp.asarray(z)[:] = a * xp.asarray(x) + xp.asarray(y)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1000, help="elements of each vector")
    parser.add_argument("--check", action="store_true", help="compare with a computation by NumPy")
    options = parser.parse_args()

    x = cpn.arange(options.size, dtype=cpn.float32)
    y = cpn.ones(options.size, dtype=cpn.float32)
    z = cpn.zeros(options.size, dtype=cpn.float32)

    runtime = get_legate_runtime()
    saxpy(x, y, z, 2.0)  # once without the clock: memory is touched for the first time
    runtime.issue_execution_fence()
    start = time()
    saxpy(x, y, z, 2.0)
    runtime.issue_execution_fence()
    end = time()
    print(f"\nTime elapsed for saxpy: {(end - start) / 1000:.6f} milliseconds")

    if options.check:
        # Doubling is exact, so every way of computing it rounds alike.
        assert numpy.array_equal(z, 2 * numpy.asarray(x) + numpy.asarray(y)), "z is wrong"
        print("check: all elements are right")


if __name__ == "__main__":
    main()
