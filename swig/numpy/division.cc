// SPDX-License-Identifier: Apache-2.0
// Quotients, powers and other operations of two operands that cost more than the loop around them.
#include "kernels.h"
#include "numbers.h"

#include <cmath>
#include <limits>
#include <numeric>

namespace legatus::numpy {

namespace {

struct Divide {
  template <typename T>
  static T apply(T a, T b) {
    if constexpr (is_complex_v<T>) {
      // Smith's algorithm (R. L. Smith, Comm. ACM 5(8), 1962): no overflow where the result has none.
      using Real = typename T::value_type;
      if (b.real() == Real{0} && b.imag() == Real{0})
        return {a.real() / std::abs(b.real()), a.imag() / std::abs(b.real())};
      if (std::abs(b.real()) >= std::abs(b.imag())) {
        const Real ratio = b.imag() / b.real();
        const Real scale = Real{1} / (b.real() + b.imag() * ratio);
        return {(a.real() + a.imag() * ratio) * scale, (a.imag() - a.real() * ratio) * scale};
      }
      const Real ratio = b.real() / b.imag();
      const Real scale = Real{1} / (b.imag() + b.real() * ratio);
      return {(a.real() * ratio + a.imag()) * scale, (a.imag() * ratio - a.real()) * scale};
    } else {
      return a / b;
    }
  }
};

/// The remainder with the sign of the dividend; of a division by zero 0 for integers, NaN for others.
struct Fmod {
  template <typename T>
  static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
      return std::fmod(a, b);
    } else {
      if constexpr (std::is_signed_v<T>) {
        if (b == T{-1}) return 0;  // the quotient of the lowest number does not exist
      }
      return b == T{0} ? T{0} : static_cast<T>(a % b);
    }
  }
};

/// The remainder with the sign of the divisor.
struct Remainder {
  template <typename T>
  static T apply(T a, T b) {
    const T rest = Fmod::apply(a, b);
    if constexpr (std::is_floating_point_v<T>) {
      if (b == T{0}) return rest;
      if (rest == T{0}) return std::copysign(T{0}, b);
    }
    return rest != T{0} && (b < T{0}) != (rest < T{0}) ? static_cast<T>(rest + b) : rest;
  }
};

/// The quotient rounded down; of an integer by zero 0.
struct FloorDivide {
  template <typename T>
  static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
      return of_floats_(a, b);
    } else {
      if (b == T{0}) return 0;
      if constexpr (std::is_signed_v<T>) {
        if (b == T{-1}) return static_cast<T>(Wrapping<T>{0} - static_cast<Wrapping<T>>(a));
      }
      const T quotient = static_cast<T>(a / b);
      return a % b != T{0} && (a < T{0}) != (b < T{0}) ? static_cast<T>(quotient - 1) : quotient;
    }
  }

 private:
  // a - fmod(a, b) is a whole multiple of b, so that its quotient is off by rounding only.
  template <typename T>
  static T of_floats_(T a, T b) {
    if (b == T{0}) return a / b;
    const T rest = std::fmod(a, b);
    T quotient = (a - rest) / b;
    if (rest != T{0} && (b < T{0}) != (rest < T{0})) quotient -= T{1};
    if (quotient == T{0}) return std::copysign(T{0}, a / b);
    const T down = std::floor(quotient);
    return quotient - down > T{0.5} ? down + T{1} : down;
  }
};

struct Power {
  template <typename T>
  static T apply(T base, T exponent) {
    if constexpr (std::is_integral_v<T>) {
      return of_integers_(base, exponent);
    } else {
      if constexpr (is_complex_v<T>) {
        if (exponent == T{}) return T{1};
      }
      return std::pow(base, exponent);
    }
  }

 private:
  // By squaring. Negative exponents are refused before.
  template <typename T>
  static T of_integers_(T base, T exponent) {
    T result = 1;
    for (auto rest = static_cast<std::make_unsigned_t<T>>(exponent); rest != 0;
         rest = static_cast<decltype(rest)>(rest >> 1)) {
      if ((rest & 1U) != 0) result = wrapping_product(result, base);
      base = wrapping_product(base, base);
    }
    return result;
  }
};

/// log(exp(a) + exp(b)) without overflow.
struct Logaddexp {
  template <typename T>
  static T apply(T a, T b) {
    if (a == b) return a + std::log(T{2});
    const T difference = a - b;
    return difference > T{0} ? a + std::log1p(std::exp(-difference)) : b + std::log1p(std::exp(difference));
  }
};
struct Logaddexp2 {
  template <typename T>
  static T apply(T a, T b) {
    if (a == b) return a + T{1};
    const T difference = a - b;
    const T per_bit = T{1} / std::log(T{2});
    return difference > T{0} ? a + std::log1p(std::exp2(-difference)) * per_bit
                             : b + std::log1p(std::exp2(difference)) * per_bit;
  }
};

template <typename T>
std::make_unsigned_t<T> magnitude(T value) {
  using Unsigned = std::make_unsigned_t<T>;
  return value < T{0} ? static_cast<Unsigned>(Unsigned{0} - static_cast<Unsigned>(value))
                      : static_cast<Unsigned>(value);
}

struct Gcd {
  template <typename T>
  static T apply(T a, T b) {
    return static_cast<T>(std::gcd(magnitude(a), magnitude(b)));
  }
};
struct Lcm {
  template <typename T>
  static T apply(T a, T b) {
    const auto divisor = std::gcd(magnitude(a), magnitude(b));
    if (divisor == 0) return 0;
    return static_cast<T>(wrapping_product<std::make_unsigned_t<T>>(
        static_cast<std::make_unsigned_t<T>>(magnitude(a) / divisor), magnitude(b)));
  }
};

}  // namespace

void add_division(KernelTable& table) {
  add_binary_of<Divide>(table, Operation::DIVIDE, Joined<Floats, Complexes>{});
  add_binary_strided<FloorDivide>(table, Operation::FLOOR_DIVIDE, Reals{});
  add_binary_strided<Remainder>(table, Operation::REMAINDER, Reals{});
  add_binary_strided<Fmod>(table, Operation::FMOD, Reals{});
  add_binary_strided<Power>(table, Operation::POWER, Numbers{});
  add_binary_strided<Logaddexp>(table, Operation::LOGADDEXP, Floats{});
  add_binary_strided<Logaddexp2>(table, Operation::LOGADDEXP2, Floats{});
  add_binary_strided<Gcd>(table, Operation::GCD, Integers{});
  add_binary_strided<Lcm>(table, Operation::LCM, Integers{});
}

}  // namespace legatus::numpy
