// SPDX-License-Identifier: Apache-2.0
#include "data/logical_store.h"

#include "data/control_program.h"
#include "data/physical_store.h"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace legate::detail {

namespace {

std::uint64_t next_store_id() {
  static std::atomic<std::uint64_t> next{0};  // tasks make stores, too
  return next.fetch_add(1, std::memory_order_relaxed);
}

template <typename T>
std::string list(const std::vector<T>& values) {
  std::string text = "[";
  for (const auto& value : values) {
    text += (text.size() > 1 ? ", " : "") + std::to_string(value);
  }
  return text + "]";
}

std::string at_dimension(const char* name, std::int32_t dim, const std::string& rest) {
  return std::string{name} + "(dim: " + std::to_string(dim) + (rest.empty() ? "" : ", ") + rest + ")";
}

}  // namespace

LogicalStore::LogicalStore(std::shared_ptr<Region> region, std::shared_ptr<Shape> shape)
    : region_{std::move(region)}, shape_{std::move(shape)}, type_{region_->storage->type()}, id_{next_store_id()} {}

LogicalStore::LogicalStore(std::shared_ptr<Region> region, View::Ptr view, Type type,
                           std::shared_ptr<const TransformNames> names)
    : region_{std::move(region)},
      view_{std::move(view)},
      type_{std::move(type)},
      names_{std::move(names)},
      id_{next_store_id()} {}

LogicalStore::Ptr LogicalStore::create(const std::vector<std::uint64_t>& extents, const Type& type, bool scalar) {
  auto shape = std::make_shared<Shape>(extents);
  return std::make_shared<LogicalStore>(Storage::create(shape, type, scalar), shape);
}

std::uint32_t LogicalStore::dim() const { return view_ ? static_cast<std::uint32_t>(view_->dim()) : shape_->dim(); }

void LogicalStore::check_reachable(const char* function) const {
  if (storage().is_reachable()) {
    return;
  }
  if (storage().is_local()) {
    throw std::runtime_error{std::string{function} +
                             ": the store belongs to a task that has ended, or that runs in another thread"};
  }
  check_outside_tasks(function);
}

const View::Ptr& LogicalStore::view() {
  if (!view_) {
    const auto& extents = shape_->extents();
    if (has_scalar_storage()) {
      // One value of no dimension, seen along dimensions of extent 1.
      auto view = View::root({});
      for (std::size_t d = 0; d < extents.size(); ++d) {
        view = view->promote(d, 1);
      }
      view_ = std::move(view);
    } else {
      view_ = View::root(extents);
      region_->box = view_->region();
    }
  }
  return view_;
}

std::shared_ptr<Shape> LogicalStore::shape() {
  if (!shape_) {
    shape_ = std::make_shared<Shape>(view_->extents());
  }
  return shape_;
}

bool LogicalStore::overlaps(LogicalStore& other) {
  if (region_->storage != other.region_->storage) {
    return false;
  }
  if (!ready() || !other.ready() || this == &other) {
    return true;
  }
  if (volume() == 0 || other.volume() == 0) {
    return false;
  }
  return view()->root_box().overlaps(other.view()->root_box());
}

bool LogicalStore::is_same_view(const LogicalStore& other) const {
  // Views are interned: equal ones are one object.
  return this == &other || (region_->storage == other.region_->storage && view_ != nullptr && view_ == other.view_ &&
                            type_ == other.type_);
}

bool LogicalStore::equal_storage(LogicalStore& other) {
  if (region_->storage != other.region_->storage) {
    return false;
  }
  return has_scalar_storage() || this == &other || !ready() || !other.ready() ||
         view()->region() == other.view()->region();
}

void LogicalStore::check_dimension(const char* operation, std::int32_t dim) {
  if (dim < 0 || static_cast<std::size_t>(dim) >= view()->dim()) {
    throw std::invalid_argument{std::string{operation} + ": there is no dimension " + std::to_string(dim) + " in a " +
                                std::to_string(view()->dim()) + "-D store"};
  }
}

LogicalStore::Ptr LogicalStore::derive(View::Ptr view, const std::string& name) {
  auto names = std::make_shared<TransformNames>();
  names->push_back(name);
  if (names_) {
    names->insert(names->end(), names_->begin(), names_->end());
  }
  return std::make_shared<LogicalStore>(region_, std::move(view), type_, std::move(names));
}

LogicalStore::Ptr LogicalStore::promote(std::int32_t position, std::size_t extent) {
  if (position < 0 || static_cast<std::size_t>(position) > view()->dim()) {
    throw std::invalid_argument{"promote: invalid position " + std::to_string(position) + " for a new dimension of a " +
                                std::to_string(view()->dim()) + "-D store"};
  }
  return derive(view()->promote(static_cast<std::size_t>(position), extent),
                at_dimension("Promote", position, "extent: " + std::to_string(extent)));
}

