// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/placement.h"
#include "data/storage.h"
#include "operation/partial_results.h"

#include <cstdint>

namespace legate::detail {

/// Folds what the points of all ranks have reduced into the target.
///
/// Where all points see the same, the ranks fold along a tree, and the first of them takes the target over. Where
/// points see parts, what each rank has reduced goes to the ranks that have the contents, which keep them. The order
/// depends on nothing but the number of points and ranks. Asynchronous; every rank calls it after it has submitted its
/// points. Control thread.
void combine_partials(PartialResults& partial, Storage& target, const Geometry& geometry, const Placement& placement,
                      std::int32_t priority);

}  // namespace legate::detail
