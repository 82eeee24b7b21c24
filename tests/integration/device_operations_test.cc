// SPDX-License-Identifier: Apache-2.0
// What the runtime does itself with stores on devices: fills, copies, folds, gathers. Checked against loops over plain
// vectors, and that a device has done it.
#include "../unit/runtime_environment.h"
#include "engine/engine.h"
#include "runtime_test.h"

#include <legate/opencl.h>
#include <legate/redop/redop.h>

#include <CL/cl.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace legate::test {
namespace {

namespace engine = detail::engine;

[[maybe_unused]] const int configured = ::setenv("LEGATE_CONFIG", "--cpus 2 --opencl 1 --sysmem 256", 0);

const std::string SOURCE = R"CL(
kernel void copy(global long* to, long to_offset, global const long* from, long from_offset, long count) {
  for (long i = get_global_id(0); i < count; i += get_global_size(0)) to[to_offset / 8 + i] = from[from_offset / 8 + i];
}
kernel void add_into(global double* to, long to_offset, global const double* from, long from_offset, long count) {
  for (long i = get_global_id(0); i < count; i += get_global_size(0)) to[to_offset / 8 + i] += from[from_offset / 8 + i];
}
)CL";

void call(const TaskContext& context, const char* name, const PhysicalStore& to_store,
          const PhysicalStore& from_store) {
  const auto to = opencl::buffer(to_store);
  const auto from = opencl::buffer(from_store);
  auto* const kernel = opencl::kernel(context, SOURCE, name);
  cl_mem to_memory = to.memory;
  cl_mem from_memory = from.memory;
  const auto to_offset = static_cast<cl_long>(to.offset);
  const auto from_offset = static_cast<cl_long>(from.offset);
  const auto count = static_cast<cl_long>(from_store.domain().get_volume());
  clSetKernelArg(kernel, 0, sizeof to_memory, &to_memory);
  clSetKernelArg(kernel, 1, sizeof to_offset, &to_offset);
  clSetKernelArg(kernel, 2, sizeof from_memory, &from_memory);
  clSetKernelArg(kernel, 3, sizeof from_offset, &from_offset);
  clSetKernelArg(kernel, 4, sizeof count, &count);
  const std::size_t size = 16;
  clEnqueueNDRangeKernel(opencl::queue(context), kernel, 1, nullptr, &size, nullptr, 0, nullptr, nullptr);
}

/// output 0 = input 0
struct Copy : public LegateTask<Copy> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{30}};
  static void opencl_variant(TaskContext context) { call(context, "copy", context.output(0), context.input(0)); }
};

/// reduction 0, a store of as many elements as input 0, += input 0
struct AddInto : public LegateTask<AddInto> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{31}};
  static void opencl_variant(TaskContext context) { call(context, "add_into", context.reduction(0), context.input(0)); }
};

/// The larger one in size, and no built-in operator.
struct Larger {
  using LHS = std::int64_t;
  using RHS = std::int64_t;
  static constexpr std::int64_t identity = 0;
  template <bool EXCLUSIVE>
  static void apply(LHS& lhs, RHS rhs) {
    if (std::abs(rhs) > std::abs(lhs)) lhs = rhs;
  }
  template <bool EXCLUSIVE>
  static void fold(RHS& rhs1, RHS rhs2) {
    apply<EXCLUSIVE>(rhs1, rhs2);
  }
};

class DeviceOperations : public RuntimeTest {
 protected:
  DeviceOperations() {
    bool created = false;
    tasks = runtime->find_or_create_library("legatus.test.device_operations", ResourceConfig{64, 0, 8}, nullptr, {},
                                            &created);
    if (created) {
      Copy::register_variants(tasks);
      AddInto::register_variants(tasks);
    }
    runtime->issue_execution_fence(true);
    engine::record_timestamps(1000);
  }
  ~DeviceOperations() override {
    runtime->issue_execution_fence(true);
    engine::wait_all();
    engine::stop_recording_timestamps();
  }
  DeviceOperations(const DeviceOperations&) = delete;
  DeviceOperations& operator=(const DeviceOperations&) = delete;

