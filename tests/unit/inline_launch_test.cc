// SPDX-License-Identifier: Apache-2.0
// --inline-task-launch: tasks run in the caller's thread, unsplit, before submit() returns.
#include "runtime_environment.h"

#include <legate.h>

#include <legate/redop/redop.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

const int configured = ::setenv("LEGATE_CONFIG", "--cpus 2 --sysmem 64 --inline-task-launch", 1);

std::function<void(const legate::TaskContext&)> body;

struct Plain : public legate::LegateTask<Plain> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{0}};
  static void cpu_variant(legate::TaskContext context) { body(context); }
};

struct Throwing : public legate::LegateTask<Throwing> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{1}};
  static constexpr auto CPU_VARIANT_OPTIONS = legate::VariantOptions{}.with_may_throw_exception(true);
  static void cpu_variant(legate::TaskContext) { throw legate::TaskException{"thrown inline"}; }
};

struct OneInput : public legate::LegateTask<OneInput> {
  static inline const auto TASK_CONFIG =
      legate::TaskConfig{legate::LocalTaskID{2}}.with_signature(legate::TaskSignature{}.inputs(1));
  static void cpu_variant(legate::TaskContext context) { body(context); }
};

class InlineLaunch : public ::testing::Test {
 protected:
  InlineLaunch() {
    bool created = false;
    library = runtime->find_or_create_library("inline", legate::ResourceConfig{}, nullptr, {}, &created);
    if (created) {
      Plain::register_variants(library);
      Throwing::register_variants(library);
      OneInput::register_variants(library);
    }
    body = [this](legate::TaskContext) { ++runs; };
  }
  ~InlineLaunch() override { body = nullptr; }

  [[nodiscard]] legate::LogicalStore filled(std::uint64_t extent, std::int64_t value) {
    auto store = runtime->create_store(legate::Shape{extent}, legate::int64());
    runtime->issue_fill(store, legate::Scalar{value});
    return store;
  }
  [[nodiscard]] static std::vector<std::int64_t> values(const legate::LogicalStore& store) {
    const auto physical = store.get_physical_store();
    const auto elements = physical.read_accessor<std::int64_t, 1>();
    std::vector<std::int64_t> result;
    for (auto i = physical.shape<1>().lo[0]; i <= physical.shape<1>().hi[0]; ++i) result.push_back(elements[i]);
    return result;
  }
  /// Adds `amount` to every element that the leaf sees of output 0, and checks that it is the whole store.
  static void add_everywhere(legate::TaskContext context, std::int64_t extent, std::int64_t amount) {
    const legate::PhysicalStore store{context.output(0)};
    EXPECT_EQ(store.shape<1>(), (legate::Rect<1>{0, extent - 1}));
    EXPECT_FALSE(store.is_partitioned());
    const auto elements = store.read_write_accessor<std::int64_t, 1>();
    for (std::int64_t i = 0; i < extent; ++i) elements[i] += amount;
  }

  legate::Runtime* runtime{legate::Runtime::get_runtime()};
  legate::Library library{runtime->find_library("legate.core")};
  int runs{0};
};

TEST_F(InlineLaunch, RunsOnceInTheCallersThreadBeforeSubmitReturns) {
  const auto store = filled(1000, 5);  // large enough to be split otherwise
  const auto caller = std::this_thread::get_id();
  body = [&](legate::TaskContext context) {
    ++runs;
    EXPECT_EQ(std::this_thread::get_id(), caller);
    EXPECT_TRUE(legate::is_running_in_task());
    EXPECT_TRUE(context.is_single_task());
    EXPECT_EQ(context.get_task_index().dim, 0);
    EXPECT_EQ(context.get_launch_domain(), (legate::Domain{legate::DomainPoint{0}, legate::DomainPoint{0}}));
    EXPECT_EQ(context.scalar(0).value<int>(), 7);
    add_everywhere(context, 1000, 1);
  };
  auto task = runtime->create_task(library, legate::LocalTaskID{0});
  static_cast<void>(task.add_input(store));
  static_cast<void>(task.add_output(store));
  task.add_scalar_arg(7);
  runtime->submit(std::move(task));
  EXPECT_EQ(runs, 1);
  EXPECT_FALSE(legate::is_running_in_task());
  EXPECT_EQ(values(store), std::vector<std::int64_t>(1000, 6));
}

TEST_F(InlineLaunch, IgnoresPartitionsAndConstraints) {
  const auto store = filled(12, 0);
  body = [&](legate::TaskContext context) { add_everywhere(context, 12, 2); };
  auto manual = runtime->create_task(library, legate::LocalTaskID{0}, {1});
  manual.add_input(store);
  manual.add_output(store);
  runtime->submit(std::move(manual));
  auto task = runtime->create_task(library, legate::LocalTaskID{0});
  const auto symbol = task.declare_partition();
  static_cast<void>(task.add_input(store, symbol));
  const auto output = task.add_output(store);
  task.add_constraint(legate::align(symbol, output));
  task.add_constraint(legate::broadcast(output, {17}));
  runtime->submit(std::move(task));
  EXPECT_EQ(values(store), std::vector<std::int64_t>(12, 4));
}

