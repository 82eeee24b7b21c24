// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/data/buffer.h>

namespace legate::detail {

/// Takes a block from allocate_task_memory away from the running task, so that it outlives the task. The caller frees
/// it with free_task_memory. Returns its argument; any other pointer is left alone.
[[nodiscard]] void* keep_task_memory(void* memory);

}  // namespace legate::detail
