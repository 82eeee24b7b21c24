// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "utilities/hash.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>

namespace legate::detail {

/// Which rank runs which points of a launch: points are dealt to the processors of the machine in equal blocks of
/// successive ones, in row-major order, and processors to ranks likewise.
struct Placement {
  std::uint64_t points{1};
  std::uint64_t first_processor{0};
  std::uint64_t processors{1};
  std::uint64_t per_rank{1};

  /// In the numbers of the whole machine.
  [[nodiscard]] std::uint64_t processor_of(std::uint64_t point) const {
    return point * processors / points + first_processor;
  }
  [[nodiscard]] std::uint32_t rank_of(std::uint64_t point) const {
    return static_cast<std::uint32_t>(processor_of(point) / per_rank);
  }
  /// The first of the points that run on `rank` or later ones; `points` if there is none.
  [[nodiscard]] std::uint64_t first_point(std::uint64_t rank) const {
    const auto processor = rank * per_rank;
    if (processor <= first_processor) {
      return 0;
    }
    // The least p with p * processors / points >= processor - first_processor.
    const auto wanted = (processor - first_processor) * points;
    return std::min(points, (wanted + processors - 1) / processors);
  }
  [[nodiscard]] std::uint32_t first_rank() const { return rank_of(0); }
  [[nodiscard]] std::uint32_t last_rank() const { return rank_of(points - 1); }

  /// The same on every rank.
  [[nodiscard]] std::uint64_t hash() const {
    return Hash{}.add(points).add(first_processor).add(processors).add(per_rank).value();
  }

  friend bool operator==(const Placement& a, const Placement& b) {
    return a.points == b.points && a.first_processor == b.first_processor && a.processors == b.processors &&
           a.per_rank == b.per_rank;
  }
};

}  // namespace legate::detail