  /// How many points of tasks with such a name have run on workers of a kind.
  [[nodiscard]] std::size_t ran_on(engine::WorkerKind kind, const std::string& name) const {
    runtime->issue_execution_fence(true);
    engine::wait_all();
    const auto all = engine::recorded_timestamps();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const engine::Timestamp& stamp) {
      return stamp.codelet->find(name) != std::string::npos && engine::kind_of(stamp.worker) == kind;
    }));
  }
  void expect_on_device(const std::string& name, std::size_t points) const {
    EXPECT_EQ(ran_on(engine::WorkerKind::OPENCL, name), points) << name;
    EXPECT_EQ(ran_on(engine::WorkerKind::CPU, name), 0U) << name;
  }

  /// A store of one dimension with these elements.
  template <typename T>
  [[nodiscard]] LogicalStore store_with(const std::vector<T>& values, const Type& type) const {
    const auto result = runtime->create_store(Shape{values.size()}, type);
    std::memcpy(result.get_physical_store().get_inline_allocation().ptr, values.data(), values.size() * sizeof(T));
    return result;
  }
  /// Elements of a dense store.
  template <typename T>
  [[nodiscard]] static std::vector<T> elements_of(const LogicalStore& store) {
    const auto physical = store.get_physical_store();
    std::vector<T> result(physical.domain().get_volume());
    std::memcpy(result.data(), physical.get_inline_allocation().ptr, result.size() * sizeof(T));
    return result;
  }

  /// to = from, of 64 elements, by points that see parts of so many.
  void copy_by_parts(const LogicalStore& to, const LogicalStore& from, std::uint64_t part) const {
    auto copying = runtime->create_task(tasks, Copy::TASK_CONFIG.task_id(), {64 / part});
    copying.add_output(to.partition_by_tiling({part}));
    copying.add_input(from.partition_by_tiling({part}));
    runtime->submit(std::move(copying));
  }

  Library tasks{library};
};

TEST_F(DeviceOperations, FillsOfAllSizesAndShapes) {
  std::size_t fills = 0;
  for (const std::uint32_t size : {1U, 2U, 3U, 4U, 8U, 16U, 24U, 100U}) {
    std::vector<unsigned char> value(size);
    for (std::uint32_t i = 0; i < size; ++i) value[i] = static_cast<unsigned char>(17 * i + size);
    for (const auto& extents : std::vector<std::vector<std::uint64_t>>{{1}, {1000}, {13, 7}, {5, 6, 7}}) {
      const auto x = runtime->create_store(Shape{extents}, binary_type(size));
      runtime->issue_fill(x, Scalar{binary_type(size), value.data(), true});
      ++fills;
      const auto bytes = elements_of<unsigned char>(x);  // the first so many
      for (std::size_t i = 0; i < bytes.size(); ++i) ASSERT_EQ(bytes[i], value[i % size]) << size << " at " << i;
    }
  }
  expect_on_device("Fill", fills);
}

TEST_F(DeviceOperations, FillsOfViewsLeaveTheRest) {
  const auto x = numbered(Shape{20, 30});
  runtime->issue_fill(x.slice(0, Slice{3, 17}).slice(1, Slice{5, 6}), Scalar{std::int64_t{-1}});
  runtime->issue_fill(x.transpose({1, 0}).slice(0, Slice{10, 12}), Scalar{std::int64_t{-2}});
  runtime->issue_fill(x.project(0, 19), Scalar{std::int64_t{-3}});
  auto expected = iota(600);
  for (std::size_t i = 0; i < 20; ++i) {
    if (i >= 3 && i < 17) expected[30 * i + 5] = -1;
    expected[30 * i + 10] = expected[30 * i + 11] = -2;
  }
  std::fill(expected.begin() + 570, expected.end(), -3);
  EXPECT_EQ(values_of(x), expected);
  expect_on_device("Fill", 3);
}

