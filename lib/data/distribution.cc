// SPDX-License-Identifier: Apache-2.0
#include "data/distribution.h"

#include "engine/engine.h"
#include "utilities/hash.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace legate::detail {

namespace {

constexpr std::size_t LIMIT = 4096;  // entries of a memo, which starts over then

std::uint64_t next_distribution_id() {
  static std::uint64_t last = 0;  // control thread only
  return ++last;
}

using Transitions = std::unordered_map<DistributionKey, Distribution::Ptr, DistributionKeyHash>;
using Distributions = std::unordered_map<std::uint64_t, Distribution::Ptr>;

/// From one distribution to the next by a launch: a loop that repeats its launches computes each step once.
Transitions& transitions() {
  static auto* known = new Transitions;  // control thread only; never destroyed
  return *known;
}

/// By a hash of what they are made of.
Distributions& distributions() {
  static auto* known = new Distributions;
  return *known;
}

std::uint64_t hash_of(const Box& whole) {
  Hash hash;
  hash.add(std::int64_t{whole.dim});
  for (std::size_t d = 0; d < static_cast<std::size_t>(whole.dim); ++d) {
    hash.add(whole.hi[d]);
  }
  return hash.value();
}

std::shared_ptr<const PointParts> single_part(const Box& box) {
  return std::make_shared<const PointParts>(PointParts::listed({box}));
}

}  // namespace

std::uint64_t Distribution::Layer::hash() const {
  Hash hash;
  hash.add(parts->signature()).add(owners.size());
  for (const auto owner : owners) {
    hash.add(std::uint64_t{owner});
  }
  return owners.empty() ? hash.add(placement.hash()).value() : hash.value();
}

Distribution::Layer Distribution::layer_of(const std::vector<Part>& parts) {
  std::vector<Box> boxes;
  Layer layer;
  for (const auto& part : parts) {
    boxes.push_back(part.box);
    layer.owners.push_back(part.owner);
  }
  layer.parts = std::make_shared<const PointParts>(PointParts::listed(std::move(boxes)));
  return layer;
}

Distribution::Layer Distribution::layer_of(const PlacedParts& points) {
  const auto& [parts, placement] = points;
  if (points.all_see_the_same()) {
    // All points write the same. Where all ranks have points, all ranks have it.
    const bool everybody = placement.first_rank() == 0 && placement.last_rank() + 1 == engine::cluster().ranks &&
                           placement.points >= engine::cluster().ranks;
    return {parts, {}, {everybody ? EVERYBODY : placement.first_rank()}};
  }
  if (parts->is_disjoint()) {
    return {parts, placement, {}};
  }
  // Points that write the same elements: the first one's rank has them.
  std::vector<Part> owned;
  std::vector<Box> taken;
  for (std::uint64_t point = 0; point < parts->size(); ++point) {
    const auto box = parts->box(point);
    if (!box.empty()) {
      for (const auto& rest : subtract(box, taken)) {
        owned.push_back({rest, placement.rank_of(point)});
      }
      taken.push_back(box);
    }
  }
  return layer_of(owned);
}

Distribution::Ptr Distribution::intern(const Box& whole, std::vector<Layer> layers) {
  Hash hash;
  hash.add(hash_of(whole));
  for (const auto& layer : layers) {
    hash.add(layer.hash());
  }
  const auto key = hash.value();
  if (distributions().size() >= LIMIT) {
    distributions().clear();
  }
  auto& distribution = distributions()[key];
  if (!distribution) {
    distribution = Ptr{new Distribution{whole, std::move(layers)}};
  }
  return distribution;
}

Distribution::Distribution(const Box& whole, std::vector<Layer> layers)
    : id_{next_distribution_id()}, whole_{whole}, layers_{std::move(layers)} {
  for (const auto& layer : layers_) {
    everywhere_ =
        everywhere_ &&
        std::all_of(layer.owners.begin(), layer.owners.end(), [](std::uint32_t owner) { return owner == EVERYBODY; }) &&
        !layer.owners.empty();
  }
  find_here();
}

