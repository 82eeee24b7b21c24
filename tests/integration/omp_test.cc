// SPDX-License-Identifier: Apache-2.0
// Tasks with OpenMP variants, on a machine of one CPU processor and two groups of three threads.
#include "../unit/child_program.h"
#include "../unit/runtime_environment.h"
#include "runtime_test.h"

#include <legate/comm/coll.h>
#include <legate/redop/redop.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#ifdef _OPENMP
#include <omp.h>

namespace legate::test {
namespace {

constexpr int THREADS = 3;
[[maybe_unused]] const int configured = ::setenv("LEGATE_CONFIG", "--cpus 1 --omps 2 --ompthreads 3 --sysmem 256", 0);

/// What a leaf saw of where it ran.
struct Sighting {
  VariantCode kind;
  mapping::TaskTarget target;
  int threads;
  std::size_t team;
};

class Sightings {
 public:
  void add(const TaskContext& context) {
    std::atomic<std::size_t> team{0};
#pragma omp parallel
    ++team;
    const std::lock_guard<std::mutex> guard{mutex_};
    seen_.push_back({context.variant_kind(), context.target(), omp_get_max_threads(), team});
  }
  [[nodiscard]] std::vector<Sighting> take() {
    const std::lock_guard<std::mutex> guard{mutex_};
    return std::move(seen_);
  }

 private:
  std::mutex mutex_{};
  std::vector<Sighting> seen_{};
};

Sightings& sightings() {
  static Sightings instance;
  return instance;
}

struct Either : public LegateTask<Either> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{10}};
  static void cpu_variant(TaskContext context) { sightings().add(context); }
  static void omp_variant(TaskContext context) { sightings().add(context); }
};

struct OnlyCpu : public LegateTask<OnlyCpu> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{11}};
  static void cpu_variant(TaskContext context) { sightings().add(context); }
};

/// Adds the elements of input 0 to reduction 0.
struct Sum : public LegateTask<Sum> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{12}};
  static void omp_variant(TaskContext context) {
    const auto input = context.input(0);
    const auto from = input.read_accessor<std::int64_t, 1>();
    const auto bounds = input.shape<1>();
    const auto to = context.reduction(0).reduce_accessor<SumReduction<std::int64_t>, false, 1>();
#pragma omp parallel for
    for (auto i = bounds.lo[0]; i <= bounds.hi[0]; ++i) to.reduce(Point<1>{0}, from[i]);
  }
};

std::function<void()> counted_leaf;

struct Counted : public LegateTask<Counted> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{13}};
  static void omp_variant(TaskContext) { counted_leaf(); }
};

/// Adds up over all points how many threads they have.
struct CountTogether : public LegateTask<CountTogether> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{14}};
  static inline const auto OMP_VARIANT_OPTIONS = VariantOptions{}.with_communicators({"cpu"});
  static inline std::atomic<int> counted{0};
  static void omp_variant(TaskContext context) {
    int threads = 0;
#pragma omp parallel reduction(+ : threads)
    ++threads;
    context.concurrent_task_barrier();
    comm::coll::collAllreduce(&threads, &threads, 1, comm::coll::CollDataType::CollInt, ReductionOpKind::ADD,
                              context.communicator(0).get<comm::coll::CollComm>());
    counted += threads;
  }
};

class Omp : public RuntimeTest {
 protected:
  Omp() {
    bool created = false;
    tasks = runtime->find_or_create_library("legatus.test.omp", ResourceConfig{}, nullptr, {}, &created);
    if (created) {
      Either::register_variants(tasks);
      OnlyCpu::register_variants(tasks);
      Sum::register_variants(tasks);
      Counted::register_variants(tasks);
      CountTogether::register_variants(tasks);
    }
  }

  /// What the leaves of a launch over `points` see, one after the other.
  template <typename Task>
  std::vector<Sighting> sightings_of(std::uint64_t points) {
    run(runtime->create_task(tasks, Task::TASK_CONFIG.task_id(), {points}));
    return sightings().take();
  }

  Library tasks{library};
  mapping::Machine machine{runtime->get_machine()};
};

TEST_F(Omp, PointsOfConcurrentLaunchesRunOnAGroupEach) {
  run(runtime->create_task(tasks, LocalTaskID{14}, {2}));
  EXPECT_EQ(CountTogether::counted.exchange(0), 2 * 2 * THREADS);
  refuses<std::invalid_argument>([&] { runtime->submit(runtime->create_task(tasks, LocalTaskID{14}, {3})); },
                                 {"3 points", "its machine has 2"});
}

TEST_F(Omp, GroupsArePartOfTheMachine) {
  EXPECT_EQ(machine.count(mapping::TaskTarget::CPU), 1U);
  EXPECT_EQ(machine.count(mapping::TaskTarget::OMP), 2U);
  EXPECT_EQ(machine.preferred_target(), mapping::TaskTarget::OMP);
}

TEST_F(Omp, VariantRunsWithTheThreadsOfItsGroup) {
  const auto seen = sightings_of<Either>(20);
  ASSERT_EQ(seen.size(), 20U);
  for (const auto& sighting : seen) {
    EXPECT_EQ(sighting.kind, VariantCode::OMP);
    EXPECT_EQ(sighting.target, mapping::TaskTarget::OMP);
    EXPECT_EQ(sighting.threads, THREADS);
    EXPECT_EQ(sighting.team, std::size_t{THREADS});
  }
}

TEST_F(Omp, ScopeOfCpusChoosesTheCpuVariantWithOneThread) {
  const Scope scope{machine.only(mapping::TaskTarget::CPU)};
  const auto seen = sightings_of<Either>(20);
  ASSERT_EQ(seen.size(), 20U);
  for (const auto& sighting : seen) {
    EXPECT_EQ(sighting.kind, VariantCode::CPU);
    EXPECT_EQ(sighting.target, mapping::TaskTarget::CPU);
    EXPECT_EQ(sighting.threads, 1);
  }
}

