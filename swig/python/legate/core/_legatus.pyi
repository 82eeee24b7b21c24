# SPDX-License-Identifier: Apache-2.0
# The extension is private: the package above it is what has types.
from typing import Any

def __getattr__(name: str) -> Any: ...
