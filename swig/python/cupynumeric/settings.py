# SPDX-License-Identifier: Apache-2.0
"""Settings of the module."""

from __future__ import annotations


class CupynumericSettings:
    """There are none yet: programs may list them, as the example programs' harness does."""


settings = CupynumericSettings()
