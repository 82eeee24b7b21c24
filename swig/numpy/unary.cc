// SPDX-License-Identifier: Apache-2.0
// Signs, parts and classes of numbers: operations of one operand without a series behind them.
#include "kernels.h"
#include "numbers.h"

#include <cmath>
#include <cstring>

namespace legatus::numpy {

namespace {

struct Copy {
  template <typename T>
  static T apply(T a) {
    return a;
  }
};

struct Negative {
  template <typename T>
  static T apply(T a) {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(Wrapping<T>{0} - static_cast<Wrapping<T>>(a));
    } else {
      return -a;
    }
  }
};

struct Absolute {
  template <typename T>
  static auto apply(T a) {
    if constexpr (is_complex_v<T>) {
      return std::hypot(a.real(), a.imag());
    } else if constexpr (std::is_floating_point_v<T>) {
      return std::fabs(a);
    } else {
      return a < T{0} ? Negative::apply(a) : a;
    }
  }
};

struct Square {
  template <typename T>
  static T apply(T a) {
    if constexpr (is_complex_v<T>) {
      return complex_product(a, a);
    } else if constexpr (std::is_integral_v<T>) {
      return wrapping_product(a, a);
    } else {
      return a * a;
    }
  }
};

struct Conjugate {
  template <typename T>
  static T apply(T a) {
    return {a.real(), -a.imag()};
  }
};

/// NaN has the sign NaN.
struct Sign {
  template <typename T>
  static T apply(T a) {
    if (a != a) return a;
    return static_cast<T>(static_cast<int>(a > T{0}) - static_cast<int>(a < T{0}));
  }
};

struct Invert {
  template <typename T>
  static T apply(T a) {
    if constexpr (std::is_same_v<T, bool>) {
      return !a;
    } else {
      return static_cast<T>(~a);
    }
  }
};

struct LogicalNot {
  template <typename T>
  static bool apply(T a) {
    return a == T{};
  }
};

/// Integers: 0 for all but 1 and -1, as the quotient is cut.
struct Reciprocal {
  template <typename T>
  static T apply(T a) {
    if constexpr (std::is_integral_v<T>) {
      return a == T{1} || a == static_cast<T>(-1) ? a : T{0};
    } else {
      return T{1} / a;
    }
  }
};

struct Real {
  template <typename T>
  static auto apply(T a) {
    return a.real();
  }
};
struct Imag {
  template <typename T>
  static auto apply(T a) {
    return a.imag();
  }
};

struct IsNan {
  template <typename T>
  static bool apply(T a) {
    return a != a;
  }
};
struct IsInf {
  template <typename T>
  static bool apply(T a) {
    if constexpr (is_complex_v<T>) {
      return std::isinf(a.real()) || std::isinf(a.imag());
    } else {
      return std::isinf(a);
    }
  }
};
struct IsFinite {
  template <typename T>
  static bool apply(T a) {
    if constexpr (is_complex_v<T>) {
      return std::isfinite(a.real()) && std::isfinite(a.imag());
    } else {
      return std::isfinite(a);
    }
  }
};
struct Signbit {
  template <typename T>
  static bool apply(T a) {
    return std::signbit(a);
  }
};

/// The index out of the pairs of a value's rank and its index that index reductions compute.
void best_index_loop(char* const* operands, const std::ptrdiff_t* strides, std::size_t count) {
  char* out = operands[0];
  const char* in = operands[1];
  for (std::size_t i = 0; i < count; ++i, out += strides[0], in += strides[1]) {
    std::memcpy(out, in + sizeof(std::int64_t), sizeof(std::int64_t));
  }
}

}  // namespace

void add_unary(KernelTable& table) {
  add_unary_of<Copy>(table, Operation::COPY, AllTypes{});
  add_unary_of<Negative>(table, Operation::NEGATIVE, Numbers{});
  add_unary_of<Copy>(table, Operation::ABSOLUTE, Bool{});
  add_unary_of<Absolute>(table, Operation::ABSOLUTE, Reals{});
  table.add<Complex64>(Operation::ABSOLUTE, unary_loop<Absolute, float, Complex64>);
  table.add<Complex128>(Operation::ABSOLUTE, unary_loop<Absolute, double, Complex128>);
  add_unary_of<Square>(table, Operation::SQUARE, Numbers{});
  add_unary_of<Copy>(table, Operation::CONJUGATE, Reals{});
  add_unary_of<Conjugate>(table, Operation::CONJUGATE, Complexes{});
  add_unary_of<Sign>(table, Operation::SIGN, Reals{});
  add_unary_of<Invert>(table, Operation::INVERT, Joined<Bool, Integers>{});
  add_unary_to<LogicalNot, bool>(table, Operation::LOGICAL_NOT, AllTypes{});
  add_unary_of<Reciprocal>(table, Operation::RECIPROCAL, Numbers{});
  table.add<Complex64>(Operation::REAL, unary_loop<Real, float, Complex64>);
  table.add<Complex128>(Operation::REAL, unary_loop<Real, double, Complex128>);
  table.add<Complex64>(Operation::IMAG, unary_loop<Imag, float, Complex64>);
  table.add<Complex128>(Operation::IMAG, unary_loop<Imag, double, Complex128>);
  add_unary_to<IsNan, bool>(table, Operation::ISNAN, Joined<Floats, Complexes>{});
  add_unary_to<IsInf, bool>(table, Operation::ISINF, Joined<Floats, Complexes>{});
  add_unary_to<IsFinite, bool>(table, Operation::ISFINITE, Joined<Floats, Complexes>{});
  add_unary_to<Signbit, bool>(table, Operation::SIGNBIT, Floats{});
  table.add<std::uint64_t>(Operation::BEST_INDEX, best_index_loop);
}

}  // namespace legatus::numpy
