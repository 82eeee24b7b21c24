// SPDX-License-Identifier: Apache-2.0

// Stores on memory of the program, in one process.

#include "runtime_test.h"

#include <legate/redop/redop.h>

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <numeric>
#include <optional>
#include <random>

namespace {

using namespace legate;
using namespace legate::test;
using legate::mapping::DimOrdering;
using Values = std::vector<std::int64_t>;
using Tiles = std::vector<std::pair<ExternalAllocation, tuple<std::uint64_t>>>;

/// Adds `amount` to every element of a store of one to three dimensions.
void add_to_elements(const PhysicalStore& store, std::int64_t amount) {
  const auto place = store.get_inline_allocation();
  const auto domain = store.domain();
  std::array<std::int64_t, 3> extents{1, 1, 1};
  std::array<std::size_t, 3> strides{};
  for (int d = 0; d < domain.dim; ++d) {
    extents[static_cast<std::size_t>(d)] =
        std::max<std::int64_t>(0, domain.rect_data[d + domain.dim] - domain.rect_data[d] + 1);
    strides[static_cast<std::size_t>(d)] = place.strides[static_cast<std::size_t>(d)];
  }
  for (std::int64_t i = 0; i < extents[0]; ++i) {
    for (std::int64_t j = 0; j < extents[1]; ++j) {
      for (std::int64_t k = 0; k < extents[2]; ++k) {
        const auto offset = static_cast<std::size_t>(i) * strides[0] + static_cast<std::size_t>(j) * strides[1] +
                            static_cast<std::size_t>(k) * strides[2];
        *reinterpret_cast<std::int64_t*>(static_cast<std::byte*>(place.ptr) + offset) += amount;
      }
    }
  }
}

/// Adds its scalar to a store. A task of its own: launches of it may be pending while tests give the plain one a body.
struct Add : public LegateTask<Add> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{0}};
  static void cpu_variant(TaskContext context) {
    add_to_elements(context.output(0), context.scalar(0).value<std::int64_t>());
  }
};

/// Elements of int64 that nobody can write: an attempt ends the program.
class ReadOnlyPage {
 public:
  explicit ReadOnlyPage(const Values& values)
      : bytes_{static_cast<std::size_t>(sysconf(_SC_PAGESIZE))},
        memory_{mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)} {
    std::memcpy(memory_, values.data(), values.size() * sizeof(std::int64_t));
    mprotect(memory_, bytes_, PROT_READ);
  }
  ReadOnlyPage(const ReadOnlyPage&) = delete;
  ReadOnlyPage& operator=(const ReadOnlyPage&) = delete;
  ~ReadOnlyPage() { munmap(memory_, bytes_); }

  [[nodiscard]] void* address() const { return memory_; }
  [[nodiscard]] Values values(std::size_t count) const {
    const auto* const begin = static_cast<const std::int64_t*>(memory_);
    return Values(begin, begin + count);
  }

 private:
  std::size_t bytes_;
  void* memory_;
};

class Attach : public RuntimeTest {
 protected:
  Attach() {
    bool created = false;
    own_library = runtime->find_or_create_library("legatus.test.attach", ResourceConfig{}, nullptr, {}, &created);
    if (created) Add::register_variants(own_library);
  }

  /// Memory that counts in `calls` how often it was released.
  [[nodiscard]] ExternalAllocation counted(Values& memory, bool read_only) {
    return ExternalAllocation::create_sysmem(memory.data(), memory.size() * sizeof(std::int64_t), read_only,
                                             [this, &memory](void* address) {
                                               ++calls;
                                               EXPECT_EQ(address, memory.data());
                                             });
  }
  [[nodiscard]] LogicalStore attach(const Shape& shape, Values& memory, bool read_only,
                                    const DimOrdering& ordering = DimOrdering::c_order()) {
    return runtime->create_store(shape, int64(), memory.data(), read_only, ordering);
  }
  /// Adds to every element of a store, as a task.
  void add(const LogicalStore& store, std::int64_t amount) {
    auto task = runtime->create_task(own_library, Add::TASK_CONFIG.task_id());
    static_cast<void>(task.add_input(store));
    static_cast<void>(task.add_output(store));
    task.add_scalar_arg(Scalar{amount});
    runtime->submit(std::move(task));
  }

