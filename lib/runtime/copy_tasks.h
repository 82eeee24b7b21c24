// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/task/task.h>
#include <legate/task/task_config.h>
#include <legate/task/task_context.h>

#include <cstdint>

namespace legate::detail {

/// Copies input 0 to output 0, or folds it into reduction 0 by the operator whose global id is scalar 0. Both arguments
/// are of one shape, and each instance sees the same part of them.
struct CopyTask : public LegateTask<CopyTask> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{1}};
  static void cpu_variant(TaskContext context);
  static void omp_variant(TaskContext context);
};

/// Copies elements whose places are computed: target[t] = source[s] for each point p of an indirection store, in
/// row-major order, where t and s are p itself or what an indirection store names at p. Elements that an instance does
/// not see are left out, whether they are another instance's or no element at all.
///
/// Inputs: the source; the target's indirection; the source's. Scalar 0 tells which indirections there are. The target
/// is output 0 (and the last input, because most of it may stay), or reduction 0 with the operator of scalar 1.
struct IndirectCopyTask : public LegateTask<IndirectCopyTask> {
  enum Indirection : std::int32_t { TARGET = 1, SOURCE = 2 };

  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{2}};
  static void cpu_variant(TaskContext context);
  static void omp_variant(TaskContext context);
};

}  // namespace legate::detail