TEST_F(Omp, TaskWithoutAVariantForGroupsNeverRunsOnOne) {
  const auto seen = sightings_of<OnlyCpu>(40);
  ASSERT_EQ(seen.size(), 40U);
  for (const auto& sighting : seen) EXPECT_EQ(sighting.threads, 1);
}

TEST_F(Omp, OneGroupRunsOnePointAtATime) {
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  counted_leaf = [&] {
    const int now = ++running;
    for (int before = most; before < now && !most.compare_exchange_weak(before, now);) {
    }
    std::this_thread::yield();
    --running;
  };
  {
    const Scope scope{machine.slice(1, 2, mapping::TaskTarget::OMP)};
    run(runtime->create_task(tasks, Counted::TASK_CONFIG.task_id(), {100}));
  }
  EXPECT_EQ(most, 1) << "one group in scope";
}

TEST_F(Omp, TaskForGroupsOnlyIsRefusedWhereThereAreNone) {
  const Scope scope{machine.only(mapping::TaskTarget::CPU)};
  refuses<std::invalid_argument>([&] { (void)runtime->create_task(tasks, Sum::TASK_CONFIG.task_id()); },
                                 {"does not have any valid variant"});
}

TEST_F(Omp, ReductionsOverGroupsAddEveryElementOnce) {
  constexpr std::int64_t COUNT = 1000;
  const auto in = numbered(Shape{COUNT});
  const auto total = scalar_store(5);
  auto task = runtime->create_task(tasks, Sum::TASK_CONFIG.task_id());
  static_cast<void>(task.add_input(in));
  static_cast<void>(task.add_reduction(total, ReductionOpKind::ADD));
  run(std::move(task));
  EXPECT_EQ(values_of(total), std::vector<std::int64_t>{5 + COUNT * (COUNT - 1) / 2});
}

// Large enough that the threads of a group share the work.
TEST_F(Omp, FillsAndCopiesByGroupsEqualALoop) {
  const Scope scope{machine.only(mapping::TaskTarget::OMP)};
  for (const auto& extents : std::vector<std::vector<std::uint64_t>>{{200'003}, {401, 503}, {7, 171, 173}}) {
    const Shape shape{extents};
    const auto source = store(shape);
    number(source);
    auto copied = filled(shape, 77);
    EXPECT_EQ(values_of(copied), std::vector<std::int64_t>(shape.volume(), 77));
    runtime->issue_copy(copied, source);
    EXPECT_EQ(values_of(copied), iota(static_cast<std::int64_t>(shape.volume())));
    runtime->issue_copy(copied, source, ReductionOpKind::ADD);
    auto doubled = iota(static_cast<std::int64_t>(shape.volume()));
    for (auto& value : doubled) value *= 2;
    EXPECT_EQ(values_of(copied), doubled);
  }
}

TEST_F(Omp, FillOfATransposedSliceLeavesTheRestAlone) {
  const Scope scope{machine.only(mapping::TaskTarget::OMP)};
  const auto whole = filled(Shape{600, 400}, 1);
  runtime->issue_fill(whole.slice(1, Slice{100, 300}).transpose({1, 0}), Scalar{std::int64_t{2}});
  const auto values = values_of(whole);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto column = i % 400;
    ASSERT_EQ(values[i], column >= 100 && column < 300 ? 2 : 1) << "element " << i;
  }
}

// ---- in processes of their own

int run_inline() {
  start();
  {
    auto* runtime = Runtime::get_runtime();
    auto library = runtime->create_library("legatus.test.omp");
    Either::register_variants(library);
    const int before = omp_get_max_threads();
    runtime->submit(runtime->create_task(library, Either::TASK_CONFIG.task_id()));
    for (const auto& seen : sightings().take()) std::cerr << seen.target << ' ' << seen.threads << '\n';
    std::cerr << (omp_get_max_threads() == before ? "restored\n" : "changed\n");
  }
  return finish();
}

int run_without_cpus() {
  start();
  {
    auto* runtime = Runtime::get_runtime();
    const auto store = runtime->create_store(Shape{100}, int64());
    runtime->issue_fill(store, Scalar{std::int64_t{4}});
    std::cerr << values_of(store)[99] << '\n';
  }
  return finish();
}

TEST(OmpChild, InlineTaskHasTheThreadsOfAGroupAndLeavesTheProgramItsOwn) {
  EXPECT_EQ(run_child("inline", "--cpus 1 --omps 1 --ompthreads 3 --sysmem 64 --inline-task-launch"),
            "OMP 3\nrestored\n");
}

TEST(OmpChild, GroupsAloneMakeAMachine) {
  EXPECT_EQ(run_child("without_cpus", "--cpus 0 --omps 1 --ompthreads 2 --sysmem 64"), "4\n");
}

TEST(OmpChild, BindingByOpenMpItselfIsWarnedOf) {
  ::setenv("OMP_PROC_BIND", "true", 1);
  const auto text = run_child("without_cpus", "--cpus 0 --omps 1 --ompthreads 2 --sysmem 64");
  ::unsetenv("OMP_PROC_BIND");
  EXPECT_NE(text.find("OMP_PROC_BIND=true"), std::string::npos) << text;
}

}  // namespace
}  // namespace legate::test

int main(int argc, char** argv) {
  using namespace legate::test;
  return run_tests_or_child(argc, argv, {{"inline", run_inline}, {"without_cpus", run_without_cpus}});
}

#endif
