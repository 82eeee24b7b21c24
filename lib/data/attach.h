// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/external_allocation.h"
#include "data/logical_store.h"
#include "partitioning/tiling.h"

#include <legate/mapping/dim_ordering.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace legate::detail {

/// A store whose array is the allocation. In another order than C, it is a view with permuted dimensions of an array in
/// C order. Waits for the extents if they are not known yet.
/// @throws std::invalid_argument if the allocation does not fit, or the ordering is none of this shape.
[[nodiscard]] LogicalStore::Ptr attach_store(const std::shared_ptr<Shape>& shape, const Type& type,
                                             ExternalAllocation& allocation, const mapping::DimOrdering& ordering);

/// Memory with the elements of one tile.
struct TileAllocation {
  std::shared_ptr<ExternalAllocation> allocation;
  std::vector<std::uint64_t> color;
};

/// Makes a new plain store hold the contents of these tiles and count as attached. Collective: every rank gives the
/// tiles that it has. A refusal is one on all ranks, but the store is not to be used then.
/// @throws std::invalid_argument if an allocation may be written, is too small, or a color comes twice; or if another
///   rank has refused its tiles.
/// @throws std::out_of_range if a color is not in the tiling's shape.
void attach_tiles(LogicalStore& store, const Tiling& tiling, const std::vector<TileAllocation>& tiles,
                  const mapping::DimOrdering& ordering);

}  // namespace legate::detail
