// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace random_program {

using Coordinates = std::vector<std::int64_t>;

/// The coordinates from `low` up to, not including, `high`. Without dimensions: one point.
struct Box {
  Coordinates low;
  Coordinates high;

  static Box of_extents(const Coordinates& extents) { return {Coordinates(extents.size(), 0), extents}; }

  std::size_t dimensions() const { return low.size(); }
  std::int64_t extent(std::size_t dim) const { return std::max<std::int64_t>(0, high[dim] - low[dim]); }
  bool empty() const {
    for (std::size_t d = 0; d < low.size(); ++d) {
      if (high[d] <= low[d]) return true;
    }
    return false;
  }
  bool contains(const Coordinates& point) const {
    for (std::size_t d = 0; d < low.size(); ++d) {
      if (point[d] < low[d] || point[d] >= high[d]) return false;
    }
    return true;
  }
};

inline std::int64_t volume_of(const Coordinates& extents) {
  std::int64_t volume = 1;
  for (const auto extent : extents) volume *= extent;
  return volume;
}

/// Calls `function` for every point in row-major order.
template <typename Function>
void for_each_point(const Box& box, Function&& function) {
  if (box.empty()) return;
  Coordinates point = box.low;
  while (true) {
    function(static_cast<const Coordinates&>(point));
    std::size_t dim = point.size();
    while (dim > 0 && ++point[dim - 1] == box.high[dim - 1]) {
      point[dim - 1] = box.low[dim - 1];
      --dim;
    }
    if (dim == 0) return;
  }
}

inline std::string text_of(const Coordinates& values) {
  std::string text = "(";
  for (std::size_t d = 0; d < values.size(); ++d) text += (d == 0 ? "" : ", ") + std::to_string(values[d]);
  return text + ")";
}

}  // namespace random_program
