# SPDX-License-Identifier: Apache-2.0
"""From words to values of flags."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from legate.driver.errors import CommandLineError
from legate.driver.options import GROUPS, OPTIONS, Kind, Option, find_option
from legate.driver.ranks import Ranks, detect_ranks

__all__ = ("Arguments", "help_text", "parse")

#: A value per option, by :attr:`Option.name`, and `program`: the words from the program's name on.
Arguments = SimpleNamespace

_YES = ("1", "t", "true", "y", "yes")
_NO = ("0", "f", "false", "n", "no")


def parse(words: Sequence[str], environ: Mapping[str, str]) -> Arguments:
    """Reads the flags in ``LEGATE_CONFIG`` and then those of the command line, which count more.

    Parameters
    ----------
    words : sequence of str
        The command line, without the name of the launcher. The first word that belongs to no flag is the program.
    environ : mapping
        The environment: ``LEGATE_CONFIG``, and what the numbers of nodes and of ranks are detected from.

    Returns
    -------
    Arguments
        Options that were not given are None, or an empty list where they may be repeated. `nodes`, `ranks_per_node`,
        `launcher` and `run_mode` always have a value.

    Raises
    ------
    CommandLineError
        If a flag is unknown, or its value is missing or malformed.
    ValueError
        If the environment contradicts itself about the numbers of nodes and ranks.
    RuntimeError
        If there is nothing to execute in run mode ``exec``.
    """
    arguments = Arguments(**{option.name: option.initial_value for option in OPTIONS}, program=[])
    _read_environment(environ, arguments)
    arguments.program = _read(list(words), arguments, "")
    if not (arguments.help or arguments.version or arguments.info):
        _complete(arguments, environ)
    return arguments


def _read_environment(environ: Mapping[str, str], arguments: Arguments) -> None:
    try:
        words = shlex.split(environ.get("LEGATE_CONFIG", ""))
    except ValueError as error:
        message = f"LEGATE_CONFIG: {error}: {environ['LEGATE_CONFIG']}"
        raise CommandLineError(message) from error
    rest = _read(words, arguments, "LEGATE_CONFIG: ")
    if rest:
        message = f"LEGATE_CONFIG: {rest[0]!r} is no flag and belongs to none"
        raise CommandLineError(message)


def _read(words: list[str], arguments: Arguments, where: str) -> list[str]:
    """Assigns the flags at the beginning of `words`; returns the words from the first one on that is none."""
    while words and words[0].startswith("-") and words[0] != "-":
        word = words.pop(0)
        if word == "--":
            break
        flag, equals, text = word.partition("=")
        option = find_option(flag)
        if option is None:
            message = f"{where}unknown flag {flag}{_hint(flag)}"
            raise CommandLineError(message)
        if option.kind is Kind.REST:
            setattr(arguments, option.name, [text, *words] if equals else words)
            return []
        if not equals and option.kind is Kind.SWITCH:
            # LEGATE_CONFIG has no program, so a word after a switch is its value, as the runtime reads it.
            text = words.pop(0) if where and words and not words[0].startswith("-") else "1"
        elif not equals:
            text = _take_value(option, words, where)
        _assign(arguments, option, text, where)
    return words


def _hint(flag: str) -> str:
    """What may be meant by a flag that does not exist, as the end of a sentence."""
    letters = flag.lstrip("-")
    if len(letters) == 1:
        return f"; flags of Python itself come later: --run-mode python -- {flag}"
    import difflib  # only after a mistake

    flags = [option.flag for option in OPTIONS]
    # Flags are not abbreviated, so the beginning of one is a likely mistake.
    begun = [name for name in flags if name.startswith(f"--{letters}")]
    similar = difflib.get_close_matches(f"--{letters}", begun or flags, n=1, cutoff=0.0 if begun else 0.7)
    return f"; did you mean {similar[0]}?" if similar else ""


def _take_value(option: Option, words: list[str], where: str) -> str:
    # What is for other programs may look like our own flags.
    if not words or (option.kind is not Kind.WORDS and find_option(words[0].partition("=")[0]) is not None):
        message = f"{where}{option.flag} expects a value"
        raise CommandLineError(message)
    return words.pop(0)


def _assign(arguments: Arguments, option: Option, text: str, where: str) -> None:
    try:
        value = _convert(option, text)
    except ValueError as error:
        message = f"{where}{option.flag} {text or repr(text)}: {error}"
        raise CommandLineError(message) from error
    if option.kind is Kind.WORDS:
        value = getattr(arguments, option.name) + value
    setattr(arguments, option.name, value)


def _convert(option: Option, text: str) -> Any:
    if option.kind is Kind.WORDS:
        return shlex.split(text)
    if option.kind is Kind.SWITCH:
        if text.lower() not in _YES + _NO:
            message = f"expected nothing, or one of '{', '.join(_YES)}' or '{', '.join(_NO)}' after '='"
            raise ValueError(message)
        return text.lower() in _YES
    if option.kind is Kind.NUMBER:
        return _convert_number(option, text)
    if option.choices and text not in option.choices:
        message = f"expected one of {', '.join(option.choices)}"
        raise ValueError(message)
    return text


def _convert_number(option: Option, text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = None
    if number is None or (option.minimum is not None and number < option.minimum):
        message = "expected a number" + (f" from {option.minimum} on" if option.minimum is not None else "")
        raise ValueError(message)
    return number


def _complete(arguments: Arguments, environ: Mapping[str, str]) -> None:
    """Puts in what follows from other values and from the environment."""
    if arguments.nodes is None or arguments.ranks_per_node is None:
        detected = detect_ranks(environ)
        arguments.nodes = arguments.nodes or detected.nodes
        arguments.ranks_per_node = arguments.ranks_per_node or detected.per_node
    arguments.launcher = arguments.launcher or "none"
    if arguments.provenance is None and (arguments.profile or arguments.nsys):
        arguments.provenance = True
    if arguments.module is not None and not arguments.module:
        message = "--module expects the name of a module"
        raise CommandLineError(message)
    if arguments.run_mode is None:
        is_python = arguments.module or not arguments.program or arguments.program[0].endswith(".py")
        arguments.run_mode = "python" if is_python else "exec"
    if arguments.run_mode == "exec" and arguments.module:
        message = "--module runs Python modules only, not in run mode 'exec'"
        raise RuntimeError(message)
    if arguments.run_mode == "exec" and not arguments.program:
        message = "'exec' run mode requires a program to execute"
        raise RuntimeError(message)


_PLACEHOLDERS = {Kind.NUMBER: " N", Kind.TEXT: " TEXT", Kind.WORDS: " WORDS", Kind.REST: " MODULE [ARGUMENT...]"}


def help_text(environ: Mapping[str, str]) -> str:
    """The text that ``--help`` prints."""
    try:
        detected = detect_ranks(environ)
    except ValueError:
        detected = Ranks()
    paragraphs = [
        "Usage: legate [FLAG...] [PROGRAM [ARGUMENT...]]",
        "Runs a Python program, or another one, with a configuration of the Legate runtime. Flags stand before the\n"
        "program; the first word that belongs to no flag is the program, and what follows belongs to the program.\n"
        "Without one, Python reads from the terminal. LEGATE_CONFIG may hold flags too; those of the command line\n"
        "count more, and the last of several. A program of the runtime that is started without legate and with\n"
        "LEGATE_CONFIG=--help tells which flags have an effect in this build.",
    ]
    for group in GROUPS:
        entries = [_help_entry(option, detected) for option in OPTIONS if option.group == group]
        paragraphs.append("\n".join([f"{group}:", *entries]))
    return "\n\n".join(paragraphs) + "\n"


def _help_entry(option: Option, detected: Ranks) -> str:
    import textwrap  # only for this text

    placeholder = "{" + ",".join(option.choices) + "}" if option.choices else _PLACEHOLDERS.get(option.kind, "").strip()
    left = ", ".join(filter(None, (option.short, option.flag))) + (f" {placeholder}" if placeholder else "")
    text = option.help
    default, remark = option.default, ""
    if detected.source and option.name in ("nodes", "ranks_per_node"):
        default = str(detected.nodes if option.name == "nodes" else detected.per_node)
        remark = f" [default auto-detected from {detected.source}]"
    if default:
        text += f" (default: {default})"
    lines = textwrap.wrap(text + remark, 88)
    separator = "\n" if len(left) > 28 else ""
    return (
        "  "
        + (left + separator if separator else f"{left:<28}  ")
        + "\n".join((" " * 32 if i > 0 or separator else "") + line for i, line in enumerate(lines))
    )
