// SPDX-License-Identifier: Apache-2.0
// The element types of arrays, and what is computed with each.
#pragma once

#include <legate.h>

#include <complex>
#include <cstdint>
#include <type_traits>

namespace legatus::numpy {

using legate::Half;
using Complex64 = std::complex<float>;
using Complex128 = std::complex<double>;

template <typename... T>
struct Types {};

template <typename... List>
struct JoinedTypes;
template <typename... A>
struct JoinedTypes<Types<A...>> {
  using type = Types<A...>;
};
template <typename... A, typename... B, typename... Rest>
struct JoinedTypes<Types<A...>, Types<B...>, Rest...> : JoinedTypes<Types<A..., B...>, Rest...> {};
template <typename... List>
using Joined = typename JoinedTypes<List...>::type;

using Bool = Types<bool>;
using Integers = Types<std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t, std::uint16_t,
                       std::uint32_t, std::uint64_t>;
using Floats = Types<Half, float, double>;
using Complexes = Types<Complex64, Complex128>;
using Reals = Joined<Integers, Floats>;
using Numbers = Joined<Reals, Complexes>;
using AllTypes = Joined<Bool, Numbers>;

template <typename T>
inline constexpr bool is_complex_v = std::is_same_v<T, Complex64> || std::is_same_v<T, Complex128>;
/// Half counts as a floating-point type here.
template <typename T>
inline constexpr bool is_float_v = std::is_floating_point_v<T> || std::is_same_v<T, Half>;

/// What elements are loaded into: half precision is computed in single precision, everything else in itself.
template <typename T>
using Working = std::conditional_t<std::is_same_v<T, Half>, float, T>;

template <typename T>
[[nodiscard]] constexpr legate::Type::Code code_of() {
  using Code = legate::Type::Code;
  if constexpr (std::is_same_v<T, Complex64>) {
    return Code::COMPLEX64;
  } else if constexpr (std::is_same_v<T, Complex128>) {
    return Code::COMPLEX128;
  } else {
    return legate::type_code_of_v<T>;
  }
}

/// The number of element types, and so of rows in tables by type code.
inline constexpr int NUM_CODES = static_cast<int>(legate::Type::Code::COMPLEX128) + 1;

template <typename T>
[[nodiscard]] Working<T> load(const char* address) {
  return static_cast<Working<T>>(*reinterpret_cast<const T*>(address));
}
template <typename T, typename Value>
void store(char* address, Value value) {
  *reinterpret_cast<T*>(address) = static_cast<T>(value);
}

}  // namespace legatus::numpy