TEST_F(InlineLaunch, ReducesIntoArraysAndScalars) {
  const auto array = filled(4, 10);
  const auto scalar = runtime->create_store(legate::Scalar{std::int64_t{100}});
  body = [](legate::TaskContext context) {
    using Sum = legate::SumReduction<std::int64_t>;
    const legate::PhysicalStore first{context.reduction(0)};
    const legate::PhysicalStore second{context.reduction(1)};
    const auto elements = first.reduce_accessor<Sum, true, 1>();
    for (std::int64_t i = 0; i < 4; ++i) elements.reduce(i, i);
    second.reduce_accessor<Sum, true, 1>().reduce(0, 11);
  };
  auto task = runtime->create_task(library, legate::LocalTaskID{0});
  static_cast<void>(task.add_reduction(array, legate::ReductionOpKind::ADD));
  static_cast<void>(task.add_reduction(scalar, legate::ReductionOpKind::ADD));
  runtime->submit(std::move(task));
  EXPECT_EQ(values(array), (std::vector<std::int64_t>{10, 11, 12, 13}));
  EXPECT_EQ(scalar.get_physical_store().scalar<std::int64_t>(), 111);
}

TEST_F(InlineLaunch, BindsUnboundOutputs) {
  const auto store = runtime->create_store(legate::int64(), 1);
  body = [](legate::TaskContext context) {
    auto buffer = legate::PhysicalStore{context.output(0)}.create_output_buffer<std::int64_t, 1>(3, true);
    for (std::int64_t i = 0; i < 3; ++i) buffer[i] = i * i;
  };
  auto task = runtime->create_task(library, legate::LocalTaskID{0});
  static_cast<void>(task.add_output(store));
  runtime->submit(std::move(task));
  EXPECT_EQ(values(store), (std::vector<std::int64_t>{0, 1, 4}));
}

TEST_F(InlineLaunch, RunsManualLaunchesOfOnePoint) {
  const auto store = filled(6, 0);
  const auto tiles = store.partition_by_tiling({2});
  body = [&](legate::TaskContext context) {
    ++runs;
    EXPECT_TRUE(context.is_single_task());
    const legate::PhysicalStore tile{context.output(0)};
    EXPECT_EQ(tile.shape<1>(), (legate::Rect<1>{2, 3}));
    tile.write_accessor<std::int64_t, 1>()[3] = 9;
  };
  auto task = runtime->create_task(library, legate::LocalTaskID{0}, {1, 1});
  task.add_output(tiles, legate::SymbolicPoint{legate::constant(1)});
  runtime->submit(std::move(task));
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(values(store), (std::vector<std::int64_t>{0, 0, 0, 9, 0, 0}));
}

TEST_F(InlineLaunch, DiesOfManualLaunchesOfSeveralPoints) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(static_cast<void>(runtime->create_task(library, legate::LocalTaskID{0}, {2})),
               "a manual launch of 2 points cannot run inline");
}

TEST_F(InlineLaunch, ChecksArgumentsAsEver) {
  auto task = runtime->create_task(library, legate::LocalTaskID{2});
  EXPECT_THROW(runtime->submit(std::move(task)), std::out_of_range);
  auto other = runtime->create_task(library, legate::LocalTaskID{0});
  EXPECT_THROW(other.add_communicator("telepathy"), std::runtime_error);
  EXPECT_EQ(runs, 0);
}

TEST_F(InlineLaunch, HasNobodyToCommunicateWith) {
  auto task = runtime->create_task(library, legate::LocalTaskID{0});
  EXPECT_THROW(task.add_communicator("cpu"), std::runtime_error);
  task.set_concurrent(true);
  body = [this](legate::TaskContext context) {
    context.concurrent_task_barrier();
    runs += context.num_communicators() == 0;
  };
  runtime->submit(std::move(task));
  EXPECT_EQ(runs, 1);
}

TEST_F(InlineLaunch, ThrowsAsTheScopeSays) {
  EXPECT_THROW(runtime->submit(runtime->create_task(library, legate::LocalTaskID{1})), legate::TaskException);
  const legate::Scope scope{legate::ExceptionMode::DEFERRED};
  runtime->submit(runtime->create_task(library, legate::LocalTaskID{1}));
  EXPECT_THROW(runtime->raise_pending_exception(), legate::TaskException);
}

TEST_F(InlineLaunch, TasksLaunchTasks) {
  const auto store = filled(3, 0);
  body = [&](legate::TaskContext context) {
    if (++runs == 1) {
      auto inner = runtime->create_task(library, legate::LocalTaskID{0});
      inner.add_output(context.output(0).to_logical_store());
      runtime->submit(std::move(inner));
      return;
    }
    const auto access = context.output(0).write_accessor<std::int64_t, 1>();
    for (std::int64_t i = 0; i < 3; ++i) {
      access[i] = 5 + i;
    }
  };
  auto task = runtime->create_task(library, legate::LocalTaskID{0});
  task.add_output(store);
  runtime->submit(std::move(task));
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(values(store), (std::vector<std::int64_t>{5, 6, 7}));
}

}  // namespace
