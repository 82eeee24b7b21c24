// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace legate::detail {

/// A reduction operator without its types: what the runtime needs to fold buffers.
struct ReductionOperator {
  std::size_t lhs_size{};  // of an element of the store
  std::size_t rhs_size{};  // of a contribution
  /// True if a contribution may be folded into an element as if it were another contribution.
  bool in_place{};
  /// The global id of an operator that is built in; 0: it is a program's.
  std::int32_t builtin{};
  /// Sets `count` contributions to the identity.
  void (*fill_identity)(void* rhs, std::size_t count){};
  /// rhs1[i] = fold(rhs1[i], rhs2[i])
  void (*fold)(void* rhs1, const void* rhs2, std::size_t count){};
  /// lhs[i] = apply(lhs[i], rhs[i])
  void (*apply)(void* lhs, const void* rhs, std::size_t count){};
};

/// The operator of a class with `LHS`, `RHS`, `identity`, `apply<EXCLUSIVE>` and `fold<EXCLUSIVE>`. Only exclusive
/// forms are used: the runtime gives every contribution a buffer of its own.
template <typename REDOP>
[[nodiscard]] ReductionOperator make_reduction_operator() {
  using LHS = typename REDOP::LHS;
  using RHS = typename REDOP::RHS;
  ReductionOperator result;
  result.lhs_size = sizeof(LHS);
  result.rhs_size = sizeof(RHS);
  result.in_place = std::is_same_v<LHS, RHS>;
  result.fill_identity = [](void* rhs, std::size_t count) {
    auto* target = static_cast<RHS*>(rhs);
    const RHS identity = REDOP::identity;
    for (std::size_t i = 0; i < count; ++i) {
      target[i] = identity;
    }
  };
  result.fold = [](void* rhs1, const void* rhs2, std::size_t count) {
    auto* target = static_cast<RHS*>(rhs1);
    const auto* source = static_cast<const RHS*>(rhs2);
    for (std::size_t i = 0; i < count; ++i) {
      REDOP::template fold<true>(target[i], source[i]);
    }
  };
  result.apply = [](void* lhs, const void* rhs, std::size_t count) {
    auto* target = static_cast<LHS*>(lhs);
    const auto* source = static_cast<const RHS*>(rhs);
    for (std::size_t i = 0; i < count; ++i) {
      REDOP::template apply<true>(target[i], source[i]);
    }
  };
  return result;
}

}  // namespace legate::detail
