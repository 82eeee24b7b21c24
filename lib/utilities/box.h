// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <array>
#include <cstdint>
#include <vector>

namespace legate::detail {

/// A rectangle of element coordinates, half-open: `lo[d] <= p[d] < hi[d]` for every `d < dim`.
///
/// The box of dimension 0 holds exactly one element. Entries at and above `dim` are kept zero by every function
/// here and must be kept zero by whoever fills a box by hand, so that comparing is cheap.
struct Box {
  std::int32_t dim{0};
  std::array<std::int64_t, LEGATE_MAX_DIM> lo{};
  std::array<std::int64_t, LEGATE_MAX_DIM> hi{};

  /// The box `[0, extents)`. `extents` must not have more than LEGATE_MAX_DIM entries.
  [[nodiscard]] static Box from_extents(const std::vector<std::uint64_t>& extents);

  /// True when some dimension holds no coordinate; never true for dimension 0.
  [[nodiscard]] bool empty() const noexcept {
    for (std::size_t d = 0; d < static_cast<std::size_t>(dim); ++d) {
      if (lo[d] >= hi[d]) {
        return true;
      }
    }
    return false;
  }

  /// Number of elements; 0 when empty.
  [[nodiscard]] std::uint64_t volume() const noexcept {
    std::uint64_t result = 1;
    for (std::size_t d = 0; d < static_cast<std::size_t>(dim); ++d) {
      if (lo[d] >= hi[d]) {
        return 0;
      }
      result *= static_cast<std::uint64_t>(hi[d] - lo[d]);
    }
    return result;
  }

  /// True when every element of `other` is in this box, so always for an empty `other`. Both have one dimension count.
  [[nodiscard]] bool contains(const Box& other) const noexcept {
    if (other.empty()) {
      return true;
    }
    for (std::size_t d = 0; d < static_cast<std::size_t>(dim); ++d) {
      if (other.lo[d] < lo[d] || other.hi[d] > hi[d]) {
        return false;
      }
    }
    return true;
  }

  /// True when the boxes have an element in common; false when either is empty. Both have one dimension count.
  [[nodiscard]] bool overlaps(const Box& other) const noexcept {
    for (std::size_t d = 0; d < static_cast<std::size_t>(dim); ++d) {
      if (lo[d] >= other.hi[d] || other.lo[d] >= hi[d] || lo[d] >= hi[d] || other.lo[d] >= other.hi[d]) {
        return false;
      }
    }
    return true;
  }

  /// The common elements. Where there are none the result is empty, with `lo == hi` in the dimensions that do not meet.
  [[nodiscard]] Box intersection(const Box& other) const noexcept;

  [[nodiscard]] friend bool operator==(const Box& left, const Box& right) noexcept {
    for (std::size_t d = 0; d < static_cast<std::size_t>(left.dim); ++d) {
      if (left.lo[d] != right.lo[d] || left.hi[d] != right.hi[d]) {
        return false;
      }
    }
    return left.dim == right.dim;
  }

  [[nodiscard]] friend bool operator!=(const Box& left, const Box& right) noexcept { return !(left == right); }
};

/// Moves `at` on to the next coordinates of a box in row-major order, in its first `dims` dimensions. @return false
/// behind the last ones: `at` is back at the first ones then
[[nodiscard]] inline bool advance(const Box& box, std::size_t dims,
                                  std::array<std::int64_t, LEGATE_MAX_DIM>& at) noexcept {
  for (auto d = dims; d-- > 0;) {
    if (++at[d] < box.hi[d]) {
      return true;
    }
    at[d] = box.lo[d];
  }
  return false;
}

/// Disjoint non-empty boxes that together hold exactly the elements of `whole` that no box of `parts` holds.
///
/// `parts` may reach beyond `whole`, be empty or overlap each other. Which of the possible decompositions is returned
/// is a pure function of the arguments.
[[nodiscard]] std::vector<Box> subtract(const Box& whole, const std::vector<Box>& parts);

}  // namespace legate::detail
