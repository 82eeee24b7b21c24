// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <cstdint>
#include <memory>

namespace legate::detail {
class ClockReading;
}

namespace legate::timing {

/// A reading of the clock at a place in the stream of operations: when everything submitted before it, by any rank, has
/// completed. Copies are the same reading.
class LEGATE_EXPORT Time {
 public:
  /// The count since an unspecified epoch, the same on every rank. Differences of values of one unit are durations, and
  /// later readings are never less than earlier ones. Waits until it is known, but not for operations submitted later.
  /// @throws std::runtime_error inside a task, if it is not known yet.
  [[nodiscard]] std::int64_t value() const;

  Time(std::shared_ptr<const legate::detail::ClockReading> reading, std::int64_t nanoseconds_per_unit) noexcept;

 private:
  std::shared_ptr<const legate::detail::ClockReading> reading_;
  std::int64_t nanoseconds_per_unit_;
};

/// Has the clock read, in microseconds, when all operations submitted so far have completed. Returns at once. Every
/// rank has to call it. Control thread only.
/// @throws std::runtime_error before start(), after finish() and inside a task.
/// @throws std::invalid_argument in a STRICT streaming scope, whose operations are discarded.
[[nodiscard]] LEGATE_EXPORT Time measure_microseconds();
/// The same in nanoseconds.
[[nodiscard]] LEGATE_EXPORT Time measure_nanoseconds();

}  // namespace legate::timing
