// SPDX-License-Identifier: Apache-2.0
// Launches whose points run all at once and talk to each other, in one process of four processors.
#include "runtime_test.h"

#include <legate/comm/coll.h>
#include <legate/redop/redop.h>

#include <array>
#include <atomic>
#include <csignal>
#include <mutex>
#include <set>
#include <thread>

namespace legate::test {
namespace {

using legate::comm::coll::CollComm;
using legate::comm::coll::CollDataType;

/// Leaves call `body`; concurrent by its options.
struct Concurrent : public LegateTask<Concurrent> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{10}};
  static constexpr auto CPU_VARIANT_OPTIONS =
      VariantOptions{}.with_concurrent(true).with_may_throw_exception(true).with_has_allocations(true);
  static void cpu_variant(TaskContext context) { body(context); }
};
/// With a communicator by its options.
struct Talking : public LegateTask<Talking> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{11}};
  static inline const auto CPU_VARIANT_OPTIONS = VariantOptions{}.with_communicators({"cpu"});
  static void cpu_variant(TaskContext context) { body(context); }
};

std::int64_t sum_over(const TaskContext& context, std::int64_t value) {
  std::int64_t sum = 0;
  comm::coll::collAllreduce(&value, &sum, 1, CollDataType::CollInt64, ReductionOpKind::ADD,
                            context.communicator(0).get<CollComm>());
  return sum;
}

class ConcurrentLaunch : public RuntimeTest {
 protected:
  ConcurrentLaunch() {
    library = runtime->find_library("legatus.test");
    static const bool once = [this] {
      Concurrent::register_variants(library);
      Talking::register_variants(library);
      return true;
    }();
    static_cast<void>(once);
  }
  [[nodiscard]] ManualTask concurrent(std::initializer_list<std::uint64_t> shape) {
    return runtime->create_task(library, LocalTaskID{10}, shape);
  }
  [[nodiscard]] AutoTask talking() { return runtime->create_task(library, LocalTaskID{11}); }
  [[nodiscard]] ManualTask talking(std::initializer_list<std::uint64_t> shape) {
    return runtime->create_task(library, LocalTaskID{11}, shape);
  }
  std::uint64_t processors{runtime->get_machine().count()};
};

TEST_F(ConcurrentLaunch, PointsRunAllAtOnceOnThreadsOfTheirOwn) {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::atomic<int> here{0};
  std::atomic<int> early{0};
  body = [&](TaskContext context) {
    {
      const std::lock_guard<std::mutex> guard{mutex};
      threads.insert(std::this_thread::get_id());
    }
    for (int round = 1; round <= 10; ++round) {
      ++here;
      context.concurrent_task_barrier();
      early += here < round * static_cast<int>(context.get_launch_domain().get_volume());
      context.concurrent_task_barrier();
    }
  };
  run(concurrent({processors}));
  EXPECT_EQ(threads.size(), processors);
  EXPECT_EQ(here, static_cast<int>(10 * processors));
  EXPECT_EQ(early, 0);
}

TEST_F(ConcurrentLaunch, IsAskedForByTheTaskOrTheLaunch) {
  body = [](TaskContext context) {
    context.concurrent_task_barrier();
    context.concurrent_task_barrier();
  };
  run(concurrent({2}));
  auto task = plain({2});
  task.set_concurrent(true);
  run(std::move(task));
  auto communicating = plain({2});
  communicating.add_communicator("cpu");
  communicating.set_concurrent(false);  // cannot do without
  run(std::move(communicating));
}

TEST_F(ConcurrentLaunch, RunsInProgramOrderWithOtherConcurrentLaunches) {
  std::atomic<int> inside{0};
  std::atomic<int> mixed{0};
  std::atomic<int> launches{0};
  std::atomic<int> disordered{0};
  body = [&](TaskContext context) {
    const auto index = context.scalar(0).value<std::int32_t>();
    const auto points = static_cast<int>(context.get_launch_domain().get_volume());
    mixed += ++inside > points;
    disordered += launches != index;
    context.concurrent_task_barrier();
    launches = index + 1;
    context.concurrent_task_barrier();
    --inside;
  };
  for (std::int32_t i = 0; i < 300; ++i) {
    auto task = concurrent({1 + static_cast<std::uint64_t>(i) % processors});
    task.add_scalar_arg(Scalar{i});
    runtime->submit(std::move(task));
  }
  runtime->issue_execution_fence(true);
  EXPECT_EQ(mixed, 0);
  EXPECT_EQ(disordered, 0);
  EXPECT_EQ(launches, 300);
}

