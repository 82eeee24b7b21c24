# SPDX-License-Identifier: Apache-2.0
"""A report on this process and its surroundings, for benchmark logs and bug reports."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Mapping

from legate import __version__, install_info
from legate.util.has_started import runtime_has_started

__all__ = (
    "build_info",
    "conda_package_dists",
    "info",
    "machine_info",
    "package_dists",
    "package_versions",
    "print_build_info",
    "print_conda_package_details",
    "print_machine_info",
    "print_package_details",
    "print_package_versions",
    "print_system_info",
    "system_info",
)

NOT_FOUND = "(failed to detect)"
NOT_STARTED = "(unavailable, legate runtime not started)"
NO_NVIDIA_SMI = "(nvidia-smi missing)"
NO_CONDA = "(no conda metadata in active Python prefix)"

PYTHON_PACKAGES = ("legate", "cupynumeric", "numpy", "scipy", "numba")
CONDA_PACKAGES = ("cuda-version", "legate", "cupynumeric")

RUNTIME_OPTIONS = (
    "auto_config",
    "consensus",
    "disable_mpi",
    "enable_inline_task_launch",
    "experimental_copy_path",
    "field_reuse_frac",
    "field_reuse_freq",
    "io_use_vfd_gds",
    "max_exception_size",
    "min_cpu_chunk",
    "min_gpu_chunk",
    "min_omp_chunk",
    "num_omp_threads",
    "profile",
    "profile_name",
    "provenance",
    "show_progress_requested",
    "single_controller_execution",
    "use_empty_task",
    "warmup_nccl",
    "window_size",
)
RESOURCES = ("cpus", "gpus", "omps", "ompthreads", "util", "sysmem", "numamem", "fbmem", "zcmem", "regmem")


def info(*, start_runtime: bool = True) -> dict[str, Any]:
    """Everything that this module reports, by section.

    Parameters
    ----------
    start_runtime : bool, optional
        Whether to start the runtime if it does not run. What only the runtime knows is replaced by a text otherwise.
    """
    running = start_runtime or runtime_has_started()
    return {
        "Program": " ".join(sys.argv),
        "Legate runtime configuration": _runtime_configuration() if running else NOT_STARTED,
        "Realm runtime configuration": _resources() if running else NOT_STARTED,
        "Machine": machine_info() if running else NOT_STARTED,
        "System info": system_info(),
        "Package versions": package_versions(),
        "Package details": package_dists(),
        "Conda package details": conda_package_dists(),
        "Legate build configuration": build_info(),
    }


def _runtime_configuration() -> dict[str, Any]:
    from legate.core import get_legate_runtime

    configuration = get_legate_runtime().config()
    return {name: getattr(configuration, name) for name in RUNTIME_OPTIONS}


def _resources() -> dict[str, Any]:
    """Processors and memory. The section has the name of the original's backend, by which programs look for it."""
    from legate.core import get_legate_runtime

    resources = get_legate_runtime().realm_config()
    return {name: getattr(resources, name) for name in RESOURCES}


def machine_info() -> dict[str, str]:
    """The machine of the current scope: its preferred target and its processors of each kind. Starts the runtime."""
    from legate.core import TaskTarget, get_machine

    machine = get_machine()
    processors = {target.name: str(machine.get_processor_range(target)) for target in TaskTarget}
    return {"Preferred target": machine.preferred_target.name, **processors}


def system_info() -> dict[str, Any]:
    """Versions of Python, of the operating system and of the GPU driver, and the GPUs."""
    driver = _ask_nvidia_smi("--query-gpu=driver_version", "--format=csv,noheader", "--id=0")
    devices = _ask_nvidia_smi("-L")
    return {
        "Python": sys.version.replace("\n", " "),
        "Platform": platform.platform(),
        "GPU driver": driver[0] if isinstance(driver, list) else driver,
        "GPU devices": (
            {f"GPU {i}": line.partition(": ")[2] for i, line in enumerate(devices)}
            if isinstance(devices, list)
            else devices
        ),
    }