  Library own_library{library};
  int calls{0};
};

TEST_F(Attach, TasksUseTheMemoryItself) {
  Values memory = iota(64);
  const auto store = attach(Shape{8, 8}, memory, false);
  std::atomic<int> outside{0};
  body = [&](TaskContext context) {
    const auto* const place = static_cast<std::int64_t*>(context.output(0).get_inline_allocation().ptr);
    outside += place < memory.data() || place >= memory.data() + memory.size() ? 1 : 0;
    add_to_elements(context.output(0), 100);
  };
  auto task = plain();
  static_cast<void>(task.add_input(store));
  static_cast<void>(task.add_output(store));
  run(std::move(task));
  EXPECT_EQ(outside, 0);
  for (std::int64_t i = 0; i < 64; ++i) EXPECT_EQ(memory[static_cast<std::size_t>(i)], 100 + i);
}

TEST_F(Attach, ReadOnlyMemoryIsReadInPlace) {
  const ReadOnlyPage page{iota(64)};
  const auto store = runtime->create_store(Shape{64}, int64(), page.address());
  std::atomic<int> outside{0};
  body = [&](TaskContext context) {
    const auto place = reinterpret_cast<std::uintptr_t>(context.input(0).get_inline_allocation().ptr);
    const auto begin = reinterpret_cast<std::uintptr_t>(page.address());
    outside += place < begin || place >= begin + 64 * sizeof(std::int64_t) ? 1 : 0;
  };
  auto task = plain();
  static_cast<void>(task.add_input(store));
  run(std::move(task));
  EXPECT_EQ(outside, 0);
}

// Elements lie where the ordering says, whatever the view that tasks reach them through.
TEST_F(Attach, EveryOrderingPutsElementsWhereItSays) {
  constexpr std::array<std::int64_t, 3> EXTENTS{3, 4, 5};
  std::vector<std::int32_t> fastest_first{0, 1, 2};
  do {
    std::array<std::int64_t, 3> distance{};
    std::int64_t next = 1;
    for (const auto d : fastest_first) {
      distance[static_cast<std::size_t>(d)] = next;
      next *= EXTENTS[static_cast<std::size_t>(d)];
    }
    std::vector<DimOrdering> orderings{DimOrdering::custom_order(fastest_first)};
    if (fastest_first == std::vector<std::int32_t>{0, 1, 2}) orderings.push_back(DimOrdering::fortran_order());
    if (fastest_first == std::vector<std::int32_t>{2, 1, 0}) orderings.push_back(DimOrdering::c_order());
    for (const auto& ordering : orderings) {
      Values memory = iota(60);
      auto store = attach(Shape{3, 4, 5}, memory, false, ordering);
      EXPECT_FALSE(store.transformed());
      Values expected;
      for (std::int64_t i = 0; i < 3; ++i)
        for (std::int64_t j = 0; j < 4; ++j)
          for (std::int64_t k = 0; k < 5; ++k) expected.push_back(i * distance[0] + j * distance[1] + k * distance[2]);
      EXPECT_EQ(values_of(store), expected);
      add(store, 1000);
      add(store.slice(1, Slice{1, 3}).transpose({2, 0, 1}), 20000);
      store.detach();
      for (std::int64_t i = 0; i < 3; ++i)
        for (std::int64_t j = 0; j < 4; ++j)
          for (std::int64_t k = 0; k < 5; ++k) {
            const auto at = i * distance[0] + j * distance[1] + k * distance[2];
            EXPECT_EQ(memory[static_cast<std::size_t>(at)], at + 1000 + (j == 1 || j == 2 ? 20000 : 0));
          }
    }
  } while (std::next_permutation(fastest_first.begin(), fastest_first.end()));
}

