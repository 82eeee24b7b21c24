// SPDX-License-Identifier: Apache-2.0
#include "engine/opencl.h"

#include "engine/starpu_call.h"

#include <legate_defines.h>

#include <stdexcept>

#if LEGATE_DEFINED(LEGATE_USE_OPENCL)
#include <starpu_opencl.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <tuple>
#include <vector>

namespace legate::detail::engine {

namespace {

void check(cl_int code, const char* call) {
  if (code != CL_SUCCESS) {
    LEGATE_ABORT(call, " returned ", code, " (", starpu_opencl_error_string(code), ")");
  }
}

int device_of(unsigned worker) { return starpu_worker_get_devid(static_cast<int>(worker)); }

/// Separated by semicolons. A kernel that is called like a built-in function may be missing.
std::string names_of_kernels(cl_program program) {
  std::size_t size = 0;
  if (clGetProgramInfo(program, CL_PROGRAM_KERNEL_NAMES, 0, nullptr, &size) != CL_SUCCESS || size == 0) {
    return "unknown";
  }
  std::string names(size, '\0');
  if (clGetProgramInfo(program, CL_PROGRAM_KERNEL_NAMES, size, names.data(), nullptr) != CL_SUCCESS) {
    return "unknown";
  }
  names.resize(size - 1);  // without the zero at the end
  return names.empty() ? "none" : names;
}

/// Programs by device and text, kernels by worker.
class KernelCache {
 public:
  cl_kernel find(unsigned worker, const std::string& source, const std::string& name, const std::string& options) {
    const std::lock_guard<std::mutex> guard{mutex_};
    const auto program = find_program(worker, source, options);
    auto& kernel = kernels_[{worker, program, name}];
    if (kernel == nullptr) {
      cl_int code = CL_SUCCESS;
      kernel = clCreateKernel(program, name.c_str(), &code);
      if (code != CL_SUCCESS) {
        kernel = nullptr;
        throw std::runtime_error{"OpenCL kernel \"" + name + "\" cannot be made: " + starpu_opencl_error_string(code) +
                                 "; the kernels of the program are: " + names_of_kernels(program)};
      }
    }
    return kernel;
  }

  void clear() noexcept {
    const std::lock_guard<std::mutex> guard{mutex_};
    for (const auto& [key, kernel] : kernels_) {
      if (kernel != nullptr) {
        clReleaseKernel(kernel);
      }
    }
    kernels_.clear();
    for (const auto& [key, program] : programs_) {
      clReleaseProgram(program);
    }
    programs_.clear();
  }

 private:
  cl_program find_program(unsigned worker, const std::string& source, const std::string& options) {
    const auto key = std::tuple{device_of(worker), source, options};
    if (const auto found = programs_.find(key); found != programs_.end()) {
      return found->second;
    }
    const auto objects = opencl_objects(worker);
    auto* device = static_cast<cl_device_id>(objects.device);
    const auto* text = source.c_str();
    cl_int code = CL_SUCCESS;
    const auto program = clCreateProgramWithSource(static_cast<cl_context>(objects.context), 1, &text, nullptr, &code);
    check(code, "clCreateProgramWithSource");
    code = clBuildProgram(program, 1, &device, options.c_str(), nullptr, nullptr);
    if (code != CL_SUCCESS) {
      const auto log = build_log(program, device);
      clReleaseProgram(program);
      throw std::runtime_error{"OpenCL program does not build: " + std::string{starpu_opencl_error_string(code)} +
                               (log.empty() ? "" : "\n" + log)};
    }
    programs_.emplace(key, program);
    return program;
  }

  static std::string build_log(cl_program program, cl_device_id device) {
    std::size_t size = 0;
    if (clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, 0, nullptr, &size) != CL_SUCCESS || size == 0) {
      return {};
    }
    std::vector<char> log(size);
    check(clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, size, log.data(), nullptr),
          "clGetProgramBuildInfo");
    return {log.data()};
  }

  std::mutex mutex_{};
  std::map<std::tuple<int, std::string, std::string>, cl_program> programs_{};
  std::map<std::tuple<unsigned, cl_program, std::string>, cl_kernel> kernels_{};
};

