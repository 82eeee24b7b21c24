// SPDX-License-Identifier: Apache-2.0
// Mistakes inside a leaf: its context, its stores, buffers and allocators. They are caught in the leaf: one that
// escaped would end the program.
#include "runtime_test.h"

#include <legate/redop/redop.h>
#include <legate/utilities/machine.h>
#include <legate/utilities/proc_local_storage.h>

#include <array>
#include <functional>
#include <utility>
#include <vector>

namespace legate::test {
namespace {

/// Expects an Exception whose message contains every part. Leaves may call it at the same time.
template <typename Exception, typename Call>
void leaf_refuses(Call&& call, std::initializer_list<std::string_view> parts, int line = __builtin_LINE()) {
  try {
    call();
    ADD_FAILURE() << "line " << line << ": nothing was thrown";
  } catch (const Exception& error) {
    const std::string message = error.what();
    for (const auto& part : parts) {
      EXPECT_NE(message.find(part), std::string::npos) << "line " << line << ": '" << message << "' lacks " << part;
    }
  } catch (const std::exception& error) {
    ADD_FAILURE() << "line " << line << ": another exception: " << error.what();
  }
}

using IA = std::invalid_argument;

using MisuseInLeaf = RuntimeTest;

TEST_F(MisuseInLeaf, ArgumentIndicesAreChecked) {
  body = [](TaskContext context) {
    leaf_refuses<std::out_of_range>([&] { static_cast<void>(context.input(1)); }, {"Plain", "input", "1"});
    leaf_refuses<std::out_of_range>([&] { static_cast<void>(context.output(0)); }, {"Plain", "output", "0"});
    leaf_refuses<std::out_of_range>([&] { static_cast<void>(context.reduction(7)); }, {"Plain", "reduction", "7"});
    leaf_refuses<std::out_of_range>([&] { static_cast<void>(context.scalar(2)); }, {"Plain", "scalar", "2"});
    leaf_refuses<std::out_of_range>([&] { static_cast<void>(context.communicator(0)); }, {"Plain", "communicator"});
  };
  auto task = plain();
  static_cast<void>(task.add_input(filled(Shape{4}, 1)));
  task.add_scalar_arg(1);
  task.add_scalar_arg(2);
  run(std::move(task));
}

TEST_F(MisuseInLeaf, StoreErrorsNameTaskAndArgument) {
  body = [](TaskContext context) {
    const auto in = context.inputs().at(1);
    const auto out = context.output(0);
    const auto unbound = context.output(1);
    const auto sum = context.reduction(0);
    const std::string_view task = "of task \"legate::test::Plain\": ";
    leaf_refuses<IA>([&] { static_cast<void>(in.write_accessor<std::int64_t, 1>()); }, {"input 1 ", task});
    leaf_refuses<IA>([&] { static_cast<void>(in.shape<2>()); }, {"input 1 ", task});
    leaf_refuses<IA>([&] { static_cast<void>(in.read_accessor<std::int8_t, 1, true>()); }, {"input 1 ", task});
    leaf_refuses<IA>([&] { out.bind_empty_data(); }, {"output 0 ", task});
    leaf_refuses<IA>([&] { static_cast<void>(unbound.domain()); }, {"output 1 ", task});
    leaf_refuses<IA>([&] { static_cast<void>(unbound.to_dlpack()); }, {"output 1 ", task});
    auto wrong = create_buffer<std::int8_t, 1>(4);
    leaf_refuses<IA>([&] { unbound.bind_data(wrong, Point<1>{4}); }, {"output 1 ", task, "bind_data"});
    leaf_refuses<IA>(
        [&] {
          static_cast<void>(unbound.create_output_buffer<std::int64_t, 2>(Point<2>{1, 1}));
        },
        {"output 1 ", task, "create_output_buffer"});
    leaf_refuses<IA>([&] { static_cast<void>(sum.scalar<std::int64_t>()); }, {"reduction 0 ", task});
    unbound.bind_empty_data();
  };
  auto task = plain();
  task.add_input(filled(Shape{1}, 1));
  task.add_input(filled(Shape{1}, 1));
  task.add_output(store(Shape{1}));
  task.add_output(runtime->create_store(int64()));
  task.add_reduction(filled(Shape{1}, 0), ReductionOpKind::ADD);
  run(std::move(task));
  // a mapped store is no argument
  refuses<IA>([&] { static_cast<void>(filled(Shape{1}, 1).get_physical_store().shape<2>()); }, {"Dimension mismatch"});
}

TEST_F(MisuseInLeaf, ScopesAreForTheControlProgram) {
  body = [](TaskContext) {
    leaf_refuses<std::runtime_error>([] { const Scope scope{77}; }, {"Scope::set_priority", "inside a task"});
    leaf_refuses<std::runtime_error>([] { Scope{}.set_provenance("leaf"); }, {"Scope::set_provenance"});
  };
  run(plain());
  EXPECT_EQ(Scope::priority(), 0);
  EXPECT_EQ(Scope::provenance(), "");
}

// What waits for tasks would wait for itself, and what changes the runtime's state belongs to the control thread.
class ControlProgramInLeaf : public RuntimeTest {
 protected:
  using Call = std::function<void()>;
  using Named = std::pair<std::string_view, Call>;

