# SPDX-License-Identifier: Apache-2.0
"""
What an operation on arrays costs: cupynumeric beside NumPy, for arrays of several sizes.

    legate --cpus 1 tests/benchmarks/array_operations.py --sizes 10 10000 1000000

For each operation three times in microseconds: of the calling thread until the call returns, until the result is there
(averaged over many calls that do not wait for each other), and of NumPy.
"""

import argparse
import time

import cupynumeric as cpn
import numpy as np
from legate.core import get_legate_runtime

OPERATIONS = {
    "a + b": lambda m, a, b, square: a + b,
    "a + 1": lambda m, a, b, square: a + 1.0,
    "add(a, b, out=b)": lambda m, a, b, square: m.add(a, b, out=b),
    "sqrt(a)": lambda m, a, b, square: m.sqrt(a),
    "where(a > b, a, b)": lambda m, a, b, square: m.where(a > b, a, b),
    "a[1:-1]": lambda m, a, b, square: a[1:-1],
    "a[1:] = b[:-1]": lambda m, a, b, square: a.__setitem__(slice(1, None), b[:-1]),
    "zeros": lambda m, a, b, square: m.zeros(a.shape),
    "a.sum()": lambda m, a, b, square: a.sum(),
    "float(a.sum())": lambda m, a, b, square: float(a.sum()),
    "square.sum(axis=0)": lambda m, a, b, square: square.sum(axis=0),
    "a.argmax()": lambda m, a, b, square: a.argmax(),
    "a @ b": lambda m, a, b, square: a @ b,
    "square @ square": lambda m, a, b, square: square @ square,
}


def measure(call, clock, repetitions, finish):
    """The least seconds a call of several rounds, until the calls have returned and until all is done."""
    returned, done = [], []
    for _ in range(4):
        finish()
        start, thread_start = clock(), time.thread_time()
        for _ in range(repetitions):
            call()
        returned.append((time.thread_time() - thread_start) / repetitions)
        finish()
        done.append((clock() - start) / repetitions)
    return min(returned), min(done)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 10000, 1000000])
    parser.add_argument("--repetitions", type=int, default=500)
    options = parser.parse_args()
    runtime = get_legate_runtime()

    print(f"{'operation':20}{'elements':>10}{'call, us':>12}{'done, us':>12}{'NumPy, us':>12}")
    for size in options.sizes:
        side = max(1, int(size**0.5))
        arguments = {m: (m, m.ones(size), m.ones(size), m.ones((side, side))) for m in (cpn, np)}
        repetitions = max(3, min(options.repetitions, 100000000 // size))
        for name, operation in OPERATIONS.items():
            count = max(3, repetitions // (side if name == "square @ square" else 1))
            times = [
                *measure(lambda: operation(*arguments[cpn]), time.perf_counter, count,
                         lambda: runtime.issue_execution_fence(block=True)),
                measure(lambda: operation(*arguments[np]), time.perf_counter, count, lambda: None)[1],
            ]  # fmt: skip
            print(f"{name:20}{size:10}" + "".join(f"{1e6 * seconds:12.1f}" for seconds in times), flush=True)


if __name__ == "__main__":
    main()
