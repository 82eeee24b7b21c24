# SPDX-License-Identifier: Apache-2.0
"""Tasks that the program drops as soon as it has called them."""

import gc

import numpy as np

from legate.core import get_legate_runtime, types
from legate.core.task import OutputStore, task


def filling(value):
    @task
    def fill(target: OutputStore) -> None:
        np.asarray(target)[:] = value

    return fill


def test_bodies_run_after_their_tasks_are_gone():
    runtime = get_legate_runtime()
    stores = []
    for i in range(100):
        stores.append(runtime.create_store(types.float64, (1000,)))
        filling(i)(stores[-1])
        if i % 20 == 0:
            gc.collect()
    for i, store in enumerate(stores):
        assert np.all(np.asarray(store.get_physical_store()) == i)
