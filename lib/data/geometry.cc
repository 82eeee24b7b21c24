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

/// Whether boxes are pairwise disjoint: a sweep along the dimension in which they spread the most.
bool are_disjoint(std::vector<Box> boxes) {
  boxes.erase(std::remove_if(boxes.begin(), boxes.end(), [](const Box& box) { return box.empty(); }), boxes.end());
  if (boxes.size() < 2) {
    return true;
  }
  const auto dim = static_cast<std::size_t>(boxes.front().dim);
  if (dim == 0) {
    return false;
  }
  std::size_t sweep = 0;
  std::size_t most = 0;
  for (std::size_t d = 0; d < dim; ++d) {
    std::sort(boxes.begin(), boxes.end(), [&](const Box& a, const Box& b) { return a.lo[d] < b.lo[d]; });
    std::size_t distinct = 1;
    for (std::size_t i = 1; i < boxes.size(); ++i) {
      distinct += boxes[i].lo[d] != boxes[i - 1].lo[d] ? std::size_t{1} : std::size_t{0};
    }
    if (distinct > most) {
      most = distinct;
      sweep = d;
    }
  }
  std::sort(boxes.begin(), boxes.end(), [&](const Box& a, const Box& b) { return a.lo[sweep] < b.lo[sweep]; });
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    for (std::size_t j = i + 1; j < boxes.size() && boxes[j].lo[sweep] < boxes[i].hi[sweep]; ++j) {
      if (boxes[i].overlaps(boxes[j])) {
        return false;
      }
    }
  }
  return true;
}

struct TileListKey {
  const engine::Array* array;
  std::uint64_t version;
  std::uint64_t geometry;
  OwnPoints own;

  friend bool operator==(const TileListKey& a, const TileListKey& b) {
    return a.array == b.array && a.version == b.version && a.geometry == b.geometry && a.own.first == b.own.first &&
           a.own.count == b.own.count;
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
  const std::size_t lists_wanted = geometry.is_whole() ? 1 : own.count;
  for (std::size_t i = 0; i < lists_wanted; ++i) {
    const auto& box = geometry.at(own.first + i).root;
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
  points_.push_back(whole());
  summarize();
}

Geometry::Geometry(View::Ptr view, std::shared_ptr<const Tiling> tiling, std::size_t points, const ColorOf& color_of)
    : id_{next_geometry_id()}, view_{std::move(view)}, tiling_{std::move(tiling)} {
  points_.reserve(points);
  std::vector<Box> boxes;
  for (std::size_t i = 0; i < points; ++i) {
    PointGeometry part;
    part.color = color_of(i);
    const auto box = tiling_->rectangle(part.color, view_->extents());
    part.lo = box.lo;
    part.hi = box.hi;
    if (box.empty()) {
      part.root.dim = std::max<std::int32_t>(1, static_cast<std::int32_t>(view_->root_dim()));  // 0 is never empty
    } else {
      part.root = view_->root_box(part.lo.data(), part.hi.data());
    }
    if (!box.empty()) {
      boxes.push_back(part.root);
    }
    largest_part_ = std::max(largest_part_, box.volume());
    points_.push_back(std::move(part));
  }
  disjoint_ = are_disjoint(std::move(boxes));
  summarize();
}

void Geometry::summarize() {
  std::uint64_t hash = is_whole() ? 1 : points_.size() * 2;
  const auto mix = [&hash](std::uint64_t value) {
    hash = (hash ^ value) * 0xff51afd7ed558ccdU;
    hash ^= hash >> 32U;
  };
  for (const auto& part : points_) {
    mix(static_cast<std::uint64_t>(part.root.dim));
    for (std::size_t d = 0; d < static_cast<std::size_t>(part.root.dim); ++d) {
      mix(static_cast<std::uint64_t>(part.root.lo[d]));
      mix(static_cast<std::uint64_t>(part.root.hi[d]));
    }
  }
  signature_ = hash;
  bounds_.dim = points_.front().root.dim;
  for (const auto& part : points_) {
    if (part.root.empty()) {
      continue;
    }
    if (bounds_.empty() || bounds_.dim == 0) {
      bounds_ = part.root;
    }
    for (std::size_t d = 0; d < static_cast<std::size_t>(bounds_.dim); ++d) {
      bounds_.lo[d] = std::min(bounds_.lo[d], part.root.lo[d]);
      bounds_.hi[d] = std::max(bounds_.hi[d], part.root.hi[d]);
    }
  }
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
    const std::size_t parts = geometry->is_whole() ? 1 : own.count;
    for (std::size_t i = 0; i < parts; ++i) {
      if (const auto& box = geometry->at(own.first + i).root; !box.empty()) {
        boxes.push_back(box);
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
