# SPDX-License-Identifier: Apache-2.0
"""What samples say. The limits are those of the runtime (lib/engine/task_model.cc)."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

_ENOUGH = 10
_MOST = 40
_LARGEST_SPREAD = 0.2
#: A sample is suspicious if it differs from the median by this many times the usual deviation, and by half of it.
_SUSPICIOUS = 5


def median(samples: Sequence[float]) -> float:
    """What an instance is expected to take."""
    ordered = sorted(samples)
    return _quantile(ordered, 0.5)


def _quantile(ordered: Sequence[float], part: float) -> float:
    return ordered[int(part * (len(ordered) - 1) + 0.5)]


def is_complete(samples: Sequence[float]) -> bool:
    """Whether the runtime takes no more samples, and goes by these."""
    if len(samples) < _ENOUGH:
        return False
    ordered = sorted(samples)
    spread = _quantile(ordered, 0.75) - _quantile(ordered, 0.25)
    return len(samples) >= _MOST or spread <= _LARGEST_SPREAD * _quantile(ordered, 0.5)


def polluted(samples: Sequence[float]) -> list[float]:
    """Samples that are no measurements of the task alone: of a first call, or of an instance that was interrupted.

    Returns
    -------
        Those that are far from the median, compared with what most others differ by.
    """
    if len(samples) < 3:
        return []
    middle = median(samples)
    deviation = statistics.median(abs(sample - middle) for sample in samples)
    limit = max(_SUSPICIOUS * deviation, 0.5 * middle)
    return [sample for sample in samples if abs(sample - middle) > limit]
