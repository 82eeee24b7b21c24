# SPDX-License-Identifier: Apache-2.0
"""How many processes there are, and which one this is, according to the environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

__all__ = ("RANK_VARIABLES", "Ranks", "detect_ranks", "own_rank")

#: Variables that hold the rank of a process that was started by one of several launchers.
RANK_VARIABLES = ("OMPI_COMM_WORLD_RANK", "PMI_RANK", "MV2_COMM_WORLD_RANK", "SLURM_PROCID")

_SIZE_VARIABLES = (
    ("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE"),
    ("PMI_SIZE", "PMI_LOCAL_SIZE"),
    ("PMI_SIZE", "MPI_LOCALNRANKS"),  # MPICH
    ("MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_LOCAL_SIZE"),
)


class Ranks(NamedTuple):
    """The processes of a run.

    Attributes
    ----------
    nodes, per_node : int
        Their number is the product.
    source : str
        The variables that say so; empty if none does.
    """

    nodes: int = 1
    per_node: int = 1
    source: str = ""


def detect_ranks(environ: Mapping[str, str]) -> Ranks:
    """What a launcher around this process has started.

    Raises
    ------
    ValueError
        If a variable holds no number, or the numbers do not fit each other.
    """
    for size, local_size in _SIZE_VARIABLES:
        if size in environ and local_size in environ:
            return _divide(size, _number(environ, size), local_size, _number(environ, local_size))
    return _detect_slurm(environ) or Ranks()


def own_rank(environ: Mapping[str, str]) -> int | None:
    """The rank of this process; None if no launcher left a trace."""
    for name in RANK_VARIABLES:
        if environ.get(name, "").isdigit():
            return int(environ[name])
    return None


def _detect_slurm(environ: Mapping[str, str]) -> Ranks | None:
    nodes_variable, tasks_variable = "SLURM_JOB_NUM_NODES", "SLURM_TASKS_PER_NODE"
    if nodes_variable not in environ:
        return None
    nodes = _number(environ, nodes_variable)
    if tasks_variable in environ:
        text = environ[tasks_variable]
        # "4" or, for several nodes with as many tasks each, "4(x2)"
        found = re.fullmatch(r"(\d+)(?:\(x(\d+)\))?", text.strip())
        if found is None or int(found[2] or nodes) != nodes:
            message = f"{tasks_variable}={text!r}: expected the same number of tasks on each of {nodes} nodes"
            raise ValueError(message)
        return Ranks(nodes, int(found[1]), f"{nodes_variable} and {tasks_variable}")
    for variable in ("SLURM_NTASKS", "SLURM_NPROCS"):
        if variable in environ:
            total = _number(environ, variable)
            if total % nodes != 0:
                message = f"{variable}={total} is not a multiple of {nodes_variable}={nodes}"
                raise ValueError(message)
            return Ranks(nodes, total // nodes, f"{nodes_variable} and {variable}")
    return None


def _divide(total_variable: str, total: int, local_variable: str, local: int) -> Ranks:
    if total % local != 0:
        message = f"{total_variable}={total} is not a multiple of {local_variable}={local}"
        raise ValueError(message)
    return Ranks(total // local, local, f"{total_variable} and {local_variable}")


def _number(environ: Mapping[str, str], name: str) -> int:
    text = environ[name]
    if not text.isdigit() or int(text) == 0:
        message = f"{name}={text!r}: expected a number from 1 on"
        raise ValueError(message)
    return int(text)
