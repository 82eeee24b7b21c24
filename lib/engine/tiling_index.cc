// SPDX-License-Identifier: Apache-2.0
#include "engine/tiling_index.h"

#include <legate/utilities/assert.h>

#include <algorithm>
#include <limits>

namespace legate::detail::engine {

namespace {

constexpr std::uint32_t no_tile = std::numeric_limits<std::uint32_t>::max();

// Index of the interval between breaks that holds coordinate x.
std::size_t interval_of(const std::vector<std::int64_t>& breaks, std::int64_t x) {
  return static_cast<std::size_t>(std::upper_bound(breaks.begin(), breaks.end(), x) - breaks.begin()) - 1;
}

}  // namespace

void TilingIndex::build(const Box& whole, const std::vector<Box>& tiles) {
  whole_ = whole;
  cells_.clear();
  slab_offsets_.clear();
  slab_tiles_.clear();
  if (tiles.size() < 2) {
    return;  // find() needs no table
  }
  const auto dim = static_cast<std::size_t>(whole.dim);
  std::size_t cells = 1;
  const std::size_t most_cells = 4 * tiles.size() + 64;
  for (std::size_t d = 0; d < dim; ++d) {
    std::vector<std::int64_t>& breaks = breaks_[d];
    breaks.clear();
    for (const Box& tile : tiles) {
      breaks.push_back(tile.lo[d]);
      breaks.push_back(tile.hi[d]);
    }
    std::sort(breaks.begin(), breaks.end());
    breaks.erase(std::unique(breaks.begin(), breaks.end()), breaks.end());
    cells = std::min(cells, most_cells + 1) * (breaks.size() - 1);
  }
  if (cells <= most_cells) {
    build_cells(tiles);
  } else {
    build_slabs(tiles);
  }
}

TilingIndex::CellRange TilingIndex::cells_of(const Box& box) const {
  CellRange range;
  for (std::size_t d = 0; d < static_cast<std::size_t>(whole_.dim); ++d) {
    range.first[d] = interval_of(breaks_[d], box.lo[d]);
    range.last[d] = interval_of(breaks_[d], box.hi[d] - 1);
  }
  return range;
}

namespace {

// Calls visit(cell number, cell coordinates) for every cell of a range in C order.
template <typename Range, typename Breaks, typename Visit>
void for_each_cell(std::size_t dim, const Range& range, const Breaks& breaks, const Visit& visit) {
  auto cell = range.first;
  for (;;) {
    std::size_t number = 0;
    for (std::size_t d = 0; d < dim; ++d) {
      number = number * (breaks[d].size() - 1) + cell[d];
    }
    visit(number, cell);
    std::size_t d = dim;
    for (;;) {
      if (d == 0) {
        return;
      }
      --d;
      if (++cell[d] <= range.last[d]) {
        break;
      }
      cell[d] = range.first[d];
    }
  }
}

}  // namespace

void TilingIndex::build_cells(const std::vector<Box>& tiles) {
  std::size_t count = 1;
  for (std::size_t d = 0; d < static_cast<std::size_t>(whole_.dim); ++d) {
    count *= breaks_[d].size() - 1;
  }
  cells_.assign(count, no_tile);
  for (std::size_t tile = 0; tile < tiles.size(); ++tile) {
    for_each_cell(static_cast<std::size_t>(whole_.dim), cells_of(tiles[tile]), breaks_,
                  [&](std::size_t number, const auto& /*cell*/) {
                    LEGATE_CHECK(cells_[number] == no_tile);
                    cells_[number] = static_cast<std::uint32_t>(tile);
                  });
  }
}

void TilingIndex::build_slabs(const std::vector<Box>& tiles) {
  // Most breaks: fewest tiles per slab.
  slab_dimension_ = 0;
  for (std::size_t d = 1; d < static_cast<std::size_t>(whole_.dim); ++d) {
    if (breaks_[d].size() > breaks_[slab_dimension_].size()) {
      slab_dimension_ = d;
    }
  }
  const std::vector<std::int64_t>& breaks = breaks_[slab_dimension_];
  const auto slabs_of = [&](const Box& tile, const auto& visit) {
    const std::size_t last = interval_of(breaks, tile.hi[slab_dimension_] - 1);
    for (std::size_t slab = interval_of(breaks, tile.lo[slab_dimension_]); slab <= last; ++slab) {
      visit(slab);
    }
  };
  slab_offsets_.assign(breaks.size() + 1, 0);
  for (const Box& tile : tiles) {
    slabs_of(tile, [&](std::size_t slab) { ++slab_offsets_[slab + 2]; });
  }
  for (std::size_t slab = 2; slab < slab_offsets_.size(); ++slab) {
    slab_offsets_[slab] += slab_offsets_[slab - 1];
  }
  slab_tiles_.resize(slab_offsets_.back());
  for (std::size_t tile = 0; tile < tiles.size(); ++tile) {
    // Shifted by one, so that filling leaves every entry at the start of the next slab.
    slabs_of(tiles[tile],
             [&](std::size_t slab) { slab_tiles_[slab_offsets_[slab + 1]++] = static_cast<std::uint32_t>(tile); });
  }
}

void TilingIndex::find(const std::vector<Box>& tiles, const Box& box, std::vector<std::uint32_t>& out) const {
  const Box inside = box.intersection(whole_);
  if (inside.empty()) {
    return;
  }
  if (tiles.size() == 1) {
    out.push_back(0);
  } else if (!cells_.empty()) {
    find_in_cells(tiles, inside, out);
  } else {
    find_in_slabs(tiles, inside, out);
  }
}

void TilingIndex::find_in_cells(const std::vector<Box>& tiles, const Box& box, std::vector<std::uint32_t>& out) const {
  const auto dim = static_cast<std::size_t>(whole_.dim);
  const CellRange range = cells_of(box);
  for_each_cell(dim, range, breaks_, [&](std::size_t number, const auto& cell) {
    const std::uint32_t tile = cells_[number];
    if (tile == no_tile) {
      return;
    }
    // A tile of several cells is reported at the first of its cells inside the range.
    for (std::size_t d = 0; d < dim; ++d) {
      if (cell[d] != range.first[d] && breaks_[d][cell[d]] != tiles[tile].lo[d]) {
        return;
      }
    }
    out.push_back(tile);
  });
}

void TilingIndex::find_in_slabs(const std::vector<Box>& tiles, const Box& box, std::vector<std::uint32_t>& out) const {
  const std::size_t d = slab_dimension_;
  const std::size_t first = interval_of(breaks_[d], box.lo[d]);
  const std::size_t last = interval_of(breaks_[d], box.hi[d] - 1);
  for (std::size_t slab = first; slab <= last; ++slab) {
    for (std::size_t i = slab_offsets_[slab]; i < slab_offsets_[slab + 1]; ++i) {
      const Box& tile = tiles[slab_tiles_[i]];
      const bool starts_here = slab == first || breaks_[d][slab] == tile.lo[d];
      if (starts_here && tile.overlaps(box)) {
        out.push_back(slab_tiles_[i]);
      }
    }
  }
}

}  // namespace legate::detail::engine
