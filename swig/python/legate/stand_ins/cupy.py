# SPDX-License-Identifier: Apache-2.0
"""
Stands in for CuPy where it is not installed.

Programs for CPUs and GPUs import CuPy at their top and use it in the branch for GPUs only. This module lets them run on
CPUs: it has no arrays, and whatever else is asked of it raises AttributeError. If there is a CuPy anywhere on
``sys.path``, importing this module gives that one.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import sys
from typing import NoReturn

#: True of this module, and of no CuPy.
is_stand_in = True


def _find_cupy() -> importlib.machinery.ModuleSpec | None:
    # By the folder's name, as there may be copies of this module: of a build tree and of an installation.
    places = [place for place in sys.path if os.path.basename(os.path.abspath(place or os.curdir)) != "stand_ins"]
    return importlib.machinery.PathFinder.find_spec("cupy", places)


def __getattr__(name: str) -> NoReturn:
    raise AttributeError(f"module 'cupy' has no attribute {name!r}: CuPy is not installed, a module without arrays stands in")


_spec = _find_cupy()
if _spec is not None and _spec.loader is not None:
    _module = importlib.util.module_from_spec(_spec)
    sys.modules["cupy"] = _module
    _spec.loader.exec_module(_module)
