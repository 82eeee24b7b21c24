// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/task/task_context.h>

#include <vector>

// What cublas_v2.h calls cublasHandle_t is a pointer to this, so that this header does not need that one.
struct cublasContext;

/// Help for GPU variants of tasks, an extension.
///
/// A task class that has `static void gpu_variant(legate::TaskContext)` runs on the GPUs that were asked for with
/// `--gpus N`. The body runs on a thread of the host, which gives work to the stream of the task; stores are in the
/// memory of the GPU, and their accessors can be passed to kernels. The instance is over when its GPU is done.
///
///     static void gpu_variant(legate::TaskContext context) {
///       const auto y = context.output(0);
///       const auto rect = y.shape<1>();
///       if (rect.empty()) return;
///       fill<<<blocks, threads, 0, context.get_task_stream()>>>(y.write_accessor<float, 1>(), rect);
///     }
///
/// Scalar stores are in pinned memory, which the body and its kernels read and write. Everything here is for such a
/// body, and throws std::runtime_error elsewhere. What it returns belongs to the runtime, is the processor's own, and
/// puts work into the stream of the task.
namespace legate::cuda {

/// The handle of cuBLAS (`cublasHandle_t`). In the mode of pointers and of mathematics that the last body left it in.
[[nodiscard]] LEGATE_EXPORT ::cublasContext* cublas(const TaskContext& task);

/// A plan of cuFFT (`cufftHandle`) for `batch` transforms of shape `extents`, the last one contiguous, one transform
/// behind the other. `type` is a `cufftType`, such as CUFFT_C2C. A plan is made at the first call with these values on
/// each processor. Each processor keeps the 64 plans that were asked for last: ask for it in every body that uses it.
///
/// @throws std::runtime_error cuFFT cannot be loaded, or has no such plan.
/// @throws std::invalid_argument there are not 1 to 3 extents, or one of them or `batch` is less than 1.
[[nodiscard]] LEGATE_EXPORT int cufft_plan(const TaskContext& task, const std::vector<int>& extents, int type,
                                           int batch = 1);

}  // namespace legate::cuda
