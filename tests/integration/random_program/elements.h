// SPDX-License-Identifier: Apache-2.0
#pragma once

// The element types of random programs, and arithmetic on them by the rules of the interface, written without it.

#include <legate.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

namespace random_program {

enum class Element : std::uint8_t {
  BOOL,
  INT8,
  INT32,
  INT64,
  UINT16,
  UINT64,
  FLOAT16,
  FLOAT32,
  FLOAT64,
  COMPLEX64,
  COMPLEX128
};
constexpr std::uint32_t ELEMENT_COUNT = 11;

using Operator = legate::ReductionOpKind;

/// Calls `function` with a value of the C++ type of `element`.
template <typename Function>
decltype(auto) with_type(Element element, Function&& function) {
  switch (element) {
    case Element::BOOL:
      return function(bool{});
    case Element::INT8:
      return function(std::int8_t{});
    case Element::INT32:
      return function(std::int32_t{});
    case Element::INT64:
      return function(std::int64_t{});
    case Element::UINT16:
      return function(std::uint16_t{});
    case Element::UINT64:
      return function(std::uint64_t{});
    case Element::FLOAT16:
      return function(legate::Half{});
    case Element::FLOAT32:
      return function(float{});
    case Element::FLOAT64:
      return function(double{});
    case Element::COMPLEX64:
      return function(legate::Complex<float>{});
    case Element::COMPLEX128:
      break;
  }
  return function(legate::Complex<double>{});
}

template <typename T>
inline constexpr bool is_complex_v =
    std::is_same_v<T, legate::Complex<float>> || std::is_same_v<T, legate::Complex<double>>;

inline bool is_complex(Element element) { return element >= Element::COMPLEX64; }
/// Also complex numbers.
inline bool is_floating(Element element) { return element >= Element::FLOAT16; }
inline bool is_signed(Element element) { return element >= Element::INT8 && element <= Element::INT64; }
inline legate::Type type_of(Element element) {
  return with_type(element, [](auto zero) { return legate::primitive_type(legate::type_code_of_v<decltype(zero)>); });
}
inline std::string name_of(Element element) { return type_of(element).to_string(); }

/// A value of any element type. What the interpreter adds: how far a result of floating-point reductions may be off,
/// and whether the interface says what the value is at all.
struct Number {
  std::uint64_t bits{};         // of an integer, sign-extended
  std::complex<double> real{};  // of a floating-point number
  double error{};               // largest difference to a correct result
  bool defined{true};
};

template <typename T>
Number number_of(T value) {
  Number result;
  if constexpr (is_complex_v<T>) {
    result.real = {static_cast<double>(value.real()), static_cast<double>(value.imag())};
  } else if constexpr (std::is_floating_point_v<T> || std::is_same_v<T, legate::Half>) {
    result.real = static_cast<double>(value);
  } else if constexpr (std::is_signed_v<T>) {
    result.bits = static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
  } else {
    result.bits = static_cast<std::uint64_t>(value);
  }
  return result;
}

template <typename T>
T value_of(const Number& number) {
  if constexpr (std::is_same_v<T, bool>) {
    return (number.bits & 1U) != 0;
  } else if constexpr (is_complex_v<T>) {
    using Part = typename T::value_type;
    return T{static_cast<Part>(number.real.real()), static_cast<Part>(number.real.imag())};
  } else if constexpr (std::is_floating_point_v<T> || std::is_same_v<T, legate::Half>) {
    return static_cast<T>(number.real.real());
  } else {
    return static_cast<T>(number.bits);  // modulo 2^n
  }
}

/// The number as an element can hold it.
inline Number stored(Element element, const Number& number) {
  Number result = with_type(element, [&](auto zero) { return number_of(value_of<decltype(zero)>(number)); });
  result.error = number.error;
  result.defined = number.defined;
  return result;
}

/// What floating-point numbers of an element type can tell apart.
struct Precision {
  double unit;      // next to 1
  double smallest;  // next to 0
  double largest;
};
inline Precision precision_of(Element element) {
  switch (element) {
    case Element::FLOAT16:
      return {0x1p-10, 0x1p-24, 65504.0};
    case Element::FLOAT32:
    case Element::COMPLEX64: {
      using Limits = std::numeric_limits<float>;
      return {Limits::epsilon(), Limits::denorm_min(), Limits::max()};
    }
    default: {
      using Limits = std::numeric_limits<double>;
      return {Limits::epsilon(), Limits::denorm_min(), Limits::max()};
    }
  }
}

inline bool has_operator(Element element, Operator op) {
  if (!is_floating(element)) return true;
  if (element == Element::COMPLEX128) return op == Operator::ADD;
  if (is_complex(element)) return op == Operator::ADD || op == Operator::MUL;
  return op == Operator::ADD || op == Operator::MUL || op == Operator::MAX || op == Operator::MIN;
}

/// One step of a reduction, with the error it inherits; what rounding adds is the caller's business.
inline Number reduced(Element element, Operator op, const Number& left, const Number& right) {
  const bool less = is_floating(element) ? left.real.real() < right.real.real()
                    : is_signed(element) ? static_cast<std::int64_t>(left.bits) < static_cast<std::int64_t>(right.bits)
                                         : left.bits < right.bits;
  const bool truth = element == Element::BOOL;
  Number result;
  switch (op) {
    case Operator::ADD:
      result.bits = truth ? left.bits | right.bits : left.bits + right.bits;
      result.real = left.real + right.real;
      result.error = left.error + right.error;
      break;
    case Operator::MUL:
      result.bits = truth ? left.bits & right.bits : left.bits * right.bits;
      result.real = left.real * right.real;
      result.error = std::abs(left.real) * right.error + left.error * std::abs(right.real) + left.error * right.error;
      break;
    case Operator::MAX:
    case Operator::MIN:
      result = less == (op == Operator::MAX) ? right : left;
      result.error = std::max(left.error, right.error);
      break;
    case Operator::OR:
      result.bits = left.bits | right.bits;
      break;
    case Operator::AND:
      result.bits = left.bits & right.bits;
      break;
    case Operator::XOR:
      result.bits = left.bits ^ right.bits;
      break;
  }
  result.defined = left.defined && right.defined;
  return stored(element, result);
}

inline bool agrees(Element element, const Number& expected, const Number& found) {
  if (!is_floating(element)) return expected.bits == found.bits;
  if (expected.error == 0.0) return expected.real == found.real;
  return std::abs(expected.real - found.real) <= expected.error;
}

inline std::string text_of(Element element, const Number& number) {
  if (is_floating(element)) {
    return std::to_string(number.real.real()) +
           (is_complex(element) ? " + " + std::to_string(number.real.imag()) + "i" : "") + " (+-" +
           std::to_string(number.error) + ")";
  }
  if (is_signed(element)) return std::to_string(static_cast<std::int64_t>(number.bits));
  return std::to_string(number.bits);
}

inline std::uint64_t mixed(std::uint64_t state, std::uint64_t value) {
  state ^= value + 0x9e3779b97f4a7c15ULL + (state << 6U) + (state >> 2U);
  state = (state ^ (state >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  state = (state ^ (state >> 27U)) * 0x94d049bb133111ebULL;
  return state ^ (state >> 31U);
}

}  // namespace random_program
