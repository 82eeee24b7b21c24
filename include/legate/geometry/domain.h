// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/geometry/domain_point.h>
#include <legate/geometry/point_in_rect_iterator.h>
#include <legate/geometry/rect.h>
#include <legate/utilities/assert.h>

#include <cstddef>
#include <iosfwd>

namespace legate {

/// A dense box whose number of dimensions is known at run time, 0 to LEGATE_MAX_DIM: everything from lo() to hi(), both
/// included.
///
/// Trivially copyable, usable on devices. `rect_data` holds the `dim` coordinates of lo(), then those of hi(). The
/// domain without dimensions is empty and does not exist; an empty domain with dimensions exists.
class Domain {
 public:
  class DomainPointIterator;

  int dim{};
  coord_t rect_data[2 * LEGATE_MAX_DIM]{};

  /// The same as Domain{}.
  LEGATE_EXPORT static const Domain NO_DOMAIN;

  /// Without dimensions.
  LEGATE_HOST_DEVICE constexpr Domain() {}
  /// The corners must have the same dimension (fatal in debug builds).
  LEGATE_HOST_DEVICE constexpr Domain(const DomainPoint& low, const DomainPoint& high) : dim{low.dim} {
#if LEGATE_DEFINED(LEGATE_USE_DEBUG)
    LEGATE_CHECK(low.dim == high.dim);
#endif
    for (int d = 0; d < dim; ++d) {
      rect_data[d] = low.point_data[d];
      rect_data[dim + d] = high.point_data[d];
    }
  }
  template <int N, typename T>
  LEGATE_HOST_DEVICE constexpr Domain(const Rect<N, T>& rect) : dim{N} {
    static_assert(N <= LEGATE_MAX_DIM, "the build supports fewer dimensions");
    for (int d = 0; d < N; ++d) {
      rect_data[d] = static_cast<coord_t>(rect.lo[d]);
      rect_data[N + d] = static_cast<coord_t>(rect.hi[d]);
    }
  }
  template <int N, typename T>
  LEGATE_HOST_DEVICE constexpr Domain& operator=(const Rect<N, T>& rect) {
    return *this = Domain{rect};
  }

  /// The same box with the dimension in its type; `N` must be get_dim() (fatal in debug builds, else empty).
  template <int N, typename T = coord_t>
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr Rect<N, T> bounds() const {
#if LEGATE_DEFINED(LEGATE_USE_DEBUG)
    LEGATE_CHECK(dim == N);
#endif
    auto result = Rect<N, T>::make_empty();
    if (dim == N) {
      for (int d = 0; d < N; ++d) {
        result.lo[d] = static_cast<T>(rect_data[d]);
        result.hi[d] = static_cast<T>(rect_data[N + d]);
      }
    }
    return result;
  }
  template <int N, typename T>
  LEGATE_HOST_DEVICE constexpr operator Rect<N, T>() const {
    return bounds<N, T>();
  }

