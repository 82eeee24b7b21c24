// SPDX-License-Identifier: Apache-2.0
// What is computed with single numbers in more than one place.
#pragma once

#include <type_traits>

namespace legatus::numpy {

/// Integers wrap around: the unsigned type of at least int's width avoids the overflow of a promoted signed one.
template <typename T>
using Wrapping = std::make_unsigned_t<std::conditional_t<(sizeof(T) < sizeof(int)), int, T>>;

template <typename T>
[[nodiscard]] constexpr T wrapping_product(T a, T b) {
  return static_cast<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
}

/// The product of complex numbers. That of std::complex looks for infinities among the NaN of the result, which NumPy
/// does not and which is slow.
template <typename T>
[[nodiscard]] T complex_product(T a, T b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

/// The larger one of two real numbers. A NaN wins, the first of two.
template <typename T>
[[nodiscard]] constexpr T larger(T a, T b) {
  return a >= b || a != a ? a : b;
}
template <typename T>
[[nodiscard]] constexpr T smaller(T a, T b) {
  return a <= b || a != a ? a : b;
}

}  // namespace legatus::numpy
