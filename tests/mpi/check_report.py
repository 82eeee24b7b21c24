# SPDX-License-Identifier: Apache-2.0
"""Compares the report of a profile, as a browser shows it, with figures computed from the trace.

    check_report.py PAGE TRACE      PAGE: the document after its scripts have run, as text
"""

from __future__ import annotations

import collections
import html.parser
import json
import sys
from typing import Any

Event = dict[str, Any]


class Tables(html.parser.HTMLParser):
    """The tables of a document by id: lists of rows, rows lists of cells: the number a cell is of, or else its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[Any]]] = {}
        self.ready = False
        self._table: list[list[Any]] | None = None
        self._number: str | None = None
        self._in_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "body":
            self.ready = attributes.get("data-ready") == "yes"
        elif tag == "table":
            self._table = self.tables.setdefault(attributes["id"] or "", [])
        elif tag == "tr" and self._table is not None:
            self._table.append([])
        elif tag in ("td", "th") and self._table:
            self._in_cell = True
            self._number = attributes.get("data-value")
            self._table[-1].append("" if self._number is None else float(self._number))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False
        elif tag == "table":
            self._table = None

    def handle_data(self, data: str) -> None:
        if self._in_cell and self._table and self._number is None:
            self._table[-1][-1] += data


def near(found: float, expected: float) -> bool:
    return abs(found - expected) <= 1e-6 * abs(expected) + 0.01


def check_times(table: list[list[Any]], points: list[Event], label: Any) -> None:
    """Number of points and their time by `label`, longest time first."""
    groups = collections.defaultdict(list)
    for point in points:
        groups[label(point)].append(point["dur"])
    rows = {row[0]: row[1:] for row in table[1:]}
    assert set(rows) == set(groups), (rows, set(groups))
    for name, times in groups.items():
        count, time, share, mean, longest = rows[name][:5]
        assert count == len(times) and near(time, sum(times)) and near(longest, max(times)), (name, rows[name])
        assert near(mean, sum(times) / len(times)) and near(share, sum(times) / sum(p["dur"] for p in points)), rows[name]
    assert [row[2] for row in table[1:]] == sorted((row[2] for row in table[1:]), reverse=True)


def check_names(table: list[list[Any]], ranges: list[Event]) -> None:
    """Number of ranges, or of waits, and their time by name."""
    times = collections.defaultdict(list)
    for event in ranges:
        times[event["name"]].append(event["dur"])
    found = {row[0]: row[1:3] for row in table[1:]}
    assert set(found) == set(times), found
    assert all(count == len(times[name]) and near(time, sum(times[name])) for name, (count, time) in found.items()), found


def check_workers(table: list[list[Any]], points: list[Event], runs: dict[int, Event]) -> None:
    """One row for each worker, with the share of the run in which it did nothing."""
    workers = {(int(row[0]), row[1]): row[2:] for row in table[1:]}
    assert len(workers) == sum(run["args"]["workers"] for run in runs.values())
    for (rank, name), (count, busy, idle) in workers.items():
        own = [point["dur"] for point in points if (point["pid"], f"CPU {point['tid']}") == (rank, name)]
        assert count == len(own) and near(busy, sum(own)), (rank, name)
        assert near(idle, 1 - sum(own) / runs[rank]["dur"]) and 0 <= idle <= 1, (rank, name)


def check_bytes(table: list[list[Any]], events: list[Event]) -> None:
    """Bytes by reason: what moving tasks write, what is sent, and what is copied between memories."""
    bytes_by_reason: dict[str, int] = collections.defaultdict(int)
    for event in events:
        arguments = event.get("args", {})
        if event.get("cat") == "move":
            bytes_by_reason[arguments["moves"]] += arguments["bytes"]
        elif event["ph"] == "b" and arguments["direction"] == "send":
            bytes_by_reason["sent to other ranks, " + arguments["purpose"]] += arguments["bytes"]
        elif event.get("cat") == "memory":
            for direction, count in arguments.items():
                bytes_by_reason["copied " + direction] += count
    assert {row[0]: row[2] for row in table[1:]} == bytes_by_reason


def check_path(tables: dict[str, list[list[Any]]], points: list[Event], runs: dict[int, Event]) -> None:
    """The critical path goes from the beginning of a run to the end of the last point; nothing is shorter than a chain."""
    summary = {row[0]: row[1] for row in tables["summary"]}
    last = max(point["ts"] + point["dur"] for point in points)
    begin = min(run["ts"] for run in runs.values())
    path = summary["Critical path"]
    slack = 0.01 * len(points) if len(runs) == 1 else 10000  # clocks of several ranks differ a little
    assert abs(path - (last - begin)) <= slack, (path, last - begin)
    assert near(sum(row[2] for row in tables["path"][1:]), path)
    assert max(point["dur"] for point in points) <= summary["Longest chain of dependent points"] <= path + slack


def check_steps(tables: dict[str, list[list[Any]]], points: list[Event]) -> None:
    """On one rank: which points are on the critical path, and the longest chain."""
    summary = {row[0]: row[1] for row in tables["summary"]}
    by_id = {point["args"]["id"]: point for point in points}
    end = {number: point["ts"] + point["dur"] for number, point in by_id.items()}
    on_worker = collections.defaultdict(list)
    for number in sorted(by_id, key=lambda number: by_id[number]["ts"]):
        on_worker[by_id[number]["tid"]].append(number)
    before = {b: a for same in on_worker.values() for a, b in zip(same, same[1:])}
    step: int | None = max(end, key=lambda number: end[number])
    time = 0.0
    while step is not None:
        time += by_id[step]["dur"]
        candidates = by_id[step]["args"]["after"] + ([before[step]] if step in before else [])
        step = max(candidates, key=lambda number: end[number], default=None)
    assert near(summary["Tasks on it"], time), (summary, time)
    chain: dict[int, float] = {}
    for number in sorted(by_id):  # what a point waits for was submitted before it
        chain[number] = by_id[number]["dur"] + max((chain[a] for a in by_id[number]["args"]["after"]), default=0)
    assert near(summary["Longest chain of dependent points"], max(chain.values()))


def main(page: str, trace: str) -> None:
    with open(page, encoding="utf-8") as file:
        document = Tables(file.read())
    with open(trace, encoding="utf-8") as file:
        events = json.load(file)
    assert document.ready, "the script of the page did not come to its end"
    points = [event for event in events if event["ph"] == "X" and event["cat"] not in ("run", "range", "wait")]
    runs = {event["pid"]: event for event in events if event.get("cat") == "run"}
    tables = document.tables
    summary = {row[0]: row[1] for row in tables["summary"]}
    assert (summary["Ranks"], summary["Points"]) == (len(runs), len(points))
    check_times(tables["tasks"], points, lambda point: point["name"])
    check_times(tables["provenance"], points, lambda point: point["args"].get("provenance", "(none)"))
    check_names(tables["ranges"], [event for event in events if event.get("cat") == "range"])
    check_names(tables["waits"], [event for event in events if event.get("cat") == "wait"])
    assert len(tables["ranges"]) == 1 + 3 and len(tables["waits"]) > 1
    check_workers(tables["workers"], points, runs)
    check_bytes(tables["bytes"], events)
    check_path(tables, points, runs)
    if len(runs) == 1:
        check_steps(tables, points)
    print(f"the report shows what is in the trace: {len(points)} points on {len(runs)} ranks")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
