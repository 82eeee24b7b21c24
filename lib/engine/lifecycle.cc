// SPDX-License-Identifier: Apache-2.0
#include "engine/lifecycle.h"

#include "engine/array_pool.h"
#include "engine/bundle.h"
#include "engine/cluster.h"
#include "engine/cuda.h"
#include "engine/environment.h"
#include "engine/gang.h"
#include "engine/nd_interface.h"
#include "engine/opencl.h"
#include "engine/profile.h"
#include "engine/scheduler.h"
#include "engine/starpu_call.h"
#include "engine/submission.h"
#include "engine/task.h"
#include "engine/task_model.h"
#include "engine/thread_order.h"
#include "engine/timestamps.h"
#include "engine/transfer.h"
#include "engine/watch.h"
#include "engine/workers.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace legate::detail::engine {

namespace {

// Directory to remove at stop(); written by start(), read by stop().
std::string& temporary_models() {
  static auto* const path = new std::string;
  return *path;
}

std::size_t physical_memory() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page = ::sysconf(_SC_PAGESIZE);
  return pages > 0 && page > 0 ? static_cast<std::size_t>(pages) * static_cast<std::size_t>(page)
                               : std::size_t{8} << 30U;
}

// Has hwloc find cores, caches and memory only, by what the kernel says: devices are not asked for. Reading what PCI
// devices say of themselves takes a virtual machine several milliseconds each, and loses a little memory; the plugins
// bring drivers and libraries of graphics with them; and asking the processors goes from one to the next, although the
// kernel knows the same. All of that together took nine tenths of the start.
//
// Where the environment describes the machine itself nothing is looked for: hwloc would ignore the description, and may
// need a plugin to read it.
void restrict_hwloc(ScopedEnvironment& environment) {
  constexpr std::array descriptions{"HWLOC_XMLFILE", "HWLOC_SYNTHETIC", "HWLOC_FSROOT", "HWLOC_CPUID_PATH",
                                    "STARPU_HWLOC_INPUT"};
  if (std::any_of(descriptions.begin(), descriptions.end(),
                  [](const char* name) { return std::getenv(name) != nullptr; })) {
    return;
  }
  environment.set_default("HWLOC_COMPONENTS", "-linuxio,-x86,-pci,-opencl,-cuda,-nvml,-rsmi,-levelzero,-gl");
  // A folder that is none. A program that wants plugins for itself has to load a topology of its own before.
  environment.set_default("HWLOC_PLUGINS_PATH", "/dev/null");
}

void set_environment(ScopedEnvironment& environment, const Configuration& configuration) {
  // The engine looks after these limits itself, see Submitter::point().
  constexpr int NONE = std::numeric_limits<int>::max();
  TaskLimits limits;
  limits.most = environment.replace("STARPU_LIMIT_MAX_SUBMITTED_TASKS", limits.most, NONE);
  limits.fewest = environment.replace("STARPU_LIMIT_MIN_SUBMITTED_TASKS", limits.fewest, NONE);
  set_task_limits(limits);
  // StarPU binds workers from the first processor of the machine on, whatever this process was given.
  environment.set("STARPU_WORKERS_NOBIND", "1");
  environment.set_default("STARPU_SILENT", "1");
  if (configuration.numa) {
    environment.set_default("STARPU_USE_NUMA", "1");
  }
  if (configuration.opencls > 0) {
    // Also those that are CPUs, such as PoCL's: whoever asks for more devices than there are of other kinds gets them.
    environment.set_default("STARPU_OPENCL_ON_CPUS", "1");
    if (configuration.opencl_memory > 0) {
      environment.set("STARPU_LIMIT_OPENCL_MEM", std::to_string(configuration.opencl_memory >> 20U));
    }
  } else {
    // StarPU looks for OpenCL devices even if it is to use none. Loading the drivers takes longer than the rest of the
    // start, so that it finds no driver; a program that uses OpenCL by itself has to do so before.
    environment.set_default("OCL_ICD_VENDORS", "/dev/null/");
  }
  if (configuration.gpus > 0 && configuration.gpu_memory > 0) {
    environment.set("STARPU_LIMIT_CUDA_MEM", std::to_string(configuration.gpu_memory >> 20U));
  }
  restrict_hwloc(environment);
}

template <typename Devices>
void choose_devices(const std::vector<unsigned>& order, unsigned& explicitly, Devices& devices) {
  if (!order.empty()) {
    explicitly = 1;
    for (std::size_t i = 0; i < std::size(devices); ++i) {
      devices[i] = order[i % order.size()];
    }
  }
}

// Otherwise every process of a node would use the same ones. StarPU's own variables (STARPU_WORKERS_CUDAID and
// STARPU_WORKERS_OPENCLID) go before.
void share_devices(starpu_conf& conf, const Configuration& configuration) {
  const unsigned rank = rank_on_node([](const char* name) -> const char* { return std::getenv(name); });
  if (cluster().ranks == 1 || rank == 0) {
    return;  // the first ones, as always
  }
  if (configuration.gpus > 0) {
    choose_devices(order_devices(find_gpus().count, configuration.gpus, rank), conf.use_explicit_workers_cuda_gpuid,
                   conf.workers_cuda_gpuid);
  }
  if (configuration.opencls > 0) {
    choose_devices(order_devices(count_opencl_devices(), configuration.opencls, rank),
                   conf.use_explicit_workers_opencl_gpuid, conf.workers_opencl_gpuid);
  }
}

