// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace legate::detail {

/// What `--profile` asks for: records a run, and writes down at its end what happened.
class Profiler {
 public:
  /// Collective, with the engine running and nothing submitted.
  void start();

  /// Every rank writes `NAME_RANK.prof`, the trace of what it did, and rank 0 writes `NAME.json`, the trace of all
  /// ranks, and `NAME.html`, the report. Traces are JSON, a list of events that Perfetto and Chrome show, by the clock
  /// of rank 0. What cannot be written is told on standard error. Collective, when everything submitted is over.
  void write(const std::string& directory, const std::string& name) const;

 private:
  std::int64_t difference_{0};  // to the clock of rank 0, when it started
};

}  // namespace legate::detail