TEST_F(ConcurrentLaunch, SeesWhatCameBeforeAndIsSeenAfterwards) {
  const auto data = numbered(Shape{4 * processors});
  body = [](TaskContext context) {
    const auto store = context.output(0);
    const auto access = store.read_write_accessor<std::int64_t, 1>();
    std::int64_t own = 0;
    for (PointInRectIterator<1> it{store.shape<1>()}; it.valid(); ++it) own += access[*it];
    const auto sum = sum_over(context, own);
    for (PointInRectIterator<1> it{store.shape<1>()}; it.valid(); ++it) access[*it] += sum;
  };
  auto expected = iota(static_cast<std::int64_t>(4 * processors));
  for (int round = 0; round < 3; ++round) {
    auto task = talking();
    static_cast<void>(task.add_input(data));
    static_cast<void>(task.add_output(data));
    runtime->submit(std::move(task));
    std::int64_t sum = 0;
    for (const auto value : expected) sum += value;
    for (auto& value : expected) value += sum;
  }
  EXPECT_EQ(values_of(data), expected);
}

TEST_F(ConcurrentLaunch, RanksArePositionsInTheLaunchDomain) {
  std::atomic<int> wrong{0};
  body = [&](TaskContext context) {
    auto* const comm = context.communicator(0).get<CollComm>();
    const auto& index = context.get_task_index();
    const auto expected = static_cast<int>(index[0] * 2 + index[1]);
    wrong += comm->global_rank != expected || comm->global_comm_size != 4 || comm->mpi_rank != 0 ||
             comm->mpi_comm_size != 1 || comm->nb_threads != 4 || !comm->status;
    wrong += *context.communicator(0).get<CollComm*>() != comm;
    std::array<int, 4> all{};
    comm::coll::collAllgather(&expected, all.data(), 1, CollDataType::CollInt, comm);
    wrong += all != std::array<int, 4>{0, 1, 2, 3};
  };
  run(talking({2, 2}));
  EXPECT_EQ(wrong, 0);
}

TEST_F(ConcurrentLaunch, OfOnePointHasNoCommunicatorAndNoOneToWaitFor) {
  std::atomic<int> runs{0};
  body = [&](TaskContext context) {
    runs += context.num_communicators() == 0 && context.communicators().empty();
    context.concurrent_task_barrier();
    EXPECT_THROW(static_cast<void>(context.communicator(0)), std::out_of_range);
  };
  run(talking({1}));
  run(talking({1, 1}));
  run(talking());
  EXPECT_EQ(runs, 3);
}

TEST_F(ConcurrentLaunch, HasItsCommunicatorsInTheOrderOfTheCalls) {
  std::atomic<int> wrong{0};
  body = [&](TaskContext context) {
    wrong += context.num_communicators() != 2;
    EXPECT_THROW(static_cast<void>(context.communicator(2)), std::out_of_range);
  };
  auto task = plain({2});
  task.add_communicator("cpu");
  task.add_communicator("cpu");
  run(std::move(task));
  EXPECT_EQ(wrong, 0);
}

