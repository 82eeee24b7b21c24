// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

struct CUstream_st;
struct cublasContext;

namespace legate::detail::engine {

/// The GPUs that this process can see, as far as StarPU was built for so many.
struct VisibleGpus {
  unsigned count{0};
  std::size_t free_memory{0};  ///< bytes, of the first one
  std::string problem{};       ///< why there is none
};

/// Asks the driver, which takes a while at the first call. Never fails: without a driver there are no GPUs. The calling
/// thread keeps the device that it had.
[[nodiscard]] VisibleGpus find_gpus();

/// What the driver calls the GPU of a worker. Any thread.
[[nodiscard]] std::string gpu_name(unsigned worker);

/// The memories that the kernels of a GPU worker can use.
enum class GpuMemory : std::uint8_t {
  DEVICE,  ///< the GPU's own
  PINNED   ///< main memory, with the same addresses on the host and on all GPUs
};

/// Memory that no array owns.
struct GpuBlock {
  void* pointer{nullptr};
  std::size_t bytes{0};
  GpuMemory memory{GpuMemory::DEVICE};
  bool counted{false};  ///< towards Configuration::gpu_memory
};

/// @name For code that runs on a GPU worker
/// @{

/// The stream of the worker, a `cudaStream_t` that belongs to StarPU.
[[nodiscard]] CUstream_st* gpu_stream();

/// The number of the worker's GPU among those that this process can see.
[[nodiscard]] int gpu_number();

/// Waits for what was put into a stream. What has failed on the GPU is fatal.
void finish_gpu_stream(CUstream_st* stream);
/// Waits for what was put into the worker's stream.
void finish_gpu_stream();
/// What comes later in `stream` waits for what is in the worker's stream by now.
void let_wait_for_gpu_stream(CUstream_st* stream);
/// Waits for all that this process has given to the worker's GPU.
void finish_gpu();

/// Uninitialised memory, aligned to 256 bytes at least; a null pointer if there is not enough.
[[nodiscard]] GpuBlock allocate_gpu_memory(GpuMemory memory, std::size_t bytes);
/// Nothing may be using the memory any more.
void free_gpu_memory(const GpuBlock& block);

/// Copies between any two memories that the worker reaches, behind what is in its stream, and waits for that.
void copy_gpu_memory(void* to, const void* from, std::size_t bytes);

/// The worker's own handle (`cublasHandle_t`), which puts work into its stream. Made at the first call, kept until
/// stop().
[[nodiscard]] cublasContext* cublas_handle();

/// The worker's own plan (`cufftHandle`), which puts work into its stream: `batch` transforms of `extents`, one behind
/// the other; `type` is a `cufftType`. Kept, like the others of the 64 that were asked for last, until stop().
///
/// @throws std::runtime_error cuFFT cannot be loaded, or refuses the plan.
[[nodiscard]] int cufft_plan(const std::vector<int>& extents, int type, int batch);
/// @}

/// For stop(), while the workers are still there: gives up handles, plans and pinned memory.
void release_gpu_objects();

}  // namespace legate::detail::engine
