# SPDX-License-Identifier: Apache-2.0
"""Compares the trace of tests/mpi/profiled_program with what its leaves noted down.

    check_trace.py TRACE RANKS LEAVES

LEAVES.RANK has a line "TASK POINT BEGIN END" for each leaf of a rank. Every leaf has to be in the trace once, with times
around its own, after what it needs. All ranks run on one machine, so their clocks are one, which the trace must find out.
"""

from __future__ import annotations

import collections
import json
import re
import sys
from typing import Any

PROVENANCE = {"Produce": "first <phase>", "Smooth": 'second "phase"', "Sum": 'second "phase"'}
CLOCK_TOLERANCE = 5000.0  # microseconds: the ranks may wait for a processor whenever they tell each other the time

Event = dict[str, Any]
Node = tuple[int, int]  # rank and id


def task_of(event: Event) -> str:
    """The class of a task, whose full name has its library and namespace before it."""
    return re.split(r"::|\.", event["name"])[-1]


def read_leaves(prefix: str, ranks: int) -> dict[tuple[int, str, int], list[tuple[float, float]]]:
    """The times of leaves in microseconds, by rank, task and point, in the order in which they ran."""
    leaves = collections.defaultdict(list)
    for rank in range(ranks):
        with open(f"{prefix}.{rank}", encoding="ascii") as file:
            for line in file:
                task, point, begin, end = line.split()
                leaves[rank, task, int(point)].append((int(begin) / 1000, int(end) / 1000))
    for times in leaves.values():
        times.sort()
    return leaves


def check_leaves(events: list[Event], leaves: dict[tuple[int, str, int], list[tuple[float, float]]], ranks: int) -> None:
    """Every leaf is an event, and no event of these tasks is no leaf; on one clock."""
    found = collections.defaultdict(list)
    for event in events:
        if event["ph"] == "X" and event.get("cat") == "task" and task_of(event) in PROVENANCE:
            found[event["pid"], task_of(event), event["args"]["point"]].append(event)
    assert {key: len(value) for key, value in found.items()} == {key: len(value) for key, value in leaves.items()}
    shifts: dict[int, tuple[float, float]] = {}  # between which the own clock less that of the trace is, by rank
    for key, same in found.items():
        same.sort(key=lambda event: event["ts"])
        for event, (begin, end) in zip(same, leaves[key]):
            assert event["args"]["submitted"] <= event["ts"] and event["dur"] >= 0, event
            assert event["args"]["provenance"] == PROVENANCE[task_of(event)], event
            least, most = shifts.get(event["pid"], (float("-inf"), float("inf")))
            shifts[event["pid"]] = max(least, end - event["ts"] - event["dur"]), min(most, begin - event["ts"])
    assert sorted(shifts) == list(range(ranks)), "every rank has leaves"
    for rank, (least, most) in shifts.items():
        assert least <= most + 1 + (CLOCK_TOLERANCE if rank else 0), f"rank {rank}: leaves stick out of their events"
        assert abs(most - shifts[0][1]) <= CLOCK_TOLERANCE, f"rank {rank}: another clock, {shifts}"


def check_tracks(events: list[Event]) -> None:
    """A worker does one thing at a time."""
    tracks = collections.defaultdict(list)
    for event in events:
        if event["ph"] == "X" and event["cat"] not in ("run", "range", "wait"):
            tracks[event["pid"], event["tid"]].append((event["ts"], event["ts"] + event["dur"]))
    for track, slices in tracks.items():
        slices.sort()
        for before, after in zip(slices, slices[1:]):
            assert before[1] <= after[0] + 0.002, f"{track}: {before} and {after} overlap"  # three digits are written


def check_ranges(events: list[Event]) -> None:
    """Every point of Smooth has three ranges, one after the other."""
    ranges = collections.defaultdict(list)
    for event in events:
        if event.get("cat") == "range":
            ranges[event["pid"], event["tid"]].append((event["ts"], event["ts"] + event["dur"], event["name"]))
    for event in events:
        if event["ph"] == "X" and task_of(event) == "Smooth":
            own = ranges[event["pid"], event["tid"]]
            begin, end = event["ts"] - 0.002, event["ts"] + event["dur"] + 0.002
            inside = sorted(part for part in own if begin <= part[0] and part[1] <= end)
            assert [name for _, _, name in inside] == ["tile 0", "tile 1", "tile 2"], (event, inside)
            assert all(first[1] <= second[0] + 0.002 for first, second in zip(inside, inside[1:])), inside
            ranges[event["pid"], event["tid"]] = [part for part in own if part not in inside]
    assert not any(ranges.values()), f"ranges outside of their task: {ranges}"


