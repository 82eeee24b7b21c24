# SPDX-License-Identifier: Apache-2.0
"""The commands that start a program as several processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import NamedTuple

from legate.driver.ranks import RANK_VARIABLES

__all__ = ("Job", "forwarded_variables", "launcher_prefix")

#: Beginnings of the names of variables that processes on other nodes need, too. Those of the second line are ours.
FORWARDED_PREFIXES = (
    *("CONDA_", "CUFILE_", "CUTENSOR_", "LEGATE_", "LEGION_", "LG_", "REALM_", "GASNET_", "PYTHON", "UCX_", "NCCL_"),
    *("CUPYNUMERIC_", "NVIDIA_", "LD_", "LEGATUS_", "STARPU_", "HWLOC_", "OMP_"),
)


class Job(NamedTuple):
    """What a launcher has to start.

    Attributes
    ----------
    nodes, ranks_per_node : int
    environ : mapping
        The environment of the processes.
    debugged : bool
        Whether somebody sits before the processes.
    """

    nodes: int
    ranks_per_node: int
    environ: Mapping[str, str]
    debugged: bool = False

    @property
    def ranks(self) -> int:
        """The number of processes."""
        return self.nodes * self.ranks_per_node


def launcher_prefix(launcher: str, job: Job) -> list[str]:
    """The words before the command that each process executes.

    Parameters
    ----------
    launcher : str
        One of the choices of ``--launcher``.
    job : Job

    Raises
    ------
    RuntimeError
        If this launcher cannot start the job.
    """
    return _PREFIXES[launcher](job)


def forwarded_variables(environ: Mapping[str, str]) -> list[str]:
    """The names of the variables to hand on to processes on other nodes, sorted."""
    return sorted(name for name in environ if name.endswith("PATH") or name.startswith(FORWARDED_PREFIXES))


def _none(job: Job) -> list[str]:
    if job.ranks > 1 and not any(name in job.environ for name in RANK_VARIABLES):
        message = (
            f"{job.ranks} ranks are asked for, but neither --launcher says how to start them, nor is this one of them "
            f"(none of {', '.join(RANK_VARIABLES)} is set). Pass --launcher, for example --launcher mpirun, or start "
            "legate itself under a launcher"
        )
        raise RuntimeError(message)
    return []


def _mpirun(job: Job) -> list[str]:
    start = ["mpirun", "-n", str(job.ranks)]
    version = _mpirun_version(job.environ)
    if "open mpi" in version or "open-mpi" in version or "openrte" in version:
        return start + _open_mpi(job)
    if "mpich" in version or "hydra" in version:
        names = ",".join(forwarded_variables(job.environ))
        return [*start, "-ppn", str(job.ranks_per_node), "--bind-to", "none", "-envlist", names]
    first = version.strip().splitlines()[0] if version.strip() else "nothing"
    message = f"--launcher mpirun: neither Open MPI nor MPICH, `mpirun --version` says: {first}"
    raise RuntimeError(message)


def _open_mpi(job: Job) -> list[str]:
    words = ["--npernode", str(job.ranks_per_node), "--bind-to", "none", "--mca", "mpi_warn_on_fork", "0"]
    # Open MPI refuses to start more processes than there are cores, and to run as root, unless told that it is meant.
    if job.ranks_per_node > _cores():
        words.append("--oversubscribe")
    if os.geteuid() == 0:
        words.append("--allow-run-as-root")
    for name in forwarded_variables(job.environ):
        words += ["-x", name]
    return words


def _mpirun_version(environ: Mapping[str, str]) -> str:
    import shutil
    import subprocess  # not imported above: most runs have one rank

    mpirun = shutil.which("mpirun", path=environ.get("PATH"))
    if mpirun is None:
        message = "--launcher mpirun: there is no mpirun in PATH"
        raise RuntimeError(message)
    try:
        done = subprocess.run(
            [mpirun, "--version"],
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        message = f"--launcher mpirun: `{mpirun} --version` fails: {error}"
        raise RuntimeError(message) from error
    return (done.stdout + done.stderr).lower()


def _cores() -> int:
    """The cores that this process may use; hardware threads of one core count once, as Open MPI counts them."""
    processors = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    return len({_core_of(processor) for processor in processors})


def _core_of(processor: int) -> str:
    siblings = f"/sys/devices/system/cpu/cpu{processor}/topology/thread_siblings_list"
    try:
        with open(siblings, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return str(processor)


def _srun(job: Job) -> list[str]:
    words = ["srun", "-n", str(job.ranks), "--ntasks-per-node", str(job.ranks_per_node)]
    return [*words, "--pty"] if job.debugged else words


def _jsrun(job: Job) -> list[str]:
    per_node = str(job.ranks_per_node)
    return ["jsrun", "-n", str(job.nodes), "-r", "1", "-a", per_node, "-c", "ALL_CPUS", "-g", "ALL_GPUS", "-b", "none"]


def _aprun(job: Job) -> list[str]:
    return ["aprun", "-n", str(job.ranks), "-N", str(job.ranks_per_node)]


def _dask(job: Job) -> list[str]:
    message = "--launcher dask: Legatus cannot be started by Dask; use mpirun, srun, jsrun or aprun"
    raise RuntimeError(message)


_PREFIXES: dict[str, Callable[[Job], list[str]]] = {
    "none": _none,
    "mpirun": _mpirun,
    "srun": _srun,
    "jsrun": _jsrun,
    "aprun": _aprun,
    "dask": _dask,
}
