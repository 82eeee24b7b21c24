// SPDX-License-Identifier: Apache-2.0
// Mistakes with stores, shapes, views, partitions and operations on whole stores.
#include "runtime_test.h"

#include <legate/utilities/out_of_memory.h>

#include <array>
#include <vector>

namespace legate::test {
namespace {

using MisuseOfStore = RuntimeTest;

TEST_F(MisuseOfStore, RefusesTooManyDimensions) {
  refuses<std::out_of_range>([&] { static_cast<void>(runtime->create_store(int64(), LEGATE_MAX_DIM + 1)); },
                             {"create_store", "7", "6"});
  refuses<std::out_of_range>([&] { static_cast<void>(store(Shape{1, 1, 1, 1, 1, 1, 1})); }, {"create_store", "7", "6"});
  refuses<std::out_of_range>(
      [&] {
        static_cast<void>(runtime->create_store(Scalar{1}, Shape{1, 1, 1, 1, 1, 1, 1}));
      },
      {"create_store", "7"});
}

// A sanitizer's allocator refuses in its own way, or never.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SKIP_WITH_SANITIZER() GTEST_SKIP()
#else
#define SKIP_WITH_SANITIZER() static_cast<void>(0)
#endif

TEST_F(MisuseOfStore, RefusesWhatOutgrowsTheMemoryOfTheMachine) {
  SKIP_WITH_SANITIZER();
  const auto huge = store(Shape{std::uint64_t{1} << 50U});
  refuses<OutOfMemoryError>([&] { runtime->issue_fill(huge, Scalar{std::int64_t{1}}); },
                            {"Out of memory", "9007199254740992 bytes on memory of kind SYSTEM_MEM", "Store"});
  refuses<OutOfMemoryError>([&] { static_cast<void>(huge.get_physical_store()); }, {"9007199254740992 bytes"});
}

TEST_F(MisuseOfStore, RefusesMoreThanTheConfiguredMemoryInUse) {
  constexpr std::uint64_t TENTH = (std::uint64_t{256} << 20U) / 10 / sizeof(std::int64_t);  // of --sysmem 256
  std::vector<LogicalStore> kept;
  for (int i = 0; i < 4; ++i) kept.push_back(filled(Shape{2 * TENTH}, i));
  const auto more = store(Shape{4 * TENTH});
  refuses<OutOfMemoryError>([&] { runtime->issue_fill(more, Scalar{std::int64_t{5}}); },
                            {"Out of memory", "of 268435456 bytes are in use", "--sysmem", "Store"});
  EXPECT_EQ(values_of(kept[3].slice(0, Slice{0, 3})), (std::vector<std::int64_t>{3, 3, 3})) << "nothing is lost";
  kept.erase(kept.begin() + 2, kept.end());
  runtime->issue_fill(more, Scalar{std::int64_t{5}});
  EXPECT_EQ(values_of(more.slice(0, Slice{0, 2})), (std::vector<std::int64_t>{5, 5})) << "there is room again";
}

// Stores that were dropped make room, also while tasks still use them.
TEST_F(MisuseOfStore, DroppedStoresDoNotCountAsInUse) {
  constexpr std::uint64_t HALF = (std::uint64_t{256} << 20U) / 2 / sizeof(std::int64_t);
  for (int i = 0; i < 10; ++i) static_cast<void>(filled(Shape{HALF + static_cast<std::uint64_t>(i) * 4096}, i));
}

TEST_F(MisuseOfStore, RefusesElementsOfVariableSize) {
  refuses<std::invalid_argument>([&] { static_cast<void>(runtime->create_store(string_type())); },
                                 {"create_store", "string"});
  refuses<std::invalid_argument>([&] { static_cast<void>(runtime->create_store(Shape{3}, string_type())); },
                                 {"create_store", "string"});
  refuses<std::invalid_argument>([&] { static_cast<void>(runtime->create_store(Scalar{"text"})); },
                                 {"create_store", "string"});
  refuses<std::invalid_argument>([&] { static_cast<void>(runtime->create_store(Shape{3}, list_type(int64()))); },
                                 {"create_store", "list"});
}

TEST_F(MisuseOfStore, RefusesShapeOfAnUnboundStore) {
  const auto unbound = runtime->create_store(int64(), 2);
  refuses<std::invalid_argument>([&] { static_cast<void>(store(unbound.shape())); }, {"create_store", "unbound"});
}

TEST_F(MisuseOfStore, RefusesScalarStoreOfAnotherVolume) {
  refuses<std::invalid_argument>([&] { static_cast<void>(runtime->create_store(Scalar{1}, Shape{2})); },
                                 {"create_store", "2"});
  refuses<std::invalid_argument>(
      [&] {
        static_cast<void>(runtime->create_store(Scalar{1}, Shape{1, 0}));
      },
      {"create_store", "0"});
  EXPECT_EQ(runtime->create_store(Scalar{1}, Shape{}).dim(), 0U);
  EXPECT_EQ(runtime->create_store(Scalar{1}, Shape{1, 1}).dim(), 2U);
}

TEST_F(MisuseOfStore, RefusesQuestionsAboutAnUnboundStore) {
  const auto unbound = runtime->create_store(int64(), 2);
  refuses<std::invalid_argument>([&] { static_cast<void>(unbound.extents()); }, {"LogicalStore::extents", "unbound"});
  refuses<std::invalid_argument>([&] { static_cast<void>(unbound.volume()); }, {"LogicalStore::volume", "unbound"});
  refuses<std::invalid_argument>([&] { static_cast<void>(unbound.shape().extents()); }, {"unbound"});
  refuses<std::invalid_argument>([&] { static_cast<void>(unbound.shape().volume()); }, {"unbound"});
  refuses<std::invalid_argument>([&] { static_cast<void>(unbound.shape()[0]); }, {"unbound"});
  refuses<std::invalid_argument>([&] { static_cast<void>(unbound.shape().at(0)); }, {"unbound"});
  refuses<std::invalid_argument>([&] { static_cast<void>(unbound.get_physical_store()); },
                                 {"LogicalStore::get_physical_store", "unbound"});
  refuses<std::invalid_argument>([&] { static_cast<void>(unbound.promote(0, 3)); }, {"unbound"});
  refuses<std::invalid_argument>([&] { static_cast<void>(unbound.project(0, 0)); }, {"unbound"});
  refuses<std::invalid_argument>([&] { static_cast<void>(unbound.broadcast(0, 3)); }, {"unbound"});
  refuses<std::invalid_argument>([&] { static_cast<void>(unbound.slice(0, Slice{0, 1})); }, {"unbound"});
  refuses<std::invalid_argument>([&] { static_cast<void>(unbound.transpose({1, 0})); }, {"unbound"});
  refuses<std::invalid_argument>([&] { static_cast<void>(unbound.delinearize(0, {1, 1})); }, {"unbound"});
  refuses<std::invalid_argument>(
      [&] {
        static_cast<void>(unbound.partition_by_tiling(std::array<std::uint64_t, 2>{1, 1}));
      },
      {"unbound"});
  EXPECT_EQ(unbound.shape().ndim(), 2U);
  EXPECT_EQ(unbound.shape().to_string(), "Shape(unbound 2D)");
}

TEST_F(MisuseOfStore, RefusesComparisonWithAnUnboundShape) {
  const auto unbound = runtime->create_store(int64(), 2);
  const Shape ready{2, 2};
  refuses<std::invalid_argument>([&] { static_cast<void>(unbound.shape() == ready); }, {"unbound"});
  refuses<std::invalid_argument>([&] { static_cast<void>(ready == unbound.shape()); }, {"unbound"});
  refuses<std::invalid_argument>([&] { static_cast<void>(Shape{1} != unbound.shape()); }, {"unbound"});
  EXPECT_EQ(unbound.shape(), unbound.shape());
}

TEST_F(MisuseOfStore, ShapeAtChecksTheIndex) {
  refuses<std::out_of_range>([&] { static_cast<void>(Shape({1, 2}).at(2)); }, {});
}

// --- views -------------------------------------------------------------------------------------------------------

class MisuseOfView : public RuntimeTest {
 protected:
  LogicalStore root{numbered(Shape{4, 6})};

