// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace legate {

/// A range of indices along one dimension: [start, stop). An open end reaches to the end of the dimension; a negative
/// bound counts from there.
class Slice {
 public:
  static constexpr std::nullopt_t OPEN = std::nullopt;

  Slice(std::optional<std::int64_t> first = OPEN, std::optional<std::int64_t> last = OPEN)  // NOLINT
      : start{first}, stop{last} {}

  std::optional<std::int64_t> start{};
  std::optional<std::int64_t> stop{};
};

}  // namespace legate