  /// Every call throws inside a leaf, naming itself, also if the leaf runs while the control program waits.
  void leaf_refuses_all(std::vector<Named> calls) {
    body = [&](TaskContext) {
      for (const auto& [name, call] : calls) {
        const ::testing::ScopedTrace trace{"", 0, std::string{name}};
        leaf_refuses<std::runtime_error>(call, {name, "inside a task"});
      }
    };
    run(plain());
    expect_usable();
  }
};

TEST_F(ControlProgramInLeaf, ScopeTellsWhatTheLaunchWasSubmittedWith) {
  const auto one = get_machine().slice(0, 1);
  body = [&](TaskContext context) {
    EXPECT_EQ(Scope::machine(), one);
    EXPECT_EQ(get_machine(), context.machine());
    EXPECT_EQ(Scope::provenance(), "line 3");
    EXPECT_TRUE(runtime->maybe_find_library(library.get_library_name()).has_value());
  };
  {
    const Scope machine{one};
    const Scope provenance{"line 3"};
    runtime->submit(plain());
  }
  runtime->issue_execution_fence(/*block=*/true);
}

TEST_F(ControlProgramInLeaf, CallsOfTheRuntimeAreRefused) {
  auto target = filled(Shape{8}, 1);
  const auto value = scalar_store(2);
  auto automatic = plain();
  auto manual = plain({2});
  const Shape shape{4};
  const Scalar four{std::int64_t{4}};
  const auto type = int64();
  std::vector<std::int64_t> values(4);
  leaf_refuses_all({
      {"Scope::priority", [] { static_cast<void>(Scope::priority()); }},
      {"Scope::exception_mode", [] { static_cast<void>(Scope::exception_mode()); }},
      {"Scope::parallel_policy", [] { static_cast<void>(Scope::parallel_policy()); }},
      {"create_library", [&] { static_cast<void>(runtime->create_library("of a leaf")); }},
      {"find_or_create_library", [&] { static_cast<void>(runtime->find_or_create_library("of a leaf")); }},
      {"create_task", [&] { static_cast<void>(plain({2})); }},
      {"submit", [&] { runtime->submit(std::move(automatic)); }},
      {"submit", [&] { runtime->submit(std::move(manual)); }},
      {"create_store", [&] { static_cast<void>(runtime->create_store(type)); }},
      {"create_store", [&] { static_cast<void>(runtime->create_store(shape, type, values.data())); }},
      {"issue_fill", [&] { runtime->issue_fill(target, four); }},
      {"issue_fill", [&] { runtime->issue_fill(target, value); }},
      {"tree_reduce", [&] { static_cast<void>(runtime->tree_reduce(library, PLAIN, target)); }},
      {"issue_mapping_fence", [&] { runtime->issue_mapping_fence(); }},
      {"issue_execution_fence", [&] { runtime->issue_execution_fence(); }},
      {"issue_execution_fence", [&] { runtime->issue_execution_fence(true); }},
      {"raise_pending_exception", [&] { runtime->raise_pending_exception(); }},
      {"register_shutdown_callback", [] { register_shutdown_callback([]() noexcept {}); }},
      {"finish", [] { static_cast<void>(finish()); }},
  });
  EXPECT_FALSE(runtime->maybe_find_library("of a leaf").has_value());
  EXPECT_TRUE(has_started());
}

TEST_F(ControlProgramInLeaf, CallsOfLibrariesAreRefused) {
  auto own = runtime->find_or_create_library("legatus.test.leaf", ResourceConfig{5, 1, 1});
  leaf_refuses_all({
      {"register_reduction_operator",
       [&] { static_cast<void>(own.register_reduction_operator<SumReduction<std::int64_t>>(LocalRedopID{0})); }},
  });
}

TEST_F(ControlProgramInLeaf, ViewsAndQueriesOfStoresAreRefused) {
  const auto row = filled(Shape{8}, 1);
  const auto single = filled(Shape{1}, 1);
  const std::array<std::uint64_t, 1> four{4};
  const std::array<std::uint64_t, 1> zero{0};
  const auto partition = row.partition_by_tiling(four);
  leaf_refuses_all({
      {"LogicalStore::shape", [&] { static_cast<void>(row.shape()); }},
      {"LogicalStore::extents", [&] { static_cast<void>(row.extents()); }},
      {"LogicalStore::volume", [&] { static_cast<void>(row.volume()); }},
      {"LogicalStore::overlaps", [&] { static_cast<void>(row.overlaps(single)); }},
      {"LogicalStore::equal_storage", [&] { static_cast<void>(row.equal_storage(single)); }},
      {"LogicalStore::promote", [&] { static_cast<void>(row.promote(0, 2)); }},
      {"LogicalStore::project", [&] { static_cast<void>(row.project(0, 2)); }},
      {"LogicalStore::broadcast", [&] { static_cast<void>(single.broadcast(0, 2)); }},
      {"LogicalStore::slice",
       [&] {
         static_cast<void>(row.slice(0, Slice{1, 2}));
       }},
      {"LogicalStore::transpose", [&] { static_cast<void>(row.transpose({0})); }},
      {"LogicalStore::delinearize",
       [&] {
         static_cast<void>(row.delinearize(0, {2, 4}));
       }},
      {"LogicalStore::reinterpret_as", [&] { static_cast<void>(row.reinterpret_as(uint64())); }},
      {"LogicalStore::get_partition", [&] { static_cast<void>(row.get_partition()); }},
      {"LogicalStore::partition_by_tiling", [&] { static_cast<void>(row.partition_by_tiling(four)); }},
      {"get_physical_store", [&] { static_cast<void>(row.get_physical_store()); }},
      {"LogicalStore::get_cached_physical_store", [&] { static_cast<void>(row.get_cached_physical_store()); }},
      {"LogicalStorePartition::get_child_store", [&] { static_cast<void>(partition.get_child_store(zero)); }},
  });
}

TEST_F(ControlProgramInLeaf, WaitingForTheExtentsOfItsOwnOutputIsRefused) {
  const auto output = runtime->create_store(int64());
  const auto shape = output.shape();
  body = [&](TaskContext context) {
    leaf_refuses<std::runtime_error>([&] { static_cast<void>(shape.extents()); }, {"Shape::extents", "inside a task"});
    leaf_refuses<std::runtime_error>([&] { static_cast<void>(shape.volume()); }, {"Shape::extents", "inside a task"});
    leaf_refuses<std::runtime_error>([&] { static_cast<void>(output.extents()); }, {"extents", "inside a task"});
    context.output(0).bind_empty_data();
  };
  auto task = plain();
  static_cast<void>(task.add_output(output));
  run(std::move(task));
  EXPECT_EQ(output.volume(), 0U);
}

TEST_F(MisuseInLeaf, WritesToAnInputAreRefused) {
  body = [](TaskContext context) {
    const auto in = context.input(0);
    EXPECT_TRUE(in.is_readable());
    EXPECT_FALSE(in.is_writable());
    leaf_refuses<IA>([&] { static_cast<void>(in.write_accessor<std::int64_t, 1>()); }, {"writable"});
    leaf_refuses<IA>([&] { static_cast<void>(in.read_write_accessor<std::int64_t, 1>()); }, {"writable"});
    leaf_refuses<IA>([&] { static_cast<void>(in.reduce_accessor<SumReduction<std::int64_t>, true, 1>()); },
                     {"reducible"});
    auto copy = in;
    leaf_refuses<IA>([&] { static_cast<void>(copy.span_write_accessor<std::int64_t, 1>()); }, {"writable"});
    leaf_refuses<IA>([&] { static_cast<void>(copy.span_read_write_accessor<std::int64_t, 1>()); }, {"writable"});
  };
  auto task = plain();
  static_cast<void>(task.add_input(filled(Shape{4}, 1)));
  run(std::move(task));
}

TEST_F(MisuseInLeaf, DimensionsAreChecked) {
  body = [](TaskContext context) {
    const auto flat = context.input(0);
    const auto square = context.input(1);
    const auto point = context.input(2);
    leaf_refuses<IA>([&] { static_cast<void>(flat.shape<2>()); }, {"2-D", "1-D"});
    leaf_refuses<IA>([&] { static_cast<void>(square.shape<1>()); }, {"1-D", "2-D"});
    leaf_refuses<IA>([&] { static_cast<void>(square.shape<3>()); }, {"3-D", "2-D"});
    leaf_refuses<IA>([&] { static_cast<void>(point.shape<2>()); }, {"2-D", "0-D"});
    EXPECT_EQ(point.shape<1>(), (Rect<1>{0, 0}));
    leaf_refuses<IA>([&] { static_cast<void>(square.read_accessor<std::int64_t, 1>()); }, {"1-D", "2-D"});
    leaf_refuses<IA>([&] { static_cast<void>(square.read_accessor<std::int64_t, 1, true>(Rect<1>{0, 1})); }, {"2-D"});
  };
  auto task = plain();
  static_cast<void>(task.add_input(filled(Shape{4}, 1)));
  static_cast<void>(task.add_input(filled(Shape{2, 2}, 1)));
  static_cast<void>(task.add_input(filled(Shape{}, 1)));
  run(std::move(task));
}

TEST_F(MisuseInLeaf, TypesAreCheckedWhereAskedFor) {
  body = [](TaskContext context) {
    const auto in = context.input(0);
    leaf_refuses<IA>([&] { static_cast<void>(in.read_accessor<std::int32_t, 1, true>()); }, {"int64", "int32"});
    leaf_refuses<IA>([&] { static_cast<void>(in.read_accessor<double, 1, true>()); }, {"int64", "float64"});
    leaf_refuses<IA>([&] { static_cast<void>(in.read_accessor<std::array<char, 7>, 1, true>()); }, {"int64", "7"});
    static_cast<void>(in.read_accessor<std::array<char, 8>, 1, true>());
    EXPECT_EQ((in.read_accessor<std::uint64_t, 1, false>()[in.shape<1>().lo]), 1U);
    const auto bytes = context.input(1);  // a type with a code never matches raw bytes
    leaf_refuses<IA>([&] { static_cast<void>(bytes.read_accessor<std::int64_t, 1, true>()); }, {"binary", "int64"});
    static_cast<void>(bytes.read_accessor<std::array<char, 8>, 1, true>());
    const auto reduced = context.reduction(0);
    leaf_refuses<IA>([&] { static_cast<void>(reduced.reduce_accessor<SumReduction<double>, true, 1, true>()); },
                     {"int64", "float64"});
  };
  const auto bytes = runtime->create_store(Shape{1}, binary_type(8));
  auto write = plain({1});
  write.add_output(bytes);
  const auto check = std::exchange(body, [](TaskContext) {});
  run(std::move(write));
  body = check;
  auto task = plain({1});
  task.add_input(filled(Shape{1}, 1));
  task.add_input(bytes);
  task.add_reduction(filled(Shape{1}, 1), ReductionOpKind::ADD);
  run(std::move(task));
}

TEST_F(MisuseInLeaf, ScalarAccessNeedsScalarStorage) {
  body = [](TaskContext context) {
    leaf_refuses<IA>([&] { static_cast<void>(context.input(0).scalar<std::int64_t>()); }, {"scalar"});
    EXPECT_EQ(context.input(1).scalar<std::int64_t>(), 9);
  };
  auto task = plain();
  static_cast<void>(task.add_input(filled(Shape{1}, 1)));
  static_cast<void>(task.add_input(scalar_store(9)));
  run(std::move(task));
  refuses<IA>([&] { static_cast<void>(filled(Shape{1}, 1).get_physical_store().scalar<std::int64_t>()); }, {"scalar"});
}

TEST_F(MisuseInLeaf, BoundStoresHaveNothingToBind) {
  body = [](TaskContext context) {
    const auto out = context.output(0);
    auto buffer = create_buffer<std::int64_t, 1>(4);
    auto bytes = create_buffer<std::int8_t, 1>(32);
    leaf_refuses<IA>([&] { static_cast<void>(out.create_output_buffer<std::int64_t, 1>(Point<1>{4})); }, {"unbound"});
    leaf_refuses<IA>([&] { out.bind_data(buffer, Point<1>{4}); }, {"unbound"});
    leaf_refuses<IA>([&] { out.bind_untyped_data(bytes, Point<1>{4}); }, {"unbound"});
    leaf_refuses<IA>([&] { out.bind_empty_data(); }, {"unbound"});
    leaf_refuses<IA>([&] { context.input(0).bind_empty_data(); }, {"unbound"});
  };
  auto task = plain();
  static_cast<void>(task.add_input(filled(Shape{4}, 1)));
  static_cast<void>(task.add_output(store(Shape{4})));
  run(std::move(task));
}

TEST_F(MisuseInLeaf, UnboundOutputsHaveNoContents) {
  body = [](TaskContext context) {
    const auto out = context.output(0);
    EXPECT_TRUE(out.is_unbound_store());
    EXPECT_FALSE(out.is_readable() || out.is_writable() || out.is_reducible());
    EXPECT_EQ(out.dim(), 2);
    EXPECT_EQ(out.type(), int64());
    leaf_refuses<IA>([&] { static_cast<void>(out.domain()); }, {"domain", "unbound"});
    leaf_refuses<IA>([&] { static_cast<void>(out.shape<2>()); }, {"shape", "unbound"});
    leaf_refuses<IA>([&] { static_cast<void>(out.get_inline_allocation()); }, {"unbound"});
    leaf_refuses<IA>([&] { static_cast<void>(out.target()); }, {"target"});
    leaf_refuses<IA>([&] { static_cast<void>(out.read_accessor<std::int64_t, 2>()); }, {"unbound"});
    leaf_refuses<IA>([&] { static_cast<void>(out.write_accessor<std::int64_t, 2>()); }, {"unbound"});
    leaf_refuses<IA>(
        [&] {
          static_cast<void>(out.read_write_accessor<std::int64_t, 2>(Rect<2>{{0, 0}, {0, 0}}));
        },
        {"unbound"});
    leaf_refuses<IA>([&] { static_cast<void>(out.scalar<std::int64_t>()); }, {"scalar"});
    out.bind_empty_data();
    EXPECT_TRUE(out.is_unbound_store());
    EXPECT_EQ(out.target(), mapping::StoreTarget::SYSMEM);
  };
  const auto unbound = runtime->create_store(int64(), 2);
  auto task = plain();
  static_cast<void>(task.add_output(unbound));
  run(std::move(task));
  EXPECT_EQ(unbound.volume(), 0U);
}

TEST_F(MisuseInLeaf, WrongBindingsAreRefusedAndALaterRightOneCounts) {
  body = [](TaskContext context) {
    const auto out = context.output(0);
    auto flat = create_buffer<std::int64_t, 1>(6);
    auto small = create_buffer<std::int16_t, 2>(Point<2>{2, 3});
    auto right = out.create_output_buffer<std::int64_t, 2>(Point<2>{2, 3});
    leaf_refuses<IA>([&] { out.bind_data(flat, Point<1>{6}); }, {"bind_data", "1", "2-D"});
    leaf_refuses<IA>(
        [&] {
          static_cast<void>(out.create_output_buffer<std::int64_t, 3>(Point<3>{1, 1, 1}, true));
        },
        {"create_output_buffer", "3", "2-D"});
    leaf_refuses<IA>([&] { out.bind_data(small, Point<2>{2, 3}); }, {"2 bytes", "int64"});
    leaf_refuses<IA>([&] { out.bind_data(right, Point<2>{2, 4}); }, {"4", "3"});
    const TaskLocalBuffer typed{create_buffer<double, 2>(Point<2>{1, 1})};
    leaf_refuses<IA>([&] { out.bind_data(typed, DomainPoint{Point<2>{1, 1}}, true); }, {"float64", "int64"});
    leaf_refuses<IA>([&] { out.bind_data(typed, DomainPoint{Point<1>{1}}); }, {"bind_data"});
    for (coord_t i = 0; i < 2; ++i) {
      for (coord_t j = 0; j < 3; ++j) right[{i, j}] = 10 * i + j;
    }
    out.bind_data(right, Point<2>{2, 3});
    leaf_refuses<IA>([&] { out.bind_data(right, Point<2>{2, 3}); }, {"bound already"});
    leaf_refuses<IA>([&] { out.bind_empty_data(); }, {"bound already"});
    leaf_refuses<IA>(
        [&] {
          static_cast<void>(out.create_output_buffer<std::int64_t, 2>(Point<2>{1, 1}, true));
        },
        {"bound already"});
  };
  const auto unbound = runtime->create_store(int64(), 2);
  auto task = plain();
  static_cast<void>(task.add_output(unbound));
  run(std::move(task));
  EXPECT_EQ(unbound.extents(), (tuple<std::uint64_t>{2, 3}));
  EXPECT_EQ(values_of(unbound), (std::vector<std::int64_t>{0, 1, 2, 10, 11, 12}));
}

TEST_F(MisuseInLeaf, UntypedOutputBuffersNeedAPrimitiveType) {
  body = [](TaskContext context) {
    const auto out = context.output(0);
    leaf_refuses<std::runtime_error>(
        [&] { static_cast<void>(out.create_output_buffer(DomainPoint{Point<1>{3}}, true)); },
        {"create_output_buffer", "primitive"});
    out.bind_empty_data();
  };
  const auto unbound = runtime->create_store(point_type(2));
  auto task = plain();
  static_cast<void>(task.add_output(unbound));
  run(std::move(task));
}

TEST_F(MisuseInLeaf, BuffersRefuseBadAlignmentsAndMemoriesThatAreNotThere) {
  body = [](TaskContext) {
    using DOM = std::domain_error;
    const auto kind = Memory::Kind::NO_MEMKIND;
    leaf_refuses<DOM>([&] { static_cast<void>(create_buffer<int>(4, kind, 0)); }, {"alignment 0"});
    leaf_refuses<DOM>([&] { static_cast<void>(create_buffer<int>(4, kind, 24)); }, {"alignment 24"});
    leaf_refuses<DOM>([&] { static_cast<void>(create_buffer<int, 2>(Point<2>{2, 2}, kind, 3)); }, {"alignment 3"});
    leaf_refuses<std::runtime_error>([&] { static_cast<void>(create_buffer<int>(4, Memory::Kind::GPU_FB_MEM)); },
                                     {"memory"});
    const auto wide = create_buffer<int>(4, kind, 1024);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(wide.ptr(0)) % 1024, 0U);
  };
  run(plain());
}

TEST_F(MisuseInLeaf, TaskLocalBuffersCheckTypesAndDimensions) {
  body = [](TaskContext) {
    const auto ints = create_buffer<std::int32_t, 2>(Point<2>{2, 2});
    leaf_refuses<IA>([&] { static_cast<void>(TaskLocalBuffer{ints, int64()}); }, {"int64", "4"});
    leaf_refuses<IA>([&] { static_cast<void>(TaskLocalBuffer{ints, binary_type(4)}); }, {"4"});  // another alignment
    const TaskLocalBuffer buffer{ints, float32()};
    leaf_refuses<IA>([&] { static_cast<void>(static_cast<Buffer<std::int64_t, 2>>(buffer)); }, {"float32", "8"});
    leaf_refuses<IA>([&] { static_cast<void>(static_cast<Buffer<std::int32_t, 1>>(buffer)); }, {"2-D", "1-D"});
    EXPECT_EQ((static_cast<Buffer<float, 2>>(buffer).get_bounds()), (Rect<2>{{0, 0}, {1, 1}}));
  };
  run(plain());
}

TEST_F(MisuseInLeaf, ScopedAllocatorsCheckWhatTheyAreGiven) {
  body = [](TaskContext) {
    using DOM = std::domain_error;
    leaf_refuses<DOM>([&] { static_cast<void>(ScopedAllocator{Memory::Kind::SYSTEM_MEM, true, 0}); }, {"alignment 0"});
    leaf_refuses<DOM>([&] { static_cast<void>(ScopedAllocator{Memory::Kind::SYSTEM_MEM, true, 48}); }, {"48"});
    ScopedAllocator allocator{Memory::Kind::SYSTEM_MEM, true, 4096};
    leaf_refuses<DOM>([&] { static_cast<void>(allocator.allocate_aligned(8, 5)); }, {"alignment 5"});
    EXPECT_EQ(allocator.allocate(0), nullptr);
    allocator.deallocate(nullptr);
    auto* memory = allocator.allocate(100);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 4096, 0U);
    allocator.deallocate(memory);
    leaf_refuses<IA>([&] { allocator.deallocate(memory); }, {});
    int foreign = 0;
    leaf_refuses<IA>([&] { allocator.deallocate(&foreign); }, {});
  };
  run(plain());
}

