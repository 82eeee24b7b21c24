// SPDX-License-Identifier: Apache-2.0
// Operations element by element.
#include "kernels.h"
#include "tasks.h"

namespace legatus::numpy {

namespace {

KernelTable make_kernel_table() {
  KernelTable table;
  add_arithmetic(table);
  add_division(table);
  add_comparisons(table);
  add_unary(table);
  add_mathematics(table);
  return table;
}

legate::TaskSignature aligned_signature() {
  return legate::TaskSignature{}.outputs(1).constraints(
      {{legate::align(legate::proxy::outputs[0], legate::proxy::inputs)}});
}

}  // namespace

const KernelTable& kernel_table() {
  static const KernelTable TABLE = make_kernel_table();
  return TABLE;
}

const legate::TaskConfig Elementwise::TASK_CONFIG = numbered_config(TaskNumber::ELEMENTWISE, aligned_signature());
const legate::TaskConfig Convert::TASK_CONFIG = numbered_config(TaskNumber::CONVERT, aligned_signature());

// output = operation(operands)
// Scalars: the operation, the type's code and a mask, in which bit i says that operand i is not the next input but the
// next scalar.
void Elementwise::cpu_variant(legate::TaskContext context) {
  const auto scalars = context.scalars();
  const PackedNumbers call{scalars[0]};
  const auto mask = static_cast<unsigned>(call[2]);
  auto stores = context.inputs();
  const auto operands = stores.size() + scalars.size() - 1;
  stores.push_back(context.output(0));
  const auto box = common_box(stores);
  if (box.empty()) return;

  Loop loop{box};
  loop.add(operand_of(stores.back(), box));
  std::size_t next_input = 0;
  std::size_t next_scalar = 1;
  for (std::size_t i = 0; i < operands; ++i) {
    if ((mask >> i & 1U) != 0) {
      loop.add({const_cast<char*>(static_cast<const char*>(scalars[next_scalar++].ptr())), {}});
    } else {
      loop.add(operand_of(stores[next_input++], box));
    }
  }
  loop.run(kernel_table().find(static_cast<Operation>(call[0]), call[1]));
}

// output = input, in another type. Scalars: the codes of both types.
void Convert::cpu_variant(legate::TaskContext context) {
  const PackedNumbers codes{context.scalar(0)};
  const auto input = context.input(0);
  const auto output = context.output(0);
  const auto box = common_box({input, output});
  if (box.empty()) return;
  Loop loop{box};
  loop.add(operand_of(output, box));
  loop.add(operand_of(input, box));
  loop.run(conversion(codes[0], codes[1]));
}

}  // namespace legatus::numpy
