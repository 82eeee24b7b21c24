// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <cstdint>

namespace legate::timing {

/// A reading of the clock at a point in the stream of operations.
class LEGATE_EXPORT Time {
 public:
  /// The count since an unspecified epoch. Differences of values of one unit are durations.
  [[nodiscard]] std::int64_t value() const { return value_; }

  explicit Time(std::int64_t value) noexcept : value_{value} {}

 private:
  std::int64_t value_;
};

/// Reads the clock, in microseconds, when all operations submitted so far have finished; waits for them. Control thread
/// only.
/// @throws std::runtime_error before start() and after finish().
[[nodiscard]] LEGATE_EXPORT Time measure_microseconds();
/// The same in nanoseconds.
[[nodiscard]] LEGATE_EXPORT Time measure_nanoseconds();

}  // namespace legate::timing
