// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operation/task.h"

#include <legate/tuning/parallel_policy.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace legate::detail {

/// The operations of a STRICT streaming scope: held back until the scope ends, because none of them may run if the
/// sequence as a whole cannot be streamed. Control thread only.
///
/// The engine runs ready points in any order anyway, so operations are not interleaved any further: streaming is a
/// check here. RELAXED scopes need none and hold nothing.
class Streaming {
 public:
  /// What is held in place of an operation that can never be streamed.
  enum class Barrier : std::uint8_t { EXECUTION_FENCE, MAPPING_FENCE };

  /// A STRICT scope begins.
  void begin() { active_ = true; }
  [[nodiscard]] bool active() const { return active_; }
  /// Scalar stores that the task writes can be read by what is submitted next.
  void hold(std::shared_ptr<TaskDescription> task);
  void hold(Barrier barrier) { held_.push_back(Held{nullptr, barrier, {}}); }
  /// Points that run all at once cannot be interleaved, not even in a RELAXED scope.
  /// @throws std::runtime_error if the task is concurrent.
  static void refuse_concurrent(const TaskDescription& task);
  /// Forgets what is held and ends the scope.
  void discard();
  /// Ends the scope: checks the held operations and passes them on in order.
  /// @throws std::invalid_argument if they cannot be streamed; then all are discarded.
  /// @throws std::runtime_error if one of them is concurrent and nothing else is wrong; likewise.
  void end(const std::function<void(TaskDescription&)>& launch);

 private:
  struct Held {
    std::shared_ptr<TaskDescription> task{};
    Barrier barrier{};
    std::vector<LogicalStore::Ptr> first_written{};  // the scalar stores that nothing has written before
  };
  /// Drops operations that will not run.
  static void forget(std::vector<Held>& held);
  /// What is wrong with the sequence; empty if nothing is.
  [[nodiscard]] static std::string violation(const std::vector<Held>& held);

  bool active_{false};
  std::vector<Held> held_{};
};

}  // namespace legate::detail
