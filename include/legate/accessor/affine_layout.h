// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/geometry/rect.h>

#include <cstddef>
#include <cstdint>

namespace legate {

/// Where the elements of a box lie: element `p` is at `base + sum(p[d] * strides[d])`.
///
/// `base` is where coordinate 0 would lie, which need not be valid memory. Strides are in bytes; negative ones are
/// their two's complement, a repeated dimension has stride 0. Trivially copyable, usable on devices.
template <typename FT, int N, typename T = coord_t>
struct AffineLayout {
  using value_type = FT;

  std::uintptr_t base{};
  Point<N, std::size_t> strides{};

  /// @name Do the elements of the box follow each other without gap or repetition, in this order of the dimensions?
  /// The first dimension slowest, the first fastest, or any order. Dimensions of extent 1 may have any stride; an empty
  /// box is dense. `field_size` is the distance of neighbours in bytes.
  /// @{
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool is_dense_row_major(const Rect<N, T>& rect,
                                                                     std::size_t field_size = sizeof(FT)) const {
    std::size_t expected = field_size;
    bool dense = true;
    for (int d = N - 1; d >= 0; --d) {
      dense = dense && follows_(rect, d, expected);
    }
    return dense || rect.empty();
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool is_dense_col_major(const Rect<N, T>& rect,
                                                                     std::size_t field_size = sizeof(FT)) const {
    std::size_t expected = field_size;
    bool dense = true;
    for (int d = 0; d < N; ++d) {
      dense = dense && follows_(rect, d, expected);
    }
    return dense || rect.empty();
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool is_dense_arbitrary(const Rect<N, T>& rect,
                                                                     std::size_t field_size = sizeof(FT)) const {
    if (rect.empty()) {
      return true;
    }
    // Each round finds the dimension whose stride continues what is laid out so far.
    std::size_t expected = field_size;
    bool placed[static_cast<std::size_t>(N)]{};
    for (int round = 0; round < N; ++round) {
      bool found = false;
      for (int d = 0; d < N && !found; ++d) {
        found = !placed[d] && follows_(rect, d, expected);
        placed[d] = placed[d] || found;
      }
      if (!found) {
        return false;
      }
    }
    return true;
  }
  /// @}

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr std::uintptr_t address(const Point<N, T>& point) const {
    // Modulo 2^64, so that negative coordinates and strides come out right.
    std::uintptr_t result = base;
    for (int d = 0; d < N; ++d) {
      result += static_cast<std::uintptr_t>(point[d]) * strides[d];
    }
    return result;
  }
  [[nodiscard]] LEGATE_HOST_DEVICE FT* ptr(const Point<N, T>& point) const {
    return reinterpret_cast<FT*>(address(point));
  }
  [[nodiscard]] LEGATE_HOST_DEVICE FT read(const Point<N, T>& point) const { return *ptr(point); }
  LEGATE_HOST_DEVICE void write(const Point<N, T>& point, FT value) const { *ptr(point) = value; }
  [[nodiscard]] LEGATE_HOST_DEVICE FT& operator[](const Point<N, T>& point) const { return *ptr(point); }

 private:
  /// True if dimension `dim` has one element or continues with stride `expected`, which then grows by its extent.
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool follows_(const Rect<N, T>& rect, int dim,
                                                           std::size_t& expected) const {
    const auto extent = static_cast<std::size_t>(rect.hi[dim]) - static_cast<std::size_t>(rect.lo[dim]) + 1;
    if (extent == 1) {
      return true;
    }
    const bool continues = strides[dim] == expected;
    if (continues) {
      expected *= extent;
    }
    return continues;
  }
};

}  // namespace legate
