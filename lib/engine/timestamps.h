// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace legate::detail::engine {

/// When and where one point of a launch ran. Times are nanoseconds of std::chrono::steady_clock.
struct Timestamp {
  const std::string* codelet{nullptr};  ///< name of the codelet; valid as long as the codelet exists
  std::uint32_t point{0};
  unsigned worker{0};
  std::int64_t submitted{0};
  std::int64_t started{0};
  std::int64_t ended{0};
};

/// Starts recording launches made from now on, keeping the last `capacity` points of every worker (at least 1). Earlier
/// records are dropped. Only while the engine is running and no task is pending (after wait_all()).
void record_timestamps(std::size_t capacity);

/// Stops recording and drops what was recorded. Same restriction as record_timestamps().
void stop_recording_timestamps();

/// Whether launches are being recorded; off after start(). Any thread.
[[nodiscard]] bool recording_timestamps() noexcept;

/// The records kept, in order of `started`. Only while no task is pending (after wait_all()).
[[nodiscard]] std::vector<Timestamp> recorded_timestamps();

}  // namespace legate::detail::engine
