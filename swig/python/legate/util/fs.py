# SPDX-License-Identifier: Apache-2.0
"""Reading files of an installation."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Union

__all__ = ("read_c_define",)


def read_c_define(header_path: Union[str, os.PathLike[str]], name: str) -> str | None:
    """The text that a C header defines a macro as.

    Parameters
    ----------
    header_path : path
        The header. It is searched for a ``#define`` line, not preprocessed: conditions around it do not count.
    name : str
        The macro, without arguments.

    Returns
    -------
    str or None
        The text after the name, without blanks around it and without a comment after it; empty if there is none. None
        if no line defines the macro.

    Raises
    ------
    OSError
        If the header cannot be read.
    """
    definition = re.compile(rf"^[ \t]*#[ \t]*define[ \t]+{re.escape(name)}(?![\w(])[ \t]*(.*)$", re.MULTILINE)
    found = definition.search(Path(header_path).read_text(encoding="utf-8"))
    return re.sub(r"\s*(//.*|/\*.*?\*/)\s*$", "", found[1]).strip() if found else None
