// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace legate::detail {

/// A rank's place in a binary tree of the ranks [first, last] and a root, which may be one of them. However many ranks
/// there are, each has at most three neighbours.
struct TreePlace {
  bool has_parent{false};
  std::uint32_t parent{0};
  std::vector<std::uint32_t> children{};
};

/// The place of `rank`, which is in the tree.
[[nodiscard]] inline TreePlace place_in_tree(std::uint32_t root, std::uint32_t first, std::uint32_t last,
                                             std::uint32_t rank) {
  // Member 0 is the root; the others are the ranks in order. Member m has the children 2m + 1 and 2m + 2.
  const bool among = root >= first && root <= last;
  const std::uint32_t members = last - first + 1 + (among ? 0U : 1U);
  const auto rank_at = [&](std::uint32_t member) {
    if (member == 0) {
      return root;
    }
    const auto other = first + member - 1;
    return among && other >= root ? other + 1 : other;
  };
  const std::uint32_t member = rank == root ? 0 : rank - first + 1 - (among && rank > root ? 1U : 0U);
  TreePlace place;
  if (member != 0) {
    place.has_parent = true;
    place.parent = rank_at((member - 1) / 2);
  }
  for (const auto child : {2 * member + 1, 2 * member + 2}) {
    if (child < members) {
      place.children.push_back(rank_at(child));
    }
  }
  return place;
}

}  // namespace legate::detail