starpu_conf make_conf(const Configuration& configuration, starpu_sched_policy* policy) {
  starpu_conf conf;
  expect_success(starpu_conf_init(&conf), "starpu_conf_init");
  conf.precedence_over_environment_variables = 1;
  conf.ncpus = static_cast<int>(configuration.cpus + configuration.omps);
  conf.reserve_ncpus = 0;
  conf.ncuda = static_cast<int>(configuration.gpus);
  conf.nopencl = static_cast<int>(configuration.opencls);
  conf.sched_policy_name = nullptr;
  conf.sched_policy = policy;
  conf.catch_signals = 0;  // a library must leave the program's signals alone
  conf.calibrate = 0;
  share_devices(conf, configuration);
  return conf;
}

std::string describe_workers(const Configuration& configuration) {
  auto text = std::to_string(configuration.cpus + configuration.omps) + " CPU workers";
  if (configuration.gpus > 0) {
    text += " and " + std::to_string(configuration.gpus) + " GPUs";
  }
  if (configuration.opencls > 0) {
    text += " and " + std::to_string(configuration.opencls) + " OpenCL devices";
  }
  return text;
}

void shut_down() noexcept {
  wake_all_workers();
  starpu_shutdown();
  clear_layouts();
  remove_model_directory(temporary_models());
  temporary_models().clear();
}

}  // namespace

unsigned max_cpu_workers() noexcept { return std::min<unsigned>(STARPU_MAXCPUS, STARPU_NMAXWORKERS); }

void start(const Configuration& configuration) {
  if (running()) {
    throw std::runtime_error{"the engine is running already"};
  }
  if (configuration.cpus + configuration.omps == 0) {
    throw std::invalid_argument{"engine: 0 workers, at least 1 is needed"};
  }
  if (configuration.omps > 0 && configuration.omp_threads == 0) {
    throw std::invalid_argument{"engine: OpenMP groups of 0 threads, at least 1 is needed"};
  }
  if (starpu_is_initialized() != 0) {
    throw std::runtime_error{"StarPU is in use already by another part of this process"};
  }
  const unsigned cores = configuration.cpus + configuration.omps;
  const unsigned wanted = cores + configuration.opencls + configuration.gpus;
  const auto asked = describe_workers(configuration);
  // StarPU silently starts fewer workers than this build of it supports, which costs time to find out afterwards.
  if (cores > STARPU_MAXCPUS) {
    throw std::runtime_error{asked + " were asked for, but this StarPU supports " + std::to_string(STARPU_MAXCPUS) +
                             " (it was built so; a StarPU configured with --enable-maxcpus supports more)"};
  }
  starpu_sched_policy* const policy = make_blocking_policy(configuration.scheduler, configuration.idle_spin);
  if (policy == nullptr) {
    throw std::invalid_argument{"this StarPU has no scheduling policy \"" + configuration.scheduler + "\""};
  }
  {
    ScopedEnvironment environment;
    set_environment(environment, configuration);
    temporary_models() = prepare_model_directory(environment);
    starpu_conf conf = make_conf(configuration, policy);
    const ModelDirectoryLock lock;
    const int code = starpu_init(&conf);
    if (code != 0) {
      remove_model_directory(temporary_models());
      temporary_models().clear();
      throw std::runtime_error{"StarPU could not be started with " + asked + " (code " + std::to_string(code) + ")"};
    }
  }
  const unsigned workers = starpu_worker_get_count();
  if (workers != wanted) {
    const auto started = std::to_string(starpu_cpu_worker_get_count()) + " CPU workers, " +
                         std::to_string(starpu_opencl_worker_get_count()) + " OpenCL devices (--opencl) and " +
                         std::to_string(starpu_cuda_worker_get_count()) + " GPUs (--gpus): there are no more";
    shut_down();
    throw std::runtime_error{asked + " were asked for, but StarPU started " + started};
  }
  set_up_workers(
      {configuration.cpus, configuration.omps, configuration.omp_threads, configuration.opencls, configuration.gpus},
      configuration.bind_workers);
  const std::size_t memory = configuration.system_memory != 0 ? configuration.system_memory : physical_memory() / 2;
  // The pool counts addresses. Of several ranks each has them for whole arrays and uses its part.
  ArrayPool::instance().open(memory * cluster().ranks);
  start_transfers();
  // Every instance is measured by itself.
  Bundler::instance().open(configuration.calibrate ? Bundling::NEVER : configuration.bundling, workers);
  open_models(configuration);
  set_running(true, workers, starpu_memory_nodes_get_count());
}

int stop() {
  if (!running()) {
    return 0;
  }
  const Wait wait{"legate::finish"};
  wait_all();
  forget_gangs();
  ArrayPool::instance().close();
  // Pieces of partitions unregister themselves behind the last tasks.
  expect_success(starpu_task_wait_for_all(), "starpu_task_wait_for_all");
  stop_recording_timestamps();
  close_models();
  clear_profile();
  Bundler::instance().close();
  stop_transfers();
  release_opencl_kernels();
  release_gpu_objects();
  set_running(false, 0, 0);
  shut_down();
  forget_workers();  // who pushed the last task may still have been looking for workers to wake when all was over
  free_retired_codelets();
  return 0;
}

MemoryUsage memory_usage() {
  const auto statistics = ArrayPool::instance().statistics();
  return {statistics.peak_bytes / cluster().ranks, statistics.memory_limit / cluster().ranks};
}

std::string backend_version() {
  int major{};
  int minor{};
  int release{};
  starpu_get_version(&major, &minor, &release);
  return "StarPU " + std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

}  // namespace legate::detail::engine
