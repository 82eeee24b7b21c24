# SPDX-License-Identifier: Apache-2.0
"""
How often each digit occurs: instances of a task count in their parts, and their counts are added.

Run it with `legate --cpus 2 histogram.py --size 10000000 --check`.
"""

import argparse

import cupy
import cupynumeric as cpn
import numpy
from legate.core import TaskContext, VariantCode, broadcast, get_legate_runtime
from legate.core.task import ADD, InputArray, ReductionArray, task
from legate.timing import time


# Every instance sees the whole histogram; what they add to it is combined.
@task(variants=(VariantCode.CPU, VariantCode.GPU), constraints=(broadcast("hist"),))
def histogram(ctx: TaskContext, data: InputArray, hist: ReductionArray[ADD], bins: int) -> None:
    xp = cupy if ctx.get_variant_kind() == VariantCode.GPU else numpy
    counts = xp.bincount(xp.asarray(data), minlength=bins)
    xp.asarray(hist)[:] += counts.astype(xp.int32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1000, help="how many digits")
    parser.add_argument("--check", action="store_true", help="compare with a computation by NumPy")
    options = parser.parse_args()

    bins = 10
    data = cpn.random.randint(0, bins, size=(options.size,), dtype=cpn.int32)
    hist = cpn.zeros((bins,), dtype=cpn.int32)

    runtime = get_legate_runtime()
    histogram(data, hist, bins)
    runtime.issue_execution_fence()
    start = time()
    histogram(data, hist, bins)  # adds everything a second time
    runtime.issue_execution_fence()
    end = time()
    print(f"\nTime elapsed for histogram : {(end - start) / 1000:.6f} milliseconds")

    if options.check:
        expected = 2 * numpy.bincount(numpy.asarray(data), minlength=bins)
        assert numpy.array_equal(hist, expected), f"counted {hist}, expected {expected}"
        print(f"check: all counts are right: {hist}")


if __name__ == "__main__":
    main()
