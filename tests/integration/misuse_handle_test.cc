// SPDX-License-Identifier: Apache-2.0
// Public handles after a move: every use says so instead of reaching for an object that is not there.
#include "runtime_test.h"

#include <legate/data/allocator.h>

#include <array>
#include <optional>

namespace legate::test {
namespace {

using MisuseOfHandle = RuntimeTest;

constexpr const char* MOVED = "was moved from";

/// What the calls throw names the function.
using Calls = std::vector<std::pair<std::string, std::function<void()>>>;

void refuse_all(const Calls& calls) {
  for (const auto& [name, call] : calls) {
    try {
      call();
      ADD_FAILURE() << name << ": nothing was thrown";
    } catch (const std::logic_error& error) {
      const std::string message = error.what();
      EXPECT_EQ(message.rfind(name, 0), 0U) << message;
      EXPECT_NE(message.find(MOVED), std::string::npos) << message;
    } catch (const std::exception& error) {
      ADD_FAILURE() << name << ": another exception: " << error.what();
    }
  }
}

/// The handle after something was moved out of it.
template <typename Handle>
Handle& moved(Handle& handle) {
  const Handle taken{std::move(handle)};
  static_cast<void>(taken);
  return handle;
}

TEST_F(MisuseOfHandle, MovedStores) {
  auto some = filled(Shape{4}, 1);
  const auto other = some;
  const auto& store = moved(some);
  const std::array<std::uint64_t, 1> two{2};
  refuse_all({
      {"LogicalStore::dim", [&] { static_cast<void>(store.dim()); }},
      {"LogicalStore::type", [&] { static_cast<void>(store.type()); }},
      {"LogicalStore::shape", [&] { static_cast<void>(store.shape()); }},
      {"LogicalStore::extents", [&] { static_cast<void>(store.extents()); }},
      {"LogicalStore::volume", [&] { static_cast<void>(store.volume()); }},
      {"LogicalStore::unbound", [&] { static_cast<void>(store.unbound()); }},
      {"LogicalStore::transformed", [&] { static_cast<void>(store.transformed()); }},
      {"LogicalStore::has_scalar_storage", [&] { static_cast<void>(store.has_scalar_storage()); }},
      {"LogicalStore::overlaps", [&] { static_cast<void>(store.overlaps(other)); }},
      {"LogicalStore::overlaps", [&] { static_cast<void>(other.overlaps(store)); }},
      {"LogicalStore::equal_storage", [&] { static_cast<void>(other.equal_storage(store)); }},
      {"LogicalStore::to_string", [&] { static_cast<void>(store.to_string()); }},
      {"LogicalStore::promote", [&] { static_cast<void>(store.promote(0, 1)); }},
      {"LogicalStore::project", [&] { static_cast<void>(store.project(0, 1)); }},
      {"LogicalStore::broadcast", [&] { static_cast<void>(store.broadcast(0, 1)); }},
      {"LogicalStore::slice",
       [&] {
         static_cast<void>(store.slice(0, Slice{0, 1}));
       }},
      {"LogicalStore::transpose", [&] { static_cast<void>(store.transpose({0})); }},
      {"LogicalStore::delinearize",
       [&] {
         static_cast<void>(store.delinearize(0, {2, 2}));
       }},
      {"LogicalStore::reinterpret_as", [&] { static_cast<void>(store.reinterpret_as(uint64())); }},
      {"LogicalStore::get_partition", [&] { static_cast<void>(store.get_partition()); }},
      {"LogicalStore::partition_by_tiling", [&] { static_cast<void>(store.partition_by_tiling(two)); }},
      {"LogicalStore::get_physical_store", [&] { static_cast<void>(store.get_physical_store()); }},
      {"LogicalStore::get_cached_physical_store", [&] { static_cast<void>(store.get_cached_physical_store()); }},
  });
  auto partition = other.partition_by_tiling(two);
  const auto& empty = moved(partition);
  refuse_all({
      {"LogicalStorePartition::store", [&] { static_cast<void>(empty.store()); }},
      {"LogicalStorePartition::color_shape", [&] { static_cast<void>(empty.color_shape()); }},
      {"LogicalStorePartition::get_child_store", [&] { static_cast<void>(empty.get_child_store(two)); }},
  });
  some = other;  // and may be given a value again
  EXPECT_EQ(some.dim(), 1U);
}

TEST_F(MisuseOfHandle, MovedPhysicalStores) {
  auto mapped = filled(Shape{4}, 1).get_physical_store();
  auto& store = moved(mapped);
  EXPECT_FALSE(store.valid());
  refuse_all({
      {"PhysicalStore::dim", [&] { static_cast<void>(store.dim()); }},
      {"PhysicalStore::type", [&] { static_cast<void>(store.type()); }},
      {"PhysicalStore::code", [&] { static_cast<void>(store.code()); }},
      {"PhysicalStore::shape", [&] { static_cast<void>(store.shape<1>()); }},
      {"PhysicalStore::domain", [&] { static_cast<void>(store.domain()); }},
      {"PhysicalStore::get_inline_allocation", [&] { static_cast<void>(store.get_inline_allocation()); }},
      {"PhysicalStore::target", [&] { static_cast<void>(store.target()); }},
      {"PhysicalStore::is_readable", [&] { static_cast<void>(store.is_readable()); }},
      {"PhysicalStore::is_writable", [&] { static_cast<void>(store.is_writable()); }},
      {"PhysicalStore::is_reducible", [&] { static_cast<void>(store.is_reducible()); }},
      {"PhysicalStore::transformed", [&] { static_cast<void>(store.transformed()); }},
      {"PhysicalStore::is_future", [&] { static_cast<void>(store.is_future()); }},
      {"PhysicalStore::is_unbound_store", [&] { static_cast<void>(store.is_unbound_store()); }},
      {"PhysicalStore::is_partitioned", [&] { static_cast<void>(store.is_partitioned()); }},
      {"PhysicalStore::", [&] { static_cast<void>(store.read_accessor<std::int64_t, 1>()); }},
      {"PhysicalStore::accessor",
       [&] {
         static_cast<void>(store.read_accessor<std::int64_t, 1, false>(Rect<1>{0, 1}));
       }},
      {"PhysicalStore::shape",
       [&] {
         static_cast<void>(store.write_accessor<std::int64_t, 1, true>(Rect<1>{0, 1}));
       }},
      {"PhysicalStore::", [&] { static_cast<void>(store.span_read_accessor<std::int64_t, 1>()); }},
      {"PhysicalStore::", [&] { static_cast<void>(store.scalar<std::int64_t>()); }},
      {"PhysicalStore::", [&] { static_cast<void>(store.to_dlpack()); }},
      {"PhysicalStore::bind_empty_data", [&] { store.bind_empty_data(); }},
      {"PhysicalStore::create_output_buffer",
       [&] { static_cast<void>(store.create_output_buffer<int, 1>(Point<1>{1})); }},
      {"PhysicalStore::create_output_buffer",
       [&] { static_cast<void>(store.create_output_buffer(DomainPoint{Point<1>{1}})); }},
  });
}

TEST_F(MisuseOfHandle, MovedTaskDescriptions) {
  const auto some = filled(Shape{4}, 1);
  auto automatic = plain();
  const auto symbol = automatic.add_input(some);
  auto constraint = align(symbol, symbol);
  auto& task = moved(automatic);
  refuse_all({
      {"AutoTask::add_input", [&] { static_cast<void>(task.add_input(some)); }},
      {"AutoTask::add_output", [&] { static_cast<void>(task.add_output(some)); }},
      {"AutoTask::add_reduction", [&] { static_cast<void>(task.add_reduction(some, ReductionOpKind::ADD)); }},
      {"AutoTask::add_scalar_arg", [&] { task.add_scalar_arg(1); }},
      {"AutoTask::add_constraint", [&] { task.add_constraint(constraint); }},
      {"AutoTask::find_or_declare_partition", [&] { static_cast<void>(task.find_or_declare_partition(some)); }},
      {"AutoTask::declare_partition", [&] { static_cast<void>(task.declare_partition()); }},
      {"AutoTask::provenance", [&] { static_cast<void>(task.provenance()); }},
      {"AutoTask::throws_exception", [&] { task.throws_exception(true); }},
      {"AutoTask::set_side_effect", [&] { task.set_side_effect(true); }},
      {"Runtime::submit", [&] { runtime->submit(std::move(task)); }},
  });
  auto manual = plain({2});
  auto& launch = moved(manual);
  refuse_all({
      {"ManualTask::add_input", [&] { launch.add_input(some); }},
      {"ManualTask::add_output", [&] { launch.add_output(some); }},
      {"ManualTask::add_reduction", [&] { launch.add_reduction(some, ReductionOpKind::ADD); }},
      {"ManualTask::add_scalar_arg", [&] { launch.add_scalar_arg(1); }},
      {"ManualTask::provenance", [&] { static_cast<void>(launch.provenance()); }},
      {"Runtime::submit", [&] { runtime->submit(std::move(launch)); }},
  });
  expect_usable();
}

TEST_F(MisuseOfHandle, MovedArguments) {
  auto some = filled(Shape{4}, 1);
  const auto other = some;
  const std::array<std::uint64_t, 1> two{2};
  auto cut = some.partition_by_tiling(two);
  auto value = Scalar{1};
  auto task = plain();
  auto launch = plain({2});
  const auto symbol = task.add_input(other);
  auto constraint = align(symbol, symbol);
  const auto& store = moved(some);
  const auto& partition = moved(cut);
  const auto& scalar = moved(value);
  auto machine = get_machine();
  auto shape = Shape{3};
  refuse_all({
      {"AutoTask::add_input", [&] { static_cast<void>(task.add_input(store)); }},
      {"AutoTask::add_output", [&] { static_cast<void>(task.add_output(store, task.declare_partition())); }},
      {"AutoTask::add_reduction", [&] { static_cast<void>(task.add_reduction(store, ReductionOpKind::ADD)); }},
      {"AutoTask::find_or_declare_partition", [&] { static_cast<void>(task.find_or_declare_partition(store)); }},
      {"AutoTask::add_scalar_arg", [&] { task.add_scalar_arg(scalar); }},
      {"AutoTask::add_constraint", [&] { task.add_constraint(moved(constraint)); }},
      {"ManualTask::add_input", [&] { launch.add_input(store); }},
      {"ManualTask::add_output", [&] { launch.add_output(partition); }},
      {"ManualTask::add_scalar_arg", [&] { launch.add_scalar_arg(scalar); }},
      {"Runtime::issue_fill", [&] { runtime->issue_fill(store, Scalar{std::int64_t{1}}); }},
      {"Runtime::issue_fill", [&] { runtime->issue_fill(store, other); }},
      {"Runtime::issue_fill", [&] { runtime->issue_fill(other, store); }},
      {"Scalar::type", [&] { runtime->issue_fill(other, scalar); }},
      {"Runtime::tree_reduce", [&] { static_cast<void>(runtime->tree_reduce(library, PLAIN, store)); }},
      {"Scope::set_machine", [&] { const Scope scope{moved(machine)}; }},
      {"Shape::ndim", [&] { static_cast<void>(runtime->create_store(moved(shape), int64())); }},
  });
  EXPECT_EQ(Scope::machine(), get_machine());
  run(std::move(task));  // what was refused has not been added
  run(std::move(launch));
}

TEST_F(MisuseOfHandle, MovedValues) {
  auto value = Scalar{1};
  auto shape = Shape{3};
  auto info = TaskInfo{"moved"};
  auto type = binary_type(12);
  auto machine = get_machine();
  auto allocator = ScopedAllocator{Memory::Kind::SYSTEM_MEM};
  const auto& scalar = moved(value);
  const auto& extents = moved(shape);
  const auto& task = moved(info);
  const auto& element = moved(type);
  const auto& processors = moved(machine);
  refuse_all({
      {"Scalar::type", [&] { static_cast<void>(scalar.type()); }},
      {"Scalar::size", [&] { static_cast<void>(scalar.size()); }},
      {"Scalar::ptr", [&] { static_cast<void>(scalar.ptr()); }},
      {"Scalar::type", [&] { static_cast<void>(scalar.value<int>()); }},
      {"Scalar::type", [&] { static_cast<void>(scalar.values<int>()); }},
      {"Shape::extents", [&] { static_cast<void>(extents.extents()); }},
      {"Shape::volume", [&] { static_cast<void>(extents.volume()); }},
      {"Shape::ndim", [&] { static_cast<void>(extents.ndim()); }},
      {"Shape::operator[]", [&] { static_cast<void>(extents[0]); }},
      {"Shape::at", [&] { static_cast<void>(extents.at(0)); }},
      {"Shape::to_string", [&] { static_cast<void>(extents.to_string()); }},
      {"Shape::operator==", [&] { static_cast<void>(extents == Shape{3}); }},
      {"Shape::operator==", [&] { static_cast<void>(Shape{3} == extents); }},
      {"TaskInfo::name", [&] { static_cast<void>(task.name()); }},
      {"TaskInfo::find_variant", [&] { static_cast<void>(task.find_variant(VariantCode::CPU)); }},
      {"TaskInfo::task_config", [&] { static_cast<void>(task.task_config()); }},
      {"TaskInfo::to_string", [&] { static_cast<void>(task.to_string()); }},
      {"TaskInfo::name", [&] { library.register_task(LocalTaskID{77}, task); }},
      {"Type::code", [&] { static_cast<void>(element.code()); }},
      {"Type::size", [&] { static_cast<void>(element.size()); }},
      {"Type::to_string", [&] { static_cast<void>(element.to_string()); }},
      {"Type::operator==", [&] { static_cast<void>(int64() == element); }},
      {"Type::", [&] { static_cast<void>(runtime->create_store(element)); }},
      {"Machine::count", [&] { static_cast<void>(processors.count()); }},
      {"Machine::to_string", [&] { static_cast<void>(processors.to_string()); }},
      {"Machine::operator==", [&] { static_cast<void>(get_machine() == processors); }},
      {"ScopedAllocator::allocate", [&] { static_cast<void>(moved(allocator).allocate(4)); }},
  });
}

TEST_F(MisuseOfHandle, LibrariesAreCopiedWhenMoved) {
  auto one = library;
  EXPECT_EQ(moved(one).get_library_name(), library.get_library_name());
}

}  // namespace
}  // namespace legate::test
