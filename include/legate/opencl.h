// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/data/physical_store.h>
#include <legate/task/task_context.h>

#include <cstddef>
#include <string>
#include <vector>

// What CL/cl.h calls cl_context and so on are pointers to these, so that this header does not need that one.
struct _cl_command_queue;
struct _cl_context;
struct _cl_device_id;
struct _cl_kernel;
struct _cl_mem;

/// OpenCL variants of tasks, an extension.
///
/// A task class that has `static void opencl_variant(legate::TaskContext)` runs on the OpenCL devices that were asked
/// for with `--opencl N`. The body runs on a thread of the host, which puts kernels into the queue of its device; the
/// instance is over when the queue is empty. Everything here is for such a body, and throws std::runtime_error
/// elsewhere.
///
///     static void opencl_variant(legate::TaskContext context) {
///       const auto y = legate::opencl::buffer(context.output(0));
///       auto* const kernel = legate::opencl::kernel(context, SOURCE, "scale");
///       cl_mem memory = y.memory;
///       clSetKernelArg(kernel, 0, sizeof memory, &memory);
///       ...
///       clEnqueueNDRangeKernel(legate::opencl::queue(context), kernel, ...);
///     }
///
/// Scalars and scalar stores are in main memory: read them as everywhere, and pass them by value.
namespace legate::opencl {

/// @name The objects of the device that runs the instance; the runtime's own
/// @{
[[nodiscard]] LEGATE_EXPORT ::_cl_context* context(const TaskContext& task);
[[nodiscard]] LEGATE_EXPORT ::_cl_device_id* device(const TaskContext& task);
/// In order. What is in it when the body returns is waited for.
[[nodiscard]] LEGATE_EXPORT ::_cl_command_queue* queue(const TaskContext& task);
/// @}

/// Where the elements of a store are on the device. Valid until the body returns.
struct Buffer {
  ::_cl_mem* memory{nullptr};  ///< null if the instance sees no element
  std::size_t offset{0};       ///< bytes from the begin of the memory to the first element of the store's domain
  std::vector<std::size_t> strides{};  ///< bytes from one element to the next, per dimension
};

/// @throws std::invalid_argument the elements are in main memory: scalar stores, unbound outputs, stores of other
/// variants.
[[nodiscard]] LEGATE_EXPORT Buffer buffer(const PhysicalStore& store);

/// The kernel `name` of an OpenCL C program, which is built at the first call with this source and these options on
/// each device, and kept. The kernel is this processor's own, so that its arguments can be set at leisure; do not
/// release it.
///
/// @throws std::runtime_error the program does not build, and says what the compiler says; or has no such kernel.
[[nodiscard]] LEGATE_EXPORT ::_cl_kernel* kernel(const TaskContext& task, const std::string& source,
                                                 const std::string& name, const std::string& options = {});

}  // namespace legate::opencl
