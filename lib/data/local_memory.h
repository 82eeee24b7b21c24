// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/task_memory.h"
#include "redop/registry.h"

#include <legate/type/types.h>
#include <legate_defines.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace legate::detail {

/// The memory of a store that belongs to a task: made by the task, or a part of one of its arguments.
struct LocalMemory {
  std::shared_ptr<const TaskRun> run{};               // what it belongs to
  std::shared_ptr<const void> keepalive{};            // null: lives as long as the run
  std::byte* origin{};                                // of coordinate 0
  std::array<std::size_t, LEGATE_MAX_DIM> strides{};  // in bytes
  bool argument{false};                               // a part of one of the task's arguments
  bool readable{true};
  bool writable{true};
  const ReductionOperator* redop{};  // neither readable nor writable: what may be folded into it

  /// New memory in C order, for the innermost run of the calling thread. @throws std::bad_alloc
  [[nodiscard]] static LocalMemory allocate(const std::vector<std::uint64_t>& extents, const Type& type);
};

}  // namespace legate::detail