TEST_F(DeviceOperations, FillsWithTheValueOfAStoreAndOfAStore) {
  const auto value = scalar_store(41);
  runtime->issue_fill(value, Scalar{std::int64_t{42}});  // itself in main memory
  const auto x = store(Shape{100});
  runtime->issue_fill(x, value);
  EXPECT_EQ(values_of(x), std::vector<std::int64_t>(100, 42));
  EXPECT_EQ(ran_on(engine::WorkerKind::OPENCL, "Fill"), 1U);
}

// A part that lies in several tiles would need room for a copy of it.
TEST_F(DeviceOperations, PartsInSeveralTilesAreFilledOnCpus) {
  const auto x = store(Shape{64});
  {
    const Scope scope{runtime->get_machine().only(mapping::TaskTarget::CPU)};
    runtime->issue_fill(x, Scalar{std::int64_t{2}});  // in two parts
  }
  runtime->issue_fill(x, Scalar{std::int64_t{3}});
  EXPECT_EQ(values_of(x), std::vector<std::int64_t>(64, 3));
  EXPECT_EQ(ran_on(engine::WorkerKind::OPENCL, "Fill"), 0U);
  EXPECT_EQ(ran_on(engine::WorkerKind::CPU, "Fill"), 3U);
  EXPECT_EQ(ran_on(engine::WorkerKind::CPU, "legatus.scatter"), 0U);
}

TEST_F(DeviceOperations, CopiesOfAllShapes) {
  for (const auto& extents : std::vector<std::vector<std::uint64_t>>{{1}, {1000}, {30, 41}, {7, 8, 9}}) {
    const auto from = numbered(Shape{extents});
    auto to = store(Shape{extents});
    runtime->issue_copy(to, from);
    EXPECT_EQ(values_of(to), iota(static_cast<std::int64_t>(Shape{extents}.volume())));
  }
  expect_on_device("Copy", 4);
}

template <typename Redop>
class ReductionCopies : public DeviceOperations {
 protected:
  using T = typename Redop::LHS;

  [[nodiscard]] static T convert(std::int64_t number) {
    if constexpr (std::is_same_v<T, Half>) {
      return Half{static_cast<float>(number)};
    } else if constexpr (std::is_integral_v<T> || std::is_floating_point_v<T>) {
      return static_cast<T>(std::is_same_v<T, bool> ? number % 2 : sizeof(T) == 2 ? 653 * number : number);
    } else {
      const auto real = static_cast<decltype(std::declval<T>().real())>(number);
      return T{real / 7, real / 3};  // products of these show where they are rounded
    }
  }
};

// Every type and every kind.
using Redops =
    ::testing::Types<SumReduction<bool>, ProdReduction<bool>, XORReduction<bool>, SumReduction<std::int8_t>,
                     MinReduction<std::int16_t>, ProdReduction<std::int32_t>, MaxReduction<std::int64_t>,
                     AndReduction<std::int64_t>, SumReduction<std::uint8_t>, ProdReduction<std::uint16_t>,
                     OrReduction<std::uint32_t>, ProdReduction<std::uint64_t>, SumReduction<Half>, MaxReduction<Half>,
                     ProdReduction<float>, MinReduction<float>, SumReduction<double>, MaxReduction<double>,
                     SumReduction<Complex<float>>, ProdReduction<Complex<float>>, SumReduction<Complex<double>>>;
TYPED_TEST_SUITE(ReductionCopies, Redops);

TYPED_TEST(ReductionCopies, FoldOnTheDevice) {
  using Element = typename TypeParam::LHS;
  const auto type = primitive_type(type_code_of_v<Element>);
  const auto kind = static_cast<std::int32_t>(TypeParam::REDOP_ID) - 1 - 16 * static_cast<std::int32_t>(type.code());
  std::mt19937 dice{7};
  std::uniform_int_distribution<std::int64_t> draw{-100, 100};
  // A vector of bool has no elements in memory.
  const std::size_t count = 501;
  std::vector<std::array<std::byte, sizeof(Element)>> left(count);
  std::vector<std::array<std::byte, sizeof(Element)>> right(count);
  auto expected = left;
  for (std::size_t i = 0; i < count; ++i) {
    Element a = this->convert(draw(dice));
    const Element b = this->convert(draw(dice));
    std::memcpy(&left[i], &a, sizeof a);
    std::memcpy(&right[i], &b, sizeof b);
    TypeParam::template apply<true>(a, b);
    std::memcpy(&expected[i], &a, sizeof a);
  }
  auto to = this->store_with(left, type);
  const auto from = this->store_with(right, type);
  this->runtime->issue_copy(to, from, kind);
  EXPECT_EQ(this->template elements_of<typename decltype(left)::value_type>(to), expected);
  this->expect_on_device("ReductionCopy", 1);
}