TEST_F(Attach, ReadOnlyMemoryKeepsItsValuesWhateverIsWritten) {
  const ReadOnlyPage page{iota(32)};
  const auto attached = [&] { return runtime->create_store(Shape{32}, int64(), page.address()); };

  auto partly = attached();
  add(partly.slice(0, Slice{8, 16}), 100);
  Values expected = iota(32);
  for (std::size_t i = 8; i < 16; ++i) expected[i] += 100;
  EXPECT_EQ(values_of(partly), expected);

  auto filled_store = attached();
  runtime->issue_fill(filled_store, Scalar{std::int64_t{5}});
  EXPECT_EQ(values_of(filled_store), Values(32, 5));

  auto mapped = attached();
  const auto physical = mapped.get_physical_store();
  physical.write_accessor<std::int64_t, 1>()[3] = 77;
  add(mapped, 1000);
  expected = iota(32);
  expected[3] = 77;
  for (auto& value : expected) value += 1000;
  EXPECT_EQ(values_of(mapped), expected);

  auto reduced = attached();
  body = [](TaskContext context) {
    const auto sum = context.reduction(0);
    const auto access = sum.reduce_accessor<SumReduction<std::int64_t>, false, 1>();
    for (PointInRectIterator<1> it{sum.shape<1>()}; it.valid(); ++it) access.reduce(*it, 2);
  };
  auto task = plain({3});  // three leaves that see all of it
  task.add_reduction(reduced, ReductionOpKind::ADD);
  runtime->submit(std::move(task));
  expected = iota(32);
  for (auto& value : expected) value += 6;
  EXPECT_EQ(values_of(reduced), expected);

  EXPECT_EQ(page.values(32), iota(32));
}

// Readers that were submitted before a write see what was there, those after it what was written.
TEST_F(Attach, WritingAReadOnlyAttachmentTakesItsPlaceInTheOrderOfSubmission) {
  const ReadOnlyPage page{iota(400)};
  for (int round = 0; round < 20; ++round) {
    const auto store = runtime->create_store(Shape{400}, int64(), page.address());
    const auto before = this->store(Shape{400});
    const auto after = this->store(Shape{400});
    const auto copy = [&](const LogicalStore& to) {
      auto task = plain();
      const auto source = task.add_input(store);
      const auto target = task.add_output(to);
      task.add_scalar_arg(Scalar{std::int64_t{0}});
      task.add_constraint(align(source, target));
      runtime->submit(std::move(task));
    };
    // One body for all tasks: those with two stores copy.
    body = [](TaskContext context) {
      const auto output = context.output(0);
      const auto input = context.input(0);
      const auto from = input.read_accessor<std::int64_t, 1>();
      const auto to = output.read_write_accessor<std::int64_t, 1>();
      const auto amount = context.scalar(0).value<std::int64_t>();
      for (PointInRectIterator<1> it{output.shape<1>()}; it.valid(); ++it) to[*it] = from[*it] + amount;
    };
    copy(before);
    auto task = plain();
    static_cast<void>(task.add_input(store));
    static_cast<void>(task.add_output(store));
    task.add_scalar_arg(Scalar{std::int64_t{500}});
    runtime->submit(std::move(task));
    copy(after);
    Values expected = iota(400);
    EXPECT_EQ(values_of(before), expected);
    for (auto& value : expected) value += 500;
    EXPECT_EQ(values_of(after), expected);
  }
}

TEST_F(Attach, DetachWaitsForTasksAndCallsTheDeleter) {
  Values memory(100000, 0);
  auto store = runtime->create_store(Shape{100000}, int64(), counted(memory, false));
  for (int i = 0; i < 50; ++i) add(store, 1);
  EXPECT_EQ(calls, 0);
  store.detach();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(memory, Values(100000, 50));
}

