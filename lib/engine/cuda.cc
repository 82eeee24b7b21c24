// SPDX-License-Identifier: Apache-2.0
#include "engine/cuda.h"

#include "engine/starpu_call.h"
#include "utilities/recently_used.h"

#include <legate/utilities/macros.h>

#include <legate_defines.h>

#include <stdexcept>

#if LEGATE_DEFINED(LEGATE_USE_CUDA)
#include <cublas_v2.h>
#include <cuda_runtime_api.h>
#include <cufft.h>
#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <tuple>

namespace legate::detail::engine {

namespace {

void check(cudaError_t code, const char* call) {
  if (code != cudaSuccess) {
    LEGATE_ABORT(call, " returned ", static_cast<int>(code), " (", cudaGetErrorString(code), ")");
  }
}

/// Pinned memory by size, from 256 bytes on, each twice as large as the one before: allocating it takes longer than
/// most kernels run.
class PinnedMemory {
 public:
  void* allocate(std::size_t bytes) {
    const auto size = size_class(bytes);
    {
      const std::lock_guard<std::mutex> guard{mutex_};
      auto& blocks = blocks_[size];
      if (!blocks.empty()) {
        void* const block = blocks.back();
        blocks.pop_back();
        return block;
      }
    }
    void* block = nullptr;
    const auto code = cudaHostAlloc(&block, SMALLEST << size, cudaHostAllocPortable);
    if (code == cudaErrorMemoryAllocation) {
      static_cast<void>(cudaGetLastError());  // or the next call would return it
      return nullptr;
    }
    check(code, "cudaHostAlloc");
    return block;
  }

  void free(void* block, std::size_t bytes) {
    const std::lock_guard<std::mutex> guard{mutex_};
    blocks_[size_class(bytes)].push_back(block);
  }

  void clear() {
    const std::lock_guard<std::mutex> guard{mutex_};
    for (auto& blocks : blocks_) {
      for (void* const block : blocks) {
        check(cudaFreeHost(block), "cudaFreeHost");
      }
      blocks.clear();
    }
  }

  static PinnedMemory& instance() {
    static auto* const memory = new PinnedMemory;  // never destroyed: the driver may be gone by then
    return *memory;
  }

 private:
  static constexpr std::size_t SMALLEST = 256;

  static std::size_t size_class(std::size_t bytes) noexcept {
    std::size_t size = 0;
    while ((SMALLEST << size) < bytes) {
      ++size;
    }
    return size;
  }

  std::mutex mutex_{};
  std::array<std::vector<void*>, 48> blocks_{};
};

/// cuFFT, loaded when somebody wants it: it is larger than all other libraries together.
class Cufft {
 public:
  decltype(&cufftPlanMany) plan_many{};
  decltype(&cufftSetStream) set_stream{};
  decltype(&cufftDestroy) destroy{};

  static const Cufft& instance() {
    static const Cufft cufft;
    return cufft;
  }

 private:
  Cufft() {
    const auto file = "libcufft.so." + std::to_string(CUFFT_VER_MAJOR);
    void* const library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      throw std::runtime_error{std::string{"cuFFT cannot be loaded: "} + ::dlerror()};
    }
    find(library, "cufftPlanMany", plan_many);
    find(library, "cufftSetStream", set_stream);
    find(library, "cufftDestroy", destroy);
  }

  template <typename Function>
  static void find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(::dlsym(library, name));
    if (function == nullptr) {
      throw std::runtime_error{std::string{"cuFFT has no "} + name};
    }
  }
};

/// What one worker has made. Its own thread alone uses it.
struct WorkerObjects {
  static constexpr std::size_t MOST_PLANS = 64;  // each has memory of the GPU

  cublasHandle_t cublas{nullptr};
  RecentlyUsed<std::tuple<std::vector<int>, int, int>, cufftHandle> plans{MOST_PLANS};

  static WorkerObjects& of_this_worker() {
    static auto* const all = new std::array<WorkerObjects, STARPU_NMAXWORKERS>;
    return (*all)[static_cast<std::size_t>(starpu_worker_get_id_check())];
  }

