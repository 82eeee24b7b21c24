// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/geometry/rect.h>

namespace legate {

/// Visits every point of a rectangle, whatever the layout of the data is.
///
/// By default dimension 0 runs fastest (column-major order); with `column_major_order` false the last one does. Not
/// valid from the start if the rectangle is empty. Usable on devices.
template <int N, typename T = coord_t>
class PointInRectIterator {
 public:
  using value_type = Point<N, T>;

  /// Not valid.
  LEGATE_HOST_DEVICE constexpr PointInRectIterator() : point_{}, rect_{Rect<N, T>::make_empty()} {}
  LEGATE_HOST_DEVICE constexpr PointInRectIterator(const Rect<N, T>& rect, bool column_major_order = true)
      : point_{rect.lo}, rect_{rect}, valid_{!rect.empty()}, column_major_{column_major_order} {}

  /// True while there is a current point.
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool valid() const { return valid_; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool operator()() const { return valid_; }

  /// Goes to the next point; false if there was none.
  LEGATE_HOST_DEVICE constexpr bool step() {
    valid_ = valid_ && (column_major_ ? advance_(0, 1) : advance_(N - 1, -1));
    return valid_;
  }

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr Point<N, T> operator*() const { return point_; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr T operator[](unsigned index) const {
    return point_[static_cast<int>(index)];
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr const Point<N, T>* operator->() const { return &point_; }

  LEGATE_HOST_DEVICE constexpr PointInRectIterator& operator++() {
    step();
    return *this;
  }
  /// Returns the iterator as it was.
  LEGATE_HOST_DEVICE constexpr PointInRectIterator operator++(int) {
    auto before = *this;
    step();
    return before;
  }

 private:
  LEGATE_HOST_DEVICE constexpr bool advance_(int first, int direction) {
    int dim = first;
    for (int i = 0; i < N; ++i, dim += direction) {
      if (point_[dim] < rect_.hi[dim]) {
        ++point_[dim];
        return true;
      }
      point_[dim] = rect_.lo[dim];
    }
    return false;
  }

  Point<N, T> point_;
  Rect<N, T> rect_;
  bool valid_{false};
  bool column_major_{true};
};

}  // namespace legate
