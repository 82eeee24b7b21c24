# SPDX-License-Identifier: Apache-2.0
"""Runs the Python benchmarks in a build tree, with C++ programs as references, and prints a table.

    table.py --build build/release [launches] [startup] [parallel_bodies] [tutorial] [--workers 1,2] [--rounds 3]

`tools/dev bench launches` does that.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
FIGURE = re.compile(r"^(\S+) ([-+.e\d]+) (us|ms|bodies)$", re.MULTILINE)
TIMEOUT = 1800  # seconds, of one program


class Row(NamedTuple):
    """A figure, what it is, and the figure that it is compared with."""

    figure: str
    label: str
    reference: str = ""
    reference_label: str = ""


class Benchmark(NamedTuple):
    """The rows of a benchmark, and what the C++ benchmark `comparison` contributes to them."""

    rows: tuple[Row, ...]
    comparison: str = ""


BENCHMARKS = {
    "launches": Benchmark(
        (
            Row("py_no_store", "launch without arguments", "one_task", "the same in C++"),
            Row("py_one_store", "launch with 1 store", "py_call", "call of the body"),
            Row("py_one_store", "", "one_task_with_a_store", "the same in C++"),
            Row("py_three_stores", "launch with 3 stores, 2 scalars", "py_call_three_stores", "call of the body"),
            Row("py_three_stores", "", "one_task_with_three_stores", "the same in C++"),
            Row("py_with_context", "launch with 1 store and the context", "py_one_store", "without the context"),
            Row("py_as_array", "launch with 1 store, seen by NumPy", "py_one_store", "not looked at"),
            Row("py_fill", "fill", "one_task_with_a_store", "a task in C++"),
            Row("py_submit_and_wait", "submit and wait", "submit_and_wait", "the same in C++"),
        ),
        comparison="launch",
    ),
    "startup": Benchmark(
        (
            Row("py_import", "import legate.core", "py_import_numpy", "import numpy"),
            Row("py_first_result", "first result", "first_result", "the same in C++"),
        ),
        comparison="start",
    ),
    "parallel_bodies": Benchmark(
        (
            Row("py_bodies_tasks", "16 calls of numpy.sin, by tasks", "py_bodies_loop", "in a loop"),
            Row("py_bodies_tasks", "", "py_bodies_threads", "by as many threads"),
            Row("py_bodies_at_once", "most bodies at the same time"),
        )
    ),
    "tutorial": Benchmark(
        (
            Row("tutorial_quick.run", "quick, whole run"),
            Row("tutorial_saxpy", "saxpy", "tutorial_saxpy.numpy", "NumPy, one thread"),
            Row("tutorial_saxpy.run", "  whole run"),
            Row("tutorial_histogram", "histogram", "tutorial_histogram.numpy", "NumPy, one thread"),
            Row("tutorial_histogram.run", "  whole run"),
            Row("tutorial_matmul", "matmul", "tutorial_matmul.numpy", "NumPy, one thread"),
            Row("tutorial_matmul.run", "  whole run"),
            Row("tutorial_fft", "fft", "tutorial_fft.numpy", "NumPy, one thread"),
            Row("tutorial_fft.run", "  whole run"),
        )
    ),
}


class Tree:
    """A build tree: `make` and `make benchmarks` have been run there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._environment = dict(os.environ, OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
        paths = [str(self._folder / "python"), os.environ.get("PYTHONPATH", "")]
        self._environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))

    def commands(self, name: str, workers: int) -> list[list[str]]:
        """The programs whose figures make the table of a benchmark."""
        command = [sys.executable, str(HERE / f"{name}.py")]
        if name == "tutorial":
            return [[*command, "--launcher", str(self._folder / "python" / "bin" / "legate"), "--cpus", str(workers)]]
        part = BENCHMARKS[name].comparison
        in_cpp = [str(self._folder / "tests" / "benchmarks" / "comparison"), "--only", part]
        return [command, in_cpp] if part else [command]

    def run(self, command: list[str], workers: int) -> dict[str, tuple[float, str]]:
        """Runs a program; returns its figures. Raises SystemExit if it fails."""
        environment = dict(self._environment)
        if "--launcher" not in command:
            environment["LEGATE_CONFIG"] = f"--cpus {workers} --sysmem 4000"
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT)
        if done.returncode != 0:
            raise SystemExit(f"{command}: status {done.returncode}\n{done.stdout}{done.stderr}")
        return {name: (float(value), unit) for name, value, unit in FIGURE.findall(done.stdout)}


def print_row(*cells: str) -> None:
    widths = (38, 8, 12, 22, 12, 8)
    print("".join(cell.ljust(w) if i in (0, 3) else cell.rjust(w) for i, (cell, w) in enumerate(zip(cells, widths))))


def measure(tree: Tree, name: str, workers: int, rounds: int) -> None:
    """Runs one benchmark and prints its rows. Its programs take turns."""
    values: dict[str, list[float]] = defaultdict(list)
    units: dict[str, str] = {}
    for _ in range(rounds):
        for command in tree.commands(name, workers):
            for figure, (value, unit) in tree.run(command, workers).items():
                values[figure].append(value)
                units[figure] = unit
    medians = {figure: statistics.median(measured) for figure, measured in values.items()}
    for row in BENCHMARKS[name].rows:
        value, reference = medians[row.figure], medians.get(row.reference)
        print_row(
            row.label,
            str(workers),
            f"{value:.3g} {units[row.figure]}" if value < 1000 else f"{value:.0f} {units[row.figure]}",
            f"  {row.reference_label}",
            "" if reference is None else f"{reference:.3g}" if reference < 1000 else f"{reference:.0f}",
            "" if reference is None else f"{value / reference:.2f}",
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHMARKS)}; all by default")
    parser.add_argument("--build", type=Path, required=True, help="the build tree")
    parser.add_argument("--workers", default="1,2", help="numbers of workers, with commas (1,2)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each program is run; medians are printed (3)")
    arguments = parser.parse_args()
    for name in arguments.names:
        if name not in BENCHMARKS:
            parser.error(f"there is no benchmark {name}")
    tree = Tree(arguments.build)
    for name in arguments.names or BENCHMARKS:
        print_row(name, "workers", "Legatus", "  reference", "", "ratio")
        for workers in map(int, arguments.workers.split(",")):
            measure(tree, name, workers, arguments.rounds)


if __name__ == "__main__":
    main()
