// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/geometry.h"
#include "data/placement.h"
#include "engine/tiling_index.h"
#include "utilities/box.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace legate::detail {

/// Which rank has the current contents of which part of an array. Immutable, and the same on every rank: it is made of
/// what all ranks know. Control thread only.
class Distribution {
 public:
  using Ptr = std::shared_ptr<const Distribution>;
  /// An owner: all ranks have the part.
  static constexpr std::uint32_t EVERYBODY = ~std::uint32_t{0};

  struct Part {
    Box box{};
    std::uint32_t owner{EVERYBODY};
  };

  /// `parts` are disjoint, not empty and cover `whole`.
  Distribution(const Box& whole, std::vector<Part> parts);

  /// Every rank has all of `whole`: one object for all arrays of the shape, so that what follows from it is remembered.
  [[nodiscard]] static Ptr everywhere(const Box& whole);

  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }
  /// Every rank has everything.
  [[nodiscard]] bool is_everywhere() const { return everywhere_; }
  /// Appends the positions of the parts that overlap `box`, in an order that depends on nothing but the two.
  void find(const Box& box, std::vector<std::uint32_t>& out) const { index_.find(boxes_, box, out); }
  /// The boxes that this rank has and not all others have as well.
  [[nodiscard]] const std::vector<Box>& own() const { return own_; }
  /// Those and what everybody has: what is of use in this rank's memory.
  [[nodiscard]] const std::vector<Box>& here() const { return here_; }

  /// What becomes of it when the ranks take over the parts that their points see.
  [[nodiscard]] Ptr taken_over(const Box& whole, const Geometry& geometry, const Placement& placement) const;
  /// What becomes of it when `owner` takes over `box`.
  [[nodiscard]] Ptr taken_over(const Box& whole, const Box& box, std::uint32_t owner) const;

 private:
  [[nodiscard]] Ptr overlaid(const Box& whole, std::vector<Part> parts) const;

  std::uint64_t id_;
  std::vector<Part> parts_;
  std::vector<Box> boxes_{};
  std::vector<Box> own_{};
  std::vector<Box> here_{};
  engine::TilingIndex index_{};
  bool everywhere_{true};
};

/// Forgets what was remembered of transitions: when the runtime finishes.
void clear_distributions();

}  // namespace legate::detail
