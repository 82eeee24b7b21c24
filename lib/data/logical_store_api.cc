// SPDX-License-Identifier: Apache-2.0
// The public handles of logical stores and their partitions: argument checks, then on to the implementation.
#include "data/control_program.h"
#include "data/logical_store.h"
#include "data/physical_store.h"
#include "utilities/handle.h"

#include <legate/data/logical_store.h>

#include <cctype>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

namespace legate {

namespace {

std::string show(const std::vector<std::uint64_t>& values) {
  std::string text = "[";
  for (const auto value : values) {
    text += (text.size() > 1 ? ", " : "") + std::to_string(value);
  }
  return text + "]";
}

std::vector<std::uint64_t> to_vector(Span<const std::uint64_t> values) {
  return std::vector<std::uint64_t>(values.begin(), values.end());
}

/// What a handle refers to, if the caller may use it: tasks only what belongs to them.
[[nodiscard]] detail::LogicalStore& reachable(const InternalSharedPtr<detail::LogicalStore>& store,
                                              const char* function) {
  auto& result = detail::checked(store, function);
  result.check_reachable(function);
  return result;
}

/// The same for a function that needs the extents: some submitted task must decide them.
[[nodiscard]] detail::LogicalStore& with_extents(const InternalSharedPtr<detail::LogicalStore>& store,
                                                 const char* function) {
  auto& result = reachable(store, function);
  if (result.unbound()) {
    throw std::invalid_argument{std::string{function} +
                                ": Illegal to access an uninitialized unbound store: no submitted task decides its "
                                "extents"};
  }
  return result;
}

/// The same for one that makes a view of the store.
[[nodiscard]] detail::LogicalStore& viewable(const InternalSharedPtr<detail::LogicalStore>& store,
                                             const char* function) {
  auto& result = with_extents(store, function);
  if (result.storage().is_local() && result.storage().local().argument) {
    throw std::runtime_error{std::string{function} +
                             ": there are no views of a store that was made by PhysicalStore::to_logical_store()"};
  }
  return result;
}

void check_memory(const char* function, mapping::StoreTarget target) {
  if (target != mapping::StoreTarget::SYSMEM) {
    std::ostringstream message;
    message << function << ": this machine has no memory of kind " << target;
    throw std::invalid_argument{message.str()};
  }
}

/// `what` is the argument's name, as it begins a sentence.
void check_tiling_argument(const std::string& what, const std::vector<std::uint64_t>& values, std::size_t dim) {
  if (values.size() != dim) {
    throw std::invalid_argument{"Incompatible " + std::string(1, static_cast<char>(std::tolower(what.front()))) +
                                what.substr(1) + ": expected a " + std::to_string(dim) + "-tuple, got a " +
                                std::to_string(values.size()) + "-tuple"};
  }
  for (const auto value : values) {
    if (value == 0) {
      throw std::invalid_argument{what + " must have a volume greater than 0, got " + show(values)};
    }
  }
}

}  // namespace

std::uint32_t LogicalStore::dim() const { return detail::checked(impl_, "LogicalStore::dim").dim(); }
Type LogicalStore::type() const { return detail::checked(impl_, "LogicalStore::type").type(); }
Shape LogicalStore::shape() const { return Shape{reachable(impl_, "LogicalStore::shape").shape()}; }

tuple<std::uint64_t> LogicalStore::extents() const {
  if (!reachable(impl_, "LogicalStore::extents").ready()) {
    detail::flush_held_operations();
  }
  return tuple<std::uint64_t>{with_extents(impl_, "LogicalStore::extents").extents()};
}

std::size_t LogicalStore::volume() const { return with_extents(impl_, "LogicalStore::volume").volume(); }
bool LogicalStore::unbound() const { return detail::checked(impl_, "LogicalStore::unbound").unbound(); }
bool LogicalStore::transformed() const { return detail::checked(impl_, "LogicalStore::transformed").transformed(); }
bool LogicalStore::has_scalar_storage() const {
  return detail::checked(impl_, "LogicalStore::has_scalar_storage").has_scalar_storage();
}
bool LogicalStore::overlaps(const LogicalStore& other) const {
  return reachable(impl_, "LogicalStore::overlaps").overlaps(reachable(other.impl_, "LogicalStore::overlaps"));
}
bool LogicalStore::equal_storage(const LogicalStore& other) const {
  return reachable(impl_, "LogicalStore::equal_storage")
      .equal_storage(reachable(other.impl_, "LogicalStore::equal_storage"));
}
std::string LogicalStore::to_string() const { return detail::checked(impl_, "LogicalStore::to_string").to_string(); }

LogicalStore LogicalStore::promote(std::int32_t extra_dim, std::size_t dim_size) const {
  return LogicalStore{viewable(impl_, "LogicalStore::promote").promote(extra_dim, dim_size)};
}
LogicalStore LogicalStore::project(std::int32_t dim, std::int64_t index) const {
  return LogicalStore{viewable(impl_, "LogicalStore::project").project(dim, index)};
}
LogicalStore LogicalStore::broadcast(std::int32_t dim, std::size_t dim_size) const {
  return LogicalStore{viewable(impl_, "LogicalStore::broadcast").broadcast(dim, dim_size)};
}
LogicalStore LogicalStore::slice(std::int32_t dim, Slice slice) const {
  return LogicalStore{viewable(impl_, "LogicalStore::slice").slice(dim, slice)};
}
LogicalStore LogicalStore::transpose(std::vector<std::int32_t> axes) const {
  return LogicalStore{viewable(impl_, "LogicalStore::transpose").transpose(axes)};
}
LogicalStore LogicalStore::delinearize(std::int32_t dim, std::vector<std::uint64_t> sizes) const {
  return LogicalStore{viewable(impl_, "LogicalStore::delinearize").delinearize(dim, sizes)};
}
LogicalStore LogicalStore::reinterpret_as(const Type& type) const {
  return LogicalStore{viewable(impl_, "LogicalStore::reinterpret_as").reinterpret_as(type)};
}

std::optional<LogicalStorePartition> LogicalStore::get_partition() const {
  detail::check_outside_tasks("LogicalStore::get_partition");
  detail::flush_held_operations();
  if (detail::checked(impl_, "LogicalStore::get_partition").unbound()) {
    return std::nullopt;
  }
  if (auto tiling = impl_->latest_key_partition()) {
    return LogicalStorePartition{std::make_shared<detail::LogicalStorePartition>(impl_, std::move(tiling))};
  }
  return std::nullopt;
}

LogicalStorePartition LogicalStore::partition_by_tiling(Span<const std::uint64_t> tile_shape,
                                                        std::optional<Span<const std::uint64_t>> color_shape) const {
  detail::check_outside_tasks("LogicalStore::partition_by_tiling");
  const auto& extents = with_extents(impl_, "LogicalStore::partition_by_tiling").extents();
  if (extents.size() > LEGATE_MAX_DIM) {
    throw std::invalid_argument{"partition_by_tiling: a view of " + std::to_string(extents.size()) +
                                " dimensions cannot be tiled, the limit is " + std::to_string(LEGATE_MAX_DIM)};
  }
  const auto tile = to_vector(tile_shape);
  check_tiling_argument("Tile shape", tile, extents.size());
  std::vector<std::uint64_t> colors;
  if (color_shape) {
    colors = to_vector(*color_shape);
    check_tiling_argument("Color shape", colors, extents.size());
  } else {
    for (std::size_t d = 0; d < extents.size(); ++d) {
      colors.push_back(extents[d] / tile[d] + (extents[d] % tile[d] != 0 ? 1 : 0));
    }
  }
  detail::Tiling tiling{tile, colors};
  if (impl_->view()->is_delinearized() && tiling.color_volume() > 0) {
    const std::vector<std::int64_t> first(extents.size(), 0);
    const auto box = tiling.rectangle(first, extents);
    if (!impl_->view()->is_contiguous(box.lo.data(), box.hi.data())) {
      throw std::runtime_error{"Non-invertible transformation: tiles " + show(tile) +
                               " are no contiguous parts of a delinearized dimension"};
    }
  }
  return LogicalStorePartition{
      std::make_shared<detail::LogicalStorePartition>(impl_, detail::intern(std::move(tiling)))};
}

PhysicalStore LogicalStore::get_physical_store(std::optional<mapping::StoreTarget> target) const {
  detail::check_running("get_physical_store");
  check_memory("get_physical_store", target.value_or(mapping::StoreTarget::SYSMEM));
  static_cast<void>(reachable(impl_, "LogicalStore::get_physical_store"));
  if (!impl_->storage().is_local()) {
    detail::flush_held_operations();
  }
  return PhysicalStore{with_extents(impl_, "LogicalStore::get_physical_store").map()};
}

std::optional<PhysicalStore> LogicalStore::get_cached_physical_store() const {
  if (auto mapping = reachable(impl_, "LogicalStore::get_cached_physical_store").cached_mapping()) {
    return PhysicalStore{std::move(mapping)};
  }
  return std::nullopt;
}

void LogicalStore::detach() {
  detail::check_control_program("detach");
  auto& store = detail::checked(impl_, "LogicalStore::detach");
  detail::flush_held_operations();
  store.detach();
}

void LogicalStore::offload_to(mapping::StoreTarget target_mem) const {
  detail::check_control_program("offload_to");
  check_memory("offload_to", target_mem);
  if (detail::checked(impl_, "LogicalStore::offload_to").unbound()) {
    throw std::invalid_argument{"offload_to: the store is unbound, no submitted task has written it"};
  }
}

LogicalStore LogicalStore::null_mask() const { throw std::invalid_argument{"null_mask: the array is not nullable"}; }

LogicalStore LogicalStore::child(std::uint32_t index) const {
  throw std::invalid_argument{"child: a plain array has no child " + std::to_string(index)};
}

LogicalStore LogicalStorePartition::store() const {
  return LogicalStore{detail::checked(impl_, "LogicalStorePartition::store").store()};
}

tuple<std::uint64_t> LogicalStorePartition::color_shape() const {
  return tuple<std::uint64_t>{detail::checked(impl_, "LogicalStorePartition::color_shape").tiling()->colors};
}

LogicalStore LogicalStorePartition::get_child_store(Span<const std::uint64_t> color) const {
  detail::check_outside_tasks("LogicalStorePartition::get_child_store");
  const auto& tiling = *detail::checked(impl_, "LogicalStorePartition::get_child_store").tiling();
  bool valid = color.size() == tiling.colors.size();
  std::vector<std::int64_t> at;
  for (std::size_t d = 0; valid && d < color.size(); ++d) {
    valid = color[d] < tiling.colors[d];
    at.push_back(static_cast<std::int64_t>(color[d]));
  }
  if (!valid) {
    throw std::out_of_range{"Color " + show(to_vector(color)) + " is invalid for partition of color shape " +
                            show(tiling.colors)};
  }
  if (tiling.is_irregular()) {
    throw std::runtime_error{"Child stores can be retrieved only from tile partitions"};
  }
  if (impl_->store()->has_scalar_storage()) {
    return LogicalStore{impl_->store()};
  }
  const auto box = tiling.rectangle(at, impl_->store()->extents());
  std::vector<std::int64_t> lo;
  std::vector<std::int64_t> hi;
  for (std::size_t d = 0; d < at.size(); ++d) {
    lo.push_back(box.lo[d]);
    hi.push_back(box.hi[d]);
  }
  return LogicalStore{impl_->store()->child(lo, hi)};
}

}  // namespace legate
