// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/task/task.h>
#include <legate/task/task_config.h>
#include <legate/task/task_context.h>

namespace legate::detail {

/// Finds the box around everything that the elements of input 0, points or rects, name in a store of the extents
/// scalar 0, in the way of scalar 1, an ImageComputationHint. Output 0, of one row, gets its lower bounds and, behind
/// them, its upper ones, which it does not contain; all of them 0 if there is nothing.
struct ImageTask : public LegateTask<ImageTask> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{3}};
  static void cpu_variant(TaskContext context);
  static void omp_variant(TaskContext context);
};

}  // namespace legate::detail
