// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace legate::detail {

/// The color of a store with color shape `colors` that launch point `point` works on.
///
/// `forbidden_dims` are the dimensions of the store's class that may not be split: they left the launch domain, so
/// their color is 0. A one-dimensional launch over a store of more dimensions counts its colors in row-major order.
/// Coordinates are passed through unchecked (a manual launch domain may start anywhere): a color outside the color
/// shape is possible and names no element.
///
/// @throws std::runtime_error if the dimensions of launch and colors cannot be matched.
[[nodiscard]] std::vector<std::int64_t> project(const std::vector<std::int64_t>& point,
                                                const std::vector<std::uint64_t>& colors,
                                                const std::vector<std::uint32_t>& forbidden_dims = {});

/// Colors that follow from launch points by a rule along each dimension: what `project` does, in numbers.
struct ColorMap {
  struct Rule {
    std::int32_t launch_dim{-1};  // -1: the color is `offset` for all points
    std::int64_t weight{0};
    std::int64_t offset{0};  // color = weight * x + offset, where x counts from 0
  };
  std::vector<std::uint64_t> launch_extents{};  // points are counted in row-major order of it
  std::vector<Rule> rules{};                    // one per dimension of the color shape

  /// The number of points.
  [[nodiscard]] std::uint64_t volume() const;
  [[nodiscard]] std::vector<std::int64_t> color(std::uint64_t point) const;
  /// Whether all points have a color of the shape.
  [[nodiscard]] bool stays_in(const std::vector<std::uint64_t>& colors) const;
};

/// The map for `project` on a launch over [lo, lo + launch_extents); nullopt if there is no such rule.
///
/// @throws std::runtime_error as `project` does.
[[nodiscard]] std::optional<ColorMap> color_map(const std::vector<std::int64_t>& lo,
                                                const std::vector<std::uint64_t>& launch_extents,
                                                const std::vector<std::uint64_t>& colors,
                                                const std::vector<std::uint32_t>& forbidden_dims = {});

/// The launch point of a `launch_dim`-dimensional launch that `project` sends to `color`; nullopt if no point is sent
/// there (a color other than 0 in a dimension that left the launch domain).
///
/// @throws std::runtime_error as `project` does.
[[nodiscard]] std::optional<std::vector<std::int64_t>> unproject(const std::vector<std::int64_t>& color,
                                                                 std::size_t launch_dim,
                                                                 const std::vector<std::uint64_t>& colors,
                                                                 const std::vector<std::uint32_t>& forbidden_dims = {});

/// The position of `color` in row-major order of the color shape.
[[nodiscard]] std::int64_t linearize(const std::vector<std::int64_t>& color, const std::vector<std::uint64_t>& colors);

/// The color at position `index` in row-major order of the color shape.
[[nodiscard]] std::vector<std::int64_t> delinearize(std::int64_t index, const std::vector<std::uint64_t>& colors);

}  // namespace legate::detail
