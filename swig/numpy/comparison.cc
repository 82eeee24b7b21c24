// SPDX-License-Identifier: Apache-2.0
// Comparisons and logic: the result is a truth value.
#include "kernels.h"

namespace legatus::numpy {

namespace {

/// Complex numbers are ordered by their real parts, then by their imaginary parts.
template <typename T>
bool is_less(T a, T b) {
  if constexpr (is_complex_v<T>) {
    return a.real() < b.real() || (a.real() == b.real() && a.imag() < b.imag());
  } else {
    return a < b;
  }
}
template <typename T>
bool is_at_most(T a, T b) {
  if constexpr (is_complex_v<T>) {
    return a.real() < b.real() || (a.real() == b.real() && a.imag() <= b.imag());
  } else {
    return a <= b;
  }
}

struct Equal {
  template <typename T>
  static bool apply(T a, T b) {
    return a == b;
  }
};
struct NotEqual {
  template <typename T>
  static bool apply(T a, T b) {
    return !(a == b);
  }
};
struct Less {
  template <typename T>
  static bool apply(T a, T b) {
    return is_less(a, b);
  }
};
struct LessEqual {
  template <typename T>
  static bool apply(T a, T b) {
    return is_at_most(a, b);
  }
};

// Bit by bit, so that loops have no jumps.
struct LogicalAnd {
  template <typename T>
  static bool apply(T a, T b) {
    return static_cast<bool>(static_cast<int>(a != T{}) & static_cast<int>(b != T{}));
  }
};
struct LogicalOr {
  template <typename T>
  static bool apply(T a, T b) {
    return static_cast<bool>(static_cast<int>(a != T{}) | static_cast<int>(b != T{}));
  }
};
struct LogicalXor {
  template <typename T>
  static bool apply(T a, T b) {
    return (a != T{}) != (b != T{});
  }
};

/// The same with the operands exchanged.
template <typename Op>
struct Reversed {
  template <typename T>
  static bool apply(T a, T b) {
    return Op::apply(b, a);
  }
};

}  // namespace

void add_comparisons(KernelTable& table) {
  add_comparison<Equal>(table, Operation::EQUAL, AllTypes{});
  add_comparison<NotEqual>(table, Operation::NOT_EQUAL, AllTypes{});
  add_comparison<Less>(table, Operation::LESS, AllTypes{});
  add_comparison<LessEqual>(table, Operation::LESS_EQUAL, AllTypes{});
  add_comparison<Reversed<Less>>(table, Operation::GREATER, AllTypes{});
  add_comparison<Reversed<LessEqual>>(table, Operation::GREATER_EQUAL, AllTypes{});
  add_comparison<LogicalAnd>(table, Operation::LOGICAL_AND, AllTypes{});
  add_comparison<LogicalOr>(table, Operation::LOGICAL_OR, AllTypes{});
  add_comparison<LogicalXor>(table, Operation::LOGICAL_XOR, AllTypes{});
}

}  // namespace legatus::numpy
