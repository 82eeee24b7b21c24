// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/engine.h"

#include <cstdint>
#include <memory>

namespace legate::detail {

/// What the clock showed when everything that all ranks had submitted before had completed.
class ClockReading {
 public:
  /// One for the place in the stream of operations where it is called. Waits for nothing. Control thread; collective.
  [[nodiscard]] static std::shared_ptr<const ClockReading> take();

  /// Waits until it is known: in nanoseconds of the first rank's std::chrono::steady_clock, the same number on every
  /// rank, and never less than that of a reading taken earlier. Control thread.
  /// @throws std::runtime_error inside a task, where it could wait for ever, if it is not known yet.
  [[nodiscard]] std::int64_t nanoseconds() const;

 private:
  static void take_everywhere(const std::shared_ptr<ClockReading>& reading);
  void set(std::int64_t nanoseconds) noexcept;

  mutable engine::Completion known_{};
  std::int64_t nanoseconds_{};
};

}  // namespace legate::detail
