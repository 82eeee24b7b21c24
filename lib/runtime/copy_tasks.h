// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/task/task.h>
#include <legate/task/task_config.h>
#include <legate/task/task_context.h>

#include <cstdint>

namespace legate::detail {

/// Copies input 0 to output 0. Both are of one shape, and each instance sees the same part of them.
struct CopyTask : public LegateTask<CopyTask> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{1}};
  static void cpu_variant(TaskContext context);
  static void omp_variant(TaskContext context);
  static void opencl_variant(TaskContext context);
  static void gpu_variant(TaskContext context);
};

/// Folds input 0 into reduction 0 by the operator whose global id is scalar 0, for which devices have kernels. Shapes
/// as above.
struct ReductionCopyTask : public LegateTask<ReductionCopyTask> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{4}};
  static void cpu_variant(TaskContext context);
  static void omp_variant(TaskContext context);
  static void opencl_variant(TaskContext context);
  static void gpu_variant(TaskContext context);
};

/// The same for other operators, those of programs among them: on the host only.
struct CustomReductionCopyTask : public LegateTask<CustomReductionCopyTask> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{5}};
  static void cpu_variant(TaskContext context) { ReductionCopyTask::cpu_variant(context); }
  static void omp_variant(TaskContext context) { ReductionCopyTask::omp_variant(context); }
};

/// Copies elements that are named by others: target[p] = source[names[p]] for each point p of the target. Names of no
/// element of the source are left out.
///
/// Inputs: the source, the names, and the target, whose elements may stay what they are. Output 0: the target.
struct GatherTask : public LegateTask<GatherTask> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{6}};
  static void cpu_variant(TaskContext context);
  static void omp_variant(TaskContext context);
  static void opencl_variant(TaskContext context);
  static void gpu_variant(TaskContext context);
};

/// Copies elements whose places are computed, where GatherTask does not do: target[t] = source[s] for each point p of
/// an indirection store, in row-major order, where t and s are p itself or what an indirection store names at p.
/// Elements that an instance does not see are left out, whether they are another instance's or no element at all.
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
