// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/geometry.h"
#include "operation/launch.h"
#include "operation/tile_uses.h"

#include <cstdint>
#include <memory>

namespace legate::detail {

/// An array use with the tiles under its points.
struct ResolvedUse {
  const ArrayUse* use;
  std::shared_ptr<const TileLists> lists;  // null: the array is one tile
};

/// Adds the tiles that own point `index` sees of the array.
inline void add_tiles(const ResolvedUse& resolved, OwnPoints own, std::uint32_t index, bool read, bool write,
                      TileUses& uses) {
  auto& array = *resolved.use->array;
  if (resolved.lists == nullptr) {
    const auto& box = resolved.use->geometry->own(own).at(index).root;
    if (!box.empty()) {
      static_cast<void>(uses.add(array.tile(0), access_of(read, write, box == array.box())));
    }
    return;
  }
  const auto& lists = *resolved.lists;
  const auto list = resolved.use->geometry->is_whole() ? 0 : index;
  for (auto i = lists.offsets[list]; i < lists.offsets[list + 1]; ++i) {
    static_cast<void>(uses.add(array.tile(lists.tiles[i]), access_of(read, write, lists.covered[i])));
  }
}

}  // namespace legate::detail