  /// The box of one point.
  [[nodiscard]] LEGATE_HOST_DEVICE static constexpr Domain from_domain_point(const DomainPoint& point) {
    return Domain{point, point};
  }

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr DomainPoint lo() const { return corner_(0); }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr DomainPoint hi() const { return corner_(dim); }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr int get_dim() const { return dim; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool empty() const { return get_volume() == 0; }
  /// The number of points; 0 without dimensions.
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr std::size_t get_volume() const {
    std::size_t result = dim > 0 ? 1 : 0;
    for (int d = 0; d < dim; ++d) {
      const auto low = rect_data[d];
      const auto high = rect_data[dim + d];
      result *= high < low ? 0 : static_cast<std::size_t>(high) - static_cast<std::size_t>(low) + 1;
    }
    return result;
  }

  /// False for a point of another dimension.
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool contains(const DomainPoint& point) const {
    if (dim <= 0 || point.dim != dim) {
      return false;
    }
    for (int d = 0; d < dim; ++d) {
      if (point.point_data[d] < rect_data[d] || point.point_data[d] > rect_data[dim + d]) {
        return false;
      }
    }
    return true;
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool contains_bounds_only(const DomainPoint& point) const {
    return contains(point);
  }
  /// The points in both; may be empty. The dimensions must agree (fatal in debug builds, else the result has none).
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr Domain intersection(const Domain& other) const {
#if LEGATE_DEFINED(LEGATE_USE_DEBUG)
    LEGATE_CHECK(dim == other.dim);
#endif
    if (dim != other.dim) {
      return Domain{};
    }
    Domain result = *this;
    for (int d = 0; d < dim; ++d) {
      result.rect_data[d] = larger_(rect_data[d], other.rect_data[d]);
      result.rect_data[dim + d] = smaller_(rect_data[dim + d], other.rect_data[dim + d]);
    }
    return result;
  }
  /// The smallest box with all points of this one and `point`.
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr Domain convex_hull(const DomainPoint& point) const {
    if (empty()) {
      return from_domain_point(point);
    }
    Domain result = *this;
    for (int d = 0; d < dim; ++d) {
      result.rect_data[d] = smaller_(rect_data[d], point.point_data[d]);
      result.rect_data[dim + d] = larger_(rect_data[dim + d], point.point_data[d]);
    }
    return result;
  }

  /// True if the domain has a dimension, even if it is empty.
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool is_valid() const { return dim > 0; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool exists() const { return dim > 0; }
  /// Always: there are no domains with holes.
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool dense() const { return true; }

  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr bool operator==(const Domain& left, const Domain& right) {
    return left.dim == right.dim && left.compare_(right) == 0;
  }
  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr bool operator!=(const Domain& left, const Domain& right) {
    return !(left == right);
  }
  /// By dimension, then by lo(), then by hi().
  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr bool operator<(const Domain& left, const Domain& right) {
    return left.dim != right.dim ? left.dim < right.dim : left.compare_(right) < 0;
  }

  /// @name Translation
  /// @{
  LEGATE_HOST_DEVICE constexpr Domain& operator+=(const DomainPoint& offset) {
    return *this = Domain{lo() + offset, hi() + offset};
  }
  LEGATE_HOST_DEVICE constexpr Domain& operator-=(const DomainPoint& offset) {
    return *this = Domain{lo() - offset, hi() - offset};
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr Domain operator+(const DomainPoint& offset) const {
    return Domain{*this} += offset;
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr Domain operator-(const DomainPoint& offset) const {
    return Domain{*this} -= offset;
  }
  /// @}

 private:
  [[nodiscard]] LEGATE_HOST_DEVICE static constexpr coord_t smaller_(coord_t a, coord_t b) { return b < a ? b : a; }
  [[nodiscard]] LEGATE_HOST_DEVICE static constexpr coord_t larger_(coord_t a, coord_t b) { return b > a ? b : a; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr DomainPoint corner_(int offset) const {
    DomainPoint result;
    result.dim = dim;
    for (int d = 0; d < dim; ++d) {
      result.point_data[d] = rect_data[offset + d];
    }
    return result;
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr int compare_(const Domain& other) const {
    for (int i = 0; i < 2 * dim; ++i) {
      if (rect_data[i] != other.rect_data[i]) {
        return rect_data[i] < other.rect_data[i] ? -1 : 1;
      }
    }
    return 0;
  }
};

inline constexpr Domain Domain::NO_DOMAIN{};

/// Visits every point of a domain, the first dimension fastest. Converts to false past the last point.
class Domain::DomainPointIterator {
 public:
  /// The current point.
  DomainPoint p{};

  LEGATE_HOST_DEVICE constexpr DomainPointIterator(const Domain& domain)
      : p{domain.lo()}, domain_{domain}, valid_{!domain.empty()} {}

  /// Goes to the next point; false if there was none.
  LEGATE_HOST_DEVICE constexpr bool step() {
    const int count = domain_.dim;
    for (int d = 0; valid_ && d < count; ++d) {
      if (p.point_data[d] < domain_.rect_data[count + d]) {
        ++p.point_data[d];
        return true;
      }
      p.point_data[d] = domain_.rect_data[d];
    }
    valid_ = false;
    return false;
  }
  LEGATE_HOST_DEVICE constexpr operator bool() const { return valid_; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr DomainPoint& operator*() { return p; }
  LEGATE_HOST_DEVICE constexpr DomainPointIterator& operator++() {
    step();
    return *this;
  }
  /// Returns the iterator as it was.
  LEGATE_HOST_DEVICE constexpr DomainPointIterator operator++(int) {
    auto before = *this;
    step();
    return before;
  }

 private:
  Domain domain_{};
  bool valid_{};
};

/// PointInRectIterator over a Domain, which converts to the Rect.
template <int N, typename T = coord_t>
using PointInDomainIterator = PointInRectIterator<N, T>;

/// "{ bounds = <1,2>..<3,4>, dense }".
LEGATE_EXPORT std::ostream& operator<<(std::ostream& stream, const Domain& domain);

}  // namespace legate
