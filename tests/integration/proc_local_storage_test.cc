// SPDX-License-Identifier: Apache-2.0
// Values per processor: which leaf finds which one, whatever worker runs it, and that no two leaves use one at a time.
// Runs on any number of processors and ranks; the machines that it starts itself are listed at the end.
#include "../unit/child_program.h"
#include "../unit/runtime_environment.h"
#include "runtime_test.h"

#include <legate/utilities/proc_local_storage.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <type_traits>

namespace legate::test {
namespace {

[[maybe_unused]] const int configured = ::setenv("LEGATE_CONFIG", "--cpus 4 --sysmem 256", 0);

std::function<void(const TaskContext&)> inner_body;

/// Calls `body`, on CPUs or on groups of cores.
struct Leaf : public LegateTask<Leaf> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{0}};
  static void cpu_variant(TaskContext context) { body(context); }
  static void omp_variant(TaskContext context) { body(context); }
};

/// The same, allowed to throw a TaskException; nothing else runs meanwhile.
struct ThrowingLeaf : public LegateTask<ThrowingLeaf> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{3}};
  static constexpr auto CPU_VARIANT_OPTIONS = VariantOptions{}.with_may_throw_exception(true);
  static constexpr auto OMP_VARIANT_OPTIONS = VariantOptions{}.with_may_throw_exception(true);
  static void cpu_variant(TaskContext context) { body(context); }
  static void omp_variant(TaskContext context) { body(context); }
};

/// Calls `inner_body` inside of a Leaf.
struct Inner : public LegateTask<Inner> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{1}};
  static void cpu_variant(TaskContext context) { inner_body(context); }
  static void omp_variant(TaskContext context) { inner_body(context); }
};

/// Keeps a worker for scalar 0 microseconds, so that the next leaves go to others.
struct Delay : public LegateTask<Delay> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{2}};
  static void cpu_variant(TaskContext context) { wait(context); }
  static void omp_variant(TaskContext context) { wait(context); }
  static void wait(const TaskContext& context) {
    std::this_thread::sleep_for(std::chrono::microseconds{context.scalar(0).value<std::int64_t>()});
  }
};

/// Neither copied nor made without an argument; counts how many there are.
class Handle {
 public:
  explicit Handle(std::int64_t owner) : owner_{owner} { ++alive; }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { --alive; }

  [[nodiscard]] std::int64_t owner() const { return owner_; }

  static inline std::atomic<std::int64_t> alive{0};

 private:
  std::int64_t owner_;
};
static_assert(!std::is_default_constructible_v<Handle>);

/// A counter that is wrong afterwards if two leaves count at a time.
void count_alone(std::int64_t& counter) {
  const auto before = counter;
  if (before % 4 == 0) std::this_thread::sleep_for(std::chrono::microseconds{50});  // invites others
  counter = before + 1;
}

class ProcessorStorage : public RuntimeTest {
 protected:
  ProcessorStorage() {
    bool created = false;
    mine = runtime->find_or_create_library("legatus.test.processors", ResourceConfig{}, nullptr, {}, &created);
    if (created) {
      Leaf::register_variants(mine);
      Inner::register_variants(mine);
      Delay::register_variants(mine);
      ThrowingLeaf::register_variants(mine);
    }
  }
  ~ProcessorStorage() override {
    runtime->issue_execution_fence(true);
    inner_body = nullptr;
  }

  void submit_leaves(std::uint64_t points) {
    auto task = runtime->create_task(mine, LocalTaskID{0}, {points});
    task.add_input(seen_by_all_);
    runtime->submit(std::move(task));
  }
  /// Runs `leaf` at every point of a launch, among other tasks.
  void run_leaves(std::uint64_t points, std::function<void(const TaskContext&)> leaf) {
    body = std::move(leaf);
    scramble();
    submit_leaves(points);
    runtime->issue_execution_fence(true);
  }
  void run_single(std::function<void(const TaskContext&)> leaf) {
    body = std::move(leaf);
    scramble();
    run(runtime->create_task(mine, LocalTaskID{0}));
  }
  void run_inner() { runtime->submit(runtime->create_task(mine, LocalTaskID{1})); }
  /// Some workers are busy for a while.
  void scramble() {
    for (std::uint64_t i = random_() % (processors + 1); i > 0; --i) {
      auto task = runtime->create_task(mine, LocalTaskID{2}, {1 + random_() % processors});
      task.add_scalar_arg(Scalar{static_cast<std::int64_t>(random_() % 500)});
      runtime->submit(std::move(task));
    }
  }
  /// Those of this rank.
  [[nodiscard]] std::uint64_t own_processors() const { return processors / runtime->node_count(); }