def check_waits(events: list[Event], ranks: int) -> None:
    """Every rank has waited for the sum, on the row of the program, until the last point of Sum had ended."""
    rows = {event["pid"]: event["tid"] for event in events if event.get("cat") == "run"}
    for rank in range(ranks):
        waits = [event for event in events if event.get("cat") == "wait" and event["pid"] == rank]
        assert all(wait["tid"] == rows[rank] and wait["dur"] >= 1 for wait in waits), waits
        ends = [wait["ts"] + wait["dur"] for wait in waits if wait["name"] == "get_physical_store"]
        own = [event for event in events if event["ph"] == "X" and event["pid"] == rank and task_of(event) == "Sum"]
        assert ends and max(ends) >= max(event["ts"] + event["dur"] for event in own), (ends, own)


def check_folds(events: list[Event]) -> None:
    """What folds is said to be from where the launch is from."""
    folds = [event for event in events if event.get("cat") == "fold" or event["name"] == "legatus.combine"]
    assert folds, "there is a reduction"
    assert all(event["args"]["provenance"] == PROVENANCE["Sum"] for event in folds), folds


def read_graph(events: list[Event]) -> tuple[dict[Node, Event], dict[Node, float]]:
    """Points and transfers by rank and id, and when each ended."""
    nodes = {(event["pid"], event["args"]["id"]): event for event in events if "after" in event.get("args", {})}
    assert len(nodes) == sum("after" in event.get("args", {}) for event in events), "ids are unique"
    ends = {node: event["ts"] + event["dur"] for node, event in nodes.items() if event["ph"] == "X"}
    for event in events:
        if event["ph"] == "e":
            rank, number = event["id"].split(".")
            ends[int(rank), int(number)] = event["ts"]
    assert set(ends) == set(nodes)
    return nodes, ends


def check_order(nodes: dict[Node, Event], ends: dict[Node, float]) -> dict[Node, list[Node]]:
    """What a point waits for ends before it begins. Returns what everything waits for, also on other ranks."""
    after = {}
    sent = {}
    for (rank, number), event in nodes.items():
        arguments = event["args"]
        after[rank, number] = [(rank, other) for other in arguments["after"]]
        for other in after[rank, number]:
            assert other[1] < number
            if event["ph"] == "X":
                assert ends[other] <= event["ts"] + 0.002, f"{event} began before {nodes[other]} ended"
        if event["ph"] == "b" and arguments["direction"] == "send":
            sent[rank, arguments["peer"], arguments["tag"]] = (rank, number)
    for (rank, number), event in nodes.items():
        if event["ph"] == "b" and event["args"]["direction"] == "receive":
            after[rank, number].append(sent[event["args"]["peer"], rank, event["args"]["tag"]])
    return after


def check_needs(nodes: dict[Node, Event], after: dict[Node, list[Node]]) -> None:
    """A point of Smooth comes after the points of Produce next to it, and one of Sum after its point of Smooth."""
    need = {"Smooth": ("Produce", (0, 1, 2)), "Sum": ("Smooth", (0,))}
    for node, event in nodes.items():
        if task_of(event) not in need:
            continue
        seen, waiting = {node}, [node]
        while waiting:
            for other in after[waiting.pop()]:
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        task, offsets = need[task_of(event)]
        before = {nodes[other]["args"]["point"] for other in seen if task_of(nodes[other]) == task}
        missing = {event["args"]["point"] + offset for offset in offsets} - before
        assert not missing, f"{event} does not wait for {task} {missing}"


def main(trace: str, ranks: int, leaves: str) -> None:
    with open(trace, encoding="utf-8") as file:
        events = json.load(file)
    assert min(event["ts"] for event in events if "ts" in event) >= 0
    assert {event["pid"] for event in events} == set(range(ranks))
    check_leaves(events, read_leaves(leaves, ranks), ranks)
    check_tracks(events)
    check_ranges(events)
    check_waits(events, ranks)
    check_folds(events)
    nodes, ends = read_graph(events)
    check_needs(nodes, check_order(nodes, ends))
    own = []
    for rank in range(ranks):
        with open(f"{trace.removesuffix('.json')}_{rank}.prof", encoding="utf-8") as file:
            own += json.load(file)
    assert own == events, "the traces of the ranks are what the trace of all was made from"
    print(f"{len(nodes)} points and transfers are right")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
