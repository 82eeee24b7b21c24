# SPDX-License-Identifier: Apache-2.0
"""Logs of benchmarks: a header that says where and how, and a table of results."""

from __future__ import annotations

import csv
import os
import platform
import secrets
import sys
from abc import ABC, abstractmethod
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Callable, Sequence, TextIO

from legate.util.has_started import runtime_has_started
from legate.util.info import format_section, info

__all__ = ("BenchmarkLog", "BenchmarkLogFromFilename", "benchmark_log")

MISSING = "(missing)"
RULE = "#" * 80


def benchmark_log(
    name: str,
    columns: Sequence[str],
    *,
    out: TextIO | None = None,
    metadata: dict[str, Any] | None = None,
    start_runtime: bool = True,
) -> BenchmarkLog | BenchmarkLogFromFilename:
    """A log to write the results of a benchmark to.

    Where there are several ranks, all of them call this, and each writes a log of its own.

    Parameters
    ----------
    name : str
        Name of the benchmark.
    columns : sequence of str
        Names of the columns of the table.
    out : text file, optional
        Where to write. By default what the variable ``LEGATE_BENCHMARK_OUT`` says: ``stdout`` (also if it is not set),
        or a folder, which gets a file per rank.
    metadata : dict, optional
        What the header says about the run, values by name, possibly nested. By default :func:`legate.util.info.info`.
    start_runtime : bool, optional
        Whether to start the runtime if it does not run, to learn about the machine and the ranks.

    Returns
    -------
    BenchmarkLog or BenchmarkLogFromFilename
        A context manager that gives the log.

    Examples
    --------
    >>> with benchmark_log("saxpy", ["size", "time (ms)"]) as log:
    ...     log.log(size=1000, **{"time (ms)": 0.25})
    """
    if start_runtime:
        import legate.core  # noqa: F401
    if metadata is None:
        metadata = info(start_runtime=False)
    uid = _common_identifier()

    def construct(file: TextIO) -> BenchmarkLog:
        kind = BenchmarkLogRich if _wants_live_table(file) else BenchmarkLogCSV
        return kind(name, uid, list(columns), file, metadata)

    if out is not None:
        return construct(out)
    folder = os.environ.get("LEGATE_BENCHMARK_OUT", "stdout")
    if folder == "stdout":
        return construct(sys.stdout)
    file_name = f"{''.join(name.split())}_{uid:016x}.{_place()['Global rank']}.csv"
    return BenchmarkLogFromFilename(Path(folder) / file_name, construct)


class BenchmarkLog(ExitStack, ABC):
    """A log: entering it writes the header, :meth:`log` a row.

    Parameters
    ----------
    name : str
        Name of the benchmark.
    uid : int
        Tells this run from others, 64 bits, the same on all ranks.
    columns : list of str
        Names of the columns.
    file : text file
        Where to write.
    metadata : dict
        What the header says besides.
    """

    def __init__(self, name: str, uid: int, columns: list[str], file: TextIO, metadata: dict[str, Any]) -> None:
        super().__init__()
        self.name = name
        self.uid = uid
        self.columns = columns
        self.file = file
        self.metadata = metadata

    def __enter__(self) -> BenchmarkLog:
        super().__enter__()
        now = datetime.now(timezone.utc).replace(microsecond=0)
        benchmark = {"Name": self.name, "ID": f"{self.uid:016x}", "Time": str(now), **_place()}
        self._log_metadata(format_section({"Benchmark": benchmark, **self.metadata}))
        self._log_columns(self.columns)
        return self

    def log(self, **kwargs: Any) -> None:
        """Writes a row.

        Parameters
        ----------
        **kwargs
            Values by column; columns without one say so, and names that are no columns are ignored.
        """
        self._log_row([kwargs.get(column, MISSING) for column in self.columns])

    @abstractmethod
    def _log_metadata(self, metadata: str) -> None:
        """Writes the header, lines without a frame."""

    @abstractmethod
    def _log_columns(self, columns: list[str]) -> None:
        """Writes the names of the columns."""

    @abstractmethod
    def _log_row(self, row: list[Any]) -> None:
        """Writes one value per column."""


