// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <cmath>
#include <complex>
#include <cstddef>
#include <ostream>
#include <type_traits>

namespace legate::detail {

/// True if every value of `From` is one of `To`, so that complex numbers convert without being asked.
template <typename From, typename To>
inline constexpr bool widens_v = std::is_convertible_v<From, To> && sizeof(From) <= sizeof(To);

/// What the functions of the standard library are computed in: float for components that only convert to it.
template <typename T>
using FunctionType = std::conditional_t<std::is_arithmetic_v<T>, T, float>;

/// A complex number for host and device, used where the CUDA C++ core library is not there. It has the layout of
/// std::complex and the operations of cuda::std::complex that applications use. Like that one it is aligned to both
/// parts together, which is also the alignment of the complex types, so that an update in one step is possible.
template <typename T>
class alignas(2 * sizeof(T)) OwnComplex {
 public:
  using value_type = T;

  constexpr OwnComplex() = default;
  LEGATE_HOST_DEVICE constexpr OwnComplex(const T& real, const T& imag = T{}) : real_{real}, imag_{imag} {}  // NOLINT
  template <typename U, std::enable_if_t<!std::is_same_v<U, T> && widens_v<U, T>, int> = 0>
  LEGATE_HOST_DEVICE constexpr OwnComplex(const OwnComplex<U>& other)  // NOLINT(google-explicit-constructor)
      : real_{static_cast<T>(other.real())}, imag_{static_cast<T>(other.imag())} {}
  template <typename U, std::enable_if_t<!std::is_same_v<U, T> && !widens_v<U, T>, int> = 0>
  LEGATE_HOST_DEVICE constexpr explicit OwnComplex(const OwnComplex<U>& other)
      : real_{static_cast<T>(other.real())}, imag_{static_cast<T>(other.imag())} {}
  template <typename U>
  constexpr OwnComplex(const std::complex<U>& other)  // NOLINT(google-explicit-constructor)
      : real_{static_cast<T>(other.real())}, imag_{static_cast<T>(other.imag())} {}
  // Not a template: std::complex<T>{z} would find several constructors to convert for.
  operator std::complex<FunctionType<T>>() const  // NOLINT(google-explicit-constructor)
  {
    return {static_cast<FunctionType<T>>(real_), static_cast<FunctionType<T>>(imag_)};
  }

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr T real() const { return real_; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr T imag() const { return imag_; }
  LEGATE_HOST_DEVICE constexpr void real(T value) { real_ = value; }
  LEGATE_HOST_DEVICE constexpr void imag(T value) { imag_ = value; }

  LEGATE_HOST_DEVICE OwnComplex& operator+=(const OwnComplex& b) {
    real_ += b.real_;
    imag_ += b.imag_;
    return *this;
  }
  LEGATE_HOST_DEVICE OwnComplex& operator-=(const OwnComplex& b) {
    real_ -= b.real_;
    imag_ -= b.imag_;
    return *this;
  }
  LEGATE_HOST_DEVICE OwnComplex& operator*=(const OwnComplex& b) {
    const T real = real_ * b.real_ - imag_ * b.imag_;
    imag_ = real_ * b.imag_ + imag_ * b.real_;
    real_ = real;
    return *this;
  }
  /// Smith's algorithm (R. L. Smith, Comm. ACM 5(8), 1962): no overflow where the result has none.
  LEGATE_HOST_DEVICE OwnComplex& operator/=(const OwnComplex& b) {
    const T c = b.real_;
    const T d = b.imag_;
    const bool wide = magnitude(c) < magnitude(d);
    const T ratio = wide ? c / d : d / c;
    const T scale = wide ? c * ratio + d : c + d * ratio;
    const T real = wide ? (real_ * ratio + imag_) / scale : (real_ + imag_ * ratio) / scale;
    imag_ = wide ? (imag_ * ratio - real_) / scale : (imag_ - real_ * ratio) / scale;
    real_ = real;
    return *this;
  }

  LEGATE_HOST_DEVICE friend OwnComplex operator+(OwnComplex a, const OwnComplex& b) { return a += b; }
  LEGATE_HOST_DEVICE friend OwnComplex operator-(OwnComplex a, const OwnComplex& b) { return a -= b; }
  LEGATE_HOST_DEVICE friend OwnComplex operator*(OwnComplex a, const OwnComplex& b) { return a *= b; }
  LEGATE_HOST_DEVICE friend OwnComplex operator/(OwnComplex a, const OwnComplex& b) { return a /= b; }
  LEGATE_HOST_DEVICE friend OwnComplex operator+(const OwnComplex& a) { return a; }
  LEGATE_HOST_DEVICE friend OwnComplex operator-(const OwnComplex& a) { return OwnComplex{-a.real_, -a.imag_}; }
  LEGATE_HOST_DEVICE friend constexpr bool operator==(const OwnComplex& a, const OwnComplex& b) {
    return a.real_ == b.real_ && a.imag_ == b.imag_;
  }
  LEGATE_HOST_DEVICE friend constexpr bool operator!=(const OwnComplex& a, const OwnComplex& b) { return !(a == b); }
  friend std::ostream& operator<<(std::ostream& out, const OwnComplex& a) {
    return out << '(' << a.real_ << ',' << a.imag_ << ')';
  }

 private:
  LEGATE_HOST_DEVICE static T magnitude(const T& value) { return value < T{} ? -value : value; }

  T real_{};
  T imag_{};
};

template <typename T>
LEGATE_HOST_DEVICE T real(const OwnComplex<T>& a) {
  return a.real();
}
template <typename T>
LEGATE_HOST_DEVICE T imag(const OwnComplex<T>& a) {
  return a.imag();
}
template <typename T>
LEGATE_HOST_DEVICE OwnComplex<T> conj(const OwnComplex<T>& a) {
  return OwnComplex<T>{a.real(), -a.imag()};
}
template <typename T>
LEGATE_HOST_DEVICE T norm(const OwnComplex<T>& a) {
  return a.real() * a.real() + a.imag() * a.imag();
}
template <typename T>
T abs(const OwnComplex<T>& a) {
  return T(std::hypot(static_cast<FunctionType<T>>(a.real()), static_cast<FunctionType<T>>(a.imag())));
}
template <typename T>
T arg(const OwnComplex<T>& a) {
  return T(std::atan2(static_cast<FunctionType<T>>(a.imag()), static_cast<FunctionType<T>>(a.real())));
}

template <typename T>
OwnComplex<T> from_standard(const std::complex<FunctionType<T>>& a) {
  return OwnComplex<T>{T(a.real()), T(a.imag())};
}

template <typename T>
OwnComplex<T> polar(const T& radius, const T& angle = T{}) {
  return from_standard<T>(std::polar(static_cast<FunctionType<T>>(radius), static_cast<FunctionType<T>>(angle)));
}
template <typename T>
OwnComplex<T> pow(const OwnComplex<T>& a, const OwnComplex<T>& b) {
  using Standard = std::complex<FunctionType<T>>;
  return from_standard<T>(std::pow(static_cast<Standard>(a), static_cast<Standard>(b)));
}

#define LEGATE_DETAIL_COMPLEX_FUNCTION_(name)                                          \
  template <typename T>                                                                \
  OwnComplex<T> name(const OwnComplex<T>& a) {                                         \
    return from_standard<T>(std::name(static_cast<std::complex<FunctionType<T>>>(a))); \
  }

LEGATE_DETAIL_COMPLEX_FUNCTION_(proj)
LEGATE_DETAIL_COMPLEX_FUNCTION_(exp)
LEGATE_DETAIL_COMPLEX_FUNCTION_(log)
LEGATE_DETAIL_COMPLEX_FUNCTION_(log10)
LEGATE_DETAIL_COMPLEX_FUNCTION_(sqrt)
LEGATE_DETAIL_COMPLEX_FUNCTION_(sin)
LEGATE_DETAIL_COMPLEX_FUNCTION_(cos)
LEGATE_DETAIL_COMPLEX_FUNCTION_(tan)
LEGATE_DETAIL_COMPLEX_FUNCTION_(sinh)
LEGATE_DETAIL_COMPLEX_FUNCTION_(cosh)
LEGATE_DETAIL_COMPLEX_FUNCTION_(tanh)

#undef LEGATE_DETAIL_COMPLEX_FUNCTION_

}  // namespace legate::detail
