// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/tiling_index.h"
#include "utilities/box.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace legate::detail {

/// The boxes of an array that the points of a launch see, by the number of the point.
///
/// Tiles follow a rule. Then nothing is kept for each point: what a point sees is computed, and so are the points that
/// see an element, in a time that does not depend on the number of points. Other boxes are listed. Immutable.
class PointParts {
 public:
  /// What the points see along one dimension of the array: coordinate x of the launch, counted from 0, along its
  /// dimension `launch_dim` sees [start + x * step, start + x * step + size), as far as that lies in [lo, hi).
  struct Rule {
    std::int32_t launch_dim{-1};  // -1: all points see the same
    std::int64_t step{0};
    std::int64_t start{0};
    std::int64_t size{0};
    std::int64_t lo{0};
    std::int64_t hi{0};
  };
  /// Beyond this numbers of rules could overflow.
  static constexpr std::int64_t LARGEST_NUMBER = std::int64_t{1} << 60U;

  /// Points in row-major order of `launch_extents`, none of which is 0; a rule for each dimension of the array. No
  /// number of a rule, and no product of a step and an extent, exceeds LARGEST_NUMBER.
  [[nodiscard]] static PointParts regular(const std::vector<std::uint64_t>& launch_extents, std::vector<Rule> rules);
  /// Any boxes. Empty ones have a dimension other than 0.
  [[nodiscard]] static PointParts listed(std::vector<Box> boxes);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Box box(std::uint64_t point) const;
  /// Appends the points whose boxes overlap `box`, in ascending order.
  void find(const Box& box, std::vector<std::uint64_t>& out) const;

  /// A box around all boxes: the smallest one, unless boxes move along two dimensions at a time.
  [[nodiscard]] const Box& bounds() const { return bounds_; }
  /// No element of the array is in two boxes.
  [[nodiscard]] bool is_disjoint() const { return disjoint_; }
  /// Every element of `bounds()` is in some box.
  [[nodiscard]] bool is_gapless() const { return gapless_; }
  /// The number of elements of the largest box.
  [[nodiscard]] std::uint64_t largest() const { return largest_; }
  /// A number that is the same on every rank, and in two objects only if their points see the same. (A hash: different
  /// ones share it with a probability of 2^-64.)
  [[nodiscard]] std::uint64_t signature() const { return signature_; }

 private:
  void summarize_rules();
  void summarize_boxes();

  std::uint64_t size_{0};
  std::vector<std::uint64_t> extents_{};  // of the launch, without those of 1
  std::vector<Rule> rules_{};
  std::vector<Box> boxes_{};               // listed ones
  std::vector<Box> indexed_{};             // those that are not empty, if they are disjoint
  std::vector<std::uint64_t> point_of_{};  // of an indexed one
  engine::TilingIndex index_{};
  bool is_listed_{false};
  bool disjoint_{false};
  bool gapless_{false};
  Box bounds_{};
  std::uint64_t largest_{0};
  std::uint64_t signature_{0};
};

/// Whether boxes are pairwise disjoint.
[[nodiscard]] bool are_disjoint(std::vector<Box> boxes);

}  // namespace legate::detail
