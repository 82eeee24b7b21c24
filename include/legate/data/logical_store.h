// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/data/physical_store.h>
#include <legate/data/shape.h>
#include <legate/data/slice.h>
#include <legate/mapping/mapping.h>
#include <legate/type/types.h>
#include <legate/utilities/internal_shared_ptr.h>
#include <legate/utilities/span.h>
#include <legate/utilities/tuple.h>
#include <legate_defines.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace legate {

namespace detail {
class LogicalStore;
class LogicalStorePartition;
}  // namespace detail

class LogicalStorePartition;

/// A multi-dimensional array, or a view of one, as the control program sees it: a name for data that tasks read and
/// write, without an address.
///
/// A store is a cheap handle: copies refer to the same store. Views (promote, project, slice, ...) never move data;
/// what is written through one is seen through all others, in the order of submission. All members may be called from
/// the control thread only; none of them may be called inside a task: those that
/// wait, or make views or partitions, throw std::runtime_error there.
///
/// A store is *unbound* while neither its extents nor a task that will decide them are known. Members that need the
/// extents of an unbound store throw std::invalid_argument; once a task that outputs the store has been submitted, they
/// wait for that task. A handle that was moved from refers to nothing: all members throw std::logic_error then.
class LEGATE_EXPORT LogicalStore {
 public:
  [[nodiscard]] std::uint32_t dim() const;
  /// The type of an element.
  [[nodiscard]] Type type() const;
  [[nodiscard]] Shape shape() const;
  /// The extents; may wait for the producer of an unbound store.
  [[nodiscard]] tuple<std::uint64_t> extents() const;
  /// The number of elements; waits like extents().
  [[nodiscard]] std::size_t volume() const;
  /// True until the first task that outputs the store has been submitted.
  [[nodiscard]] bool unbound() const;
  /// True if the store is a view made by other means than slicing from its beginning.
  [[nodiscard]] bool transformed() const;
  /// True if the store is one value, kept and passed to tasks by copy.
  [[nodiscard]] bool has_scalar_storage() const;
  /// True if some element of this store may be an element of `other` too: both are views of one array and the boxes
  /// they cover in it meet.
  [[nodiscard]] bool overlaps(const LogicalStore& other) const;
  /// True if both stores are views of one array, cut to the same region of it.
  [[nodiscard]] bool equal_storage(const LogicalStore& other) const;
  [[nodiscard]] std::string to_string() const;

  /// A view with a new dimension of extent `dim_size` at position `extra_dim`, along which the data repeat.
  /// @throws std::invalid_argument unless 0 <= extra_dim <= dim().
  [[nodiscard]] LogicalStore promote(std::int32_t extra_dim, std::size_t dim_size) const;
  /// A view without dimension `dim`, fixed at `index`.
  /// @throws std::invalid_argument unless the dimension exists and 0 <= index < its extent.
  /// @throws std::runtime_error if the view is delinearized and the result is no contiguous part of it.
  [[nodiscard]] LogicalStore project(std::int32_t dim, std::int64_t index) const;
  /// A view whose dimension `dim`, of extent 1, repeats `dim_size` times.
  /// @throws std::invalid_argument unless the dimension exists and has extent 1.
  [[nodiscard]] LogicalStore broadcast(std::int32_t dim, std::size_t dim_size) const;
  /// A view of the elements `slice` of dimension `dim`. Bounds count from the end when negative. An empty slice is a
  /// new store of that shape; a slice of everything is the store itself.
  /// @throws std::invalid_argument if the dimension does not exist or a non-empty slice reaches beyond the extent.
  /// @throws std::runtime_error if the view is delinearized and the result is no contiguous part of it.
  [[nodiscard]] LogicalStore slice(std::int32_t dim, Slice slice) const;
  /// A view whose dimension k is this store's dimension `axes[k]`.
  /// @throws std::invalid_argument unless `axes` is a permutation of the dimensions.
  [[nodiscard]] LogicalStore transpose(std::vector<std::int32_t> axes) const;
  /// A view in which `sizes.size()` dimensions, in row-major order, stand for dimension `dim`.
  /// @throws std::invalid_argument unless the dimension exists and the product of `sizes` is its extent.
  [[nodiscard]] LogicalStore delinearize(std::int32_t dim, std::vector<std::uint64_t> sizes) const;
  /// The same data seen as elements of another type of equal size and alignment.
  /// @throws std::invalid_argument if size or alignment differ.
  [[nodiscard]] LogicalStore reinterpret_as(const Type& type) const;

