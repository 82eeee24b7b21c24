# SPDX-License-Identifier: Apache-2.0
"""Small things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableSet
from typing import Any, Protocol, TypeVar

__all__ = ("Annotation", "OrderedSet")

T = TypeVar("T")


class AnyCallable(Protocol):
    """Whatever can be called."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Any call."""


class ShutdownCallback(Protocol):
    """What `Runtime.add_shutdown_callback` takes."""

    def __call__(self) -> None:
        """Called once, when the runtime finishes."""


class Annotation:
    """A context manager that marks a part of a program for tools. It does nothing.

    Parameters
    ----------
    pairs
        Keys and values.
    """

    def __init__(self, pairs: dict[str, str]) -> None:
        self._pairs = pairs

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exception: Any) -> None:
        pass


class OrderedSet(MutableSet[T]):
    """A set that keeps the order in which its elements were added.

    Parameters
    ----------
    copy_from
        Its first elements.
    """

    def __init__(self, copy_from: Iterable[T] | None = None) -> None:
        self._elements: dict[T, None] = dict.fromkeys(copy_from or ())

    def add(self, value: T) -> None:
        """Adds an element, at the end if it is new."""
        self._elements[value] = None

    def update(self, other: Iterable[T]) -> None:
        """Adds several elements."""
        self._elements.update(dict.fromkeys(other))

    def discard(self, value: T) -> None:
        """Removes an element if it is there."""
        self._elements.pop(value, None)

    def remove_all(self, other: Iterable[T]) -> OrderedSet[T]:
        """A new set without the elements of another one."""
        unwanted = set(other)
        return OrderedSet(element for element in self if element not in unwanted)

    def __len__(self) -> int:
        return len(self._elements)

    def __contains__(self, value: object) -> bool:
        return value in self._elements

    def __iter__(self) -> Iterator[T]:
        return iter(self._elements)

    def __repr__(self) -> str:
        return f"OrderedSet({list(self)})"
