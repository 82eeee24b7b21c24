# SPDX-License-Identifier: Apache-2.0
"""
Fourier transforms of a batch of images, each by one instance of a task.

Run it with `legate --cpus 2 fft.py --shape 128,256,256 --check`.
"""

import argparse

import cupy
import cupynumeric as cpn
import numpy
from legate.core import TaskContext, VariantCode, align, broadcast, get_legate_runtime
from legate.core.task import InputStore, OutputStore, task
from legate.timing import time


# Both batches are split alike, and along the first dimension only, so that each image is in one piece.
@task(
    variants=(VariantCode.CPU, VariantCode.GPU),
    constraints=(align("dst", "src"), broadcast("src", (1, 2))),
)
def transform(ctx: TaskContext, dst: OutputStore, src: InputStore) -> None:
    xp = cupy if ctx.get_variant_kind() == VariantCode.GPU else numpy
    xp.asarray(dst)[:] = xp.fft.fftn(xp.asarray(src), axes=(1, 2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", default="128,256,256", help="images, rows, columns")
    parser.add_argument("--check", action="store_true", help="compare with a computation by NumPy")
    options = parser.parse_args()
    shape = tuple(int(extent) for extent in options.shape.split(","))

    src = cpn.random.randint(1, 101, size=shape).astype(cpn.complex64)
    dst = cpn.zeros(shape, dtype=cpn.complex64)

    runtime = get_legate_runtime()
    transform(dst, src)
    runtime.issue_execution_fence()
    start = time()
    transform(dst, src)
    runtime.issue_execution_fence()
    end = time()
    print(f"\nTime elapsed for batched fft: {(end - start) / 1000:.6f} milliseconds")

    if options.check:
        expected = numpy.fft.fft2(numpy.asarray(src).astype(numpy.complex128), axes=(1, 2))
        error = numpy.linalg.norm(numpy.asarray(dst) - expected) / numpy.linalg.norm(expected)
        assert error < 1e-5, f"relative error {error}"
        print(f"check: relative error {error:.1e}")


if __name__ == "__main__":
    main()
