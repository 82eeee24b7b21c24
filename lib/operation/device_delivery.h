// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/engine.h"
#include "operation/launch.h"
#include "operation/tile_uses.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace legate::detail {

/// Brings the arguments of a launch to devices, where every part that a point sees has to be one piece of memory.
///
/// A part within one tile needs nothing: StarPU moves the tile. One that spans several tiles is gathered into a
/// temporary array before, and scattered from it afterwards if the point writes it. Scalars stay in main memory.
///
/// Where all points run on devices of one kind, these devices gather and scatter, too, and set the buffers for partial
/// results to the identity: what the points work on is there, or has to get there. Elsewhere, or where a device has no
/// room for all the tiles at once, workers in main memory do.
///
/// One object a launch, used in this order: made, submit_points(), finish(). Control thread only.
class DeviceDelivery {
 public:
  /// Submits what has to come before the points, and tells the launch where its points find their arguments.
  /// `devices`: the workers of the launch, if they are devices of one kind.
  DeviceDelivery(Launch& launch, std::int32_t priority, std::optional<engine::WorkerSet> devices);
  /// Submits the points. The launch may be over when this returns.
  void submit_points(engine::Submitter& submitter) const;
  /// Submits what has to come after the points.
  void finish();

 private:
  /// A part of an array in a temporary one.
  struct Temporary {
    engine::ArrayRef array;
    bool on_device;                      // a device moves the elements
    std::vector<engine::TileUse> tiles;  // of the array, as they are written back
    std::byte* data;                     // of the array
    std::vector<std::size_t> strides;
    Box box;
  };
  struct Point {
    std::size_t first;  // of uses_
    std::size_t count;
    std::size_t host_uses;
  };

  void deliver(std::uint32_t point);
  /// A tile that holds what the point sees of an array.
  struct Piece {
    engine::TileUse use;
    bool alone;  // it is a temporary array's
  };

  [[nodiscard]] Piece piece_of(const ArrayUse& use, std::uint32_t point);
  [[nodiscard]] Piece gather(const ArrayUse& use, const Box& box, const std::vector<std::uint32_t>& tiles, bool read,
                             bool write);
  void fill_identities();
  /// Of all points together, for a gang.
  [[nodiscard]] std::vector<engine::GangUse> uses_of_all() const;
  /// Whether a device can have all these tiles of an array beside a part of it.
  [[nodiscard]] bool fits_device(const engine::Array& array, const std::vector<std::uint32_t>& tiles) const;
  /// Submits a task of one point, on a device or in main memory.
  void submit_one(engine::Work& work, const engine::Codelet& codelet, const std::vector<engine::TileUse>& tiles,
                  bool on_device) const;

  Launch& launch_;
  std::int32_t priority_;
  std::optional<engine::WorkerSet> devices_;
  std::vector<std::shared_ptr<const TileLists>> lists_{};  // by use; null: the array is one tile
  std::vector<Temporary> scattered_{};
  std::vector<engine::ArrayRef> gathered_{};
  std::vector<engine::TileUse> uses_{};  // of all points, one after the other
  std::vector<Point> points_{};
  TileUses listed_{};  // of the point being delivered
};

}  // namespace legate::detail
