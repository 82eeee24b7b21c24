// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/geometry.h"
#include "engine/engine.h"
#include "redop/registry.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace legate::detail {

/// The private buffers into which the points of a launch reduce when their parts of the target overlap, and the task
/// that folds them into it.
///
/// Small buffers exist once per point and are folded in the order of the points, so that the result does not depend on
/// the schedule. Large ones exist once per worker: a worker runs one point at a time, and memory stays bounded.
///
/// A buffer covers the box of the array that its points see, dense and in C order, with elements of the operator's
/// right-hand type; it starts at the operator's identity.
class PartialResults : public std::enable_shared_from_this<PartialResults> {
 public:
  /// With `separate`, for points on devices, every point has a buffer that is a tile of its own; fill_identities()
  /// comes before begin() then.
  PartialResults(const ReductionOperator& redop, std::shared_ptr<const Geometry> geometry, OwnPoints own,
                 unsigned workers, bool separate);

  [[nodiscard]] const ReductionOperator& redop() const { return redop_; }

  /// Whether this rank runs any of the points.
  [[nodiscard]] bool has_points() const { return !used_.empty(); }
  /// The buffer of own point `index` on `worker`, initialised. Called by the worker that runs the point.
  [[nodiscard]] std::byte* begin(std::uint32_t index, unsigned worker);
  /// Initialises the buffers of all points.
  void fill_identities();
  /// Byte strides of that buffer.
  [[nodiscard]] std::array<std::size_t, LEGATE_MAX_DIM> strides(std::uint32_t index) const;
  /// Folds every used buffer into the array at `data`. Called once, when all points are over.
  void fold_into(std::byte* data, const std::size_t* strides) const;

  /// @name On devices, where the buffers are separate
  /// @{
  /// Initialises the buffer of own point `index`, the only tile that the task lists.
  void fill_identity_on_device(std::uint32_t index, const engine::Executor& executor);
  /// Folds it into the array: it is the first tile that the task lists, and those of the array which its point sees
  /// come behind it, `tiles` of them.
  void fold_on_device(std::uint32_t index, const engine::Executor& executor, std::size_t tiles) const;
  /// Bytes of the largest one.
  [[nodiscard]] std::size_t buffer_bytes() const { return slot_bytes_; }
  /// @}

  /// @name Where several ranks have buffers
  /// @{
  /// Folds every used buffer into buffers that cover these boxes, one after the other, each dense and in C order, with
  /// the identity where no point has been.
  void collapse_into(const std::vector<Box>& boxes, std::byte* sums) const;
  /// Folds such buffers into the array at `data`.
  void apply(const std::vector<Box>& boxes, const std::byte* sums, std::byte* data, const std::size_t* strides) const;
  /// Folds what the used buffers hold of these boxes into the array at `data`.
  void fold_into(const std::vector<Box>& boxes, std::byte* data, const std::size_t* strides) const;
  /// @}

  /// The memory of all buffers. Unless they are separate, points list its one tile as READ although they write, each
  /// into its own buffer; the fold lists it as READ_WRITE and so runs after all of them.
  [[nodiscard]] engine::Array& array() { return *array_; }
  /// The tile that own point `index` lists.
  [[nodiscard]] engine::TileHandle tile_of(std::uint32_t index) { return array_->tile(separate_ ? index : 0); }
  /// Appends all tiles.
  void list_tiles(engine::Access access, std::vector<engine::TileUse>& tiles);
  /// Gives the memory back to the pool, once every task that uses it has been submitted.
  void release_array() { array_.reset(); }

 private:
  [[nodiscard]] const Box& box(std::uint32_t index) const { return own_.at(index).root; }
  using Fold = void (*)(void* target, const void* source, std::size_t count);
  /// Folds the part `region` of a dense buffer over `box` into memory whose coordinate 0 is at `data`.
  void fold_buffer(Fold fold, const Box& region, const Box& box, const std::byte* buffer, std::byte* data,
                   const std::size_t* strides) const;
  template <typename Use>
  void for_used_buffers(Use&& use) const;

  const ReductionOperator& redop_;
  std::shared_ptr<const Geometry> geometry_;
  const OwnGeometry& own_;
  bool per_point_;
  bool separate_;
  std::size_t slot_bytes_{0};
  engine::ArrayRef array_{};
  std::byte* memory_{};
  std::vector<std::uint8_t> used_{};  // per slot; written by the one worker that owns the slot
};

}  // namespace legate::detail
