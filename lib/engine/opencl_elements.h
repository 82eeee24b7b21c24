// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/element_walk.h"

#include <cstddef>
#include <cstdint>

// The operations of engine/device_elements.h for OpenCL workers.
namespace legate::detail::engine {

void copy_words_by_opencl(unsigned worker, const ElementsAt& target, const ElementsAt& source, const ElementWalk& walk);
/// From main memory; done when it returns.
void write_by_opencl(unsigned worker, const ElementsAt& target, const void* source, std::size_t bytes);
/// Whether all OpenCL devices of this process can do it; true if there are none. Any thread.
[[nodiscard]] bool folds_by_opencl(std::int32_t builtin) noexcept;
/// `builtin`: see ReductionOperator.
void fold_by_opencl(unsigned worker, const ElementsAt& target, const ElementsAt& source, const ElementWalk& walk,
                    std::int32_t builtin);
void gather_by_opencl(unsigned worker, const ElementsAt& target, const ElementsAt& points, const ElementsAt& source,
                      const GatherWalk& walk);

}  // namespace legate::detail::engine