TEST_F(Attach, DetachOfAWrittenReadOnlyAttachmentCallsTheDeleter) {
  Values memory = iota(16);
  auto store = runtime->create_store(Shape{16}, int64(), counted(memory, true));
  add(store, 5);
  store.detach();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(memory, iota(16));
}

TEST_F(Attach, DeleterIsCalledOnceWhenTheLastReferenceIsGone) {
  for (const bool read_only : {true, false}) {
    for (const bool used : {true, false}) {
      calls = 0;
      Values memory = iota(16);
      {
        auto store = std::make_optional(runtime->create_store(Shape{16}, int64(), counted(memory, read_only)));
        const auto view = store->slice(0, Slice{0, 4});
        store.reset();
        if (used) add(view, 1);
        EXPECT_EQ(calls, 0);
      }
      runtime->issue_execution_fence(true);
      EXPECT_EQ(calls, 1) << "read-only " << read_only << ", used " << used;
      EXPECT_EQ(memory[3], used && !read_only ? 4 : 3);
    }
  }
}

TEST_F(Attach, MappingKeepsTheMemory) {
  Values memory = iota(16);
  {
    const auto physical = runtime->create_store(Shape{16}, int64(), counted(memory, false)).get_physical_store();
    runtime->issue_execution_fence(true);
    EXPECT_EQ(calls, 0);
    EXPECT_EQ(physical.get_inline_allocation().ptr, memory.data());
  }
  runtime->issue_execution_fence(true);
  EXPECT_EQ(calls, 1);
}

// A program that attaches memory again and again and never waits must not keep all of it.
TEST_F(Attach, AttachingReleasesWhatIsDroppedAndDone) {
  Values memory = iota(16);
  Values other = iota(16);
  const auto done = store(Shape{1});
  {
    const auto attached = runtime->create_store(Shape{16}, int64(), counted(memory, true));
    body = [](TaskContext context) { context.output(0).write_accessor<std::int64_t, 1>()[0] = 1; };
    auto task = plain({1});
    task.add_input(attached);
    task.add_output(done);
    runtime->submit(std::move(task));
  }
  EXPECT_EQ(values_of(done), Values{1});  // waits for the task, and for nothing else
  const auto next = attach(Shape{16}, other, true);
  EXPECT_EQ(calls, 1);
}

TEST_F(Attach, MemoryIsNeverUsedForOtherStores) {
  Values memory(4096, -1);
  for (int round = 0; round < 3; ++round) {
    auto store = attach(Shape{4096}, memory, false);
    add(store, 0);
    if (round % 2 == 0) store.detach();
  }
  runtime->issue_execution_fence(true);
  for (int i = 0; i < 20; ++i) {
    EXPECT_NE(filled(Shape{4096}, 9).get_physical_store().get_inline_allocation().ptr, memory.data());
  }
  EXPECT_EQ(memory, Values(4096, -1));
}

TEST_F(Attach, DetachedStoreIsAnOrdinaryOne) {
  for (const bool read_only : {true, false}) {
    Values memory = iota(12);
    auto store = attach(Shape{3, 4}, memory, read_only, DimOrdering::fortran_order());
    store.detach();
    EXPECT_EQ(store.extents().data(), (std::vector<std::uint64_t>{3, 4}));
    runtime->issue_fill(store, Scalar{std::int64_t{8}});
    EXPECT_EQ(values_of(store), Values(12, 8));
    EXPECT_EQ(memory, iota(12));
    EXPECT_THROW(store.detach(), std::invalid_argument);
  }
}

TEST_F(Attach, DetachEndsMappings) {
  Values memory = iota(4);
  auto store = attach(Shape{4}, memory, false);
  const auto physical = store.get_physical_store();
  store.detach();
  EXPECT_FALSE(store.get_cached_physical_store().has_value());
  refuses<std::invalid_argument>([&] { static_cast<void>(physical.read_accessor<std::int64_t, 1>()); }, {"detached"});
  runtime->issue_fill(store, Scalar{std::int64_t{1}});
  EXPECT_EQ(values_of(store), Values(4, 1));
}

