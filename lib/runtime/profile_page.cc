// SPDX-License-Identifier: Apache-2.0
#include "runtime/profile_page.h"

namespace legate::detail {

std::string_view profile_page_begin() noexcept {
  return R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Profile</title>
<style>
  body { font: 14px/1.4 sans-serif; margin: 1.5em; color: #222; background: #fff; }
  h2 { font-size: 1.1em; margin: 1.6em 0 0.4em; }
  table { border-collapse: collapse; }
  th, td { padding: 0.15em 0.8em 0.15em 0; text-align: left; border-bottom: 1px solid #ddd; vertical-align: top; }
  th { font-weight: normal; color: #666; }
  td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
  p { max-width: 60em; }
  canvas { border: 1px solid #ddd; cursor: grab; display: block; }
  #tip { position: fixed; display: none; background: #222; color: #fff; padding: 0.3em 0.6em; white-space: pre;
         font-size: 12px; pointer-events: none; }
</style>
</head>
<body>
<h1>Profile</h1>
<table id="summary"></table>
<h2>Timeline</h2>
<p>A row for each worker, and one for what the program waited for, in gray. The wheel zooms, dragging moves. Dark edges mark
the critical path.</p>
<canvas id="timeline"></canvas>
<div id="tip"></div>
<h2>Workers</h2>
<table id="workers"></table>
<h2>Time by task</h2>
<table id="tasks"></table>
<h2>Time by provenance</h2>
<table id="provenance"></table>
<h2>Time by range</h2>
<table id="ranges"></table>
<h2>Waits of the program</h2>
<table id="waits"></table>
<h2>Bytes moved</h2>
<table id="bytes"></table>
<h2>Critical path</h2>
<p>What the end of the run waited for: from the last point back to the one that ended last of those that it followed,
because it needed their data or ran on the same worker after them, and so on.</p>
<table id="path"></table>
)html";
}

std::string_view profile_page_end() noexcept {
  return R"html(<script>
"use strict";

// ---- the trace

// Points ("slices") and transfers by a key that is unique over all ranks; `after` holds the keys of what they waited for.
function readTrace(events) {
  const trace = { slices: [], nodes: new Map(), runs: new Map(), tracks: [], copies: [], ranges: [], waits: [], lost: 0 };
  const ends = new Map();
  const key = (event, id) => event.pid + "." + id;
  for (const event of events) {
    if (event.ph === "M" && event.name === "thread_name") {
      trace.tracks.push({ pid: event.pid, tid: event.tid, name: event.args.name, slices: [], waits: [] });
    } else if (event.cat === "run") {
      trace.runs.set(event.pid, { start: event.ts, end: event.ts + event.dur, workers: event.args.workers, tid: event.tid });
    } else if (event.cat === "range") {
      trace.ranges.push({ name: event.name, duration: event.dur, args: {} });
    } else if (event.cat === "wait") {
      trace.waits.push({ name: event.name, kind: event.cat, pid: event.pid, tid: event.tid, start: event.ts,
                         duration: event.dur, end: event.ts + event.dur, args: {} });
    } else if (event.ph === "X") {
      const node = { name: event.name, kind: event.cat, pid: event.pid, tid: event.tid, start: event.ts,
                     duration: event.dur, end: event.ts + event.dur, args: event.args,
                     after: event.args.after.map(id => key(event, id)) };
      trace.slices.push(node);
      trace.nodes.set(key(event, event.args.id), node);
    } else if (event.ph === "b") {
      trace.nodes.set(event.id, { name: event.name, kind: event.cat, pid: event.pid, start: event.ts, duration: 0,
                                  args: event.args, after: event.args.after.map(id => key(event, id)) });
    } else if (event.ph === "e") {
      ends.set(event.id, event.ts);
    } else if (event.cat === "memory") {
      trace.copies.push(event.args);
    } else if (event.cat === "lost") {
      trace.lost += event.args.records;
    }
  }
  for (const [id, end] of ends) {
    trace.nodes.get(id).end = end;
  }
  joinTransfers(trace);
  const tracks = new Map(trace.tracks.map(track => [track.pid + "." + track.tid, track]));
  trace.slices.sort((a, b) => a.start - b.start);
  for (const slice of trace.slices) {
    tracks.get(slice.pid + "." + slice.tid).slices.push(slice);
  }
  for (const wait of trace.waits) {
    tracks.get(wait.pid + "." + wait.tid).waits.push(wait);
  }
  return trace;
}

// What is received waits for what the sender waited for.
function joinTransfers(trace) {
  const name = (from, to, tag) => from + ">" + to + ":" + tag;
  const transfers = [...trace.nodes.values()].filter(node => node.kind === "transfer");
  const sent = new Map();
  for (const node of transfers) {
    if (node.args.direction === "send") {
      sent.set(name(node.pid, node.args.peer, node.args.tag), node);
    }
  }
  for (const node of transfers) {
    const other = sent.get(name(node.args.peer, node.pid, node.args.tag));
    if (node.args.direction === "receive" && other) {
      node.after = node.after.concat(other.after);
    }
  }
}

// ---- figures

function groupSlices(slices, name) {
  const groups = new Map();
  for (const slice of slices) {
    const label = name(slice);
    const group = groups.get(label) || { label, count: 0, time: 0, longest: 0, predictions: 0, error: 0 };
    group.count += 1;
    group.time += slice.duration;
    group.longest = Math.max(group.longest, slice.duration);
    if (slice.args.predicted !== undefined && slice.duration > 0) {
      group.predictions += 1;
      group.error += Math.abs(slice.args.predicted - slice.duration) / slice.duration;
    }
    groups.set(label, group);
  }
  return [...groups.values()].sort((a, b) => b.time - a.time);
}

// Python's provenance is a list in JSON that begins with the place.
function provenanceOf(slice) {
  const text = slice.args.provenance || "(none)";
  try {
    const parts = JSON.parse(text);
    return Array.isArray(parts) ? String(parts[0]) : text;
  } catch (error) {
    return text;
  }
}

function movedBytes(trace) {
  const reasons = new Map();
  const add = (reason, times, bytes) => {
    const entry = reasons.get(reason) || { reason, times: 0, bytes: 0 };
    entry.times += times;
    entry.bytes += bytes;
    reasons.set(reason, entry);
  };
  for (const node of trace.nodes.values()) {
    if (node.kind === "move") {
      add(node.args.moves, 1, node.args.bytes);
    } else if (node.kind === "transfer" && node.args.direction === "send") {
      add("sent to other ranks, " + node.args.purpose, 1, node.args.bytes);
    }
  }
  for (const copies of trace.copies) {
    for (const [direction, bytes] of Object.entries(copies)) {
      add("copied " + direction, 0, bytes);
    }
  }
  return [...reasons.values()].sort((a, b) => b.bytes - a.bytes);
}

// The steps of the critical path, last one first, each with the time that passed before it.
function criticalPath(trace) {
  const previous = new Map();
  for (const track of trace.tracks) {
    track.slices.forEach((slice, i) => previous.set(slice, i > 0 ? track.slices[i - 1] : null));
  }
  const steps = [];
  const seen = new Set();
  let node = trace.slices.reduce((last, slice) => (last === null || slice.end > last.end ? slice : last), null);
  while (node !== null) {
    seen.add(node);
    const candidates = node.after.map(key => trace.nodes.get(key));
    if (previous.get(node)) {
      candidates.push(previous.get(node));
    }
    let before = null;
    for (const candidate of candidates) {
      if (!seen.has(candidate) && (before === null || candidate.end > before.end)) {
        before = candidate;
      }
    }
    const from = before !== null ? before.end : trace.runs.get(node.pid).start;
    // A transfer has no time of its own beside that from the end of what it sends to its arrival.
    const waited = node.kind === "transfer" ? 0 : Math.max(node.start - from, 0);
    const time = node.kind === "transfer" ? Math.max(node.end - from, 0) : node.duration;
    steps.push({ node, time, waited });
    node = before;
  }
  return steps;
}

// The longest chain of points that need each other's data: no number of workers would be faster.
function longestChain(trace) {
  const lengths = new Map();
  let longest = 0;
  for (const slice of trace.slices) {
    const stack = [slice];
    while (stack.length > 0) {
      const node = stack[stack.length - 1];
      const missing = lengths.has(node) ? [] : node.after.map(key => trace.nodes.get(key)).filter(x => !lengths.has(x));
      if (missing.length > 0) {
        missing.forEach(other => stack.push(other));
        continue;
      }
      stack.pop();
      if (!lengths.has(node)) {
        lengths.set(node, node.after.reduce((most, key) => Math.max(most, lengths.get(trace.nodes.get(key))), 0) +
                          node.duration);
      }
    }
    longest = Math.max(longest, lengths.get(slice));
  }
  return longest;
}

// ---- tables

const milliseconds = value => (value / 1000).toFixed(3) + " ms";
const microseconds = value => value.toFixed(2) + " us";
const percent = value => (100 * value).toFixed(1) + " %";
const plain = value => String(value);

const colors = new Map();
function colorOf(task) {
  if (!colors.has(task)) {
    colors.set(task, "hsl(" + (colors.size * 137) % 360 + " 60% 65%)");
  }
  return colors.get(task);
}

// A column: its title, what is in it, for numbers how they are written, and whether it shows a task's color.
function fillTable(id, columns, rows) {
  const table = document.getElementById(id);
  const head = table.insertRow();
  for (const column of columns) {
    const cell = document.createElement("th");
    cell.textContent = column.title;
    cell.className = column.format ? "number" : "";
    head.append(cell);
  }
  for (const row of rows) {
    const line = table.insertRow();
    for (const column of columns) {
      const cell = line.insertCell();
      const value = column.value(row);
      cell.textContent = value === null ? "" : column.format ? column.format(value) : value;
      if (column.format && value !== null) {
        cell.className = "number";
        cell.dataset.value = value;
      } else if (column.colored) {
        cell.style.borderLeft = "1em solid " + colorOf(value);
        cell.style.paddingLeft = "0.4em";
      }
    }
  }
}

function showSummary(trace, steps, chain) {
  const sum = (list, value) => list.reduce((total, item) => total + value(item), 0);
  const runs = [...trace.runs.values()];
  const begin = Math.min(...runs.map(run => run.start));
  const end = Math.max(...runs.map(run => run.end));
  const rows = [
    ["Ranks", runs.length, plain],
    ["Workers", sum(runs, run => run.workers), plain],
    ["Points", trace.slices.length, plain],
    ["Time of the run", end - begin, milliseconds],
    ["Critical path", sum(steps, step => step.time + step.waited), milliseconds],
    ["Tasks on it", sum(steps, step => step.node.kind === "transfer" ? 0 : step.time), milliseconds],
    ["Longest chain of dependent points", chain, milliseconds],
  ];
  if (trace.lost > 0) {
    rows.push(["Records lost for want of memory", trace.lost, plain]);
  }
  const table = document.getElementById("summary");
  for (const [title, value, format] of rows) {
    const line = table.insertRow();
    line.insertCell().textContent = title;
    const cell = line.insertCell();
    cell.className = "number";
    cell.dataset.value = value;
    cell.textContent = format(value);
  }
}

function showTables(trace, steps) {
  const busyOf = track => track.slices.reduce((total, slice) => total + slice.duration, 0);
  const workers = trace.tracks.filter(track => track.tid !== trace.runs.get(track.pid).tid || track.slices.length > 0);
  fillTable("workers", [
    { title: "rank", value: track => track.pid, format: plain },
    { title: "worker", value: track => track.name },
    { title: "points", value: track => track.slices.length, format: plain },
    { title: "busy", value: busyOf, format: milliseconds },
    { title: "idle", format: percent, value: track => {
        const run = trace.runs.get(track.pid);
        return 1 - busyOf(track) / (run.end - run.start);
      } },
  ], workers);
  const total = trace.slices.reduce((time, slice) => time + slice.duration, 0);
  const times = (title, colored) => [
    { title, colored, value: group => group.label },
    { title: "times", value: group => group.count, format: plain },
    { title: "time", value: group => group.time, format: milliseconds },
    { title: "share", value: group => total > 0 ? group.time / total : 0, format: percent },
    { title: "mean", value: group => group.time / group.count, format: microseconds },
    { title: "longest", value: group => group.longest, format: microseconds },
  ];
  fillTable("tasks", times("task", true).concat(
    { title: "predictions off by", format: percent,
      value: group => group.predictions > 0 ? group.error / group.predictions : null }),
    groupSlices(trace.slices, slice => slice.name));
  fillTable("provenance", times("provenance", false), groupSlices(trace.slices, provenanceOf));
  fillTable("ranges", times("range", false).filter(column => column.title !== "share"),
            groupSlices(trace.ranges, range => range.name));
  fillTable("waits", times("call", false).filter(column => column.title !== "share"),
            groupSlices(trace.waits, wait => wait.name));
  fillTable("bytes", [
    { title: "reason", value: entry => entry.reason },
    { title: "times", value: entry => entry.times || null, format: plain },
    { title: "bytes", value: entry => entry.bytes, format: plain },
  ], movedBytes(trace));
  showPath(steps);
}

function showPath(steps) {
  const groups = new Map();
  const add = (label, time) => {
    const group = groups.get(label) || { label, count: 0, time: 0 };
    group.count += 1;
    group.time += time;
    groups.set(label, group);
  };
  for (const step of steps) {
    add(step.node.name, step.time);
    if (step.waited > 0) {
      add("(between)", step.waited);
    }
  }
  fillTable("path", [
    { title: "step", value: group => group.label },
    { title: "times", value: group => group.count, format: plain },
    { title: "time", value: group => group.time, format: milliseconds },
  ], [...groups.values()].sort((a, b) => b.time - a.time));
}

// ---- the timeline

function showTimeline(trace, steps) {
  const ROW = 20, LEFT = 130, SCALE = 24;
  const canvas = document.getElementById("timeline");
  const tip = document.getElementById("tip");
  const rows = trace.tracks.filter(track => track.tid !== trace.runs.get(track.pid).tid ||
                                            track.slices.length + track.waits.length > 0);
  const runs = [...trace.runs.values()];
  let begin = Math.min(...runs.map(run => run.start)), end = Math.max(...runs.map(run => run.end));
  const critical = new Set(steps.map(step => step.node));
  const width = () => canvas.width - LEFT;
  const x = time => LEFT + (time - begin) / (end - begin) * width();

  function drawRow(context, track, y) {
    context.fillStyle = "#222";
    context.fillText((runs.length > 1 ? "rank " + track.pid + ", " : "") + track.name, 4, y + 14);
    drawParts(context, track.waits, y);
    drawParts(context, track.slices, y);
  }
  function drawParts(context, parts, y) {
    let drawn = 0;  // what is thinner than a pixel is drawn once
    for (const slice of parts) {
      if (slice.end < begin || slice.start > end) {
        continue;
      }
      const left = Math.max(x(slice.start), LEFT), right = Math.min(x(slice.end), canvas.width);
      if (right < drawn + 0.5) {
        continue;
      }
      drawn = right;
      context.fillStyle = slice.kind === "wait" ? "#ccc" : colorOf(slice.name);
      context.fillRect(left, y + 2, Math.max(right - left, 0.5), ROW - 4);
      if (critical.has(slice)) {
        context.strokeStyle = "#222";
        context.strokeRect(left + 0.5, y + 2.5, Math.max(right - left - 1, 0.5), ROW - 5);
      }
    }
  }
  function draw() {
    canvas.width = Math.max(document.body.clientWidth - 2, LEFT + 100);
    canvas.height = rows.length * ROW + SCALE;
    const context = canvas.getContext("2d");
    context.font = "12px sans-serif";
    rows.forEach((track, i) => drawRow(context, track, i * ROW));
    context.fillStyle = "#666";
    for (let i = 0; i < 5; ++i) {
      context.fillText(milliseconds(begin + (end - begin) * i / 5), LEFT + width() * i / 5, rows.length * ROW + 16);
    }
  }
  function sliceAt(event) {
    const track = rows[Math.floor(event.offsetY / ROW)];
    const time = begin + (event.offsetX - LEFT) / width() * (end - begin);
    const covers = slice => slice.start <= time && time <= slice.end;
    return track && (track.slices.find(covers) || track.waits.find(covers));
  }
  function showTip(event) {
    const slice = sliceAt(event);
    tip.style.display = slice ? "block" : "none";
    if (slice) {
      const time = microseconds(slice.duration) + " from " + milliseconds(slice.start);
      tip.textContent = slice.kind === "wait" ? "waiting: " + slice.name + "\n" + time :
        slice.name + ", point " + slice.args.point + "\n" + time + "\nsubmitted " +
        microseconds(slice.start - slice.args.submitted) + " before\n" + slice.args.bytes + " bytes\n" +
        provenanceOf(slice);
      tip.style.left = event.clientX + 12 + "px";
      tip.style.top = event.clientY + 12 + "px";
    }
  }
  canvas.addEventListener("wheel", event => {
    event.preventDefault();
    const at = begin + Math.max(event.offsetX - LEFT, 0) / width() * (end - begin);
    const factor = event.deltaY > 0 ? 1.25 : 0.8;
    [begin, end] = [at - (at - begin) * factor, at + (end - at) * factor];
    draw();
  });
  canvas.addEventListener("mousemove", event => {
    if (event.buttons & 1) {
      const step = event.movementX / width() * (end - begin);
      [begin, end] = [begin - step, end - step];
      draw();
    }
    showTip(event);
  });
  canvas.addEventListener("mouseleave", () => { tip.style.display = "none"; });
  window.addEventListener("resize", draw);
  draw();
}

// One of each rank: texts have a greatest length.
const traces = [...document.querySelectorAll("script.trace")];
const trace = readTrace(traces.flatMap(element => JSON.parse(element.textContent)));
const steps = criticalPath(trace);
showSummary(trace, steps, longestChain(trace));
showTables(trace, steps);
showTimeline(trace, steps);
document.body.dataset.ready = "yes";
</script>
</body>
</html>
)html";
}

}  // namespace legate::detail
