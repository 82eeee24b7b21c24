// SPDX-License-Identifier: Apache-2.0
// A leaf whose best place changes with its size: what does it cost to leave the choice to StarPU and to calibrated
// models?
//
// The program calibrates in a process of its own, and then, in another one, runs launches that are restricted to the
// CPU, restricted to the OpenCL device, and free, in turn.
#include "measure.h"

#include <legate.h>
#include <legate/opencl.h>

#include <CL/cl.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace legate;
using mapping::TaskTarget;

constexpr std::uint64_t POINTS = 4;
constexpr int LAUNCHES = 8;  // that follow each other on the same data
constexpr int STEPS = 64;    // of arithmetic on each element

struct Options {
  double seconds{2};
  std::vector<std::uint64_t> tiles{64, 512, 4096, 32768, 262144};
};

std::atomic<int> on_cpu{0};
std::atomic<int> on_device{0};

void check(cl_int code, const char* what) {
  if (code != CL_SUCCESS) {
    std::fprintf(stderr, "%s: OpenCL error %d\n", what, code);
    std::abort();
  }
}

/// Every element x becomes the end of a sequence that starts with it.
struct Iterate : public LegateTask<Iterate> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{0}};

  static void cpu_variant(TaskContext context) {
    const auto output = context.output(0);
    const auto bounds = output.shape<1>();
    const auto x = output.read_write_accessor<float, 1>();
    for (auto i = bounds.lo[0]; i <= bounds.hi[0]; ++i) {
      float value = x[i];
      for (int step = 0; step < STEPS; ++step) value = value * 0.999F + 0.001F;
      x[i] = value;
    }
    ++on_cpu;
  }

  static void opencl_variant(TaskContext context) {
    const auto output = context.output(0);
    const auto buffer = opencl::buffer(output);
    auto* const kernel = opencl::kernel(context, R"CL(
      kernel void iterate(global float* x, long offset, int steps) {
        long i = offset / 4 + get_global_id(0);
        float value = x[i];
        for (int step = 0; step < steps; ++step) value = value * 0.999f + 0.001f;
        x[i] = value;
      })CL",
                                        "iterate");
    const auto offset = static_cast<cl_long>(buffer.offset);
    const cl_int steps = STEPS;
    check(clSetKernelArg(kernel, 0, sizeof buffer.memory, &buffer.memory), "clSetKernelArg");
    check(clSetKernelArg(kernel, 1, sizeof offset, &offset), "clSetKernelArg");
    check(clSetKernelArg(kernel, 2, sizeof steps, &steps), "clSetKernelArg");
    const std::size_t count = output.shape<1>().volume();
    check(clEnqueueNDRangeKernel(opencl::queue(context), kernel, 1, nullptr, &count, nullptr, 0, nullptr, nullptr),
          "clEnqueueNDRangeKernel");
    ++on_device;
  }
};

/// Seconds of a series of launches over tiles of so many elements.
double run(const Library& library, std::uint64_t tile, std::optional<TaskTarget> place) {
  auto* runtime = Runtime::get_runtime();
  const auto x = runtime->create_store(Shape{POINTS * tile}, float32());
  {
    const Scope filling{runtime->get_machine().only(TaskTarget::CPU)};
    runtime->issue_fill(x, Scalar{1.5F});
  }
  std::optional<Scope> scope;
  if (place) scope.emplace(runtime->get_machine().only(*place));
  runtime->issue_execution_fence(true);
  const double begin = benchmark::now();
  for (int launch = 0; launch < LAUNCHES; ++launch) {
    auto task = runtime->create_task(library, Iterate::TASK_CONFIG.task_id(), {POINTS});
    task.add_input(x.partition_by_tiling({tile}));
    task.add_output(x.partition_by_tiling({tile}));
    runtime->submit(std::move(task));
  }
  runtime->issue_execution_fence(true);
  return benchmark::now() - begin;
}

int calibrate(const Options& options) {
  legate::start();
  {
    auto library = Runtime::get_runtime()->create_library("choice");
    Iterate::register_variants(library);
    for (const auto tile : options.tiles) {
      for (int turn = 0; turn < 8; ++turn) run(library, tile, std::nullopt);
    }
  }
  return legate::finish();
}

int compare(const Options& options) {
  legate::start();
  {
    auto library = Runtime::get_runtime()->create_library("choice");
    Iterate::register_variants(library);
    std::printf("%10s %10s %10s %10s %14s %14s   %s\n", "elements", "CPU, us", "device, us", "free, us", "free/better",
                "best/best", "free points on CPU and device");
    for (const auto tile : options.tiles) {
      for (const auto place : {TaskTarget::CPU, TaskTarget::OPENCL}) run(library, tile, place);
      run(library, tile, std::nullopt);
      int cpu = 0;
      int device = 0;
      const auto results = benchmark::summarize(
          options.seconds / static_cast<double>(options.tiles.size()), 7,
          {[&] { return run(library, tile, TaskTarget::CPU); }, [&] { return run(library, tile, TaskTarget::OPENCL); },
           [&] {
             on_cpu = on_device = 0;
             const auto seconds = run(library, tile, std::nullopt);
             cpu += on_cpu;
             device += on_device;
             return seconds;
           }},
          true);
      const auto us = [](double seconds) { return 1e6 * seconds / LAUNCHES; };
      std::printf("%10llu %10.1f %10.1f %10.1f %14.2f %14.2f   %d %d\n", static_cast<unsigned long long>(tile),
                  us(results[0].median), us(results[1].median), us(results[2].median),
                  results[2].median / std::min(results[0].median, results[1].median),
                  results[2].best / std::min(results[0].best, results[1].best), cpu, device);
    }
  }
  return legate::finish();
}

/// This program once more, with another configuration.
int run_child(const char* what, const std::string& configuration, char** argv) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    setenv("LEGATE_CONFIG", configuration.c_str(), 1);
    setenv("LEGATUS_CHOICE", what, 1);
    execv("/proc/self/exe", argv);
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  std::string workers = "1";
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--seconds") == 0) options.seconds = std::atof(argv[i + 1]);
    if (std::strcmp(argv[i], "--workers") == 0) workers = argv[i + 1];
  }
  if (const char* const what = std::getenv("LEGATUS_CHOICE")) {
    return std::strcmp(what, "calibrate") == 0 ? calibrate(options) : compare(options);
  }
  // PoCL's device is the CPU: it gets the cores that the workers leave. Other devices do not look at the variable.
  const auto cores = static_cast<int>(std::thread::hardware_concurrency());
  setenv("POCL_MAX_PTHREAD_COUNT", std::to_string(std::max(1, cores - std::atoi(workers.c_str()))).c_str(), 0);
  const auto models = std::filesystem::temp_directory_path() / ("legatus-choice-" + std::to_string(getpid()));
  const auto configuration = "--cpus " + workers + " --opencl 1 --sysmem 512 --model-dir " + models.string();
  std::printf("%llu points, %d launches one after the other, us a launch; --workers %s beside the OpenCL device\n",
              static_cast<unsigned long long>(POINTS), LAUNCHES, workers.c_str());
  int status = 0;
  // Until every size has enough samples.
  for (int turn = 0; turn < 3 && status == 0; ++turn) {
    status = run_child("calibrate", configuration + " --calibrate --logging legate.models=none", argv);
  }
  if (status == 0) status = run_child("compare", configuration + " --scheduler dmdas", argv);
  std::error_code ignored;
  std::filesystem::remove_all(models, ignored);
  return status;
}
