# SPDX-License-Identifier: Apache-2.0
"""The flags of the launcher, as a table that parsing, forwarding and the help text follow."""

from __future__ import annotations

from enum import Enum, auto
from typing import Any, NamedTuple

__all__ = ("FORWARDED", "GROUPS", "OPTIONS", "Kind", "Option", "find_option")


class Kind(Enum):
    """What follows a flag."""

    SWITCH = auto()  #: nothing, or ``=0`` to switch it off again
    NUMBER = auto()
    TEXT = auto()
    WORDS = auto()  #: text that is split as a shell does; may be repeated, all occurrences count
    REST = auto()  #: everything up to the end of the line


class Option(NamedTuple):
    """A flag.

    Attributes
    ----------
    flag : str
        With its dashes.
    kind : Kind
        What follows it.
    group : str
        The heading in the help text under which it stands.
    help : str
        The description there.
    default : str
        What the help text says holds without the flag.
    choices : tuple of str
        The texts that are allowed; any if empty.
    minimum : int or None
        The least number that the launcher accepts. The runtime checks the numbers that are its own.
    short : str
        Another name of the flag.
    """

    flag: str
    kind: Kind
    group: str
    help: str
    default: str = ""
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    short: str = ""

    @property
    def name(self) -> str:
        """The flag as a Python identifier."""
        return self.flag.lstrip("-").replace("-", "_")

    @property
    def initial_value(self) -> Any:
        """The value without the flag: None tells apart what was not given."""
        return [] if self.kind is Kind.WORDS else None


GENERAL = "General"
NODES = "Multi-node configuration"
BINDING = "Hardware binding"
CORES = "Core allocation"
MEMORY = "Memory allocation"
PROFILING = "Profiling"
LOGGING = "Logging"
DEBUGGING = "Debugging"
INFORMATIONAL = "Informational"
OTHER = "Other options"
LEGATUS = "Options of Legatus"

GROUPS = (GENERAL, NODES, BINDING, CORES, MEMORY, PROFILING, LOGGING, DEBUGGING, INFORMATIONAL, OTHER, LEGATUS)

LAUNCHERS = ("mpirun", "jsrun", "aprun", "srun", "dask", "none")

_BY_HARDWARE = "by the hardware"


def _switch(flag: str, group: str, help: str, **more: Any) -> Option:
    return Option(flag, Kind.SWITCH, group, help, **more)


def _number(flag: str, group: str, help: str, default: str = "", **more: Any) -> Option:
    return Option(flag, Kind.NUMBER, group, help, default, **more)


def _text(flag: str, group: str, help: str, default: str = "", **more: Any) -> Option:
    return Option(flag, Kind.TEXT, group, help, default, **more)


def _words(flag: str, group: str, help: str) -> Option:
    return Option(flag, Kind.WORDS, group, help + "; split as a shell does, may be repeated")


