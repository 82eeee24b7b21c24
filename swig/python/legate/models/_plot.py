# SPDX-License-Identifier: Apache-2.0
"""Pictures of performance models, as SVG."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from urllib.parse import unquote

from ._files import Model
from ._samples import median

_WIDTH, _HEIGHT = 720, 440
_LEFT, _RIGHT, _TOP, _BOTTOM = 80, 190, 40, 60
#: Distinguishable also by those who do not see all colors.
_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")


def _curve(model: Model, kind: str) -> list[tuple[float, float]]:
    """Bytes and microseconds, with one point for each number of bytes: the mean of sizes that have as many."""
    times: dict[int, list[float]] = {}
    for size in model.sizes:
        if size.bytes > 0 and size.samples.get(kind):
            times.setdefault(size.bytes, []).append(median(size.samples[kind]))
    return [(float(bytes_), sum(found) / len(found)) for bytes_, found in sorted(times.items())]


#: Kinds whose times differ by less than this, in logarithms, are equally fast.
_CLEAR = math.log(1.1)


def _clear_ratios(model: Model) -> Iterator[tuple[str, str, list[tuple[int, float]]]]:
    """For each two kinds, how much slower the first is, in logarithms, by bytes, where one is clearly faster."""
    curves = {kind: dict(_curve(model, kind)) for kind in model.kinds}
    for a, b in itertools.combinations(model.kinds, 2):
        common = sorted(curves[a].keys() & curves[b].keys())
        ratios = [(size, math.log(curves[a][size] / curves[b][size])) for size in common]
        yield a, b, [(size, ratio) for size, ratio in ratios if abs(ratio) >= _CLEAR]


def always_faster(model: Model) -> list[tuple[str, str]]:
    """Which kind is slower, and which one faster, at every size at which they differ by 10 % or more."""
    found = []
    for a, b, ratios in _clear_ratios(model):
        if ratios and all(ratio > 0 for _, ratio in ratios):
            found.append((a, b))
        elif ratios and all(ratio < 0 for _, ratio in ratios):
            found.append((b, a))
    return found


def crossovers(model: Model) -> list[tuple[str, str, float]]:
    """Where one kind of processor becomes faster than another. Differences of less than 10 % do not count.

    Returns
    -------
        The kind that is faster up to there, the one that is from there on, and the bytes, found on straight lines between
        measured sizes in logarithmic scales.
    """
    found = []
    for a, b, ratios in _clear_ratios(model):
        for (left, before), (right, after) in itertools.pairwise(ratios):
            if before * after < 0:
                part = before / (before - after)
                size = math.exp(math.log(left) + part * math.log(right / left))
                found.append((a, b, size) if before < 0 else (b, a, size))
    return sorted(found, key=lambda crossover: crossover[2])


@dataclass
class _Axis:
    """A logarithmic scale."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        part = (math.log10(value) - math.log10(self.low)) / (math.log10(self.high) - math.log10(self.low))
        return self.start + part * (self.end - self.start)

    def ticks(self) -> list[float]:
        first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
        step = max(1, (last - first) // 6)
        return [10.0**exponent for exponent in range(first, last + 1, step)]


def _axis(values: list[float], start: float, end: float) -> _Axis:
    low, high = 10 ** math.floor(math.log10(min(values))), 10 ** math.ceil(math.log10(max(values)))
    return _Axis(low, high if high > low else 10 * low, start, end)


def _amount(value: float, units: tuple[str, ...], base: float) -> str:
    index = 0
    while value >= base and index + 1 < len(units):
        value /= base
        index += 1
    return f"{value:.3g} {units[index]}"


def format_bytes(value: float) -> str:
    """``1.5 kB``"""
    return _amount(value, ("B", "kB", "MB", "GB", "TB"), 1000)


def format_time(microseconds: float) -> str:
    """``1.5 ms``"""
    return _amount(microseconds, ("us", "ms", "s"), 1000)


def plot_svg(model: Model) -> str:
    """A picture of time against size for each kind of processor, with the crossovers.

    Raises
    ------
    ValueError
        There are no samples of a size with bytes.
    """
    curves = {kind: curve for kind in model.kinds if (curve := _curve(model, kind))}
    if not curves:
        raise ValueError(f"task {model.task}: there is nothing to plot")
    points = [point for curve in curves.values() for point in curve]
    x = _axis([size for size, _ in points], _LEFT, _WIDTH - _RIGHT)
    y = _axis([time for _, time in points], _HEIGHT - _BOTTOM, _TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" font-family="sans-serif" '
        f'font-size="12"><rect width="100%" height="100%" fill="white"/>',
        f'<text x="{_LEFT}" y="24" font-size="15">{escape(model.task)} on {escape(model.machine)}</text>',
    ]
    parts += _grid(x, y)
    for i, (kind, curve) in enumerate(curves.items()):
        parts += _line(kind, curve, i, x, y)
    for slow, fast, size in crossovers(model):
        at = x.at(size)
        parts.append(
            f'<line class="crossover" x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}" stroke="#888" '
            f'stroke-dasharray="4"><title>{escape(unquote(fast))} is faster than {escape(unquote(slow))} from {format_bytes(size)} on'
            f'</title></line><text x="{at + 4:.1f}" y="{_TOP + 12}" fill="#555">{format_bytes(size)}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


def _grid(x: _Axis, y: _Axis) -> list[str]:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    parts = []
    for tick in x.ticks():
        at = x.at(tick)
        parts.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP}" y2="{bottom}" stroke="#ddd"/>')
        parts.append(f'<text x="{at:.1f}" y="{bottom + 18}" text-anchor="middle">{format_bytes(tick)}</text>')
    for tick in y.ticks():
        at = y.at(tick)
        parts.append(f'<line x1="{_LEFT}" x2="{right}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{format_time(tick)}</text>')
    parts.append(f'<text x="{(_LEFT + right) / 2}" y="{_HEIGHT - 16}" text-anchor="middle">bytes of an instance</text>')
    return parts


def _line(kind: str, curve: list[tuple[float, float]], index: int, x: _Axis, y: _Axis) -> list[str]:
    color = _COLORS[index % len(_COLORS)]
    places = [(x.at(size), y.at(time)) for size, time in curve]
    path = " ".join(f"{a:.1f},{b:.1f}" for a, b in places)
    parts = [f'<polyline class="kind" points="{path}" fill="none" stroke="{color}" stroke-width="2"/>']
    parts += [
        f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{color}"><title>{format_bytes(size)}: {format_time(time)}</title>'
        "</circle>"
        for (a, b), (size, time) in zip(places, curve)
    ]
    height = _TOP + 20 * index + 10
    kind = unquote(kind)
    label = kind if len(kind) <= 22 else kind[:21] + "…"
    parts.append(f'<rect x="{_WIDTH - _RIGHT + 14}" y="{height - 9}" width="12" height="10" fill="{color}"/>')
    parts.append(
        f'<text x="{_WIDTH - _RIGHT + 32}" y="{height}">{escape(label)}<title>{escape(kind)}</title></text>'
    )
    return parts
