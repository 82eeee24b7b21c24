# SPDX-License-Identifier: Apache-2.0
"""Installing a Jupyter kernel."""

from __future__ import annotations

import json
import sys

import pytest

from legate.driver.command_line import parse
from legate.jupyter import main


@pytest.fixture(autouse=True)
def ipykernel(monkeypatch):
    """As if the package ipykernel were there."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)


def installed(folder, name="legate_sm_gpu"):
    return json.loads((folder / "kernels" / name / "kernel.json").read_text())


def test_the_kernel_is_a_module_that_the_launcher_starts(tmp_path):
    assert main(["--prefix", str(tmp_path), "--cpus", "2", "--sysmem=100"]) == 0
    kernel = installed(tmp_path / "share" / "jupyter")
    assert (kernel["display_name"], kernel["language"]) == ("Legate_SM_GPU", "python")
    assert kernel["argv"][:3] == [sys.executable, "-m", "legate.driver"]
    arguments = parse(kernel["argv"][3:], {})
    assert (arguments.cpus, arguments.sysmem) == (2, 100)
    assert arguments.module == ["ipykernel_launcher", "-f", "{connection_file}"]


def test_names_and_the_users_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("JUPYTER_DATA_DIR", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert main(["--user", "--name", "My.Kernel", "--display-name", "My kernel"]) == 0
    assert installed(tmp_path / "jupyter", "my.kernel")["display_name"] == "My kernel"
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "other"))
    assert main(["--user"]) == 0
    assert installed(tmp_path / "other")["display_name"] == "Legate_SM_GPU"


def test_a_kernel_is_replaced(tmp_path):
    for cpus in ("1", "2"):
        assert main(["--prefix", str(tmp_path), "--cpus", cpus]) == 0
    assert "2" in installed(tmp_path / "share" / "jupyter")["argv"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--name", "a/b"], "--name 'a/b': expected letters"),
        (["--cpus", "many"], "--cpus many: expected a number"),
        (["--no-such-flag"], "unknown flag --no-such-flag"),
        (["prog.py"], "no program"),
        (["--module", "x"], "no module"),
        (["--launcher", "mpirun", "--ranks-per-node", "2"], "a kernel is one process"),
    ],
)
def test_mistakes_are_told_and_nothing_is_installed(tmp_path, capsys, words, message):
    assert main(["--prefix", str(tmp_path), *words]) == 1
    error = capsys.readouterr().err
    assert error.startswith("legate-jupyter: error: ") and message in error and error.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_nothing_is_installed_without_ipykernel(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["--prefix", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("legate-jupyter: error: a kernel needs the package ipykernel") and error.count("\n") == 1
    assert not list(tmp_path.iterdir())
