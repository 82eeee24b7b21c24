# SPDX-License-Identifier: Apache-2.0
"""Tasks whose bodies are Python functions."""

from ._annotations import ADD, AND, MAX, MIN, MUL, OR, XOR, InputStore, OutputStore, ReductionStore
from ._annotations import InputArray as InputArray
from ._annotations import OutputArray as OutputArray
from ._annotations import ReductionArray as ReductionArray
from ._decorator import task
from ._invoker import VariantInvoker
from ._pytask import PyTask

__all__ = (
    "ADD",
    "AND",
    "MAX",
    "MIN",
    "MUL",
    "OR",
    "XOR",
    "InputStore",
    "OutputStore",
    "PyTask",
    "ReductionStore",
    "VariantInvoker",
    "task",
)