class BenchmarkLogCSV(BenchmarkLog):
    """A log as comma-separated values below a header of lines that start with ``#``."""

    def __init__(self, name: str, uid: int, columns: list[str], file: TextIO, metadata: dict[str, Any]) -> None:
        super().__init__(name, uid, columns, file, metadata)
        self._writer = csv.writer(file, dialect="unix", quoting=csv.QUOTE_MINIMAL)

    def _log_metadata(self, metadata: str) -> None:
        lines = [f"# {line}" for line in metadata.splitlines()]
        print(RULE, *lines, RULE, sep="\n", file=self.file, flush=True)

    def _log_columns(self, columns: list[str]) -> None:
        self._log_row(columns)

    def _log_row(self, row: list[Any]) -> None:
        self._writer.writerow(row)
        self.file.flush()


class BenchmarkLogRich(BenchmarkLog):
    """A log as a table on a terminal that grows with every row. Needs the package ``rich``."""

    def _log_metadata(self, metadata: str) -> None:
        from rich.console import Console
        from rich.panel import Panel
        from rich.text import Text

        self._console = Console(file=self.file)
        self._console.print(Panel(Text(metadata)))

    def _log_columns(self, columns: list[str]) -> None:
        from rich.live import Live
        from rich.table import Table

        self._table = Table(*columns)
        self._live = self.enter_context(Live(self._table, console=self._console, vertical_overflow="visible"))

    def _log_row(self, row: list[Any]) -> None:
        self._table.add_row(*(str(value) for value in row))
        self._live.refresh()


class BenchmarkLogFromFilename:
    """A context manager that makes a log in a file of that name and closes the file afterwards.

    Parameters
    ----------
    file_name : path
        The file. It is overwritten, and its folder is made.
    constructor : callable
        Makes the log from the open file.
    """

    def __init__(self, file_name: str | os.PathLike[str], constructor: Callable[[TextIO], BenchmarkLog]) -> None:
        self.file_name = Path(file_name)
        self.constructor = constructor
        self._open = ExitStack()

    def __enter__(self) -> BenchmarkLog:
        self.file_name.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            file = stack.enter_context(self.file_name.open("w", encoding="utf-8", newline=""))
            log = stack.enter_context(self.constructor(file))
            self._open = stack.pop_all()
        return log

    def __exit__(self, *exception: Any) -> bool | None:
        return self._open.__exit__(*exception)


def _wants_live_table(file: TextIO) -> bool:
    if os.environ.get("LEGATE_BENCHMARK_USE_RICH", "1") == "0" or not file.isatty():
        return False
    try:
        import rich  # noqa: F401
    except ImportError:
        return False
    return True


def _place() -> dict[str, Any]:
    """Which process of how many this is, and where. Does not start the runtime."""
    if runtime_has_started():
        from legate.core import get_legate_runtime

        runtime = get_legate_runtime()
        rank, size = runtime.node_id, runtime.node_count
    else:
        rank, size = _number_of("LEGATE_GLOBAL_RANK", "OMPI_COMM_WORLD_RANK", "PMI_RANK"), "unknown"
    local_rank = _number_of("LEGATE_LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID")
    return {"Global rank": rank, "Local rank": local_rank, "Global size": size, "Node": platform.node()}


def _number_of(*variables: str) -> int:
    return next((int(os.environ[name]) for name in variables if os.environ.get(name, "").isdigit()), 0)


def _common_identifier() -> int:
    """A random number of 64 bits, the same on all ranks. Collective if the runtime runs."""
    if runtime_has_started():
        from legate.core import get_legate_runtime

        if get_legate_runtime().node_count > 1:
            from legate.util._identifier import identifier_of_all_ranks

            return identifier_of_all_ranks()
    return secrets.randbits(64)
