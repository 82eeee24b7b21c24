// SPDX-License-Identifier: Apache-2.0
// The elementwise kernels by operation and type, and the loops they are made of.
#pragma once

#include "element.h"
#include "loop.h"
#include "operations.h"

#include <array>
#include <cstddef>

namespace legatus::numpy {

/// What computes which operation on which type; null where there is nothing.
class KernelTable {
 public:
  template <typename T>
  void add(Operation operation, Kernel kernel) {
    kernels_[static_cast<std::size_t>(operation)][static_cast<std::size_t>(code_of<T>())] = kernel;
  }
  [[nodiscard]] Kernel find(Operation operation, int code) const {
    return kernels_[static_cast<std::size_t>(operation)][static_cast<std::size_t>(code)];
  }

 private:
  std::array<std::array<Kernel, NUM_CODES>, static_cast<std::size_t>(Operation::COUNT)> kernels_{};
};

/// The table with all kernels.
[[nodiscard]] const KernelTable& kernel_table();

// What one source file adds to the table each.
void add_arithmetic(KernelTable& table);
void add_division(KernelTable& table);
void add_comparisons(KernelTable& table);
void add_unary(KernelTable& table);
void add_mathematics(KernelTable& table);

/// Converts elements from one type to another; null if one of the codes is not that of an element type.
[[nodiscard]] Kernel conversion(int from, int to);

// An operation is a class with `template <typename T> static R apply(T...)`, where T is the working type. Loops in
// which nothing moves but by the size of an element are written apart, because compilers vectorise those.

template <typename Op, typename Out, typename In>
void unary_loop(char* const* operands, const std::ptrdiff_t* strides, std::size_t count) {
  if (strides[0] == sizeof(Out) && strides[1] == sizeof(In)) {
    auto* out = reinterpret_cast<Out*>(operands[0]);
    const auto* in = reinterpret_cast<const In*>(operands[1]);
#pragma GCC ivdep
    for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<Out>(Op::apply(static_cast<Working<In>>(in[i])));
    return;
  }
  char* out = operands[0];
  const char* in = operands[1];
  for (std::size_t i = 0; i < count; ++i, out += strides[0], in += strides[1]) {
    store<Out>(out, Op::apply(load<In>(in)));
  }
}

/// For operations of which the computation costs more than the loop.
template <typename Op, typename Out, typename In>
void binary_strided_loop(char* const* operands, const std::ptrdiff_t* strides, std::size_t count) {
  char* out = operands[0];
  const char* a = operands[1];
  const char* b = operands[2];
  for (std::size_t i = 0; i < count; ++i, out += strides[0], a += strides[1], b += strides[2]) {
    store<Out>(out, Op::apply(load<In>(a), load<In>(b)));
  }
}

template <typename Op, typename Out, typename In>
void binary_loop(char* const* operands, const std::ptrdiff_t* strides, std::size_t count) {
  auto* out = reinterpret_cast<Out*>(operands[0]);
  const auto* a = reinterpret_cast<const In*>(operands[1]);
  const auto* b = reinterpret_cast<const In*>(operands[2]);
  constexpr std::ptrdiff_t STEP = sizeof(In);
  if (strides[0] == sizeof(Out) && strides[1] == STEP && strides[2] == STEP) {
#pragma GCC ivdep
    for (std::size_t i = 0; i < count; ++i) {
      out[i] = static_cast<Out>(Op::apply(static_cast<Working<In>>(a[i]), static_cast<Working<In>>(b[i])));
    }
  } else if (strides[0] == sizeof(Out) && strides[1] == STEP && strides[2] == 0) {
    const auto fixed = static_cast<Working<In>>(*b);
#pragma GCC ivdep
    for (std::size_t i = 0; i < count; ++i) {
      out[i] = static_cast<Out>(Op::apply(static_cast<Working<In>>(a[i]), fixed));
    }
  } else if (strides[0] == sizeof(Out) && strides[1] == 0 && strides[2] == STEP) {
    const auto fixed = static_cast<Working<In>>(*a);
#pragma GCC ivdep
    for (std::size_t i = 0; i < count; ++i) {
      out[i] = static_cast<Out>(Op::apply(fixed, static_cast<Working<In>>(b[i])));
    }
  } else {
    binary_strided_loop<Op, Out, In>(operands, strides, count);
  }
}

/// Adds an operation of one operand whose result has the type of the operand.
template <typename Op, typename... T>
void add_unary_of(KernelTable& table, Operation operation, Types<T...>) {
  (table.add<T>(operation, unary_loop<Op, T, T>), ...);
}
/// Adds an operation of one operand whose result is `Out`.
template <typename Op, typename Out, typename... T>
void add_unary_to(KernelTable& table, Operation operation, Types<T...>) {
  (table.add<T>(operation, unary_loop<Op, Out, T>), ...);
}
template <typename Op, typename... T>
void add_binary_of(KernelTable& table, Operation operation, Types<T...>) {
  (table.add<T>(operation, binary_loop<Op, T, T>), ...);
}
template <typename Op, typename... T>
void add_binary_strided(KernelTable& table, Operation operation, Types<T...>) {
  (table.add<T>(operation, binary_strided_loop<Op, T, T>), ...);
}
template <typename Op, typename... T>
void add_comparison(KernelTable& table, Operation operation, Types<T...>) {
  (table.add<T>(operation, binary_loop<Op, bool, T>), ...);
}

}  // namespace legatus::numpy