TEST_F(DeviceOperations, OperatorsOfProgramsFoldOnCpus) {
  const auto redop = tasks.register_reduction_operator<Larger>(LocalRedopID{0});
  const auto type = binary_type(8);
  type.record_reduction_operator(0, redop);
  auto to = store_with<std::int64_t>({1, -20, 3, -40}, type);
  const auto from = store_with<std::int64_t>({-10, 2, -30, 4}, type);
  runtime->issue_copy(to, from, 0);
  EXPECT_EQ(elements_of<std::int64_t>(to), (std::vector<std::int64_t>{-10, -20, -30, -40}));
  EXPECT_GT(ran_on(engine::WorkerKind::CPU, "CustomReductionCopy"), 0U);
}

TEST_F(DeviceOperations, GatherFindsNamedElementsAndLeavesOutWhatIsNone) {
  const auto source = numbered(Shape{40, 50});
  std::mt19937 dice{11};
  std::uniform_int_distribution<std::int64_t> draw{-3, 52};
  std::vector<Point<2>> names;
  std::vector<std::int64_t> expected;
  for (std::int64_t i = 0; i < 300; ++i) {
    const Point<2> name{draw(dice), draw(dice)};
    names.push_back(name);
    const bool there = name[0] >= 0 && name[0] < 40 && name[1] >= 0 && name[1] < 50;
    expected.push_back(there ? 50 * name[0] + name[1] : -7);
  }
  const auto named = store_with(names, point_type(2));
  auto target = filled(Shape{300}, -7);
  runtime->issue_gather(target, source, named);
  EXPECT_EQ(values_of(target), expected);
  expect_on_device("Gather", 1);
}

TEST_F(DeviceOperations, GatherOfElementsOfAnySize) {
  for (const std::uint32_t size : {1U, 3U, 12U, 32U}) {
    std::vector<unsigned char> bytes(std::size_t{20} * size);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<unsigned char>(7 * i);
    const auto source = runtime->create_store(Shape{20}, binary_type(size));
    std::memcpy(source.get_physical_store().get_inline_allocation().ptr, bytes.data(), bytes.size());
    const auto named = store_with<std::int64_t>({19, 3, 3, 0}, point_type(1));
    auto target = runtime->create_store(Shape{2, 2}, binary_type(size));
    const auto names = runtime->create_store(Shape{2, 2}, point_type(1));
    std::memcpy(names.get_physical_store().get_inline_allocation().ptr,
                named.get_physical_store().get_inline_allocation().ptr, 4 * sizeof(std::int64_t));
    runtime->issue_fill(target, Scalar{binary_type(size), bytes.data(), true});
    runtime->issue_gather(target, source, names);
    std::vector<unsigned char> expected;
    for (const std::size_t name : {19U, 3U, 3U, 0U}) {
      expected.insert(expected.end(), bytes.begin() + static_cast<std::ptrdiff_t>(name * size),
                      bytes.begin() + static_cast<std::ptrdiff_t>((name + 1) * size));
    }
    const auto physical = target.get_physical_store();
    const auto* const first = static_cast<const unsigned char*>(physical.get_inline_allocation().ptr);
    EXPECT_EQ(std::vector<unsigned char>(first, first + 4 * size), expected) << size;
  }
  expect_on_device("Gather", 4);
}

