// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/utilities/macros.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iosfwd>

#define LEGATE_MAX_HALF 6.5504e+4F
#define LEGATE_MIN_HALF (-LEGATE_MAX_HALF)

namespace legate {

namespace detail {

/// binary32 to binary16 (IEEE 754-2008), rounding to nearest, ties to even. Too large values become infinite.
LEGATE_HOST_DEVICE inline std::uint16_t float_to_half_bits(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  const std::uint32_t sign = (bits >> 16U) & 0x8000U;
  const std::uint32_t exponent = (bits >> 23U) & 0xFFU;
  std::uint32_t mantissa = bits & 0x7FFFFFU;
  if (exponent == 0xFFU) {
    // A NaN keeps its upper bits; if these are all zero, one is set so that it stays a NaN.
    const std::uint32_t payload = mantissa >> 13U;
    return static_cast<std::uint16_t>(sign | 0x7C00U | (mantissa != 0 && payload == 0 ? 1U : payload));
  }
  const int half_exponent = static_cast<int>(exponent) - 127 + 15;
  if (half_exponent >= 31) {
    return static_cast<std::uint16_t>(sign | 0x7C00U);
  }
  std::uint32_t shift = 13;
  std::uint32_t result;
  if (half_exponent <= 0) {
    if (half_exponent < -10) {
      return static_cast<std::uint16_t>(sign);
    }
    mantissa |= 0x800000U;
    shift = static_cast<std::uint32_t>(14 - half_exponent);
    result = mantissa >> shift;
  } else {
    result = (static_cast<std::uint32_t>(half_exponent) << 10U) | (mantissa >> shift);
  }
  const std::uint32_t rest = mantissa & ((1U << shift) - 1U);
  const std::uint32_t tie = 1U << (shift - 1U);
  if (rest > tie || (rest == tie && (result & 1U) != 0)) {
    ++result;  // a carry runs into the exponent, up to infinity, as it should
  }
  return static_cast<std::uint16_t>(sign | result);
}

/// binary64 to binary16, rounding once. On the way through binary32 a value next to a tie must not become the tie: what
/// that step loses is kept as an odd last bit, which still decides the second rounding.
LEGATE_HOST_DEVICE inline std::uint16_t double_to_half_bits(double value) {
  auto narrow = static_cast<float>(value);
  const auto magnitude = [](double number) { return number < 0 ? -number : number; };
  if (value == value && static_cast<double>(narrow) != value) {
    std::uint32_t bits;
    std::memcpy(&bits, &narrow, sizeof(bits));
    if (magnitude(static_cast<double>(narrow)) > magnitude(value)) {
      --bits;  // towards zero; from infinity, to the largest number
    }
    bits |= 1U;
    std::memcpy(&narrow, &bits, sizeof(bits));
  }
  return float_to_half_bits(narrow);
}

/// binary16 to binary32; exact.
LEGATE_HOST_DEVICE inline float half_bits_to_float(std::uint16_t half) {
  const std::uint32_t sign = (static_cast<std::uint32_t>(half) & 0x8000U) << 16U;
  std::uint32_t exponent = (static_cast<std::uint32_t>(half) >> 10U) & 0x1FU;
  std::uint32_t mantissa = static_cast<std::uint32_t>(half) & 0x3FFU;
  std::uint32_t bits = sign;
  if (exponent == 0x1FU) {
    bits |= 0x7F800000U | (mantissa << 13U);
  } else if (exponent != 0) {
    bits |= ((exponent + 112U) << 23U) | (mantissa << 13U);
  } else if (mantissa != 0) {
    exponent = 113;
    while ((mantissa & 0x400U) == 0) {
      mantissa <<= 1U;
      --exponent;
    }
    bits |= (exponent << 23U) | ((mantissa & 0x3FFU) << 13U);
  }
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

}  // namespace detail

/// A half-precision number: IEEE 754 binary16. Arithmetic is done in single precision. Equality compares bits, so that
/// a NaN equals itself and -0 differs from +0.
class Half {
 public:
  constexpr Half() = default;
  /// The number with this representation.
  LEGATE_HOST_DEVICE constexpr explicit Half(std::uint16_t raw_bits) : bits_{raw_bits} {}
  LEGATE_HOST_DEVICE explicit Half(float value) : bits_{detail::float_to_half_bits(value)} {}
  LEGATE_HOST_DEVICE explicit Half(double value) : bits_{detail::double_to_half_bits(value)} {}
  LEGATE_HOST_DEVICE explicit Half(int value) : Half{static_cast<float>(value)} {}
  LEGATE_HOST_DEVICE explicit Half(long long value) : Half{static_cast<float>(value)} {}
  LEGATE_HOST_DEVICE explicit Half(std::size_t value) : Half{static_cast<float>(value)} {}

