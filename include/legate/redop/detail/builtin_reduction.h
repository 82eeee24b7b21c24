// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/redop/detail/atomic_update.h>
#include <legate/type/type_traits.h>
#include <legate/type/types.h>
#include <legate/utilities/identifiers.h>
#include <legate/utilities/macros.h>

#include <cstdint>
#include <limits>
#include <type_traits>

namespace legate::detail {

template <typename T>
inline constexpr bool is_plain_number_v = std::is_integral_v<T> || std::is_floating_point_v<T>;

/// `combine` and `identity` of one kind of reduction on one type; empty for pairs that do not exist.
template <typename T, ReductionOpKind KIND, typename = void>
struct Combination {};

/// Integers wrap around: the unsigned type of at least int's width avoids overflow of the promoted signed one.
template <typename T>
using WrappingInteger = std::make_unsigned_t<std::conditional_t<(sizeof(T) < sizeof(int)), int, T>>;

template <typename T>
struct Combination<T, ReductionOpKind::ADD, std::enable_if_t<is_plain_number_v<T>>> {
  static constexpr T identity = T{0};
  LEGATE_HOST_DEVICE static T combine(T a, T b) {
    if constexpr (std::is_same_v<T, bool>) {
      return a || b;
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<WrappingInteger<T>>(a) + static_cast<WrappingInteger<T>>(b));
    } else {
      return a + b;
    }
  }
};

template <typename T>
struct Combination<T, ReductionOpKind::MUL, std::enable_if_t<is_plain_number_v<T>>> {
  static constexpr T identity = T{1};
  LEGATE_HOST_DEVICE static T combine(T a, T b) {
    if constexpr (std::is_same_v<T, bool>) {
      return a && b;
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<WrappingInteger<T>>(a) * static_cast<WrappingInteger<T>>(b));
    } else {
      return a * b;
    }
  }
};

template <typename T>
struct Combination<T, ReductionOpKind::MAX, std::enable_if_t<is_plain_number_v<T>>> {
  static constexpr T identity = std::numeric_limits<T>::lowest();
  LEGATE_HOST_DEVICE static T combine(T a, T b) { return a < b ? b : a; }
};

template <typename T>
struct Combination<T, ReductionOpKind::MIN, std::enable_if_t<is_plain_number_v<T>>> {
  static constexpr T identity = std::numeric_limits<T>::max();
  LEGATE_HOST_DEVICE static T combine(T a, T b) { return b < a ? b : a; }
};

template <typename T>
struct Combination<T, ReductionOpKind::OR, std::enable_if_t<std::is_integral_v<T>>> {
  static constexpr T identity = T{0};
  LEGATE_HOST_DEVICE static T combine(T a, T b) { return static_cast<T>(a | b); }
};

template <typename T>
struct Combination<T, ReductionOpKind::AND, std::enable_if_t<std::is_integral_v<T>>> {
  static constexpr T identity = std::is_same_v<T, bool> ? T{1} : static_cast<T>(~T{0});
  LEGATE_HOST_DEVICE static T combine(T a, T b) { return static_cast<T>(a & b); }
};

template <typename T>
struct Combination<T, ReductionOpKind::XOR, std::enable_if_t<std::is_integral_v<T>>> {
  static constexpr T identity = T{0};
  LEGATE_HOST_DEVICE static T combine(T a, T b) { return static_cast<T>(a ^ b); }
};

/// A reduction class in the form that accessors and libraries expect.
template <typename T, ReductionOpKind KIND>
class BuiltinReduction {
  using Combine = Combination<T, KIND>;

 public:
  using LHS = T;
  using RHS = T;

  static constexpr T identity = Combine::identity;
  /// The operator's global id; -1 if no type of stores has it.
  static constexpr auto REDOP_ID = static_cast<GlobalRedopID>(
      type_code_of_v<T> == legate::Type::Code::NIL
          ? -1
          : 1 + static_cast<std::int32_t>(type_code_of_v<T>) * 16 + static_cast<std::int32_t>(KIND));

  template <bool EXCLUSIVE>
  LEGATE_HOST_DEVICE static void apply(LHS& lhs, RHS rhs) {
    if constexpr (EXCLUSIVE) {
      lhs = Combine::combine(lhs, rhs);
    } else {
      atomic_update<Combine>(lhs, rhs);
    }
  }
  template <bool EXCLUSIVE>
  LEGATE_HOST_DEVICE static void fold(RHS& rhs1, RHS rhs2) {
    apply<EXCLUSIVE>(rhs1, rhs2);
  }
};

/// What a pair of type and kind without an operator derives from.
class NoReduction {};

template <typename T, typename = void>
struct HasIdentity : std::false_type {};
template <typename C>
struct HasIdentity<C, std::void_t<decltype(C::identity)>> : std::true_type {};

template <typename T, ReductionOpKind KIND>
using ReductionBase =
    std::conditional_t<HasIdentity<Combination<T, KIND>>::value, BuiltinReduction<T, KIND>, NoReduction>;

}  // namespace legate::detail
