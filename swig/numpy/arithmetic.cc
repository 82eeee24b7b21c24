// SPDX-License-Identifier: Apache-2.0
// Sums, products, extremes and bits: operations that cost as much as the loop around them.
#include "kernels.h"
#include "numbers.h"

namespace legatus::numpy {

namespace {

struct Add {
  template <typename T>
  static T apply(T a, T b) {
    if constexpr (std::is_same_v<T, bool>) {
      return a || b;
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<Wrapping<T>>(a) + static_cast<Wrapping<T>>(b));
    } else {
      return a + b;
    }
  }
};

struct Subtract {
  template <typename T>
  static T apply(T a, T b) {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<Wrapping<T>>(a) - static_cast<Wrapping<T>>(b));
    } else {
      return a - b;
    }
  }
};

struct Multiply {
  template <typename T>
  static T apply(T a, T b) {
    if constexpr (std::is_same_v<T, bool>) {
      return a && b;
    } else if constexpr (std::is_integral_v<T>) {
      return wrapping_product(a, b);
    } else if constexpr (is_complex_v<T>) {
      return complex_product(a, b);
    } else {
      return a * b;
    }
  }
};

struct Maximum {
  template <typename T>
  static T apply(T a, T b) {
    return larger(a, b);
  }
};
struct Minimum {
  template <typename T>
  static T apply(T a, T b) {
    return smaller(a, b);
  }
};

/// A NaN loses.
struct Fmax {
  template <typename T>
  static T apply(T a, T b) {
    return a >= b || b != b ? a : b;
  }
};
struct Fmin {
  template <typename T>
  static T apply(T a, T b) {
    return a <= b || b != b ? a : b;
  }
};

struct BitwiseAnd {
  template <typename T>
  static T apply(T a, T b) {
    return static_cast<T>(a & b);
  }
};
struct BitwiseOr {
  template <typename T>
  static T apply(T a, T b) {
    return static_cast<T>(a | b);
  }
};
struct BitwiseXor {
  template <typename T>
  static T apply(T a, T b) {
    return static_cast<T>(a ^ b);
  }
};

/// True for distances that shift out everything; negative ones do, too.
template <typename T>
bool shifts_out(T distance) {
  return static_cast<std::make_unsigned_t<T>>(distance) >= 8 * sizeof(T);
}

struct LeftShift {
  template <typename T>
  static T apply(T a, T b) {
    return shifts_out(b) ? T{0} : static_cast<T>(static_cast<Wrapping<T>>(a) << b);
  }
};
struct RightShift {
  template <typename T>
  static T apply(T a, T b) {
    if (shifts_out(b)) return a < T{0} ? static_cast<T>(-1) : T{0};
    return static_cast<T>(a >> b);
  }
};

template <std::size_t SIZE>
void where_loop(char* const* operands, const std::ptrdiff_t* strides, std::size_t count) {
  struct Element {
    char bytes[SIZE];
  };
  char* out = operands[0];
  const char* condition = operands[1];
  const char* yes = operands[2];
  const char* no = operands[3];
  for (std::size_t i = 0; i < count; ++i) {
    *reinterpret_cast<Element*>(out) =
        *reinterpret_cast<const Element*>(*reinterpret_cast<const bool*>(condition) ? yes : no);
    out += strides[0];
    condition += strides[1];
    yes += strides[2];
    no += strides[3];
  }
}

template <typename... T>
void add_where(KernelTable& table, Types<T...>) {
  (table.add<T>(Operation::WHERE, where_loop<sizeof(T)>), ...);
}

}  // namespace

void add_arithmetic(KernelTable& table) {
  add_binary_of<Add>(table, Operation::ADD, AllTypes{});
  add_binary_of<Subtract>(table, Operation::SUBTRACT, Numbers{});
  add_binary_of<Multiply>(table, Operation::MULTIPLY, AllTypes{});
  add_binary_of<Maximum>(table, Operation::MAXIMUM, Reals{});
  add_binary_of<Minimum>(table, Operation::MINIMUM, Reals{});
  add_binary_of<Fmax>(table, Operation::FMAX, Floats{});
  add_binary_of<Fmin>(table, Operation::FMIN, Floats{});
  add_binary_of<Maximum>(table, Operation::FMAX, Integers{});
  add_binary_of<Minimum>(table, Operation::FMIN, Integers{});
  add_binary_of<BitwiseAnd>(table, Operation::BITWISE_AND, Joined<Bool, Integers>{});
  add_binary_of<BitwiseOr>(table, Operation::BITWISE_OR, Joined<Bool, Integers>{});
  add_binary_of<BitwiseXor>(table, Operation::BITWISE_XOR, Joined<Bool, Integers>{});
  for (const auto operation : {Operation::MAXIMUM, Operation::FMAX}) {
    add_binary_of<BitwiseOr>(table, operation, Bool{});
  }
  for (const auto operation : {Operation::MINIMUM, Operation::FMIN}) {
    add_binary_of<BitwiseAnd>(table, operation, Bool{});
  }
  add_binary_strided<LeftShift>(table, Operation::LEFT_SHIFT, Integers{});
  add_binary_strided<RightShift>(table, Operation::RIGHT_SHIFT, Integers{});
  add_where(table, AllTypes{});
}

}  // namespace legatus::numpy
