# SPDX-License-Identifier: Apache-2.0
"""The programs of the tutorial: what they print, how long their runs take, and NumPy doing the same on one thread.

    tutorial.py --launcher legate [--cpus 2] [--only saxpy,fft] [--rounds 3]

The programs are those of examples/python; the launcher may be another implementation's. Prints the time that a program
measures (`tutorial_NAME`), that of its whole run (`tutorial_NAME.run`), and that of NumPy (`tutorial_NAME.numpy`).
"""

from __future__ import annotations

import argparse
import re
import shlex
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy
from figures import report

PROGRAMS = Path(__file__).resolve().parents[3] / "examples" / "python"
OPTIONS = {
    "quick": (),
    "saxpy": ("--size", "10000000"),
    "histogram": ("--size", "10000000"),
    "matmul": ("-m", "1000", "-k", "1000", "-n", "1000"),
    "fft": ("--shape", "128,256,256"),
}
ELAPSED = re.compile(r"Time elapsed for [\w ]+: ([\d.]+)")
TIMEOUT = 300  # seconds, of one run


# The bodies of the tasks on whole arrays. Each returns what is to be timed.


def saxpy() -> Callable[[], object]:
    x = numpy.arange(10_000_000, dtype=numpy.float32)
    y, z = numpy.ones_like(x), numpy.zeros_like(x)

    def run() -> None:
        z[:] = 2.0 * x + y

    return run


def histogram() -> Callable[[], object]:
    data = numpy.random.randint(0, 10, size=10_000_000, dtype=numpy.int32)
    counted = numpy.zeros(10, dtype=numpy.int32)

    def run() -> None:
        counted[:] += numpy.bincount(data, minlength=10).astype(numpy.int32)

    return run


def matmul() -> Callable[[], object]:
    a, b = (numpy.random.randint(1, 101, size=(1000, 1000)) for _ in range(2))
    c = numpy.zeros((1000, 1000))

    def run() -> None:
        c[...] += numpy.matmul(a, b)

    return run


def fft() -> Callable[[], object]:
    source = numpy.random.randint(1, 101, size=(128, 256, 256)).astype(numpy.complex64)
    target = numpy.zeros_like(source)

    def run() -> None:
        target[:] = numpy.fft.fftn(source, axes=(1, 2))

    return run


BY_NUMPY = {"saxpy": saxpy, "histogram": histogram, "matmul": matmul, "fft": fft}


def milliseconds(call: Callable[[], object]) -> float:
    begin = perf_counter()
    call()
    return (perf_counter() - begin) * 1e3


def measure(name: str, command: list[str], figures: dict[str, list[float]]) -> None:
    """Runs a program once. Raises SystemExit if it fails."""
    begin = perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT)
    whole = (perf_counter() - begin) * 1e3
    elapsed = ELAPSED.search(done.stdout)
    if done.returncode != 0 or (name in BY_NUMPY and elapsed is None):
        last = (done.stdout + done.stderr).strip().splitlines()[-5:]
        raise SystemExit("\n".join([f"{shlex.join(command)}: status {done.returncode}", *last]))
    if elapsed is not None:
        figures[f"tutorial_{name}"].append(float(elapsed[1]))
    figures[f"tutorial_{name}.run"].append(whole)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--launcher", type=shlex.split, default=["legate"], help="the command that starts programs")
    parser.add_argument("--cpus", type=int, default=1, help="processors of the programs")
    parser.add_argument("--only", default=",".join(OPTIONS), help="names, with commas")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is run; medians are printed")
    arguments = parser.parse_args()
    figures: dict[str, list[float]] = defaultdict(list)
    for name in arguments.only.split(","):
        command = [*arguments.launcher, "--cpus", str(arguments.cpus), str(PROGRAMS / f"{name}.py"), *OPTIONS[name]]
        by_numpy = BY_NUMPY[name]() if name in BY_NUMPY else None
        if by_numpy is not None:
            by_numpy()  # as the programs do: memory is touched for the first time
        for _ in range(arguments.rounds):
            if by_numpy is not None:
                figures[f"tutorial_{name}.numpy"].append(milliseconds(by_numpy))
            measure(name, command, figures)
    for name, values in figures.items():
        report(name, statistics.median(values), "ms")


if __name__ == "__main__":
    main()
