# SPDX-License-Identifier: Apache-2.0
"""Where `legate.core.task` was in older versions of the interface."""

from .core.task import *  # noqa: F403
from .core.task import InputArray, OutputArray, ReductionArray, __all__  # noqa: F401
