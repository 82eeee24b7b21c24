// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/redop/detail/builtin_reduction.h>
#include <legate/type/types.h>

/// The built-in reduction operators. Each is a class with the static members that every operator has:
///
/// - `LHS`, `RHS`: the types of an element of a store and of a contribution;
/// - `identity`: the contribution that changes nothing;
/// - `apply<EXCLUSIVE>(lhs, rhs)`: combines a contribution into an element;
/// - `fold<EXCLUSIVE>(rhs1, rhs2)`: combines a contribution into another one.
///
/// With `EXCLUSIVE`, the caller is alone at the address; without, the update is atomic with respect to all other
/// non-exclusive ones. For types that lack an operator the class is empty.
namespace legate {

template <typename T>
class SumReduction : public detail::ReductionBase<T, ReductionOpKind::ADD> {};
template <typename T>
class ProdReduction : public detail::ReductionBase<T, ReductionOpKind::MUL> {};
template <typename T>
class MaxReduction : public detail::ReductionBase<T, ReductionOpKind::MAX> {};
template <typename T>
class MinReduction : public detail::ReductionBase<T, ReductionOpKind::MIN> {};
template <typename T>
class OrReduction : public detail::ReductionBase<T, ReductionOpKind::OR> {};
template <typename T>
class AndReduction : public detail::ReductionBase<T, ReductionOpKind::AND> {};
template <typename T>
class XORReduction : public detail::ReductionBase<T, ReductionOpKind::XOR> {};

}  // namespace legate

// Invoke op(ReductionClass, ...) for every operator of a type.
#define LEGATE_FOREACH_INTEGRAL_REDOP_(op, type, ...)                                                    \
  op(::legate::SumReduction<type>, ##__VA_ARGS__) op(::legate::ProdReduction<type>, ##__VA_ARGS__)       \
      op(::legate::MaxReduction<type>, ##__VA_ARGS__) op(::legate::MinReduction<type>, ##__VA_ARGS__)    \
          op(::legate::OrReduction<type>, ##__VA_ARGS__) op(::legate::AndReduction<type>, ##__VA_ARGS__) \
              op(::legate::XORReduction<type>, ##__VA_ARGS__)
#define LEGATE_FOREACH_FLOAT_REDOP_(op, type, ...)                                                 \
  op(::legate::SumReduction<type>, ##__VA_ARGS__) op(::legate::ProdReduction<type>, ##__VA_ARGS__) \
      op(::legate::MaxReduction<type>, ##__VA_ARGS__) op(::legate::MinReduction<type>, ##__VA_ARGS__)

#define LEGATE_FOREACH_BOOL_REDOP(op, ...) LEGATE_FOREACH_INTEGRAL_REDOP_(op, bool, ##__VA_ARGS__)
#define LEGATE_FOREACH_INT8_REDOP(op, ...) LEGATE_FOREACH_INTEGRAL_REDOP_(op, ::std::int8_t, ##__VA_ARGS__)
#define LEGATE_FOREACH_INT16_REDOP(op, ...) LEGATE_FOREACH_INTEGRAL_REDOP_(op, ::std::int16_t, ##__VA_ARGS__)
#define LEGATE_FOREACH_INT32_REDOP(op, ...) LEGATE_FOREACH_INTEGRAL_REDOP_(op, ::std::int32_t, ##__VA_ARGS__)
#define LEGATE_FOREACH_INT64_REDOP(op, ...) LEGATE_FOREACH_INTEGRAL_REDOP_(op, ::std::int64_t, ##__VA_ARGS__)
#define LEGATE_FOREACH_UINT8_REDOP(op, ...) LEGATE_FOREACH_INTEGRAL_REDOP_(op, ::std::uint8_t, ##__VA_ARGS__)
#define LEGATE_FOREACH_UINT16_REDOP(op, ...) LEGATE_FOREACH_INTEGRAL_REDOP_(op, ::std::uint16_t, ##__VA_ARGS__)
#define LEGATE_FOREACH_UINT32_REDOP(op, ...) LEGATE_FOREACH_INTEGRAL_REDOP_(op, ::std::uint32_t, ##__VA_ARGS__)
#define LEGATE_FOREACH_UINT64_REDOP(op, ...) LEGATE_FOREACH_INTEGRAL_REDOP_(op, ::std::uint64_t, ##__VA_ARGS__)
#define LEGATE_FOREACH_FLOAT32_REDOP(op, ...) LEGATE_FOREACH_FLOAT_REDOP_(op, float, ##__VA_ARGS__)
#define LEGATE_FOREACH_FLOAT64_REDOP(op, ...) LEGATE_FOREACH_FLOAT_REDOP_(op, double, ##__VA_ARGS__)