def _ask_nvidia_smi(*arguments: str) -> list[str] | str:
    """The lines that the tool prints; a text that says why there are none."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return NO_NVIDIA_SMI
    try:
        output = subprocess.run([tool, *arguments], capture_output=True, text=True, check=True, timeout=30).stdout
    except (OSError, subprocess.SubprocessError):
        return NOT_FOUND
    return output.strip().splitlines() or NOT_FOUND


def package_versions() -> dict[str, str]:
    """Versions of Legatus, of the interface that it offers and of packages that programs use with it."""
    ours = {"legate": __version__, "legatus": install_info.legatus_version, "starpu": install_info.starpu_module}
    others = {name: _module_version(name) for name in PYTHON_PACKAGES if name != "legate"}
    return {**ours, **others}


def _module_version(name: str) -> str:
    try:
        return importlib.metadata.version(_distribution_name(name) or name)
    except importlib.metadata.PackageNotFoundError:
        pass
    # cupynumeric comes with Legatus, not as a distribution. Importing it would start the runtime.
    return f"with legatus {install_info.legatus_version}" if _is_ours(name) else NOT_FOUND


def package_dists() -> dict[str, str]:
    """For each package: the distribution that it belongs to, who installed that, and where it is."""
    return {name: _package_detail(name) for name in PYTHON_PACKAGES}


def _package_detail(name: str) -> str:
    path = _module_path(name)
    if path is None:
        return NOT_FOUND
    distribution = _distribution_name(name)
    if distribution is None:
        owner = f"legatus {install_info.legatus_version}" if _is_ours(name) else name
        return f"{owner} (path: {path})"
    found = importlib.metadata.distribution(distribution)
    installer = (found.read_text("INSTALLER") or "unknown").strip()
    return f"{distribution} {found.version} (installer: {installer}, path: {path})"


def _module_path(name: str) -> Path | None:
    """Where the package would be imported from. Does not import it."""
    try:
        found = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
    return Path(found.origin).parent if found is not None and found.origin else None


def _is_ours(name: str) -> bool:
    path = _module_path(name)
    return path is not None and path.parent == Path(__file__).absolute().parents[2]


def _distribution_name(module: str) -> str | None:
    """The distribution that the importable package of that name came with."""
    path = _module_path(module)
    for distribution in importlib.metadata.distributions(name=module):
        if path is None or Path(str(distribution.locate_file(module))) == path:
            return distribution.metadata["Name"]
    return None


def conda_package_dists() -> dict[str, str]:
    """For each conda package: its version, build and channel."""
    return {"prefix": sys.prefix, **{name: _conda_package_detail(name) for name in CONDA_PACKAGES}}


def _conda_package_detail(name: str) -> str:
    folder = Path(sys.prefix) / "conda-meta"
    if not folder.is_dir():
        return NO_CONDA
    for file in folder.glob(f"{name}-*.json"):
        try:
            record = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if record.get("name") == name:
            return f"{name}-{record.get('version')}-{record.get('build')} ({record.get('channel', 'unknown channel')})"
    return NOT_FOUND


def build_info() -> dict[str, str]:
    """How this copy of Legatus was configured."""
    return {
        "build_type": install_info.build_type,
        "use_openmp": str(install_info.use_openmp),
        "use_cuda": str(install_info.use_cuda),
        "networks": ",".join(install_info.networks),
        "conduit": install_info.conduit,
        "configure_options": install_info.configure_options,
    }


def format_section(entries: Mapping[str, Any], indent: str = "") -> str:
    """Lines ``key :  value``, colons below each other; nested mappings follow their key, two columns further right."""
    width = max((len(str(key)) for key in entries), default=0)
    lines = []
    for key, value in entries.items():
        start = f"{indent}{key!s:<{width}} :"
        if isinstance(value, Mapping):
            lines += [start, format_section(value, indent + "  ")] if value else [start]
        else:
            lines.append(f"{start}  {value}")
    return "\n".join(lines)


def _print_section(title: str, entries: Mapping[str, Any]) -> None:
    print(f"{title}:\n{format_section(entries, '  ')}")


def print_build_info() -> None:
    """Prints :func:`build_info`."""
    _print_section("Legate build configuration", build_info())


def print_machine_info() -> None:
    """Prints :func:`machine_info`."""
    _print_section("Machine", machine_info())


def print_system_info() -> None:
    """Prints :func:`system_info`."""
    _print_section("System info", system_info())


def print_package_versions() -> None:
    """Prints :func:`package_versions`."""
    _print_section("Package versions", package_versions())


def print_package_details() -> None:
    """Prints :func:`package_dists`."""
    _print_section("Package details", package_dists())


def print_conda_package_details() -> None:
    """Prints :func:`conda_package_dists`."""
    _print_section("Conda package details", conda_package_dists())
