// SPDX-License-Identifier: Apache-2.0
// Where the largest or smallest element is. Values of all types become ranks, unsigned numbers in the same order, so
// that one reduction operator serves them all.
#include "loop.h"
#include "reductions.h"
#include "tasks.h"

#include <cstring>
#include <type_traits>

namespace legatus::numpy {

namespace {

constexpr std::uint64_t SIGN_BIT = std::uint64_t{1} << 63U;

/// The rank of a value among those of its type. NaN is above everything.
template <typename T>
std::uint64_t rank_of(T value) {
  if constexpr (is_float_v<T>) {
    auto number = static_cast<double>(value);
    if (number != number) return ~std::uint64_t{0};
    number += 0.0;  // of -0, 0: they are equal
    std::uint64_t bits;
    std::memcpy(&bits, &number, sizeof(bits));
    return (bits & SIGN_BIT) != 0 ? ~bits : bits | SIGN_BIT;
  } else if constexpr (std::is_signed_v<T>) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value)) ^ SIGN_BIT;
  } else {
    return static_cast<std::uint64_t>(value);
  }
}

template <typename T>
bool is_nan(T value) {
  if constexpr (is_float_v<T>) return static_cast<double>(value) != static_cast<double>(value);
  return false;
}

struct FindBest {
  const Operand& input;
  const Operand& result;
  const Box& box;
  const std::int64_t* weights;  // what a step along each dimension adds to the index
  bool smallest;

  template <legate::Type::Code CODE>
  void operator()() const {
    using T = legate::type_of_t<CODE>;
    if constexpr (!legate::is_complex_type<T>::value) visit_<T>(0, input.data, result.data, 0);
  }

 private:
  template <typename T>
  void visit_(int d, const char* in, char* out, std::int64_t index) const {
    if (d == box.dim) return combine_<T>(in, out, index);
    const auto i = static_cast<std::size_t>(d);
    index += box.low[i] * weights[d];
    for (std::size_t n = 0; n < box.extent[i]; ++n) {
      if (d + 1 == box.dim) {
        combine_<T>(in, out, index);
      } else {
        visit_<T>(d + 1, in, out, index);
      }
      in += input.stride[i];
      out += result.stride[i];
      index += weights[d];
    }
  }
  template <typename T>
  void combine_(const char* in, char* out, std::int64_t index) const {
    const auto value = *reinterpret_cast<const T*>(in);
    const auto rank = rank_of(value);
    auto& best = *reinterpret_cast<Ranked*>(out);
    // NaN stays above everything also when the smallest is sought.
    best = BestRanked::combine(best, {smallest && !is_nan(value) ? ~rank : rank, index});
  }
};

}  // namespace

const legate::TaskConfig ArgReduce::TASK_CONFIG = numbered_config(TaskNumber::ARG_REDUCE, reduction_signature(2));

// reduction = best of it and the ranked elements of input. Scalars: 1 if the smallest is best; what a step along each
// dimension adds to the index.
void ArgReduce::cpu_variant(legate::TaskContext context) {
  const auto input = context.input(0);
  const auto reduction = context.reduction(0);
  const auto box = common_box({input, reduction});
  if (box.empty()) return;
  const auto from = operand_of(input, box);
  const auto to = operand_of(reduction, box);
  const auto weights = context.scalar(1);
  legate::type_dispatch(input.code(), FindBest{from, to, box, static_cast<const std::int64_t*>(weights.ptr()),
                                               PackedNumbers{context.scalar(0)}[0] != 0});
}

}  // namespace legatus::numpy
