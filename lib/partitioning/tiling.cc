// SPDX-License-Identifier: Apache-2.0
#include "partitioning/tiling.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace legate::detail {

namespace {

// Factors and offsets of constraints are the user's and unchecked, so products may leave 64 bits. Saturating keeps
// every rectangle right, because they are clamped to the store in the end.

constexpr auto LARGEST = std::numeric_limits<std::int64_t>::max();
constexpr auto SMALLEST = std::numeric_limits<std::int64_t>::min();

std::int64_t to_signed(std::uint64_t value) {
  return value > static_cast<std::uint64_t>(LARGEST) ? LARGEST : static_cast<std::int64_t>(value);
}

std::int64_t add(std::int64_t left, std::int64_t right) {
  std::int64_t sum{};
  if (!__builtin_add_overflow(left, right, &sum)) return sum;
  return right > 0 ? LARGEST : SMALLEST;
}

std::int64_t multiply(std::int64_t left, std::int64_t right) {
  std::int64_t product{};
  if (!__builtin_mul_overflow(left, right, &product)) return product;
  return (left < 0) == (right < 0) ? LARGEST : SMALLEST;
}

std::uint64_t multiply(std::uint64_t left, std::uint64_t right) {
  std::uint64_t product{};
  return __builtin_mul_overflow(left, right, &product) ? std::numeric_limits<std::uint64_t>::max() : product;
}

std::uint64_t add(std::uint64_t left, std::uint64_t right) {
  std::uint64_t sum{};
  return __builtin_add_overflow(left, right, &sum) ? std::numeric_limits<std::uint64_t>::max() : sum;
}

struct Interval {
  std::int64_t lo{};
  std::int64_t hi{};

  [[nodiscard]] std::uint64_t size() const { return static_cast<std::uint64_t>(hi - lo); }
};

Interval clamp(std::int64_t lo, std::int64_t hi, std::uint64_t extent) {
  const auto end = to_signed(extent);
  const auto first = std::clamp<std::int64_t>(lo, 0, end);
  return {first, std::clamp<std::int64_t>(hi, first, end)};
}

Interval tile_of(const Tiling& tiling, std::size_t dimension, std::int64_t color, std::uint64_t extent) {
  const auto lo = add(tiling.offsets[dimension], multiply(color, to_signed(tiling.strides[dimension])));
  return clamp(lo, add(lo, to_signed(tiling.tile[dimension])), extent);
}

void require_regular(const Tiling& tiling) {
  if (tiling.is_irregular()) throw std::runtime_error{"Not implemented: deriving a partition from irregular pieces"};
}

template <typename T>
void mix(std::size_t& seed, const std::vector<T>& values) {
  for (const auto value : values) {
    seed ^= static_cast<std::size_t>(value) + 0x9e3779b97f4a7c15ULL + (seed << 6U) + (seed >> 2U);
  }
  seed = seed * 31 + values.size();
}

}  // namespace

Tiling::Tiling(std::vector<std::uint64_t> tile_shape, std::vector<std::uint64_t> color_shape)
    : Tiling{std::move(tile_shape), std::move(color_shape), {}, {}} {}

Tiling::Tiling(std::vector<std::uint64_t> tile_shape, std::vector<std::uint64_t> color_shape,
               std::vector<std::int64_t> tile_offsets)
    : Tiling{std::move(tile_shape), std::move(color_shape), std::move(tile_offsets), {}} {}

Tiling::Tiling(std::vector<std::uint64_t> tile_shape, std::vector<std::uint64_t> color_shape,
               std::vector<std::int64_t> tile_offsets, std::vector<std::uint64_t> tile_strides)
    : tile{std::move(tile_shape)},
      colors{std::move(color_shape)},
      offsets{std::move(tile_offsets)},
      strides{std::move(tile_strides)} {
  if (offsets.empty()) offsets.assign(tile.size(), 0);
  if (strides.empty()) strides = tile;
}

Tiling Tiling::divide(const std::vector<std::uint64_t>& extents, const std::vector<std::uint64_t>& color_shape) {
  std::vector<std::uint64_t> tile_shape(extents.size());
  for (std::size_t d = 0; d < extents.size(); ++d) {
    tile_shape[d] = extents[d] / color_shape[d] + (extents[d] % color_shape[d] != 0 ? 1 : 0);
  }
  return Tiling{std::move(tile_shape), color_shape};
}

Tiling Tiling::irregular(std::vector<std::uint64_t> color_shape, std::vector<Box> boxes) {
  Tiling tiling;
  tiling.colors = std::move(color_shape);
  tiling.pieces = std::move(boxes);
  return tiling;
}

Tiling Tiling::image(std::vector<std::uint64_t> color_shape, std::vector<Box> boxes) {
  auto tiling = irregular(std::move(color_shape), std::move(boxes));
  tiling.is_image = true;
  return tiling;
}

