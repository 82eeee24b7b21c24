// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/placement.h"
#include "data/storage.h"
#include "operation/partial_results.h"

#include <cstdint>
#include <string>

namespace legate::detail {

/// What the tasks that fold have from the launch whose results they fold.
struct FoldOrigin {
  std::int32_t priority{0};
  const std::string* provenance{nullptr};  ///< for profiles; lives until they are submitted
};

/// Folds what the points of all ranks have reduced into the target.
///
/// Where all points see the same, the ranks fold along a tree, and the first of them takes the target over. Where
/// points see parts, what each rank has reduced goes to the ranks that have the contents, which keep them. The order
/// depends on nothing but the number of points and ranks. Asynchronous; every rank calls it after it has submitted its
/// points. Control thread.
void combine_partials(PartialResults& partial, Storage& target, const Geometry& geometry, const Placement& placement,
                      const FoldOrigin& origin);

}  // namespace legate::detail
