// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/type/complex.h>
#include <legate/type/half.h>
#include <legate/type/types.h>

#include <complex>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

namespace legate {

namespace detail {

template <typename T>
constexpr legate::Type::Code integer_code() {
  constexpr legate::Type::Code SIGNED[] = {legate::Type::Code::INT8, legate::Type::Code::INT16,
                                           legate::Type::Code::INT32, legate::Type::Code::INT64};
  constexpr legate::Type::Code UNSIGNED[] = {legate::Type::Code::UINT8, legate::Type::Code::UINT16,
                                             legate::Type::Code::UINT32, legate::Type::Code::UINT64};
  constexpr int INDEX = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
  return std::is_signed_v<T> ? SIGNED[INDEX] : UNSIGNED[INDEX];
}

template <typename T>
constexpr bool is_fixed_width_integer_v =
    std::is_same_v<T, std::int8_t> || std::is_same_v<T, std::int16_t> || std::is_same_v<T, std::int32_t> ||
    std::is_same_v<T, std::int64_t> || std::is_same_v<T, std::uint8_t> || std::is_same_v<T, std::uint16_t> ||
    std::is_same_v<T, std::uint32_t> || std::is_same_v<T, std::uint64_t> || std::is_same_v<T, std::size_t> ||
    std::is_same_v<T, long long>;  // coord_t

template <typename T>
constexpr legate::Type::Code code_of() {
  using Code = legate::Type::Code;
  if constexpr (std::is_same_v<T, bool>) {
    return Code::BOOL;
  } else if constexpr (is_fixed_width_integer_v<T>) {
    return integer_code<T>();
  } else if constexpr (std::is_enum_v<T>) {
    return code_of<std::underlying_type_t<T>>();
  } else if constexpr (std::is_same_v<T, Half>) {
    return Code::FLOAT16;
  } else if constexpr (std::is_same_v<T, float>) {
    return Code::FLOAT32;
  } else if constexpr (std::is_same_v<T, double>) {
    return Code::FLOAT64;
  } else if constexpr (std::is_same_v<T, Complex<float>> || std::is_same_v<T, std::complex<float>>) {
    return Code::COMPLEX64;
  } else if constexpr (std::is_same_v<T, Complex<double>> || std::is_same_v<T, std::complex<double>>) {
    return Code::COMPLEX128;
  } else if constexpr (std::is_same_v<T, std::string>) {
    return Code::STRING;
  } else if constexpr (std::is_pointer_v<T> && !std::is_function_v<std::remove_pointer_t<T>>) {
    return Code::UINT64;
  } else {
    return Code::NIL;
  }
}

template <legate::Type::Code CODE>
struct TypeOf {
  using type = void;
};
template <>
struct TypeOf<legate::Type::Code::BOOL> {
  using type = bool;
};
template <>
struct TypeOf<legate::Type::Code::INT8> {
  using type = std::int8_t;
};
template <>
struct TypeOf<legate::Type::Code::INT16> {
  using type = std::int16_t;
};
template <>
struct TypeOf<legate::Type::Code::INT32> {
  using type = std::int32_t;
};
template <>
struct TypeOf<legate::Type::Code::INT64> {
  using type = std::int64_t;
};
template <>
struct TypeOf<legate::Type::Code::UINT8> {
  using type = std::uint8_t;
};
template <>
struct TypeOf<legate::Type::Code::UINT16> {
  using type = std::uint16_t;
};
template <>
struct TypeOf<legate::Type::Code::UINT32> {
  using type = std::uint32_t;
};
template <>
struct TypeOf<legate::Type::Code::UINT64> {
  using type = std::uint64_t;
};
template <>
struct TypeOf<legate::Type::Code::FLOAT16> {
  using type = Half;
};
template <>
struct TypeOf<legate::Type::Code::FLOAT32> {
  using type = float;
};
template <>
struct TypeOf<legate::Type::Code::FLOAT64> {
  using type = double;
};
template <>
struct TypeOf<legate::Type::Code::COMPLEX64> {
  using type = Complex<float>;
};
template <>
struct TypeOf<legate::Type::Code::COMPLEX128> {
  using type = Complex<double>;
};
template <>
struct TypeOf<legate::Type::Code::STRING> {
  using type = std::string;
};

}  // namespace detail

/// The code of the type whose elements are `T` in C++; NIL if there is none.
template <typename T>
inline constexpr Type::Code type_code_of_v = detail::code_of<std::remove_cv_t<T>>();
template <typename T>
inline constexpr Type::Code type_code_of = type_code_of_v<T>;

/// The C++ type of an element with this code; void if there is none.
template <Type::Code CODE>
using type_of_t = typename detail::TypeOf<CODE>::type;
template <Type::Code CODE>
using type_of = type_of_t<CODE>;

template <Type::Code CODE>
struct is_integral : std::is_integral<type_of_t<CODE>> {};
template <Type::Code CODE>
struct is_signed : std::bool_constant<std::is_signed_v<type_of_t<CODE>> || CODE == Type::Code::FLOAT16> {};
template <Type::Code CODE>
struct is_unsigned : std::is_unsigned<type_of_t<CODE>> {};
template <Type::Code CODE>
struct is_floating_point
    : std::bool_constant<std::is_floating_point_v<type_of_t<CODE>> || CODE == Type::Code::FLOAT16> {};
template <Type::Code CODE>
struct is_complex : std::bool_constant<CODE == Type::Code::COMPLEX64 || CODE == Type::Code::COMPLEX128> {};

template <typename T>
struct is_complex_type : std::false_type {};
template <typename T>
struct is_complex_type<Complex<T>> : std::true_type {};
template <typename T>
struct is_complex_type<std::complex<T>> : std::true_type {};

}  // namespace legate
