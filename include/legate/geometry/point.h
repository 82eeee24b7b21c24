// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <cstddef>
#include <functional>
#include <ostream>
#include <type_traits>

namespace legate {

/// The type of coordinates.
using coord_t = long long;

namespace detail {

struct NotACoordinate {};

}  // namespace detail

/// A point of a space of `N` dimensions with integral coordinates.
///
/// Trivially copyable, usable on devices. The default constructor leaves the coordinates uninitialised; `Point<N>{}`
/// sets them to 0. Indices are not checked. A one-dimensional point and its coordinate convert to each other.
template <int N, typename T = coord_t>
struct Point {
  static_assert(N >= 1, "a point has at least one dimension");
  static_assert(std::is_integral_v<T>, "coordinates are integers");

  using value_type = T;
  static constexpr int dim = N;

  Point() = default;

  /// Every coordinate is `value`. Implicit in one dimension only.
  template <typename A, int M = N, std::enable_if_t<(M > 1) && std::is_convertible_v<A, T>, int> = 0>
  LEGATE_HOST_DEVICE explicit constexpr Point(A value) : values_{} {
    for (int d = 0; d < N; ++d) {
      values_[d] = static_cast<T>(value);
    }
  }
  template <typename A, int M = N, std::enable_if_t<(M == 1) && std::is_convertible_v<A, T>, int> = 0>
  LEGATE_HOST_DEVICE constexpr Point(A value) : values_{static_cast<T>(value)} {}

  /// The coordinates in order, exactly `N` of them.
  template <typename A0, typename A1, typename... As,
            typename = std::enable_if_t<std::is_convertible_v<A0, T> && std::is_convertible_v<A1, T> &&
                                        (std::is_convertible_v<As, T> && ...)>>
  LEGATE_HOST_DEVICE constexpr Point(A0 first, A1 second, As... rest)
      : values_{static_cast<T>(first), static_cast<T>(second), static_cast<T>(rest)...} {
    static_assert(2 + sizeof...(As) == N, "a point is made from as many coordinates as it has dimensions");
  }

  /// The coordinates from the first `N` elements of an array.
  template <typename T2, std::enable_if_t<std::is_convertible_v<T2, T>, int> = 0>
  LEGATE_HOST_DEVICE explicit constexpr Point(T2* values) : values_{} {
    for (int d = 0; d < N; ++d) {
      values_[d] = static_cast<T>(values[d]);
    }
  }

  template <typename T2, std::enable_if_t<!std::is_same_v<T, T2>, int> = 0>
  LEGATE_HOST_DEVICE constexpr Point(const Point<N, T2>& other) : values_{} {
    for (int d = 0; d < N; ++d) {
      values_[d] = static_cast<T>(other[d]);
    }
  }