LogicalStore::Ptr LogicalStore::project(std::int32_t dim, std::int64_t index) {
  check_dimension("project", dim);
  const auto d = static_cast<std::size_t>(dim);
  if (index < 0 || static_cast<std::uint64_t>(index) >= extents()[d]) {
    throw std::invalid_argument{"project: index " + std::to_string(index) + " is out of bounds [0, " +
                                std::to_string(extents()[d]) + ") of dimension " + std::to_string(dim)};
  }
  return derive(view()->project(d, static_cast<std::uint64_t>(index)),
                at_dimension("Project", dim, "index: " + std::to_string(index)));
}

LogicalStore::Ptr LogicalStore::broadcast(std::int32_t dim, std::size_t extent) {
  check_dimension("broadcast", dim);
  const auto d = static_cast<std::size_t>(dim);
  if (extents()[d] != 1) {
    throw std::invalid_argument{"broadcast: dimension " + std::to_string(dim) + " has extent " +
                                std::to_string(extents()[d]) + ", only an extent of 1 can be broadcast"};
  }
  return derive(view()->broadcast(d, extent), at_dimension("Broadcast", dim, "extent: " + std::to_string(extent)));
}

LogicalStore::Ptr LogicalStore::slice(std::int32_t dim, const Slice& slice) {
  check_dimension("slice", dim);
  const auto d = static_cast<std::size_t>(dim);
  const auto extent = static_cast<std::int64_t>(extents()[d]);
  const auto bound = [&](const std::optional<std::int64_t>& given, std::int64_t open) {
    const auto value = given.value_or(open);
    return value < 0 ? std::max<std::int64_t>(0, value + extent) : value;
  };
  const auto start = bound(slice.start, 0);
  const auto stop = bound(slice.stop, extent);
  if (start < stop && (start >= extent || stop > extent)) {
    throw std::invalid_argument{"slice: [" + std::to_string(start) + ", " + std::to_string(stop) +
                                ") is out of bounds of dimension " + std::to_string(dim) + " with extent " +
                                std::to_string(extent)};
  }
  if (start >= stop) {
    if (extent == 0) {
      return shared_from_this();
    }
    auto empty = extents();
    empty[d] = 0;
    return create(empty, type_, false);
  }
  if (stop - start == extent) {
    return shared_from_this();
  }
  auto cut = view()->slice(d, static_cast<std::uint64_t>(start), static_cast<std::uint64_t>(stop));
  auto result = start == 0 ? std::make_shared<LogicalStore>(region_, cut, type_, names_)
                           : derive(cut, at_dimension("Shift", dim, "offset: " + std::to_string(-start)));
  if (!has_scalar_storage() && !(cut->region() == region_->box)) {
    auto region = std::make_shared<Region>();
    region->storage = region_->storage;
    region->parent = region_;
    region->box = cut->region();
    result->region_ = std::move(region);
  }
  return result;
}

LogicalStore::Ptr LogicalStore::transpose(const std::vector<std::int32_t>& axes) {
  auto sorted = axes;
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::int32_t> expected(view()->dim());
  std::iota(expected.begin(), expected.end(), 0);
  if (sorted != expected) {
    throw std::invalid_argument{"transpose: axes " + list(axes) + " are not a permutation of the dimensions of a " +
                                std::to_string(view()->dim()) + "-D store"};
  }
  return derive(view()->transpose(axes), "Transpose(axes: " + list(axes) + ")");
}

LogicalStore::Ptr LogicalStore::delinearize(std::int32_t dim, const std::vector<std::uint64_t>& sizes) {
  check_dimension("delinearize", dim);
  const auto d = static_cast<std::size_t>(dim);
  const auto extent = extents()[d];
  // The product is compared step by step: that of large sizes could wrap around to the extent.
  std::uint64_t product = 1;
  bool fits = !sizes.empty();
  for (const auto size : sizes) {
    fits = fits && size <= extent && (size == 0 || product <= extent / std::max<std::uint64_t>(size, 1) || extent == 0);
    product *= size;
  }
  if (!fits || product != extent) {
    throw std::invalid_argument{"delinearize: dimension " + std::to_string(dim) + " of extent " +
                                std::to_string(extent) + " cannot be split into sizes " + list(sizes)};
  }
  return derive(view()->delinearize(d, sizes), at_dimension("Delinearize", dim, "sizes: " + list(sizes)));
}

