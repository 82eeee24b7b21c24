// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/geometry/point.h>
#include <legate/utilities/assert.h>

#include <iosfwd>

namespace legate {

/// A point whose number of dimensions is known at run time, 0 to LEGATE_MAX_DIM.
///
/// Trivially copyable, usable on devices. Members are public data for the sake of existing programs; coordinates past
/// the dimension are 0 and do not count in comparisons. Indices are not checked.
class DomainPoint {
 public:
  int dim{};
  coord_t point_data[LEGATE_MAX_DIM]{};

  /// Without dimensions.
  LEGATE_HOST_DEVICE constexpr DomainPoint() {}
  /// One-dimensional.
  LEGATE_HOST_DEVICE constexpr DomainPoint(coord_t coordinate) : dim{1} { point_data[0] = coordinate; }
  template <int N, typename T>
  LEGATE_HOST_DEVICE constexpr DomainPoint(const Point<N, T>& point) : dim{N} {
    static_assert(N <= LEGATE_MAX_DIM, "the build supports fewer dimensions");
    for (int d = 0; d < N; ++d) {
      point_data[d] = static_cast<coord_t>(point[d]);
    }
  }
  template <int N, typename T>
  LEGATE_HOST_DEVICE constexpr DomainPoint& operator=(const Point<N, T>& point) {
    return *this = DomainPoint{point};
  }