  // Not a template, because the operands of built-in operators never deduce one: in more dimensions the operator gives
  // a type that nothing accepts.
  LEGATE_HOST_DEVICE constexpr operator std::conditional_t<N == 1, T, detail::NotACoordinate>() const {
    if constexpr (N == 1) {
      return values_[0];
    } else {
      return {};
    }
  }

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr T& operator[](int index) { return values_[index]; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr const T& operator[](int index) const { return values_[index]; }

  /// The sum of the products of the coordinates.
  template <typename T2>
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr T dot(const Point<N, T2>& other) const {
    T result{};
    for (int d = 0; d < N; ++d) {
      result = static_cast<T>(result + values_[d] * static_cast<T>(other[d]));
    }
    return result;
  }

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr T& x() { return values_[0]; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr const T& x() const { return values_[0]; }
  template <int M = N, typename = std::enable_if_t<(M > 1)>>
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr T& y() {
    return values_[1];
  }
  template <int M = N, typename = std::enable_if_t<(M > 1)>>
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr const T& y() const {
    return values_[1];
  }
  template <int M = N, typename = std::enable_if_t<(M > 2)>>
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr T& z() {
    return values_[2];
  }
  template <int M = N, typename = std::enable_if_t<(M > 2)>>
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr const T& z() const {
    return values_[2];
  }
  template <int M = N, typename = std::enable_if_t<(M > 3)>>
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr T& w() {
    return values_[3];
  }
  template <int M = N, typename = std::enable_if_t<(M > 3)>>
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr const T& w() const {
    return values_[3];
  }

  [[nodiscard]] LEGATE_HOST_DEVICE static constexpr Point ZEROES() { return filled_(T{0}); }
  [[nodiscard]] LEGATE_HOST_DEVICE static constexpr Point ONES() { return filled_(T{1}); }

 private:
  LEGATE_HOST_DEVICE static constexpr Point filled_(T value) {
    Point result{};
    for (int d = 0; d < N; ++d) {
      result.values_[d] = value;
    }
    return result;
  }

  T values_[static_cast<std::size_t>(N)];
};

template <int N, typename T, typename T2>
[[nodiscard]] LEGATE_HOST_DEVICE constexpr bool operator==(const Point<N, T>& left, const Point<N, T2>& right) {
  for (int d = 0; d < N; ++d) {
    if (left[d] != static_cast<T>(right[d])) {
      return false;
    }
  }
  return true;
}

template <int N, typename T, typename T2>
[[nodiscard]] LEGATE_HOST_DEVICE constexpr bool operator!=(const Point<N, T>& left, const Point<N, T2>& right) {
  return !(left == right);
}

// Component-wise arithmetic; the result has the coordinates of the left operand's type.

template <int N, typename T, typename T2>
LEGATE_HOST_DEVICE constexpr Point<N, T>& operator+=(Point<N, T>& left, const Point<N, T2>& right) {
  for (int d = 0; d < N; ++d) {
    left[d] = static_cast<T>(left[d] + static_cast<T>(right[d]));
  }
  return left;
}

template <int N, typename T, typename T2>
LEGATE_HOST_DEVICE constexpr Point<N, T>& operator-=(Point<N, T>& left, const Point<N, T2>& right) {
  for (int d = 0; d < N; ++d) {
    left[d] = static_cast<T>(left[d] - static_cast<T>(right[d]));
  }
  return left;
}

template <int N, typename T, typename T2>
LEGATE_HOST_DEVICE constexpr Point<N, T>& operator*=(Point<N, T>& left, const Point<N, T2>& right) {
  for (int d = 0; d < N; ++d) {
    left[d] = static_cast<T>(left[d] * static_cast<T>(right[d]));
  }
  return left;
}

template <int N, typename T, typename T2>
LEGATE_HOST_DEVICE constexpr Point<N, T>& operator/=(Point<N, T>& left, const Point<N, T2>& right) {
  for (int d = 0; d < N; ++d) {
    left[d] = static_cast<T>(left[d] / static_cast<T>(right[d]));
  }
  return left;
}

template <int N, typename T, typename T2>
LEGATE_HOST_DEVICE constexpr Point<N, T>& operator%=(Point<N, T>& left, const Point<N, T2>& right) {
  for (int d = 0; d < N; ++d) {
    left[d] = static_cast<T>(left[d] % static_cast<T>(right[d]));
  }
  return left;
}

template <int N, typename T, typename T2>
[[nodiscard]] LEGATE_HOST_DEVICE constexpr Point<N, T> operator+(Point<N, T> left, const Point<N, T2>& right) {
  return left += right;
}

template <int N, typename T, typename T2>
[[nodiscard]] LEGATE_HOST_DEVICE constexpr Point<N, T> operator-(Point<N, T> left, const Point<N, T2>& right) {
  return left -= right;
}

template <int N, typename T, typename T2>
[[nodiscard]] LEGATE_HOST_DEVICE constexpr Point<N, T> operator*(Point<N, T> left, const Point<N, T2>& right) {
  return left *= right;
}

template <int N, typename T, typename T2>
[[nodiscard]] LEGATE_HOST_DEVICE constexpr Point<N, T> operator/(Point<N, T> left, const Point<N, T2>& right) {
  return left /= right;
}

template <int N, typename T, typename T2>
[[nodiscard]] LEGATE_HOST_DEVICE constexpr Point<N, T> operator%(Point<N, T> left, const Point<N, T2>& right) {
  return left %= right;
}

/// "<1,2,3>".
template <int N, typename T>
std::ostream& operator<<(std::ostream& stream, const Point<N, T>& point) {
  stream << '<' << point[0];
  for (int d = 1; d < N; ++d) {
    stream << ',' << point[d];
  }
  return stream << '>';
}

}  // namespace legate

/// Lexicographic, so that points can be keys of maps; points themselves have no `<`.
template <int N, typename T>
struct std::less<legate::Point<N, T>> {
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool operator()(const legate::Point<N, T>& left,
                                                             const legate::Point<N, T>& right) const {
    for (int d = 0; d < N; ++d) {
      if (left[d] != right[d]) {
        return left[d] < right[d];
      }
    }
    return false;
  }
};
