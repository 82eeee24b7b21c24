# SPDX-License-Identifier: Apache-2.0
"""The files that the runtime keeps performance models in."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

_FIRST_LINE = "legatus-model 1"


class ModelError(ValueError):
    """A file is no performance model, or a damaged one."""


@dataclass
class Size:
    """Instances of a task that see parts of the same extents."""

    #: What the runtime knows the size by.
    hash: int
    #: Bytes that an instance sees.
    bytes: int
    #: Extents and element sizes of the arguments, ``100x200:8 100:8``.
    text: str
    #: Microseconds, by kind of processor.
    samples: dict[str, list[float]] = field(default_factory=dict)


@dataclass
class Model:
    """What is known of one version of a task on one machine."""

    task: str
    version: str
    machine: str
    sizes: list[Size] = field(default_factory=list)

    @property
    def kinds(self) -> list[str]:
        """The kinds of processors that there are samples of, in order."""
        return sorted({kind for size in self.sizes for kind in size.samples})


def model_directory(environment: Mapping[str, str] | None = None) -> Path:
    """Where the runtime keeps models, with a folder for each machine: as `--model-dir` says in the manual.

    Parameters
    ----------
    environment
        Variables to look at, by default those of this process.
    """
    variables = os.environ if environment is None else environment
    if given := variables.get("LEGATUS_MODEL_DIR"):
        return Path(given)
    if home := variables.get("STARPU_HOME"):
        return Path(home, ".legatus", "models")
    if cache := variables.get("XDG_CACHE_HOME"):
        return Path(cache, "legatus", "models")
    return Path(variables.get("HOME", "."), ".cache", "legatus", "models")


def find_models(directory: Path) -> list[Path]:
    """The files of models below a directory, in order."""
    return sorted(directory.glob("*/*.model"))


def read_model(path: Path) -> Model:
    """Reads a file.

    Raises
    ------
    ModelError
        It is no performance model, or is damaged.
    OSError
        It cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except IsADirectoryError:
        raise ModelError(f"{path}: a folder, not a performance model") from None
    except UnicodeDecodeError:
        raise ModelError(f"{path}: not a performance model of this version") from None
    return _Reader(path, lines).read()


class _Reader:
    def __init__(self, path: Path, lines: list[str]) -> None:
        self._path = path
        self._lines: Iterator[tuple[int, str]] = enumerate(lines, 1)
        self._number = 0

    def read(self) -> Model:
        if self._line() != _FIRST_LINE:
            raise self._problem("not a performance model of this version")
        model = Model(unquote(self._value("task")), self._value("version"), self._value("machine"))
        while (line := self._line()) != "end":
            first, *words = line.split(" ", 3)
            if first == "size" and len(words) == 3:
                model.sizes.append(self._size(words))
            elif first == "samples" and words and model.sizes:
                kind, *samples = line.split()[1:]
                model.sizes[-1].samples[kind] = [self._duration(sample) for sample in samples]
            else:
                raise self._problem("neither a size nor samples of one")
        return model

    def _problem(self, text: str) -> ModelError:
        return ModelError(f"{self._path}: line {self._number}: {text}")

    def _line(self) -> str:
        self._number, line = next(self._lines, (self._number + 1, None))  # type: ignore[assignment]
        if line is None:
            raise self._problem("the file ends too early")
        return line

    def _value(self, name: str) -> str:
        line = self._line()
        if not line.startswith(name + " "):
            raise self._problem("not as expected")
        return line[len(name) + 1 :]

    def _size(self, words: list[str]) -> Size:
        try:
            return Size(int(words[0], 16), int(words[1]), words[2])
        except ValueError:
            raise self._problem("a size without its numbers") from None

    def _duration(self, word: str) -> float:
        try:
            duration = float(word)
        except ValueError:
            duration = math.nan
        if not (math.isfinite(duration) and duration > 0):
            raise self._problem("a duration that is none")
        return duration


def _encode(name: str) -> str:
    plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
    bytes_ = name.encode()
    return "".join(
        chr(code) if chr(code) in plain or (code == ord(".") and i > 0) else f"%{code:02x}"
        for i, code in enumerate(bytes_)
    )


def write_model(path: Path, model: Model) -> None:
    """Writes a file, as a whole or not at all.

    Raises
    ------
    OSError
        It cannot be written.
    """
    lines = [_FIRST_LINE, f"task {_encode(model.task)}", f"version {model.version}", f"machine {model.machine}"]
    for size in sorted(model.sizes, key=lambda size: (size.bytes, size.hash)):
        lines.append(f"size {size.hash:016x} {size.bytes} {size.text}")
        lines += [f"samples {kind} " + " ".join(f"{s:.6g}" for s in size.samples[kind]) for kind in sorted(size.samples)]
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        temporary.write_text("\n".join([*lines, "end", ""]), encoding="utf-8")
        temporary.replace(path)
    except OSError as problem:
        raise OSError(problem.errno, problem.strerror, str(path)) from None  # not with the name of the temporary file
    finally:
        temporary.unlink(missing_ok=True)


def merge(model: Model, other: Model) -> None:
    """Takes from another model of the same task what it knows better: other sizes, and kinds with more samples."""
    known = {size.hash: size for size in model.sizes}
    for theirs in other.sizes:
        ours = known.get(theirs.hash)
        if ours is None:
            model.sizes.append(theirs)
            continue
        for kind, samples in theirs.samples.items():
            if len(ours.samples.get(kind, [])) < len(samples):
                ours.samples[kind] = samples
