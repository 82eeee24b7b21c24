// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/utilities/macros.h>

#include <cmath>
#include <complex>
#include <ostream>
#include <type_traits>

namespace legate::detail {

/// A complex number for host and device, used where the CUDA C++ core library is not there. It has the layout of
/// std::complex and the operations of cuda::std::complex that applications use.
template <typename T>
class OwnComplex {
 public:
  using value_type = T;

  constexpr OwnComplex() = default;
  LEGATE_HOST_DEVICE constexpr OwnComplex(const T& real, const T& imag = T{}) : real_{real}, imag_{imag} {}  // NOLINT
  template <typename U, typename = std::enable_if_t<!std::is_same_v<U, T>>>
  LEGATE_HOST_DEVICE constexpr explicit OwnComplex(const OwnComplex<U>& other)
    : real_{static_cast<T>(other.real())}, imag_{static_cast<T>(other.imag())}
  {
  }
  template <typename U>
  constexpr OwnComplex(const std::complex<U>& other)  // NOLINT(google-explicit-constructor)
    : real_{static_cast<T>(other.real())}, imag_{static_cast<T>(other.imag())}
  {
  }
  template <typename U>
  operator std::complex<U>() const  // NOLINT(google-explicit-constructor)
  {
    return {static_cast<U>(real_), static_cast<U>(imag_)};
  }

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr T real() const { return real_; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr T imag() const { return imag_; }
  LEGATE_HOST_DEVICE constexpr void real(T value) { real_ = value; }
  LEGATE_HOST_DEVICE constexpr void imag(T value) { imag_ = value; }

  LEGATE_HOST_DEVICE OwnComplex& operator+=(const OwnComplex& b)
  {
    real_ += b.real_;
    imag_ += b.imag_;
    return *this;
  }
  LEGATE_HOST_DEVICE OwnComplex& operator-=(const OwnComplex& b)
  {
    real_ -= b.real_;
    imag_ -= b.imag_;
    return *this;
  }
  LEGATE_HOST_DEVICE OwnComplex& operator*=(const OwnComplex& b)
  {
    const T real = real_ * b.real_ - imag_ * b.imag_;
    imag_        = real_ * b.imag_ + imag_ * b.real_;
    real_        = real;
    return *this;
  }
  /// Smith's algorithm (R. L. Smith, Comm. ACM 5(8), 1962): no overflow where the result has none.
  LEGATE_HOST_DEVICE OwnComplex& operator/=(const OwnComplex& b)
  {
    const T c = b.real_;
    const T d = b.imag_;
    const bool wide = magnitude(c) < magnitude(d);
    const T ratio   = wide ? c / d : d / c;
    const T scale   = wide ? c * ratio + d : c + d * ratio;
    const T real    = wide ? (real_ * ratio + imag_) / scale : (real_ + imag_ * ratio) / scale;
    imag_           = wide ? (imag_ * ratio - real_) / scale : (imag_ - real_ * ratio) / scale;
    real_           = real;
    return *this;
  }

  LEGATE_HOST_DEVICE friend OwnComplex operator+(OwnComplex a, const OwnComplex& b) { return a += b; }
  LEGATE_HOST_DEVICE friend OwnComplex operator-(OwnComplex a, const OwnComplex& b) { return a -= b; }
  LEGATE_HOST_DEVICE friend OwnComplex operator*(OwnComplex a, const OwnComplex& b) { return a *= b; }
  LEGATE_HOST_DEVICE friend OwnComplex operator/(OwnComplex a, const OwnComplex& b) { return a /= b; }
  LEGATE_HOST_DEVICE friend OwnComplex operator+(const OwnComplex& a) { return a; }
  LEGATE_HOST_DEVICE friend OwnComplex operator-(const OwnComplex& a) { return OwnComplex{-a.real_, -a.imag_}; }
  LEGATE_HOST_DEVICE friend constexpr bool operator==(const OwnComplex& a, const OwnComplex& b)
  {
    return a.real_ == b.real_ && a.imag_ == b.imag_;
  }
  LEGATE_HOST_DEVICE friend constexpr bool operator!=(const OwnComplex& a, const OwnComplex& b) { return !(a == b); }
  friend std::ostream& operator<<(std::ostream& out, const OwnComplex& a)
  {
    return out << '(' << a.real_ << ',' << a.imag_ << ')';
  }

 private:
  LEGATE_HOST_DEVICE static T magnitude(const T& value) { return value < T{} ? -value : value; }

  T real_{};
  T imag_{};
};

template <typename T>
LEGATE_HOST_DEVICE T real(const OwnComplex<T>& a) { return a.real(); }
template <typename T>
LEGATE_HOST_DEVICE T imag(const OwnComplex<T>& a) { return a.imag(); }
template <typename T>
LEGATE_HOST_DEVICE OwnComplex<T> conj(const OwnComplex<T>& a) { return OwnComplex<T>{a.real(), -a.imag()}; }
template <typename T>
LEGATE_HOST_DEVICE T norm(const OwnComplex<T>& a) { return a.real() * a.real() + a.imag() * a.imag(); }
template <typename T>
T abs(const OwnComplex<T>& a) { return std::hypot(a.real(), a.imag()); }
template <typename T>
T arg(const OwnComplex<T>& a) { return std::atan2(a.imag(), a.real()); }
template <typename T>
OwnComplex<T> polar(const T& radius, const T& angle = T{})
{
  return OwnComplex<T>{radius * std::cos(angle), radius * std::sin(angle)};
}
template <typename T>
OwnComplex<T> exp(const OwnComplex<T>& a) { return polar(std::exp(a.real()), a.imag()); }
template <typename T>
OwnComplex<T> log(const OwnComplex<T>& a) { return std::log(std::complex<T>{a}); }
template <typename T>
OwnComplex<T> sqrt(const OwnComplex<T>& a) { return std::sqrt(std::complex<T>{a}); }
template <typename T>
OwnComplex<T> pow(const OwnComplex<T>& a, const OwnComplex<T>& b) { return std::pow(std::complex<T>{a}, std::complex<T>{b}); }

}  // namespace legate::detail
