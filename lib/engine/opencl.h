// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace legate::detail::engine {

/// The OpenCL objects of one worker, which belong to StarPU: `cl_context`, `cl_device_id` and `cl_command_queue`.
struct OpenClObjects {
  void* context{nullptr};
  void* device{nullptr};
  void* queue{nullptr};
};

/// @name For code that runs on an OpenCL worker
/// @{
[[nodiscard]] OpenClObjects opencl_objects(unsigned worker);

/// The kernel (`cl_kernel`) `name` of the program `source`, built with `options` for the worker's device. Built once
/// for each device and kept until stop(); the kernel is the worker's own, so its arguments may be set without a lock.
///
/// @throws std::runtime_error the program does not build (the message has the compiler's output), or has no such
/// kernel.
[[nodiscard]] void* find_opencl_kernel(unsigned worker, const std::string& source, const std::string& name,
                                       const std::string& options);

/// Waits for what was put into the worker's queue.
void finish_opencl_queue(unsigned worker);
/// @}

/// What the driver calls the worker's device. Any thread.
[[nodiscard]] std::string opencl_device_name(unsigned worker);

/// How many devices StarPU is going to find. Loads the drivers, as StarPU does. For start().
[[nodiscard]] unsigned count_opencl_devices();

/// For stop(): gives up all kernels.
void release_opencl_kernels() noexcept;

/// Begins to copy bytes from or to the memory of an OpenCL device, as StarPU addresses it. Copies in the same direction
/// end in the order in which they were begun. By the worker that StarPU has the copy made by.
void begin_opencl_copy(std::uintptr_t source, std::size_t source_offset, unsigned from_node, std::uintptr_t target,
                       std::size_t target_offset, unsigned to_node, std::size_t bytes);

}  // namespace legate::detail::engine
