// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/shape.h"
#include "data/storage.h"
#include "data/view.h"
#include "partitioning/tiling.h"

#include <legate/data/logical_store.h>
#include <legate/type/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace legate::detail {

class PhysicalStore;

/// The names of the transforms that made a view, outermost first: for people, not for computing.
using TransformNames = std::vector<std::string>;

/// A view of a storage. Immutable but for what it remembers: how it was last split, and its mapping. Control thread
/// only, or the thread of the task that a local one belongs to.
class LogicalStore : public std::enable_shared_from_this<LogicalStore> {
 public:
  using Ptr = std::shared_ptr<LogicalStore>;

  /// A store of its own storage.
  LogicalStore(std::shared_ptr<Region> region, std::shared_ptr<Shape> shape);
  /// A view of a ready region.
  LogicalStore(std::shared_ptr<Region> region, View::Ptr view, Type type, std::shared_ptr<const TransformNames> names);

  /// A new bound store; no checks.
  [[nodiscard]] static Ptr create(const std::vector<std::uint64_t>& extents, const Type& type, bool scalar);

  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] std::uint32_t dim() const;
  [[nodiscard]] const Type& type() const { return type_; }
  [[nodiscard]] bool unbound() const { return !view_ && shape_->unbound(); }
  /// False while the extents are still to be decided by a submitted task.
  [[nodiscard]] bool ready() const { return view_ != nullptr || shape_->ready(); }
  [[nodiscard]] bool has_scalar_storage() const { return region_->storage->is_scalar(); }
  [[nodiscard]] bool transformed() const { return names_ != nullptr; }
  [[nodiscard]] Storage& storage() const { return *region_->storage; }
  [[nodiscard]] const std::shared_ptr<Region>& region() const { return region_; }

  /// @throws std::runtime_error unless the caller may use it, see Storage::is_reachable().
  void check_reachable(const char* function) const;

  /// Where the elements are. Waits for the producer of an unbound store; std::invalid_argument if there is none.
  [[nodiscard]] const View::Ptr& view();
  [[nodiscard]] const std::vector<std::uint64_t>& extents() { return view()->extents(); }
  [[nodiscard]] std::size_t volume() { return view()->volume(); }
  [[nodiscard]] std::shared_ptr<Shape> shape();

  [[nodiscard]] bool overlaps(LogicalStore& other);
  [[nodiscard]] bool equal_storage(LogicalStore& other);
  /// Both look at the same elements in the same way. Never waits: stores whose extents are not known yet are not the
  /// same unless they are one object.
  [[nodiscard]] bool is_same_view(const LogicalStore& other) const;

  /// @name Transforms, checked as the public ones
  /// @{
  [[nodiscard]] Ptr promote(std::int32_t position, std::size_t extent);
  [[nodiscard]] Ptr project(std::int32_t dim, std::int64_t index);
  [[nodiscard]] Ptr broadcast(std::int32_t dim, std::size_t extent);
  [[nodiscard]] Ptr slice(std::int32_t dim, const Slice& slice);
  [[nodiscard]] Ptr transpose(const std::vector<std::int32_t>& axes);
  [[nodiscard]] Ptr delinearize(std::int32_t dim, const std::vector<std::uint64_t>& sizes);
  [[nodiscard]] Ptr reinterpret_as(const Type& type);
  /// The elements [lo, hi) per dimension, as a store that starts at 0.
  [[nodiscard]] Ptr child(const std::vector<std::int64_t>& lo, const std::vector<std::int64_t>& hi);
  /// @}

  /// @name How the store was last split
  /// @{

  /// The partition of this very store made for `pieces` pieces; null if there is none.
  [[nodiscard]] std::shared_ptr<const Tiling> own_key_partition(std::uint64_t pieces) const;
  /// That of its region or the ones it was cut from, in the coordinates of this view; null if there is none.
  [[nodiscard]] std::shared_ptr<const Tiling> inherited_key_partition(std::uint64_t pieces);
  /// Remembers `tiling`, made for `pieces` pieces, and passes it to the region as one made for `region_pieces`.
  void set_key_partition(std::shared_ptr<const Tiling> tiling, std::uint64_t pieces, std::uint64_t region_pieces);
  /// The latest one, whatever it was made for.
  [[nodiscard]] std::shared_ptr<const Tiling> latest_key_partition();
  /// @}

  /// Maps the store; see the public get_physical_store.
  [[nodiscard]] std::shared_ptr<PhysicalStore> map();
  [[nodiscard]] std::shared_ptr<PhysicalStore> cached_mapping() const;
  /// Ends the attachment to memory of the program. @throws std::invalid_argument if there is none, or this is a view.
  void detach();

  [[nodiscard]] std::string to_string();
  /// What every rank that makes the same calls says of the store: without its id, since ranks may make views as they
  /// like.
  [[nodiscard]] std::string call_text();

 private:
  [[nodiscard]] Ptr derive(View::Ptr view, const std::string& name);
  void check_dimension(const char* operation, std::int32_t dim);

  std::shared_ptr<Region> region_;
  View::Ptr view_{};                // null until the extents are known
  std::shared_ptr<Shape> shape_{};  // made on demand for views
  Type type_;
  std::shared_ptr<const TransformNames> names_{};  // null: not transformed
  std::uint64_t id_;
  KeyPartition key_{};
  std::shared_ptr<const Tiling> key_in_region_{};  // key_ in the coordinates of the array
  // The last answer of inherited_key_partition, and the tiling of the region that it was made from.
  std::shared_ptr<const Tiling> inherited_from_{};
  std::shared_ptr<const Tiling> inherited_{};
  std::weak_ptr<PhysicalStore> mapping_{};
};

/// A store and a way to cut it.
class LogicalStorePartition {
 public:
  LogicalStorePartition(LogicalStore::Ptr store, std::shared_ptr<const Tiling> tiling)
      : store_{std::move(store)}, tiling_{std::move(tiling)} {}
  [[nodiscard]] const LogicalStore::Ptr& store() const { return store_; }
  [[nodiscard]] const std::shared_ptr<const Tiling>& tiling() const { return tiling_; }

 private:
  LogicalStore::Ptr store_;
  std::shared_ptr<const Tiling> tiling_;
};

}  // namespace legate::detail