TEST_F(DeviceOperations, PartsAcrossTilesAreGatheredAndScatteredThere) {
  const auto x = numbered(Shape{64});
  const auto y = filled(Shape{64}, 0);
  copy_by_parts(y, x, 8);  // what is written is cut
  copy_by_parts(x, y, 8);
  number(y);
  // Parts of 40 elements lie in several tiles; one point does not cut the array again.
  auto copying = runtime->create_task(tasks, Copy::TASK_CONFIG.task_id(), {1});
  copying.add_output(x.slice(0, Slice{20, 60}));
  copying.add_input(y.slice(0, Slice{4, 44}));
  runtime->submit(std::move(copying));
  auto expected = std::vector<std::int64_t>(64, 0);
  for (std::size_t i = 0; i < 64; ++i) {
    expected[i] = i >= 20 && i < 60 ? static_cast<std::int64_t>(i) - 16 : static_cast<std::int64_t>(i);
  }
  EXPECT_EQ(values_of(x), expected);
  expect_on_device("legatus.gather", 1);
  expect_on_device("legatus.scatter", 1);
}

TEST_F(DeviceOperations, PartialResultsAreFoldedThereInTheOrderOfThePoints) {
  constexpr std::size_t POINTS = 5;
  constexpr std::size_t SIZE = 200;
  std::mt19937 dice{3};
  std::uniform_real_distribution<double> draw{-1, 1};
  std::vector<double> input(POINTS * SIZE);
  for (auto& value : input) value = draw(dice) * 1e6;
  const auto x = store_with(input, float64());
  std::vector<double> expected(SIZE, 0.5);
  for (std::size_t point = 0; point < POINTS; ++point) {
    for (std::size_t i = 0; i < SIZE; ++i) expected[i] += input[point * SIZE + i];
  }
  const auto total = runtime->create_store(Shape{SIZE}, float64());
  runtime->issue_fill(total, Scalar{0.5});
  auto adding = runtime->create_task(tasks, AddInto::TASK_CONFIG.task_id(), {POINTS});
  adding.add_input(x.partition_by_tiling({SIZE}));
  adding.add_reduction(total, ReductionOpKind::ADD);
  runtime->submit(std::move(adding));
  EXPECT_EQ(elements_of<double>(total), expected);
  expect_on_device("AddInto", 2 * POINTS);  // the points, and a fold for each
  expect_on_device("legatus.identity", POINTS);
}

// Of the tiles that buffers are folded into, the first and the last are seen in part.
TEST_F(DeviceOperations, PartialResultsAreFoldedIntoSeveralTiles) {
  constexpr std::size_t POINTS = 3;
  const auto total = runtime->create_store(Shape{64}, float64());
  runtime->issue_fill(total, Scalar{0.25});
  const auto cut = runtime->create_store(Shape{64}, float64());
  runtime->issue_fill(cut, Scalar{0.25});
  copy_by_parts(total, cut, 8);
  std::vector<double> input(POINTS * 40);
  for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<double>(i);
  auto expected = std::vector<double>(64, 0.25);
  for (std::size_t i = 0; i < input.size(); ++i) expected[20 + i % 40] += input[i];
  auto adding = runtime->create_task(tasks, AddInto::TASK_CONFIG.task_id(), {POINTS});
  adding.add_input(store_with(input, float64()).partition_by_tiling({40}));
  adding.add_reduction(total.slice(0, Slice{20, 60}), ReductionOpKind::ADD);
  runtime->submit(std::move(adding));
  EXPECT_EQ(elements_of<double>(total), expected);
  expect_on_device("AddInto", 2 * POINTS);
}

TEST_F(DeviceOperations, ScopesOfCpusKeepThemOnCpus) {
  const Scope scope{runtime->get_machine().only(mapping::TaskTarget::CPU)};
  const auto x = store(Shape{100});
  runtime->issue_fill(x, Scalar{std::int64_t{3}});
  EXPECT_EQ(values_of(x), std::vector<std::int64_t>(100, 3));
  EXPECT_EQ(ran_on(engine::WorkerKind::OPENCL, "Fill"), 0U);
}

}  // namespace
}  // namespace legate::test

int main(int argc, char** argv) {
  cl_uint platforms = 0;
  if (clGetPlatformIDs(0, nullptr, &platforms) != CL_SUCCESS || platforms == 0) {
    std::cout << "no OpenCL device here: skipped\n";
    return 77;
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
