// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/profile.h"

#include <cstdint>
#include <string>

namespace legate::detail {

/// The clock of rank 0 as another rank sees it: two comparisons, and a straight line between them, because clocks run
/// at slightly different speeds.
class RankClock {
 public:
  /// At time `first` (`last`) of the own clock, that of rank 0 was ahead by `first_difference` (`last_difference`).
  RankClock(std::int64_t first, std::int64_t first_difference, std::int64_t last, std::int64_t last_difference) noexcept
      : first_{first},
        difference_{first_difference},
        drift_{last > first
                   ? static_cast<double>(last_difference - first_difference) / static_cast<double>(last - first)
                   : 0.0} {}

  /// What the clock of rank 0 shows at `time` of the own clock, in nanoseconds.
  [[nodiscard]] std::int64_t common(std::int64_t time) const noexcept {
    return time + difference_ + static_cast<std::int64_t>(drift_ * static_cast<double>(time - first_));
  }

 private:
  std::int64_t first_;
  std::int64_t difference_;
  double drift_;
};

/// What this rank did as events of Chrome's trace format, with commas between them: of every list of such events that
/// stands between brackets, Perfetto makes a picture. Times are microseconds after `origin` of the common clock. Safe
/// inside of an HTML page.
///
/// A point is a complete event (`"ph": "X"`) of its worker (`tid`) in its rank (`pid`). Its `args` have its `id`, the
/// ids of those that it had to wait for (`after`), its number in the launch domain (`point`), when it was `submitted`,
/// its `provenance`, the `bytes` that it saw, and the microseconds that it was expected to take (`predicted`).
/// Ranges that bodies have named are complete events of the category "range" inside of those.
/// Waits are complete events of the category "wait" on the row of the program.
/// Transfers are asynchronous events, because several of them are on their way at a time.
[[nodiscard]] std::string trace_events(const engine::Profile& profile, const RankClock& clock, std::int64_t origin);

}  // namespace legate::detail