TEST_F(MisuseInLeaf, BuffersOutsideOfTasksAreRefused) {
  refuses<std::runtime_error>([&] { static_cast<void>(create_buffer<int>(4)); }, {"create_buffer"});
}

TEST_F(MisuseInLeaf, MemoriesOfAProcessorAreChecked) {
  refuses<std::out_of_range>([&] { static_cast<void>(find_memory_from_kind(Memory::Kind::GPU_FB_MEM)); },
                             {"find_memory_from_kind"});
  refuses<IA>([&] { static_cast<void>(find_memory_from_kind(static_cast<Memory::Kind>(99))); },
              {"find_memory_from_kind"});
}

TEST_F(MisuseInLeaf, ProcessorLocalStorageIsEmptyUntilSet) {
  ProcLocalStorage<int> storage;
  refuses<std::logic_error>([&] { static_cast<void>(storage.get()); }, {"ProcLocalStorage"});
  body = [&](TaskContext) {
    EXPECT_FALSE(storage.has_value());
    leaf_refuses<std::logic_error>([&] { static_cast<void>(storage.get()); }, {"ProcLocalStorage"});
    storage.emplace(3);
    EXPECT_EQ(storage.get(), 3);
  };
  run(plain());
}

TEST_F(MisuseInLeaf, AccessToAMappedScalarStoreIsReadOnly) {
  const auto physical = scalar_store(4).get_physical_store();
  EXPECT_TRUE(physical.is_readable());
  EXPECT_FALSE(physical.is_writable());
  refuses<IA>([&] { static_cast<void>(physical.write_accessor<std::int64_t, 1>()); }, {"writable"});
}

}  // namespace
}  // namespace legate::test