  void release() noexcept {
    if (cublas != nullptr) {
      cublasDestroy(cublas);
      cublas = nullptr;
    }
    for (const auto plan : plans.take()) {
      Cufft::instance().destroy(plan);
    }
  }
};

unsigned memory_node_of_this_worker() {
  return starpu_worker_get_memory_node(static_cast<unsigned>(starpu_worker_get_id_check()));
}

/// For messages.
std::string plan_text(const std::vector<int>& extents, int type, int batch) {
  std::string text = std::to_string(batch) + " cuFFT transforms of type " + std::to_string(type) + " and shape ";
  for (const auto extent : extents) {
    text += (&extent == extents.data() ? "" : " x ") + std::to_string(extent);
  }
  return text;
}

/// Free memory of the first GPU.
cudaError_t ask_for_memory(std::size_t& free) {
  int before = 0;
  std::size_t total = 0;
  auto code = cudaGetDevice(&before);
  if (code == cudaSuccess) {
    code = cudaSetDevice(0);
  }
  if (code == cudaSuccess) {
    code = cudaMemGetInfo(&free, &total);
  }
  if (code == cudaSuccess) {
    code = cudaSetDevice(before);
  }
  return code;
}

}  // namespace

VisibleGpus find_gpus() {
  VisibleGpus gpus;
  int count = 0;
  if (const auto code = cudaGetDeviceCount(&count); code != cudaSuccess) {
    static_cast<void>(cudaGetLastError());  // or the next call would return it
    int version = 0;
    const bool no_driver = cudaDriverGetVersion(&version) == cudaSuccess && version == 0;
    gpus.problem = no_driver ? "no CUDA driver (libcuda.so.1) is installed" : cudaGetErrorString(code);
    return gpus;
  }
  gpus.count = std::min(static_cast<unsigned>(count), static_cast<unsigned>(STARPU_MAXCUDADEVS));
  if (count == 0) {
    gpus.problem = "the driver shows no GPU to this process";
    return gpus;
  }
  // Others may have taken the GPU for themselves, or all of its memory.
  if (const auto code = ask_for_memory(gpus.free_memory); code != cudaSuccess) {
    static_cast<void>(cudaGetLastError());
    gpus.count = 0;
    gpus.problem = std::string{"the first one cannot be used: "} + cudaGetErrorString(code);
  }
  return gpus;
}

std::string gpu_name(unsigned worker) {
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, starpu_worker_get_devid(static_cast<int>(worker))),
        "cudaGetDeviceProperties");
  return properties.name;
}

CUstream_st* gpu_stream() { return starpu_cuda_get_local_stream(); }

int gpu_number() {
  int number = 0;
  check(cudaGetDevice(&number), "cudaGetDevice");
  return number;
}

void finish_gpu_stream(CUstream_st* stream) { check(cudaStreamSynchronize(stream), "cudaStreamSynchronize"); }

void finish_gpu_stream() { finish_gpu_stream(gpu_stream()); }

void let_wait_for_gpu_stream(CUstream_st* stream) {
  cudaEvent_t event{};
  check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "cudaEventCreateWithFlags");
  check(cudaEventRecord(event, gpu_stream()), "cudaEventRecord");
  check(cudaStreamWaitEvent(stream, event, 0), "cudaStreamWaitEvent");
  check(cudaEventDestroy(event), "cudaEventDestroy");  // once the stream has waited
}

void finish_gpu() {
  static_cast<void>(gpu_stream());  // StarPU warns of workers that never ask for it
  check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
}

GpuBlock allocate_gpu_memory(GpuMemory memory, std::size_t bytes) {
  if (memory == GpuMemory::PINNED) {
    return {PinnedMemory::instance().allocate(bytes), bytes, memory, false};
  }
  if (const auto address = starpu_malloc_on_node(memory_node_of_this_worker(), bytes); address != 0) {
    return {reinterpret_cast<void*>(address), bytes, memory, true};
  }
  // Arrays take all that they may have, also where nobody needs them at the moment; StarPU does not put them out for
  // us.
  void* pointer = nullptr;
  const auto code = cudaMalloc(&pointer, bytes);
  if (code == cudaErrorMemoryAllocation) {
    static_cast<void>(cudaGetLastError());  // or the next call would return it
    return {};
  }
  check(code, "cudaMalloc");
  return {pointer, bytes, memory, false};
}

