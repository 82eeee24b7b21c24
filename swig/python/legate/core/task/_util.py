# SPDX-License-Identifier: Apache-2.0
"""Small helpers of the task package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from .._options import VariantCode

T = TypeVar("T")


def validate_variant(kind: Any) -> None:
    """Raises ValueError unless `kind` is a `VariantCode`."""
    if not isinstance(kind, VariantCode):
        raise ValueError(f"Unknown variant kind: {kind!r}")


def dynamic_docstring(**values: Any) -> Callable[[T], T]:
    """A decorator that formats the docstring of what it decorates with these values."""

    def decorator(decorated: T) -> T:
        assert decorated.__doc__ is not None, f"{decorated} has no docstring"
        try:
            decorated.__doc__ = decorated.__doc__.format(**values)
        except AttributeError:
            raise AssertionError(f"the docstring of {decorated} cannot be written") from None
        return decorated

    return decorator