void Distribution::find_here() {
  const auto rank = engine::cluster().rank;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const auto& layer = layers_[l];
    const bool placed = layer.owners.empty();
    const auto end = placed ? layer.placement.first_point(rank + 1) : layer.owners.size();
    for (auto part = placed ? layer.placement.first_point(rank) : 0; part < end; ++part) {
      const auto owner = layer.owner(part);
      if (owner != rank && owner != EVERYBODY) {
        continue;
      }
      const auto before = here_.size();
      append_visible(l, layer.parts->box(part), here_);
      if (owner == rank) {
        own_.insert(own_.end(), here_.begin() + static_cast<std::ptrdiff_t>(before), here_.end());
      }
    }
  }
}

void Distribution::append_visible(std::size_t layer, const Box& box, std::vector<Box>& out) const {
  if (box.empty()) {
    return;
  }
  std::vector<Box> hidden;
  std::vector<std::uint64_t> found;
  for (auto above = layer + 1; above < layers_.size(); ++above) {
    const auto& parts = *layers_[above].parts;
    if (parts.is_gapless()) {
      hidden.push_back(parts.bounds());
      continue;
    }
    found.clear();
    parts.find(box, found);
    for (const auto part : found) {
      hidden.push_back(parts.box(part));
    }
  }
  const auto visible = subtract(box, hidden);
  out.insert(out.end(), visible.begin(), visible.end());
}

void Distribution::find(const Box& box, std::vector<Part>& out) const {
  std::vector<std::uint64_t> found;
  std::vector<Box> visible;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    found.clear();
    layers_[l].parts->find(box, found);
    for (const auto part : found) {
      visible.clear();
      append_visible(l, layers_[l].parts->box(part), visible);
      for (const auto& seen : visible) {
        if (seen.overlaps(box)) {
          out.push_back({seen.intersection(box), layers_[l].owner(part)});
        }
      }
    }
  }
}

bool Distribution::has_common_parts(const Box& box) const {
  std::vector<Box> visible;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const auto& owners = layers_[l].owners;
    for (std::size_t part = 0; part < owners.size(); ++part) {
      if (owners[part] == EVERYBODY) {
        append_visible(l, layers_[l].parts->box(part).intersection(box), visible);
      }
    }
  }
  return !visible.empty();
}

Distribution::Ptr Distribution::overlaid(Layer layer) const {
  constexpr std::size_t MANY = 8;
  if (layer.parts->bounds().empty()) {
    return intern(whole_, layers_);
  }
  auto layers = layers_;
  if (layer.parts->is_gapless()) {
    const auto hidden = [&](const Layer& other) { return layer.parts->bounds().contains(other.parts->bounds()); };
    layers.erase(std::remove_if(layers.begin(), layers.end(), hidden), layers.end());
  }
  layers.push_back(std::move(layer));
  if (layers.size() <= MANY) {
    return intern(whole_, std::move(layers));
  }
  const Distribution layered{whole_, std::move(layers)};
  std::vector<Part> parts;
  layered.find(whole_, parts);
  return of_parts(whole_, parts);
}

Distribution::Ptr Distribution::of_parts(const Box& whole, const std::vector<Part>& parts) {
  return intern(whole, {layer_of(parts)});
}

Distribution::Ptr Distribution::everywhere(const Box& whole) {
  // Every new array starts like this: found by its shape alone.
  const auto key = hash_of(whole);
  if (const auto known = distributions().find(key); known != distributions().end()) {
    return known->second;
  }
  std::vector<Layer> layers;
  if (!whole.empty()) {
    layers.push_back(Layer{single_part(whole), {}, {EVERYBODY}});
  }
  auto made = intern(whole, std::move(layers));
  distributions()[key] = made;
  return made;
}

Distribution::Ptr Distribution::taken_over(const PlacedParts& points) const {
  if (transitions().size() >= LIMIT) {
    transitions().clear();
  }
  auto& next = transitions()[DistributionKey{id_, points.parts->signature(), points.placement}];
  if (!next) {
    next = overlaid(layer_of(points));
  }
  return next;
}

Distribution::Ptr Distribution::taken_over(const Box& box, std::uint32_t owner) const {
  return overlaid(Layer{single_part(box), {}, {owner}});
}

void clear_distributions() {
  transitions().clear();
  distributions().clear();
}

}  // namespace legate::detail