  [[nodiscard]] static std::int64_t index_of(const TaskContext& context) { return context.get_task_index()[0]; }
  /// The processor that point `index` of `points` is dealt to.
  [[nodiscard]] std::int64_t dealt(std::int64_t index, std::int64_t points) const {
    return index * static_cast<std::int64_t>(processors) / points;
  }

  Library mine{runtime->find_library("legate.core")};
  std::uint64_t processors{runtime->get_machine().count()};

 private:
  LogicalStore seen_by_all_{filled(Shape{2}, 1)};  // without stores, a single point would run on every rank
  std::minstd_rand random_{7};                     // the same on all ranks
};

TEST_F(ProcessorStorage, LeafFindsWhatTheSameLeafOfTheLaunchBeforeHasLeft) {
  ProcLocalStorage<std::int64_t> storage;
  std::atomic<int> wrong{0};
  run_leaves(processors, [&](const TaskContext& context) {
    if (storage.has_value()) ++wrong;
    storage.emplace(100 * index_of(context));
  });
  for (std::int64_t round = 0; round < 60; ++round) {
    run_leaves(processors, [&](const TaskContext& context) {
      if (!storage.has_value() || storage.get() != 100 * index_of(context) + round) ++wrong;
      storage.emplace(100 * index_of(context) + round + 1);
    });
  }
  EXPECT_EQ(wrong, 0);
}

TEST_F(ProcessorStorage, PointsOfOneProcessorShareAValue) {
  const auto points = static_cast<std::int64_t>(3 * processors + 1);
  ProcLocalStorage<std::vector<std::int64_t>> storage;
  run_leaves(static_cast<std::uint64_t>(points), [&](const TaskContext& context) {
    if (!storage.has_value()) storage.emplace();
    storage.get().push_back(index_of(context));
  });
  std::atomic<int> wrong{0};
  for (int round = 0; round < 10; ++round) {
    run_leaves(static_cast<std::uint64_t>(points), [&](const TaskContext& context) {
      std::vector<std::int64_t> expected;
      for (std::int64_t i = 0; i < points; ++i) {
        if (dealt(i, points) == dealt(index_of(context), points)) expected.push_back(i);
      }
      auto found = storage.get();
      std::sort(found.begin(), found.end());
      if (found != expected) ++wrong;
    });
  }
  EXPECT_EQ(wrong, 0);
}

TEST_F(ProcessorStorage, FewerPointsThanProcessorsLeaveTheOthersEmpty) {
  const auto points = static_cast<std::int64_t>((processors + 1) / 2);
  ProcLocalStorage<std::int64_t> storage;
  run_leaves(static_cast<std::uint64_t>(points),
             [&](const TaskContext& context) { storage.emplace(index_of(context)); });
  std::atomic<int> wrong{0};
  for (int round = 0; round < 10; ++round) {
    run_leaves(processors, [&](const TaskContext& context) {
      std::int64_t owner = -1;
      for (std::int64_t i = 0; i < points; ++i) owner = dealt(i, points) == index_of(context) ? i : owner;
      if (storage.has_value() != (owner >= 0) || (owner >= 0 && storage.get() != owner)) ++wrong;
    });
  }
  EXPECT_EQ(wrong, 0);
}

TEST_F(ProcessorStorage, PointsAreDealtInRowMajorOrderWhateverTheirCoordinates) {
  ProcLocalStorage<std::int64_t> storage;
  run_leaves(processors, [&](const TaskContext& context) { storage.emplace(index_of(context)); });
  std::atomic<int> wrong{0};
  body = [&](const TaskContext& context) {
    const auto index = context.get_task_index();
    if (storage.get() != (index[0] + 2) + (index[1] - 5)) ++wrong;
  };
  const auto last = static_cast<coord_t>(processors) - 1;
  run(runtime->create_task(mine, LocalTaskID{0}, Domain{Point<2>{-2, 5}, Point<2>{-2, 5 + last}}));
  run(runtime->create_task(mine, LocalTaskID{0}, Domain{Point<2>{-2, 5}, Point<2>{-2 + last, 5}}));
  EXPECT_EQ(wrong, 0);
}

TEST_F(ProcessorStorage, SingleTasksRunOnTheFirstProcessorOfTheirMachine) {
  ProcLocalStorage<std::int64_t> storage;
  std::atomic<int> wrong{0};
  run_leaves(processors, [&](const TaskContext& context) { storage.emplace(index_of(context)); });
  // Without stores, a single task runs on every rank.
  const auto first_here = static_cast<std::int64_t>(runtime->node_id() * own_processors());
  for (int round = 0; round < 10; ++round) {
    run_single([&](const TaskContext& context) {
      if (!context.is_single_task() || storage.get() != first_here) ++wrong;
    });
  }
  std::atomic<std::int64_t> ran{0};
  for (std::uint64_t first = 0; first < processors; ++first) {
    const Scope scope{
        runtime->get_machine().slice(static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(processors))};
    run_leaves(1, [&](const TaskContext&) {
      ++ran;
      if (storage.get() != static_cast<std::int64_t>(first)) ++wrong;
    });
  }
  EXPECT_EQ(ran, static_cast<std::int64_t>(own_processors()));
  EXPECT_EQ(wrong, 0);
}

