# SPDX-License-Identifier: Apache-2.0
"""The Legate programming interface, on the Legatus runtime.

Importing this package starts nothing; importing :mod:`legate.core` starts the runtime. Other distributions may add
subpackages to it.
"""

from __future__ import annotations

import os
import sys

# As pkgutil.extend_path does it, which takes longer than all of the rest: it lists every folder that Python looks into.
__path__ += [
    os.path.abspath(folder)
    for folder in (os.path.join(entry, "legate") for entry in sys.path if isinstance(entry, str))
    if folder not in __path__ and os.path.isdir(folder)
]

from legate import install_info  # noqa: E402  (found through the path above)

#: Level of the interface, as ``YY.MM.PP``; the variable ``LEGATE_USE_VERSION`` puts another text in its place.
__version__: str = os.environ.get("LEGATE_USE_VERSION", install_info.interface_version)
