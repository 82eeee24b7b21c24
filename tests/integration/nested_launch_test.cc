// SPDX-License-Identifier: Apache-2.0
// Tasks launched inside a task: they run at once, in the thread of the task around them, on stores that belong to it.
#include "runtime_test.h"

#include <legate/redop/redop.h>

#include <atomic>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace legate::test {
namespace {

/// What the leaves of `Inner` and `ThrowingInner` do.
std::function<void(const TaskContext&)> inner_body;

struct Inner : public LegateTask<Inner> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{0}};
  static void cpu_variant(TaskContext context) { inner_body(context); }
};

struct ThrowingInner : public LegateTask<ThrowingInner> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{1}};
  static constexpr auto CPU_VARIANT_OPTIONS = VariantOptions{}.with_may_throw_exception(true);
  static void cpu_variant(TaskContext context) { inner_body(context); }
};

struct TwoInputs : public LegateTask<TwoInputs> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{2}}.with_signature(TaskSignature{}.inputs(2));
  static void cpu_variant(TaskContext) {}
};

struct ForGpus : public LegateTask<ForGpus> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{3}};
  static void gpu_variant(TaskContext) {}
};

/// output 0 = 3 * input 0 + 1
void triple_and_one(const TaskContext& context) {
  const auto in = context.input(0);
  const auto from = in.read_accessor<std::int64_t, 1>();
  const auto to = context.output(0).write_accessor<std::int64_t, 1>();
  for (PointInRectIterator<1> it{in.shape<1>()}; it.valid(); ++it) to[*it] = 3 * from[*it] + 1;
}

/// Adds the elements of input 0 to the first one of reduction 0.
void sum(const TaskContext& context) {
  const auto in = context.input(0);
  const auto from = in.read_accessor<std::int64_t, 1>();
  const auto into = context.reduction(0);
  const auto to = into.reduce_accessor<SumReduction<std::int64_t>, true, 1>();
  for (PointInRectIterator<1> it{in.shape<1>()}; it.valid(); ++it) to.reduce(into.shape<1>().lo, from[*it]);
}

class NestedLaunch : public RuntimeTest {
 protected:
  NestedLaunch() {
    bool created = false;
    inner_library = runtime->find_or_create_library("legatus.test.nested", ResourceConfig{}, nullptr, {}, &created);
    if (created) {
      Inner::register_variants(inner_library);
      ThrowingInner::register_variants(inner_library);
      TwoInputs::register_variants(inner_library);
      ForGpus::register_variants(inner_library);
    }
  }
  ~NestedLaunch() override {
    runtime->issue_execution_fence(true);
    inner_body = nullptr;
  }

  [[nodiscard]] AutoTask inner(std::int64_t id = 0) { return runtime->create_task(inner_library, LocalTaskID{id}); }
  void run_inner(const LogicalStore& in, const LogicalStore& out) {
    auto task = inner();
    task.add_input(in);
    task.add_output(out);
    runtime->submit(std::move(task));
  }
  /// Runs `leaf` in a task of one point with these arguments.
  void run_leaf(std::function<void(const TaskContext&)> leaf, const std::vector<LogicalStore>& inputs = {},
                const std::vector<LogicalStore>& outputs = {}) {
    body = std::move(leaf);
    auto task = runtime->create_task(library, PLAIN, {1});
    for (const auto& store : inputs) task.add_input(store);
    for (const auto& store : outputs) task.add_output(store);
    run(std::move(task));
  }
  /// The message of the Exception that the call throws.
  template <typename Exception, typename Call>
  static std::string message_of(Call&& call) {
    try {
      call();
    } catch (const Exception& error) {
      return error.what();
    } catch (const std::exception& error) {
      return std::string{"another exception: "} + error.what();
    }
    return "nothing was thrown";
  }

  Library inner_library{runtime->find_library("legate.core")};
};

TEST_F(NestedLaunch, RunsAtOnceInTheSameThread) {
  const auto target = store(Shape{4});
  run_leaf(
      [&](const TaskContext& context) {
        const auto thread = std::this_thread::get_id();
        inner_body = [&](const TaskContext& nested) {
          EXPECT_EQ(std::this_thread::get_id(), thread);
          EXPECT_TRUE(is_running_in_task());
          EXPECT_TRUE(nested.is_single_task());
          EXPECT_EQ(nested.machine(), context.machine());
          EXPECT_EQ(nested.get_provenance(), context.get_provenance());
          EXPECT_EQ(nested.get_launch_domain(), (Domain{DomainPoint{0}, DomainPoint{0}}));
          EXPECT_EQ(nested.get_task_index().get_dim(), 0);
          triple_and_one(nested);
        };
        const auto task = inner();
        EXPECT_TRUE(task.needs_inline_execution_());
        run_inner(context.input(0).to_logical_store(), context.output(0).to_logical_store());
        EXPECT_EQ(values_of(context.output(0)), (std::vector<std::int64_t>{1, 4, 7, 10}));
        EXPECT_TRUE(is_running_in_task());
      },
      {numbered(Shape{4})}, {target});
  EXPECT_EQ(values_of(target), (std::vector<std::int64_t>{1, 4, 7, 10}));
}

