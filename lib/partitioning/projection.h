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
