// SPDX-License-Identifier: Apache-2.0
// Mistakes with task descriptors, their arguments and constraints.
#include "runtime_test.h"

#include <array>

namespace legate::test {
namespace {

using MisuseOfTask = RuntimeTest;

TEST_F(MisuseOfTask, RefusesUnboundInputsAndReductions) {
  const auto unbound = runtime->create_store(int64(), 2);
  auto task = plain();
  refuses<std::invalid_argument>([&] { static_cast<void>(task.add_input(unbound)); }, {"Plain", "Unbound", "input"});
  refuses<std::invalid_argument>([&] { static_cast<void>(task.add_reduction(unbound, ReductionOpKind::ADD)); },
                                 {"Plain", "Unbound", "reduction"});
  refuses<std::invalid_argument>([&] { static_cast<void>(task.add_input(unbound, task.declare_partition())); },
                                 {"Plain", "Unbound", "input"});
  auto manual = plain({2});
  refuses<std::invalid_argument>([&] { manual.add_input(unbound); }, {"Plain", "Unbound", "input"});
  refuses<std::invalid_argument>([&] { manual.add_reduction(unbound, ReductionOpKind::MAX); }, {"Plain", "reduction"});
  EXPECT_TRUE(unbound.unbound());
}

TEST_F(MisuseOfTask, RefusesSymbolOfAnotherStore) {
  auto task = plain();
  const auto symbol = task.add_input(filled(Shape{8}, 1));
  refuses<std::invalid_argument>([&] { static_cast<void>(task.add_output(store(Shape{8}), symbol)); },
                                 {"Variable", "already assigned to another store"});
  const auto declared = task.declare_partition();
  static_cast<void>(task.add_input(filled(Shape{8}, 2), declared));
  refuses<std::invalid_argument>(
      [&] { static_cast<void>(task.add_reduction(store(Shape{8}), ReductionOpKind::ADD, declared)); },
      {"already assigned"});
  // the refused arguments have not been added
  body = [](TaskContext context) {
    EXPECT_EQ(context.num_inputs(), 2U);
    EXPECT_EQ(context.num_outputs(), 0U);
    EXPECT_EQ(context.num_reductions(), 0U);
  };
  run(std::move(task));
}

TEST_F(MisuseOfTask, RefusesSymbolOfAnotherTask) {
  auto one = plain();
  auto two = plain();
  const auto symbol = one.declare_partition();
  refuses<std::invalid_argument>([&] { static_cast<void>(two.add_input(filled(Shape{4}, 1), symbol)); }, {"Variable"});
  const auto in = two.add_input(filled(Shape{4}, 1));
  two.add_constraint(align(symbol, in));
  refuses<std::invalid_argument>([&] { runtime->submit(std::move(two)); }, {"Align", "Plain"});
}

TEST_F(MisuseOfTask, RefusesBroadcastOfASymbolOfAnotherTask) {
  // Constraints without anything to check against a shape must still name symbols of their own task.
  auto one = plain();
  for (int i = 0; i < 5; ++i) static_cast<void>(one.declare_partition());
  const auto symbol = one.declare_partition();
  auto two = plain();
  static_cast<void>(two.add_input(filled(Shape{4}, 1)));
  two.add_constraint(broadcast(symbol));
  refuses<std::invalid_argument>([&] { runtime->submit(std::move(two)); }, {"Broadcast", "Plain"});
}

TEST_F(MisuseOfTask, RefusesConstraintOnASymbolWithoutStore) {
  auto task = plain();
  const auto in = task.add_input(filled(Shape{4}, 1));
  task.add_constraint(align(task.declare_partition(), in));
  refuses<std::invalid_argument>([&] { runtime->submit(std::move(task)); }, {"Align", "without a store"});
}

TEST_F(MisuseOfTask, RefusesReductionTheTypeLacks) {
  const auto bytes = runtime->create_store(Shape{4}, binary_type(3));
  const auto complex = runtime->create_store(Shape{4}, complex64());
  const auto real = runtime->create_store(Shape{4}, float64());
  auto task = plain();
  auto manual = plain({2});
  refuses<std::invalid_argument>([&] { static_cast<void>(task.add_reduction(bytes, ReductionOpKind::ADD)); }, {"0"});
  refuses<std::invalid_argument>([&] { static_cast<void>(task.add_reduction(complex, ReductionOpKind::MAX)); },
                                 {"4", "complex64"});
  refuses<std::invalid_argument>([&] { static_cast<void>(task.add_reduction(real, ReductionOpKind::XOR)); },
                                 {"8", "float64"});
  refuses<std::invalid_argument>([&] { static_cast<void>(task.add_reduction(real, std::int32_t{4711})); }, {"4711"});
  refuses<std::invalid_argument>([&] { manual.add_reduction(complex, ReductionOpKind::MIN); }, {"5", "complex64"});
}

TEST_F(MisuseOfTask, SpentAutoTaskThrowsEverywhere) {
  auto task = plain();
  const auto some = filled(Shape{8}, 1);
  const auto symbol = task.add_input(some);
  const auto constraint = broadcast(symbol);
  auto copy = task;
  runtime->submit(std::move(task));
  const auto spent = [&](auto call, int line = __builtin_LINE()) {
    refuses<std::runtime_error>(call, {"already submitted", "Plain"}, line);
  };
  for (auto* one : {&copy, &task}) {
    spent([&] { static_cast<void>(one->add_input(some)); });
    spent([&] { static_cast<void>(one->add_output(some)); });
    spent([&] { static_cast<void>(one->add_reduction(some, ReductionOpKind::ADD)); });
    spent([&] { static_cast<void>(one->add_reduction(some, 0)); });
    spent([&] { static_cast<void>(one->add_input(some, symbol)); });
    spent([&] { static_cast<void>(one->add_output(some, symbol)); });
    spent([&] { static_cast<void>(one->add_reduction(some, ReductionOpKind::ADD, symbol)); });
    spent([&] { one->add_scalar_arg(Scalar{1}); });
    spent([&] { one->add_scalar_arg(3.5); });
    spent([&] { one->add_constraint(constraint); });
    spent([&] { one->add_constraints(Span<const Constraint>{&constraint, 1}); });
    spent([&] { static_cast<void>(one->find_or_declare_partition(some)); });
    spent([&] { static_cast<void>(one->declare_partition()); });
    spent([&] { static_cast<void>(one->provenance()); });
    spent([&] { one->set_concurrent(false); });
    spent([&] { one->set_concurrent(true); });
    spent([&] { one->set_side_effect(true); });
    spent([&] { one->throws_exception(true); });
    spent([&] { one->add_communicator("cpu"); });
    spent([&] { runtime->submit(std::move(*one)); });
  }
  EXPECT_FALSE(copy.needs_inline_execution_());
}

TEST_F(MisuseOfTask, SpentManualTaskThrowsEverywhere) {
  auto task = plain({2});
  const auto some = filled(Shape{8}, 1);
  const auto partition = some.partition_by_tiling(std::array<std::uint64_t, 1>{4});
  int runs = 0;
  body = [&](TaskContext context) {
    if (context.get_task_index()[0] == 0) ++runs;
  };
  task.add_input(some);
  auto copy = task;
  run(std::move(task));
  const auto spent = [&](auto call, int line = __builtin_LINE()) {
    refuses<std::runtime_error>(call, {"already submitted", "Plain"}, line);
  };
  for (auto* one : {&copy, &task}) {
    spent([&] { one->add_input(some); });
    spent([&] { one->add_input(partition); });
    spent([&] { one->add_output(some); });
    spent([&] { one->add_output(partition); });
    spent([&] { one->add_reduction(some, ReductionOpKind::ADD); });
    spent([&] { one->add_reduction(some, 0); });
    spent([&] { one->add_reduction(partition, ReductionOpKind::ADD); });
    spent([&] { one->add_reduction(partition, 0); });
    spent([&] { one->add_scalar_arg(Scalar{1}); });
    spent([&] { static_cast<void>(one->provenance()); });
    spent([&] { one->set_concurrent(true); });
    spent([&] { one->set_side_effect(true); });
    spent([&] { one->throws_exception(true); });
    spent([&] { one->add_communicator("cpu"); });
    spent([&] { runtime->submit(std::move(*one)); });
  }
  EXPECT_EQ(runs, 1);
}

TEST_F(MisuseOfTask, DescriptorIsSpentAlsoWhenSubmitThrows) {
  auto task = plain();
  const auto a = task.add_input(filled(Shape{8}, 1));
  const auto b = task.add_input(filled(Shape{9}, 1));
  task.add_constraint(align(a, b));
  refuses<std::invalid_argument>([&] { runtime->submit(std::move(task)); }, {"Align"});
  refuses<std::runtime_error>([&] { runtime->submit(std::move(task)); }, {"already submitted"});
}

TEST_F(MisuseOfTask, RefusesUnknownCommunicator) {
  auto task = plain();
  refuses<std::runtime_error>([&] { task.add_communicator("carrier pigeon"); }, {"carrier pigeon"});
  auto manual = plain({2});
  refuses<std::runtime_error>([&] { manual.add_communicator("carrier pigeon"); }, {"carrier pigeon"});
  run(std::move(task));
  run(std::move(manual));
}

TEST_F(MisuseOfTask, RefusesLaunchDomainThatDoesNotFitTheColors) {
  const auto square = filled(Shape{4, 4}, 1);
  const auto tiles = square.partition_by_tiling(std::array<std::uint64_t, 2>{2, 2});
  auto task = plain({2, 2, 1});
  refuses<std::runtime_error>([&] { task.add_input(tiles); }, {"Plain", "launch domain must be 1D"});
  refuses<std::runtime_error>([&] { task.add_output(tiles); }, {"Plain", "launch domain must be 1D"});
  refuses<std::runtime_error>([&] { task.add_reduction(tiles, ReductionOpKind::ADD); }, {"launch domain must be 1D"});
}

TEST_F(MisuseOfTask, RefusesReadOfAScalarStoreNeverWritten) {
  const auto empty = runtime->create_store(Shape{1}, int64(), true);
  ASSERT_TRUE(empty.has_scalar_storage());
  auto reads = plain();
  static_cast<void>(reads.add_input(empty));
  refuses<std::invalid_argument>([&] { runtime->submit(std::move(reads)); }, {"Plain", "uninitialized scalar store"});
  auto reduces = plain({2});
  reduces.add_reduction(empty, ReductionOpKind::ADD);
  refuses<std::invalid_argument>([&] { runtime->submit(std::move(reduces)); }, {"Plain", "uninitialized"});
}

TEST_F(MisuseOfTask, RefusesStoreOfTooManyDimensions) {
  auto deep = filled(Shape{1}, 1);
  for (int i = 0; i < LEGATE_MAX_DIM; ++i) deep = deep.promote(0, 1);
  ASSERT_EQ(deep.dim(), LEGATE_MAX_DIM + 1U);
  auto task = plain();
  refuses<std::invalid_argument>([&] { static_cast<void>(task.add_input(deep)); }, {"Plain", "7"});
  refuses<std::invalid_argument>([&] { static_cast<void>(deep.get_physical_store()); }, {"7"});
}

// --- constraints -------------------------------------------------------------------------------------------------

class MisuseOfConstraint : public RuntimeTest {
 protected:
  /// Submits a task with an input of each shape and the constraint that `make` builds from their variables.
  template <typename Make>
  void submit_with(const Shape& first, const Shape& second, Make&& make) {
    auto task = plain();
    const auto a = task.add_input(filled(first, 1));
    const auto b = task.add_input(filled(second, 2));
    task.add_constraint(make(a, b));
    runtime->submit(std::move(task));
  }

