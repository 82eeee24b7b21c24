// SPDX-License-Identifier: Apache-2.0
#include <legate/opencl.h>

#include "data/physical_store.h"
#include "data/task_memory.h"
#include "engine/engine.h"
#include "engine/opencl.h"
#include "task/frame.h"
#include "utilities/handle.h"

#include <cstdint>
#include <stdexcept>

namespace legate::opencl {

namespace {

/// The OpenCL worker that runs the instance.
unsigned worker_of(const TaskContext& task, const char* operation) {
  const auto& frame = *task.frame();
  if (frame.kind() != VariantCode::OPENCL) {
    throw std::runtime_error{std::string{"legate::opencl::"} + operation + ": task " +
                             std::string{frame.info().task_name} + " does not run its OpenCL variant"};
  }
  return frame.worker();
}

}  // namespace

::_cl_context* context(const TaskContext& task) {
  return static_cast<::_cl_context*>(detail::engine::opencl_objects(worker_of(task, "context")).context);
}

::_cl_device_id* device(const TaskContext& task) {
  return static_cast<::_cl_device_id*>(detail::engine::opencl_objects(worker_of(task, "device")).device);
}

::_cl_command_queue* queue(const TaskContext& task) {
  return static_cast<::_cl_command_queue*>(detail::engine::opencl_objects(worker_of(task, "queue")).queue);
}

::_cl_kernel* kernel(const TaskContext& task, const std::string& source, const std::string& name,
                     const std::string& options) {
  return static_cast<::_cl_kernel*>(
      detail::engine::find_opencl_kernel(worker_of(task, "kernel"), source, name, options));
}

Buffer buffer(const PhysicalStore& store) {
  const auto& record = detail::checked(store.impl(), "legate::opencl::buffer");
  const bool empty = record.kind == detail::PhysicalStore::Kind::ARRAY && record.dim > 0 && record.domain().empty();
  if (record.device_memory == 0 && !empty) {
    throw std::invalid_argument{detail::about_argument(record) +
                                "legate::opencl::buffer: the elements are in main memory"};
  }
  Buffer result;
  auto offset = record.base;
  for (std::size_t d = 0; d < static_cast<std::size_t>(record.dim); ++d) {
    offset += static_cast<std::uintptr_t>(record.lo[d]) * record.strides[d];
    result.strides.push_back(record.strides[d]);
  }
  if (!empty) {
    result.memory = reinterpret_cast<::_cl_mem*>(record.device_memory);  // NOLINT
    result.offset = offset;
  }
  return result;
}

}  // namespace legate::opencl
