// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/task/task.h>
#include <legate/task/task_config.h>
#include <legate/task/task_context.h>

namespace legate::detail {

/// Sets every element of output 0 to the value of scalar 0 or, if there is one, of input 0 (a scalar store).
struct FillTask : public LegateTask<FillTask> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{0}};
  static void cpu_variant(TaskContext context);
  static void omp_variant(TaskContext context);
  static void opencl_variant(TaskContext context);
  static void gpu_variant(TaskContext context);
};

}  // namespace legate::detail
