# SPDX-License-Identifier: Apache-2.0
"""A random number that all ranks agree on. Importing this starts the runtime."""

import secrets

import numpy as np

from legate.core import VariantOptions, get_legate_runtime, types
from legate.core.task import OutputStore, task

__all__ = ("identifier_of_all_ranks",)


# A task with side effects runs on one rank only.
@task(options=VariantOptions(has_side_effect=True))
def draw_identifier(identifier: OutputStore) -> None:
    """Writes a random number of 64 bits."""
    np.asarray(identifier)[...] = secrets.randbits(64)


def identifier_of_all_ranks() -> int:
    """A random number of 64 bits, the same on all ranks. Collective."""
    store = get_legate_runtime().create_store(types.uint64, shape=(1,))
    draw_identifier(store)
    # Mapping the store brings to all ranks what one has written.
    return int(np.asarray(store.get_physical_store())[0])
