# SPDX-License-Identifier: Apache-2.0
"""Which types an elementwise function computes in: NumPy's own rules, asked for once per combination."""

from __future__ import annotations

from typing import Any

import numpy as np

#: Since version 2, NumPy promotes by dtypes alone; before, the values of numbers matter.
PROMOTES_BY_DTYPE = int(np.__version__.split(".", 1)[0]) >= 2

#: What tells the type of an operand: a dtype, or int, float or complex for a Python number.
Kind = Any


def resolve(
    function: np.ufunc, kinds: tuple[Kind, ...], dtype: np.dtype | None, casting: str
) -> tuple[np.dtype, ...]:
    """
    The dtypes of inputs and output of a NumPy function.

    Parameters
    ----------
    kinds
        A dtype or, for Python numbers, ``int``, ``float`` or ``complex``.
    dtype
        The output dtype that was asked for.
    casting
        How inputs may be cast for the sake of that.

    Raises
    ------
    TypeError
        If the function does not take these types.
    """
    if PROMOTES_BY_DTYPE:
        if dtype is None:
            return tuple(function.resolve_dtypes(kinds + (None,)))
        signature = (None,) * len(kinds) + (dtype,)
        return tuple(function.resolve_dtypes(kinds + (None,), signature=signature, casting=casting))
    return _resolve_by_search(function, kinds, dtype, casting)


def _resolve_by_search(
    function: np.ufunc, kinds: tuple[Kind, ...], dtype: np.dtype | None, casting: str
) -> tuple[np.dtype, ...]:
    """The first of the function's loops that the operands can be cast to safely."""
    wanted = [np.dtype(kind) for kind in kinds]
    for loop in function.types:
        inputs, output = loop.split("->")
        if "O" in loop or "m" in loop or "M" in loop or len(inputs) != len(wanted):
            continue
        if dtype is not None and np.dtype(output) != dtype:
            continue
        rule = "safe" if dtype is None else casting
        if all(np.can_cast(have, np.dtype(code), rule) for have, code in zip(wanted, inputs, strict=True)):
            return tuple(np.dtype(code) for code in inputs + output)
    raise TypeError(f"ufunc '{function.__name__}' not supported for the input types {[str(kind) for kind in wanted]}")
