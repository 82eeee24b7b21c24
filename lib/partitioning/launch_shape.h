// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "partitioning/restriction.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace legate::detail {

/// How far an operation may be split.
struct Parallelism {
  std::uint64_t machine_count{1};  // processors of the chosen kind
  std::uint64_t overdecompose{1};  // pieces per processor
  std::uint64_t threshold{0};      // stores with fewer elements are not split

  [[nodiscard]] std::uint64_t pieces() const { return machine_count * overdecompose; }
};

/// Into how many tiles per dimension a store of shape `extents` is split; nullopt if it is not split at all.
///
/// A pure function of its arguments: every process computes the same answer.
[[nodiscard]] std::optional<std::vector<std::uint64_t>> compute_launch_shape(const std::vector<std::uint64_t>& extents,
                                                                             const Restrictions& restrictions,
                                                                             const Parallelism& parallelism);

}  // namespace legate::detail
