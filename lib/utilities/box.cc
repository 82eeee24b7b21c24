// SPDX-License-Identifier: Apache-2.0
#include "utilities/box.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace legate::detail {

Box Box::from_extents(const std::vector<std::uint64_t>& extents) {
  Box result;
  result.dim = static_cast<std::int32_t>(extents.size());
  for (std::size_t d = 0; d < extents.size(); ++d) {
    result.hi[d] = static_cast<std::int64_t>(extents[d]);
  }
  return result;
}

Box Box::intersection(const Box& other) const noexcept {
  Box result;
  result.dim = dim;
  for (std::size_t d = 0; d < static_cast<std::size_t>(dim); ++d) {
    result.lo[d] = std::max(lo[d], other.lo[d]);
    result.hi[d] = std::max(result.lo[d], std::min(hi[d], other.hi[d]));
  }
  return result;
}

namespace {

// Cuts slabs off `whole` around `hole`, one dimension after the other. The slabs are disjoint because the later ones
// are already narrowed to the hole in the earlier dimensions.
void cut_around(const Box& whole, const Box& hole, std::vector<Box>& out) {
  Box rest = whole;
  for (std::size_t d = 0; d < static_cast<std::size_t>(whole.dim); ++d) {
    if (rest.lo[d] < hole.lo[d]) {
      out.push_back(rest);
      out.back().hi[d] = hole.lo[d];
      rest.lo[d] = hole.lo[d];
    }
    if (hole.hi[d] < rest.hi[d]) {
      out.push_back(rest);
      out.back().lo[d] = hole.hi[d];
      rest.hi[d] = hole.hi[d];
    }
  }
}

// Subtracts parts[first, last) by halving `whole` until a piece meets at most one part: every part that covers a piece,
// or misses it, is decided at once, so a tiling of n parts costs about n log n instead of n times the number of pieces.
void subtract_into(const Box& whole, const std::vector<const Box*>& parts, std::vector<Box>& out) {
  if (whole.empty()) {
    return;
  }
  std::vector<const Box*> met;
  for (const Box* part : parts) {
    if (part->overlaps(whole)) {
      if (part->contains(whole)) {
        return;
      }
      met.push_back(part);
    }
  }
  if (met.empty()) {
    out.push_back(whole);
    return;
  }
  if (met.size() == 1) {
    cut_around(whole, met.front()->intersection(whole), out);
    return;
  }
  // Cut at the part boundary nearest to the middle of the sorted boundaries, in the dimension that has most of them.
  std::size_t best_dim = 0;
  std::vector<std::int64_t> best;
  for (std::size_t d = 0; d < static_cast<std::size_t>(whole.dim); ++d) {
    std::vector<std::int64_t> breaks;
    for (const Box* part : met) {
      for (const std::int64_t edge : {part->lo[d], part->hi[d]}) {
        if (edge > whole.lo[d] && edge < whole.hi[d]) {
          breaks.push_back(edge);
        }
      }
    }
    std::sort(breaks.begin(), breaks.end());
    breaks.erase(std::unique(breaks.begin(), breaks.end()), breaks.end());
    if (breaks.size() > best.size()) {
      best = std::move(breaks);
      best_dim = d;
    }
  }
  // No part contains `whole` and each meets it, so each has an edge inside: `best` is not empty.
  Box left = whole;
  Box right = whole;
  left.hi[best_dim] = right.lo[best_dim] = best[best.size() / 2];
  subtract_into(left, met, out);
  subtract_into(right, met, out);
}

}  // namespace

std::vector<Box> subtract(const Box& whole, const std::vector<Box>& parts) {
  std::vector<Box> result;
  std::vector<const Box*> pointers;
  pointers.reserve(parts.size());
  for (const Box& part : parts) {
    pointers.push_back(&part);
  }
  subtract_into(whole, pointers, result);
  return result;
}

}  // namespace legate::detail
