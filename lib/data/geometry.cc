// SPDX-License-Identifier: Apache-2.0
#include "data/geometry.h"

#include <algorithm>
#include <atomic>
#include <unordered_map>
#include <utility>

namespace legate::detail {

namespace {

std::uint64_t next_geometry_id() {
  static std::atomic<std::uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

/// The rules by which colors become intervals of a store of these extents; empty if numbers are too large.
std::vector<PointParts::Rule> rules_of(const Tiling& tiling, const ColorMap& colors,
                                       const std::vector<std::uint64_t>& extents) {
  constexpr auto LIMIT = PointParts::LARGEST_NUMBER / 4;
  const auto small = [](std::uint64_t factor, std::uint64_t other) {
    std::uint64_t product{};
    return !__builtin_mul_overflow(factor, other, &product) && product < static_cast<std::uint64_t>(LIMIT);
  };
  std::vector<PointParts::Rule> rules;
  for (std::size_t d = 0; d < extents.size(); ++d) {
    const auto& color = colors.rules[d];
    // Colors stay in the shape, so what `weight * x + offset` is for any point is bounded by it.
    const auto weight = static_cast<std::uint64_t>(std::abs(color.weight)) + static_cast<std::uint64_t>(color.offset);
    if (!small(tiling.strides[d], tiling.colors[d] + weight) || !small(tiling.tile[d], 1) || !small(extents[d], 1) ||
        tiling.offsets[d] < -LIMIT || tiling.offsets[d] > LIMIT) {
      return {};
    }
    const auto stride = static_cast<std::int64_t>(tiling.strides[d]);
    rules.push_back({color.launch_dim, stride * color.weight, tiling.offsets[d] + stride * color.offset,
                     static_cast<std::int64_t>(tiling.tile[d]), 0, static_cast<std::int64_t>(extents[d])});
  }
  return rules;
}

/// Whether no point sees nothing along a rule: between two points that see something all do.
bool all_see_something(const PointParts::Rule& rule, const std::vector<std::uint64_t>& launch_extents) {
  const auto sees = [&](std::int64_t x) {
    const auto start = rule.start + x * rule.step;
    return std::max(start, rule.lo) < std::min(start + rule.size, rule.hi);
  };
  const auto last = rule.launch_dim < 0
                        ? std::int64_t{0}
                        : static_cast<std::int64_t>(launch_extents[static_cast<std::size_t>(rule.launch_dim)]) - 1;
  return sees(0) && sees(last);
}

/// Rules for a view as rules for the array behind it, every dimension of which is along at most one of the view.
std::vector<PointParts::Rule> root_rules(const View& view, const std::vector<PointParts::Rule>& rules) {
  std::vector<PointParts::Rule> result;
  for (const auto offset : view.offset()) {
    result.push_back({-1, 0, offset, 1, offset, offset + 1});
  }
  for (std::size_t j = 0; j < rules.size(); ++j) {
    if (view.axes()[j].root >= 0) {
      const auto r = static_cast<std::size_t>(view.axes()[j].root);
      auto rule = rules[j];
      rule.start += view.offset()[r];
      rule.lo += view.offset()[r];
      rule.hi += view.offset()[r];
      result[r] = rule;
    }
  }
  return result;
}

struct TileListKey {
  const engine::Array* array;
  std::uint64_t version;
  std::uint64_t geometry;
  OwnPoints own;

  friend bool operator==(const TileListKey& a, const TileListKey& b) {
    return a.array == b.array && a.version == b.version && a.geometry == b.geometry && a.own == b.own;
  }
};

struct TileListHash {
  std::size_t operator()(const TileListKey& key) const {
    return std::hash<const void*>{}(key.array) ^ (key.version * 0x9e3779b97f4a7c15U) ^
           (key.geometry * 0xc2b2ae3d27d4eb4fU) ^ (std::uint64_t{key.own.first} << 32U) ^ key.own.count;
  }
};

using TileListCache = std::unordered_map<TileListKey, std::shared_ptr<const TileLists>, TileListHash>;

TileListCache& tile_list_cache() {
  static auto* cache = new TileListCache;  // control thread only; never destroyed
  return *cache;
}

std::shared_ptr<const TileLists> make_tile_lists(engine::Array& array, const Geometry& geometry, OwnPoints own) {
  auto lists = std::make_shared<TileLists>();
  std::vector<std::uint32_t> found;
  std::vector<bool> seen(array.tiles().size(), false);
  lists->offsets.push_back(0);
  for (const auto& part : geometry.own(own).points) {
    const auto& box = part.root;
    if (!box.empty()) {
      found.clear();
      array.find_tiles(box, found);
      for (const auto tile : found) {
        lists->tiles.push_back(tile);
        lists->covered.push_back(box.contains(array.tiles()[tile]));
        lists->exclusive = lists->exclusive && !seen[tile];
        seen[tile] = true;
      }
    }
    lists->offsets.push_back(static_cast<std::uint32_t>(lists->tiles.size()));
  }
  return lists;
}

}  // namespace

Geometry::Geometry(View::Ptr view) : id_{next_geometry_id()}, view_{std::move(view)}, largest_part_{view_->volume()} {
  listed_.push_back(whole());
  parts_ = std::make_shared<const PointParts>(PointParts::listed({listed_.front().root}));
}

Geometry::Geometry(View::Ptr view, std::shared_ptr<const Tiling> tiling, const ColorMap& colors)
    : id_{next_geometry_id()}, view_{std::move(view)}, tiling_{std::move(tiling)}, colors_{colors} {
  if (!follow_rules()) {
    list_parts(colors.volume(), [&](std::size_t point) { return colors.color(point); });
  }
}

Geometry::Geometry(View::Ptr view, std::shared_ptr<const Tiling> tiling, std::size_t points, const ColorOf& color_of)
    : id_{next_geometry_id()}, view_{std::move(view)}, tiling_{std::move(tiling)} {
  list_parts(points, color_of);
}

bool Geometry::follow_rules() {
  if (tiling_->is_irregular() || view_->is_delinearized() || view_->volume() == 0 || colors_.volume() == 0) {
    return false;
  }
  const auto rules = rules_of(*tiling_, colors_, view_->extents());
  if (rules.size() != view_->dim()) {
    return false;
  }
  for (std::size_t j = 0; j < rules.size(); ++j) {
    // A point that sees nothing along a dimension that the array does not have sees nothing of the array.
    if (view_->axes()[j].root < 0 && !all_see_something(rules[j], colors_.launch_extents)) {
      return false;
    }
  }
  largest_part_ = PointParts::regular(colors_.launch_extents, rules).largest();
  parts_ = std::make_shared<const PointParts>(PointParts::regular(colors_.launch_extents, root_rules(*view_, rules)));
  return true;
}

void Geometry::list_parts(std::size_t points, const ColorOf& color_of) {
  listed_.reserve(points);
  std::vector<Box> boxes;
  for (std::size_t i = 0; i < points; ++i) {
    listed_.push_back(part(color_of(i)));
    const auto& added = listed_.back();
    boxes.push_back(added.root);
    std::uint64_t volume = 1;
    for (std::size_t d = 0; d < view_->dim(); ++d) {
      volume *= static_cast<std::uint64_t>(added.hi[d] - added.lo[d]);
    }
    largest_part_ = std::max(largest_part_, volume);
  }
  parts_ = std::make_shared<const PointParts>(PointParts::listed(std::move(boxes)));
}

PointGeometry Geometry::part(const std::vector<std::int64_t>& color) const {
  PointGeometry part;
  const auto box = tiling_->rectangle(color, view_->extents());
  part.lo = box.lo;
  part.hi = box.hi;
  if (box.empty()) {
    part.root.dim = std::max<std::int32_t>(1, static_cast<std::int32_t>(view_->root_dim()));  // 0 is never empty
  } else {
    part.root = view_->root_box(part.lo.data(), part.hi.data());
  }
  return part;
}

const OwnGeometry& Geometry::own(OwnPoints own) const {
  const auto key = is_whole() ? OwnPoints{} : own;
  for (const auto& known : own_) {
    if (known->own == key) {
      return *known;
    }
  }
  auto made = std::make_unique<OwnGeometry>();
  made->own = key;
  made->whole = is_whole();
  if (is_whole()) {
    made->points = listed_;
  } else if (!listed_.empty()) {
    made->points.assign(listed_.begin() + own.first, listed_.begin() + own.first + own.count);
  } else {
    for (std::uint32_t i = 0; i < own.count; ++i) {
      made->points.push_back(part(colors_.color(own.first + i)));
    }
  }
  own_.push_back(std::move(made));
  return *own_.back();
}

PointGeometry Geometry::whole() const {
  PointGeometry part;
  for (std::size_t d = 0; d < view_->dim() && d < LEGATE_MAX_DIM; ++d) {
    part.hi[d] = static_cast<std::int64_t>(view_->extents()[d]);
  }
  if (view_->volume() == 0) {
    part.root.dim = std::max<std::int32_t>(1, static_cast<std::int32_t>(view_->root_dim()));
  } else {
    part.root = view_->root_box();
  }
  return part;
}

std::shared_ptr<const TileLists> find_tile_lists(engine::Array& array, const Geometry& geometry, OwnPoints own) {
  // Bounded: a program that keeps making new shapes starts over now and then instead of growing.
  constexpr std::size_t LIMIT = 20000;
  auto& cache = tile_list_cache();
  if (cache.size() > LIMIT) {
    cache.clear();
  }
  auto& entry = cache[TileListKey{&array, array.tiling_version(), geometry.id(), own}];
  if (!entry) {
    entry = make_tile_lists(array, geometry, own);
  }
  return entry;
}

void clear_tile_lists() { tile_list_cache().clear(); }

void retile_for(engine::Array& array, const std::vector<const Geometry*>& writers, OwnPoints own) {
  std::vector<Box> boxes;
  for (const auto* geometry : writers) {
    for (const auto& part : geometry->own(own).points) {
      if (!part.root.empty()) {
        boxes.push_back(part.root);
      }
    }
  }
  std::sort(boxes.begin(), boxes.end(), [](const Box& a, const Box& b) {
    return std::lexicographical_compare(a.lo.begin(), a.lo.end(), b.lo.begin(), b.lo.end());
  });
  boxes.erase(std::unique(boxes.begin(), boxes.end()), boxes.end());
  if (are_disjoint(boxes)) {
    array.retile(boxes);
  }
}

}  // namespace legate::detail
