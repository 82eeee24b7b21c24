# SPDX-License-Identifier: Apache-2.0
"""Settings of libraries, and the version of the package."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys

import pytest

import legate
from legate import install_info
from legate.settings import LegateRuntimeSettings
from legate.util.fs import read_c_define
from legate.util.settings import (
    EnvOnlySetting,
    PrioritizedSetting,
    Settings,
    convert_bool,
    convert_int,
    convert_str,
    convert_str_seq,
)

VARIABLE = "LEGATUS_TEST_OF_SETTINGS"


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.delenv("LEGATE_TEST", raising=False)


def prioritized(**more):
    class Mine(Settings):
        number = PrioritizedSetting("number", VARIABLE, convert=convert_int, help="a number", **more)

    return Mine()


class TestPrioritizedSetting:
    def test_the_order_of_its_sources(self, monkeypatch):
        settings = prioritized(default="1")
        assert settings.number() == 1
        assert settings.number(default="2") == 2
        monkeypatch.setenv(VARIABLE, "3")
        assert settings.number(default="2") == 3
        settings.number = "4"
        assert settings.number() == 4
        assert settings.number("5") == 5
        settings.number.unset_value()
        assert settings.number() == 3
        settings.number.set_value(6)
        assert settings.number() == 6

    def test_nothing_is_cached(self, monkeypatch):
        settings = prioritized()
        monkeypatch.setenv(VARIABLE, "3")
        assert settings.number() == 3
        monkeypatch.setenv(VARIABLE, "4")
        assert settings.number() == 4

    def test_no_value_is_told(self):
        with pytest.raises(RuntimeError, match=f"No configured value found for setting 'number'.*{VARIABLE}"):
            prioritized().number()

    def test_none_is_a_default(self):
        class Mine(Settings):
            thing = PrioritizedSetting("thing", default=None)

        assert Mine().thing() is None

    def test_what_it_knows_about_itself(self):
        number = prioritized(default=1).number
        assert (number.name, number.env_var, number.help, number.default) == ("number", VARIABLE, "a number", 1)
        assert number.convert_type == "int"

    def test_a_value_that_cannot_be_converted(self, monkeypatch):
        monkeypatch.setenv(VARIABLE, "many")
        with pytest.raises(ValueError, match="many"):
            prioritized().number()


def environment_only(**more):
    class Mine(Settings):
        number = EnvOnlySetting("number", VARIABLE, convert=convert_int, **more)

    return Mine()


class TestEnvOnlySetting:
    def test_the_order_of_its_sources(self, monkeypatch):
        assert environment_only(default=1, test_default=2).number() == 1
        monkeypatch.setenv("LEGATE_TEST", "1")
        assert environment_only(default=1, test_default=2).number() == 2
        assert environment_only(default=1).number() == 1
        monkeypatch.setenv(VARIABLE, "3")
        assert environment_only(default=1, test_default=2).number() == 3

    def test_the_first_answer_stays(self, monkeypatch):
        settings = environment_only()
        monkeypatch.setenv(VARIABLE, "3")
        assert settings.number() == 3
        monkeypatch.setenv(VARIABLE, "4")
        assert settings.number() == 3

    def test_no_value_is_told(self):
        with pytest.raises(ValueError, match=f"env var {VARIABLE} is not set and no default has been provided"):
            environment_only().number()

    def test_it_cannot_be_assigned(self):
        settings = environment_only(default=1)
        with pytest.raises(AttributeError, match=f"read from the variable {VARIABLE} only"):
            settings.number = 2
        assert settings.number() == 1

    def test_the_runtime_has_one(self, monkeypatch):
        setting = LegateRuntimeSettings.limit_stdout
        assert (setting.env_var, setting.default, setting.convert_type) == (
            "LEGATE_LIMIT_STDOUT",
            False,
            'bool ("0" or "1")',
        )


class TestConverters:
    def test_booleans(self):
        assert [convert_bool(value) for value in ("1", "0", "", True, False)] == [True, False, False, True, False]
        for value in ("maybe", "True", "2", 1, None):
            with pytest.raises(ValueError, match="convert_bool: cannot convert"):
                convert_bool(value)

    def test_others(self):
        assert (convert_int("12"), convert_int(5), convert_str("x")) == (12, 5, "x")
        assert convert_str_seq("a,b") == convert_str_seq(["a", "b"]) == ("a", "b")
        with pytest.raises(ValueError, match="convert_str_seq: cannot convert None"):
            convert_str_seq(None)


class TestVersion:
    def test_it_is_that_of_the_interface_unless_a_variable_says_otherwise(self, monkeypatch):
        monkeypatch.setenv("LEGATE_USE_VERSION", "my own")
        assert importlib.reload(legate).__version__ == "my own"
        monkeypatch.delenv("LEGATE_USE_VERSION")
        assert importlib.reload(legate).__version__ == install_info.interface_version

    def test_the_runtime_is_not_started_and_others_may_add_to_the_package(self, tmp_path):
        (tmp_path / "legate" / "addition").mkdir(parents=True)
        (tmp_path / "legate" / "addition" / "__init__.py").write_text("value = 42")
        code = (
            "import sys, legate, legate.addition, legate.util.info, legate.util.benchmark, legate.settings;"
            "from legate.util.has_started import runtime_has_started;"
            "print(legate.addition.value, 'legate.core' in sys.modules, runtime_has_started())"
        )
        package = os.path.dirname(os.path.dirname(legate.__file__))
        environ = {**os.environ, "PYTHONPATH": f"{package}:{tmp_path}"}
        done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, timeout=60)
        assert (done.stdout, done.stderr) == ("42 False False\n", "")


class TestReadCDefine:
    HEADER = """
        // #define COMMENTED 1
        #define PLAIN 42
        #  define SPACED   "a b"   // a remark
        #define PLAINER 43 /* a remark */
        #define EMPTY
        #define CALLED(x) (x)
    """

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("PLAIN", "42"),
            ("SPACED", '"a b"'),
            ("PLAINER", "43"),
            ("EMPTY", ""),
            ("PLA", None),
            ("COMMENTED", None),
            ("CALLED", None),
        ],
    )
    def test_values(self, tmp_path, name, value):
        header = tmp_path / "x.h"
        header.write_text(self.HEADER)
        assert read_c_define(header, name) == value


class TestInstallInfo:
    def test_paths_are_absolute(self):
        assert os.path.isabs(install_info.libpath) and "$" not in install_info.libpath

    def test_the_folder_of_the_library_has_it(self):
        assert install_info.get_libpath("legatus", "liblegatus.so") == install_info.libpath

    def test_a_library_that_is_not_there(self):
        with pytest.raises(RuntimeError, match="library 'nothing' .libnothing.so. is not in"):
            install_info.get_libpath("nothing", "libnothing.so")
