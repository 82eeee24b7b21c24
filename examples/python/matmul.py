# SPDX-License-Identifier: Apache-2.0
"""
C = A B. The matrices have two of the dimensions m, k, n each; as views with all three they can be split alike.

Run it with `legate --cpus 2 matmul.py -m 1000 -k 1000 -n 1000 --check`.
"""

import argparse

import cupy
import cupynumeric as cpn
import numpy
from legate.core import TaskContext, VariantCode, align, get_legate_runtime
from legate.core.task import ADD, InputArray, ReductionArray, task
from legate.timing import time


# Each instance gets a box of the iteration space. Where k is split, several of them add to one block of C.
@task(variants=(VariantCode.CPU, VariantCode.GPU), constraints=(align("C", "A"), align("C", "B")))
def matmul(ctx: TaskContext, C: ReductionArray[ADD], A: InputArray, B: InputArray) -> None:
    xp = cupy if ctx.get_variant_kind() == VariantCode.GPU else numpy
    # Along the dimension that a matrix was given for this purpose its elements repeat: any index will do.
    c = xp.asarray(C)[:, 0, :]
    c += xp.matmul(xp.asarray(A)[:, :, 0], xp.asarray(B)[0, :, :])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-m", type=int, default=50, help="rows of A and C")
    parser.add_argument("-k", type=int, default=75, help="columns of A, rows of B")
    parser.add_argument("-n", type=int, default=100, help="columns of B and C")
    parser.add_argument("--check", action="store_true", help="compare with a computation by NumPy")
    options = parser.parse_args()
    m, k, n = options.m, options.k, options.n

    A = cpn.random.randint(1, 101, size=(m, k))
    B = cpn.random.randint(1, 101, size=(k, n))
    C = cpn.zeros((m, n))
    # No data move: the views repeat the same elements.
    box = (m, k, n)
    A_box = cpn.broadcast_to(A[:, :, cpn.newaxis], box)
    B_box = cpn.broadcast_to(B[cpn.newaxis, :, :], box)
    C_box = cpn.broadcast_to(C[:, cpn.newaxis, :], box)

    runtime = get_legate_runtime()
    matmul(C_box, A_box, B_box)
    runtime.issue_execution_fence()
    start = time()
    matmul(C_box, A_box, B_box)  # adds the product a second time
    runtime.issue_execution_fence()
    end = time()
    print(f"\nTime elapsed for matmul: {(end - start) / 1000:.6f} milliseconds")

    if options.check:
        # Sums of products of small whole numbers are exact in double precision.
        expected = 2 * (numpy.asarray(A) @ numpy.asarray(B))
        assert numpy.array_equal(C, expected), "C is wrong"
        print("check: all elements are right")


if __name__ == "__main__":
    main()
