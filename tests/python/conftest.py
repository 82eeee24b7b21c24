# SPDX-License-Identifier: Apache-2.0
"""How the tests run: a time limit for each, on one rank or several, and lines like GoogleTest's that can be counted."""

from __future__ import annotations

import faulthandler
import os
import sys
from typing import Any

import pytest

RANKS = int(os.environ.get("OMPI_COMM_WORLD_SIZE", "1"))
RANK = int(os.environ.get("OMPI_COMM_WORLD_RANK", "0"))
LIMIT = float(os.environ.get("LEGATUS_PYTEST_TIMEOUT", "100"))


def pytest_addoption(parser: Any) -> None:
    parser.addoption("--lines", action="store_true", help="report like GoogleTest, one line for each test")


def pytest_configure(config: Any) -> None:
    config.addinivalue_line("markers", "one_process: the test says nothing, or something else, on several ranks")
    if config.getoption("--lines"):
        config.pluginmanager.register(Lines())


def pytest_collection_modifyitems(config: Any, items: list[pytest.Item]) -> None:
    """Tests for one process are not even collected on several."""
    if RANKS == 1:
        return
    left_out = [item for item in items if item.get_closest_marker("one_process")]
    items[:] = [item for item in items if not item.get_closest_marker("one_process")]
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture(autouse=True)
def deadline() -> Any:
    """Ends the process, and shows the stacks of all threads, when a test hangs; also one that holds the GIL."""
    faulthandler.dump_traceback_later(LIMIT, exit=True, file=sys.__stderr__)
    yield
    faulthandler.cancel_dump_traceback_later()


class Lines:
    """Prints what tools/dev counts."""

    def __init__(self) -> None:
        self.total = self.passed = 0
        self.problem = ""
        self.seconds = 0.0

    def pytest_collection_finish(self, session: Any) -> None:
        self.total = len(session.items)
        self.write(f"[==========] Running {self.total} tests from 1 test suite.")

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.problem, self.seconds = "       OK ", 0.0
        self.write(f"[ RUN      ] {nodeid}")

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.seconds += report.duration
        if report.failed:
            self.problem = "  FAILED  "
        elif report.skipped and self.problem == "       OK ":
            self.problem = "  SKIPPED "

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.passed += self.problem == "       OK "
        self.write(f"[{self.problem}] {nodeid} ({round(self.seconds * 1000)} ms)")

    @pytest.hookimpl(wrapper=True)
    def pytest_report_teststatus(self) -> Any:
        """No letters between the lines."""
        category, _, word = yield
        return category, "", word

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: Any) -> None:
        self.write(f"[==========] {self.total} tests from 1 test suite ran.")
        self.write(f"[  PASSED  ] {self.passed} tests.")

    @staticmethod
    def write(line: str) -> None:
        print(line, file=sys.__stdout__, flush=True)
