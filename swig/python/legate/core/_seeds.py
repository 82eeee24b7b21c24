# SPDX-License-Identifier: Apache-2.0
"""Random numbers on several processes: all of them draw the same, because all of them run the same program."""

from __future__ import annotations

import functools
import random
import warnings
from typing import Any

import numpy as np

_SEED = 1234


def fix_seeds() -> None:
    """Seeds the generators of `random` and `numpy.random` alike on every process, and has later seeding warn."""
    random.seed(_SEED)
    np.random.seed(_SEED)
    random.seed = _warning(random.seed, "random.seed")
    np.random.seed = _warning(np.random.seed, "numpy.random.seed")


def _warning(seed: Any, name: str) -> Any:
    @functools.wraps(seed)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        warnings.warn(
            f"{name} was called: with non-constant seeds the processes of a run draw different numbers",
            category=Warning,
            stacklevel=2,
        )
        return seed(*args, **kwargs)

    return wrapper
