# SPDX-License-Identifier: Apache-2.0
"""NumPy's functions called on arrays of this module: the function of the same name here is meant."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from ._ndarray import ndarray
from ._ufunc import UFUNCS


def to_numpy(value: Any) -> Any:
    """The value with arrays of this module replaced by NumPy arrays, also in sequences."""
    if isinstance(value, ndarray):
        return value.__array__()
    if isinstance(value, (list, tuple)) and any(isinstance(part, (ndarray, list, tuple)) for part in value):
        return type(value)(to_numpy(part) for part in value)
    return value


def call_function(function: Any, arguments: Any, keywords: Any) -> Any:
    """
    Calls the function of the same name and sub-module.

    Raises
    ------
    NotImplementedError
        If there is none.
    """
    path = function.__module__.split(".")[1:2] if function.__module__ else []
    module = importlib.import_module(".".join(["cupynumeric", *(p for p in path if p in ("linalg", "random"))]))
    own = getattr(module, function.__name__, None)
    if own is None or not callable(own):
        name = f"{function.__module__}.{function.__name__}"
        raise NotImplementedError(f"cupynumeric has no function {name}: call NumPy's with numpy.asarray(array) instead")
    return own(*arguments, **keywords)


def call_ufunc(function: np.ufunc, method: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """
    Calls the elementwise function of the same name, or a method of it.

    Raises
    ------
    NotImplementedError
        If there is none.
    """
    own = UFUNCS.get("divide" if function.__name__ == "true_divide" else function.__name__)
    if function.__name__ == "matmul" and method == "__call__":
        from ._products import matmul

        out = keywords.pop("out", (None,))
        return matmul(*arguments, out=out[0], **keywords)
    if own is None or method not in ("__call__", "reduce"):
        suffix = "" if method == "__call__" else f".{method}"
        raise NotImplementedError(f"cupynumeric has no numpy.{function.__name__}{suffix}")
    return getattr(own, method)(*arguments, **keywords)
