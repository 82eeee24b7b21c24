// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/completion.h"

#include <legate/task/exception.h>

#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

namespace legate::detail {

/// How a launch that may throw has ended. Points record, the launch signals, the control thread waits.
class Outcome {
 public:
  /// A point has thrown. Of several, the lowest point is kept, so that the answer does not depend on the schedule.
  void record(std::uint32_t point, TaskException exception) {
    const std::lock_guard<std::mutex> guard{mutex_};
    if (!exception_ || point < point_) {
      point_ = point;
      exception_.emplace(std::move(exception));
    }
  }
  void complete() { completion_.signal(); }

  /// Waits for the launch, on all ranks; what it has thrown, if anything. Collective: all ranks learn the same.
  [[nodiscard]] const std::optional<TaskException>& wait();

 private:
  void agree();

  engine::Completion completion_{};
  std::mutex mutex_{};
  std::uint32_t point_{0};
  bool agreed_{false};
  std::optional<TaskException> exception_{};
};

}  // namespace legate::detail
