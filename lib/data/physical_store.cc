// SPDX-License-Identifier: Apache-2.0
#include "data/physical_store.h"

#include "data/control_program.h"
#include "data/logical_store.h"
#include "data/task_memory.h"
#include "utilities/handle.h"

#include <legate/data/buffer.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

namespace legate::detail {

void PhysicalStore::place(const View& view, const std::byte* origin, const std::int64_t* box_lo,
                          const std::size_t* array_strides) {
  // Unsigned arithmetic on purpose: coordinate 0 may lie before the memory, and sums wrap around to the right address.
  auto address = reinterpret_cast<std::uintptr_t>(origin);  // NOLINT
  for (std::size_t r = 0; r < view.root_dim(); ++r) {
    address += static_cast<std::uintptr_t>(view.offset()[r] - box_lo[r]) * array_strides[r];
  }
  base = address;
  dim = static_cast<std::int32_t>(view.dim());
  strides = {};
  for (std::size_t d = 0; d < view.dim(); ++d) {
    const auto& axis = view.axes()[d];
    strides[d] =
        axis.root < 0 ? 0 : static_cast<std::size_t>(axis.weight) * array_strides[static_cast<std::size_t>(axis.root)];
  }
}

namespace {

/// Every rank gets what a mapped store shows, and may write it: all write the same.
void share_everywhere(LogicalStore& store) {
  if (engine::cluster().ranks > 1 && store.volume() > 0) {
    store.storage().share(store.view()->root_box());
  }
}

void check_dimensions(const View& view) {
  if (view.dim() > LEGATE_MAX_DIM) {
    throw std::invalid_argument{"get_physical_store: a view of " + std::to_string(view.dim()) +
                                " dimensions cannot be mapped, the limit is " + std::to_string(LEGATE_MAX_DIM)};
  }
}

}  // namespace

std::shared_ptr<PhysicalStore> PhysicalStore::of_mapping(std::shared_ptr<LogicalStore> store) {
  check_dimensions(*store->view());
  const engine::Wait wait{"get_physical_store"};
  store->storage().prepare_write();
  share_everywhere(*store);
  store->storage().wait_for_tasks();
  auto& array = store->storage().array();
  auto result = std::make_shared<PhysicalStore>();
  result->moves_ = store->storage().moves();
  result->readable = true;
  result->writable = true;
  result->reducible = true;
  result->show(std::move(store), array.data(), array.strides().data());
  return result;
}

std::shared_ptr<PhysicalStore> PhysicalStore::of_scalar_copy(std::shared_ptr<LogicalStore> store) {
  const engine::Wait wait{"get_physical_store"};
  share_everywhere(*store);
  store->storage().wait_for_tasks();
  auto result = std::make_shared<PhysicalStore>();
  auto* value = store->storage().array().data();
  result->show_copy(std::move(store), value);
  return result;
}

void PhysicalStore::show_copy(std::shared_ptr<LogicalStore> store, const std::byte* value) {
  kind = Kind::SCALAR;
  readable = true;
  copy_.assign(value, value + store->storage().element_size());
  show(std::move(store), copy_.data(), nullptr);
}

void PhysicalStore::show(std::shared_ptr<LogicalStore> store, const std::byte* origin,
                         const std::size_t* array_strides) {
  static constexpr std::array<std::int64_t, LEGATE_MAX_DIM> zero{};
  transformed = store->transformed();
  type = &store->type();
  place(*store->view(), origin, zero.data(), array_strides);
  for (std::size_t d = 0; d < store->view()->dim(); ++d) {
    hi[d] = static_cast<std::int64_t>(store->extents()[d]);
  }
  owner_ = std::move(store);
}

std::shared_ptr<PhysicalStore> PhysicalStore::of_local(std::shared_ptr<LogicalStore> store) {
  check_dimensions(*store->view());
  const auto& memory = store->storage().local();
  auto result = std::make_shared<PhysicalStore>();
  if (store->has_scalar_storage()) {
    result->show_copy(std::move(store), memory.origin);
    return result;
  }
  result->readable = memory.readable;
  result->writable = memory.writable;
  result->reducible = memory.writable || memory.redop != nullptr;
  result->redop = memory.redop;
  result->show(std::move(store), memory.origin, memory.strides.data());
  return result;
}

std::shared_ptr<LogicalStore> PhysicalStore::to_logical_store() const {
  if (kind != Kind::ARRAY) {
    throw std::runtime_error{
        about_argument(*this) + "to_logical_store: " +
        (kind == Kind::UNBOUND ? "the store is an unbound output" : "the store is a single value")};
  }
  if (target == mapping::StoreTarget::FBMEM) {
    throw std::runtime_error{about_argument(*this) + "to_logical_store: the elements are in the memory of a device"};
  }
  if (!in_task() || (owner_ && !owner_->storage().is_reachable())) {
    throw std::runtime_error{"to_logical_store: the store does not belong to a running task of this thread"};
  }
  const bool only_reducible = !readable && !writable;
  if (only_reducible && !redop->in_place) {
    throw std::runtime_error{about_argument(*this) +
                             "to_logical_store: contributions to the reduction have another type than the store"};
  }
  std::vector<std::uint64_t> extents;
  auto address = base;
  for (std::size_t d = 0; d < static_cast<std::size_t>(dim); ++d) {
    extents.push_back(static_cast<std::uint64_t>(std::max<std::int64_t>(0, hi[d] - lo[d])));
    address += static_cast<std::uintptr_t>(lo[d]) * strides[d];
  }
  LocalMemory memory;
  memory.run = current_task_run();
  memory.keepalive = owner_;
  memory.origin = reinterpret_cast<std::byte*>(address);  // NOLINT
  memory.strides = strides;
  memory.argument = true;
  memory.readable = readable;
  memory.writable = writable;
  memory.redop = only_reducible ? redop : nullptr;
  auto shape = std::make_shared<Shape>(std::move(extents));
  return std::make_shared<LogicalStore>(Storage::over(shape, *type, std::move(memory)), shape);
}

Domain PhysicalStore::domain() const {
  Domain result;
  result.dim = dim;
  for (std::int32_t d = 0; d < dim; ++d) {
    const auto i = static_cast<std::size_t>(d);
    result.rect_data[d] = lo[i];
    result.rect_data[d + dim] = hi[i] - 1;
  }
  return result;
}

void PhysicalStore::synchronize() const {
  if (owner_ && owner_->storage().is_local()) {
    owner_->check_reachable("an accessor");
    return;
  }
  // Leaves may use a mapping's accessors only through what they were passed, never make new ones from it.
  if (owner_ && kind == Kind::ARRAY && !in_task()) {
    flush_held_operations();
    if (!is_current()) {
      throw std::invalid_argument{"the mapping has ended, because the store was detached: " + owner_->to_string()};
    }
    const engine::Wait wait{"an accessor of a mapped store"};
    share_everywhere(*owner_);
    owner_->storage().wait_for_tasks();
  }
}

bool PhysicalStore::is_current() const { return owner_ == nullptr || owner_->storage().moves() == moves_; }

}  // namespace legate::detail