TEST_F(NestedLaunch, ChainsWorkOnTemporariesFillsAndCopies) {
  const auto target = store(Shape{5});
  inner_body = triple_and_one;
  run_leaf(
      [&](const TaskContext& context) {
        auto out = context.output(0).to_logical_store();
        auto first = runtime->create_store(Shape{5}, int64());
        auto second = runtime->create_store(Shape{5}, int64());
        runtime->issue_fill(first, Scalar{std::int64_t{2}});
        EXPECT_EQ(values_of(first), (std::vector<std::int64_t>(5, 2)));
        run_inner(first, second);
        run_inner(second, second);
        runtime->issue_copy(out, second);
      },
      {}, {target});
  EXPECT_EQ(values_of(target), (std::vector<std::int64_t>(5, 22)));  // 3 * (3 * 2 + 1) + 1
}

TEST_F(NestedLaunch, SeesThePartOfEachPointFromZero) {
  const auto target = store(Shape{6, 4});
  const auto source = numbered(Shape{6, 4});
  inner_body = [](const TaskContext& context) {
    const auto in = context.input(0);
    EXPECT_EQ(in.domain(), (Domain{DomainPoint{Point<2>{0, 0}}, DomainPoint{Point<2>{1, 3}}}));
    const auto from = in.read_accessor<std::int64_t, 2>();
    const auto to = context.output(0).write_accessor<std::int64_t, 2>();
    for (PointInRectIterator<2> it{in.shape<2>()}; it.valid(); ++it) to[*it] = 10 * from[*it];
  };
  body = [&](const TaskContext& context) {
    const auto in = context.input(0).to_logical_store();
    EXPECT_EQ(in.extents().data(), (std::vector<std::uint64_t>{2, 4}));
    run_inner(in, context.output(0).to_logical_store());
  };
  const std::vector<std::uint64_t> tile{2, 4};
  auto task = plain({3, 1});
  task.add_input(source.partition_by_tiling({tile.data(), tile.size()}));
  task.add_output(target.partition_by_tiling({tile.data(), tile.size()}));
  run(std::move(task));
  auto expected = iota(24);
  for (auto& value : expected) value *= 10;
  EXPECT_EQ(values_of(target), expected);
}

// All workers at once, each with a loop of temporaries, views and launches, while the control thread submits.
TEST_F(NestedLaunch, WorkersDoItAtTheSameTimeAsTheControlThread) {
  constexpr std::int64_t POINTS = 8;
  constexpr int ROUNDS = 50;
  inner_body = sum;
  body = [&](const TaskContext& context) {
    auto out = context.output(0).to_logical_store();
    for (int round = 0; round < ROUNDS; ++round) {
      const auto matrix = runtime->create_store(Shape{2, 3}, int64());
      runtime->issue_fill(matrix, Scalar{context.get_task_index()[0] + round});
      const auto total = runtime->create_store(Shape{1}, int64());
      runtime->issue_fill(total, Scalar{std::int64_t{0}});
      auto task = inner();
      task.add_input(matrix.project(0, 1).slice(0, Slice{1, 3}));
      task.add_reduction(total, ReductionOpKind::ADD);
      runtime->submit(std::move(task));
      runtime->issue_copy(out, total);
    }
  };
  const auto target = store(Shape{POINTS});
  const std::vector<std::uint64_t> one{1};
  for (int launch = 0; launch < 4; ++launch) {
    auto task = runtime->create_task(library, PLAIN, {static_cast<std::uint64_t>(POINTS)});
    task.add_output(target.partition_by_tiling({one.data(), one.size()}));
    runtime->submit(std::move(task));
    for (int i = 0; i < 50; ++i) {
      auto other = filled(Shape{7}, i);
      other = other.slice(0, Slice{1, 5}).promote(0, 2);
      runtime->issue_fill(other, Scalar{std::int64_t{i}});
    }
    // tasks look for tasks in the same library
    Inner::register_variants(inner_library, LocalTaskID{100 + launch});
  }
  runtime->issue_execution_fence(true);
  std::vector<std::int64_t> expected;
  for (std::int64_t point = 0; point < POINTS; ++point) expected.push_back(2 * (point + ROUNDS - 1));
  EXPECT_EQ(values_of(target), expected);
}

