// SPDX-License-Identifier: Apache-2.0
#include "engine/element_walk.h"

#include <algorithm>
#include <iterator>
#include <vector>

namespace legate::detail::engine {

namespace {

struct Dimension {
  std::uint64_t extent;
  std::uint64_t target;
  std::uint64_t source;
};

std::vector<Dimension> dimensions_of(const ElementsAt& target, const ElementsAt& source, const ElementBox& box) {
  std::vector<Dimension> dimensions;
  for (std::uint32_t d = 0; d < box.dims; ++d) {
    dimensions.push_back({box.extents[d], target.strides[d], source.strides[d]});
  }
  return dimensions;
}

/// Sorts dimensions so that the target is walked in the order of its memory, and makes one of those that lie one behind
/// the other on both sides.
void simplify(std::vector<Dimension>& dimensions) {
  dimensions.erase(std::remove_if(dimensions.begin(), dimensions.end(),
                                  [](const Dimension& dimension) {
                                    // One element, or the same one over and over.
                                    return dimension.extent == 1 || (dimension.target == 0 && dimension.source == 0);
                                  }),
                   dimensions.end());
  std::stable_sort(dimensions.begin(), dimensions.end(),
                   [](const Dimension& a, const Dimension& b) { return a.target > b.target; });
  for (std::size_t d = dimensions.size(); d-- > 1;) {
    const auto inner = dimensions[d];
    auto& outer = dimensions[d - 1];
    if (outer.target == inner.target * inner.extent && outer.source == inner.source * inner.extent) {
      outer = {outer.extent * inner.extent, inner.target, inner.source};
      dimensions.erase(dimensions.begin() + static_cast<std::ptrdiff_t>(d));
    }
  }
}

bool is_empty(const ElementBox& box) {
  return std::any_of(box.extents.begin(), box.extents.begin() + box.dims,
                     [](std::uint64_t extent) { return extent == 0; });
}

ElementWalk walk_of(const std::vector<Dimension>& dimensions, std::size_t word_size) {
  ElementWalk walk;
  walk.words = 1;
  walk.word_size = static_cast<std::uint32_t>(word_size);
  for (const auto& dimension : dimensions) {
    walk.extents[walk.dims] = dimension.extent;
    walk.targets[walk.dims] = dimension.target;
    walk.sources[walk.dims] = dimension.source;
    walk.words *= dimension.extent;
    ++walk.dims;
  }
  if (walk.dims == 0) {
    walk.dims = 1;
    walk.extents[0] = 1;
  }
  return walk;
}

/// The largest word of which all of these are multiples.
std::uint64_t word_that_divides(std::uint64_t all) {
  constexpr std::uint64_t LARGEST = 8;
  const auto power = all & (~all + 1);  // of two, the largest that divides it
  return all == 0 ? LARGEST : std::min(power, LARGEST);
}

}  // namespace

ElementWalk walk_elements(const ElementsAt& target, const ElementsAt& source, const ElementBox& box,
                          std::size_t element_size) {
  if (is_empty(box)) {
    return {};
  }
  auto dimensions = dimensions_of(target, source, box);
  simplify(dimensions);
  return walk_of(dimensions, element_size);
}

ElementWalk walk_words(const ElementsAt& target, const ElementsAt& source, const ElementBox& box,
                       std::size_t element_size) {
  if (is_empty(box) || element_size == 0) {
    return {};
  }
  auto dimensions = dimensions_of(target, source, box);
  simplify(dimensions);
  // The bytes of an element are one more dimension, which grows by what lies one element behind the other.
  Dimension run{element_size, 1, 1};
  if (!dimensions.empty() && dimensions.back().target == element_size && dimensions.back().source == element_size) {
    run.extent *= dimensions.back().extent;
    dimensions.pop_back();
  }
  std::uint64_t all = run.extent | target.place | source.place;
  for (const auto& dimension : dimensions) {
    all |= dimension.target | dimension.source;
  }
  const auto word = word_that_divides(all);
  if (run.extent > word) {
    dimensions.push_back({run.extent / word, word, word});
  }
  return walk_of(dimensions, word);
}

void complete(GatherWalk& walk, const ElementsAt& target, const ElementsAt& points, const ElementsAt& source) {
  std::copy(target.strides.begin(), target.strides.end(), std::begin(walk.targets));
  std::copy(points.strides.begin(), points.strides.end(), std::begin(walk.points));
  std::copy(source.strides.begin(), source.strides.end(), std::begin(walk.sources));
  walk.count = 1;
  std::uint64_t all = walk.element_size | target.place | source.place;
  for (std::uint32_t d = 0; d < walk.dims; ++d) {
    walk.count *= walk.extents[d];
    all |= target.strides[d];
  }
  for (std::uint32_t d = 0; d < walk.named; ++d) {
    all |= source.strides[d];
  }
  walk.word_size = static_cast<std::uint32_t>(word_that_divides(all));
}

}  // namespace legate::detail::engine
