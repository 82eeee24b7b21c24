# SPDX-License-Identifier: Apache-2.0
"""``python -m legate.driver`` is ``legate``."""

from __future__ import annotations

import sys

from legate.driver.main import main

if __name__ == "__main__":
    sys.exit(main())
