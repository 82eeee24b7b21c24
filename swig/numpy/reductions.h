// SPDX-License-Identifier: Apache-2.0
// Reduction operators that the runtime does not have: extremes that a NaN wins, products of complex numbers, and the
// best of pairs of a rank and an index.
#pragma once

#include "element.h"
#include "numbers.h"

#include <cstdint>
#include <limits>

namespace legatus::numpy {

/// The numbers that these operators have on their types, beside those of legate::ReductionOpKind.
enum class OwnReduction : std::int32_t { MAX = 100, MIN = 101, PROD = 102, BEST = 103 };

namespace detail {

/// The members that a reduction operator has, from a `combine`.
template <typename T, typename Combine>
struct OwnOperator {
  using LHS = T;
  using RHS = T;
  template <bool EXCLUSIVE>
  static void apply(T& left, T right) {
    left = Combine::combine(left, right);
  }
  template <bool EXCLUSIVE>
  static void fold(T& left, T right) {
    left = Combine::combine(left, right);
  }
};

template <typename T>
[[nodiscard]] constexpr T infinity(bool negative) {
  if constexpr (std::is_same_v<T, Half>) {
    return Half{static_cast<std::uint16_t>(negative ? 0xFC00U : 0x7C00U)};
  } else {
    return negative ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity();
  }
}

}  // namespace detail

template <typename T>
struct NanMax : detail::OwnOperator<T, NanMax<T>> {
  static constexpr T identity = detail::infinity<T>(true);
  static T combine(T a, T b) { return static_cast<T>(larger(static_cast<Working<T>>(a), static_cast<Working<T>>(b))); }
};

template <typename T>
struct NanMin : detail::OwnOperator<T, NanMin<T>> {
  static constexpr T identity = detail::infinity<T>(false);
  static T combine(T a, T b) { return static_cast<T>(smaller(static_cast<Working<T>>(a), static_cast<Working<T>>(b))); }
};

struct ComplexProduct : detail::OwnOperator<Complex128, ComplexProduct> {
  static constexpr Complex128 identity{1.0, 0.0};
  static Complex128 combine(Complex128 a, Complex128 b) { return complex_product(a, b); }
};

/// How good a value is, as an unsigned number, and where it is. Of equally good ones the first is best.
struct Ranked {
  std::uint64_t rank;
  std::int64_t index;
};

struct BestRanked : detail::OwnOperator<Ranked, BestRanked> {
  static constexpr Ranked identity{0, std::numeric_limits<std::int64_t>::max()};
  static Ranked combine(Ranked a, Ranked b) {
    return b.rank > a.rank || (b.rank == a.rank && b.index < a.index) ? b : a;
  }
};

}  // namespace legatus::numpy
