// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/element_walk.h"
#include "engine/task.h"
#include "redop/registry.h"

#include <cstddef>
#include <cstdint>

// What the runtime itself does with elements on devices: fills, copies, folds, gathers. For code that runs on a worker
// of a device. Everything goes into the stream or queue of the worker, in order; who calls sees to it that it is waited
// for, as for any leaf.
namespace legate::detail::engine {

/// The part `box` of a tile, whose coordinates are those of TileMemory::box.
[[nodiscard]] ElementsAt elements_at(const TileMemory& tile, const Box& box);
[[nodiscard]] ElementBox element_box(const Box& box);

/// target[i] = source[i]
void copy_elements(unsigned worker, const ElementsAt& target, const ElementsAt& source, const ElementBox& box,
                   std::size_t element_size);

/// target[i] = *value, which is in main memory. It is not looked at after the call, unless it is pinned.
void fill_elements(unsigned worker, const ElementsAt& target, const ElementBox& box, std::size_t element_size,
                   const void* value);

/// Whether there are kernels for an operator on the devices of this process: for those that are built in, except that
/// not all OpenCL devices have numbers of double precision.
[[nodiscard]] bool folds_on_devices(const ReductionOperator& redop) noexcept;

/// target[i] = target[i] (op) source[i]
void fold_elements(unsigned worker, const ElementsAt& target, const ElementsAt& source, const ElementBox& box,
                   const ReductionOperator& redop);

/// target[p] = source[points[p]]. Of the walk, everything but what complete() fills in.
void gather_elements(unsigned worker, const ElementsAt& target, const ElementsAt& points, const ElementsAt& source,
                     GatherWalk walk);

}  // namespace legate::detail::engine
