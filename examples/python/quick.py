# SPDX-License-Identifier: Apache-2.0
"""The shortest program: one task that copies an array. Run it with `legate quick.py`."""

import cupy
import cupynumeric as cpn
import numpy
from legate.core import TaskContext, VariantCode
from legate.core.task import InputArray, OutputArray, task


@task(variants=(VariantCode.CPU, VariantCode.GPU))
def copy(ctx: TaskContext, source: InputArray, target: OutputArray) -> None:
    # What the task gets of an array looks like an array of the library for its processor, without a copy.
    xp = cupy if ctx.get_variant_kind() == VariantCode.GPU else numpy
    xp.asarray(target)[:] = xp.asarray(source)


def main() -> None:
    source = cpn.array([1, 2, 3])
    target = cpn.zeros((3,), dtype=cpn.int64)
    copy(source, target)
    print(target)  # waits for the task


if __name__ == "__main__":
    main()
