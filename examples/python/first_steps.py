#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Everything that a Python task may take and do, a few lines each. Checks itself: exit code 1 if something is wrong.

Run it with `legate first_steps.py`, `legate --cpus 2 first_steps.py`, or just `python3 first_steps.py`.
"""

import sys
import warnings

import numpy as np

from legate.core import align, broadcast, get_legate_runtime, types
from legate.core.task import ADD, InputArray, InputStore, OutputArray, OutputStore, ReductionStore, task

runtime = get_legate_runtime()
wrong: list[str] = []


def check(holds: bool, what: str) -> None:
    print(f"{'right' if holds else 'WRONG'}: {what}")
    if not holds:
        wrong.append(what)


def make_store(values):
    """A store with these values."""
    array = np.asarray(values)
    store = runtime.create_store(types.Type.from_numpy_dtype(array.dtype), shape=array.shape)
    np.asarray(store.get_physical_store())[...] = array
    return store


def read(store):
    """The elements of a store: waits for the tasks that write them, and copies nothing."""
    return np.asarray(store.get_physical_store())


# A task is a function with the decorator. Calling it submits it, and returns at once.
@task
def hello() -> None:
    print("Hello from a task!", flush=True)


hello()
runtime.issue_execution_fence(block=True)


# Annotations say what happens to a store. Each instance gets its piece, which NumPy reads and writes in place.
@task
def copy(source: InputArray, target: OutputArray) -> None:
    np.asarray(target)[:] = np.asarray(source)


source, target = make_store([1, 2, 3]), make_store([4, 5, 6])
copy(source, target)
check(read(target).tolist() == [1, 2, 3], "a copy")


# Everything else travels by value: numbers and text as they are, other objects pickled.
class Greeting:
    def __init__(self, text):
        self.text = text

    def __eq__(self, other):
        return self.text == other.text


@task
def describe(factor: float, names: dict[str, str], greeting: Greeting, length: OutputStore) -> None:
    text = greeting.text + "".join(names.values())
    names.clear()  # a copy: the caller's dictionary stays as it is
    np.asarray(length)[:] = factor * len(text)


names, length = {"who": "there"}, make_store([0.0])
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pickling is worth a warning: it costs more
    describe(2.5, names, Greeting("hello "), length)
check(read(length)[0] == 2.5 * 11 and names == {"who": "there"}, "values of any kind")


# Keywords and defaults work as ever.
@task(constraints=align("x", "y", "z"))
def combine(x: InputStore, y: InputStore, z: OutputStore, weight: float = 1.0) -> None:
    np.asarray(z)[:] = np.asarray(x) + weight * np.asarray(y)


x, y, z = make_store(np.arange(5.0)), make_store(np.ones(5)), make_store(np.zeros(5))
combine(z=z, y=y, x=x)
check(read(z).tolist() == [1, 2, 3, 4, 5], "keywords in any order, and a default")
combine(x, y, z, weight=10.0)
check(read(z).tolist() == [10, 11, 12, 13, 14], "a default overridden")


# Contributions of all instances are combined.
@task(constraints=broadcast("total"))
def add_up(values: InputStore, total: ReductionStore[ADD]) -> None:
    np.asarray(total)[:] += np.asarray(values).sum()


total = make_store([0.0])
add_up(make_store(np.arange(100_000.0)), total)
check(read(total)[0] == 99_999 * 100_000 / 2, "a sum over all instances")


# An exception reaches the caller if the task says that it may raise one.
class OutOfRange(Exception):
    pass


@task(throws_exception=True)
def check_range(values: InputStore, limit: float) -> None:
    if np.asarray(values).max() > limit:
        raise OutOfRange(f"an element is larger than {limit}")


try:
    check_range(x, 3.0)
    check(False, "an exception")
except OutOfRange as error:
    check(str(error) == "an element is larger than 3.0", f"an exception: {error}")

sys.exit(1 if wrong else 0)
