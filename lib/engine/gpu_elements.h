// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/element_walk.h"

#include <cstddef>
#include <cstdint>

// The operations of engine/device_elements.h for GPU workers. All of them go into the stream of the worker that calls.
namespace legate::detail::engine {

void copy_words_on_gpu(const ElementsAt& target, const ElementsAt& source, const ElementWalk& walk);
/// From main memory, which may change as soon as this returns, unless it is pinned: then when the stream is done.
void write_to_gpu(const ElementsAt& target, const void* source, std::size_t bytes);
/// `builtin`: see ReductionOperator.
void fold_on_gpu(const ElementsAt& target, const ElementsAt& source, const ElementWalk& walk, std::int32_t builtin);
void gather_on_gpu(const ElementsAt& target, const ElementsAt& points, const ElementsAt& source,
                   const GatherWalk& walk);

}  // namespace legate::detail::engine
