// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/array.h"
#include "engine/starpu_call.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace legate::detail::engine {

struct Tile {
  starpu_data_handle_t handle{nullptr};  // null: of a tiling that is no more
  Array* array{nullptr};
  // Where the tile is listed in the open bundle, if that is bundle number `bundle`. Under the submission lock.
  std::uint64_t bundle{0};
  std::uint32_t place{0};
};

/// What StarPU holds of one array. Changed under the submission lock.
struct ArrayLinks {
  starpu_data_handle_t root{nullptr};
  std::vector<starpu_data_handle_t> pieces;  // of the live plan; empty when the root is the only tile
  std::vector<Tile> tiles;                   // what TileHandles point to
  std::size_t largest_plan{0};               // most pieces that the root was ever cut into
};

}  // namespace legate::detail::engine