TEST_F(ProcessorStorage, OneLeafAtATimeUsesAProcessor) {
  constexpr std::int64_t LAUNCHES = 700;
  ProcLocalStorage<std::int64_t> storage;
  std::atomic<std::int64_t> ran{0};
  run_leaves(processors, [&](const TaskContext&) { storage.emplace(0); });
  body = [&](const TaskContext&) {
    ++ran;
    count_alone(storage.get());
  };
  for (std::int64_t i = 0; i < LAUNCHES; ++i) submit_leaves(1 + static_cast<std::uint64_t>(i) % (2 * processors));
  runtime->issue_execution_fence(true);
  std::atomic<std::int64_t> counted{0};
  run_leaves(processors, [&](const TaskContext&) { counted += storage.get(); });
  EXPECT_GE(ran, LAUNCHES / static_cast<std::int64_t>(runtime->node_count()) / 2);
  EXPECT_EQ(counted, ran);
}

TEST_F(ProcessorStorage, HasValueAndTheProcessorItselfTakeItToo) {
  ProcLocalStorage<int> storage;
  std::atomic<std::int64_t> ran{0};
  std::int64_t counted = 0;  // by tasks of one processor only
  const auto count = [&] {
    ++ran;
    count_alone(counted);
  };
  body = [&](const TaskContext&) {
    if (!storage.has_value()) count();
  };
  for (int i = 0; i < 200; ++i) runtime->submit(runtime->create_task(mine, LocalTaskID{0}));
  runtime->issue_execution_fence(true);
  body = [&](const TaskContext&) {
    if (Processor::get_executing_processor().exists()) count();
  };
  for (int i = 0; i < 200; ++i) runtime->submit(runtime->create_task(mine, LocalTaskID{0}));
  runtime->issue_execution_fence(true);
  EXPECT_EQ(ran, 400);
  EXPECT_EQ(counted, 400);
}

TEST_F(ProcessorStorage, ProcessorsAreTheSameInEveryRound) {
  std::map<std::int64_t, Processor> first;
  std::mutex guard;
  std::atomic<int> wrong{0};
  for (int round = 0; round < 20; ++round) {
    run_leaves(processors, [&](const TaskContext& context) {
      const auto processor = Processor::get_executing_processor();
      if (processor != runtime->get_executing_processor()) ++wrong;
      const auto kind =
          context.target() == mapping::TaskTarget::OMP ? Processor::Kind::OMP_PROC : Processor::Kind::LOC_PROC;
      if (processor.kind() != kind) ++wrong;
      const std::lock_guard<std::mutex> lock{guard};
      if (first.emplace(index_of(context), processor).first->second != processor) ++wrong;
    });
  }
  EXPECT_EQ(wrong, 0);
  std::map<Processor, int> used;
  for (const auto& entry : first) ++used[entry.second];
  EXPECT_EQ(used.size(), own_processors()) << "points shared a processor";
}

TEST_F(ProcessorStorage, ALeafUsesSeveralStorages) {
  ProcLocalStorage<Handle> handles;
  ProcLocalStorage<std::string> names;
  std::atomic<int> wrong{0};
  run_leaves(processors, [&](const TaskContext& context) {
    const auto& handle = handles.emplace(index_of(context));
    if (names.has_value()) ++wrong;
    names.emplace("leaf ").append(std::to_string(handle.owner()));
  });
  run_leaves(processors, [&](const TaskContext& context) {
    const auto& unchanged = handles;
    if (unchanged.get().owner() != index_of(context)) ++wrong;
    if (names.get() != "leaf " + std::to_string(index_of(context))) ++wrong;
  });
  EXPECT_EQ(wrong, 0);
}

TEST_F(ProcessorStorage, ValuesDieWithTheStorageOrWhenReplaced) {
  {
    ProcLocalStorage<Handle> handles;
    for (int round = 0; round < 3; ++round) {
      run_leaves(processors, [&](const TaskContext& context) { handles.emplace(index_of(context)); });
      EXPECT_EQ(Handle::alive, static_cast<std::int64_t>(own_processors()));
    }
  }
  EXPECT_EQ(Handle::alive, 0);
}

