# SPDX-License-Identifier: Apache-2.0
"""The report on a process and its surroundings, without a runtime."""

from __future__ import annotations

import json
import platform
import sys

import numpy as np
import pytest

import legate
from legate import install_info, issue
from legate.util import info as report


def test_it_has_all_sections_without_starting_the_runtime():
    found = report.info(start_runtime=False)
    assert list(found) == [
        "Program",
        "Legate runtime configuration",
        "Realm runtime configuration",
        "Machine",
        "System info",
        "Package versions",
        "Package details",
        "Conda package details",
        "Legate build configuration",
    ]
    if "legate.core" not in sys.modules:
        assert found["Machine"] == "(unavailable, legate runtime not started)"


def test_system_info_without_a_gpu(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    found = report.system_info()
    assert platform.python_version() in found["Python"]
    assert (found["GPU driver"], found["GPU devices"]) == ("(nvidia-smi missing)", "(nvidia-smi missing)")


def fake_nvidia_smi(tmp_path, monkeypatch, commands):
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{commands}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))


def test_system_info_with_gpus(tmp_path, monkeypatch):
    commands = "if [ \"$1\" = -L ]; then echo 'GPU 0: A (UUID: x)'; echo 'GPU 1: B: C'; else echo 550.54; fi"
    fake_nvidia_smi(tmp_path, monkeypatch, commands)
    found = report.system_info()
    assert (found["GPU driver"], found["GPU devices"]) == ("550.54", {"GPU 0": "A (UUID: x)", "GPU 1": "B: C"})


def test_system_info_with_a_tool_that_fails(tmp_path, monkeypatch):
    fake_nvidia_smi(tmp_path, monkeypatch, "exit 9")
    assert report.system_info()["GPU driver"] == "(failed to detect)"


def test_packages():
    versions = report.package_versions()
    assert (versions["legate"], versions["numpy"]) == (legate.__version__, np.__version__)
    assert versions["legatus"] == install_info.legatus_version
    details = report.package_dists()
    assert details["numpy"].startswith(f"numpy {np.__version__} (installer: ")
    assert legate.__file__.rsplit("/", 1)[0] in details["legate"]


def test_conda_packages(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert report.conda_package_dists()["legate"] == "(no conda metadata in active Python prefix)"
    (tmp_path / "conda-meta").mkdir()
    record = {"name": "legate", "version": "1.2", "build": "py_0", "channel": "here"}
    (tmp_path / "conda-meta" / "legate-1.2-py_0.json").write_text(json.dumps(record))
    (tmp_path / "conda-meta" / "cuda-version-1-0.json").write_text("not JSON")
    (tmp_path / "conda-meta" / "cuda-version-extra-1-0.json").write_text(json.dumps({**record, "name": "another"}))
    found = report.conda_package_dists()
    assert (found["legate"], found["cuda-version"]) == ("legate-1.2-py_0 (here)", "(failed to detect)")


def test_build_info():
    found = report.build_info()
    assert found["build_type"] in ("Release", "Debug")
    assert found["networks"] == ",".join(install_info.networks)


def test_sections_are_aligned_and_nested():
    assert report.format_section({"a": 1, "long": {"x": [2], "yy": None}, "none": {}}, "  ") == (
        "  a    :  1\n  long :\n    x  :  [2]\n    yy :  None\n  none :"
    )


def test_legate_issue_prints_its_sections(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["legate-issue"])
    monkeypatch.setenv("LEGATE_AUTO_CONFIG", "1")
    assert issue.main() == 0
    titles = [line for line in capsys.readouterr().out.splitlines() if line.endswith(":") and line[0] != " "]
    assert titles == [
        "System info:",
        "Package versions:",
        "Legate build configuration:",
        "Package details:",
        "Conda package details:",
    ]


def test_legate_issue_takes_no_arguments(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["legate-issue", "--what"])
    with pytest.raises(SystemExit) as exit:
        issue.main()
    assert exit.value.code == 2
