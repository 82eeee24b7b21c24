// SPDX-License-Identifier: Apache-2.0
// One store of `--bytes`: filled, changed in place a few times and summed up. Every rank checks the sum and prints its
// peak of resident memory. A program of tests/mpi/memory and nothing to learn from.
#include <legate.h>

#include <legate/redop/redop.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

struct Increment : public legate::LegateTask<Increment> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{0}};

  static void cpu_variant(legate::TaskContext context) {
    const legate::PhysicalStore store = context.output(0);
    const auto values = store.read_write_accessor<std::int64_t, 1>();
    const auto rect = store.shape<1>();
    for (auto i = rect.lo[0]; i <= rect.hi[0]; ++i) values[i] += 1;
  }
};

struct Sum : public legate::LegateTask<Sum> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{1}};

  static void cpu_variant(legate::TaskContext context) {
    const legate::PhysicalStore store = context.input(0);
    const auto values = store.read_accessor<std::int64_t, 1>();
    const auto rect = store.shape<1>();
    std::int64_t sum = 0;
    for (auto i = rect.lo[0]; i <= rect.hi[0]; ++i) sum += values[i];
    context.reduction(0).reduce_accessor<legate::SumReduction<std::int64_t>, true, 1>().reduce(0, sum);
  }
};

/// The most memory that this process ever had, in KiB.
unsigned long peak_of_resident_memory() {
  unsigned long peak = 0;
  char line[256];
  if (std::FILE* file = std::fopen("/proc/self/status", "r"); file != nullptr) {
    while (std::fgets(line, sizeof line, file) != nullptr) {
      if (std::strncmp(line, "VmHWM:", 6) == 0) peak = std::strtoul(line + 6, nullptr, 10);
    }
    std::fclose(file);
  }
  return peak;
}

constexpr std::int64_t ROUNDS = 5;

bool run(std::uint64_t elements) {
  auto* runtime = legate::Runtime::get_runtime();
  auto library = runtime->create_library("large_store");
  Increment::register_variants(library);
  Sum::register_variants(library);

  auto store = runtime->create_store(legate::Shape{elements}, legate::int64());
  runtime->issue_fill(store, legate::Scalar{std::int64_t{1}});
  for (std::int64_t round = 0; round < ROUNDS; ++round) {
    auto task = runtime->create_task(library, Increment::TASK_CONFIG.task_id());
    task.add_input(store);
    task.add_output(store);
    runtime->submit(std::move(task));
  }
  auto sum = runtime->create_store(legate::Scalar{std::int64_t{0}});
  auto task = runtime->create_task(library, Sum::TASK_CONFIG.task_id());
  task.add_input(store);
  task.add_reduction(sum, legate::ReductionOpKind::ADD);
  runtime->submit(std::move(task));

  const auto expected = static_cast<std::int64_t>(elements) * (1 + ROUNDS);
  const auto found = sum.get_physical_store().read_accessor<std::int64_t, 1>()[0];
  std::printf("rank %u: %s, peak %lu KiB\n", runtime->node_id(), found == expected ? "correct" : "WRONG SUM",
              peak_of_resident_memory());
  return found == expected;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 || std::strcmp(argv[1], "--bytes") != 0) {
    std::fprintf(stderr, "usage: large_store --bytes NUMBER\n");
    return 2;
  }
  const auto elements = std::strtoull(argv[2], nullptr, 10) / sizeof(std::int64_t);
  legate::start();
  const bool correct = run(elements);
  const auto status = legate::finish();
  return correct ? status : 1;
}
