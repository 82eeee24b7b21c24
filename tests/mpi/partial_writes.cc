// SPDX-License-Identifier: Apache-2.0
// Tasks see an output whole and write only some of its elements: the others keep what they had, on every rank. A
// program of tests/mpi/several_ranks and nothing to learn from.
#include <legate.h>

#include <cstdint>
#include <cstdio>

namespace {

constexpr std::int64_t ELEMENTS = 23;
constexpr std::int64_t BEFORE = 7;
constexpr std::int64_t WRITTEN = 100;

/// Instance i writes WRITTEN + i to the element of that number, counted from the first one of the output.
struct Write : public legate::LegateTask<Write> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{0}};

  static void cpu_variant(legate::TaskContext context) {
    const legate::PhysicalStore output = context.output(0);
    const auto i = context.is_single_task() ? 0 : context.get_task_index()[0];
    output.write_accessor<std::int64_t, 1>()[output.shape<1>().lo[0] + i] = WRITTEN + i;
  }
};

/// A store whose elements were written by all ranks, each a part.
legate::LogicalStore filled() {
  auto* runtime = legate::Runtime::get_runtime();
  const auto store = runtime->create_store(legate::Shape{static_cast<std::uint64_t>(ELEMENTS)}, legate::int64());
  runtime->issue_fill(store, legate::Scalar{BEFORE});
  return store;
}

/// Whether elements from `begin` on, as many as there are `writers`, have what these wrote or, if there are several,
/// what they had before, and all others what they had.
bool holds(const char* what, const legate::LogicalStore& store, std::int64_t begin, std::int64_t writers) {
  const auto physical = store.get_physical_store();
  const auto values = physical.read_accessor<std::int64_t, 1>();
  bool right = true;
  for (std::int64_t i = 0; i < ELEMENTS; ++i) {
    const auto writer = i - begin;
    const bool written = writer >= 0 && writer < writers;
    if (!(written && values[i] == WRITTEN + writer) && !((!written || writers > 1) && values[i] == BEFORE)) {
      std::fprintf(stderr, "%s: element %lld is %lld\n", what, static_cast<long long>(i),
                   static_cast<long long>(values[i]));
      right = false;
    }
  }
  return right;
}

bool run() {
  auto* runtime = legate::Runtime::get_runtime();
  auto library = runtime->create_library("partial_writes");
  Write::register_variants(library);

  const auto one = filled();
  auto alone = runtime->create_task(library, legate::LocalTaskID{0});
  alone.add_constraint(legate::broadcast(alone.add_output(one)));
  runtime->submit(std::move(alone));

  const auto sliced = filled();
  auto slice = runtime->create_task(library, legate::LocalTaskID{0});
  slice.add_constraint(legate::broadcast(slice.add_output(sliced.slice(0, legate::Slice{5, ELEMENTS - 2}))));
  runtime->submit(std::move(slice));

  const auto several = filled();
  auto all = runtime->create_task(library, legate::LocalTaskID{0}, {4});
  all.add_output(several);
  runtime->submit(std::move(all));

  const bool right = holds("one instance", one, 0, 1) & holds("one instance, a slice", sliced, 5, 1) &
                     holds("several instances", several, 0, 4);
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
