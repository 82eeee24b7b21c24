// SPDX-License-Identifier: Apache-2.0
// Every scheduler runs tasks where they are meant to run. One program for each: the runtime is configured once.
#include "../unit/child_program.h"
#include "runtime_test.h"

#include <legate_defines.h>

#include <atomic>
#include <condition_variable>
#include <iostream>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace legate::test {
namespace {

using mapping::TaskTarget;

constexpr auto KINDS =
    "--cpus 2 --sysmem 256"
#if LEGATE_DEFINED(LEGATE_USE_OPENMP)
    " --omps 1 --ompthreads 1"
#endif
#if LEGATE_DEFINED(LEGATE_USE_OPENCL)
    " --opencl 1"
#endif
    " --scheduler ";

/// Ends the child program, which the test then sees.
void require(bool condition, const std::string& what) {
  if (!condition) {
    std::cerr << what << '\n';
    std::_Exit(1);
  }
}

/// Which threads ran leaves.
class Threads {
 public:
  void add_this() {
    const std::lock_guard<std::mutex> guard{mutex_};
    threads_.insert(std::this_thread::get_id());
    ++leaves_;
  }
  [[nodiscard]] std::pair<std::set<std::thread::id>, int> take() {
    const std::lock_guard<std::mutex> guard{mutex_};
    return {std::exchange(threads_, {}), std::exchange(leaves_, 0)};
  }

 private:
  std::mutex mutex_{};
  std::set<std::thread::id> threads_{};
  int leaves_{0};
};

Threads& threads() {
  static Threads instance;
  return instance;
}

std::atomic<int> misled{0};

/// One variant for every kind of processor, and each knows which it is.
struct Anywhere : public LegateTask<Anywhere> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{0}};
  static void cpu_variant(TaskContext context) { note(context, TaskTarget::CPU); }
  static void omp_variant(TaskContext context) { note(context, TaskTarget::OMP); }
  static void opencl_variant(TaskContext context) { note(context, TaskTarget::OPENCL); }
  static void note(const TaskContext& context, TaskTarget target) {
    threads().add_this();
    misled += context.target() == target ? 0 : 1;
  }
};

/// Adds 1 to its part of a store.
struct Increment : public LegateTask<Increment> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{1}};
  static void cpu_variant(TaskContext context) {
    const auto output = context.output(0);
    const auto access = output.read_write_accessor<std::int64_t, 1>();
    for (PointInRectIterator<1> it{output.shape<1>()}; it.valid(); ++it) ++access[*it];
  }
};

struct Named : public LegateTask<Named> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{2}};
  static void cpu_variant(TaskContext context) { body(context); }
};

Library make_library() {
  auto library = Runtime::get_runtime()->create_library("legatus.test.scheduler");
  Anywhere::register_variants(library);
  Increment::register_variants(library);
  Named::register_variants(library);
  return library;
}

/// Launches on each kind alone, mixed with launches that any CPU may run. Kinds that get one point at a time find
/// workers asleep, others find them busy.
void run_on_every_kind(const Library& library) {
  auto* runtime = Runtime::get_runtime();
  const auto machine = runtime->get_machine();
  auto counter = runtime->create_store(Shape{64}, int64());
  runtime->issue_fill(counter, Scalar{std::int64_t{0}});
  std::map<TaskTarget, std::set<std::thread::id>> seen;
  for (int round = 0; round < 6; ++round) {
    for (const auto target : machine.valid_targets()) {
      const std::uint64_t points = round % 2 == 0 ? 12 : 1;
      for (std::uint64_t launch = 0; launch < 12 / points; ++launch) {
        {
          const Scope scope{machine.only(target)};
          runtime->submit(runtime->create_task(library, Anywhere::TASK_CONFIG.task_id(), {points}));
        }
        auto increment = runtime->create_task(library, Increment::TASK_CONFIG.task_id(), {4});
        increment.add_input(counter.partition_by_tiling({16}));
        increment.add_output(counter.partition_by_tiling({16}));
        runtime->submit(std::move(increment));
      }
      runtime->issue_execution_fence(true);
      const auto [workers, leaves] = threads().take();
      require(leaves == 12, "12 leaves were launched, " + std::to_string(leaves) + " ran");
      seen[target].insert(workers.begin(), workers.end());
    }
  }
  require(misled == 0, "leaves that were told another kind of processor: " + std::to_string(misled));
  std::set<std::thread::id> all;
  std::size_t count = 0;
  for (const auto& [target, workers] : seen) {
    require(workers.size() <= machine.count(target), "more threads than there are processors of a kind");
    all.insert(workers.begin(), workers.end());
    count += workers.size();
  }
  require(all.size() == count, "launches on different kinds of processor ran in the same thread");
  const auto launches = static_cast<std::int64_t>(3 * 13 * machine.valid_targets().size());
  require(values_of(counter) == std::vector<std::int64_t>(64, launches), "the counter is wrong");
}