TEST_F(NestedLaunch, ReductionsFoldIntoWhatIsThere) {
  const auto target = filled(Shape{3}, 100);
  inner_body = sum;
  run_leaf(
      [&](const TaskContext& context) {
        const auto reduce = [&](const LogicalStore& into, bool also_input) {
          auto task = inner();
          task.add_input(context.input(0).to_logical_store());
          if (also_input) task.add_input(into);
          task.add_reduction(into, ReductionOpKind::ADD);
          runtime->submit(std::move(task));
        };
        const auto out = context.output(0).to_logical_store();
        reduce(out, false);
        reduce(out, true);
        // a view of three names for one element
        const auto element = runtime->create_store(Shape{1}, int64());
        runtime->issue_fill(element, Scalar{std::int64_t{5}});
        reduce(element.broadcast(0, 3), true);
        EXPECT_EQ(values_of(element), std::vector<std::int64_t>{11});
        // one value
        const auto scalar = runtime->create_store(Scalar{std::int64_t{7}});
        reduce(scalar, true);
        EXPECT_EQ(scalar.get_physical_store().scalar<std::int64_t>(), 13);
      },
      {numbered(Shape{4}), target}, {target});
  EXPECT_EQ(values_of(target), (std::vector<std::int64_t>{112, 100, 100}));
}

TEST_F(NestedLaunch, ReductionsOfTheOuterTaskAreReducedIntoOnly) {
  const auto source = numbered(Shape{12});
  const auto target = filled(Shape{1}, 1000);
  inner_body = sum;
  std::atomic<int> accepted{0};
  body = [&](const TaskContext& context) {
    const auto into = context.reduction(0).to_logical_store();
    auto task = inner();
    task.add_input(context.input(0).to_logical_store());
    task.add_reduction(into, ReductionOpKind::ADD);
    runtime->submit(std::move(task));
    for (const auto& call :
         std::vector<std::function<void()>>{[&] { inner().add_input(into); }, [&] { inner().add_output(into); },
                                            [&] { inner().add_reduction(into, ReductionOpKind::MUL); }}) {
      accepted += message_of<std::invalid_argument>(call).find("the running task may not") == std::string::npos ? 1 : 0;
    }
  };
  const std::vector<std::uint64_t> three{3};
  auto task = plain({4});
  task.add_input(source.partition_by_tiling({three.data(), three.size()}));
  task.add_reduction(target, ReductionOpKind::ADD);
  run(std::move(task));
  EXPECT_EQ(values_of(target), std::vector<std::int64_t>{1066});
  EXPECT_EQ(accepted.load(), 0);
}

TEST_F(NestedLaunch, ScalarsAreReadAndWritten) {
  inner_body = [](const TaskContext& context) {
    const auto in = context.input(0);
    EXPECT_TRUE(in.is_future());
    const auto access = context.output(0).write_accessor<std::int64_t, 1>();
    access[0] = context.scalar(0).value<std::int64_t>();
    EXPECT_EQ(in.scalar<std::int64_t>(), 4);  // what it was before
    access[0] += in.scalar<std::int64_t>();
  };
  std::int64_t result = 0;
  run_leaf([&](const TaskContext&) {
    const auto value = runtime->create_store(Scalar{std::int64_t{4}});
    auto task = inner();
    task.add_input(value);
    task.add_output(value);
    task.add_scalar_arg(Scalar{std::int64_t{30}});
    runtime->submit(std::move(task));
    result = value.get_physical_store().scalar<std::int64_t>();
    const auto unwritten = runtime->create_store(Shape{1}, int64(), true);
    auto reading = inner();
    reading.add_input(unwritten);
    EXPECT_NE(message_of<std::invalid_argument>([&] { runtime->submit(std::move(reading)); }).find("uninitialized"),
              std::string::npos);
  });
  EXPECT_EQ(result, 34);
}

TEST_F(NestedLaunch, TasksAreRegisteredInsideTasks) {
  int runs = 0;
  inner_body = [&](const TaskContext&) { ++runs; };
  constexpr LocalTaskID LATE{200};
  run_leaf([&](const TaskContext&) {
    Inner::register_variants(inner_library, LATE);
    runtime->submit(runtime->create_task(inner_library, LATE));
    EXPECT_THROW(Inner::register_variants(inner_library, LATE), std::invalid_argument);
  });
  run(runtime->create_task(inner_library, LATE));
  EXPECT_EQ(runs, 2);
  EXPECT_THROW(Inner::register_variants(inner_library, LATE), std::invalid_argument);
}

