// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/redop/base.h>
#include <legate/type/half.h>

namespace legate::detail {

template <>
struct Combination<Half, ReductionOpKind::ADD, void> {
  static constexpr Half identity{std::uint16_t{0x0000}};
  LEGATE_HOST_DEVICE static Half combine(Half a, Half b) { return a + b; }
};
template <>
struct Combination<Half, ReductionOpKind::MUL, void> {
  static constexpr Half identity{std::uint16_t{0x3C00}};  // 1
  LEGATE_HOST_DEVICE static Half combine(Half a, Half b) { return a * b; }
};
template <>
struct Combination<Half, ReductionOpKind::MAX, void> {
  static constexpr Half identity{std::uint16_t{0xFBFF}};  // -65504
  LEGATE_HOST_DEVICE static Half combine(Half a, Half b) { return a < b ? b : a; }
};
template <>
struct Combination<Half, ReductionOpKind::MIN, void> {
  static constexpr Half identity{std::uint16_t{0x7BFF}};  // 65504
  LEGATE_HOST_DEVICE static Half combine(Half a, Half b) { return b < a ? b : a; }
};

}  // namespace legate::detail

#define LEGATE_FOREACH_FLOAT16_REDOP(op, ...) LEGATE_FOREACH_FLOAT_REDOP_(op, ::legate::Half, ##__VA_ARGS__)
