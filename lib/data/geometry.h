// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/point_parts.h"
#include "data/view.h"
#include "engine/engine.h"
#include "partitioning/projection.h"
#include "partitioning/tiling.h"
#include "utilities/box.h"

#include <legate/utilities/typedefs.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace legate::detail {

/// The part of a store that one point of a launch sees.
struct PointGeometry {
  std::array<std::int64_t, LEGATE_MAX_DIM> lo{};  // in the coordinates of the store's view, [lo, hi)
  std::array<std::int64_t, LEGATE_MAX_DIM> hi{};
  Box root{};  // the smallest box of the array around it; empty if there is nothing
};

/// The points of a launch that this rank runs.
struct OwnPoints {
  std::uint32_t first{0};
  std::uint32_t count{0};

  friend bool operator==(const OwnPoints& a, const OwnPoints& b) { return a.first == b.first && a.count == b.count; }
};

/// What the own points see.
struct OwnGeometry {
  OwnPoints own{};
  bool whole{false};  // all see the same
  std::vector<PointGeometry> points{};

  /// What own point `index` sees.
  [[nodiscard]] const PointGeometry& at(std::size_t index) const { return points[whole ? 0 : index]; }
};

/// The parts of one store that the points of one launch see. Immutable, shared by all launches of the same shape.
class Geometry {
 public:
  using ColorOf = std::function<std::vector<std::int64_t>(std::size_t point)>;

  /// Every point sees the whole view.
  explicit Geometry(View::Ptr view);
  /// Points see colors by a rule. `colors` stays in the tiling's color shape.
  Geometry(View::Ptr view, std::shared_ptr<const Tiling> tiling, const ColorMap& colors);
  /// Point i of `points` sees color `color_of(i)`.
  Geometry(View::Ptr view, std::shared_ptr<const Tiling> tiling, std::size_t points, const ColorOf& color_of);

  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] const View::Ptr& view() const { return view_; }
  [[nodiscard]] const std::shared_ptr<const Tiling>& tiling() const { return tiling_; }
  /// True if all points see the whole store.
  [[nodiscard]] bool is_whole() const { return tiling_ == nullptr; }
  /// The boxes of the array that the points see; one box if the store is seen whole.
  [[nodiscard]] const std::shared_ptr<const PointParts>& parts() const { return parts_; }
  /// What these points see. Kept as long as the geometry. Control thread only.
  [[nodiscard]] const OwnGeometry& own(OwnPoints own) const;
  /// The smallest box of the array around all parts.
  [[nodiscard]] const Box& bounds() const { return parts_->bounds(); }
  /// Number of elements in the largest part.
  [[nodiscard]] std::uint64_t largest_part() const { return largest_part_; }
  /// True if no element of the array is seen by two points. (False for a whole store, however many points there are.)
  [[nodiscard]] bool is_disjoint() const { return !is_whole() && parts_->is_disjoint(); }

 private:
  [[nodiscard]] PointGeometry whole() const;
  [[nodiscard]] PointGeometry part(const std::vector<std::int64_t>& color) const;
  [[nodiscard]] bool follow_rules();
  void list_parts(std::size_t points, const ColorOf& color_of);

  std::uint64_t id_;
  View::Ptr view_;
  std::shared_ptr<const Tiling> tiling_{};
  ColorMap colors_{};                    // if the parts follow a rule
  std::vector<PointGeometry> listed_{};  // else: what each point sees
  std::shared_ptr<const PointParts> parts_{};
  std::uint64_t largest_part_{0};
  mutable std::vector<std::unique_ptr<const OwnGeometry>> own_{};  // few: one for each machine it was used on
};

/// The tiles of one array that the own points of a geometry overlap, as lists one after another.
struct TileLists {
  std::vector<std::uint32_t> offsets{};  // of own point i: [offsets[i], offsets[i + 1]); one list if it is whole
  std::vector<std::uint32_t> tiles{};
  std::vector<bool> covered{};  // the point sees the whole tile
  bool exclusive{true};         // no tile is in two lists
};

/// The tiles of `array`, as it is cut now, under the own points of `geometry`. Remembered until the array is cut anew.
/// Control thread only.
[[nodiscard]] std::shared_ptr<const TileLists> find_tile_lists(engine::Array& array, const Geometry& geometry,
                                                               OwnPoints own);
/// Forgets everything remembered: when the engine stops.
void clear_tile_lists();

/// Cuts `array` so that every own point of the geometries can write its part without holding up another point.
void retile_for(engine::Array& array, const std::vector<const Geometry*>& writers, OwnPoints own);

}  // namespace legate::detail
