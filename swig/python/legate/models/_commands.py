# SPDX-License-Identifier: Apache-2.0
"""The program ``legate-models``: looks at performance models, and keeps them in order."""

from __future__ import annotations

import argparse
import fnmatch
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

from ._files import Model, ModelError, find_models, merge, model_directory, read_model, write_model
from ._plot import always_faster, crossovers, format_bytes, format_time, plot_svg
from ._samples import is_complete, median, polluted

__all__ = ("main",)


_LEFT_ALONE = "a folder, which is left alone"


class _Failure(Exception):
    """Ends the program with this message."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line, by default that of this process. Returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except (_Failure, OSError) as problem:
        _complain(problem)
        return 1


def _complain(problem: Exception) -> None:
    text = str(problem)
    if isinstance(problem, OSError) and problem.filename is not None:
        text = f"{problem.filename}: {problem.strerror}"
    print(f"legate-models: {text}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="legate-models", description="Look at how long tasks took, and keep these performance models in order."
    )
    parser.add_argument(
        "--directory", type=Path, help="the folder of models, if it is not that of the runtime (legate --model-dir)"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: object, help: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help, description=help.capitalize() + ".")
        command.set_defaults(run=run)
        return command

    def add_tasks(command: argparse.ArgumentParser, number: str) -> None:
        command.add_argument("task", nargs=number, help="LIBRARY.TASK; * and ? stand for any characters")

    add_tasks(add("list", _list, "list models"), "*")
    add_tasks(add("show", _show, "print what is known of each size"), "+")
    plot = add("plot", _plot, "draw time against size for each kind of processor, with the crossovers")
    add_tasks(plot, "+")
    plot.add_argument("-o", "--output", type=Path, help="the file of a single picture, by default TASK.VERSION.svg here")
    check = add("check", _check, "find samples that are far from the others, and damaged files")
    add_tasks(check, "*")
    check.add_argument("--remove", action="store_true", help="take these samples and files away")
    reset = add("reset", _reset, "forget models")
    add_tasks(reset, "*")
    reset.add_argument("--all", action="store_true", help="all of them")
    merging = add("merge", _merge, "take over what another folder of models, or a file, knows better")
    merging.add_argument("source", type=Path)
    merging.add_argument("--any-machine", action="store_true", help="what was measured on another machine counts for those of this folder")
    return parser


def _directory(options: argparse.Namespace) -> Path:
    return options.directory if options.directory is not None else model_directory()


def _read(options: argparse.Namespace) -> Iterator[tuple[Path, Model]]:
    """The models that were asked for; damaged ones are told about and left out."""
    directory = _directory(options)
    matched: set[str] = set()
    for path in find_models(directory):
        try:
            model = read_model(path)
        except (ModelError, OSError) as problem:
            _complain(problem)
            matched.update(pattern for pattern in options.task if _is_file_of(path, pattern))
            continue
        patterns = [pattern for pattern in options.task if fnmatch.fnmatchcase(model.task, pattern)]
        matched.update(patterns)
        if patterns or not options.task:
            yield path, model
    for pattern in options.task:
        if pattern not in matched:
            raise _Failure(f"there is no model of a task {pattern} in {directory}")


def _is_file_of(path: Path, pattern: str) -> bool:
    """Whether a file, which may be damaged, has the name of a model of such a task: ``TASK.VERSION.model``."""
    return fnmatch.fnmatchcase(unquote(path.name.removesuffix(".model").rpartition(".")[0]), pattern)


def _list(options: argparse.Namespace) -> None:
    rows = [("task", "version", "machine", "sizes", "samples", "kinds")]
    for _, model in _read(options):
        samples = sum(len(found) for size in model.sizes for found in size.samples.values())
        rows.append(
            (model.task, model.version, model.machine, str(len(model.sizes)), str(samples), " ".join(map(unquote, model.kinds)))
        )
    if len(rows) == 1:
        print(f"no models in {_directory(options)}")
    else:
        _print_table(rows)


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(word.ljust(width) for word, width in zip(row, widths)).rstrip())


def _show(options: argparse.Namespace) -> None:
    for _, model in _read(options):
        print(f"{model.task}, version {model.version}, on {model.machine}")
        rows = [("bytes", "arguments", "kind", "expected", "fastest", "slowest", "samples", "")]
        for size in sorted(model.sizes, key=lambda size: size.bytes):
            for kind, samples in sorted(size.samples.items()):
                if not samples:
                    continue
                times = [format_time(value) for value in (median(samples), min(samples), max(samples))]
                remark = "" if is_complete(samples) else "needs more"
                rows.append((str(size.bytes), size.text, unquote(kind), *times, str(len(samples)), remark))
        _print_table(rows)
        for slow, fast, bytes_ in crossovers(model):
            print(f"from {format_bytes(bytes_)} on, {unquote(fast)} is faster than {unquote(slow)}")
        for slow, fast in always_faster(model):
            print(f"{unquote(fast)} is faster than {unquote(slow)} at every size")
        print()


def _plot(options: argparse.Namespace) -> None:
    models = list(_read(options))
    if options.output is not None and len(models) != 1:
        raise _Failure(f"--output names one file, but {len(models)} models are to be plotted")
    for path, model in models:
        target = options.output or Path(f"{path.name.removesuffix('.model')}.svg")
        try:
            target.write_text(plot_svg(model), encoding="utf-8")
        except ValueError as problem:
            raise _Failure(str(problem)) from None
        print(target)


def _check(options: argparse.Namespace) -> int:
    found, left = _check_files(options.remove, find_models(_directory(options)))
    for path, model in _read(options):
        changed = False
        for size in model.sizes:
            for kind, samples in size.samples.items():
                for sample in polluted(samples):
                    found += 1
                    changed = True
                    samples.remove(sample)
                    print(
                        f"{model.task}, {size.text}, {unquote(kind)}: {format_time(sample)}, "
                        f"most take {format_time(median(samples))}"
                    )
        if changed and options.remove:
            write_model(path, model)
    if not options.remove:
        left = found
    taken = f", {found - left} taken away" if found > left else ""
    print(f"{found} found{taken}")
    return 1 if left else 0


def _check_files(remove: bool, paths: Sequence[Path]) -> tuple[int, int]:
    """How many files are damaged, and how many of them are there still."""
    damaged = left = 0
    for path in paths:
        try:
            read_model(path)
        except ModelError as problem:
            damaged += 1
            if not remove or path.is_dir():  # _read() tells about it
                left += 1
            else:
                print(problem)
                path.unlink()
    return damaged, left


def _reset(options: argparse.Namespace) -> int:
    if not options.task and not options.all:
        raise _Failure("reset needs the names of tasks, or --all")
    if options.all:
        paths = find_models(_directory(options))
    else:
        directory = _directory(options)
        damaged = [p for p in find_models(directory) if any(_is_file_of(p, pattern) for pattern in options.task)]
        paths = sorted({path for path, _ in _read(options)}.union(damaged))
    status = 0
    for path in paths:
        if path.is_dir():
            _complain(_Failure(f"{path}: {_LEFT_ALONE}"))
            status = 1
        else:
            path.unlink()
            print(f"removed {path}")
    return status


def _merge(options: argparse.Namespace) -> int:
    if not options.source.exists():
        raise _Failure(f"{options.source} does not exist")
    directory = _directory(options)
    sources = [options.source]
    if options.source.is_dir():  # of all machines, or of one
        sources = find_models(options.source) or sorted(options.source.glob("*.model"))
    if not sources:
        raise _Failure(f"there is no model in {options.source}")
    machines = [path.name for path in directory.iterdir() if path.is_dir()] if directory.is_dir() else []
    status = 0
    for source in sources:
        try:
            other = read_model(source)
        except ModelError as problem:
            _complain(problem)
            status = 1
            continue
        for machine in machines if options.any_machine and machines else [other.machine]:
            _merge_into(directory / machine, source.name, machine, other)
    return status


def _merge_into(folder: Path, name: str, machine: str, other: Model) -> None:
    target = folder / name
    model = Model(other.task, other.version, machine)
    if target.is_dir():
        raise _Failure(f"{target}: {_LEFT_ALONE}")
    if target.exists():
        try:
            model = read_model(target)
        except ModelError as problem:
            print(f"legate-models: {problem}; it is replaced", file=sys.stderr)
    merge(model, other)
    folder.mkdir(parents=True, exist_ok=True)
    write_model(target, model)
    print(target)