TEST_F(ProcessorStorage, TasksInsideATaskShareItsProcessor) {
  ProcLocalStorage<std::int64_t> storage;
  std::atomic<int> wrong{0};
  run_leaves(processors, [&](const TaskContext& context) { storage.emplace(index_of(context)); });
  std::atomic<std::int64_t> ran{0};
  inner_body = [&](const TaskContext&) { ++storage.get(); };
  body = [&](const TaskContext& context) {
    run_inner();
    // It is still taken, though the task that has taken it is over.
    count_alone(storage.get());
    run_inner();
    if (storage.get() % 3 != index_of(context) % 3) ++wrong;
    ++ran;
  };
  // Multiples of three do not change the remainder, by which leaves tell whose value they have.
  for (int i = 0; i < 200; ++i) submit_leaves(processors);
  runtime->issue_execution_fence(true);
  EXPECT_EQ(ran, static_cast<std::int64_t>(200 * own_processors()));
  run_leaves(processors, [&](const TaskContext& context) {
    if (storage.get() != index_of(context) + 3 * 200) ++wrong;
  });
  EXPECT_EQ(wrong, 0);
}

// Others wait on their workers for processors of such a launch, which must not want these workers any more.
TEST_F(ProcessorStorage, ConcurrentLeavesKeepTheirProcessorsWhileTheyWaitForEachOther) {
  constexpr std::uint64_t LAUNCHES = 100;
  ProcLocalStorage<std::int64_t> storage;
  std::atomic<std::int64_t> ran{0};
  std::atomic<int> wrong{0};
  run_leaves(processors, [&](const TaskContext&) { storage.emplace(0); });
  body = [&](TaskContext context) {
    ++ran;
    count_alone(storage.get());
    if (context.num_scalars() == 0) return;
    const auto before = storage.get();
    context.concurrent_task_barrier();
    if (storage.get() != before) ++wrong;
  };
  for (std::uint64_t i = 0; i < LAUNCHES; ++i) {
    submit_leaves(1 + i % (3 * processors));
    auto task = runtime->create_task(mine, LocalTaskID{0}, {1 + i % processors});
    task.set_concurrent(true);
    task.add_scalar_arg(Scalar{std::int32_t{0}});
    runtime->submit(std::move(task));
  }
  runtime->issue_execution_fence(true);
  std::atomic<std::int64_t> counted{0};
  run_leaves(processors, [&](const TaskContext&) { counted += storage.get(); });
  EXPECT_EQ(counted, ran);
  EXPECT_EQ(wrong, 0);
}

TEST_F(ProcessorStorage, LeafThatThrowsGivesItsProcessorUp) {
  ProcLocalStorage<int> storage;
  body = [&](const TaskContext&) {
    storage.emplace(4);
    throw TaskException{"not this time"};
  };
  EXPECT_THROW(runtime->submit(runtime->create_task(mine, LocalTaskID{3})), TaskException);
  std::atomic<int> found{0};
  run_single([&](const TaskContext&) { found = storage.get(); });
  run_leaves(processors, [](const TaskContext&) { static_cast<void>(Processor::get_executing_processor()); });
  EXPECT_EQ(found, 4);
}

TEST_F(ProcessorStorage, NothingButATaskHasAProcessor) {
  ProcLocalStorage<int> storage;
  std::atomic<int> wrong{0};
  const auto try_all = [&] {
    if (storage.has_value() || Processor::get_executing_processor().exists()) ++wrong;
    const auto refuses_it = [&](auto&& call) {
      try {
        call();
        ++wrong;
      } catch (const std::logic_error& error) {
        if (std::string{error.what()}.find("runs no task") == std::string::npos) ++wrong;
      }
    };
    refuses_it([&] { storage.emplace(1); });
    refuses_it([&] { static_cast<void>(storage.get()); });
  };
  try_all();
  run_leaves(processors, [&](const TaskContext&) {
    storage.emplace(2);
    std::thread{try_all}.join();
    if (storage.get() != 2) ++wrong;
  });
  try_all();
  EXPECT_EQ(wrong, 0);
}

/// All tests above in a process with a machine of its own.
int other_machine() {
  ::testing::GTEST_FLAG(filter) = "ProcessorStorage.*";
  return RUN_ALL_TESTS();
}

class Machines : public ::testing::TestWithParam<const char*> {};

TEST_P(Machines, HoldTheSame) {
  if (Runtime::get_runtime()->node_count() > 1) GTEST_SKIP() << "a child program would be a rank as well";
  run_child("other_machine", std::string{GetParam()} + " --sysmem 256");
}

INSTANTIATE_TEST_SUITE_P(, Machines,
                         ::testing::Values("--cpus 1", "--cpus 2", "--cpus 3 --bundling never",
                                           "--cpus 2 --local-memory"
#if LEGATE_DEFINED(LEGATE_USE_OPENMP)
                                           ,
                                           "--cpus 1 --omps 2 --ompthreads 1"
#endif
                                           ));

}  // namespace
}  // namespace legate::test

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  return legate::test::run_tests_or_child(argc, argv, {{"other_machine", legate::test::other_machine}});
}
