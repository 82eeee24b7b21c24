// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "partitioning/launch_shape.h"
#include "partitioning/restriction.h"
#include "partitioning/tiling.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

// From the stores of an operation and the relations between them to a launch: plain arithmetic on shapes. Equal
// problems have equal solutions, in every process, but for images, which others find in the contents of stores; `==`
// and `hash` of a problem exist so that callers can remember solutions.
namespace legate::detail::partitioning {

/// How an operation uses a store. The order is the one in which stores of equal size lead the choice of a split.
enum class Access : std::uint8_t { READ, REDUCE, WRITE };

/// A partition symbol and the store bound to it, in the coordinates of the store's view.
struct Symbol {
  std::vector<std::uint64_t> extents{};  // for an unbound store only their number counts
  std::size_t storage_bytes{0};          // of the root storage: the largest store chooses first
  bool unbound{false};
  bool scalar{false};  // backed by a single value: never split
  Access access{Access::READ};
  bool output{false};  // some argument with this symbol is written
  Restrictions restrictions{};
  /// Key partition of the store itself, made with the same number of pieces, or null. It is used only if it satisfies
  /// the restrictions that the relations leave, covers the store and does not overlap.
  std::shared_ptr<const Tiling> cached{};
  /// The same of the storage behind the view (or a parent storage), already in view coordinates. Comes second.
  std::shared_ptr<const Tiling> inherited{};
};

/// A partitioning constraint over symbols, named by their index in Problem::symbols.
struct Relation {
  enum class Kind : std::uint8_t { ALIGN, BROADCAST, MIN_EXTENTS, SCALE, BLOAT, IMAGE };

  Kind kind{Kind::ALIGN};
  std::uint32_t first{0};                    // ALIGN: one side; SCALE, BLOAT, IMAGE: the source; otherwise: the subject
  std::uint32_t second{0};                   // ALIGN: other side; SCALE, BLOAT, IMAGE: the derived symbol
  std::vector<std::uint64_t> values{};       // BROADCAST: axes (empty: all); MIN_EXTENTS; factors; low offsets; hint
  std::vector<std::uint64_t> more_values{};  // BLOAT: high offsets
};

struct Problem {
  std::vector<Symbol> symbols{};
  std::vector<Relation> relations{};   // in the order they were added
  std::vector<std::uint32_t> order{};  // constraint symbols, outputs, inputs, reductions; empty: as listed
  std::uint64_t machine_count{1};      // processors of the chosen kind
  std::uint64_t overdecompose{1};
  std::uint64_t threshold{0};    // stores with fewer elements are not split
  bool replicated_writes{true};  // an index launch may hand a whole output to every point (fills and copies: no)
};

struct Assignment {
  std::shared_ptr<const Tiling> tiling{};       // null: every point sees the whole store
  std::vector<std::uint32_t> forbidden_dims{};  // of the symbol's class, ascending: what `project` needs
};

struct Solution {
  /// Extents of the launch domain, which starts at the origin. nullopt: one task that sees every store whole, whatever
  /// the assignments say (they still tell which split a written store keeps).
  /// One dimension of extent 1 is to be run as a single task, too.
  std::optional<std::vector<std::uint64_t>> launch_shape{};
  std::vector<Assignment> assignments{};  // one per symbol
  std::optional<std::uint32_t> key{};  // the first symbol that got a split of its own: it places points on processors
};

/// What the colors of a split of `image.first` point at in `image.second`. Never null.
using ImageFinder =
    std::function<std::shared_ptr<const Tiling>(const Relation& image, const std::shared_ptr<const Tiling>& split)>;

/// `find_image` is called for images only, in the order of the relations.
/// @throws std::runtime_error if a split into irregular pieces would have to be scaled or bloated, or if an unbound
///   store takes part in a derivation.
[[nodiscard]] Solution solve(const Problem& problem, const ImageFinder& find_image = {});

[[nodiscard]] bool operator==(const Symbol& left, const Symbol& right);
[[nodiscard]] bool operator==(const Relation& left, const Relation& right);
[[nodiscard]] bool operator==(const Problem& left, const Problem& right);
[[nodiscard]] std::size_t hash(const Problem& problem);

}  // namespace legate::detail::partitioning
