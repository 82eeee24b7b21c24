# SPDX-License-Identifier: Apache-2.0
"""Libraries: named groups of tasks."""

from __future__ import annotations

from typing import Any

from ._base import refuse_construction
from ._options import TaskInfo
from ._scalar import Scalar
from ._types import Type


class ResourceConfig:
    """How many things a library may register.

    Parameters
    ----------
    max_tasks
        Tasks, 1024 by default.
    max_dyn_tasks
        Those among them whose numbers are drawn with `Library.get_new_task_id`.
    max_reduction_ops, max_projections, max_shardings
        Operators and functors.
    """

    __slots__ = ("max_dyn_tasks", "max_projections", "max_reduction_ops", "max_shardings", "max_tasks")

    def __init__(
        self,
        *,
        max_tasks: int | None = None,
        max_dyn_tasks: int | None = None,
        max_reduction_ops: int | None = None,
        max_projections: int | None = None,
        max_shardings: int | None = None,
    ) -> None:
        self.max_tasks = 1024 if max_tasks is None else max_tasks
        self.max_dyn_tasks = max_dyn_tasks or 0
        self.max_reduction_ops = max_reduction_ops or 0
        self.max_projections = max_projections or 0
        self.max_shardings = max_shardings or 0

    def _numbers(self) -> tuple[int, ...]:
        return self.max_tasks, self.max_dyn_tasks, self.max_reduction_ops, self.max_projections, self.max_shardings


class Library:
    """A named group of tasks. Made by `Runtime.create_library`, found by `Runtime.find_library`."""

    __slots__ = ("__weakref__", "_handle")
    _handle: Any
    __init__ = refuse_construction

    @classmethod
    def _wrap(cls, handle: Any) -> Library:
        library = cls.__new__(cls)
        library._handle = handle
        return library

    @property
    def name(self) -> str:
        """The name."""
        return self._handle.name()

    @property
    def raw_handle(self) -> int:
        """Address of the native object."""
        return self._handle.address()

    def get_new_task_id(self) -> int:
        """A number for a task that nothing else has.

        Raises
        ------
        OverflowError
            If the library has given out as many as it was made for.
        """
        return self._handle.get_new_task_id()

    def get_task_id(self, local_task_id: int) -> int:
        """The global number of a task."""
        return self._handle.get_task_id(local_task_id)

    def get_reduction_op_id(self, local_redop_id: int) -> int:
        """The global number of a reduction operator.

        Raises
        ------
        IndexError
            If it is beyond what the library was made for.
        """
        return self._handle.get_reduction_op_id(local_redop_id)

    def get_tunable(self, tunable_id: int, dtype: Type) -> Scalar:
        """What the library's mapper says about a tunable.

        Raises
        ------
        ValueError
            If the type has no fixed size, or the answer is of another type.
        """
        if dtype.variable_size:
            raise ValueError(f"Tunable {tunable_id} cannot be of type {dtype}: its size varies")
        return Scalar._wrap(self._handle.get_tunable(tunable_id, dtype._handle))

    def register_task(self, task_info: TaskInfo) -> int:
        """Registers a task.

        Returns
        -------
        int
            Its global number.

        Raises
        ------
        RuntimeError
            If `task_info` has been registered already.
        ValueError
            If another task of the library has the number.
        IndexError
            If the number is beyond what the library was made for.
        """
        return task_info._register(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Library):
            return NotImplemented
        return self._handle.equals(other._handle)

    def __hash__(self) -> int:
        return hash(self.raw_handle)

    def __repr__(self) -> str:
        return f"Library({self.name!r})"