TEST_F(Attach, OnlyTheAttachedStoreItselfCanBeDetached) {
  Values memory = iota(8);
  auto attached = attach(Shape{8}, memory, true);
  refuses<std::invalid_argument>([&] { attached.promote(0, 2).detach(); }, {"detach", "view"});
  refuses<std::invalid_argument>([&] { attached.slice(0, Slice{0, 3}).detach(); }, {"detach", "view"});
  refuses<std::invalid_argument>([&] { store(Shape{8}).detach(); }, {"not created from external memory"});
  refuses<std::invalid_argument>([&] { scalar_store(1).detach(); }, {"not created from external memory"});
  refuses<std::invalid_argument>([&] { runtime->create_store(int64()).detach(); }, {"not created from"});
  EXPECT_EQ(values_of(attached), iota(8));
}

TEST_F(Attach, SmallAndEmptyShapes) {
  Values memory{41};
  auto point = attach(Shape{}, memory, false);
  EXPECT_EQ(values_of(point), Values{41});
  point.get_physical_store().write_accessor<std::int64_t, 1>()[0] = 42;
  point.detach();
  EXPECT_EQ(memory, Values{42});
  auto empty = attach(Shape{4, 0}, memory, true, DimOrdering::fortran_order());
  add(empty, 1);
  empty.detach();
  EXPECT_EQ(memory, Values{42});
  auto nothing = runtime->create_store(Shape{4}, null_type(), memory.data());
  nothing.detach();
}

TEST_F(Attach, RefusesWhatDoesNotFit) {
  Values memory = iota(8);
  auto allocation = counted(memory, true);
  refuses<std::invalid_argument>([&] { static_cast<void>(runtime->create_store(Shape{9}, int64(), allocation)); },
                                 {"64 bytes is too small", "[9]", "int64", "72 bytes"});
  refuses<std::invalid_argument>(
      [&] {
        static_cast<void>(
            runtime->create_store(Shape{1ULL << 40U, 1ULL << 40U}, int64(), static_cast<void*>(memory.data())));
      },
      {"too small"});
  refuses<std::invalid_argument>(
      [&] { static_cast<void>(runtime->create_store(Shape{2}, int64(), static_cast<void*>(nullptr))); }, {"null"});
  refuses<std::invalid_argument>(
      [] { static_cast<void>(ExternalAllocation::create_sysmem(static_cast<void*>(nullptr), 8)); }, {"null"});
  refuses<std::invalid_argument>(
      [] { static_cast<void>(ExternalAllocation::create_sysmem(static_cast<const void*>(nullptr), 8)); }, {"null"});
  auto* const inside = reinterpret_cast<std::byte*>(memory.data()) + 3;
  refuses<std::invalid_argument>(
      [&] { static_cast<void>(runtime->create_store(Shape{2}, int64(), static_cast<void*>(inside))); },
      {"3 bytes after a multiple of 8"});
  static_cast<void>(runtime->create_store(Shape{2}, binary_type(8), static_cast<void*>(inside)));
  refuses<std::invalid_argument>([&] { static_cast<void>(runtime->create_store(Shape{2}, string_type(), allocation)); },
                                 {"variable size"});
  refuses<std::invalid_argument>(
      [&] { static_cast<void>(runtime->create_store(runtime->create_store(int64()).shape(), int64(), allocation)); },
      {"unbound"});
  refuses<std::out_of_range>(
      [&] {
        const std::vector<std::uint64_t> ones(LEGATE_MAX_DIM + 1, 1);
        static_cast<void>(runtime->create_store(Shape{ones}, int64(), allocation));
      },
      {"exceeds the limit"});
  for (const auto& dims : {std::vector<std::int32_t>{0}, {0, 0}, {0, 2}, {0, 1, 2}}) {
    refuses<std::invalid_argument>(
        [&] {
          static_cast<void>(runtime->create_store(Shape{2, 2}, int64(), allocation, DimOrdering::custom_order(dims)));
        },
        {"ordering"});
  }
  refuses<std::logic_error>([&] { static_cast<void>(runtime->create_store(Shape{2}, int64(), ExternalAllocation{})); },
                            {"allocation"});
  EXPECT_EQ(calls, 0);
  auto attached = runtime->create_store(Shape{8}, int64(), allocation);  // refusals left it usable
  EXPECT_EQ(values_of(attached), iota(8));
  attached.detach();
}

