// SPDX-License-Identifier: Apache-2.0
// Every piece of a store adds 1 to itself and to two more elements on both sides, `--iterations` times. Every rank
// checks all elements. A program of tests/mpi/traffic and nothing to learn from.
#include <legate.h>

#include <legate/redop/redop.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr std::uint64_t REACH = 2;

struct AddOne : public legate::LegateTask<AddOne> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{0}};

  static void cpu_variant(legate::TaskContext context) {
    const legate::PhysicalStore store = context.reduction(0);
    const auto sums = store.reduce_accessor<legate::SumReduction<std::int64_t>, true, 1>();
    const auto rect = store.shape<1>();
    for (auto i = rect.lo[0]; i <= rect.hi[0]; ++i) sums.reduce(i, 1);
  }
};

std::int64_t number(int argc, char** argv, const char* name, std::int64_t standard) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::strcmp(argv[i], name) == 0) return std::strtoll(argv[i + 1], nullptr, 10);
  }
  return standard;
}

/// How many of as many equal pieces as there are processors reach element `i`.
std::int64_t pieces_that_reach(std::int64_t i, std::int64_t elements, std::int64_t pieces) {
  const auto piece = (elements + pieces - 1) / pieces;
  const auto reach = static_cast<std::int64_t>(REACH);
  std::int64_t count = 0;
  for (std::int64_t p = 0; p * piece < elements; ++p) {
    count += i >= p * piece - reach && i < std::min((p + 1) * piece, elements) + reach ? 1 : 0;
  }
  return count;
}

bool run(std::int64_t elements, std::int64_t iterations) {
  auto* runtime = legate::Runtime::get_runtime();
  auto library = runtime->create_library("overlapping_sums");
  AddOne::register_variants(library);
  const legate::Shape shape{static_cast<std::uint64_t>(elements)};
  auto pieces = runtime->create_store(shape, legate::int64());
  auto sums = runtime->create_store(shape, legate::int64());
  runtime->issue_fill(pieces, legate::Scalar{std::int64_t{0}});
  runtime->issue_fill(sums, legate::Scalar{std::int64_t{0}});
  for (std::int64_t i = 0; i < iterations; ++i) {
    auto task = runtime->create_task(library, AddOne::TASK_CONFIG.task_id());
    const auto piece = task.add_input(pieces);
    const auto around = task.add_reduction(sums, legate::ReductionOpKind::ADD);
    task.add_constraint(legate::bloat(piece, around, {REACH}, {REACH}));
    runtime->submit(std::move(task));
  }
  const auto processors = static_cast<std::int64_t>(runtime->get_machine().count());
  const auto mapped = sums.get_physical_store();
  const auto values = mapped.read_accessor<std::int64_t, 1>();
  for (std::int64_t i = 0; i < elements; ++i) {
    const auto expected = iterations * pieces_that_reach(i, elements, processors);
    if (values[i] != expected) {
      std::fprintf(stderr, "element %lld is %lld, not %lld\n", static_cast<long long>(i),
                   static_cast<long long>(values[i]), static_cast<long long>(expected));
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  legate::start();
  const bool right = run(number(argc, argv, "--size", 1000), number(argc, argv, "--iterations", 3));
  const int status = legate::finish();
  return right ? status : 1;
}
