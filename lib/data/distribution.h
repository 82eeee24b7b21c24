// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/placement.h"
#include "data/point_parts.h"
#include "utilities/box.h"
#include "utilities/hash.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace legate::detail {

/// Points that see parts of an array, and the ranks they run on: what decisions about an array's contents depend on.
struct PlacedParts {
  std::shared_ptr<const PointParts> parts;  // one part: all points see it
  Placement placement;

  [[nodiscard]] bool all_see_the_same() const { return parts->size() == 1 && placement.points != 1; }
};

/// A distribution and points that come to it, as the key of what is remembered about the two.
struct DistributionKey {
  std::uint64_t distribution;
  std::uint64_t parts;
  Placement placement;

  friend bool operator==(const DistributionKey& a, const DistributionKey& b) {
    return a.distribution == b.distribution && a.parts == b.parts && a.placement == b.placement;
  }
};

struct DistributionKeyHash {
  std::size_t operator()(const DistributionKey& key) const {
    return static_cast<std::size_t>(Hash{}.add(key.distribution).add(key.parts).add(key.placement.hash()).value());
  }
};

/// Which rank has the current contents of which part of an array. Immutable, and the same on every rank: it is made of
/// what all ranks know. Control thread only.
///
/// A launch that writes lays its parts over what was there. Parts that follow a rule are kept as the rule, so that
/// neither time nor memory depends on the number of ranks.
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
  [[nodiscard]] static Ptr of_parts(const Box& whole, const std::vector<Part>& parts);
  /// Every rank has all of `whole`.
  [[nodiscard]] static Ptr everywhere(const Box& whole);

  /// Distributions that were made alike are one object, so what follows from them can be remembered by this number.
  [[nodiscard]] std::uint64_t id() const { return id_; }
  /// Every rank has everything.
  [[nodiscard]] bool is_everywhere() const { return everywhere_; }
  /// Every rank has some element of `box`.
  [[nodiscard]] bool has_common_parts(const Box& box) const;
  /// Appends disjoint parts that make up `box`. The same on every rank; the parts of one owner, and their order, do not
  /// depend on those of others.
  void find(const Box& box, std::vector<Part>& out) const;
  /// The boxes that this rank has and not all others have as well, in the order in which `find` looks at them.
  [[nodiscard]] const std::vector<Box>& own() const { return own_; }
  /// Those and what everybody has: what is of use in this rank's memory.
  [[nodiscard]] const std::vector<Box>& here() const { return here_; }

  /// What becomes of it when the ranks take over the parts that their points see.
  [[nodiscard]] Ptr taken_over(const PlacedParts& points) const;
  /// What becomes of it when `owner` takes over `box`.
  [[nodiscard]] Ptr taken_over(const Box& box, std::uint32_t owner) const;

 private:
  /// Disjoint parts and who has them: by the placement of the points or, if there are any, by `owners`.
  struct Layer {
    std::shared_ptr<const PointParts> parts;
    Placement placement{};
    std::vector<std::uint32_t> owners{};

    [[nodiscard]] std::uint32_t owner(std::uint64_t part) const {
      return owners.empty() ? placement.rank_of(part) : owners[part];
    }
    [[nodiscard]] std::uint64_t hash() const;
  };

  Distribution(const Box& whole, std::vector<Layer> layers);
  [[nodiscard]] static Ptr intern(const Box& whole, std::vector<Layer> layers);
  [[nodiscard]] static Layer layer_of(const std::vector<Part>& parts);
  [[nodiscard]] static Layer layer_of(const PlacedParts& points);
  [[nodiscard]] Ptr overlaid(Layer layer) const;
  /// Appends what of `box`, which is in `layer`, no later layer hides.
  void append_visible(std::size_t layer, const Box& box, std::vector<Box>& out) const;
  void find_here();

  std::uint64_t id_;
  Box whole_;
  std::vector<Layer> layers_;  // later ones hide earlier ones
  std::vector<Box> own_{};
  std::vector<Box> here_{};
  bool everywhere_{true};
};

/// Forgets what was remembered of distributions: when the runtime finishes.
void clear_distributions();

}  // namespace legate::detail
