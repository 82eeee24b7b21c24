// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/data/buffer.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

namespace legate::detail {

class PhysicalStore;

/// One run of a task, for what must not be used after it or by other threads.
struct TaskRun {
  const std::thread::id thread{std::this_thread::get_id()};
  std::atomic<bool> over{false};

  /// The calling thread is inside of this run, or of a task that this run has launched.
  [[nodiscard]] bool is_current() const { return !over.load() && thread == std::this_thread::get_id(); }
};

/// The innermost run of the calling thread. @throws std::runtime_error outside of tasks.
[[nodiscard]] std::shared_ptr<const TaskRun> current_task_run();

/// Takes a block from allocate_task_memory away from the running task, so that it outlives the task. The caller frees
/// it with free_task_memory. Returns its argument; any other pointer is left alone.
[[nodiscard]] void* keep_task_memory(void* memory);

/// For messages about a store: which argument of the task that runs on this thread it is, as in `input 0 of task "x":
/// `; nothing if it is none, such as a mapped store.
[[nodiscard]] std::string about_argument(const PhysicalStore& store);

}  // namespace legate::detail
