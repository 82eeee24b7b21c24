// SPDX-License-Identifier: Apache-2.0
#include "data/distribution.h"

#include "engine/engine.h"

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace legate::detail {

namespace {

std::uint64_t next_distribution_id() {
  static std::uint64_t last = 0;  // control thread only
  return ++last;
}

/// From one distribution to the next by a launch: a loop that repeats its launches computes each step once.
struct Transition {
  std::uint64_t before;
  std::uint64_t geometry;
  Placement placement;

  friend bool operator==(const Transition& a, const Transition& b) {
    return a.before == b.before && a.geometry == b.geometry && a.placement == b.placement;
  }
};

struct TransitionHash {
  std::size_t operator()(const Transition& key) const {
    std::uint64_t seed = key.before * 0x9e3779b97f4a7c15U ^ key.geometry;
    seed ^= key.placement.hash();
    return static_cast<std::size_t>(seed ^ (seed >> 29U));
  }
};

using Transitions = std::unordered_map<Transition, Distribution::Ptr, TransitionHash>;

Transitions& transitions() {
  static auto* known = new Transitions;  // control thread only; never destroyed
  return *known;
}

using Everywhere = std::map<std::vector<std::int64_t>, Distribution::Ptr>;

Everywhere& everywhere_by_shape() {
  static auto* known = new Everywhere;
  return *known;
}

}  // namespace

Distribution::Ptr Distribution::everywhere(const Box& whole) {
  constexpr std::size_t LIMIT = 4096;
  auto& known = everywhere_by_shape();
  if (known.size() >= LIMIT) {
    known.clear();
  }
  auto& distribution = known[std::vector<std::int64_t>(whole.hi.begin(), whole.hi.begin() + whole.dim)];
  if (!distribution) {
    std::vector<Part> parts;
    if (!whole.empty()) {
      parts.push_back({whole, EVERYBODY});
    }
    distribution = std::make_shared<const Distribution>(whole, std::move(parts));
  }
  return distribution;
}

Distribution::Distribution(const Box& whole, std::vector<Part> parts)
    : id_{next_distribution_id()}, parts_{std::move(parts)} {
  const auto rank = engine::cluster().rank;
  for (const auto& part : parts_) {
    boxes_.push_back(part.box);
    everywhere_ = everywhere_ && part.owner == EVERYBODY;
    if (part.owner == rank) {
      own_.push_back(part.box);
    }
    if (part.owner == rank || part.owner == EVERYBODY) {
      here_.push_back(part.box);
    }
  }
  index_.build(whole, boxes_);
}

Distribution::Ptr Distribution::overlaid(const Box& whole, std::vector<Part> parts) const {
  std::vector<Box> covers;
  for (const auto& part : parts) {
    covers.push_back(part.box);
  }
  const auto taken = covers.size();
  for (const auto& rest : subtract(whole, covers)) {
    covers.push_back(rest);  // the index knows every element
  }
  engine::TilingIndex index;
  index.build(whole, covers);
  std::vector<std::uint32_t> over;
  std::vector<Box> hidden;
  for (const auto& old : parts_) {
    over.clear();
    hidden.clear();
    index.find(covers, old.box, over);
    for (const auto i : over) {
      if (i < taken) {
        hidden.push_back(covers[i]);
      }
    }
    for (const auto& rest : subtract(old.box, hidden)) {
      parts.push_back({rest, old.owner});
    }
  }
  return std::make_shared<const Distribution>(whole, std::move(parts));
}

Distribution::Ptr Distribution::taken_over(const Box& whole, const Geometry& geometry,
                                           const Placement& placement) const {
  constexpr std::size_t LIMIT = 4096;
  auto& known = transitions();
  if (known.size() >= LIMIT) {
    known.clear();
  }
  auto& next = known[Transition{id_, geometry.id(), placement}];
  if (next) {
    return next;
  }
  std::vector<Part> parts;
  if (geometry.is_whole()) {
    // All points write the same. Where all ranks have points, all ranks have it.
    const auto& box = geometry.at(0).root;
    const bool everybody = placement.first_rank() == 0 && placement.last_rank() + 1 == engine::cluster().ranks &&
                           placement.points >= engine::cluster().ranks;
    if (!box.empty()) {
      parts.push_back({box, everybody ? EVERYBODY : placement.first_rank()});
    }
  } else {
    std::vector<Box> taken;
    for (std::uint64_t point = 0; point < geometry.size(); ++point) {
      const auto& box = geometry.at(point).root;
      if (box.empty()) {
        continue;
      }
      const auto owner = placement.rank_of(point);
      if (geometry.is_disjoint()) {
        parts.push_back({box, owner});
        continue;
      }
      // Points that write the same elements: the first one's rank has them.
      for (const auto& rest : subtract(box, taken)) {
        parts.push_back({rest, owner});
      }
      taken.push_back(box);
    }
  }
  return next = overlaid(whole, std::move(parts));
}

Distribution::Ptr Distribution::taken_over(const Box& whole, const Box& box, std::uint32_t owner) const {
  if (box.empty()) {
    return std::make_shared<const Distribution>(*this);
  }
  return overlaid(whole, {Part{box, owner}});
}

void clear_distributions() {
  transitions().clear();
  everywhere_by_shape().clear();
}

}  // namespace legate::detail
