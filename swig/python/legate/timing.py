# SPDX-License-Identifier: Apache-2.0
"""Clocks that stand in the order of submission."""

from __future__ import annotations

from typing import Any

from .core import _legatus
from .core._base import refuse_construction


class Time:
    """The reading of a clock after everything submitted earlier has completed. Computes like the number it is.

    Whatever needs the number waits until it is known, but not for operations submitted later. On several ranks, all see
    the same number.
    """

    __slots__ = ("_reading",)
    _reading: _legatus.ClockReading
    __init__ = refuse_construction

    def value(self) -> int:
        """The reading.

        Raises
        ------
        RuntimeError
            Inside a task, if the reading is not known yet.
        """
        return self._reading.wait()

    __int__ = value

    def __float__(self) -> float:
        return float(self.value())

    def __str__(self) -> str:
        return str(self.value())

    def __add__(self, other: Any) -> int:
        return self.value() + _number(other)

    def __radd__(self, other: Any) -> int:
        return _number(other) + self.value()

    def __sub__(self, other: Any) -> int:
        return self.value() - _number(other)

    def __rsub__(self, other: Any) -> int:
        return _number(other) - self.value()

    def __mul__(self, other: Any) -> int:
        return self.value() * _number(other)

    def __rmul__(self, other: Any) -> int:
        return _number(other) * self.value()

    def __div__(self, other: Any) -> int:
        return self.value() // _number(other)

    def __rdiv__(self, other: Any) -> int:
        return _number(other) // self.value()


def _number(value: Any) -> Any:
    return value.value() if isinstance(value, Time) else value


def time(units: str = "us") -> Time:
    """The clock, read when everything submitted earlier has completed. Returns at once; every rank has to call it.

    Parameters
    ----------
    units
        "us" for microseconds or "ns" for nanoseconds.

    Raises
    ------
    ValueError
        For another unit, and in a streaming scope that is strict.
    RuntimeError
        Inside a task.
    """
    if units not in ("us", "ns"):
        raise ValueError(f"Invalid time unit: {units!r}, must be 'us' or 'ns'")
    made = Time.__new__(Time)
    made._reading = _legatus.measure_microseconds() if units == "us" else _legatus.measure_nanoseconds()
    return made
