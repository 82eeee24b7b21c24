// SPDX-License-Identifier: Apache-2.0
#include "partitioning/projection.h"

#include <algorithm>
#include <stdexcept>

namespace legate::detail {

namespace {

enum class Match : std::uint8_t { WITHOUT_FORBIDDEN, IDENTITY, ONE_DIMENSION, ROW_MAJOR };

std::size_t split_dims(const std::vector<std::uint64_t>& colors) {
  return static_cast<std::size_t>(std::count_if(colors.begin(), colors.end(), [](auto extent) { return extent != 1; }));
}

Match match(std::size_t launch_dim, const std::vector<std::uint64_t>& colors,
            const std::vector<std::uint32_t>& forbidden_dims) {
  if (!forbidden_dims.empty() && launch_dim > 1 && launch_dim + forbidden_dims.size() == colors.size()) {
    return Match::WITHOUT_FORBIDDEN;
  }
  if (launch_dim == colors.size()) return Match::IDENTITY;
  if (launch_dim != 1) {
    throw std::runtime_error{
        "The launch domain must be 1D if the color shape has a different number of dimensions from the launch domain"};
  }
  return split_dims(colors) == 1 ? Match::ONE_DIMENSION : Match::ROW_MAJOR;
}

std::size_t only_split_dim(const std::vector<std::uint64_t>& colors) {
  const auto found = std::find_if(colors.begin(), colors.end(), [](auto extent) { return extent != 1; });
  return static_cast<std::size_t>(found - colors.begin());
}

bool contains(const std::vector<std::uint32_t>& dims, std::size_t dimension) {
  return std::find(dims.begin(), dims.end(), dimension) != dims.end();
}

}  // namespace

std::vector<std::int64_t> project(const std::vector<std::int64_t>& point, const std::vector<std::uint64_t>& colors,
                                  const std::vector<std::uint32_t>& forbidden_dims) {
  switch (match(point.size(), colors, forbidden_dims)) {
    case Match::IDENTITY:
      return point;
    case Match::ROW_MAJOR:
      return delinearize(point[0], colors);
    case Match::ONE_DIMENSION: {
      std::vector<std::int64_t> color(colors.size(), 0);
      color[only_split_dim(colors)] = point[0];
      return color;
    }
    case Match::WITHOUT_FORBIDDEN:
      break;
  }
  std::vector<std::int64_t> color(colors.size(), 0);
  auto coordinate = point.begin();
  for (std::size_t d = 0; d < colors.size(); ++d) {
    if (!contains(forbidden_dims, d)) color[d] = *coordinate++;
  }
  return color;
}

std::vector<std::int64_t> ColorMap::color(std::uint64_t point) const {
  std::vector<std::int64_t> at(launch_extents.size());
  for (auto d = launch_extents.size(); d-- > 0;) {
    at[d] = static_cast<std::int64_t>(point % launch_extents[d]);
    point /= launch_extents[d];
  }
  std::vector<std::int64_t> result;
  result.reserve(rules.size());
  for (const auto& rule : rules) {
    const auto x = rule.launch_dim < 0 ? 0 : at[static_cast<std::size_t>(rule.launch_dim)];
    result.push_back(rule.weight * x + rule.offset);
  }
  return result;
}

std::uint64_t ColorMap::volume() const {
  std::uint64_t points = 1;
  for (const auto extent : launch_extents) points *= extent;
  return points;
}

bool ColorMap::stays_in(const std::vector<std::uint64_t>& colors) const {
  for (std::size_t d = 0; d < rules.size(); ++d) {
    const auto& rule = rules[d];
    const auto last = rule.launch_dim < 0
                          ? 0
                          : static_cast<std::int64_t>(launch_extents[static_cast<std::size_t>(rule.launch_dim)]) - 1;
    for (const auto color : {rule.offset, rule.weight * last + rule.offset}) {
      if (color < 0 || static_cast<std::uint64_t>(color) >= colors[d]) return false;
    }
  }
  return true;
}

std::optional<ColorMap> color_map(const std::vector<std::int64_t>& lo, const std::vector<std::uint64_t>& launch_extents,
                                  const std::vector<std::uint64_t>& colors,
                                  const std::vector<std::uint32_t>& forbidden_dims) {
  ColorMap map{launch_extents, std::vector<ColorMap::Rule>(colors.size())};
  const auto follow = [&](std::size_t color_dim, std::size_t launch_dim) {
    map.rules[color_dim] = {static_cast<std::int32_t>(launch_dim), 1, lo[launch_dim]};
  };
  switch (match(lo.size(), colors, forbidden_dims)) {
    case Match::IDENTITY:
      for (std::size_t d = 0; d < colors.size(); ++d) follow(d, d);
      break;
    case Match::ONE_DIMENSION:
      follow(only_split_dim(colors), 0);
      break;
    case Match::ROW_MAJOR:
      // The points of a launch over as many dimensions as the colors, counted alike.
      map.launch_extents = colors;
      for (std::size_t d = 0; d < colors.size(); ++d) map.rules[d] = {static_cast<std::int32_t>(d), 1, 0};
      if (lo[0] != 0 || map.volume() != launch_extents[0]) return std::nullopt;
      break;
    case Match::WITHOUT_FORBIDDEN:
      for (std::size_t d = 0, next = 0; d < colors.size(); ++d) {
        if (!contains(forbidden_dims, d)) follow(d, next++);
      }
      break;
  }
  return map;
}

std::optional<std::vector<std::int64_t>> unproject(const std::vector<std::int64_t>& color, std::size_t launch_dim,
                                                   const std::vector<std::uint64_t>& colors,
                                                   const std::vector<std::uint32_t>& forbidden_dims) {
  switch (match(launch_dim, colors, forbidden_dims)) {
    case Match::IDENTITY:
      return color;
    case Match::ROW_MAJOR:
      return std::vector<std::int64_t>{linearize(color, colors)};
    case Match::ONE_DIMENSION: {
      const auto split = only_split_dim(colors);
      for (std::size_t d = 0; d < colors.size(); ++d) {
        if (d != split && color[d] != 0) return std::nullopt;
      }
      return std::vector<std::int64_t>{color[split]};
    }
    case Match::WITHOUT_FORBIDDEN:
      break;
  }
  std::vector<std::int64_t> point;
  for (std::size_t d = 0; d < colors.size(); ++d) {
    if (!contains(forbidden_dims, d)) {
      point.push_back(color[d]);
    } else if (color[d] != 0) {
      return std::nullopt;
    }
  }
  return point;
}

std::int64_t linearize(const std::vector<std::int64_t>& color, const std::vector<std::uint64_t>& colors) {
  std::int64_t index = 0;
  for (std::size_t d = 0; d < colors.size(); ++d) index = index * static_cast<std::int64_t>(colors[d]) + color[d];
  return index;
}

std::vector<std::int64_t> delinearize(std::int64_t index, const std::vector<std::uint64_t>& colors) {
  std::vector<std::int64_t> color(colors.size(), 0);
  for (std::size_t d = colors.size(); d-- > 1;) {
    const auto extent = static_cast<std::int64_t>(colors[d]);
    if (extent == 0) continue;  // no color is valid then; avoid dividing by it
    color[d] = index % extent;
    index /= extent;
    // Round towards minus infinity: a point below the domain must leave the color shape, not wrap around into it.
    if (color[d] < 0) {
      color[d] += extent;
      --index;
    }
  }
  if (!colors.empty()) color[0] = index;
  return color;
}

}  // namespace legate::detail
