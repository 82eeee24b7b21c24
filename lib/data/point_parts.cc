// SPDX-License-Identifier: Apache-2.0
#include "data/point_parts.h"

#include "utilities/hash.h"

#include <algorithm>
#include <array>
#include <utility>

namespace legate::detail {

namespace {

using Rule = PointParts::Rule;

struct Interval {
  std::int64_t lo{};
  std::int64_t hi{};
  [[nodiscard]] std::int64_t size() const { return hi - lo; }
};

Interval interval_of(const Rule& rule, std::int64_t x) {
  const auto start = rule.start + x * rule.step;
  const auto lo = std::clamp(start, rule.lo, rule.hi);
  return {lo, std::clamp(start + rule.size, lo, rule.hi)};
}

std::int64_t floor_divide(std::int64_t dividend, std::int64_t divisor) {  // divisor > 0
  const auto quotient = dividend / divisor;
  return quotient - (dividend % divisor < 0 ? 1 : 0);
}

/// The coordinates x, first to last, at which a rule with a step meets [lo, hi); `hi > lo`, `rule.size > 0`.
Interval coordinates_that_meet(const Rule& rule, std::int64_t lo, std::int64_t hi) {
  // start + x * step < hi and start + x * step + size > lo
  if (rule.step > 0) {
    return {floor_divide(lo - rule.size - rule.start, rule.step) + 1, floor_divide(hi - 1 - rule.start, rule.step) + 1};
  }
  return {floor_divide(rule.start - hi, -rule.step) + 1, floor_divide(rule.start + rule.size - lo - 1, -rule.step) + 1};
}

std::int64_t extent_along(const Rule& rule, const std::vector<std::uint64_t>& extents) {
  return rule.launch_dim < 0 ? 1 : static_cast<std::int64_t>(extents[static_cast<std::size_t>(rule.launch_dim)]);
}

/// What all points together see along the dimension of a rule, gaps included.
Interval reach(const Rule& rule, const std::vector<std::uint64_t>& extents) {
  if (rule.size <= 0 || rule.lo >= rule.hi) {
    return {rule.lo, rule.lo};
  }
  Interval seers{0, extent_along(rule, extents)};
  if (rule.step != 0) {
    const auto meets = coordinates_that_meet(rule, rule.lo, rule.hi);
    seers = {std::max(seers.lo, meets.lo), std::min(seers.hi, meets.hi)};
  }
  if (seers.lo >= seers.hi) {
    return {rule.lo, rule.lo};
  }
  const auto first = interval_of(rule, seers.lo);
  const auto last = interval_of(rule, seers.hi - 1);
  return {std::min(first.lo, last.lo), std::max(first.hi, last.hi)};
}

/// The longest interval along a rule. Its length is a function of where it starts with at most two kinks: where either
/// end passes that of the clamp.
std::int64_t longest(const Rule& rule, const std::vector<std::uint64_t>& extents) {
  const auto last = extent_along(rule, extents) - 1;
  auto most = std::max(interval_of(rule, 0).size(), interval_of(rule, last).size());
  if (rule.step != 0) {
    for (const auto kink : {rule.lo, rule.hi - rule.size}) {
      const auto distance = rule.step > 0 ? kink - rule.start : rule.start - kink;
      const auto before = floor_divide(distance, std::abs(rule.step));
      for (const auto x : {before, before + 1}) {
        most = std::max(most, interval_of(rule, std::clamp<std::int64_t>(x, 0, last)).size());
      }
    }
  }
  return most;
}

Box nothing(std::size_t dims) {
  Box box;
  box.dim = std::max<std::int32_t>(1, static_cast<std::int32_t>(dims));  // a box of no dimension is never empty
  return box;
}

}  // namespace

// A sweep along the dimension in which the boxes spread the most.
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

PointParts PointParts::regular(const std::vector<std::uint64_t>& launch_extents, std::vector<Rule> rules) {
  PointParts parts;
  parts.size_ = 1;
  std::vector<std::int32_t> kept;  // what becomes of a dimension of the launch
  for (const auto extent : launch_extents) {
    parts.size_ *= extent;
    kept.push_back(extent == 1 ? -1 : static_cast<std::int32_t>(parts.extents_.size()));
    if (extent != 1) {
      parts.extents_.push_back(extent);
    }
  }
  parts.rules_ = std::move(rules);
  for (auto& rule : parts.rules_) {
    if (rule.launch_dim >= 0) {
      rule.launch_dim = rule.step == 0 ? -1 : kept[static_cast<std::size_t>(rule.launch_dim)];
    }
    // Of all rules that mean the same, one: it does not matter what lies where nobody looks.
    const auto seen = reach(rule, parts.extents_);
    rule.lo = seen.lo;
    rule.hi = seen.hi;
    if (rule.launch_dim < 0) {
      rule.step = 0;
      rule.start = seen.lo;
      rule.size = seen.size();
    }
  }
  parts.summarize_rules();
  return parts;
}

PointParts PointParts::listed(std::vector<Box> boxes) {
  PointParts parts;
  parts.size_ = boxes.size();
  parts.is_listed_ = true;
  parts.boxes_ = std::move(boxes);
  parts.summarize_boxes();
  return parts;
}

void PointParts::summarize_rules() {
  bounds_.dim = static_cast<std::int32_t>(rules_.size());
  largest_ = 1;
  gapless_ = true;
  std::vector<int> moves(extents_.size(), 0);           // rules that follow a dimension of the launch
  std::vector<bool> separates(extents_.size(), false);  // points that differ in it see different elements
  Hash hash;
  hash.add(extents_.size());
  for (const auto extent : extents_) {
    hash.add(extent);
  }
  for (std::size_t r = 0; r < rules_.size(); ++r) {
    const auto& rule = rules_[r];
    bounds_.lo[r] = rule.lo;
    bounds_.hi[r] = rule.hi;
    largest_ *= static_cast<std::uint64_t>(longest(rule, extents_));
    if (rule.launch_dim >= 0) {
      const auto dim = static_cast<std::size_t>(rule.launch_dim);
      gapless_ = gapless_ && std::abs(rule.step) <= rule.size && ++moves[dim] == 1;
      separates[dim] = separates[dim] || std::abs(rule.step) >= rule.size;
    }
    for (const auto number : {std::int64_t{rule.launch_dim}, rule.step, rule.start, rule.size, rule.lo, rule.hi}) {
      hash.add(number);
    }
  }
  disjoint_ = std::all_of(separates.begin(), separates.end(), [](bool yes) { return yes; });
  if (bounds_.empty()) {
    bounds_ = nothing(rules_.size());
    disjoint_ = true;
    hash = Hash{}.add(size_);
  }
  signature_ = hash.value();
}

void PointParts::summarize_boxes() {
  Hash hash;
  std::uint64_t volume = 0;
  bounds_ = boxes_.empty() ? nothing(1) : nothing(static_cast<std::size_t>(boxes_.front().dim));
  for (std::size_t point = 0; point < boxes_.size(); ++point) {
    const auto& box = boxes_[point];
    hash.add(std::int64_t{box.dim});
    for (std::size_t d = 0; d < static_cast<std::size_t>(box.dim); ++d) {
      hash.add(box.lo[d]);
      hash.add(box.hi[d]);
    }
    if (box.empty()) {
      continue;
    }
    bounds_ = indexed_.empty() ? box : bounds_;
    for (std::size_t d = 0; d < static_cast<std::size_t>(box.dim); ++d) {
      bounds_.lo[d] = std::min(bounds_.lo[d], box.lo[d]);
      bounds_.hi[d] = std::max(bounds_.hi[d], box.hi[d]);
    }
    indexed_.push_back(box);
    point_of_.push_back(point);
    volume += box.volume();
    largest_ = std::max(largest_, box.volume());
  }
  signature_ = hash.value();
  disjoint_ = are_disjoint(indexed_);
  gapless_ = disjoint_ && volume == bounds_.volume();
  if (disjoint_ && !indexed_.empty()) {
    index_.build(bounds_, indexed_);
  } else {
    indexed_.clear();
    point_of_.clear();
  }
}

Box PointParts::box(std::uint64_t point) const {
  if (is_listed_) {
    return boxes_[point];
  }
  std::array<std::int64_t, LEGATE_MAX_DIM> at{};
  for (auto d = extents_.size(); d-- > 0;) {
    at[d] = static_cast<std::int64_t>(point % extents_[d]);
    point /= extents_[d];
  }
  Box box;
  box.dim = static_cast<std::int32_t>(rules_.size());
  for (std::size_t r = 0; r < rules_.size(); ++r) {
    const auto& rule = rules_[r];
    const auto seen = interval_of(rule, rule.launch_dim < 0 ? 0 : at[static_cast<std::size_t>(rule.launch_dim)]);
    if (seen.size() == 0) {
      return nothing(rules_.size());
    }
    box.lo[r] = seen.lo;
    box.hi[r] = seen.hi;
  }
  return box;
}

void PointParts::find(const Box& box, std::vector<std::uint64_t>& out) const {
  if (is_listed_) {
    if (indexed_.empty()) {
      for (std::uint64_t point = 0; point < size_; ++point) {
        if (boxes_[point].overlaps(box)) {
          out.push_back(point);
        }
      }
      return;
    }
    std::vector<std::uint32_t> found;
    index_.find(indexed_, box, found);
    std::sort(found.begin(), found.end());
    for (const auto position : found) {
      out.push_back(point_of_[position]);
    }
    return;
  }
  if (!bounds_.overlaps(box)) {
    return;
  }
  Box seers;  // coordinates of the launch
  for (std::size_t d = 0; d < extents_.size(); ++d) {
    seers.hi[d] = static_cast<std::int64_t>(extents_[d]);
  }
  for (std::size_t r = 0; r < rules_.size(); ++r) {
    const auto& rule = rules_[r];
    if (rule.launch_dim < 0) {
      continue;  // the bounds along it are what every point sees
    }
    const auto d = static_cast<std::size_t>(rule.launch_dim);
    const auto meets = coordinates_that_meet(rule, std::max(box.lo[r], rule.lo), std::min(box.hi[r], rule.hi));
    seers.lo[d] = std::max(seers.lo[d], meets.lo);
    seers.hi[d] = std::min(seers.hi[d], meets.hi);
    if (seers.lo[d] >= seers.hi[d]) {
      return;
    }
  }
  auto at = seers.lo;
  do {
    std::uint64_t point = 0;
    for (std::size_t d = 0; d < extents_.size(); ++d) {
      point = point * extents_[d] + static_cast<std::uint64_t>(at[d]);
    }
    out.push_back(point);
  } while (advance(seers, extents_.size(), at));
}

}  // namespace legate::detail
