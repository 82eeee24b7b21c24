// SPDX-License-Identifier: Apache-2.0
// Hand-written StarPU for the benchmarks to compare with: the program that somebody would write who needs no Legate. It
// submits to the StarPU that legate::start() has initialised, so that workers, scheduler and binding are the same.
#pragma once

#include <starpu.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace raw {

/// Ends the program when a StarPU call failed.
inline void expect(int result, const char* call) {
  if (result == 0) return;
  std::fprintf(stderr, "%s returned %d\n", call, result);
  std::abort();
}

/// Blocks until every submitted task has completed.
inline void wait() { expect(starpu_task_wait_for_all(), "starpu_task_wait_for_all"); }

/// A codelet with a CPU implementation and the given access modes; an address of its own, which StarPU keeps.
class Codelet {
 public:
  Codelet(const char* name, starpu_cpu_func_t function, const std::vector<starpu_data_access_mode>& modes) {
    starpu_codelet_init(&codelet_);
    codelet_.name = name;
    codelet_.cpu_funcs[0] = function;
    codelet_.nbuffers = static_cast<int>(modes.size());
    for (std::size_t i = 0; i < modes.size(); ++i) codelet_.modes[i] = modes[i];
  }
  /// The number of buffers is up to the task.
  Codelet(const char* name, starpu_cpu_func_t function) : Codelet{name, function, {}} {
    codelet_.nbuffers = STARPU_VARIABLE_NBUFFERS;
  }
  Codelet(const Codelet&) = delete;
  Codelet& operator=(const Codelet&) = delete;

  starpu_codelet* get() { return &codelet_; }

 private:
  starpu_codelet codelet_{};
};

/// One vector of doubles per tile, each registered as a handle.
class Tiles {
 public:
  Tiles(std::size_t count, std::size_t extent) : memory_(count * extent), handles_(count) {
    for (std::size_t i = 0; i < count; ++i) {
      starpu_vector_data_register(&handles_[i], STARPU_MAIN_RAM, reinterpret_cast<std::uintptr_t>(&memory_[i * extent]),
                                  static_cast<std::uint32_t>(extent), sizeof(double));
    }
  }
  ~Tiles() {
    for (auto handle : handles_) starpu_data_unregister(handle);
  }
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;

  [[nodiscard]] std::size_t size() const { return handles_.size(); }
  [[nodiscard]] starpu_data_handle_t operator[](std::size_t index) const { return handles_[index]; }

 private:
  std::vector<double> memory_;
  std::vector<starpu_data_handle_t> handles_;
};

/// Submits a task on up to STARPU_NMAXBUFS handles. `argument` is freed by StarPU when `free_argument`.
inline void submit(Codelet& codelet, std::initializer_list<starpu_data_handle_t> handles, void* argument = nullptr,
                   std::size_t argument_size = 0, bool free_argument = false) {
  starpu_task* task = starpu_task_create();
  task->cl = codelet.get();
  int index = 0;
  for (auto handle : handles) task->handles[index++] = handle;
  task->cl_arg = argument;
  task->cl_arg_size = argument_size;
  task->cl_arg_free = free_argument ? 1 : 0;
  expect(starpu_task_submit(task), "starpu_task_submit");
}

}  // namespace raw