TEST_F(ConcurrentLaunch, TakesReductionsReplicatedOutputsAndUnboundOnes) {
  const auto sum = scalar_store(100);
  const auto same = filled(Shape{3}, 1);
  const auto pieces = runtime->create_store(int64(), 1);
  const auto total = static_cast<std::int64_t>(processors * (processors + 1) / 2);
  body = [](TaskContext context) {
    const auto number = context.get_task_index()[0] + 1;
    context.reduction(0).reduce_accessor<SumReduction<std::int64_t>, true, 1>()[0] <<= number;
    const auto all = sum_over(context, number);
    const auto output = context.output(0);
    const auto access = output.read_write_accessor<std::int64_t, 1>();
    for (PointInRectIterator<1> it{output.shape<1>()}; it.valid(); ++it) access[*it] += all;
    auto piece = context.output(1).create_output_buffer<std::int64_t, 1>(number);
    for (std::int64_t i = 0; i < number; ++i) piece[i] = number;
    context.output(1).bind_data(piece, Point<1>{number});
  };
  auto task = concurrent({processors});
  task.add_communicator("cpu");
  task.add_reduction(sum, ReductionOpKind::ADD);
  task.add_input(same);
  task.add_output(same);
  task.add_output(pieces);
  runtime->submit(std::move(task));
  EXPECT_EQ(values_of(sum), std::vector<std::int64_t>{100 + total});
  EXPECT_EQ(values_of(same), std::vector<std::int64_t>(3, 1 + total));
  std::vector<std::int64_t> expected;
  for (std::int64_t number = 1; number <= static_cast<std::int64_t>(processors); ++number) {
    expected.insert(expected.end(), static_cast<std::size_t>(number), number);
  }
  EXPECT_EQ(values_of(pieces), expected);
}

TEST_F(ConcurrentLaunch, ThatThrowsReleasesThePointsThatWait) {
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> released{0};
    std::atomic<int> passed{0};
    body = [&](TaskContext context) {
      const auto point = context.get_task_index()[0];
      sum_over(context, point);
      if (point == round % 4) {
        throw TaskException{7, "point " + std::to_string(point)};
      }
      try {
        context.concurrent_task_barrier();
        ++passed;
      } catch (const std::exception&) {
        ++released;
        throw;
      }
    };
    auto task = concurrent({4});
    task.add_communicator("cpu");
    try {
      runtime->submit(std::move(task));
      ADD_FAILURE() << "nothing was thrown";
    } catch (const TaskException& error) {
      EXPECT_EQ(error.index(), 7);
      EXPECT_EQ(error.error_message(), "point " + std::to_string(round % 4));
    }
    EXPECT_EQ(released, 3);
    EXPECT_EQ(passed, 0);
  }
  expect_usable();
}

TEST_F(ConcurrentLaunch, ReportsWhatWasThrownAndNotWhatFollowedFromIt) {
  body = [](TaskContext context) {
    if (context.get_task_index()[0] == 3) {
      throw TaskException{"the reason"};
    }
    try {
      context.concurrent_task_barrier();
    } catch (const std::exception& error) {
      throw TaskException{std::string{"a consequence: "} + error.what()};
    }
  };
  try {
    runtime->submit(concurrent({4}));
    ADD_FAILURE() << "nothing was thrown";
  } catch (const TaskException& error) {
    EXPECT_EQ(error.error_message(), "the reason");
  }
  expect_usable();
}

TEST_F(ConcurrentLaunch, LeavesUnboundOutputsOfReleasedPointsEmpty) {
  const auto pieces = runtime->create_store(int64(), 1);
  body = [](TaskContext context) {
    if (context.get_task_index()[0] == 0) {
      auto piece = context.output(0).create_output_buffer<std::int64_t, 1>(2);
      piece[0] = piece[1] = 5;
      context.output(0).bind_data(piece, Point<1>{2});
      return;
    }
    if (context.get_task_index()[0] == 1) {
      throw TaskException{"no"};
    }
    context.concurrent_task_barrier();
  };
  auto task = concurrent({3});
  task.add_output(pieces);
  EXPECT_THROW(runtime->submit(std::move(task)), TaskException);
  EXPECT_EQ(values_of(pieces), (std::vector<std::int64_t>{5, 5}));
}

TEST_F(ConcurrentLaunch, OfMorePointsThanProcessorsIsRefused) {
  const auto points = processors + 1;
  body = [](TaskContext) {};
  refuses<std::invalid_argument>(
      [&] { runtime->submit(concurrent({points})); },
      {"concurrent launch of " + std::to_string(points) + " points", "its machine has " + std::to_string(processors)});
  const Scope scope{runtime->get_machine().slice(0, 2)};
  refuses<std::invalid_argument>([&] { runtime->submit(talking({3})); }, {"3 points", "its machine has 2"});
}

