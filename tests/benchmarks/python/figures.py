# SPDX-License-Identifier: Apache-2.0
"""How the Python benchmarks measure: bursts, competitors in turn, medians. Needs nothing but the standard library."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Mapping
from time import perf_counter


def report(name: str, value: float, unit: str) -> None:
    """Prints a figure: `NAME VALUE UNIT`."""
    print(f"{name} {value:.6g} {unit}", flush=True)


def nothing() -> None:
    """Waits for nothing."""


def measure(
    competitors: Mapping[str, Callable[[], object]],
    wait: Callable[[], object] = nothing,
    *,
    seconds: float,
    calls: int | None = None,
    unit: str = "us",
) -> None:
    """Reports what a call of each competitor costs, until everything that it submitted has run.

    Bursts of a few milliseconds take turns, so that other load on the machine meets all competitors. The median counts;
    the fastest burst is reported too, as `NAME.best`: on a machine with other work the median of a runtime with several
    threads is mostly the price of waiting for a core.

    Parameters
    ----------
    competitors
        Functions by the names of their figures.
    wait
        Waits for what they submitted.
    seconds
        How long to measure, for each of them.
    calls
        How many make a burst; by default so many that it takes a few milliseconds.
    unit
        `us` or `ms`.
    """
    scale = {"us": 1e6, "ms": 1e3}[unit]
    counts = {name: calls or _calls_per_burst(call, wait) for name, call in competitors.items()}
    figures: dict[str, list[float]] = {name: [] for name in competitors}
    begin = perf_counter()
    rounds = 0
    while rounds < 5 or perf_counter() - begin < seconds * len(competitors):
        names = list(competitors)
        for name in names if rounds % 2 == 0 else reversed(names):
            figures[name].append(_burst(competitors[name], counts[name], wait) * scale / counts[name])
        rounds += 1
    for name, values in figures.items():
        report(name, statistics.median(values), unit)
        report(f"{name}.best", min(values), unit)


def options(description: str | None, **defaults: float) -> argparse.Namespace:
    """Reads the options `--NAME NUMBER` of a benchmark."""
    parser = argparse.ArgumentParser(description=description)
    for name, value in defaults.items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    return parser.parse_args()


def _burst(call: Callable[[], object], count: int, wait: Callable[[], object]) -> float:
    begin = perf_counter()
    for _ in range(count):
        call()
    wait()
    return perf_counter() - begin


def _calls_per_burst(call: Callable[[], object], wait: Callable[[], object]) -> int:
    _burst(call, 16, wait)
    count = 8
    while count < 4096 and _burst(call, count, wait) < 5e-3:
        count *= 2
    return count
