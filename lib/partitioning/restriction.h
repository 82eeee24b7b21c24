// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "partitioning/tiling.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace legate::detail {

/// What a partitioner may do to one dimension. Joining two answers takes the stricter one.
enum class Restriction : std::uint8_t { ALLOW, AVOID, FORBID };

/// What a store, or a class of aligned stores, demands of its partition.
struct Restrictions {
  std::vector<Restriction> dims{};       // one per dimension; empty: all ALLOW
  std::vector<std::uint64_t> minimum{};  // smallest extent of any tile, 0 or missing: no demand
  bool invertible{false};                // the store is a transformed view

  [[nodiscard]] bool is_forbidden(std::size_t dimension) const {
    return dimension < dims.size() && dims[dimension] == Restriction::FORBID;
  }
  [[nodiscard]] std::uint64_t minimum_of(std::size_t dimension) const {
    return dimension < minimum.size() ? minimum[dimension] : 0;
  }
  [[nodiscard]] std::vector<std::uint32_t> forbidden_dims() const;

  /// Forbids splitting `dimension` of a `dim`-dimensional store.
  void forbid(std::size_t dimension, std::size_t dim);
};

/// The restrictions that hold for two stores which are split alike.
[[nodiscard]] Restrictions join(const Restrictions& left, const Restrictions& right);

/// Whether a store of shape `extents` may be split by `tiling` under `restrictions`.
[[nodiscard]] bool satisfies(const Tiling& tiling, const std::vector<std::uint64_t>& extents,
                             const Restrictions& restrictions);

[[nodiscard]] bool operator==(const Restrictions& left, const Restrictions& right);

}  // namespace legate::detail