std::uint64_t Tiling::color_volume() const {
  std::uint64_t volume = 1;
  for (const auto extent : colors) volume = multiply(volume, extent);
  return volume;
}

Box Tiling::rectangle(const std::vector<std::int64_t>& color, const std::vector<std::uint64_t>& extents) const {
  Box box;
  box.dim = is_irregular() ? pieces.front().dim : static_cast<std::int32_t>(dim());
  std::uint64_t index = 0;
  for (std::size_t d = 0; d < dim(); ++d) {
    if (color[d] < 0 || static_cast<std::uint64_t>(color[d]) >= colors[d]) return box;  // all bounds 0: empty
    index = index * colors[d] + static_cast<std::uint64_t>(color[d]);
  }
  for (std::size_t d = 0; d < static_cast<std::size_t>(box.dim); ++d) {
    const auto interval = is_irregular() ? clamp(pieces[index].lo[d], pieces[index].hi[d], extents[d])
                                         : tile_of(*this, d, color[d], extents[d]);
    box.lo[d] = interval.lo;
    box.hi[d] = interval.hi;
  }
  return box;
}

bool Tiling::is_disjoint() const {
  if (is_irregular()) return !is_image;
  for (std::size_t d = 0; d < dim(); ++d) {
    if (strides[d] < tile[d] && colors[d] > 1) return false;
  }
  return true;
}

bool Tiling::is_complete(const std::vector<std::uint64_t>& extents) const {
  if (is_irregular()) return !is_image;  // an unbound store consists of its pieces
  for (std::size_t d = 0; d < dim(); ++d) {
    if (extents[d] == 0) continue;
    if (colors[d] == 0 || offsets[d] > 0 || (strides[d] > tile[d] && colors[d] > 1)) return false;
    const auto last = add(offsets[d], multiply(to_signed(colors[d] - 1), to_signed(strides[d])));
    if (add(last, to_signed(tile[d])) < to_signed(extents[d])) return false;
  }
  return true;
}

std::uint64_t Tiling::smallest_extent(const std::vector<std::uint64_t>& extents, std::size_t dimension) const {
  if (is_irregular()) {
    auto smallest = std::numeric_limits<std::uint64_t>::max();
    for (const auto& piece : pieces) {
      smallest = std::min(smallest, clamp(piece.lo[dimension], piece.hi[dimension], extents[dimension]).size());
    }
    return smallest;
  }
  // Clamping only ever shortens tiles at the two ends of the store, so the smallest one is the first or the last.
  const auto last = to_signed(colors[dimension]) - 1;
  return std::min(tile_of(*this, dimension, 0, extents[dimension]).size(),
                  tile_of(*this, dimension, last, extents[dimension]).size());
}

Tiling Tiling::scale(const std::vector<std::uint64_t>& factors) const {
  require_regular(*this);
  Tiling result{*this};
  for (std::size_t d = 0; d < dim(); ++d) {
    result.tile[d] = multiply(tile[d], factors[d]);
    result.offsets[d] = multiply(offsets[d], to_signed(factors[d]));
    result.strides[d] = result.tile[d];
  }
  return result;
}

Tiling Tiling::bloat(const std::vector<std::uint64_t>& low, const std::vector<std::uint64_t>& high) const {
  require_regular(*this);
  Tiling result{*this};
  // No store is as long as this. Beyond it the two ends would saturate at different times and the sum be wrong.
  constexpr std::uint64_t FARTHEST = std::uint64_t{1} << 61U;
  for (std::size_t d = 0; d < dim(); ++d) {
    const auto below = std::min(low[d], FARTHEST);
    result.tile[d] = add(tile[d], add(below, std::min(high[d], FARTHEST)));
    result.offsets[d] = add(offsets[d], -to_signed(below));
    result.strides[d] = tile[d];
  }
  return result;
}

std::size_t Tiling::hash() const {
  std::size_t seed = pieces.size();
  mix(seed, tile);
  mix(seed, colors);
  mix(seed, offsets);
  mix(seed, strides);
  for (const auto& piece : pieces) {
    for (std::size_t d = 0; d < static_cast<std::size_t>(piece.dim); ++d) {
      seed = seed * 31 + static_cast<std::size_t>(piece.lo[d]);
      seed = seed * 31 + static_cast<std::size_t>(piece.hi[d]);
    }
  }
  return seed;
}

bool operator==(const Tiling& left, const Tiling& right) {
  return left.tile == right.tile && left.colors == right.colors && left.offsets == right.offsets &&
         left.strides == right.strides && left.pieces == right.pieces && left.is_image == right.is_image;
}

bool operator!=(const Tiling& left, const Tiling& right) { return !(left == right); }

}  // namespace legate::detail
