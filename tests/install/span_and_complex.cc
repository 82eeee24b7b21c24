// SPDX-License-Identifier: Apache-2.0
// Everything that mdspan and complex have to do with, built against the installed tree by `make installcheck`: once
// with our own types and once with CCCL's, because one library has to serve both.
#include <legate.h>
#include <legate/redop/redop.h>

#include <cstdint>
#include <cstdio>
#include <utility>

namespace {

using Number = legate::Complex<double>;

// Adds up (i + 1) + i * i over its part, written through a span and read again.
class SumTask : public legate::LegateTask<SumTask> {
 public:
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{0}};

  static void cpu_variant(legate::TaskContext context) {
    auto values = context.output(0).data();
    const auto span = values.span_write_accessor<Number, 1>();
    const auto first = values.shape<1>().lo[0];
    for (legate::coord_t i = 0; i < span.extent(0); ++i) {
      span(i) = Number(static_cast<double>(first + i + 1), 1.0);
    }
    const auto sum = context.reduction(0).data().reduce_accessor<legate::SumReduction<Number>, true, 1>();
    for (const Number& value : legate::flatten(span)) {
      sum[0].reduce(value);
    }
  }
};

}  // namespace

int main() {
  legate::start();
  auto* runtime = legate::Runtime::get_runtime();
  auto library = runtime->create_library("span_and_complex");
  SumTask::register_variants(library);

  const auto values = runtime->create_store(legate::Shape{100}, legate::complex128());
  const auto sum = runtime->create_store(legate::Shape{1}, legate::complex128());
  runtime->issue_fill(sum, legate::Scalar{Number(0.0, 0.0)});
  auto task = runtime->create_task(library, legate::LocalTaskID{0});
  task.add_output(values);
  const auto target = task.add_reduction(sum, legate::ReductionOpKind::ADD);
  task.add_constraint(legate::broadcast(target));
  runtime->submit(std::move(task));

  const Number result = sum.get_physical_store().read_accessor<Number, 1>()[0];
  std::printf("sum %g%+gi, by %s types\n", result.real(), result.imag(),
              LEGATE_DEFINED(LEGATE_USE_CCCL) ? "CCCL's" : "our own");
  const auto status = legate::finish();
  return (result.real() == 5050.0 && result.imag() == 100.0 && status == 0) ? 0 : 1;
}