  /// How the latest operation that wrote the store in parallel had split it, if any has.
  [[nodiscard]] std::optional<LogicalStorePartition> get_partition() const;
  /// Cuts the store into tiles of `tile_shape`, from its first element on; `color_shape` is the number of tiles per
  /// dimension (default: as many as cover the store).
  /// @throws std::invalid_argument if either shape has another rank than the store or volume 0, or the store is
  /// unbound.
  /// @throws std::runtime_error if the view is delinearized and a tile is no contiguous part of it.
  [[nodiscard]] LogicalStorePartition partition_by_tiling(
      Span<const std::uint64_t> tile_shape, std::optional<Span<const std::uint64_t>> color_shape = std::nullopt) const;

  /// Maps the store into the control program: waits for all submitted operations on its data. Accessors made from the
  /// result later wait for operations submitted in between; one made before must not be used while these run.
  /// @throws std::invalid_argument if the store is unbound or the machine lacks memory of kind `target`.
  [[nodiscard]] PhysicalStore get_physical_store(std::optional<mapping::StoreTarget> target = std::nullopt) const;
  /// What the last get_physical_store() on this store returned, as long as it is alive. Never waits.
  [[nodiscard]] std::optional<PhysicalStore> get_cached_physical_store() const;

  /// Ends the store's attachment to memory of the program, after all submitted operations on its data: results are in
  /// memory that may be written, and the deleter has been called. The contents of the store are undefined then; it can
  /// be written like any other. What was mapped may not be used any more. With several ranks, all have to call it.
  /// @throws std::invalid_argument if the store is not attached (any more), a view of one that is, or in a STRICT
  ///   streaming scope.
  void detach();
  /// Asks that the only current copy of the data be in memory of this kind, in order with the operations before and
  /// after. Main memory is the only one that this build of the library uses, so nothing has to be done.
  /// @throws std::invalid_argument if the store is unbound or the machine lacks memory of kind `target_mem`.
  void offload_to(mapping::StoreTarget target_mem) const;

  /// For garbage-collected languages: the handle may be destroyed in any order, also after the runtime has finished.
  /// Every handle of this library may; the call does nothing.
  void allow_out_of_order_destruction() noexcept {}

  /// @name The array layer of releases up to 26.06: a plain array is a store.
  /// @{
  [[nodiscard]] LogicalStore data() const { return *this; }
  [[nodiscard]] bool nullable() const noexcept { return false; }
  [[nodiscard]] bool nested() const noexcept { return false; }
  [[nodiscard]] std::uint32_t num_children() const noexcept { return 0; }
  /// @throws std::invalid_argument always: no store has a null mask.
  [[nodiscard]] LogicalStore null_mask() const;
  /// @throws std::invalid_argument always: no store has children.
  [[nodiscard]] LogicalStore child(std::uint32_t index) const;
  [[nodiscard]] PhysicalStore get_physical_array(std::optional<mapping::StoreTarget> target = std::nullopt) const {
    return get_physical_store(target);
  }
  /// @}

  LogicalStore() = LEGATE_DEFAULT_WHEN_CYTHON;
  explicit LogicalStore(InternalSharedPtr<detail::LogicalStore> impl) : impl_{std::move(impl)} {}
  [[nodiscard]] const InternalSharedPtr<detail::LogicalStore>& impl() const noexcept { return impl_; }

 private:
  InternalSharedPtr<detail::LogicalStore> impl_;
};

using LogicalArray = LogicalStore;

/// A way to cut a store into pieces, named by colors. A value: it keeps its store alive and changes nothing about it.
/// One that was moved from, or default-constructed, throws std::logic_error whenever it is used.
class LEGATE_EXPORT LogicalStorePartition {
 public:
  [[nodiscard]] LogicalStore store() const;
  /// The number of pieces per dimension.
  [[nodiscard]] tuple<std::uint64_t> color_shape() const;
  /// The piece `color` as a store whose first element has coordinate 0.
  /// @throws std::out_of_range unless the color is one of color_shape().
  /// @throws std::runtime_error if the pieces are not tiles.
  [[nodiscard]] LogicalStore get_child_store(Span<const std::uint64_t> color) const;

  LogicalStorePartition() = default;
  explicit LogicalStorePartition(InternalSharedPtr<detail::LogicalStorePartition> impl) : impl_{std::move(impl)} {}
  [[nodiscard]] const InternalSharedPtr<detail::LogicalStorePartition>& impl() const noexcept { return impl_; }

 private:
  InternalSharedPtr<detail::LogicalStorePartition> impl_;
};

}  // namespace legate
