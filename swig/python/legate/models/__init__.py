# SPDX-License-Identifier: Apache-2.0
"""Performance models: how long tasks took, by size and kind of processor. The program ``legate-models`` works on them."""

from __future__ import annotations

from ._commands import main
from ._files import Model, ModelError, Size, find_models, merge, model_directory, read_model, write_model
from ._plot import crossovers, plot_svg
from ._samples import is_complete, median, polluted

__all__ = (
    "Model",
    "ModelError",
    "Size",
    "crossovers",
    "find_models",
    "is_complete",
    "main",
    "median",
    "merge",
    "model_directory",
    "plot_svg",
    "polluted",
    "read_model",
    "write_model",
)