TEST_F(ConcurrentLaunch, IsSplitOverProcessorsAndNoFurther) {
  const auto data = filled(Shape{64 * processors}, 0);
  std::atomic<int> points{0};
  body = [&](TaskContext context) {
    context.concurrent_task_barrier();
    ++points;
  };
  const Scope scope{ParallelPolicy{}.with_overdecompose_factor(4)};
  auto before = plain();
  static_cast<void>(before.add_output(data));
  body = [&](TaskContext) {};
  run(std::move(before));
  body = [&](TaskContext context) {
    context.concurrent_task_barrier();
    ++points;
  };
  auto task = talking();
  static_cast<void>(task.add_output(data));
  run(std::move(task));
  EXPECT_EQ(points, static_cast<int>(processors));
}

TEST_F(ConcurrentLaunch, RefusesCommunicatorsThatThereAreNot) {
  refuses<std::runtime_error>([&] { plain({2}).add_communicator("pigeon"); },
                              {"No factory available for communicator 'pigeon'"});
  refuses<std::runtime_error>([&] { talking({2}).add_communicator("cpu"); }, {"has pre-declared communicator(s)"});
  struct Unknown : public LegateTask<Unknown> {
    static void cpu_variant(TaskContext) {}
  };
  Unknown::register_variants(library, LocalTaskID{12},
                             {{VariantCode::CPU, VariantOptions{}.with_communicators({"pigeon"})}});
  refuses<std::runtime_error>([&] { static_cast<void>(runtime->create_task(library, LocalTaskID{12})); },
                              {"No factory available for communicator 'pigeon'"});
}

TEST_F(ConcurrentLaunch, MixesWithOrdinaryTasksOnTheSameData) {
  const auto data = filled(Shape{8}, 1);
  body = [](TaskContext context) {
    const auto store = context.output(0);
    const auto access = store.read_write_accessor<std::int64_t, 1>();
    std::int64_t sum = 0;
    if (context.num_communicators() != 0) {
      std::int64_t own = 0;
      for (PointInRectIterator<1> it{store.shape<1>()}; it.valid(); ++it) own += access[*it];
      sum = sum_over(context, own);
    }
    for (PointInRectIterator<1> it{store.shape<1>()}; it.valid(); ++it) access[*it] = (access[*it] * 3 + sum + 1) % 997;
  };
  std::vector<std::int64_t> expected(8, 1);
  for (int round = 0; round < 200; ++round) {
    const auto points = static_cast<std::uint64_t>(1 << round % 3);
    auto task = plain({points});
    const auto part = data.partition_by_tiling({8 / points});
    task.add_input(part);
    task.add_output(part);
    std::int64_t sum = 0;
    if (round % 2 == 0) {
      task.add_communicator("cpu");
      for (const auto value : expected) sum += value;
    }
    runtime->submit(std::move(task));
    for (auto& value : expected) value = (value * 3 + (points > 1 ? sum : 0) + 1) % 997;
  }
  EXPECT_EQ(values_of(data), expected);
}

using ConcurrentLaunchDeathTest = ConcurrentLaunch;

const ::testing::KilledBySignal ABORTED{SIGABRT};

TEST_F(ConcurrentLaunchDeathTest, PointsThatWaitForOnesThatAreOver) {
  EXPECT_EXIT(
      {
        body = [](TaskContext context) {
          if (context.get_task_index()[0] != 0) {
            context.concurrent_task_barrier();
          }
        };
        auto task = plain({2});
        task.set_concurrent(true);
        run(std::move(task));
      },
      ABORTED, "Plain");
}

TEST_F(ConcurrentLaunchDeathTest, ABarrierInAnOrdinaryLaunch) {
  EXPECT_EXIT(
      {
        body = [](TaskContext context) { context.concurrent_task_barrier(); };
        run(plain({2}));
      },
      ABORTED, "Plain.*concurrent_task_barrier in a launch that is not concurrent");
}

}  // namespace
}  // namespace legate::test
