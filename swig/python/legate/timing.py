# SPDX-License-Identifier: Apache-2.0
"""Clocks that stand in the order of submission."""

from __future__ import annotations

from typing import Any

from .core import _legatus
from .core._base import refuse_construction


class Time:
    """The reading of a clock after everything submitted earlier has completed. Computes like the number it is."""

    __slots__ = ("_value",)
    __init__ = refuse_construction

    def value(self) -> int:
        """The reading."""
        return self._value

    __int__ = value

    def __float__(self) -> float:
        return float(self._value)

    def __str__(self) -> str:
        return str(self._value)

    def __repr__(self) -> str:
        return f"Time({self._value})"

    def __add__(self, other: Any) -> int:
        return self._value + _number(other)

    def __radd__(self, other: Any) -> int:
        return _number(other) + self._value

    def __sub__(self, other: Any) -> int:
        return self._value - _number(other)

    def __rsub__(self, other: Any) -> int:
        return _number(other) - self._value

    def __mul__(self, other: Any) -> int:
        return self._value * _number(other)

    def __rmul__(self, other: Any) -> int:
        return _number(other) * self._value

    def __div__(self, other: Any) -> int:
        return self._value // _number(other)

    def __rdiv__(self, other: Any) -> int:
        return _number(other) // self._value


def _number(value: Any) -> Any:
    return value._value if isinstance(value, Time) else value


def time(units: str = "us") -> Time:
    """The clock, read when everything submitted earlier has completed.

    Parameters
    ----------
    units
        "us" for microseconds or "ns" for nanoseconds.

    Raises
    ------
    ValueError
        For another unit.
    """
    if units not in ("us", "ns"):
        raise ValueError(f"Invalid time unit: {units!r}, must be 'us' or 'ns'")
    made = Time.__new__(Time)
    made._value = _legatus.measure_microseconds() if units == "us" else _legatus.measure_nanoseconds()
    return made
