// SPDX-License-Identifier: Apache-2.0
// Products of arrays summed over some of their dimensions: dot products, matrix products, Einstein sums of two
// operands.
#include "kernels.h"
#include "matrix_product.h"
#include "numbers.h"
#include "tasks.h"

#include <algorithm>
#include <vector>

namespace legatus::numpy {

namespace {

/// How a dimension occurs in result, left and right operand: one bit each.
enum : unsigned { IN_RESULT = 1, IN_LEFT = 2, IN_RIGHT = 4 };

/// A dimension of the iteration space with the strides of all three arrays. Where an array does not have it, the
/// stride is 0.
struct Dimension {
  std::size_t extent{1};
  std::ptrdiff_t out{};
  std::ptrdiff_t left{};
  std::ptrdiff_t right{};
};
using Dimensions = std::vector<Dimension>;

struct Pointers {
  char* out;
  const char* left;
  const char* right;

  [[nodiscard]] Pointers moved(const Dimension& dimension, std::size_t steps) const {
    const auto n = static_cast<std::ptrdiff_t>(steps);
    return {out + n * dimension.out, left + n * dimension.left, right + n * dimension.right};
  }
};

/// Takes the last dimension off a list, or one of a single step if there is none.
Dimension take_last(Dimensions& dimensions) {
  if (dimensions.empty()) return {};
  const auto last = dimensions.back();
  dimensions.pop_back();
  return last;
}

/// Runs the outer dimensions as loops around matrix products of the innermost ones.
class Contraction {
 public:
  Contraction(const Box& box, const Operand& out, const Operand& left, const Operand& right, const unsigned char* roles)
      : start_{out.data, left.data, right.data} {
    Dimensions rows;
    Dimensions columns;
    Dimensions sums;
    for (int d = 0; d < box.dim; ++d) {
      const auto i = static_cast<std::size_t>(d);
      if (box.extent[i] == 1) continue;
      const Dimension dimension{box.extent[i], out.stride[i], left.stride[i], right.stride[i]};
      switch (roles[d]) {
        case IN_RESULT | IN_LEFT:
          rows.push_back(dimension);
          break;
        case IN_RESULT | IN_RIGHT:
          columns.push_back(dimension);
          break;
        case IN_LEFT | IN_RIGHT:
          sums.push_back(dimension);
          break;
        default:
          outer_.push_back(dimension);
      }
    }
    row_ = take_last(rows);
    column_ = take_last(columns);
    sum_ = take_last(sums);
    for (const auto* list : {&rows, &columns, &sums}) outer_.insert(outer_.end(), list->begin(), list->end());
  }

  template <typename T>
  void run() const {
    visit_<T>(0, start_);
  }

 private:
  template <typename T>
  void visit_(std::size_t d, Pointers at) const {
    if (d < outer_.size()) {
      for (std::size_t i = 0; i < outer_[d].extent; ++i) visit_<T>(d + 1, at.moved(outer_[d], i));
      return;
    }
    MatrixProduct<T>{{at.left, row_.extent, sum_.extent, row_.left, sum_.left},
                     {at.right, sum_.extent, column_.extent, sum_.right, column_.right},
                     {at.out, row_.extent, column_.extent, row_.out, column_.out}}
        .run();
  }

  Pointers start_;
  Dimensions outer_{};
  Dimension row_{};
  Dimension column_{};
  Dimension sum_{};
};

struct RunContraction {
  const Contraction& contraction;

  template <legate::Type::Code CODE>
  void operator()() const {
    if constexpr (CODE == legate::Type::Code::COMPLEX64) {
      contraction.run<Complex64>();
    } else if constexpr (CODE == legate::Type::Code::COMPLEX128) {
      contraction.run<Complex128>();
    } else {
      contraction.run<legate::type_of_t<CODE>>();
    }
  }
};

legate::TaskSignature contract_signature() { return legate::TaskSignature{}.inputs(2).redops(1).scalars(1); }

}  // namespace

const legate::TaskConfig Contract::TASK_CONFIG = numbered_config(
    TaskNumber::CONTRACT,
    contract_signature().constraints({{legate::align(legate::proxy::inputs[0], legate::proxy::inputs[1]),
                                       legate::align(legate::proxy::inputs[0], legate::proxy::reductions[0])}}));
const legate::TaskConfig ContractWhole::TASK_CONFIG = numbered_config(TaskNumber::CONTRACT_WHOLE, contract_signature());

// reduction += sum of input 0 times input 1. All are views of the whole iteration space, which repeat along the
// dimensions that they do not have. Scalars: for each dimension, one byte that says which of them have it.
void Contract::cpu_variant(legate::TaskContext context) {
  const auto left = context.input(0);
  const auto right = context.input(1);
  const auto out = context.reduction(0);
  const auto box = common_box({left, right, out});
  if (box.empty()) return;
  const auto roles = context.scalar(0);
  const Contraction contraction{box, operand_of(out, box), operand_of(left, box), operand_of(right, box),
                                static_cast<const unsigned char*>(roles.ptr())};
  legate::type_dispatch(out.code(), RunContraction{contraction});
}

// The same, where the launch says along which dimensions the operands are not split.
void ContractWhole::cpu_variant(legate::TaskContext context) { Contract::cpu_variant(context); }

}  // namespace legatus::numpy