TEST_F(NestedLaunch, DeclaredExceptionsArriveAtTheCall) {
  inner_body = [](const TaskContext&) { throw TaskException{7, "from the inner task"}; };
  std::string message;
  std::int32_t index = 0;
  run_leaf([&](const TaskContext& context) {
    try {
      runtime->submit(inner(1));
    } catch (const TaskException& exception) {
      message = exception.what();
      index = exception.index();
    }
    EXPECT_EQ(context.num_inputs(), 0U);  // the frame of this task is the innermost one again
  });
  EXPECT_EQ(message, "from the inner task");
  EXPECT_EQ(index, 7);
}

TEST_F(NestedLaunch, UncaughtExceptionsGoOnToTheControlProgram) {
  inner_body = [](const TaskContext&) { throw TaskException{3, "twice"}; };
  body = [&](const TaskContext&) { runtime->submit(inner(1)); };
  EXPECT_EQ(message_of<TaskException>([&] { runtime->submit(runtime->create_task(library, THROWING)); }), "twice");
  expect_usable();
}

TEST_F(NestedLaunch, ManualLaunchesHaveOnePoint) {
  const auto target = store(Shape{3});
  inner_body = triple_and_one;
  run_leaf(
      [&](const TaskContext& context) {
        auto task = runtime->create_task(inner_library, LocalTaskID{0}, {1});
        task.add_input(context.input(0).to_logical_store());
        task.add_output(context.output(0).to_logical_store());
        runtime->submit(std::move(task));
        EXPECT_EQ(message_of<std::runtime_error>(
                      [&] { static_cast<void>(runtime->create_task(inner_library, LocalTaskID{0}, {2})); }),
                  "create_task: a launch of 2 points may not be created inside a task, only one of a single point");
      },
      {numbered(Shape{3})}, {target});
  EXPECT_EQ(values_of(target), (std::vector<std::int64_t>{1, 4, 7}));
}

TEST_F(NestedLaunch, ChecksTheTask) {
  run_leaf([&](const TaskContext&) {
    auto task = inner(2);
    task.add_input(runtime->create_store(Shape{2}, int64()));
    EXPECT_NE(message_of<std::out_of_range>([&] { runtime->submit(std::move(task)); }).find("TwoInputs"),
              std::string::npos);
    EXPECT_NE(message_of<std::invalid_argument>([&] { static_cast<void>(inner(3)); }).find("ForGpus"),
              std::string::npos);
    EXPECT_NE(message_of<std::out_of_range>([&] { static_cast<void>(inner(99)); }).find("99"), std::string::npos);
    EXPECT_NE(message_of<std::runtime_error>([&] {
                inner().add_communicator("cpu");
              }).find("Communicators are not supported for inline task execution"),
              std::string::npos);
  });
}

TEST_F(NestedLaunch, InputsOfTheOuterTaskAreNotWritten) {
  run_leaf(
      [&](const TaskContext& context) {
        const auto in = context.input(0).to_logical_store();
        EXPECT_FALSE(in.get_physical_store().is_writable());
        EXPECT_EQ(message_of<std::invalid_argument>([&] { inner().add_output(in); }),
                  "output 0 of task \"legate::test::(anonymous namespace)::Inner\": the running task may not write the "
                  "store");
        EXPECT_NE(message_of<std::invalid_argument>([&] {
                    inner().add_reduction(in, ReductionOpKind::ADD);
                  }).find("may not reduce into"),
                  std::string::npos);
      },
      {numbered(Shape{3})});
}

TEST_F(NestedLaunch, ArgumentsHaveNoViewsTemporariesDo) {
  run_leaf(
      [&](const TaskContext& context) {
        const auto in = context.input(0).to_logical_store();
        for (const auto& call : std::vector<std::function<void()>>{
                 [&] { static_cast<void>(in.promote(0, 2)); }, [&] { static_cast<void>(in.project(0, 1)); },
                 [&] {
                   static_cast<void>(in.slice(0, Slice{0, 1}));
                 },
                 [&] { static_cast<void>(in.transpose({0})); },
                 [&] {
                   static_cast<void>(in.delinearize(0, {1, 4}));
                 },
                 [&] { static_cast<void>(in.reinterpret_as(uint64())); }}) {
          EXPECT_NE(message_of<std::runtime_error>(call).find("to_logical_store()"), std::string::npos);
        }
        auto matrix = runtime->create_store(Shape{2, 3}, int64());
        number(matrix);
        EXPECT_EQ(values_of(matrix.transpose({1, 0}).slice(0, Slice{1, 3})), (std::vector<std::int64_t>{1, 4, 2, 5}));
        EXPECT_EQ(values_of(matrix.slice(1, Slice{2, 2})), std::vector<std::int64_t>{});
        EXPECT_TRUE(matrix.overlaps(matrix.project(0, 1)));
      },
      {numbered(Shape{4})});
}