  /// The same point with the dimension in its type; `N` must be get_dim() (fatal in debug builds).
  template <int N, typename T>
  LEGATE_HOST_DEVICE constexpr operator Point<N, T>() const {
#if LEGATE_DEFINED(LEGATE_USE_DEBUG)
    LEGATE_CHECK(dim == N);
#endif
    Point<N, T> result{};
    for (int d = 0; d < N; ++d) {
      result[d] = static_cast<T>(point_data[d]);
    }
    return result;
  }

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr coord_t& operator[](unsigned index) { return point_data[index]; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr const coord_t& operator[](unsigned index) const {
    return point_data[index];
  }

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr int get_dim() const { return dim; }
  /// True if the point has a dimension.
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool exists() const { return dim > 0; }
  /// True for nil() only.
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool is_null() const { return dim == -1; }
  /// A value that differs from every point, also from the one without dimensions.
  [[nodiscard]] LEGATE_HOST_DEVICE static constexpr DomainPoint nil() {
    DomainPoint result;
    result.dim = -1;
    return result;
  }
  /// The coordinate of a one-dimensional point.
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr coord_t get_index() const {
#if LEGATE_DEFINED(LEGATE_USE_DEBUG)
    LEGATE_CHECK(dim == 1);
#endif
    return point_data[0];
  }

  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr bool operator==(const DomainPoint& left, const DomainPoint& right) {
    return left.dim == right.dim && left.compare_(right) == 0;
  }
  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr bool operator!=(const DomainPoint& left, const DomainPoint& right) {
    return !(left == right);
  }
  /// By dimension, then lexicographic.
  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr bool operator<(const DomainPoint& left, const DomainPoint& right) {
    return left.dim != right.dim ? left.dim < right.dim : left.compare_(right) < 0;
  }

  /// @name Arithmetic, component-wise with a point of the same dimension or with one number for every coordinate
  /// @{
  LEGATE_HOST_DEVICE constexpr DomainPoint& operator+=(const DomainPoint& other);
  LEGATE_HOST_DEVICE constexpr DomainPoint& operator-=(const DomainPoint& other);
  LEGATE_HOST_DEVICE constexpr DomainPoint& operator*=(const DomainPoint& other);
  LEGATE_HOST_DEVICE constexpr DomainPoint& operator/=(const DomainPoint& other);
  LEGATE_HOST_DEVICE constexpr DomainPoint& operator%=(const DomainPoint& other);
  LEGATE_HOST_DEVICE constexpr DomainPoint& operator+=(coord_t value) { return *this += filled_(value); }
  LEGATE_HOST_DEVICE constexpr DomainPoint& operator-=(coord_t value) { return *this -= filled_(value); }
  LEGATE_HOST_DEVICE constexpr DomainPoint& operator*=(coord_t value) { return *this *= filled_(value); }
  LEGATE_HOST_DEVICE constexpr DomainPoint& operator/=(coord_t value) { return *this /= filled_(value); }
  LEGATE_HOST_DEVICE constexpr DomainPoint& operator%=(coord_t value) { return *this %= filled_(value); }

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr DomainPoint operator+(const DomainPoint& other) const {
    return DomainPoint{*this} += other;
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr DomainPoint operator-(const DomainPoint& other) const {
    return DomainPoint{*this} -= other;
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr DomainPoint operator*(const DomainPoint& other) const {
    return DomainPoint{*this} *= other;
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr DomainPoint operator/(const DomainPoint& other) const {
    return DomainPoint{*this} /= other;
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr DomainPoint operator%(const DomainPoint& other) const {
    return DomainPoint{*this} %= other;
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr DomainPoint operator+(coord_t value) const {
    return *this + filled_(value);
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr DomainPoint operator-(coord_t value) const {
    return *this - filled_(value);
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr DomainPoint operator*(coord_t value) const {
    return *this * filled_(value);
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr DomainPoint operator/(coord_t value) const {
    return *this / filled_(value);
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr DomainPoint operator%(coord_t value) const {
    return *this % filled_(value);
  }
  /// @}

  /// The order of `<`, as a type for containers.
  struct STLComparator {
    [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool operator()(const DomainPoint& left,
                                                               const DomainPoint& right) const {
      return left < right;
    }
  };

 private:
  /// Negative, 0 or positive as this point comes before, is or comes after another of the same dimension.
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr int compare_(const DomainPoint& other) const {
    for (int d = 0; d < dim; ++d) {
      if (point_data[d] != other.point_data[d]) {
        return point_data[d] < other.point_data[d] ? -1 : 1;
      }
    }
    return 0;
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr DomainPoint filled_(coord_t value) const {
    DomainPoint result;
    result.dim = dim;
    for (int d = 0; d < dim; ++d) {
      result.point_data[d] = value;
    }
    return result;
  }
  LEGATE_HOST_DEVICE constexpr void check_same_dim_([[maybe_unused]] const DomainPoint& other) const {
#if LEGATE_DEFINED(LEGATE_USE_DEBUG)
    LEGATE_CHECK(dim == other.dim);
#endif
  }
};

LEGATE_HOST_DEVICE constexpr DomainPoint& DomainPoint::operator+=(const DomainPoint& other) {
  check_same_dim_(other);
  for (int d = 0; d < dim; ++d) {
    point_data[d] += other.point_data[d];
  }
  return *this;
}

LEGATE_HOST_DEVICE constexpr DomainPoint& DomainPoint::operator-=(const DomainPoint& other) {
  check_same_dim_(other);
  for (int d = 0; d < dim; ++d) {
    point_data[d] -= other.point_data[d];
  }
  return *this;
}

LEGATE_HOST_DEVICE constexpr DomainPoint& DomainPoint::operator*=(const DomainPoint& other) {
  check_same_dim_(other);
  for (int d = 0; d < dim; ++d) {
    point_data[d] *= other.point_data[d];
  }
  return *this;
}

LEGATE_HOST_DEVICE constexpr DomainPoint& DomainPoint::operator/=(const DomainPoint& other) {
  check_same_dim_(other);
  for (int d = 0; d < dim; ++d) {
    point_data[d] /= other.point_data[d];
  }
  return *this;
}

LEGATE_HOST_DEVICE constexpr DomainPoint& DomainPoint::operator%=(const DomainPoint& other) {
  check_same_dim_(other);
  for (int d = 0; d < dim; ++d) {
    point_data[d] %= other.point_data[d];
  }
  return *this;
}

/// "(1,2)".
LEGATE_EXPORT std::ostream& operator<<(std::ostream& stream, const DomainPoint& point);

}  // namespace legate
