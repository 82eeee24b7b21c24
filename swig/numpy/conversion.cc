// SPDX-License-Identifier: Apache-2.0
// Conversions between all element types, as C converts: fractions are cut, integers wrap, of complex numbers the real
// part is kept, and truth is being different from zero.
#include "kernels.h"

namespace legatus::numpy {

namespace {

template <typename To, typename From>
To converted(From value) {
  if constexpr (std::is_same_v<To, From>) {
    return value;
  } else if constexpr (std::is_same_v<To, bool>) {
    return value != From{};
  } else if constexpr (is_complex_v<To>) {
    using Part = typename To::value_type;
    if constexpr (is_complex_v<From>) {
      return {static_cast<Part>(value.real()), static_cast<Part>(value.imag())};
    } else {
      return {static_cast<Part>(value), Part{0}};
    }
  } else if constexpr (is_complex_v<From>) {
    return converted<To>(value.real());
  } else if constexpr (std::is_same_v<To, Half> && std::is_integral_v<From>) {
    return Half{static_cast<float>(value)};
  } else {
    return static_cast<To>(value);
  }
}

template <typename To>
struct Converted {
  template <typename From>
  static To apply(From value) {
    return converted<To>(value);
  }
};

template <typename From, typename... To>
void add_conversions(std::array<Kernel, NUM_CODES>& row, Types<To...>) {
  ((row[static_cast<std::size_t>(code_of<To>())] = unary_loop<Converted<To>, To, From>), ...);
}

using Table = std::array<std::array<Kernel, NUM_CODES>, NUM_CODES>;

template <typename... From>
Table make_table(Types<From...>) {
  Table table{};
  (add_conversions<From>(table[static_cast<std::size_t>(code_of<From>())], AllTypes{}), ...);
  return table;
}

}  // namespace

Kernel conversion(int from, int to) {
  static const Table TABLE = make_table(AllTypes{});
  return TABLE[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
}

}  // namespace legatus::numpy
