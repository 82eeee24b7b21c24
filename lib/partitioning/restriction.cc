// SPDX-License-Identifier: Apache-2.0
#include "partitioning/restriction.h"

#include <algorithm>

namespace legate::detail {

std::vector<std::uint32_t> Restrictions::forbidden_dims() const {
  std::vector<std::uint32_t> result;
  for (std::size_t d = 0; d < dims.size(); ++d) {
    if (is_forbidden(d)) result.push_back(static_cast<std::uint32_t>(d));
  }
  return result;
}

void Restrictions::forbid(std::size_t dimension, std::size_t dim) {
  if (dims.size() < dim) dims.resize(dim, Restriction::ALLOW);
  dims[dimension] = Restriction::FORBID;
}

Restrictions join(const Restrictions& left, const Restrictions& right) {
  Restrictions result{left};
  result.dims.resize(std::max(left.dims.size(), right.dims.size()), Restriction::ALLOW);
  for (std::size_t d = 0; d < right.dims.size(); ++d) result.dims[d] = std::max(result.dims[d], right.dims[d]);
  result.minimum.resize(std::max(left.minimum.size(), right.minimum.size()), 0);
  for (std::size_t d = 0; d < right.minimum.size(); ++d)
    result.minimum[d] = std::max(result.minimum[d], right.minimum[d]);
  result.invertible = left.invertible || right.invertible;
  return result;
}

bool satisfies(const Tiling& tiling, const std::vector<std::uint64_t>& extents, const Restrictions& restrictions) {
  if (restrictions.invertible && tiling.is_irregular()) return false;
  for (std::size_t d = 0; d < tiling.dim(); ++d) {
    if (restrictions.is_forbidden(d) && tiling.colors[d] != 1) return false;
    const auto minimum = restrictions.minimum_of(d);
    if (minimum != 0 && tiling.smallest_extent(extents, d) < minimum) return false;
  }
  return true;
}

bool operator==(const Restrictions& left, const Restrictions& right) {
  return left.dims == right.dims && left.minimum == right.minimum && left.invertible == right.invertible;
}

}  // namespace legate::detail
