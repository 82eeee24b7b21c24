// SPDX-License-Identifier: Apache-2.0
// The members of the public runtime that create stores.
#include "data/attach.h"
#include "data/control_program.h"
#include "runtime/runtime.h"
#include "utilities/handle.h"

#include <legate/runtime/runtime.h>

#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace legate {

namespace {

void check_element_type(const char* operation, const Type& type) {
  if (type.variable_size()) {
    throw std::invalid_argument{std::string{operation} + ": store cannot be created with variable size type " +
                                type.to_string()};
  }
}

void check_dimensions(const char* operation, std::uint32_t dim) {
  if (dim > LEGATE_MAX_DIM) {
    throw std::out_of_range{std::string{operation} + ": the number of dimensions " + std::to_string(dim) +
                            " exceeds the limit of " + std::to_string(LEGATE_MAX_DIM)};
  }
}

void check_bound(const Shape& shape) {
  if (shape.impl()->unbound()) {
    throw std::invalid_argument{"create_store: Shape of an unbound store cannot be used to create another store"};
  }
}

/// What all ways to make a store of memory of the program have in common.
void check_attachment(const Shape& shape, const Type& type) {
  detail::check_control_program("create_store");
  check_dimensions("create_store", shape.ndim());
  check_element_type("create_store", type);
  check_bound(shape);
  detail::flush_held_operations();
}

}  // namespace

LogicalStore Runtime::create_store(const Type& type, std::uint32_t dim) {
  detail::check_control_program("create_store");
  check_dimensions("create_store", dim);
  check_element_type("create_store", type);
  auto shape = std::make_shared<detail::Shape>(dim);
  return LogicalStore{
      std::make_shared<detail::LogicalStore>(detail::Storage::create(shape, type, false), std::move(shape))};
}

LogicalStore Runtime::create_store(const Shape& shape, const Type& type, bool optimize_scalar) {
  detail::check_running("create_store");
  check_dimensions("create_store", shape.ndim());
  check_element_type("create_store", type);
  check_bound(shape);
  const bool scalar = optimize_scalar && shape.impl()->ready() && shape.volume() == 1;
  return LogicalStore{
      std::make_shared<detail::LogicalStore>(detail::Storage::create(shape.impl(), type, scalar), shape.impl())};
}

LogicalStore Runtime::create_store(const Scalar& scalar, const Shape& shape) {
  detail::check_running("create_store");
  check_element_type("create_store", scalar.type());
  check_dimensions("create_store", shape.ndim());
  if (shape.volume() != 1) {
    throw std::invalid_argument{"create_store: Scalar stores must have a shape of volume 1, got " + shape.to_string()};
  }
  auto region = detail::Storage::create(shape.impl(), scalar.type(), true);
  region->storage->set_value(scalar.ptr());
  return LogicalStore{std::make_shared<detail::LogicalStore>(std::move(region), shape.impl())};
}

LogicalStore Runtime::create_store(const Shape& shape, const Type& type, void* buffer, bool read_only,
                                   const mapping::DimOrdering& ordering) {
  check_attachment(shape, type);
  if (buffer == nullptr) {
    throw std::invalid_argument{"create_store: the buffer is a null pointer"};
  }
  // How large it is the caller does not say: as large as it has to be.
  detail::ExternalAllocation allocation{buffer, std::numeric_limits<std::size_t>::max(), read_only, {}};
  return LogicalStore{detail::attach_store(shape.impl(), type, allocation, ordering)};
}

LogicalStore Runtime::create_store(const Shape& shape, const Type& type, const ExternalAllocation& allocation,
                                   const mapping::DimOrdering& ordering) {
  check_attachment(shape, type);
  return LogicalStore{detail::attach_store(
      shape.impl(), type, detail::checked(allocation.impl(), "create_store, argument allocation"), ordering)};
}

std::pair<LogicalStore, LogicalStorePartition> Runtime::create_store(
    const Shape& shape, const tuple<std::uint64_t>& tile_shape, const Type& type,
    const std::vector<std::pair<ExternalAllocation, tuple<std::uint64_t>>>& allocations,
    const mapping::DimOrdering& ordering) {
  check_attachment(shape, type);
  if (impl_->configuration().inline_task_launch) {
    throw std::runtime_error{
        "create_store: a store cannot be made of several allocations where tasks run inline "
        "(--inline-task-launch)"};
  }
  LogicalStore store{
      std::make_shared<detail::LogicalStore>(detail::Storage::create(shape.impl(), type, false), shape.impl())};
  auto partition = store.partition_by_tiling(Span<const std::uint64_t>{tile_shape.data()});
  std::vector<detail::TileAllocation> tiles;
  for (const auto& [allocation, color] : allocations) {
    tiles.push_back({allocation.impl(), color.data()});
  }
  detail::attach_tiles(*store.impl(), *partition.impl()->tiling(), tiles, ordering);
  return {std::move(store), std::move(partition)};
}

LogicalArray Runtime::create_array(const Type& type, std::uint32_t dim, bool nullable) {
  if (nullable) {
    throw std::invalid_argument{"create_array: nullable arrays are not supported"};
  }
  return create_store(type, dim);
}

LogicalArray Runtime::create_array(const Shape& shape, const Type& type, bool nullable, bool optimize_scalar) {
  if (nullable) {
    throw std::invalid_argument{"create_array: nullable arrays are not supported"};
  }
  return create_store(shape, type, optimize_scalar);
}

LogicalArray Runtime::create_array_like(const LogicalArray& to_mirror, std::optional<Type> type) {
  const auto element = type.value_or(to_mirror.type());
  if (to_mirror.unbound()) {
    return create_store(element, to_mirror.dim());
  }
  return create_store(to_mirror.shape(), element, to_mirror.has_scalar_storage());
}

}  // namespace legate