OPTIONS: tuple[Option, ...] = (
    _switch("--help", GENERAL, "Print this text and exit", short="-h"),
    _text(
        "--run-mode",
        GENERAL,
        "Run the program with the Python interpreter, or as it is",
        "python without a program, with --module, and for names that end in .py; else exec",
        choices=("python", "exec"),
    ),
    _switch("--auto-config", GENERAL, "Choose resources that are not given by the hardware found", default="on"),
    _switch("--show-config", GENERAL, "Print the final configuration of the runtime"),
    _switch("--show-memory-usage", GENERAL, "Print the memory used at shutdown"),
    _switch("--show-progress", GENERAL, "Print a line before each task runs"),
    _number("--nodes", NODES, "Number of nodes", "1", minimum=1),
    _number("--ranks-per-node", NODES, "Number of processes per node", "1", minimum=1),
    _text("--launcher", NODES, "The program that starts several processes", "none", choices=LAUNCHERS),
    _words("--launcher-extra", NODES, "More arguments for the launcher"),
    _text("--cpu-bind", BINDING, "Cores of each process on a node, groups for numactl separated by '/'"),
    _text("--mem-bind", BINDING, "NUMA memories of each process on a node, groups for numactl separated by '/'"),
    _text("--gpu-bind", BINDING, "GPUs of each process on a node, groups of ids separated by '/'"),
    _text("--nic-bind", BINDING, "Network devices of each process on a node, groups of names separated by '/'"),
    _number("--cpus", CORES, "Number of CPU processors per process", _BY_HARDWARE),
    _number("--gpus", CORES, "Number of GPUs per process", _BY_HARDWARE),
    _number("--omps", CORES, "Number of OpenMP groups per process", "0"),
    _number("--ompthreads", CORES, "Number of threads per OpenMP group", _BY_HARDWARE),
    _number("--utility", CORES, "Number of cores left to the runtime", "2"),
    _number("--sysmem", MEMORY, "Main memory per process, in MiB", _BY_HARDWARE),
    _number("--numamem", MEMORY, "Main memory per NUMA domain, in MiB", _BY_HARDWARE),
    _number("--fbmem", MEMORY, "Memory per GPU, in MiB", _BY_HARDWARE),
    _number("--zcmem", MEMORY, "Main memory that GPUs can reach directly, in MiB", "128"),
    _number("--regmem", MEMORY, "Main memory registered with the network, in MiB", "0"),
    _number("--max-exception-size", MEMORY, "Bytes that an exception of a task may take", "4096"),
    _number("--min-cpu-chunk", MEMORY, "CPUs share a store of at least as many elements", "16384"),
    _number("--min-gpu-chunk", MEMORY, "GPUs share a store of at least as many elements", "1048576"),
    _number("--min-omp-chunk", MEMORY, "OpenMP groups share a store of at least as many elements", "131072"),
    _number("--field-reuse-fraction", MEMORY, "Bytes of discarded stores kept for reuse", "256"),
    _number("--field-reuse-frequency", MEMORY, "Number of discarded stores kept for reuse", "32"),
    _switch("--consensus", MEMORY, "Agree on discarded stores also within one process"),
    _switch("--profile", PROFILING, "Write a profile; implies --provenance"),
    _text("--profile-name", PROFILING, "First part of the names of profile files", "legate"),
    _switch("--provenance", PROFILING, "Record where operations come from"),
    _switch("--cprofile", PROFILING, "Run the Python program under cProfile, with a file per process in --logdir"),
    _switch("--nvprof", PROFILING, "Run the program under nvprof"),
    _switch("--nsys", PROFILING, "Run the program under nsys profile; implies --provenance"),
    _words("--nsys-extra", PROFILING, "More arguments for nsys profile"),
    _text("--logging", LOGGING, "Levels of loggers: NAME=LEVEL[,NAME=LEVEL...]"),
    _text("--logdir", LOGGING, "Folder of every file that is written", "the current one"),
    _switch("--log-to-file", LOGGING, "Write logs to files"),
    _switch("--benchmark-to-file", LOGGING, "Write logs of legate.util.benchmark to files in --logdir"),
    _switch("--gdb", DEBUGGING, "Run the program in gdb (lldb on macOS); one process only"),
    _switch("--cuda-gdb", DEBUGGING, "Run the program in cuda-gdb; one process only"),
    _switch("--memcheck", DEBUGGING, "Run the program under compute-sanitizer"),
    _switch("--valgrind", DEBUGGING, "Run the program under valgrind"),
    _switch("--freeze-on-error", DEBUGGING, "Wait for a debugger instead of ending after an error"),
    _switch("--gasnet-trace", DEBUGGING, "Set GASNet's trace file; without effect on other networks"),
    _switch("--verbose", INFORMATIONAL, "Print the command and its environment"),
    _switch("--bind-detail", INFORMATIONAL, "Print the command of each process after binding"),
    _number("--window-size", OTHER, "Number of operations held back before they are launched", "1"),
    _switch("--warmup-nccl", OTHER, "Exchange a message between GPUs at start"),
    _switch("--disable-mpi", OTHER, "Do without MPI in collective operations of CPU tasks"),
    _switch("--inline-task-launch", OTHER, "Run tasks when they are submitted, in the same thread"),
    _switch("--single-controller-execution", OTHER, "Only process 0 runs the program outside tasks"),
    _switch("--io-use-vfd-gds", OTHER, "Read HDF5 files directly into GPU memory"),
    _switch("--experimental-copy-path", OTHER, "Another way to copy"),
    _switch("--timing", OTHER, "Print when the program starts and ends"),
    _words("--wrapper", OTHER, "A command around the program and its debuggers and profilers"),
    _words("--wrapper-inner", OTHER, "A command around the program, inside debuggers and profilers"),
    Option("--module", Kind.REST, OTHER, "Run a Python module; the rest of the line are its arguments", short="-m"),
    _switch("--dry-run", OTHER, "Do everything but start the program"),
    _switch("--color", OTHER, "Print the texts of the launcher in colour"),
    _switch("--version", OTHER, "Print the version and exit"),
    _switch("--info", OTHER, "Print the configuration of this build and exit"),
    _text("--bundling", LEGATUS, "Run several short points as one StarPU task: auto, never or always", "auto"),
    _text("--scheduler", LEGATUS, "StarPU's scheduling policy: auto, eager, prio, lws, dmda, dmdar or dmdas", "auto"),
    _switch("--calibrate", LEGATUS, "Measure how long tasks take, until that is known well enough"),
    _text("--model-dir", LEGATUS, "Folder of performance models"),
    _number("--opencl", LEGATUS, "Number of OpenCL devices per process", "0"),
    _number("--opencl-memory", LEGATUS, "Memory per OpenCL device, in MiB; 0 for what the device has", "0"),
    _switch("--local-memory", LEGATUS, "CPU tasks work on copies in the memory of their NUMA domain"),
    _switch("--check-calls", LEGATUS, "Compare the calls of all processes, and say which differ"),
    _number("--timeout-fence", LEGATUS, "Seconds after which a wait is reported and ends the run; 0 for never", "0"),
    _switch("--use-empty-task", LEGATUS, "Skip the bodies of all tasks"),
    _text("--cuda-driver-path", LEGATUS, "The CUDA driver library", "libcuda.so.1"),
)

