// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/data/buffer.h>

#include <string>

namespace legate::detail {

class PhysicalStore;

/// Takes a block from allocate_task_memory away from the running task, so that it outlives the task. The caller frees
/// it with free_task_memory. Returns its argument; any other pointer is left alone.
[[nodiscard]] void* keep_task_memory(void* memory);

/// For messages about a store: which argument of the task that runs on this thread it is, as in `input 0 of task "x":
/// `; nothing if it is none, such as a mapped store.
[[nodiscard]] std::string about_argument(const PhysicalStore& store);

}  // namespace legate::detail
