// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/engine.h"
#include "task/task_info.h"

#include <legate/task/task_info.h>
#include <legate/utilities/typedefs.h>

#include <memory>

namespace legate::detail {

struct TaskSetting;

/// A task as a library keeps it: registered once, never moved, alive until the library goes.
struct RegisteredTask {
  struct CodeletDeleter {
    void operator()(engine::Codelet* codelet) const noexcept { engine::destroy_codelet(codelet); }
  };

  legate::TaskInfo info;
  const TaskInfo* impl;  // of `info`
  GlobalTaskID id{};
  bool of_runtime{false};  // fills, copies and the like
  std::unique_ptr<engine::Codelet, CodeletDeleter> codelet{};
  /// What the last description of this task took from the scope; the runtime uses it again while the scope is the same.
  /// Control thread only.
  mutable std::shared_ptr<const TaskSetting> last_setting{};
};

}  // namespace legate::detail