TEST_F(Attach, ReleasedMemoryIsNotAttachedAgain) {
  Values memory = iota(8);
  auto allocation = counted(memory, true);
  runtime->create_store(Shape{8}, int64(), allocation).detach();
  EXPECT_EQ(calls, 1);
  refuses<std::invalid_argument>([&] { static_cast<void>(runtime->create_store(Shape{8}, int64(), allocation)); },
                                 {"released"});
  EXPECT_EQ(calls, 1);
}

TEST_F(Attach, MemoryOfSeveralReadOnlyStoresIsReleasedOnce) {
  Values memory = iota(8);
  auto allocation = counted(memory, true);
  auto first = runtime->create_store(Shape{8}, int64(), allocation);
  auto second = runtime->create_store(Shape{2, 2}, int64(), allocation);
  first.detach();
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(values_of(second), iota(4));
  second.detach();
  EXPECT_EQ(calls, 1);
}

TEST_F(Attach, IsNoPartOfAStrictStreamingScope) {
  Values memory = iota(8);
  auto attached = attach(Shape{8}, memory, true);
  const auto strict = ParallelPolicy{}.with_streaming(StreamingMode::STRICT);
  refuses<std::invalid_argument>(
      [&] {
        const Scope scope{strict};
        static_cast<void>(attach(Shape{8}, memory, true));
      },
      {"streaming scope"});
  refuses<std::invalid_argument>(
      [&] {
        const Scope scope{strict};
        attached.detach();
      },
      {"streaming scope"});
  EXPECT_EQ(values_of(attached), iota(8));
}

TEST_F(Attach, OffloadingLeavesTheContentsAlone) {
  const auto numbers = numbered(Shape{10});
  numbers.offload_to(mapping::StoreTarget::SYSMEM);
  EXPECT_EQ(values_of(numbers), iota(10));
  for (const auto target : {mapping::StoreTarget::FBMEM, mapping::StoreTarget::ZCMEM}) {
    refuses<std::invalid_argument>([&] { numbers.offload_to(target); }, {"offload_to", "MEM"});
  }
  refuses<std::invalid_argument>([&] { runtime->create_store(int64()).offload_to(mapping::StoreTarget::SYSMEM); },
                                 {"unbound"});
}

TEST_F(Attach, MemoryOfDevicesNeedsCuda) {
  Values memory = iota(4);
  const void* const fixed = memory.data();
  refuses<std::runtime_error>([&] { static_cast<void>(ExternalAllocation::create_zcmem(memory.data(), 32)); },
                              {"CUDA"});
  refuses<std::runtime_error>([&] { static_cast<void>(ExternalAllocation::create_zcmem(fixed, 32)); }, {"CUDA"});
  refuses<std::runtime_error>([&] { static_cast<void>(ExternalAllocation::create_fbmem(0, memory.data(), 32)); },
                              {"CUDA"});
  refuses<std::runtime_error>([&] { static_cast<void>(ExternalAllocation::create_fbmem(0, fixed, 32)); }, {"CUDA"});
}

