// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/engine.h"

#include <cstddef>
#include <vector>

namespace legate::detail {

/// The tiles that one point lists, each once, with the strongest access that any of its arguments asks for.
class TileUses {
 public:
  void clear() { uses_.clear(); }
  /// Returns the tile's position in the list.
  std::size_t add(engine::TileHandle tile, engine::Access access) {
    // Lists are short: a search beats any table.
    for (auto& use : uses_) {
      if (use.tile == tile) {
        if (use.access != access) {
          use.access = engine::Access::READ_WRITE;
        }
        return static_cast<std::size_t>(&use - uses_.data());
      }
    }
    uses_.push_back(engine::TileUse{tile, access});
    return uses_.size() - 1;
  }
  [[nodiscard]] const engine::TileUse* data() const { return uses_.data(); }
  [[nodiscard]] std::size_t size() const { return uses_.size(); }

 private:
  std::vector<engine::TileUse> uses_{};
};

/// `covered`: the point sees the whole tile.
[[nodiscard]] inline engine::Access access_of(bool read, bool write, bool covered) {
  if (!write) {
    return engine::Access::READ;
  }
  return read || !covered ? engine::Access::READ_WRITE : engine::Access::WRITE;
}

}  // namespace legate::detail
