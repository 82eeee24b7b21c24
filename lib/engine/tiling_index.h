// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "utilities/box.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace legate::detail::engine {

/// Finds the tiles that a box overlaps without looking at all of them.
///
/// The edges of all tiles cut the array into cells. Where there are not many more cells than tiles (any grid), a table
/// tells the tile of every cell; otherwise the array is cut into slabs along one dimension, with a list of tiles for
/// each.
class TilingIndex {
 public:
  /// Builds the index for `tiles`, which must be disjoint; `whole` is the smallest box around them.
  void build(const Box& whole, const std::vector<Box>& tiles);

  /// Appends the index of every tile that overlaps `box`, each once. `tiles` is what the index was built for. Any
  /// thread.
  void find(const std::vector<Box>& tiles, const Box& box, std::vector<std::uint32_t>& out) const;

 private:
  struct CellRange {
    std::array<std::size_t, LEGATE_MAX_DIM> first{}, last{};  // inclusive
  };

  void build_cells(const std::vector<Box>& tiles);
  void build_slabs(const std::vector<Box>& tiles);
  [[nodiscard]] CellRange cells_of(const Box& box) const;
  void find_in_cells(const std::vector<Box>& tiles, const Box& box, std::vector<std::uint32_t>& out) const;
  void find_in_slabs(const std::vector<Box>& tiles, const Box& box, std::vector<std::uint32_t>& out) const;

  Box whole_;
  std::array<std::vector<std::int64_t>, LEGATE_MAX_DIM> breaks_;  // ascending edges, both ends of the array included
  std::vector<std::uint32_t> cells_;                              // C order over cells; empty: slabs are used
  std::size_t slab_dimension_{0};
  std::vector<std::size_t> slab_offsets_;  // slab s lists slab_tiles_[slab_offsets_[s] .. slab_offsets_[s + 1])
  std::vector<std::uint32_t> slab_tiles_;
};

}  // namespace legate::detail::engine