// Tiles of random shapes and orders, put together and compared element by element.
TEST_F(Attach, TilesMakeUpTheStore) {
  std::mt19937 dice{20261122};
  const auto roll = [&](std::uint64_t least, std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>{least, most}(dice);
  };
  for (int round = 0; round < 30; ++round) {
    const std::vector<std::uint64_t> extents{roll(1, 9), roll(1, 9)};
    const std::vector<std::uint64_t> tile{roll(1, 10), roll(1, 10)};
    const bool fortran = roll(0, 1) == 1;
    std::vector<Values> buffers;
    std::vector<std::vector<std::uint64_t>> colors;
    for (std::uint64_t i = 0; i * tile[0] < extents[0]; ++i) {
      for (std::uint64_t j = 0; j * tile[1] < extents[1]; ++j) {
        colors.push_back({i, j});
        const auto rows = std::min(tile[0], extents[0] - i * tile[0]);
        const auto columns = std::min(tile[1], extents[1] - j * tile[1]);
        Values buffer(rows * columns);
        for (std::uint64_t r = 0; r < rows; ++r) {
          for (std::uint64_t c = 0; c < columns; ++c) {
            buffer[fortran ? c * rows + r : r * columns + c] =
                static_cast<std::int64_t>((i * tile[0] + r) * 100 + j * tile[1] + c);
          }
        }
        buffers.push_back(std::move(buffer));
      }
    }
    const auto originals = buffers;
    calls = 0;
    Tiles tiles;
    for (std::size_t t = 0; t < buffers.size(); ++t) tiles.emplace_back(counted(buffers[t], true), colors[t]);
    std::shuffle(tiles.begin(), tiles.end(), dice);
    auto [store, partition] = runtime->create_store(Shape{extents}, tuple<std::uint64_t>{tile}, int64(), tiles,
                                                    fortran ? DimOrdering::fortran_order() : DimOrdering::c_order());
    Values expected;
    for (std::uint64_t r = 0; r < extents[0]; ++r)
      for (std::uint64_t c = 0; c < extents[1]; ++c) expected.push_back(static_cast<std::int64_t>(r * 100 + c));
    EXPECT_EQ(values_of(store), expected);
    add(store, 7);
    for (auto& value : expected) value += 7;
    EXPECT_EQ(values_of(store), expected);
    EXPECT_EQ(partition.color_shape().data(), (std::vector<std::uint64_t>{colors.back()[0] + 1, colors.back()[1] + 1}));
    EXPECT_EQ(calls, 0);
    store.detach();
    EXPECT_EQ(calls, static_cast<int>(buffers.size()));
    EXPECT_EQ(buffers, originals);
  }
}

TEST_F(Attach, RefusesTilesThatDoNotFit) {
  Values memory = iota(8);
  const auto make = [&](const Tiles& tiles) {
    static_cast<void>(runtime->create_store(Shape{8}, tuple<std::uint64_t>{4}, int64(), tiles));
  };
  const auto good = counted(memory, true);
  refuses<std::invalid_argument>([&] { make({{good, {0}}, {good, {0}}}); }, {"[0]", "unique"});
  refuses<std::out_of_range>([&] { make({{good, {2}}}); }, {"[2]", "color shape of [2]"});
  refuses<std::out_of_range>([&] { make({{good, {0, 0}}}); }, {"[0, 0]"});
  refuses<std::invalid_argument>([&] { make({{counted(memory, false), {0}}}); }, {"read-only"});
  refuses<std::invalid_argument>(
      [&] {
        make({{ExternalAllocation::create_sysmem(memory.data(), 31), {1}}});
      },
      {"too small"});
  refuses<std::logic_error>([&] { make({{ExternalAllocation{}, {1}}}); }, {"allocations"});
  refuses<std::invalid_argument>(
      [&] { static_cast<void>(runtime->create_store(Shape{8}, tuple<std::uint64_t>{0}, int64(), Tiles{})); },
      {"ile shape"});
  refuses<std::invalid_argument>(
      [&] {
        static_cast<void>(runtime->create_store(Shape{8}, tuple<std::uint64_t>{4, 4}, int64(), Tiles{}));
      },
      {"ile shape"});
  EXPECT_EQ(calls, 0);
  make({{good, {1}}});
  runtime->issue_execution_fence(true);
  EXPECT_EQ(calls, 1);
}

}  // namespace