namespace legate {

namespace {

[[noreturn]] void refuse(const detail::PhysicalStore& store, const std::string& message) {
  throw std::invalid_argument{detail::about_argument(store) + message};
}

void check_not_unbound(const detail::PhysicalStore& store, const char* operation) {
  if (store.kind == detail::PhysicalStore::Kind::UNBOUND) {
    refuse(store, std::string{operation} + ": the store is an unbound output");
  }
}

void check_addressable(const detail::PhysicalStore& store, const char* operation) {
  if (store.device_memory != 0) {
    refuse(store, std::string{operation} +
                      ": the elements are in the memory of an OpenCL device, where they have no addresses; "
                      "legate::opencl::buffer() tells where they are");
  }
}

/// The piece that a binding call is about to set.
detail::UnboundPiece& piece_to_bind(const detail::PhysicalStore& store, std::int32_t dim, const char* operation) {
  if (store.kind != detail::PhysicalStore::Kind::UNBOUND) {
    refuse(store, std::string{operation} + ": the store is not an unbound output");
  }
  if (store.piece->bound) {
    refuse(store, std::string{operation} + ": the unbound output is bound already");
  }
  if (dim != store.dim) {
    refuse(store, std::string{operation} + ": " + std::to_string(dim) + " extents for a " + std::to_string(store.dim) +
                      "-D unbound output");
  }
  return *store.piece;
}

}  // namespace

std::int32_t PhysicalStore::dim() const { return detail::checked(impl_, "PhysicalStore::dim").dim; }
Type PhysicalStore::type() const { return *detail::checked(impl_, "PhysicalStore::type").type; }
Type::Code PhysicalStore::type_code_() const { return detail::checked(impl_, "PhysicalStore::code").type->code(); }
bool PhysicalStore::is_readable() const { return detail::checked(impl_, "PhysicalStore::is_readable").readable; }
bool PhysicalStore::is_writable() const { return detail::checked(impl_, "PhysicalStore::is_writable").writable; }
bool PhysicalStore::is_reducible() const { return detail::checked(impl_, "PhysicalStore::is_reducible").reducible; }
bool PhysicalStore::valid() const { return impl_ != nullptr && impl_->valid; }
bool PhysicalStore::transformed() const { return detail::checked(impl_, "PhysicalStore::transformed").transformed; }
bool PhysicalStore::is_future() const {
  return detail::checked(impl_, "PhysicalStore::is_future").kind == detail::PhysicalStore::Kind::SCALAR;
}
bool PhysicalStore::is_unbound_store() const {
  return detail::checked(impl_, "PhysicalStore::is_unbound_store").kind == detail::PhysicalStore::Kind::UNBOUND;
}
bool PhysicalStore::is_partitioned() const {
  return detail::checked(impl_, "PhysicalStore::is_partitioned").partitioned;
}

mapping::StoreTarget PhysicalStore::target() const {
  const auto& store = detail::checked(impl_, "PhysicalStore::target");
  if (store.kind == detail::PhysicalStore::Kind::UNBOUND && !store.piece->bound) {
    refuse(*impl_, "target: the unbound output is not bound yet");
  }
  return store.target;
}

Domain PhysicalStore::domain() const {
  check_not_unbound(detail::checked(impl_, "PhysicalStore::domain"), "domain");
  return impl_->domain();
}

LogicalStore PhysicalStore::to_logical_store() const {
  return LogicalStore{detail::checked(impl_, "PhysicalStore::to_logical_store").to_logical_store()};
}

InlineAllocation PhysicalStore::get_inline_allocation() const {
  check_not_unbound(detail::checked(impl_, "PhysicalStore::get_inline_allocation"), "get_inline_allocation");
  check_addressable(*impl_, "get_inline_allocation");
  impl_->synchronize();
  auto address = impl_->base;
  std::vector<std::size_t> strides;
  for (std::size_t d = 0; d < static_cast<std::size_t>(impl_->dim); ++d) {
    address += static_cast<std::uintptr_t>(impl_->lo[d]) * impl_->strides[d];
    strides.push_back(impl_->strides[d]);
  }
  return InlineAllocation{reinterpret_cast<void*>(address), std::move(strides), target()};  // NOLINT
}

void PhysicalStore::check_shape_dimension_(std::int32_t dim) const {
  check_not_unbound(detail::checked(impl_, "PhysicalStore::shape"), "shape");
  if (dim != std::max(impl_->dim, 1)) {
    refuse(*impl_,
           "Dimension mismatch: " + std::to_string(dim) + "-D access to a " + std::to_string(impl_->dim) + "-D store");
  }
}

void PhysicalStore::check_accessor_dimension_(std::int32_t dim) const { check_shape_dimension_(dim); }

void PhysicalStore::check_type_(Type::Code code, std::size_t size) const {
  const auto& type = *detail::checked(impl_, "PhysicalStore::accessor").type;
  const bool matches = code == Type::Code::NIL ? size == type.size() : code == type.code();
  if (!matches) {
    refuse(*impl_, "Type mismatch: elements of the store are " + impl_->type->to_string() + ", the accessor asks for " +
                       (code == Type::Code::NIL ? "a type of " + std::to_string(size) + " bytes"
                                                : primitive_type(code).to_string()));
  }
}

detail::StoreLayout PhysicalStore::layout_(detail::StoreUse use) const {
  check_not_unbound(detail::checked(impl_, "PhysicalStore::accessor"), "accessor");
  const bool allowed = use == detail::StoreUse::READ ||
                       (use == detail::StoreUse::REDUCE ? impl_->writable || impl_->reducible : impl_->writable);
  if (!allowed) {
    refuse(*impl_, use == detail::StoreUse::REDUCE ? "reduce_accessor: the store is neither reducible nor writable"
                                                   : "write or read-write accessor: the store is not writable");
  }
  check_addressable(*impl_, "accessor");
  impl_->synchronize();
  return detail::StoreLayout{impl_->base, impl_->strides};
}

const void* PhysicalStore::scalar_() const {
  if (detail::checked(impl_, "PhysicalStore::scalar").kind != detail::PhysicalStore::Kind::SCALAR) {
    refuse(*impl_, "scalar: the store has no scalar storage");
  }
  return reinterpret_cast<const void*>(impl_->base);  // NOLINT
}

void* PhysicalStore::create_output_(const std::uint64_t* extents, std::int32_t dim, std::size_t element_size,
                                    std::size_t alignment, bool bind) const {
  piece_to_bind(detail::checked(impl_, "PhysicalStore::create_output_buffer"), dim, "create_output_buffer");
  std::size_t bytes = element_size;
  for (std::int32_t d = 0; d < dim; ++d) {
    bytes *= extents[d];
  }
  auto* data = detail::allocate_task_memory(bytes, std::max<std::size_t>(alignment, impl_->type->alignment()),
                                            Memory::Kind::NO_MEMKIND);
  if (bind) {
    bind_(data, extents, extents, dim, element_size);
  }
  return data;
}

void PhysicalStore::bind_(void* data, const std::uint64_t* buffer_extents, const std::uint64_t* extents,
                          std::int32_t dim, std::size_t element_size) const {
  auto& piece = piece_to_bind(detail::checked(impl_, "PhysicalStore::bind_data"), dim, "bind_data");
  if (element_size != impl_->type->size()) {
    refuse(*impl_, "bind_data: elements of " + std::to_string(element_size) + " bytes for a store of " +
                       impl_->type->to_string());
  }
  for (std::int32_t d = 0; d < dim; ++d) {
    if (extents[d] > buffer_extents[d]) {
      refuse(*impl_, "bind_data: extent " + std::to_string(extents[d]) + " of dimension " + std::to_string(d) +
                         " exceeds the buffer's " + std::to_string(buffer_extents[d]));
    }
  }
  piece.extents.assign(extents, extents + dim);
  piece.room.assign(buffer_extents, buffer_extents + dim);
  piece.data = detail::keep_task_memory(data);
  piece.bound = true;
}

TaskLocalBuffer PhysicalStore::create_output_buffer(const DomainPoint& extents, bool bind_buffer) const {
  if (!detail::checked(impl_, "PhysicalStore::create_output_buffer").type->is_primitive()) {
    throw std::runtime_error{detail::about_argument(*impl_) + "create_output_buffer: the element type " +
                             impl_->type->to_string() + " is not a primitive one"};
  }
  std::vector<std::uint64_t> sizes;
  Domain bounds;
  bounds.dim = extents.dim;
  for (std::int32_t d = 0; d < extents.dim; ++d) {
    sizes.push_back(
        extents[static_cast<unsigned>(d)] < 0 ? 0 : static_cast<std::uint64_t>(extents[static_cast<unsigned>(d)]));
    bounds.rect_data[d] = 0;
    bounds.rect_data[d + extents.dim] = static_cast<coord_t>(sizes.back()) - 1;
  }
  auto* data = create_output_(sizes.data(), extents.dim, impl_->type->size(), impl_->type->alignment(), bind_buffer);
  return TaskLocalBuffer{data, *impl_->type, bounds};
}

void PhysicalStore::bind_data(const TaskLocalBuffer& buffer, const DomainPoint& extents, bool check_type) const {
  if (check_type && buffer.type() != *detail::checked(impl_, "PhysicalStore::bind_data").type) {
    refuse(*impl_,
           "bind_data: a buffer of " + buffer.type().to_string() + " for a store of " + impl_->type->to_string());
  }
  std::vector<std::uint64_t> sizes;
  std::vector<std::uint64_t> room;
  for (std::int32_t d = 0; d < extents.dim; ++d) {
    const auto i = static_cast<unsigned>(d);
    sizes.push_back(extents[i] < 0 ? 0 : static_cast<std::uint64_t>(extents[i]));
  }
  const auto& bounds = buffer.domain();
  for (std::int32_t d = 0; d < bounds.dim; ++d) {
    room.push_back(static_cast<std::uint64_t>(bounds.rect_data[d + bounds.dim] - bounds.rect_data[d] + 1));
  }
  if (room.size() != sizes.size()) {
    refuse(*impl_, "bind_data: " + std::to_string(sizes.size()) + " extents for a " + std::to_string(room.size()) +
                       "-D buffer");
  }
  bind_(buffer.get_inline_allocation().ptr, room.data(), sizes.data(), extents.dim, buffer.type().size());
}

void PhysicalStore::bind_untyped_data(Buffer<std::int8_t, 1>& buffer, const Point<1>& extents) const {
  const auto element =
      std::max<std::uint64_t>(1, detail::checked(impl_, "PhysicalStore::bind_untyped_data").type->size());
  const auto bounds = buffer.get_bounds();
  const auto count = extents[0] < 0 ? 0 : static_cast<std::uint64_t>(extents[0]);
  const auto room =
      (bounds.hi[0] < bounds.lo[0] ? 0 : static_cast<std::uint64_t>(bounds.hi[0] - bounds.lo[0] + 1)) / element;
  bind_(static_cast<void*>(buffer.ptr(bounds.lo)), &room, &count, 1, impl_->type->size());
}

void PhysicalStore::bind_empty_data() const {
  const auto& store = detail::checked(impl_, "PhysicalStore::bind_empty_data");
  auto& piece = piece_to_bind(store, store.dim, "bind_empty_data");
  piece.extents.assign(static_cast<std::size_t>(impl_->dim), 0);
  piece.room = piece.extents;
  piece.bound = true;
}

PhysicalStore PhysicalStore::null_mask() const {
  refuse(detail::checked(impl_, "PhysicalStore::null_mask"), "null_mask: the array is not nullable");
}

PhysicalStore PhysicalStore::child(std::uint32_t index) const {
  refuse(detail::checked(impl_, "PhysicalStore::child"), "child: a plain array has no child " + std::to_string(index));
}

}  // namespace legate