#: What goes into the child's LEGATE_CONFIG, in this order.
FORWARDED: tuple[str, ...] = (
    "--cpus",
    "--gpus",
    "--omps",
    "--ompthreads",
    "--utility",
    "--sysmem",
    "--numamem",
    "--fbmem",
    "--zcmem",
    "--regmem",
    "--max-exception-size",
    "--min-cpu-chunk",
    "--min-gpu-chunk",
    "--min-omp-chunk",
    "--field-reuse-fraction",
    "--field-reuse-frequency",
    "--consensus",
    "--logging",
    "--logdir",
    "--log-to-file",
    "--profile",
    "--profile-name",
    "--provenance",
    "--nsys",
    "--freeze-on-error",
    "--auto-config",
    "--show-config",
    "--show-memory-usage",
    "--show-progress",
    "--window-size",
    "--warmup-nccl",
    "--disable-mpi",
    "--inline-task-launch",
    "--single-controller-execution",
    "--io-use-vfd-gds",
    "--experimental-copy-path",
    "--bundling",
    "--scheduler",
    "--calibrate",
    "--model-dir",
    "--opencl",
    "--opencl-memory",
    "--local-memory",
    "--check-calls",
    "--timeout-fence",
    "--use-empty-task",
    "--cuda-driver-path",
)

_BY_FLAG = {flag: option for option in OPTIONS for flag in (option.flag, option.short) if flag}


def find_option(flag: str) -> Option | None:
    """The option of that name, as a whole: abbreviations are no flags."""
    return _BY_FLAG.get(flag)
