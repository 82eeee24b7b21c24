// SPDX-License-Identifier: Apache-2.0

// What random programs found, each as the few statements that show it. The runtime starts once in a process, and these
// need different configurations: every one is a program of its own, in the form of a death test that ends well.

#include <legate.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

/// Writes, at every element that it sees, the value of its scalar argument.
struct Write : public legate::LegateTask<Write> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{0}};

  static void cpu_variant(legate::TaskContext context) {
    const auto output = context.output(0);
    const auto accessor = output.write_accessor<std::int64_t, 1>();
    const auto rect = output.shape<1>();
    for (auto i = rect.lo[0]; i <= rect.hi[0]; ++i) accessor[i] = context.scalar(0).value<std::int64_t>();
  }
};

/// Runs `body` with a runtime of this configuration; the process then ends with the number of wrong elements.
template <typename Body>
[[noreturn]] void in_runtime(const char* configuration, Body&& body) {
  setenv("LEGATE_CONFIG", configuration, 1);
  setenv("LEGATE_TEST", "1", 1);
  legate::start();
  auto library = legate::Runtime::get_runtime()->create_library("regressions");
  Write::register_variants(library);
  const int wrong = body(library);
  const int status = legate::finish();
  std::fflush(nullptr);
  std::_Exit(wrong + status);
}

int count_others(const legate::LogicalStore& store, std::int64_t expected) {
  const auto mapping = store.get_physical_store();
  const auto values = mapping.read_accessor<std::int64_t, 1>();
  int wrong = 0;
  for (legate::coord_t i = 0; i < static_cast<legate::coord_t>(store.volume()); ++i) wrong += values[i] != expected;
  return wrong;
}

class Regressions : public ::testing::Test {
 protected:
  Regressions() { ::testing::FLAGS_gtest_death_test_style = "threadsafe"; }
};

// An automatic launch took over the split of the launch before it, and ran the first of its instances only.
TEST_F(Regressions, InlineLaunchSeesAllOfAStoreThatWasSplitBefore) {
  EXPECT_EXIT(in_runtime("--cpus 1 --sysmem 100 --inline-task-launch",
                         [](const legate::Library& library) {
                           auto* runtime = legate::Runtime::get_runtime();
                           const auto store = runtime->create_store(legate::Shape{2}, legate::int64());
                           const std::vector<std::uint64_t> tile{1};
                           auto first = runtime->create_task(library, Write::TASK_CONFIG.task_id(), {1, 1});
                           first.add_output(store.partition_by_tiling(tile),
                                            legate::SymbolicPoint{legate::constant(1)});
                           first.add_scalar_arg(std::int64_t{1});
                           runtime->submit(std::move(first));
                           auto second = runtime->create_task(library, Write::TASK_CONFIG.task_id());
                           second.add_output(store);
                           second.add_scalar_arg(std::int64_t{2});
                           runtime->submit(std::move(second));
                           return count_others(store, 2);
                         }),
              ::testing::ExitedWithCode(0), "");
}

// The same, where the policy asks for several pieces for one processor.
TEST_F(Regressions, InlineLaunchIsOneInstanceWhateverThePolicy) {
  EXPECT_EXIT(in_runtime("--cpus 1 --sysmem 100 --inline-task-launch",
                         [](const legate::Library& library) {
                           auto* runtime = legate::Runtime::get_runtime();
                           const legate::Scope scope{legate::ParallelPolicy{}.with_overdecompose_factor(4)};
                           const auto store = runtime->create_store(legate::Shape{16}, legate::int64());
                           runtime->issue_fill(store, legate::Scalar{std::int64_t{1}});
                           auto task = runtime->create_task(library, Write::TASK_CONFIG.task_id());
                           task.add_output(store);
                           task.add_scalar_arg(std::int64_t{2});
                           runtime->submit(std::move(task));
                           return count_others(store, 2);
                         }),
              ::testing::ExitedWithCode(0), "");
}

}  // namespace
