// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/placement.h"
#include "data/storage.h"
#include "operation/partial_results.h"

#include <cstdint>

namespace legate::detail {

/// Folds what the points of all ranks have reduced into the target, which the first of these ranks takes over.
///
/// The ranks fold along a binomial tree, each pair in the order of its ranks, so that the result depends on nothing but
/// the number of points and ranks. Asynchronous; every rank calls it after it has submitted its points. Control thread.
void combine_partials(PartialResults& partial, Storage& target, const Geometry& geometry, const Placement& placement,
                      std::int32_t priority);

}  // namespace legate::detail
