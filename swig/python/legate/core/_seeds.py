# SPDX-License-Identifier: Apache-2.0
"""Random numbers on several processes: all of them draw the same, because all of them run the same program."""

from __future__ import annotations

import functools
import sys
import warnings
from types import ModuleType
from typing import Any

_SEED = 1234
_MODULES = ("random", "numpy.random")


def fix_seeds() -> None:
    """Seeds the generators of `random` and `numpy.random` alike on every process, and has later seeding warn.

    A module that is not imported yet is seeded when it is: many programs do without, and importing `numpy.random` takes longer
    than starting the runtime.
    """
    missing = [name for name in _MODULES if name not in sys.modules]
    for name in _MODULES:
        if name not in missing:
            _fix_seed(sys.modules[name])
    if missing:
        sys.meta_path.insert(0, _SeedingFinder(missing))


def _fix_seed(module: Any) -> None:
    module.seed(_SEED)
    module.seed = _warning(module.seed, f"{module.__name__}.seed")


def _warning(seed: Any, name: str) -> Any:
    @functools.wraps(seed)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        warnings.warn(
            f"{name} was called: with non-constant seeds the processes of a run draw different numbers",
            category=Warning,
            stacklevel=2,
        )
        return seed(*args, **kwargs)

    return wrapper


class _SeedingFinder:
    """Finds some modules where others would, and has their seeds fixed when they are imported."""

    def __init__(self, names: list[str]) -> None:
        self._names = names

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> Any:
        if name not in self._names:
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        spec = next(filter(None, (finder.find_spec(name, path, target) for finder in others)), None)
        if spec is not None and spec.loader is not None:
            spec.loader = _SeedingLoader(spec.loader)  # type: ignore[assignment]
        return spec


class _SeedingLoader:
    """Loads a module as another loader does, which takes its place again, and fixes its seed."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, spec: Any) -> Any:
        return self._loader.create_module(spec)

    def exec_module(self, module: Any) -> None:
        module.__loader__ = module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        _fix_seed(module)