TEST_F(NestedLaunch, WhatHasNoElementsInMemoryIsRefused) {
  const auto unbound = runtime->create_store(int64());
  body = [&](const TaskContext& context) {
    EXPECT_NE(message_of<std::runtime_error>([&] {
                static_cast<void>(context.input(0).to_logical_store());
              }).find("input 0 of task \"legate::test::Plain\": to_logical_store: the store is a single value"),
              std::string::npos);
    EXPECT_NE(message_of<std::runtime_error>([&] {
                static_cast<void>(context.output(0).to_logical_store());
              }).find("the store is an unbound output"),
              std::string::npos);
    context.output(0).bind_empty_data();
  };
  auto task = plain();
  task.add_input(scalar_store(3));
  task.add_output(unbound);
  run(std::move(task));
  const auto mapped = numbered(Shape{2}).get_physical_store();
  EXPECT_THROW(static_cast<void>(mapped.to_logical_store()), std::runtime_error);
}

TEST_F(NestedLaunch, StoresOfTasksAndOfTheControlProgramDoNotMix) {
  const auto outside = numbered(Shape{3});
  const auto mapped = outside.get_physical_store();
  std::optional<LogicalStore> kept;
  std::optional<PhysicalStore> kept_mapping;
  std::optional<AutoTask> kept_task;
  auto described = plain();
  run_leaf(
      [&](const TaskContext& context) {
        EXPECT_NE(message_of<std::invalid_argument>([&] {
                    inner().add_input(outside);
                  }).find("this is one of the control program"),
                  std::string::npos);
        EXPECT_NE(message_of<std::runtime_error>([&] {
                    runtime->issue_fill(outside, Scalar{std::int64_t{1}});
                  }).find("inside a task"),
                  std::string::npos);
        EXPECT_NE(message_of<std::runtime_error>([&] { runtime->submit(std::move(described)); }).find("inside a task"),
                  std::string::npos);
        EXPECT_THROW(static_cast<void>(mapped.to_logical_store()), std::runtime_error);
        kept = context.input(0).to_logical_store();
        kept_mapping = runtime->create_store(Shape{2}, int64()).get_physical_store();
        kept_task = inner();
        // what an inner task makes does not outlive it either
        std::optional<LogicalStore> of_inner;
        inner_body = [&](const TaskContext&) { of_inner = runtime->create_store(Shape{2}, int64()); };
        runtime->submit(inner());
        EXPECT_NE(message_of<std::invalid_argument>([&] { inner().add_input(*of_inner); }).find("has ended"),
                  std::string::npos);
      },
      {outside});
  if (!kept) return;  // another rank has run the task
  const auto ended = "the store belongs to a task";
  EXPECT_NE(message_of<std::invalid_argument>([&] { plain().add_input(*kept); }).find(ended), std::string::npos);
  EXPECT_NE(message_of<std::runtime_error>([&] { static_cast<void>(kept->get_physical_store()); }).find(ended),
            std::string::npos);
  EXPECT_NE(message_of<std::runtime_error>([&] { runtime->issue_fill(*kept, Scalar{std::int64_t{1}}); }).find(ended),
            std::string::npos);
  EXPECT_NE(message_of<std::runtime_error>([&] {
              static_cast<void>(kept_mapping->read_accessor<std::int64_t, 1>());
            }).find(ended),
            std::string::npos);
  EXPECT_NE(message_of<std::runtime_error>([&] { runtime->submit(std::move(*kept_task)); }).find("outside of tasks"),
            std::string::npos);
}

TEST_F(NestedLaunch, OtherThreadsAreRefused) {
  std::string message;
  run_leaf([&](const TaskContext&) {
    const auto mine = runtime->create_store(Shape{2}, int64());
    // A thread of the task's own is no worker: there the calls are those of a control program.
    std::thread{[&] {
      message = message_of<std::runtime_error>([&] { static_cast<void>(mine.get_physical_store()); });
    }}.join();
  });
  EXPECT_NE(message.find("runs in another thread"), std::string::npos) << message;
}

}  // namespace
}  // namespace legate::test
