// SPDX-License-Identifier: Apache-2.0
// The tasks of the library. What each takes is said where its body is.
#pragma once

#include "operations.h"

#include <legate.h>

#include <cstdint>

namespace legatus::numpy {

/// A task of number `NUMBER`.
template <typename T, TaskNumber NUMBER>
struct NumberedTask : public legate::LegateTask<T> {
  static constexpr auto TASK_ID = legate::LocalTaskID{static_cast<std::int64_t>(NUMBER)};
};

/// The configuration of a task of that number.
[[nodiscard]] inline legate::TaskConfig numbered_config(TaskNumber number, const legate::TaskSignature& signature) {
  return legate::TaskConfig{legate::LocalTaskID{static_cast<std::int64_t>(number)}}.with_signature(signature);
}

/// The signature of a task that makes an array of `scalars`.
[[nodiscard]] inline legate::TaskSignature output_signature(std::uint32_t scalars) {
  return legate::TaskSignature{}.inputs(0).outputs(1).scalars(scalars);
}

/// The signature of a task that reduces an array, with `scalars` beside it. The result is a view of the same shape.
[[nodiscard]] inline legate::TaskSignature reduction_signature(std::uint32_t scalars) {
  return legate::TaskSignature{}.inputs(1).redops(1).scalars(scalars).constraints(
      {{legate::align(legate::proxy::inputs[0], legate::proxy::reductions[0])}});
}

/// Several small numbers in one scalar argument, 16 bits each, the first in the lowest: one argument costs less to pass
/// than several.
class PackedNumbers {
 public:
  explicit PackedNumbers(const legate::Scalar& scalar) : bits_{scalar.value<std::uint64_t>()} {}
  [[nodiscard]] int operator[](int index) const { return static_cast<int>(bits_ >> (16 * index) & 0xFFFFU); }

 private:
  std::uint64_t bits_;
};

#define LEGATUS_NUMPY_TASK(Name, NUMBER)                        \
  struct Name : public NumberedTask<Name, TaskNumber::NUMBER> { \
    static const legate::TaskConfig TASK_CONFIG;                \
    static void cpu_variant(legate::TaskContext context);       \
  }

LEGATUS_NUMPY_TASK(Elementwise, ELEMENTWISE);
LEGATUS_NUMPY_TASK(Convert, CONVERT);
LEGATUS_NUMPY_TASK(Reduce, REDUCE);
LEGATUS_NUMPY_TASK(ArgReduce, ARG_REDUCE);
LEGATUS_NUMPY_TASK(Contract, CONTRACT);
LEGATUS_NUMPY_TASK(ContractWhole, CONTRACT_WHOLE);
LEGATUS_NUMPY_TASK(Literal, LITERAL);
LEGATUS_NUMPY_TASK(Arange, ARANGE);
LEGATUS_NUMPY_TASK(Eye, EYE);
LEGATUS_NUMPY_TASK(Random, RANDOM);

#undef LEGATUS_NUMPY_TASK

}  // namespace legatus::numpy
