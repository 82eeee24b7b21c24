# SPDX-License-Identifier: Apache-2.0
"""Logs of benchmarks, without a runtime."""

from __future__ import annotations

import csv
import io
import platform
import re

import pytest

from legate.util import benchmark
from legate.util.benchmark import BenchmarkLog, BenchmarkLogFromFilename, benchmark_log


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    for name in ("LEGATE_BENCHMARK_OUT", "LEGATE_BENCHMARK_USE_RICH", "LEGATE_GLOBAL_RANK", "LEGATE_LOCAL_RANK"):
        monkeypatch.delenv(name, raising=False)


def logged(columns, rows, **more):
    """The lines of the header without its frame, and the table."""
    out = io.StringIO()
    with benchmark_log("my bench", columns, out=out, start_runtime=False, **more) as log:
        for row in rows:
            log.log(**row)
    lines = out.getvalue().split("\n")
    end = lines.index("#" * 80, 1)
    assert lines[0] == "#" * 80
    return lines[1:end], list(csv.reader(io.StringIO("\n".join(lines[end + 1 :]))))


def test_rows_have_a_value_per_column():
    rows = [{"a": 1, "b (s)": "x,y"}, {"b (s)": None, "c": 5}, {"a": "two\nlines", "b (s)": 2.5}]
    _, table = logged(["a", "b (s)"], rows, metadata={})
    assert table == [["a", "b (s)"], ["1", "x,y"], ["(missing)", ""], ["two\nlines", "2.5"]]


def test_the_header_says_what_and_where_and_the_metadata(monkeypatch):
    monkeypatch.setenv("LEGATE_GLOBAL_RANK", "3")
    monkeypatch.setenv("LEGATE_LOCAL_RANK", "1")
    header, _ = logged(["a"], [], metadata={"key": "value", "nested": {"inner": 3, "text": "x\ny"}})
    assert header[:2] == ["# Benchmark :", "#   Name        :  my bench"]
    assert re.fullmatch(r"#   ID          :  [0-9a-f]{16}", header[2])
    assert re.fullmatch(r"#   Time        :  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00:00", header[3])
    assert header[4:6] == ["#   Global rank :  3", "#   Local rank  :  1"]
    assert header[7] == f"#   Node        :  {platform.node()}"
    assert header[8:] == ["# key       :  value", "# nested    :", "#   inner :  3", "#   text  :  x", "# y"]


def test_the_report_on_the_process_is_the_default_metadata():
    header, _ = logged(["a"], [])
    assert any(line.startswith("# Legate build configuration") for line in header)


def test_rows_are_written_at_once():
    class Watched(io.StringIO):
        flushed = ""

        def flush(self):
            self.flushed = self.getvalue()

    out = Watched()
    with benchmark_log("n", ["a"], out=out, metadata={}, start_runtime=False) as log:
        log.log(a=17)
        assert out.flushed.endswith("\n17\n")


def test_standard_output_is_the_default(capsys):
    with benchmark_log("n", ["a"], metadata={}, start_runtime=False) as log:
        log.log(a=1)
        assert isinstance(log, BenchmarkLog)
        assert (log.name, log.columns, log.metadata) == ("n", ["a"], {})
    assert capsys.readouterr().out.endswith("\na\n1\n")


def test_a_folder_gets_a_file_per_rank(tmp_path, monkeypatch):
    monkeypatch.setenv("LEGATE_BENCHMARK_OUT", str(tmp_path / "new"))
    monkeypatch.setenv("LEGATE_GLOBAL_RANK", "2")
    context = benchmark_log("two words", ["a"], metadata={}, start_runtime=False)
    assert isinstance(context, BenchmarkLogFromFilename)
    with context as log:
        log.log(a=1)
    assert log.file.closed
    (file,) = (tmp_path / "new").iterdir()
    assert file.name == f"twowords_{log.uid:016x}.2.csv"
    assert file.read_text().endswith("\na\n1\n")


def test_a_file_is_closed_when_the_benchmark_fails(tmp_path, monkeypatch):
    monkeypatch.setenv("LEGATE_BENCHMARK_OUT", str(tmp_path))
    with pytest.raises(ZeroDivisionError):
        with benchmark_log("n", ["a"], metadata={}, start_runtime=False) as log:
            1 / 0
    assert log.file.closed


def test_logs_of_other_kinds():
    class Kept(BenchmarkLog):
        def _log_metadata(self, metadata):
            self.kept = [metadata.splitlines()[0]]

        def _log_columns(self, columns):
            self.kept.append(columns)

        def _log_row(self, row):
            self.kept.append(row)

    with Kept("n", 5, ["a", "b"], io.StringIO(), {}) as log:
        log.log(b=1)
        assert log.kept == ["Benchmark :", ["a", "b"], ["(missing)", 1]]


def test_identifiers_differ():
    logs = [benchmark_log("n", [], out=io.StringIO(), metadata={}, start_runtime=False) for _ in range(4)]
    assert len({log.uid for log in logs}) == 4
    assert all(0 <= log.uid < 1 << 64 for log in logs)


def test_a_terminal_shows_a_table(monkeypatch):
    pytest.importorskip("rich")

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    out = Terminal()
    with benchmark_log("n", ["column"], out=out, metadata={"key": "value"}, start_runtime=False) as log:
        assert isinstance(log, benchmark.BenchmarkLogRich)
        log.log(column=17)
    assert all(text in out.getvalue() for text in ("key       :  value", "column", "17"))
    monkeypatch.setenv("LEGATE_BENCHMARK_USE_RICH", "0")
    assert not isinstance(benchmark_log("n", [], out=Terminal(), start_runtime=False), benchmark.BenchmarkLogRich)
