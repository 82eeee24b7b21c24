// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace legate::detail {

/// Launches the operations that a streaming scope holds back, before something looks at their effects. Set by the
/// runtime; nothing before it has started. May throw what the streaming rules say.
void flush_held_operations();
void set_flush_hook(void (*hook)());

/// Throws std::runtime_error unless the runtime is running.
void check_running(const char* operation);
/// Throws std::runtime_error if the caller is inside a task.
void check_outside_tasks(const char* operation);
/// Both.
void check_control_program(const char* operation);
/// The runtime has started, or is about to stop.
void set_runtime_running(bool value);
/// True inside a task variant. Set by the task room for the calling thread.
[[nodiscard]] bool in_task();
void set_in_task(bool value);

}  // namespace legate::detail