int restrictions() {
  legate::start();
  { run_on_every_kind(make_library()); }
  return legate::finish();
}

/// Keeps the only processor busy until several tasks wait, then tells in which order they ran.
int priorities() {
  legate::start();
  {
    const auto library = make_library();
    auto* runtime = Runtime::get_runtime();
    std::mutex mutex;
    std::condition_variable changed;
    bool busy = false;
    bool open = false;
    std::vector<std::int64_t> order;
    body = [&](const TaskContext& context) {
      const auto name = context.scalar(0).value<std::int64_t>();
      std::unique_lock<std::mutex> lock{mutex};
      if (name < 0) {
        busy = true;
        changed.notify_all();
        changed.wait(lock, [&] { return open; });
      } else {
        order.push_back(name);
      }
    };
    const auto submit = [&](std::int64_t name, std::int32_t priority) {
      const Scope scope{priority};
      auto task = runtime->create_task(library, Named::TASK_CONFIG.task_id());
      task.add_scalar_arg(Scalar{name});
      runtime->submit(std::move(task));
    };
    submit(-1, 0);
    {
      std::unique_lock<std::mutex> lock{mutex};
      changed.wait(lock, [&] { return busy; });
    }
    for (const std::int64_t name : {2, 0, 3, 1, 2, 0, 3, 1}) submit(name, static_cast<std::int32_t>(10 * (name - 1)));
    {
      const std::lock_guard<std::mutex> guard{mutex};
      open = true;
    }
    changed.notify_all();
    runtime->issue_execution_fence(true);
    require(order == std::vector<std::int64_t>{3, 3, 2, 2, 1, 1, 0, 0}, "priorities were ignored");
  }
  return legate::finish();
}

class EveryScheduler : public ::testing::TestWithParam<const char*> {};

TEST_P(EveryScheduler, KeepsToTheKindOfProcessorOfTheScope) {
  run_child("restrictions", std::string{KINDS} + GetParam());
}

INSTANTIATE_TEST_SUITE_P(, EveryScheduler, ::testing::Values("eager", "prio", "lws", "dmda", "dmdar", "dmdas"),
                         [](const auto& test) { return std::string{test.param}; });

class SchedulerWithPriorities : public ::testing::TestWithParam<const char*> {};

TEST_P(SchedulerWithPriorities, RunsTheMostUrgentTaskFirst) {
  run_child("priorities", std::string{"--cpus 1 --sysmem 64 --bundling never --scheduler "} + GetParam());
}

INSTANTIATE_TEST_SUITE_P(, SchedulerWithPriorities, ::testing::Values("prio", "lws", "dmdas"),
                         [](const auto& test) { return std::string{test.param}; });

}  // namespace
}  // namespace legate::test

int main(int argc, char** argv) {
  return legate::test::run_tests_or_child(
      argc, argv, {{"restrictions", legate::test::restrictions}, {"priorities", legate::test::priorities}});
}
