// SPDX-License-Identifier: Apache-2.0
// Tasks read one large store through more slices than copies of what other ranks have are kept for; each is read twice,
// and the sums are checked on every rank. A program of tests/mpi/several_ranks and nothing to learn from.
#include <legate.h>

#include <legate/redop/redop.h>

#include <cstdint>
#include <cstdio>

namespace {

struct Number : public legate::LegateTask<Number> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{0}};

  static void cpu_variant(legate::TaskContext context) {
    const legate::PhysicalStore output = context.output(0);
    const auto numbers = output.write_accessor<std::int64_t, 1>();
    const auto rect = output.shape<1>();
    for (auto i = rect.lo[0]; i <= rect.hi[0]; ++i) numbers[i] = i;
  }
};

struct Sum : public legate::LegateTask<Sum> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{1}};

  static void cpu_variant(legate::TaskContext context) {
    const legate::PhysicalStore input = context.input(0);
    const auto numbers = input.read_accessor<std::int64_t, 1>();
    const auto rect = input.shape<1>();
    std::int64_t sum = 0;
    for (auto i = rect.lo[0]; i <= rect.hi[0]; ++i) sum += numbers[i];
    context.reduction(0).reduce_accessor<legate::SumReduction<std::int64_t>, true, 1>().reduce(0, sum);
  }
};

constexpr std::int64_t ELEMENTS = std::int64_t{3} << 20U;  // 24 MiB: large enough that memory is given back
constexpr std::int64_t SLICES = 70;

bool run() {
  auto* runtime = legate::Runtime::get_runtime();
  auto library = runtime->create_library("many_readers");
  Number::register_variants(library);
  Sum::register_variants(library);
  auto store = runtime->create_store(legate::Shape{static_cast<std::uint64_t>(ELEMENTS)}, legate::int64());
  auto number = runtime->create_task(library, legate::LocalTaskID{0});
  number.add_output(store);
  runtime->submit(std::move(number));
  bool right = true;
  for (std::int64_t i = 0; i < 2 * SLICES; ++i) {
    // Elements [begin, ELEMENTS - 1], which the ranks share out anew for every slice.
    const auto begin = (i % SLICES) * 40'000 + 1;
    auto sum = runtime->create_store(legate::Scalar{std::int64_t{0}});
    auto task = runtime->create_task(library, legate::LocalTaskID{1});
    task.add_input(store.slice(0, legate::Slice{begin, ELEMENTS}));
    task.add_reduction(sum, legate::ReductionOpKind::ADD);
    runtime->submit(std::move(task));
    const auto expected = (begin + ELEMENTS - 1) * (ELEMENTS - begin) / 2;
    const auto found = sum.get_physical_store().read_accessor<std::int64_t, 1>()[0];
    if (found != expected) {
      std::fprintf(stderr, "slice %lld: %lld, not %lld\n", static_cast<long long>(i), static_cast<long long>(found),
                   static_cast<long long>(expected));
      right = false;
    }
  }
  std::printf("rank %u: %s\n", runtime->node_id(), right ? "correct" : "WRONG");
  return right;
}

}  // namespace

int main() {
  legate::start();
  const bool right = run();
  const int status = legate::finish();
  return right ? status : 1;
}
