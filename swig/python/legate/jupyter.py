# SPDX-License-Identifier: Apache-2.0
"""The program ``legate-jupyter``, which makes the runtime known to Jupyter as a kernel."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import site
import sys
from pathlib import Path
from typing import Any, Sequence

from legate.driver.command_line import parse
from legate.driver.composition import PACKAGE_ROOT

__all__ = ("install_kernel", "kernel_specification", "main")

DEFAULT_NAME = "Legate_SM_GPU"


def main(words: Sequence[str] | None = None) -> int:
    """Runs ``legate-jupyter``.

    Parameters
    ----------
    words : sequence of str, optional
        The command line without the name of the program; by default that of this process.

    Returns
    -------
    int
        The exit status: 1 if nothing is installed.
    """
    given, flags = _parser().parse_known_args(words)
    try:
        _require_ipykernel()
        folder = install_kernel(given.name, kernel_specification(given.display_name or given.name, flags), _home(given))
    except (OSError, RuntimeError, ValueError) as error:
        print(f"legate-jupyter: error: {error}", file=sys.stderr)
        return 1
    print(f"Jupyter kernel {given.name} is installed in {folder}")
    return 0


def _require_ipykernel() -> None:
    if importlib.util.find_spec("ipykernel") is None:
        message = f"a kernel needs the package ipykernel, which {sys.executable} does not find; nothing is installed"
        raise RuntimeError(message)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="legate-jupyter",
        allow_abbrev=False,
        description="Install a Jupyter kernel that runs notebooks with the Legate runtime.",
        epilog="All other flags are those of the launcher that starts the kernel, such as --cpus 4: see legate --help",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--user", action="store_true", help="install for the current user (default: for this Python)")
    where.add_argument("--prefix", type=Path, help="install below this folder, in share/jupyter/kernels")
    parser.add_argument("--name", default=DEFAULT_NAME, help="name of the kernel (default: %(default)s)")
    parser.add_argument("--display-name", help="name that Jupyter shows (default: the name)")
    return parser


def kernel_specification(display_name: str, flags: Sequence[str]) -> dict[str, Any]:
    """What Jupyter has to know to start the kernel.

    Parameters
    ----------
    display_name : str
    flags : sequence of str
        Flags of the launcher.

    Raises
    ------
    ValueError
        If they are not, or also name a program or more than one process.
    """
    arguments = parse(flags, {})
    if arguments.program or arguments.module or arguments.run_mode != "python":
        message = f"{' '.join(flags)}: a kernel takes flags only, it is no program and no module"
        raise ValueError(message)
    if arguments.nodes * arguments.ranks_per_node > 1:
        message = f"{' '.join(flags)}: a kernel is one process"
        raise ValueError(message)
    launcher = [sys.executable, "-m", "legate.driver", *flags]
    specification: dict[str, Any] = {
        "argv": [*launcher, "--module", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": display_name,
        "language": "python",
        "metadata": {"debugger": True},
    }
    if PACKAGE_ROOT not in [*site.getsitepackages(), site.getusersitepackages()]:
        specification["env"] = {"PYTHONPATH": f"{PACKAGE_ROOT}{os.pathsep}${{PYTHONPATH}}"}
    return specification


def install_kernel(name: str, specification: dict[str, Any], home: Path) -> Path:
    """Writes the specification of a kernel to where Jupyter looks for it, in place of an older one of that name.

    Parameters
    ----------
    name : str
        Letters, digits, ``.``, ``_`` and ``-``. Upper and lower case are the same to Jupyter.
    specification : dict
    home : Path
        A data folder of Jupyter.

    Returns
    -------
    Path
        The folder of the kernel.

    Raises
    ------
    ValueError
        If Jupyter does not take such a name.
    OSError
        If the file cannot be written.
    """
    if re.fullmatch(r"[A-Za-z0-9._-]+", name) is None:
        message = f"--name {name!r}: expected letters, digits, '.', '_' and '-'"
        raise ValueError(message)
    folder = home / "kernels" / name.lower()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kernel.json").write_text(json.dumps(specification, indent=1) + "\n", encoding="utf-8")
    return folder


def _home(given: argparse.Namespace) -> Path:
    """The data folder of Jupyter that is meant."""
    if not given.user:
        return (given.prefix or Path(sys.prefix)) / "share" / "jupyter"
    if "JUPYTER_DATA_DIR" in os.environ:
        return Path(os.environ["JUPYTER_DATA_DIR"])
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Jupyter"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "jupyter"
