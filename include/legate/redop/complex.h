// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/redop/base.h>
#include <legate/redop/half.h>
#include <legate/type/complex.h>

namespace legate::detail {

template <typename T>
struct UnitOf {
  static constexpr T zero{0};
  static constexpr T one{1};
};
template <>
struct UnitOf<Half> {
  static constexpr Half zero{std::uint16_t{0x0000}};
  static constexpr Half one{std::uint16_t{0x3C00}};
};

template <typename T>
struct ComplexSum {
  static constexpr Complex<T> identity{UnitOf<T>::zero, UnitOf<T>::zero};
  LEGATE_HOST_DEVICE static Complex<T> combine(Complex<T> a, Complex<T> b) { return a + b; }
};
template <typename T>
struct ComplexProduct {
  static constexpr Complex<T> identity{UnitOf<T>::one, UnitOf<T>::zero};
  LEGATE_HOST_DEVICE static Complex<T> combine(Complex<T> a, Complex<T> b) { return a * b; }
};

template <>
struct Combination<Complex<Half>, ReductionOpKind::ADD, void> : ComplexSum<Half> {};
template <>
struct Combination<Complex<Half>, ReductionOpKind::MUL, void> : ComplexProduct<Half> {};
template <>
struct Combination<Complex<float>, ReductionOpKind::ADD, void> : ComplexSum<float> {};
template <>
struct Combination<Complex<float>, ReductionOpKind::MUL, void> : ComplexProduct<float> {};
template <>
struct Combination<Complex<double>, ReductionOpKind::ADD, void> : ComplexSum<double> {};

}  // namespace legate::detail

#define LEGATE_FOREACH_COMPLEX64_REDOP(op, ...)                       \
  op(::legate::SumReduction<::legate::Complex<float>>, ##__VA_ARGS__) \
      op(::legate::ProdReduction<::legate::Complex<float>>, ##__VA_ARGS__)
#define LEGATE_FOREACH_COMPLEX128_REDOP(op, ...) op(::legate::SumReduction<::legate::Complex<double>>, ##__VA_ARGS__)
#define LEGATE_FOREACH_COMPLEX_REDOP(op, ...)                                       \
  op(::legate::SumReduction<::legate::Complex<::legate::Half>>, ##__VA_ARGS__)      \
      op(::legate::ProdReduction<::legate::Complex<::legate::Half>>, ##__VA_ARGS__) \
          LEGATE_FOREACH_COMPLEX64_REDOP(op, ##__VA_ARGS__) LEGATE_FOREACH_COMPLEX128_REDOP(op, ##__VA_ARGS__)
