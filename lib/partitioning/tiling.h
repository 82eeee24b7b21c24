// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "utilities/box.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace legate::detail {

/// A regular split of a store, from colors to rectangles of its index space.
///
/// Color `c` names the half-open rectangle `[offsets + c * strides, offsets + c * strides + tile)`, clamped to the
/// store. All vectors have one entry per dimension. Treated as immutable once it is shared.
///
/// A split whose pieces follow no rule (what the points of a launch bound to an unbound store) keeps its rectangles in
/// `pieces` instead, in row-major order of the colors; `tile`, `offsets` and `strides` are empty then. Pieces that
/// follow from the contents of another store (`is_image`) may overlap and leave elements out, and colors may have
/// another number of dimensions than they.
struct Tiling {
  std::vector<std::uint64_t> tile{};
  std::vector<std::uint64_t> colors{};
  std::vector<std::int64_t> offsets{};
  std::vector<std::uint64_t> strides{};
  std::vector<Box> pieces{};
  bool is_image{false};

  Tiling() = default;
  /// A tiling with stride = tile that starts at the origin.
  Tiling(std::vector<std::uint64_t> tile_shape, std::vector<std::uint64_t> color_shape);
  Tiling(std::vector<std::uint64_t> tile_shape, std::vector<std::uint64_t> color_shape,
         std::vector<std::int64_t> tile_offsets);
  Tiling(std::vector<std::uint64_t> tile_shape, std::vector<std::uint64_t> color_shape,
         std::vector<std::int64_t> tile_offsets, std::vector<std::uint64_t> tile_strides);

  /// The split of `extents` into `color_shape` tiles of the rounded-up quotient. Trailing tiles may be short or empty.
  [[nodiscard]] static Tiling divide(const std::vector<std::uint64_t>& extents,
                                     const std::vector<std::uint64_t>& color_shape);
  /// A split into irregular pieces, listed in row-major order of `color_shape`.
  [[nodiscard]] static Tiling irregular(std::vector<std::uint64_t> color_shape, std::vector<Box> boxes);

  /// A split into what the colors of another store point at.
  [[nodiscard]] static Tiling image(std::vector<std::uint64_t> color_shape, std::vector<Box> boxes);

  /// The number of dimensions of the color shape.
  [[nodiscard]] std::size_t dim() const { return colors.size(); }
  [[nodiscard]] bool is_irregular() const { return !pieces.empty(); }
  [[nodiscard]] std::uint64_t color_volume() const;

  /// The elements of color `color`, clamped to `[0, extents)`. A color outside the color shape names no element.
  [[nodiscard]] Box rectangle(const std::vector<std::int64_t>& color, const std::vector<std::uint64_t>& extents) const;

  /// Whether no element belongs to two colors.
  [[nodiscard]] bool is_disjoint() const;
  /// Whether every element of a store of this shape belongs to some color.
  [[nodiscard]] bool is_complete(const std::vector<std::uint64_t>& extents) const;
  /// The extent along `dimension` of the smallest rectangle that any color names in a store of this shape.
  [[nodiscard]] std::uint64_t smallest_extent(const std::vector<std::uint64_t>& extents, std::size_t dimension) const;

  /// Every rectangle multiplied by `factors`; same colors. std::runtime_error for irregular pieces.
  [[nodiscard]] Tiling scale(const std::vector<std::uint64_t>& factors) const;
  /// Every rectangle grown by `low` downwards and `high` upwards; same colors. std::runtime_error for irregular pieces.
  [[nodiscard]] Tiling bloat(const std::vector<std::uint64_t>& low, const std::vector<std::uint64_t>& high) const;

  [[nodiscard]] std::size_t hash() const;
};

[[nodiscard]] bool operator==(const Tiling& left, const Tiling& right);
[[nodiscard]] bool operator!=(const Tiling& left, const Tiling& right);

}  // namespace legate::detail
