// SPDX-License-Identifier: Apache-2.0
// Where NVIDIA's Legate aborts, hangs or answers wrongly: here the answer is right, or an exception says why not.
// One test for each place, named after the behaviour; the values are computed in the test.
#include "runtime_test.h"

#include <legate/redop/redop.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <map>
#include <mutex>
#include <sstream>

namespace legate::test {
namespace {

using Values = std::vector<std::int64_t>;
using Colors1 = std::array<std::uint64_t, 1>;
using Colors2 = std::array<std::uint64_t, 2>;

class Observed : public RuntimeTest {
 protected:
  /// The elements of a 2-D store as the leaves of an automatic launch see them, put together by coordinates.
  std::map<std::pair<coord_t, coord_t>, std::int64_t> seen_by_tasks(const LogicalStore& view) {
    std::map<std::pair<coord_t, coord_t>, std::int64_t> seen;
    std::mutex guard;
    body = [&](TaskContext context) {
      const auto in = context.input(0);
      const auto access = in.read_accessor<std::int64_t, 2>();
      const std::lock_guard<std::mutex> lock{guard};
      for (PointInRectIterator<2> it{in.shape<2>()}; it.valid(); ++it) seen[{(*it)[0], (*it)[1]}] = access[*it];
    };
    auto task = plain();
    static_cast<void>(task.add_input(view));
    run(std::move(task));
    return seen;
  }
  /// Leaves add 1 to every element they see of their first output.
  static void increment(TaskContext context) {
    const auto out = context.output(0);
    const auto access = out.read_write_accessor<std::int64_t, 1>();
    for (PointInRectIterator<1> it{out.shape<1>()}; it.valid(); ++it) ++access[*it];
  }
  static void add_seven(TaskContext context) {
    context.reduction(0).reduce_accessor<SumReduction<std::int64_t>, false, 1>().reduce(0, 7);
  }
};

// --- views -------------------------------------------------------------------------------------------------------

TEST_F(Observed, SliceOfAPromotedDimensionIsSeenByTasksAndMappings) {
  const auto sliced = numbered(Shape{4}).promote(0, 10).slice(0, Slice{3, 6});
  ASSERT_EQ(sliced.extents(), (tuple<std::uint64_t>{3, 4}));
  EXPECT_EQ(sliced.get_physical_store().shape<2>(), (Rect<2>{{0, 0}, {2, 3}}));
  EXPECT_EQ(values_of(sliced), (Values{0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3}));
  const auto seen = seen_by_tasks(sliced);
  EXPECT_EQ(seen.size(), 12U);
  for (const auto& [at, value] : seen) {
    EXPECT_TRUE(at.first >= 0 && at.first < 3);
    EXPECT_EQ(value, at.second);
  }
}

TEST_F(Observed, SliceOfABroadcastDimensionIsSeenByTasksAndMappings) {
  const auto sliced = numbered(Shape{1, 4}).broadcast(0, 8).slice(0, Slice{1, 3});
  EXPECT_EQ(values_of(sliced), (Values{0, 1, 2, 3, 0, 1, 2, 3}));
  EXPECT_EQ(seen_by_tasks(sliced).size(), 8U);
}

TEST_F(Observed, SliceOfAPromotedScalarStore) {
  const auto sliced = scalar_store(6).promote(1, 9).slice(1, Slice{2, 5});
  EXPECT_TRUE(sliced.has_scalar_storage());
  EXPECT_EQ(sliced.extents(), (tuple<std::uint64_t>{1, 3}));
  EXPECT_EQ(values_of(sliced), (Values{6, 6, 6}));
  EXPECT_EQ(seen_by_tasks(sliced).size(), 3U);
}

TEST_F(Observed, PromotedStoreWithoutDimensionsCanBeMapped) {
  const auto point = filled(Shape{}, 5);
  ASSERT_FALSE(point.has_scalar_storage());
  EXPECT_EQ(values_of(point), Values{5});
  const auto line = point.promote(0, 3);
  EXPECT_EQ(line.get_physical_store().shape<1>(), (Rect<1>{0, 2}));
  EXPECT_EQ(values_of(line), (Values{5, 5, 5}));
  EXPECT_EQ(values_of(line.promote(1, 2)), Values(6, 5));
}

TEST_F(Observed, ReinterpretationOfAViewKeepsItsTransforms) {
  const auto root = store(Shape{2, 3});
  number(root);
  const auto view = root.transpose({1, 0}).slice(0, Slice{1, 3}).reinterpret_as(uint64());
  EXPECT_EQ(view.type(), uint64());
  ASSERT_EQ(view.extents(), (tuple<std::uint64_t>{2, 2}));
  EXPECT_TRUE(view.transformed());
  const auto access = view.get_physical_store().read_accessor<std::uint64_t, 2, true>();
  EXPECT_EQ((access[{0, 0}]), 1U);
  EXPECT_EQ((access[{0, 1}]), 4U);
  EXPECT_EQ((access[{1, 0}]), 2U);
  EXPECT_EQ((access[{1, 1}]), 5U);
}

TEST_F(Observed, EmptyShapesOfUnboundStoresAreNotComparable) {
  const auto unbound = runtime->create_store(int64(), 3);
  EXPECT_THROW(static_cast<void>(unbound.shape() == Shape{2}), std::invalid_argument);
}

// --- partitions --------------------------------------------------------------------------------------------------

TEST_F(Observed, ChildrenOfATransposedPartitionAreLookedUpInItsOwnOrder) {
  const auto view = numbered(Shape{4, 6}).transpose({1, 0});  // 6 x 4, element (i, j) is 6 j + i
  const auto tiles = view.partition_by_tiling(Colors2{2, 4});
  ASSERT_EQ(tiles.color_shape(), (tuple<std::uint64_t>{3, 1}));
  for (std::uint64_t color = 0; color < 3; ++color) {
    Values expected;
    for (std::int64_t i = 2 * static_cast<std::int64_t>(color); i < 2 * static_cast<std::int64_t>(color) + 2; ++i) {
      for (std::int64_t j = 0; j < 4; ++j) expected.push_back(6 * j + i);
    }
    EXPECT_EQ(values_of(tiles.get_child_store(Colors2{color, 0})), expected);
  }
  EXPECT_THROW(static_cast<void>(tiles.get_child_store(Colors2{0, 1})), std::out_of_range);
}

TEST_F(Observed, ChildrenOfAPromotedPartitionAreLookedUpInItsOwnOrder) {
  const auto tiles = numbered(Shape{4}).promote(0, 6).partition_by_tiling(Colors2{3, 2});
  ASSERT_EQ(tiles.color_shape(), (tuple<std::uint64_t>{2, 2}));
  EXPECT_EQ(values_of(tiles.get_child_store(Colors2{1, 1})), (Values{2, 3, 2, 3, 2, 3}));
}

TEST_F(Observed, ChildOfAPartitionedScalarStoreIsTheStore) {
  const auto scalar = scalar_store(8);
  const auto child = scalar.partition_by_tiling(Colors1{1}).get_child_store(Colors1{0});
  EXPECT_EQ(values_of(child), Values{8});
}

// --- manual launches ---------------------------------------------------------------------------------------------

TEST_F(Observed, LaunchOfOnePointReducingIntoAScalarStoreKeepsThePriorValue) {
  for (const auto& shape : {std::vector<std::uint64_t>{1}, std::vector<std::uint64_t>{1, 1},
                            std::vector<std::uint64_t>{3}, std::vector<std::uint64_t>{2, 2}}) {
    const auto sum = scalar_store(100);
    body = add_seven;
    auto task = runtime->create_task(library, PLAIN, Span<const std::uint64_t>{shape});
    task.add_reduction(sum, ReductionOpKind::ADD);
    run(std::move(task));
    std::int64_t points = 1;
    for (const auto extent : shape) points *= static_cast<std::int64_t>(extent);
    EXPECT_EQ(values_of(sum), Values{100 + 7 * points});
  }
  const auto sum = scalar_store(100);
  auto task = plain();
  static_cast<void>(task.add_reduction(sum, ReductionOpKind::ADD));
  run(std::move(task));
  EXPECT_EQ(values_of(sum), Values{107});
}

TEST_F(Observed, FewerLeavesThanColorsLeaveTheOtherPiecesAlone) {
  const auto target = numbered(Shape{8});
  body = increment;
  auto task = plain({2});
  task.add_input(target.partition_by_tiling(Colors1{2}));
  task.add_output(target.partition_by_tiling(Colors1{2}));
  run(std::move(task));
  EXPECT_EQ(values_of(target), (Values{1, 2, 3, 4, 4, 5, 6, 7}));
}

TEST_F(Observed, MoreLeavesThanColorsAreRefused) {
  const auto target = numbered(Shape{8});
  auto task = plain({5});
  task.add_output(target.partition_by_tiling(Colors1{2}));
  refuses<std::out_of_range>([&] { runtime->submit(std::move(task)); }, {"(4)"});
  EXPECT_EQ(values_of(target), iota(8));
}

TEST_F(Observed, ProjectionOfAnotherSizeIsRefused) {
  const auto tiles = filled(Shape{4, 4}, 0).partition_by_tiling(Colors2{2, 2});
  auto task = plain({2, 2});
  refuses<std::invalid_argument>([&] { task.add_input(tiles, SymbolicPoint{dimension(0)}); }, {"1", "2"});
}

TEST_F(Observed, ManualTaskRunsOnce) {
  std::atomic<int> runs{0};
  body = [&](TaskContext) { ++runs; };
  auto task = plain({3});
  run(std::move(task));
  EXPECT_THROW(runtime->submit(std::move(task)), std::runtime_error);
  runtime->issue_execution_fence(true);
  EXPECT_EQ(runs, 3);
}

TEST_F(Observed, SingleManualLaunchIsIndexZeroWhateverItsBounds) {
  body = [](TaskContext context) {
    EXPECT_TRUE(context.is_single_task());
    EXPECT_EQ(context.get_task_index(), DomainPoint{Point<1>{0}});
    EXPECT_EQ(context.get_launch_domain(), (Domain{Rect<1>{0, 0}}));
  };
  run(runtime->create_task(library, PLAIN, Domain{Rect<1>{3, 3}}));
}

// --- arguments ---------------------------------------------------------------------------------------------------

TEST_F(Observed, InterferingArgumentsAreRefused) {
  const auto root = numbered(Shape{12});
  auto task = plain();
  static_cast<void>(task.add_input(root));
  static_cast<void>(task.add_output(root.slice(0, Slice{2, 6})));
  refuses<std::invalid_argument>([&] { runtime->submit(std::move(task)); }, {"Plain", "interfering"});
  EXPECT_EQ(values_of(root), iota(12));
}

TEST_F(Observed, SpentDescriptorsThrowInsteadOfCrashing) {
  auto task = plain();
  runtime->submit(std::move(task));
  EXPECT_THROW(static_cast<void>(task.declare_partition()), std::runtime_error);
  EXPECT_THROW(static_cast<void>(task.add_input(filled(Shape{2}, 1))), std::runtime_error);
}

TEST_F(Observed, SpanFormsOfAlignAndBroadcastCanBeLinked) {
  auto task = plain();
  const std::vector<Variable> variables{task.add_input(filled(Shape{8}, 1)), task.add_input(filled(Shape{8}, 2)),
                                        task.add_input(filled(Shape{8}, 3))};
  EXPECT_EQ(align(Span<const Variable>{variables}).size(), 2U);
  EXPECT_EQ(align(Span<const Variable>{variables.data(), 1}).size(), 0U);
  EXPECT_EQ(broadcast(Span<const Variable>{variables}).size(), 3U);
  task.add_constraints(align(Span<const Variable>{variables}));
  body = [](TaskContext context) {
    EXPECT_EQ(context.input(0).shape<1>(), context.input(1).shape<1>());
    EXPECT_EQ(context.input(0).shape<1>(), context.input(2).shape<1>());
  };
  run(std::move(task));
}

TEST_F(Observed, SplitsOfUnequalVolumesRunAsOneLeaf) {
  std::atomic<int> leaves{0};
  body = [&](TaskContext context) {
    ++leaves;
    EXPECT_TRUE(context.is_single_task());
    EXPECT_EQ(context.input(0).shape<1>().volume(), 8U);
    EXPECT_EQ(context.input(1).shape<1>().volume(), 3U);
  };
  auto task = plain();  // 4 tiles of 2 and 3 tiles of 1
  static_cast<void>(task.add_input(filled(Shape{8}, 1)));
  static_cast<void>(task.add_input(filled(Shape{3}, 1)));
  run(std::move(task));
  EXPECT_EQ(leaves, 1);
}

TEST_F(Observed, ReplicatedWriteIsReadUnderEveryLaunchShape) {
  const auto target = store(Shape{5});
  body = [](TaskContext context) {
    const auto access = context.output(0).write_accessor<std::int64_t, 1>();
    for (coord_t i = 0; i < 5; ++i) access[i] = 3 * i;
  };
  auto writes = plain({3, 3});
  writes.add_output(target);
  run(std::move(writes));
  std::atomic<int> wrong{0};
  body = [&](TaskContext context) {
    const auto access = context.input(0).read_accessor<std::int64_t, 1>();
    for (coord_t i = 0; i < 5; ++i) wrong += access[i] == 3 * i ? 0 : 1;
  };
  for (const auto& shape :
       {std::vector<std::uint64_t>{3, 3}, std::vector<std::uint64_t>{9}, std::vector<std::uint64_t>{4}}) {
    auto reads = runtime->create_task(library, PLAIN, Span<const std::uint64_t>{shape});
    reads.add_input(target);
    run(std::move(reads));
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(values_of(target), (Values{0, 3, 6, 9, 12}));
}

// --- signatures and options --------------------------------------------------------------------------------------

struct Ranged : public LegateTask<Ranged> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{0}}.with_signature(
      TaskSignature{}.outputs(3, 5).constraints({align(proxy::outputs[0], proxy::outputs[1])}));
  static void cpu_variant(TaskContext context) { body(context); }
};

TEST_F(Observed, ConstraintsMayNameTheFirstArgumentsOfARange) {
  auto ranged = runtime->create_library("observed.ranged");
  Ranged::register_variants(ranged);
  body = [](TaskContext context) { EXPECT_EQ(context.output(0).shape<1>(), context.output(1).shape<1>()); };
  auto task = runtime->create_task(ranged, LocalTaskID{0});
  for (int i = 0; i < 3; ++i) static_cast<void>(task.add_output(store(Shape{8})));
  run(std::move(task));
}

TEST_F(Observed, ConfigurationsAndSignaturesCompareByValue) {
  const auto signature = [] { return TaskSignature{}.inputs(1).constraints({align(proxy::inputs, proxy::outputs)}); };
  EXPECT_EQ(signature(), signature());
  EXPECT_NE(signature(), signature().inputs(2));
  EXPECT_NE(TaskSignature{}, TaskSignature{}.constraints(Span<const ProxyConstraint>{}));
  const auto config = [&] { return TaskConfig{LocalTaskID{4}}.with_signature(signature()); };
  EXPECT_EQ(config(), config());
  EXPECT_NE(config(), TaskConfig{LocalTaskID{4}});
  EXPECT_NE(config(), TaskConfig{LocalTaskID{5}}.with_signature(signature()));
  EXPECT_NE(config(), config().with_variant_options(VariantOptions{}.with_concurrent(true)));
}

TEST_F(Observed, VariantOptionsCompareTheExceptionFlagToo) {
  EXPECT_NE(VariantOptions{}, VariantOptions{}.with_may_throw_exception(true));
}

TEST_F(Observed, SymbolicExpressionsPrintOneSign) {
  const auto text = [](const SymbolicExpr& expression) {
    std::ostringstream stream;
    stream << expression;
    EXPECT_EQ(stream.str(), expression.to_string());
    return expression.to_string();
  };
  EXPECT_EQ(text(dimension(1) + -4), "COORD1-4");
  EXPECT_EQ(text(dimension(1) + 4), "COORD1+4");
  EXPECT_EQ(text(dimension(2) * 3), "3*COORD2");
  EXPECT_EQ(text(SymbolicExpr{0, -1, 2}), "-1*COORD0+2");
  EXPECT_EQ(text(constant(5)), "5");
  EXPECT_EQ(text(constant(-3)), "-3");
  EXPECT_EQ(text(constant(0)), "0");
}

// --- reductions --------------------------------------------------------------------------------------------------

template <typename T>
void fold_all_bits(TaskContext context) {
  context.reduction(0).reduce_accessor<AndReduction<T>, false, 1>().reduce(0, static_cast<T>(~T{0}));
}

template <typename T>
void expect_and_keeps_all_bits(Runtime* runtime, const Library& library) {
  EXPECT_EQ(AndReduction<T>::identity, std::numeric_limits<T>::max());
  const auto value = static_cast<T>(std::numeric_limits<T>::max() - 5);
  const auto target = runtime->create_store(Scalar{value});
  body = fold_all_bits<T>;
  auto task = runtime->create_task(library, LocalTaskID{0}, {4});
  task.add_reduction(target, ReductionOpKind::AND);
  runtime->submit(std::move(task));
  EXPECT_EQ(target.get_physical_store().scalar<T>(), value);
}

TEST_F(Observed, IdentityOfAndHasAllBitsOfWideIntegers) {
  EXPECT_EQ(AndReduction<std::int64_t>::identity, -1);
  EXPECT_EQ(AndReduction<std::int32_t>::identity, -1);
  EXPECT_TRUE(AndReduction<bool>::identity);
  expect_and_keeps_all_bits<std::uint8_t>(runtime, library);
  expect_and_keeps_all_bits<std::uint16_t>(runtime, library);
  expect_and_keeps_all_bits<std::uint32_t>(runtime, library);
  expect_and_keeps_all_bits<std::uint64_t>(runtime, library);
}

TEST_F(Observed, AndAndOrOfBoolsReduce) {
  body = [](TaskContext context) {
    const bool odd = context.get_task_index()[0] % 2 != 0;
    context.reduction(0).reduce_accessor<AndReduction<bool>, false, 1>().reduce(0, odd);
    context.reduction(1).reduce_accessor<OrReduction<bool>, false, 1>().reduce(0, odd);
  };
  const auto all = runtime->create_store(Scalar{true});
  const auto any = runtime->create_store(Scalar{false});
  auto task = plain({4});
  task.add_reduction(all, ReductionOpKind::AND);
  task.add_reduction(any, ReductionOpKind::OR);
  run(std::move(task));
  EXPECT_FALSE(all.get_physical_store().scalar<bool>());
  EXPECT_TRUE(any.get_physical_store().scalar<bool>());
}

// --- exceptions and unbound outputs ------------------------------------------------------------------------------

TEST_F(Observed, EmptyExceptionMessagesArrive) {
  body = [](TaskContext) { throw TaskException{6, ""}; };
  try {
    runtime->submit(runtime->create_task(library, THROWING));
    ADD_FAILURE() << "nothing was thrown";
  } catch (const TaskException& exception) {
    EXPECT_EQ(exception.index(), 6);
    EXPECT_STREQ(exception.what(), "");
  }
}

TEST_F(Observed, ExceptionAfterOneOutputWasBound) {
  const auto one = runtime->create_store(int64());
  const auto two = runtime->create_store(int64(), 2);
  body = [](TaskContext context) {
    context.output(0).create_output_buffer<std::int64_t, 1>(Point<1>{3}, true)[0] = 1;
    throw TaskException{1, "after one"};
  };
  auto task = runtime->create_task(library, THROWING);
  static_cast<void>(task.add_output(one));
  static_cast<void>(task.add_output(two));
  refuses<TaskException>([&] { runtime->submit(std::move(task)); }, {"after one"});
  EXPECT_TRUE(one.volume() == 0 || one.volume() == 3);
  EXPECT_EQ(two.extents(), (tuple<std::uint64_t>{0, 0}));
}

TEST_F(Observed, BuffersNeedNoAllocationOption) {
  body = [](TaskContext context) {
    auto scratch = create_buffer<std::int64_t, 1>(5);
    for (coord_t i = 0; i < 5; ++i) scratch[i] = 2 * i;
    context.output(0).bind_data(scratch, Point<1>{5});
  };
  const auto result = runtime->create_store(int64());
  auto task = runtime->create_task(library, BARE);
  static_cast<void>(task.add_output(result));
  run(std::move(task));
  EXPECT_EQ(values_of(result), (Values{0, 2, 4, 6, 8}));
}

TEST_F(Observed, DataOfTwoAndThreeDimensionsCanBeBound) {
  body = [](TaskContext context) {
    const auto flat = context.output(0);
    const auto deep = context.output(1);
    auto table = flat.create_output_buffer<std::int64_t, 2>(Point<2>{4, 5});
    for (coord_t i = 0; i < 4; ++i) {
      for (coord_t j = 0; j < 5; ++j) table[{i, j}] = 10 * i + j;
    }
    flat.bind_data(table, Point<2>{2, 3});  // the leading part of the buffer
    auto block = create_buffer<std::int64_t, 3>(Point<3>{2, 1, 2});
    for (coord_t i = 0; i < 4; ++i) block[{i / 2, 0, i % 2}] = i;
    deep.bind_data(block, Point<3>{2, 1, 2});
  };
  const auto flat = runtime->create_store(int64(), 2);
  const auto deep = runtime->create_store(int64(), 3);
  auto task = plain();
  static_cast<void>(task.add_output(flat));
  static_cast<void>(task.add_output(deep));
  run(std::move(task));
  EXPECT_EQ(flat.extents(), (tuple<std::uint64_t>{2, 3}));
  EXPECT_EQ(values_of(flat), (Values{0, 1, 2, 10, 11, 12}));
  EXPECT_EQ(values_of(deep), (Values{0, 1, 2, 3}));
}

// --- streaming, halos, allocators --------------------------------------------------------------------------------

TEST_F(Observed, RelaxedStreamingOverSlicesOfDifferentOffsets) {
  const auto one = filled(Shape{40}, 1);
  const auto two = filled(Shape{40}, 2);
  {
    const Scope scope{ParallelPolicy{}.with_streaming(StreamingMode::RELAXED).with_overdecompose_factor(4)};
    body = [](TaskContext context) {
      const auto in = context.input(0).read_accessor<std::int64_t, 1>();
      const auto out = context.output(0).read_write_accessor<std::int64_t, 1>();
      for (PointInRectIterator<1> it{context.output(0).shape<1>()}; it.valid(); ++it) out[*it] += in[*it];
    };
    for (int round = 0; round < 3; ++round) {
      const auto from = one.slice(0, Slice{0, 36});
      const auto to = two.slice(0, Slice{4, 40});
      auto task = plain();
      const auto in = task.add_input(from);
      const auto out = task.add_output(to);
      static_cast<void>(task.add_input(to));
      task.add_constraint(align(in, out));
      runtime->submit(std::move(task));
    }
    Values expected(40, 5);
    std::fill_n(expected.begin(), 4, 2);
    EXPECT_EQ(values_of(two), expected);
  }
}

TEST_F(Observed, StoreReadAtTopLevelMayBeUsedInAStrictScope) {
  const auto target = filled(Shape{16}, 1);
  EXPECT_EQ(values_of(target), Values(16, 1));
  body = increment;
  {
    const Scope scope{ParallelPolicy{}.with_streaming(StreamingMode::STRICT).with_overdecompose_factor(2)};
    auto task = plain();
    static_cast<void>(task.add_input(target));
    static_cast<void>(task.add_output(target));
    runtime->submit(std::move(task));
  }
  EXPECT_EQ(values_of(target), Values(16, 2));
}

TEST_F(Observed, FillsOfViewsAreSeenByTheHaloOfTheNextTask) {
  for (std::int64_t round = 0; round < 50; ++round) {
    const auto grid = filled(Shape{12, 12}, 0);
    const auto sums = store(Shape{12, 12});
    runtime->issue_fill(grid.project(1, 3), Scalar{round});
    runtime->issue_fill(grid.slice(0, Slice{5, 9}), Scalar{2 * round});
    body = [](TaskContext context) {
      const auto in = context.input(0);
      const auto halo = in.shape<2>();
      const auto read = in.read_accessor<std::int64_t, 2>();
      const auto write = context.output(0).write_accessor<std::int64_t, 2>();
      for (PointInRectIterator<2> it{context.output(0).shape<2>()}; it.valid(); ++it) {
        std::int64_t sum = 0;
        for (coord_t i = -1; i <= 1; ++i) {
          for (coord_t j = -1; j <= 1; ++j) {
            const Point<2> at{(*it)[0] + i, (*it)[1] + j};
            if (halo.contains(at)) sum += read[at];
          }
        }
        write[*it] = sum;
      }
    };
    auto task = plain();
    const auto out = task.add_output(sums);
    const auto in = task.add_input(grid);
    const Colors2 one{1, 1};
    task.add_constraint(bloat(out, in, one, one));
    run(std::move(task));
    const auto value = [&](std::int64_t i, std::int64_t j) -> std::int64_t {
      if (i < 0 || j < 0 || i > 11 || j > 11) return 0;
      return i >= 5 && i < 9 ? 2 * round : j == 3 ? round : 0;
    };
    Values expected;
    for (std::int64_t i = 0; i < 12; ++i) {
      for (std::int64_t j = 0; j < 12; ++j) {
        std::int64_t sum = 0;
        for (std::int64_t k = 0; k < 9; ++k) sum += value(i + k / 3 - 1, j + k % 3 - 1);
        expected.push_back(sum);
      }
    }
    ASSERT_EQ(values_of(sums), expected) << "round " << round;
  }
}

TEST_F(Observed, ReplicatedInputAndOutputOfOneLaunchOfSeveralPoints) {
  const auto target = numbered(Shape{4});
  body = increment;
  auto task = plain({3});
  task.add_input(target);
  task.add_output(target);
  run(std::move(task));
  EXPECT_EQ(values_of(target), (Values{1, 2, 3, 4}));
}

TEST_F(Observed, LargeAlignmentsAskedOfAnAllocatorAreHonoured) {
  body = [](TaskContext) {
    ScopedAllocator allocator{Memory::Kind::SYSTEM_MEM, true, 2048};
    for (int i = 0; i < 5; ++i) {
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(allocator.allocate(24)) % 2048, 0U);
    }
  };
  run(plain());
}

TEST_F(Observed, AnEmptyDomainPrints) {
  std::ostringstream text;
  text << Domain{};
  EXPECT_FALSE(text.str().empty());
}

}  // namespace
}  // namespace legate::test
