// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/geometry/point.h>

#include <cstddef>
#include <limits>
#include <ostream>

namespace legate {

/// A dense box of points: everything from `lo` to `hi`, both included. Empty if `hi` is less than `lo` in any
/// dimension.
///
/// Trivially copyable, usable on devices. The default constructor leaves the corners uninitialised.
template <int N, typename T = coord_t>
struct Rect {
  using point_type = Point<N, T>;
  static constexpr int dim = N;

  Point<N, T> lo;
  Point<N, T> hi;

  Rect() = default;
  LEGATE_HOST_DEVICE constexpr Rect(const Point<N, T>& low, const Point<N, T>& high) : lo{low}, hi{high} {}
  template <typename T2, std::enable_if_t<!std::is_same_v<T, T2>, int> = 0>
  LEGATE_HOST_DEVICE constexpr Rect(const Rect<N, T2>& other) : lo{other.lo}, hi{other.hi} {}

  /// An empty rectangle, with lo > hi in every dimension.
  [[nodiscard]] LEGATE_HOST_DEVICE static constexpr Rect make_empty() {
    return Rect{Point<N, T>::ONES(), Point<N, T>::ZEROES()};
  }

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool empty() const {
    for (int d = 0; d < N; ++d) {
      if (hi[d] < lo[d]) {
        return true;
      }
    }
    return false;
  }

  /// The number of points; 0 if empty.
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr std::size_t volume() const {
    std::size_t result = 1;
    for (int d = 0; d < N; ++d) {
      if (hi[d] < lo[d]) {
        return 0;
      }
      result *= static_cast<std::size_t>(hi[d]) - static_cast<std::size_t>(lo[d]) + 1;
    }
    return result;
  }

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool contains(const Point<N, T>& point) const {
    for (int d = 0; d < N; ++d) {
      if (point[d] < lo[d] || point[d] > hi[d]) {
        return false;
      }
    }
    return true;
  }

  /// An empty rectangle is contained in every other.
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool contains(const Rect& other) const {
    return other.empty() || (contains(other.lo) && contains(other.hi));
  }

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool overlaps(const Rect& other) const {
    return !intersection(other).empty();
  }

  /// The points in both; may be empty.
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr Rect intersection(const Rect& other) const {
    Rect result = *this;
    for (int d = 0; d < N; ++d) {
      if (other.lo[d] > lo[d]) {
        result.lo[d] = other.lo[d];
      }
      if (other.hi[d] < hi[d]) {
        result.hi[d] = other.hi[d];
      }
    }
    return result;
  }

  /// The smallest rectangle that contains both; an empty one does not count.
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr Rect union_bbox(const Rect& other) const {
    if (empty()) {
      return other;
    }
    if (other.empty()) {
      return *this;
    }
    Rect result = *this;
    for (int d = 0; d < N; ++d) {
      if (other.lo[d] < lo[d]) {
        result.lo[d] = other.lo[d];
      }
      if (other.hi[d] > hi[d]) {
        result.hi[d] = other.hi[d];
      }
    }
    return result;
  }
};

template <int N, typename T, typename T2>
[[nodiscard]] LEGATE_HOST_DEVICE constexpr bool operator==(const Rect<N, T>& left, const Rect<N, T2>& right) {
  return left.lo == right.lo && left.hi == right.hi;
}

template <int N, typename T, typename T2>
[[nodiscard]] LEGATE_HOST_DEVICE constexpr bool operator!=(const Rect<N, T>& left, const Rect<N, T2>& right) {
  return !(left == right);
}

// Translation of both corners.

template <int N, typename T, typename T2>
LEGATE_HOST_DEVICE constexpr Rect<N, T>& operator+=(Rect<N, T>& rect, const Point<N, T2>& offset) {
  rect.lo += offset;
  rect.hi += offset;
  return rect;
}

template <int N, typename T, typename T2>
LEGATE_HOST_DEVICE constexpr Rect<N, T>& operator-=(Rect<N, T>& rect, const Point<N, T2>& offset) {
  rect.lo -= offset;
  rect.hi -= offset;
  return rect;
}

template <int N, typename T, typename T2>
[[nodiscard]] LEGATE_HOST_DEVICE constexpr Rect<N, T> operator+(Rect<N, T> rect, const Point<N, T2>& offset) {
  return rect += offset;
}

template <int N, typename T, typename T2>
[[nodiscard]] LEGATE_HOST_DEVICE constexpr Rect<N, T> operator-(Rect<N, T> rect, const Point<N, T2>& offset) {
  return rect -= offset;
}

/// "<0,0>..<3,4>".
template <int N, typename T>
std::ostream& operator<<(std::ostream& stream, const Rect<N, T>& rect) {
  return stream << rect.lo << ".." << rect.hi;
}

}  // namespace legate
