# SPDX-License-Identifier: Apache-2.0
"""Variants of tasks, their options, and tasks by hand."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from . import _legatus
from ._base import refuse_construction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ._context import TaskContext
    from ._library import Library


class VariantCode(IntEnum):
    """Kinds of variants of a task."""

    CPU = 1
    GPU = 2
    OMP = 3


_MOST_COMMUNICATORS = 3


class VariantOptions:
    """What the runtime has to know about a variant. All members can be set.

    Parameters
    ----------
    concurrent
        Its points wait for each other and have to run at the same time, each on a processor of its own.
    has_allocations
        It makes memory while it runs.
    elide_device_ctx_sync
        It needs no synchronisation of the device when it returns.
    has_side_effect
        It does more than write its outputs.
    may_throw_exception
        It may raise exceptions.
    communicators
        Names of the communicators its launches get, at most three; naming them, even none, makes it concurrent. A name
        that does not exist is a RuntimeError where the task is called.

    Raises
    ------
    TypeError
        If `communicators` is a string, or holds anything else than strings.
    ValueError
        If there are more than three, or one has an empty name.
    """

    __slots__ = (
        "_communicators",
        "concurrent",
        "elide_device_ctx_sync",
        "has_allocations",
        "has_side_effect",
        "may_throw_exception",
    )

    def __init__(
        self,
        *,
        concurrent: bool | None = None,
        has_allocations: bool | None = None,
        elide_device_ctx_sync: bool | None = None,
        has_side_effect: bool | None = None,
        may_throw_exception: bool | None = None,
        communicators: Sequence[str] | None = None,
    ) -> None:
        self._communicators: tuple[str, ...] = ()
        self.concurrent = bool(concurrent)
        self.has_allocations = bool(has_allocations)
        self.elide_device_ctx_sync = bool(elide_device_ctx_sync)
        self.has_side_effect = bool(has_side_effect)
        self.may_throw_exception = bool(may_throw_exception)
        if communicators is not None:
            self.communicators = communicators  # type: ignore[assignment]

    @property
    def communicators(self) -> tuple[str, ...]:
        """Names of the communicators that the variant needs."""
        return self._communicators

    @communicators.setter
    def communicators(self, names: Sequence[str]) -> None:
        if isinstance(names, str):
            raise TypeError(f"communicators must be a sequence of names, such as [{names!r}], but got {names!r}")
        names = tuple(names)
        for name in names:
            if not isinstance(name, str):
                raise TypeError(f"communicators must be names, but got {name!r} of type {type(name)}")
        if "" in names:
            raise ValueError(f"communicators must have names, but got {names}")
        if len(names) > _MOST_COMMUNICATORS:
            raise ValueError(f"A variant can have at most {_MOST_COMMUNICATORS} communicators, but got {names}")
        self._communicators = names
        self.concurrent = True

    def _bits(self) -> int:
        bits = _legatus.CONCURRENT if self.concurrent else 0
        bits |= _legatus.HAS_ALLOCATIONS if self.has_allocations else 0
        bits |= _legatus.ELIDE_DEVICE_CTX_SYNC if self.elide_device_ctx_sync else 0
        bits |= _legatus.HAS_SIDE_EFFECT if self.has_side_effect else 0
        bits |= _legatus.MAY_THROW if self.may_throw_exception else 0
        return bits

    def _copy(self) -> VariantOptions:
        copy = VariantOptions()
        for member in self.__slots__:
            setattr(copy, member, getattr(self, member))
        return copy

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, VariantOptions):
            return NotImplemented
        return self._bits() == other._bits() and self._communicators == other._communicators

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        members = ", ".join(f"{name}={getattr(self, name)!r}" for name in sorted(self.__slots__) if name[0] != "_")
        return f"VariantOptions({members}, communicators={self._communicators!r})"


class TaskConfig:
    """The identity of a task and what holds for all its variants.

    Parameters
    ----------
    task_id
        Its number in its library.
    options
        Options of all variants; those of the library if None.
    """

    __slots__ = ("_options", "_task_id")

    def __init__(self, task_id: int, *, options: VariantOptions | None = None) -> None:
        self._task_id = task_id.__index__()
        self.variant_options = options

    @property
    def task_id(self) -> int:
        """The number of the task in its library."""
        return self._task_id

    @property
    def variant_options(self) -> VariantOptions | None:
        """A copy of the options of all variants, or None."""
        return None if self._options is None else self._options._copy()

    @variant_options.setter
    def variant_options(self, options: VariantOptions | None) -> None:
        self._options = None if options is None else options._copy()

    def __repr__(self) -> str:
        return f"TaskConfig({self._task_id}, options={self._options!r})"


class TaskInfo:
    """A task whose variants are functions of a `TaskContext`, to be registered with `Library.register_task`."""

    __slots__ = ("_name", "_registered", "_task_id", "_variants")
    _name: Any
    _registered: Any
    _task_id: Any
    _variants: Any
    __init__ = refuse_construction

    @classmethod
    def from_variants(
        cls, local_task_id: int, name: str, variants: list[tuple[VariantCode, Callable[[TaskContext], Any]]]
    ) -> TaskInfo:
        """A task with these variants.

        Parameters
        ----------
        local_task_id
            Its number in the library.
        name
            Its name in messages and profiles.
        variants
            The kind of each variant and its body.

        Raises
        ------
        ValueError
            If there are no variants, or a code is unknown.
        TypeError
            If a body cannot be called.
        """
        if not variants:
            raise ValueError("Variants must not be empty")
        info = cls.__new__(cls)
        info._task_id = local_task_id.__index__()
        info._name = name
        info._variants = {}
        info._registered = False
        for code, body in variants:
            info.add_variant(code, body)
        return info

    @property
    def name(self) -> str:
        """The name of the task."""
        return self._name

    def has_variant(self, variant: VariantCode) -> bool:
        """Whether there is a variant of this kind."""
        return variant in self._variants

    def add_variant(self, variant: VariantCode, body: Callable[[TaskContext], Any]) -> None:
        """Adds a variant.

        Raises
        ------
        ValueError
            If the code is unknown.
        TypeError
            If `body` cannot be called.
        RuntimeError
            If there is one of this kind, or the task is registered.
        """
        code = VariantCode(variant)
        if not callable(body):
            raise TypeError(f"The body of variant {code.name} of task {self._name} must be callable, but got {body!r}")
        if code in self._variants:
            raise RuntimeError(f"Task {self._name} has a variant {code.name} already")
        if self._registered:
            raise RuntimeError(f"Task {self._name} has been registered: variant {code.name} cannot be added any more")
        self._variants[code] = body

    def _register(self, library: Library) -> int:
        from ._context import TaskContext

        if self._registered or not self._variants:
            raise RuntimeError(f"Task {self._name} has no variants to register: they have been registered already")
        definition = _legatus.Definition(self._task_id, self._name)
        for code, body in self._variants.items():
            definition.set_variant(code, lambda handle, body=body: body(TaskContext._wrap(handle)))
        definition.set_options(0, ())
        global_id = definition.register_with(library._handle)
        self._registered = True
        return global_id

    def __repr__(self) -> str:
        variants = ", ".join(code.name for code in sorted(self._variants)) or "None"
        return f"TaskInfo(name: {self._name}, variants: {variants})"

    __str__ = __repr__