  template <typename Call>
  void refused(Call&& call, std::initializer_list<std::string_view> parts, int line = __builtin_LINE()) {
    refuses<std::invalid_argument>([&] { static_cast<void>(call()); }, parts, line);
    EXPECT_EQ(values_of(root), iota(24));
  }
};

TEST_F(MisuseOfView, Promote) {
  refused([&] { return root.promote(-1, 3); }, {"promote", "-1", "2-D"});
  refused([&] { return root.promote(3, 3); }, {"promote", "3", "2-D"});
  EXPECT_EQ(root.promote(2, 0).volume(), 0U);
}

TEST_F(MisuseOfView, Project) {
  refused([&] { return root.project(-1, 0); }, {"project", "-1", "2-D"});
  refused([&] { return root.project(2, 0); }, {"project", "2", "2-D"});
  refused([&] { return root.project(0, 4); }, {"project", "4", "[0, 4)"});
  refused([&] { return root.project(1, -1); }, {"project", "-1", "[0, 6)"});
  EXPECT_EQ(store(Shape{0, 3}).project(1, 2).volume(), 0U);
  refused([&] { return store(Shape{0, 3}).project(0, 0); }, {"project"});
}

TEST_F(MisuseOfView, Broadcast) {
  refused([&] { return root.broadcast(0, 5); }, {"broadcast", "4"});
  refused([&] { return root.broadcast(2, 5); }, {"broadcast", "2"});
  refused([&] { return root.broadcast(-1, 5); }, {"broadcast", "-1"});
}

TEST_F(MisuseOfView, Slice) {
  refused([&] { return root.slice(2, Slice{0, 1}); }, {"slice", "2"});
  refused([&] { return root.slice(-1, Slice{0, 1}); }, {"slice", "-1"});
  refused([&] { return root.slice(0, Slice{0, 5}); }, {"slice", "5", "4"});
  refused([&] { return root.slice(0, Slice{4, 6}); }, {"slice", "4"});
  refused([&] { return root.slice(1, Slice{5, 7}); }, {"slice", "7", "6"});
  EXPECT_EQ(root.slice(0, Slice{10, 8}).volume(), 0U);
  EXPECT_EQ(values_of(root.slice(0, Slice{-100, 1})), iota(6));
  EXPECT_EQ(values_of(root.slice(0, Slice{-1, Slice::OPEN})), (std::vector<std::int64_t>{18, 19, 20, 21, 22, 23}));
}

TEST_F(MisuseOfView, Transpose) {
  refused([&] { return root.transpose({0}); }, {"transpose", "2-D"});
  refused([&] { return root.transpose({0, 1, 2}); }, {"transpose"});
  refused([&] { return root.transpose({0, 0}); }, {"transpose", "0, 0"});
  refused([&] { return root.transpose({0, 2}); }, {"transpose", "2"});
  refused([&] { return root.transpose({-1, 0}); }, {"transpose", "-1"});
}

TEST_F(MisuseOfView, Delinearize) {
  refused([&] { return root.delinearize(1, {2, 2}); }, {"delinearize", "6", "2, 2"});
  refused([&] { return root.delinearize(2, {1, 6}); }, {"delinearize", "2"});
  refused([&] { return root.delinearize(-1, {2, 2}); }, {"delinearize", "-1"});
  refused([&] { return root.delinearize(1, {12, 0}); }, {"delinearize"});
  // a product that wraps around to 6
  refused([&] { return root.delinearize(1, {(std::uint64_t{1} << 63U) + 3, 2}); }, {"delinearize"});
}

TEST_F(MisuseOfView, PartsOfADelinearizedDimensionMustBeContiguous) {
  const auto line = numbered(Shape{12});
  const auto table = line.delinearize(0, {3, 4});
  refuses<std::runtime_error>(
      [&] {
        static_cast<void>(table.slice(1, Slice{0, 2}));
      },
      {"Non-invertible transformation", "slice"});
  refuses<std::runtime_error>([&] { static_cast<void>(table.project(1, 2)); },
                              {"Non-invertible transformation", "project"});
  refuses<std::runtime_error>(
      [&] {
        static_cast<void>(table.partition_by_tiling(std::array<std::uint64_t, 2>{2, 2}));
      },
      {"Non-invertible transformation", "2, 2"});
  EXPECT_EQ(values_of(table.slice(0, Slice{1, 3})), (std::vector<std::int64_t>{4, 5, 6, 7, 8, 9, 10, 11}));
  EXPECT_EQ(values_of(table.project(0, 1)), (std::vector<std::int64_t>{4, 5, 6, 7}));
  const auto rows = table.partition_by_tiling(std::array<std::uint64_t, 2>{1, 4});
  EXPECT_EQ(values_of(rows.get_child_store(std::array<std::uint64_t, 2>{2, 0})),
            (std::vector<std::int64_t>{8, 9, 10, 11}));
}

TEST_F(MisuseOfView, ReinterpretAs) {
  refused([&] { return root.reinterpret_as(int32()); }, {"reinterpret_as", "int32", "int64"});
  refused([&] { return root.reinterpret_as(complex128()); }, {"reinterpret_as", "complex128"});
  refused([&] { return root.reinterpret_as(binary_type(8)); }, {"reinterpret_as"});  // another alignment
  EXPECT_EQ(root.reinterpret_as(float64()).type(), float64());
}

TEST_F(MisuseOfView, PartitionByTiling) {
  using Colors = std::array<std::uint64_t, 2>;
  const std::array<std::uint64_t, 1> one{2};
  const Colors tile{2, 2};
  const Colors none{2, 0};
  refused([&] { return root.partition_by_tiling(one); }, {"tile shape", "2-tuple", "1-tuple"});
  refused([&] { return root.partition_by_tiling(none); }, {"ile shape", "volume greater than 0"});
  refused([&] { return root.partition_by_tiling(tile, Span<const std::uint64_t>{one}); },
          {"color shape", "2-tuple", "1-tuple"});
  refused([&] { return root.partition_by_tiling(tile, Span<const std::uint64_t>{none}); },
          {"olor shape", "volume greater than 0"});
}

TEST_F(MisuseOfView, ChildStore) {
  using Colors = std::array<std::uint64_t, 2>;
  const auto tiles = root.partition_by_tiling(Colors{3, 4});
  ASSERT_EQ(tiles.color_shape(), (tuple<std::uint64_t>{2, 2}));
  refuses<std::out_of_range>(
      [&] {
        static_cast<void>(tiles.get_child_store(Colors{2, 0}));
      },
      {"Color [2, 0]", "[2, 2]"});
  refuses<std::out_of_range>(
      [&] {
        static_cast<void>(tiles.get_child_store(Colors{0, 2}));
      },
      {"Color [0, 2]", "[2, 2]"});
  refuses<std::out_of_range>([&] { static_cast<void>(tiles.get_child_store(std::array<std::uint64_t, 1>{0})); },
                             {"Color"});
  EXPECT_EQ(values_of(tiles.get_child_store(Colors{1, 1})), (std::vector<std::int64_t>{22, 23}));
}

TEST_F(MisuseOfView, PhysicalStoreInMemoryThatIsNotThere) {
  refused([&] { return root.get_physical_store(mapping::StoreTarget::FBMEM); }, {"get_physical_store"});
}

// --- fills and tree reductions -----------------------------------------------------------------------------------

using MisuseOfOperation = RuntimeTest;

TEST_F(MisuseOfOperation, FillRefusesUnboundTarget) {
  const auto unbound = runtime->create_store(int64());
  refuses<std::invalid_argument>([&] { runtime->issue_fill(unbound, Scalar{std::int64_t{1}}); },
                                 {"issue_fill", "unbound"});
  refuses<std::invalid_argument>([&] { runtime->issue_fill(unbound, scalar_store(1)); }, {"issue_fill", "unbound"});
}

TEST_F(MisuseOfOperation, FillRefusesAnotherType) {
  const auto target = filled(Shape{4}, 7);
  refuses<std::invalid_argument>([&] { runtime->issue_fill(target, Scalar{1.5}); }, {"issue_fill", "float64", "int64"});
  refuses<std::invalid_argument>([&] { runtime->issue_fill(target, Scalar{}); }, {"issue_fill", "int64"});
  refuses<std::invalid_argument>([&] { runtime->issue_fill(target, runtime->create_store(Scalar{1.5})); },
                                 {"issue_fill", "float64", "int64"});
  EXPECT_EQ(values_of(target), std::vector<std::int64_t>(4, 7));
}

TEST_F(MisuseOfOperation, FillRefusesValueWithoutScalarStorage) {
  const auto target = filled(Shape{4}, 7);
  refuses<std::invalid_argument>([&] { runtime->issue_fill(target, filled(Shape{1}, 2)); }, {"issue_fill", "scalar"});
  EXPECT_EQ(values_of(target), std::vector<std::int64_t>(4, 7));
}

TEST_F(MisuseOfOperation, FillRefusesValueNeverWritten) {
  const auto target = filled(Shape{4}, 7);
  refuses<std::invalid_argument>([&] { runtime->issue_fill(target, runtime->create_store(Shape{1}, int64(), true)); },
                                 {"uninitialized"});
}

TEST_F(MisuseOfOperation, TreeReduceRefusesOtherDimensionsAndUnknownTasks) {
  refuses<std::runtime_error>(
      [&] {
        static_cast<void>(runtime->tree_reduce(library, PLAIN, filled(Shape{2, 2}, 1)));
      },
      {"tree_reduce", "2"});
  refuses<std::out_of_range>(
      [&] { static_cast<void>(runtime->tree_reduce(library, LocalTaskID{99}, filled(Shape{2}, 1))); }, {"99"});
  refuses<std::invalid_argument>(
      [&] { static_cast<void>(runtime->tree_reduce(library, PLAIN, filled(Shape{2}, 1), 1)); }, {"tree_reduce", "1"});
  refuses<std::invalid_argument>(
      [&] { static_cast<void>(runtime->tree_reduce(library, PLAIN, runtime->create_store(int64()))); }, {"nbound"});
}

TEST_F(MisuseOfOperation, TopLevelCallsInsideALeafAreRefused) {
  const auto target = filled(Shape{4}, 7);
  body = [&](TaskContext) {
    EXPECT_THROW(static_cast<void>(runtime->create_store(int64())), std::runtime_error);
    EXPECT_THROW(static_cast<void>(plain({2})), std::runtime_error);
    EXPECT_THROW(runtime->issue_fill(target, Scalar{std::int64_t{1}}), std::runtime_error);
    EXPECT_THROW(runtime->issue_execution_fence(true), std::runtime_error);
    EXPECT_THROW(runtime->issue_mapping_fence(), std::runtime_error);
    EXPECT_THROW(static_cast<void>(target.get_physical_store()), std::runtime_error);
    EXPECT_THROW(static_cast<void>(finish()), std::runtime_error);
  };
  run(plain());
  EXPECT_EQ(values_of(target), std::vector<std::int64_t>(4, 7));
}

}  // namespace
}  // namespace legate::test