  static constexpr std::array<std::uint64_t, 1> ONE{2};
  static constexpr std::array<std::uint64_t, 2> TWO{2, 2};
};

TEST_F(MisuseOfConstraint, AlignRefusesDifferentShapes) {
  const auto make = [](Variable a, Variable b) { return align(a, b); };
  refuses<std::invalid_argument>(
      [&] { submit_with(Shape{8}, Shape{9}, make); },
      {"Alignment requires the stores to have the same shape", "8", "9", " is input 0", " is input 1"});
  refuses<std::invalid_argument>([&] { submit_with(Shape{8}, Shape{8, 1}, make); }, {"same shape"});
}

TEST_F(MisuseOfConstraint, AlignRefusesBoundWithUnbound) {
  auto task = plain();
  const auto a = task.add_input(filled(Shape{8}, 1));
  const auto b = task.add_output(runtime->create_store(int64()));
  task.add_constraint(align(a, b));
  refuses<std::invalid_argument>([&] { runtime->submit(std::move(task)); },
                                 {"Alignment requires the stores to be all normal or all unbound"});
}

TEST_F(MisuseOfConstraint, AlignOfAVariableWithItselfIsNotChecked) {
  auto task = plain();
  const auto a = task.add_input(filled(Shape{8}, 1));
  task.add_constraint(align(a, a));
  run(std::move(task));
}

TEST_F(MisuseOfConstraint, BroadcastRefusesAxesTheStoreLacks) {
  const std::array<std::uint32_t, 2> axes{0, 2};
  refuses<std::invalid_argument>(
      [&] {
        submit_with(Shape{4, 4}, Shape{4}, [&](Variable a, Variable) { return broadcast(a, axes); });
      },
      {"Invalid broadcasting dimension 2 for a 2-D store"});
}

TEST_F(MisuseOfConstraint, BroadcastRefusesAnEmptyListOfAxes) {
  auto task = plain();
  const auto a = task.add_input(filled(Shape{4, 4}, 1));
  refuses<std::invalid_argument>([&] { task.add_constraint(broadcast(a, Span<const std::uint32_t>{})); },
                                 {"List of axes to broadcast must not be empty"});
  const std::pair<Variable, Span<const std::uint32_t>> pair{a, {}};
  refuses<std::invalid_argument>(
      [&] {
        static_cast<void>(broadcast(Span<const std::pair<Variable, Span<const std::uint32_t>>>{&pair, 1}));
      },
      {"List of axes"});
  run(std::move(task));  // the task itself is untouched
}

TEST_F(MisuseOfConstraint, ScaleRefusesOtherDimensionsAndCounts) {
  refuses<std::invalid_argument>(
      [&] {
        submit_with(Shape{4}, Shape{8, 8}, [](Variable a, Variable b) { return scale(ONE, a, b); });
      },
      {"Scaling constraint requires the stores to have the same number of dimensions"});
  refuses<std::invalid_argument>(
      [&] { submit_with(Shape{4}, Shape{8}, [](Variable a, Variable b) { return scale(TWO, a, b); }); },
      {"Scaling constraint requires the number of factors to match"});
}

TEST_F(MisuseOfConstraint, BloatRefusesOtherDimensionsAndCounts) {
  refuses<std::invalid_argument>(
      [&] {
        submit_with(Shape{4}, Shape{8, 8}, [](Variable a, Variable b) { return bloat(a, b, ONE, ONE); });
      },
      {"Bloating constraint requires the stores to have the same number of dimensions"});
  refuses<std::invalid_argument>(
      [&] { submit_with(Shape{4}, Shape{4}, [](Variable a, Variable b) { return bloat(a, b, ONE, TWO); }); },
      {"Bloating constraint requires the number of offsets"});
  refuses<std::invalid_argument>(
      [&] { submit_with(Shape{4}, Shape{4}, [](Variable a, Variable b) { return bloat(a, b, TWO, ONE); }); },
      {"Bloating constraint requires the number of offsets"});
}

TEST_F(MisuseOfConstraint, MinExtentsRefusesOtherCounts) {
  refuses<std::invalid_argument>(
      [&] { submit_with(Shape{4}, Shape{4}, [](Variable a, Variable) { return min_extents(a, TWO); }); },
      {"Invalid minimum-extents constraint with 2 extents for a 1-D store"});
}

TEST_F(MisuseOfConstraint, TheFirstInvalidOneInOrderIsReported) {
  auto task = plain();
  const auto a = task.add_input(filled(Shape{4}, 1));
  const auto b = task.add_input(filled(Shape{5}, 1));
  task.add_constraint(min_extents(a, TWO));
  task.add_constraint(align(a, b));
  refuses<std::invalid_argument>([&] { runtime->submit(std::move(task)); }, {"minimum-extents"});
}

TEST_F(MisuseOfConstraint, DerivationFromAnUnboundStoreIsNotImplemented) {
  auto task = plain();
  const auto a = task.add_output(runtime->create_store(int64()));
  const auto b = task.add_input(filled(Shape{5}, 1));
  task.add_constraint(scale(ONE, a, b));
  refuses<std::runtime_error>([&] { runtime->submit(std::move(task)); }, {"Not implemented"});
}

TEST_F(MisuseOfTask, MissingReductionOperatorsNameTaskAndArgument) {
  auto task = plain();
  static_cast<void>(task.add_reduction(filled(Shape{4}, 1), ReductionOpKind::ADD));
  refuses<std::invalid_argument>(
      [&] {
        static_cast<void>(task.add_reduction(runtime->create_store(Shape{4}, binary_type(3)), ReductionOpKind::ADD));
      },
      {"reduction 1 of task", "Plain", "Reduction op 0 (ADD) does not exist for type binary(3)"});
  auto manual = plain({2});
  refuses<std::invalid_argument>([&] { manual.add_reduction(filled(Shape{4}, 1), 4711); },
                                 {"reduction 0 of task", "Plain", "4711"});
}

// --- colors and projections --------------------------------------------------------------------------------------

using MisuseOfProjection = RuntimeTest;

TEST_F(MisuseOfProjection, RefusesAnotherNumberOfExpressions) {
  const auto tiles = filled(Shape{4, 4}, 1).partition_by_tiling(std::array<std::uint64_t, 2>{2, 2});
  auto task = plain({2});
  refuses<std::invalid_argument>([&] { task.add_input(tiles, SymbolicPoint{dimension(0)}); }, {"Plain", "1", "2"});
  refuses<std::invalid_argument>(
      [&] {
        task.add_output(tiles, SymbolicPoint{dimension(0), constant(0), constant(0)});
      },
      {"Plain", "3", "2"});
}

TEST_F(MisuseOfProjection, RefusesDimensionTheLaunchDomainLacks) {
  const auto tiles = filled(Shape{4}, 1).partition_by_tiling(std::array<std::uint64_t, 1>{2});
  auto task = plain({2});
  refuses<std::invalid_argument>([&] { task.add_input(tiles, SymbolicPoint{dimension(1)}); }, {"Plain", "COORD1"});
}

TEST_F(MisuseOfProjection, RefusesColorsOutsideThePartition) {
  const auto some = filled(Shape{8}, 5);
  const auto tiles = some.partition_by_tiling(std::array<std::uint64_t, 1>{2});
  const auto launch = [&](std::uint64_t points, std::optional<SymbolicPoint> projection) {
    auto task = plain({points});
    task.add_output(tiles, std::move(projection));
    runtime->submit(std::move(task));
  };
  body = [](TaskContext) { ADD_FAILURE() << "a leaf ran"; };
  refuses<std::out_of_range>([&] { launch(5, std::nullopt); },
                             {"output 0 of task", "Plain", "point (4)", "color (4)", "(4)"});
  refuses<std::out_of_range>([&] { launch(2, SymbolicPoint{dimension(0) + 3}); }, {"point (1)", "color (4)"});
  refuses<std::out_of_range>([&] { launch(2, SymbolicPoint{dimension(0) + -1}); }, {"(-1)"});
  refuses<std::out_of_range>([&] { launch(3, SymbolicPoint{dimension(0) * 2}); }, {"(4)"});
  refuses<std::out_of_range>([&] { launch(2, SymbolicPoint{constant(9)}); }, {"(9)"});
  EXPECT_EQ(values_of(some), std::vector<std::int64_t>(8, 5));
}

// --- interfering arguments ---------------------------------------------------------------------------------------

using MisuseOfAliases = RuntimeTest;

TEST_F(MisuseOfAliases, OverlappingViewsOneWrittenAreRefused) {
  const auto root = numbered(Shape{10});
  auto task = plain();
  static_cast<void>(task.add_input(root.slice(0, Slice{0, 6})));
  static_cast<void>(task.add_output(root.slice(0, Slice{4, 10})));
  refuses<std::invalid_argument>([&] { runtime->submit(std::move(task)); }, {"Plain", "interfering"});
  EXPECT_EQ(values_of(root), iota(10));
}

TEST_F(MisuseOfAliases, OneStoreUnderTwoSymbolsOneWrittenIsRefused) {
  const auto root = numbered(Shape{10});
  auto task = plain();
  static_cast<void>(task.add_input(root, task.declare_partition()));
  static_cast<void>(task.add_output(root, task.declare_partition()));
  refuses<std::invalid_argument>([&] { runtime->submit(std::move(task)); }, {"Plain", "interfering"});
  auto reduces = plain();
  static_cast<void>(reduces.add_input(root));
  static_cast<void>(reduces.add_reduction(root.slice(0, Slice{1, 3}), ReductionOpKind::ADD));
  refuses<std::invalid_argument>([&] { runtime->submit(std::move(reduces)); }, {"interfering"});
  EXPECT_EQ(values_of(root), iota(10));
}

TEST_F(MisuseOfAliases, OverlappingInputsAndDisjointOutputsAreOrdinary) {
  const auto root = numbered(Shape{10});
  body = [](TaskContext context) {
    if (context.num_outputs() == 0) return;
    const auto access = context.output(0).write_accessor<std::int64_t, 1>();
    for (PointInRectIterator<1> it{context.output(0).shape<1>()}; it.valid(); ++it) access[*it] = -1;
  };
  auto reads = plain();
  static_cast<void>(reads.add_input(root.slice(0, Slice{0, 6})));
  static_cast<void>(reads.add_input(root.slice(0, Slice{4, 10})));
  static_cast<void>(reads.add_input(root));
  run(std::move(reads));
  auto writes = plain();
  static_cast<void>(writes.add_input(root.slice(0, Slice{0, 4})));
  static_cast<void>(writes.add_output(root.slice(0, Slice{8, 10})));
  run(std::move(writes));
  EXPECT_EQ(values_of(root), (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7, -1, -1}));
}

}  // namespace
}  // namespace legate::test