LogicalStore::Ptr LogicalStore::reinterpret_as(const Type& type) {
  if (type.variable_size() || type.size() != type_.size() || type.alignment() != type_.alignment()) {
    throw std::invalid_argument{"reinterpret_as: " + type.to_string() + " differs in size or alignment from " +
                                type_.to_string()};
  }
  return std::make_shared<LogicalStore>(region_, view(), type, names_);
}

LogicalStore::Ptr LogicalStore::child(const std::vector<std::int64_t>& lo, const std::vector<std::int64_t>& hi) {
  auto result = shared_from_this();
  for (std::size_t d = 0; d < lo.size(); ++d) {
    result = result->slice(static_cast<std::int32_t>(d), Slice{lo[d], std::max(lo[d], hi[d])});
  }
  return result;
}

std::shared_ptr<const Tiling> LogicalStore::own_key_partition(std::uint64_t pieces) const {
  return key_.pieces == pieces ? key_.tiling : nullptr;
}

std::shared_ptr<const Tiling> LogicalStore::inherited_key_partition(std::uint64_t pieces) {
  if (has_scalar_storage() || view()->is_delinearized()) {
    return nullptr;
  }
  storage().learn_partition();
  for (auto* region = region_.get(); region != nullptr; region = region->parent.get()) {
    if (region->key.tiling && region->key.pieces == pieces) {
      if (inherited_from_ != region->key.tiling) {
        inherited_ = view()->from_root(*region->key.tiling);
        inherited_from_ = region->key.tiling;
      }
      return inherited_;
    }
  }
  return nullptr;
}

void LogicalStore::set_key_partition(std::shared_ptr<const Tiling> tiling, std::uint64_t pieces,
                                     std::uint64_t region_pieces) {
  if (key_.tiling == tiling && key_.pieces == pieces && region_->key.pieces == region_pieces &&
      region_->key.tiling == key_in_region_) {
    return;  // a launch that is repeated
  }
  key_in_region_ = view()->to_root(*tiling);
  if (key_in_region_) {
    region_->key = KeyPartition{key_in_region_, region_pieces};
  }
  key_ = KeyPartition{std::move(tiling), pieces};
}

std::shared_ptr<const Tiling> LogicalStore::latest_key_partition() {
  if (key_.tiling) {
    return key_.tiling;
  }
  storage().learn_partition();
  for (auto* region = region_.get(); region != nullptr && !has_scalar_storage(); region = region->parent.get()) {
    if (region->key.tiling) {
      return view()->from_root(*region->key.tiling);
    }
  }
  return nullptr;
}

std::shared_ptr<PhysicalStore> LogicalStore::map() {
  if (storage().is_local()) {
    return PhysicalStore::of_local(shared_from_this());
  }
  if (has_scalar_storage()) {
    return PhysicalStore::of_scalar_copy(shared_from_this());
  }
  auto mapping = cached_mapping();
  if (!mapping) {
    mapping = PhysicalStore::of_mapping(shared_from_this());
    mapping_ = mapping;
  } else if (engine::cluster().ranks > 1) {
    mapping
        ->synchronize();  // another rank may have dropped its mapping and be making one, to which this one contributes
  }
  return mapping;
}

std::shared_ptr<PhysicalStore> LogicalStore::cached_mapping() const {
  auto mapping = mapping_.lock();
  return mapping && mapping->is_current() ? mapping : nullptr;
}

void LogicalStore::detach() {
  if (!storage().is_attached()) {
    throw std::invalid_argument{"detach: store is not created from external memory, or detached already: " +
                                to_string()};
  }
  if (transformed() || region_->parent) {
    throw std::invalid_argument{
        "detach: only the store that was created from external memory can be detached, not a "
        "view of it: " +
        to_string()};
  }
  if (engine::checking_calls()) {
    engine::record_call("detach: " + call_text());
  }
  storage().detach();
}

std::string LogicalStore::call_text() {
  std::string text;
  if (names_) {
    for (const auto& name : *names_) {
      text += name + " of ";
    }
  }
  if (shape_ && !shape_->given()) {
    return text + storage().call_text();
  }
  return text + storage().name() + " of shape " + list(extents()) + ", type " + type_.to_string();
}

std::string LogicalStore::to_string() {
  std::string text = "Store(" + std::to_string(id_) + ") {shape: ";
  text += ready() ? list(extents()) : std::string{unbound() ? "(unbound)" : "(bound)"};
  if (names_) {
    text += ", transform: ";
    for (const auto& name : *names_) {
      text += (&name == &names_->front() ? "" : " >> ") + name;
    }
  }
  return text + ", type: " + type_.to_string() + ", storage: " + region_->storage->to_string() + "}";
}

}  // namespace legate::detail