  LEGATE_HOST_DEVICE Half& operator=(float value) { return *this = Half{value}; }
  LEGATE_HOST_DEVICE Half& operator=(double value) { return *this = Half{value}; }
  LEGATE_HOST_DEVICE Half& operator=(int value) { return *this = Half{value}; }
  LEGATE_HOST_DEVICE Half& operator=(long long value) { return *this = Half{value}; }
  LEGATE_HOST_DEVICE Half& operator=(std::size_t value) { return *this = Half{value}; }

  LEGATE_HOST_DEVICE operator float() const { return detail::half_bits_to_float(bits_); }  // NOLINT
  LEGATE_HOST_DEVICE explicit operator double() const { return static_cast<double>(static_cast<float>(*this)); }

  LEGATE_HOST_DEVICE Half& operator+=(const Half& rhs) {
    return *this = Half{static_cast<float>(*this) + static_cast<float>(rhs)};
  }
  LEGATE_HOST_DEVICE Half& operator-=(const Half& rhs) {
    return *this = Half{static_cast<float>(*this) - static_cast<float>(rhs)};
  }
  LEGATE_HOST_DEVICE Half& operator*=(const Half& rhs) {
    return *this = Half{static_cast<float>(*this) * static_cast<float>(rhs)};
  }
  LEGATE_HOST_DEVICE Half& operator/=(const Half& rhs) {
    return *this = Half{static_cast<float>(*this) / static_cast<float>(rhs)};
  }

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr std::uint16_t raw() const { return bits_; }

 private:
  std::uint16_t bits_{};
};

LEGATE_HOST_DEVICE inline Half operator-(const Half& value) {
  return Half{static_cast<std::uint16_t>(value.raw() ^ 0x8000U)};
}
LEGATE_HOST_DEVICE inline Half operator+(const Half& a, const Half& b) { return Half{a} += b; }
LEGATE_HOST_DEVICE inline Half operator-(const Half& a, const Half& b) { return Half{a} -= b; }
LEGATE_HOST_DEVICE inline Half operator*(const Half& a, const Half& b) { return Half{a} *= b; }
LEGATE_HOST_DEVICE inline Half operator/(const Half& a, const Half& b) { return Half{a} /= b; }
LEGATE_HOST_DEVICE inline bool operator==(const Half& a, const Half& b) { return a.raw() == b.raw(); }
LEGATE_HOST_DEVICE inline bool operator!=(const Half& a, const Half& b) { return a.raw() != b.raw(); }
LEGATE_HOST_DEVICE inline bool operator<(const Half& a, const Half& b) {
  return static_cast<float>(a) < static_cast<float>(b);
}
LEGATE_HOST_DEVICE inline bool operator<=(const Half& a, const Half& b) {
  return static_cast<float>(a) <= static_cast<float>(b);
}
LEGATE_HOST_DEVICE inline bool operator>(const Half& a, const Half& b) { return b < a; }
LEGATE_HOST_DEVICE inline bool operator>=(const Half& a, const Half& b) { return b <= a; }

}  // namespace legate
