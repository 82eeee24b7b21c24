# SPDX-License-Identifier: Apache-2.0
"""What launches of Python tasks cost, beside calls of their bodies.

Uses the public interface only, so that the same file measures the same things in another implementation of it.
"""

from __future__ import annotations

from figures import measure, options
from legate.core import LogicalStore, Scalar, TaskContext, get_legate_runtime, types
from legate.core import task as tasks
from numpy import asarray

# Up to version 26.06 the classes of arguments have another name.
Input = getattr(tasks, "InputStore", None) or tasks.InputArray
Output = getattr(tasks, "OutputStore", None) or tasks.OutputArray

runtime = get_legate_runtime()


def no_store() -> None:
    pass


def one_store(out: Output) -> None:
    pass


def three_stores(out: Output, left: Input, right: Input, a: float, n: int) -> None:
    pass


def with_context(ctx: TaskContext, out: Output) -> None:
    ctx.get_variant_kind()


def as_array(out: Output) -> None:
    asarray(out)


def wait() -> None:
    runtime.issue_execution_fence(block=True)


def filled_store() -> LogicalStore:
    store = runtime.create_store(types.float64, (100,))
    runtime.issue_fill(store, Scalar(0.0, types.float64))
    return store


def main() -> None:
    seconds = options(__doc__, seconds=0.4).seconds
    out, left, right = filled_store(), filled_store(), filled_store()
    zero = Scalar(0.0, types.float64)
    launch = {body: tasks.task(body) for body in (no_store, one_store, three_stores, with_context, as_array)}

    def submit_and_wait() -> None:
        launch[one_store](out)
        wait()

    measure(
        {
            "py_call": lambda: one_store(out),
            "py_call_three_stores": lambda: three_stores(out, left, right, 1.5, 7),
        },
        seconds=seconds / 4,
    )
    measure(
        {
            "py_no_store": lambda: launch[no_store](),
            "py_one_store": lambda: launch[one_store](out),
            "py_three_stores": lambda: launch[three_stores](out, left, right, 1.5, 7),
            "py_with_context": lambda: launch[with_context](out),
            "py_as_array": lambda: launch[as_array](out),
            "py_fill": lambda: runtime.issue_fill(out, zero),
            "py_submit_and_wait": submit_and_wait,
        },
        wait,
        seconds=seconds,
    )


if __name__ == "__main__":
    main()
