// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/type/types.h>

#include <utility>

namespace legate {

namespace detail {

[[noreturn]] LEGATE_EXPORT void fail_type_dispatch(legate::Type::Code code);
[[noreturn]] LEGATE_EXPORT void fail_dim_dispatch(int dim);

}  // namespace detail

// Each of these turns run-time values into template arguments of the functor's call operator and returns what it
// returns, which must be of one type for all of them. Arguments are forwarded.
//
// Dispatched are the codes of primitive types and the dimensions 1 to LEGATE_MAX_DIM. Other codes of the enumeration
// and other dimensions throw std::runtime_error, numbers outside of the enumeration std::invalid_argument.

/// Calls `functor.operator()<CODE>(args...)`.
template <typename Functor, typename... Args>
constexpr decltype(auto) type_dispatch(Type::Code code, Functor&& functor, Args&&... args) {
  switch (code) {
#define LEGATE_DETAIL_TYPE_CASE(CODE) \
  case Type::Code::CODE:              \
    return functor.template operator()<Type::Code::CODE>(std::forward<Args>(args)...)
    LEGATE_DETAIL_TYPE_CASE(BOOL);
    LEGATE_DETAIL_TYPE_CASE(INT8);
    LEGATE_DETAIL_TYPE_CASE(INT16);
    LEGATE_DETAIL_TYPE_CASE(INT32);
    LEGATE_DETAIL_TYPE_CASE(INT64);
    LEGATE_DETAIL_TYPE_CASE(UINT8);
    LEGATE_DETAIL_TYPE_CASE(UINT16);
    LEGATE_DETAIL_TYPE_CASE(UINT32);
    LEGATE_DETAIL_TYPE_CASE(UINT64);
    LEGATE_DETAIL_TYPE_CASE(FLOAT16);
    LEGATE_DETAIL_TYPE_CASE(FLOAT32);
    LEGATE_DETAIL_TYPE_CASE(FLOAT64);
    LEGATE_DETAIL_TYPE_CASE(COMPLEX64);
    LEGATE_DETAIL_TYPE_CASE(COMPLEX128);
#undef LEGATE_DETAIL_TYPE_CASE
    default:
      break;
  }
  detail::fail_type_dispatch(code);
}

/// Calls `functor.operator()<DIM>(args...)`.
template <typename Functor, typename... Args>
constexpr decltype(auto) dim_dispatch(int dim, Functor functor, Args&&... args) {
  switch (dim) {
#define LEGATE_DETAIL_DIM_CASE(DIM) \
  case DIM:                         \
    return functor.template operator()<DIM>(std::forward<Args>(args)...)
    LEGATE_DETAIL_DIM_CASE(1);
#if LEGATE_MAX_DIM >= 2
    LEGATE_DETAIL_DIM_CASE(2);
#endif
#if LEGATE_MAX_DIM >= 3
    LEGATE_DETAIL_DIM_CASE(3);
#endif
#if LEGATE_MAX_DIM >= 4
    LEGATE_DETAIL_DIM_CASE(4);
#endif
#if LEGATE_MAX_DIM >= 5
    LEGATE_DETAIL_DIM_CASE(5);
#endif
#if LEGATE_MAX_DIM >= 6
    LEGATE_DETAIL_DIM_CASE(6);
#endif
#if LEGATE_MAX_DIM >= 7
    LEGATE_DETAIL_DIM_CASE(7);
#endif
#if LEGATE_MAX_DIM >= 8
    LEGATE_DETAIL_DIM_CASE(8);
#endif
#if LEGATE_MAX_DIM >= 9
    LEGATE_DETAIL_DIM_CASE(9);
#endif
#undef LEGATE_DETAIL_DIM_CASE
    default:
      break;
  }
  detail::fail_dim_dispatch(dim);
}

namespace detail {

template <int DIM, typename Functor>
struct WithFixedDim {
  Functor& functor;

  template <legate::Type::Code CODE, typename... Args>
  constexpr decltype(auto) operator()(Args&&... args) {
    return functor.template operator()<CODE, DIM>(std::forward<Args>(args)...);
  }
};

template <typename Functor>
struct DispatchTypeSecond {
  Functor& functor;
  legate::Type::Code code;

  template <int DIM, typename... Args>
  constexpr decltype(auto) operator()(Args&&... args) {
    return type_dispatch(code, WithFixedDim<DIM, Functor>{functor}, std::forward<Args>(args)...);
  }
};

template <int FIRST, typename Functor>
struct WithFirstDim {
  Functor& functor;

  template <int SECOND, typename... Args>
  constexpr decltype(auto) operator()(Args&&... args) {
    return functor.template operator()<FIRST, SECOND>(std::forward<Args>(args)...);
  }
};

template <typename Functor>
struct DispatchDimSecond {
  Functor& functor;
  int second;

  template <int FIRST, typename... Args>
  constexpr decltype(auto) operator()(Args&&... args) {
    return dim_dispatch(second, WithFirstDim<FIRST, Functor>{functor}, std::forward<Args>(args)...);
  }
};

}  // namespace detail

/// Calls `functor.operator()<CODE, DIM>(args...)`: the code comes first there.
template <typename Functor, typename... Args>
constexpr decltype(auto) double_dispatch(int dim, Type::Code code, Functor functor, Args&&... args) {
  return dim_dispatch(dim, detail::DispatchTypeSecond<Functor>{functor, code}, std::forward<Args>(args)...);
}

/// Calls `functor.operator()<DIM1, DIM2>(args...)`.
template <typename Functor, typename... Args>
constexpr decltype(auto) double_dispatch(int dim1, int dim2, Functor functor, Args&&... args) {
  return dim_dispatch(dim1, detail::DispatchDimSecond<Functor>{functor, dim2}, std::forward<Args>(args)...);
}

}  // namespace legate
