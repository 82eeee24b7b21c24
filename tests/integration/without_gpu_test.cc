// SPDX-License-Identifier: Apache-2.0
// A program with GPU variants where there is no GPU, or no CUDA in the library: everything else works.
#include "../unit/child_program.h"

#include <legate.h>
#include <legate/cuda.h>
#include <legate/cuda/stream_pool.h>
#include <legate/runtime/configuration_error.h>
#include <legate_defines.h>

#include <cstdlib>
#include <iostream>
#include <string>

LEGATE_PRAGMA_GNU_IGNORE("-Wdeprecated-declarations");

namespace legate::test {
namespace {

constexpr bool WITH_CUDA = LEGATE_DEFINED(LEGATE_USE_CUDA);

/// A task for GPUs that has a variant for CPUs, too.
struct Both : public LegateTask<Both> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{0}};
  static void gpu_variant(TaskContext) { std::cerr << "ran on a GPU\n"; }
  static void cpu_variant(TaskContext context) {
    std::cerr << "ran on " << context.target() << '\n';
    std::cerr << "stream " << context.get_task_stream() << '\n';
    const auto view = cuda::StreamPool::get_stream_pool().get_stream();
    std::cerr << "stream of the pool " << static_cast<CUstream>(view) << '\n';
    try {
      static_cast<void>(cuda::cublas(context));
    } catch (const std::runtime_error& error) {
      std::cerr << error.what() << '\n';
    }
  }
};

/// A task for CPUs only.
struct One : public LegateTask<One> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{1}};
  static void cpu_variant(TaskContext) {}
};

template <typename Task>
int run_task() {
  start();
  {
    auto* runtime = Runtime::get_runtime();
    auto library = runtime->create_library("legatus.test.without_gpu");
    Task::register_variants(library);
    // Before the task writes, or the two would come out mixed.
    std::cerr << runtime->get_machine().count(mapping::TaskTarget::GPU) << " GPUs\n";
    for (const auto* place : {"here", "there"}) {
      const Scope scope{std::string{place}};
      runtime->submit(runtime->create_task(library, Task::TASK_CONFIG.task_id()));
      runtime->issue_execution_fence(/*block=*/true);
    }
  }
  return finish();
}

int refuse_start() {
  try {
    start();
  } catch (const ConfigurationError& error) {
    std::cerr << error.what() << '\n';
    return has_started() ? 2 : 0;
  }
  return 1;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t result = 0;
  for (auto found = text.find(part); found != std::string::npos; found = text.find(part, found + 1)) {
    ++result;
  }
  return result;
}

TEST(WithoutGpu, LibraryWithCudaSaysItOnceAndTasksRunOnCpus) {
  const auto text = run_child("task", "--cpus 2 --sysmem 64");
  EXPECT_EQ(count(text, "there is no GPU that this process can use: "), WITH_CUDA ? 1U : 0U) << text;
  for (const auto* part :
       {"ran on CPU\n", "0 GPUs\n", "stream 0\n", "stream of the pool 0\n",
        "legate::cuda::cublas: task legate::test::(anonymous namespace)::Both does not run its GPU"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " is not in\n" << text;
  }
}

TEST(WithoutGpu, IsNotSaidWhereNoTaskHasAGpuVariant) {
  EXPECT_EQ(run_child("CPU task", "--cpus 2 --sysmem 64"), "0 GPUs\n");
}

TEST(WithoutGpu, IsNotSaidWhereNoneIsWanted) {
  for (const auto* flags : {"--cpus 2 --sysmem 64 --gpus 0", "--cpus 2 --sysmem 64 --auto-config 0"}) {
    const auto text = run_child("task", flags);
    EXPECT_EQ(count(text, "there is no GPU"), 0U) << flags << '\n' << text;
    EXPECT_NE(text.find("ran on CPU\n"), std::string::npos) << flags << '\n' << text;
  }
}

TEST(WithoutGpu, AskingForOneIsAConfigurationError) {
  const auto text = run_child("refused", "--cpus 1 --sysmem 64 --gpus 1");
  const std::string reason =
      WITH_CUDA ? "there is no GPU that this process can use: " : "Legate was not built with GPU support";
  EXPECT_EQ(text.find("Legate configuration failed: --gpus 1: " + reason), 0U) << text;
}

}  // namespace
}  // namespace legate::test

int main(int argc, char** argv) {
  ::setenv("CUDA_VISIBLE_DEVICES", "", 1);  // also where there is a GPU
  return legate::test::run_tests_or_child(argc, argv,
                                          {{"task", legate::test::run_task<legate::test::Both>},
                                           {"CPU task", legate::test::run_task<legate::test::One>},
                                           {"refused", legate::test::refuse_start}});
}