KernelCache& kernel_cache() {
  static auto* const cache = new KernelCache;  // never destroyed: the driver may be gone by then
  return *cache;
}

}  // namespace

OpenClObjects opencl_objects(unsigned worker) {
  cl_context context{};
  cl_device_id device{};
  cl_command_queue queue{};
  const int id = device_of(worker);
  starpu_opencl_get_context(id, &context);
  starpu_opencl_get_device(id, &device);
  starpu_opencl_get_queue(id, &queue);
  return {context, device, queue};
}

void* find_opencl_kernel(unsigned worker, const std::string& source, const std::string& name,
                         const std::string& options) {
  return kernel_cache().find(worker, source, name, options);
}

void finish_opencl_queue(unsigned worker) {
  check(clFinish(static_cast<cl_command_queue>(opencl_objects(worker).queue)), "clFinish");
}

std::string opencl_device_name(unsigned worker) {
  auto* const device = static_cast<cl_device_id>(opencl_objects(worker).device);
  std::size_t size = 0;
  if (clGetDeviceInfo(device, CL_DEVICE_NAME, 0, nullptr, &size) != CL_SUCCESS || size == 0) {
    return "unknown";
  }
  std::vector<char> name(size);
  check(clGetDeviceInfo(device, CL_DEVICE_NAME, size, name.data(), nullptr), "clGetDeviceInfo");
  return {name.data()};
}

unsigned count_opencl_devices() {
  const auto is_set = [](const char* name) {
    const char* const value = std::getenv(name);
    return value != nullptr && std::atoi(value) > 0;
  };
  cl_device_type type = CL_DEVICE_TYPE_GPU | CL_DEVICE_TYPE_ACCELERATOR;
  if (is_set("STARPU_OPENCL_ONLY_ON_CPUS")) {
    type = CL_DEVICE_TYPE_CPU;
  } else if (is_set("STARPU_OPENCL_ON_CPUS")) {
    type |= CL_DEVICE_TYPE_CPU;
  }
  cl_uint count = 0;
  if (clGetPlatformIDs(0, nullptr, &count) != CL_SUCCESS || count == 0) {
    return 0;
  }
  std::vector<cl_platform_id> platforms(count);
  check(clGetPlatformIDs(count, platforms.data(), nullptr), "clGetPlatformIDs");
  cl_uint devices = 0;
  for (auto* const platform : platforms) {
    cl_uint more = 0;
    if (clGetDeviceIDs(platform, type, 0, nullptr, &more) == CL_SUCCESS) {  // fails where there are none of the type
      devices += more;
    }
  }
  return std::min(devices, cl_uint{STARPU_MAXOPENCLDEVS});
}

void begin_opencl_copy(std::uintptr_t source, std::size_t source_offset, unsigned from_node, std::uintptr_t target,
                       std::size_t target_offset, unsigned to_node, std::size_t bytes) {
  cl_event event{};
  starpu_opencl_copy_async_sync(source, source_offset, from_node, target, target_offset, to_node, bytes, &event);
  check(clReleaseEvent(event), "clReleaseEvent");
}

void release_opencl_kernels() noexcept { kernel_cache().clear(); }

}  // namespace legate::detail::engine

#else

namespace legate::detail::engine {

// Nothing runs on OpenCL workers where there are none.
OpenClObjects opencl_objects(unsigned /*worker*/) { return {}; }
void* find_opencl_kernel(unsigned /*worker*/, const std::string& /*source*/, const std::string& name,
                         const std::string& /*options*/) {
  throw std::runtime_error{"OpenCL kernel \"" + name + "\": this build has no OpenCL"};
}
void finish_opencl_queue(unsigned /*worker*/) {}
std::string opencl_device_name(unsigned /*worker*/) { return "none"; }
unsigned count_opencl_devices() { return 0; }
void begin_opencl_copy(std::uintptr_t /*source*/, std::size_t /*source_offset*/, unsigned /*from_node*/,
                       std::uintptr_t /*target*/, std::size_t /*target_offset*/, unsigned /*to_node*/,
                       std::size_t /*bytes*/) {}
void release_opencl_kernels() noexcept {}

}  // namespace legate::detail::engine

#endif
