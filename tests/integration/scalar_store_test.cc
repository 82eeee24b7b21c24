// SPDX-License-Identifier: Apache-2.0

// Stores that are made of a value: tasks get the value itself while nothing has written the store, and its memory
// after.

#include "runtime_test.h"

#include <legate/redop/redop.h>
#include <legate/type/complex.h>

#include <array>

namespace {

using namespace legate;
using namespace legate::test;

class ScalarStore : public RuntimeTest {
 protected:
  [[nodiscard]] LogicalStore value(std::int64_t number) const { return runtime->create_store(Scalar{number}); }
  static std::int64_t read(const LogicalStore& store) { return values_of(store).at(0); }

  /// Submits a task with the given inputs and outputs.
  void launch(const std::vector<LogicalStore>& inputs, const std::vector<LogicalStore>& outputs) {
    auto task = plain();
    for (const auto& store : inputs) task.add_input(store);
    for (const auto& store : outputs) task.add_output(store);
    runtime->submit(std::move(task));
  }
};

std::int64_t number_in(const PhysicalStore& store) { return store.read_accessor<std::int64_t, 1>()[0]; }

TEST_F(ScalarStore, EveryTaskSeesTheValueOfItsOwnStore) {
  constexpr std::int64_t COUNT = 5000;
  body = [](const TaskContext& context) {
    context.output(0).write_accessor<std::int64_t, 1>()[0] = 2 * number_in(context.input(0));
  };
  std::vector<LogicalStore> results;
  for (std::int64_t i = 0; i < COUNT; ++i) {
    results.push_back(runtime->create_store(Shape{1}, int64()));
    launch({value(i)}, {results.back()});  // the store is gone before the task runs
  }
  for (std::int64_t i = 0; i < COUNT; ++i) ASSERT_EQ(read(results[static_cast<std::size_t>(i)]), 2 * i);
}

TEST_F(ScalarStore, TaskThatUpdatesTheValuePassesItOn) {
  body = [](const TaskContext& context) {
    const auto old = number_in(context.input(0));
    context.output(0).write_accessor<std::int64_t, 1>()[0] = 3 * old + 1;
  };
  auto store = value(1);
  std::int64_t expected = 1;
  for (int i = 0; i < 30; ++i) {
    launch({store}, {store});
    expected = 3 * expected + 1;
  }
  EXPECT_EQ(read(store), expected);
}

TEST_F(ScalarStore, ReaderSubmittedBeforeAnOverwriteSeesTheFirstValue) {
  auto store = value(7);
  auto first = runtime->create_store(Shape{1}, int64());
  auto second = runtime->create_store(Shape{1}, int64());
  body = [](const TaskContext& context) {
    const auto output = context.output(0).write_accessor<std::int64_t, 1>();
    output[0] = context.num_inputs() == 0 ? 8 : number_in(context.input(0));
  };
  launch({store}, {first});
  launch({}, {store});
  launch({store}, {second});
  EXPECT_EQ(read(first), 7);
  EXPECT_EQ(read(second), 8);
}

TEST_F(ScalarStore, ReductionStartsFromTheValue) {
  auto store = value(100);
  body = [](const TaskContext& context) {
    const auto target = context.reduction(0);
    target.reduce_accessor<SumReduction<std::int64_t>, true, 1>().reduce(target.shape<1>().lo, 5);
  };
  auto task = plain({4});
  task.add_reduction(store, ReductionOpKind::ADD);
  runtime->submit(std::move(task));
  EXPECT_EQ(read(store), 120);
}

TEST_F(ScalarStore, MappingTheValueChangesNothingForTasks) {
  auto store = value(42);
  EXPECT_EQ(read(store), 42);
  auto result = runtime->create_store(Shape{1}, int64());
  body = [](const TaskContext& context) {
    context.output(0).write_accessor<std::int64_t, 1>()[0] = number_in(context.input(0));
  };
  launch({store}, {result});
  EXPECT_EQ(read(result), 42);
}

TEST_F(ScalarStore, OneStoreMayBeSeveralArguments) {
  auto store = value(6);
  auto result = runtime->create_store(Shape{1}, int64());
  body = [](const TaskContext& context) {
    context.output(0).write_accessor<std::int64_t, 1>()[0] = number_in(context.input(0)) * number_in(context.input(1));
  };
  launch({store, store}, {result});
  EXPECT_EQ(read(result), 36);
}

TEST_F(ScalarStore, LongValuesAndOddShapesWorkToo) {
  const auto type = fixed_array_type(int64(), 5);
  const std::array<std::int64_t, 5> numbers{1, 2, 3, 4, 5};
  const auto longer = runtime->create_store(Scalar{type, numbers.data(), true});
  const auto number = runtime->create_store(Scalar{legate::Complex<double>{3, 4}}, Shape{1, 1, 1});
  auto result = runtime->create_store(Shape{1}, int64());
  body = [](const TaskContext& context) {
    const auto five = context.input(0).read_accessor<std::array<std::int64_t, 5>, 1, false>()[0];
    const auto three = context.input(1).read_accessor<legate::Complex<double>, 3>()[Point<3>{0, 0, 0}];
    context.output(0).write_accessor<std::int64_t, 1>()[0] = five[4] + static_cast<std::int64_t>(three.imag());
  };
  launch({longer, number}, {result});
  EXPECT_EQ(read(result), 9);
}

}  // namespace
