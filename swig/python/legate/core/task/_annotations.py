# SPDX-License-Identifier: Apache-2.0
"""Annotations that say what a task does with a store. Bodies receive plain `PhysicalStore`s."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from .._physical import PhysicalStore
from .._types import ReductionOpKind

_R = TypeVar("_R", bound=ReductionOpKind)

if TYPE_CHECKING:
    # For checkers of types: what stands in the brackets of an annotation is a type.
    ADD = Literal[ReductionOpKind.ADD]
    MUL = Literal[ReductionOpKind.MUL]
    MAX = Literal[ReductionOpKind.MAX]
    MIN = Literal[ReductionOpKind.MIN]
    OR = Literal[ReductionOpKind.OR]
    AND = Literal[ReductionOpKind.AND]
    XOR = Literal[ReductionOpKind.XOR]
else:
    ADD = ReductionOpKind.ADD
    MUL = ReductionOpKind.MUL
    MAX = ReductionOpKind.MAX
    MIN = ReductionOpKind.MIN
    OR = ReductionOpKind.OR
    AND = ReductionOpKind.AND
    XOR = ReductionOpKind.XOR


class InputStore(PhysicalStore):
    """A store that the task reads."""

    __slots__ = ()


class OutputStore(PhysicalStore):
    """A store that the task writes."""

    __slots__ = ()


class ReductionStore(PhysicalStore, Generic[_R]):
    """A store into which the task combines its contributions: `ReductionStore[ADD]`."""

    __slots__ = ()


class InputArray(InputStore):
    """What older programs call an `InputStore`."""

    __slots__ = ()


class OutputArray(OutputStore):
    """What older programs call an `OutputStore`."""

    __slots__ = ()


class ReductionArray(ReductionStore[_R]):
    """What older programs call a `ReductionStore`."""

    __slots__ = ()
