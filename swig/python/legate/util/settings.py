# SPDX-License-Identifier: Apache-2.0
"""Settings of a library, from its program or from environment variables.

A library derives a class from :class:`Settings` and gives it one attribute per setting:

>>> class MySettings(Settings):
...     verbose = PrioritizedSetting("verbose", "MYLIB_VERBOSE", default=False, convert=convert_bool)
>>> settings = MySettings()
>>> settings.verbose()
False
"""

from __future__ import annotations

import os
from typing import Any, Callable, Generic, Sequence, Type, TypeVar, Union

__all__ = (
    "EnvOnlySetting",
    "PrioritizedSetting",
    "SettingBase",
    "Settings",
    "Unset",
    "convert_bool",
    "convert_int",
    "convert_str",
    "convert_str_seq",
)

T = TypeVar("T")


class _Unset:
    """Stands for a value that was not given, where None is a value."""


#: The type of a value that may be missing: ``Unset[int]`` is an int, or the class that stands for nothing.
Unset = Union[T, Type[_Unset]]


def convert_str(value: str) -> str:
    """The text as it is."""
    return value


def convert_int(value: int | str) -> int:
    """The number in a text. Raises ValueError if it holds none."""
    return int(value)


def convert_bool(value: bool | str) -> bool:
    """True for ``"1"``, False for ``"0"`` and ``""``; booleans as they are.

    Raises
    ------
    ValueError
        For any other value.
    """
    if isinstance(value, bool):
        return value
    if value == "1":
        return True
    if value in ("0", ""):
        return False
    message = f'convert_bool: cannot convert {value!r} to bool, use "0" or "1"'
    raise ValueError(message)


def convert_str_seq(value: Sequence[str] | str) -> tuple[str, ...]:
    """The parts of a text between commas, or the elements of a list or tuple.

    Raises
    ------
    ValueError
        If the value is none of these.
    """
    if isinstance(value, str):
        return tuple(value.split(","))
    if isinstance(value, (list, tuple)):
        return tuple(value)
    message = f"convert_str_seq: cannot convert {value!r} to a tuple of texts"
    raise ValueError(message)


_TYPE_NAMES: dict[Any, str] = {
    convert_str: "str",
    convert_int: "int",
    convert_bool: 'bool ("0" or "1")',
    convert_str_seq: "tuple[str, ...]",
}


class SettingBase(Generic[T]):
    """What all kinds of settings know about themselves.

    Parameters
    ----------
    name : str
        What messages call the setting.
    default : optional
        The value if nothing else says one.
    convert : callable, optional
        Makes a value of the setting's type from a text; must leave such values as they are.
    help : str
        A description for people.
    """

    def __init__(
        self, name: str, default: Unset[T] = _Unset, convert: Callable[[Any], T] | None = None, help: str = ""
    ) -> None:
        self._name = name
        self._default = default
        self._convert: Callable[[Any], Any] = convert if convert is not None else convert_str
        self._help = help

    @property
    def name(self) -> str:
        """What messages call the setting."""
        return self._name

    @property
    def help(self) -> str:
        """A description for people."""
        return self._help

    @property
    def default(self) -> Unset[T]:
        """The value if nothing else says one; :data:`Unset` has the type of a missing one."""
        return self._default

    @property
    def convert_type(self) -> str:
        """The type of the values, as a text for people."""
        return _TYPE_NAMES.get(self._convert, getattr(self._convert, "__name__", repr(self._convert)))


class PrioritizedSetting(SettingBase[T]):
    """A setting that the program may assign and an environment variable may give.

    It is an attribute of a :class:`Settings` class. Calling it gives the first of: the call's value, the value assigned
    to the attribute, the environment variable, the call's default, the setting's default; converted.

    Parameters
    ----------
    name, default, convert, help
        See :class:`SettingBase`.
    env_var : str, optional
        The environment variable.
    """

    def __init__(
        self,
        name: str,
        env_var: str | None = None,
        default: Unset[T] = _Unset,
        convert: Callable[[Any], T] | None = None,
        help: str = "",
    ) -> None:
        super().__init__(name, default, convert, help)
        self._env_var = env_var
        self._assigned: Unset[T | str] = _Unset

    @property
    def env_var(self) -> str | None:
        """The environment variable, if there is one."""
        return self._env_var

    def __call__(self, value: T | str | None = None, default: Unset[T] = _Unset) -> T:
        """The value that counts now.

        Parameters
        ----------
        value : optional
            Counts before everything else, unless it is None.
        default : optional
            Counts before the setting's own default.

        Raises
        ------
        RuntimeError
            If there is no value at all.
        """
        converted: T = self._convert(self._find(value, default))
        return converted

    def _find(self, value: T | str | None, default: Unset[T]) -> Any:
        if value is not None:
            return value
        if self._assigned is not _Unset:
            return self._assigned
        if self._env_var is not None and self._env_var in os.environ:
            return os.environ[self._env_var]
        for candidate in (default, self._default):
            if candidate is not _Unset:
                return candidate
        hint = f", set the variable {self._env_var}" if self._env_var else ""
        message = f"No configured value found for setting {self._name!r}{hint}"
        raise RuntimeError(message)

    def __get__(self, instance: Any, owner: type) -> PrioritizedSetting[T]:
        return self

    def __set__(self, instance: Any, value: T | str) -> None:
        self.set_value(value)

    def set_value(self, value: T | str) -> None:
        """Assigns a value; the same as assigning to the attribute, for all objects of the class."""
        self._assigned = value

    def unset_value(self) -> None:
        """Forgets the assigned value."""
        self._assigned = _Unset


class EnvOnlySetting(SettingBase[T]):
    """A setting that an environment variable gives, once for the whole process.

    Calling it gives the first of: the environment variable, the default for tests if ``LEGATE_TEST=1``, the default.
    The first answer stays.

    Parameters
    ----------
    name, default, convert, help
        See :class:`SettingBase`.
    env_var : str
        The environment variable.
    test_default : optional
        The default for tests.
    """

    def __init__(
        self,
        name: str,
        env_var: str,
        default: Unset[T] = _Unset,
        test_default: Unset[T] = _Unset,
        convert: Callable[[Any], T] | None = None,
        help: str = "",
    ) -> None:
        super().__init__(name, default, convert, help)
        self._env_var = env_var
        self._test_default = test_default
        self._value: Unset[T] = _Unset

    @property
    def env_var(self) -> str:
        """The environment variable."""
        return self._env_var

    @property
    def test_default(self) -> Unset[T]:
        """The value in tests, if the environment says none."""
        return self._test_default

    def __call__(self) -> T:
        """The value.

        Raises
        ------
        ValueError
            If the environment has no value and there is no default.
        """
        if self._value is _Unset:
            value = self._find()
            self._value = self._convert(value) if isinstance(value, str) else value
        return self._value  # type: ignore[return-value]

    def _find(self) -> Any:
        if self._env_var in os.environ:
            return os.environ[self._env_var]
        in_test = os.environ.get("LEGATE_TEST") == "1"
        for candidate in (self._test_default if in_test else _Unset, self._default):
            if candidate is not _Unset:
                return candidate
        message = f"EnvOnlySetting {self._name}: env var {self._env_var} is not set and no default has been provided"
        raise ValueError(message)

    def __get__(self, instance: Any, owner: type) -> EnvOnlySetting[T]:
        return self

    def __set__(self, instance: Any, value: Any) -> None:
        message = (
            f"setting {self._name!r} is read from the variable {self._env_var} only, it cannot be set to {value!r}"
        )
        raise AttributeError(message)


class Settings:
    """Base of classes whose attributes are settings."""