void free_gpu_memory(const GpuBlock& block) {
  if (block.memory == GpuMemory::PINNED) {
    PinnedMemory::instance().free(block.pointer, block.bytes);
  } else if (block.counted) {
    starpu_free_on_node(memory_node_of_this_worker(), reinterpret_cast<std::uintptr_t>(block.pointer), block.bytes);
  } else {
    check(cudaFree(block.pointer), "cudaFree");
  }
}

void copy_gpu_memory(void* to, const void* from, std::size_t bytes) {
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, gpu_stream()), "cudaMemcpyAsync");
  finish_gpu_stream();
}

cublasContext* cublas_handle() {
  auto& handle = WorkerObjects::of_this_worker().cublas;
  if (handle == nullptr) {
    if (const auto code = cublasCreate(&handle); code != CUBLAS_STATUS_SUCCESS) {
      LEGATE_ABORT("cublasCreate returned ", static_cast<int>(code), " (", cublasGetStatusString(code), ")");
    }
  }
  // At every call: a body may have set another one.
  if (const auto code = cublasSetStream(handle, gpu_stream()); code != CUBLAS_STATUS_SUCCESS) {
    LEGATE_ABORT("cublasSetStream returned ", static_cast<int>(code), " (", cublasGetStatusString(code), ")");
  }
  return handle;
}

int cufft_plan(const std::vector<int>& extents, int type, int batch) {
  auto& plans = WorkerObjects::of_this_worker().plans;
  const auto key = std::tuple{extents, type, batch};
  const auto* const known = plans.find(key);
  cufftHandle plan = known != nullptr ? *known : cufftHandle{};
  if (known == nullptr) {
    auto numbers = extents;
    const auto code = Cufft::instance().plan_many(&plan, static_cast<int>(numbers.size()), numbers.data(), nullptr, 1,
                                                  0, nullptr, 1, 0, static_cast<cufftType>(type), batch);
    if (code != CUFFT_SUCCESS) {
      throw std::runtime_error{plan_text(extents, type, batch) + ": cufftPlanMany returned " +
                               std::to_string(static_cast<int>(code))};
    }
    if (const auto dropped = plans.add(key, plan)) {
      finish_gpu_stream();  // which may be using it
      Cufft::instance().destroy(*dropped);
    }
  }
  if (const auto code = Cufft::instance().set_stream(plan, gpu_stream()); code != CUFFT_SUCCESS) {
    LEGATE_ABORT("cufftSetStream returned ", static_cast<int>(code));
  }
  return plan;
}

void release_gpu_objects() {
  if (starpu_cuda_worker_get_count() > 0) {
    starpu_execute_on_each_worker([](void*) { WorkerObjects::of_this_worker().release(); }, nullptr, STARPU_CUDA);
    PinnedMemory::instance().clear();
  }
}

}  // namespace legate::detail::engine

#else

namespace legate::detail::engine {

// Nothing runs on GPU workers where there are none.
VisibleGpus find_gpus() { return {}; }
std::string gpu_name(unsigned /*worker*/) { return {}; }
CUstream_st* gpu_stream() { return nullptr; }
int gpu_number() { return 0; }
void finish_gpu_stream(CUstream_st* /*stream*/) {}
void finish_gpu_stream() {}
void let_wait_for_gpu_stream(CUstream_st* /*stream*/) {}
void finish_gpu() {}
GpuBlock allocate_gpu_memory(GpuMemory /*memory*/, std::size_t /*bytes*/) { return {}; }
void free_gpu_memory(const GpuBlock& /*block*/) {}
void copy_gpu_memory(void* /*to*/, const void* /*from*/, std::size_t /*bytes*/) {}
cublasContext* cublas_handle() { return nullptr; }
int cufft_plan(const std::vector<int>& /*extents*/, int /*type*/, int /*batch*/) { return 0; }
void release_gpu_objects() {}

}  // namespace legate::detail::engine

#endif
