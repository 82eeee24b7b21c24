// SPDX-License-Identifier: Apache-2.0
#include "engine/workers.h"

#include <legate/utilities/logger.h>
#include "engine/starpu_call.h"
#include "engine/thread_order.h"

#include <legate_defines.h>
#include <sched.h>

#if LEGATE_DEFINED(LEGATE_USE_OPENMP)
#include <omp.h>
#endif

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <limits>
#include <string>

namespace legate::detail::engine {

namespace {

// Written while nothing runs, read by any thread.
struct Workers {
  std::array<WorkerRange, WORKER_KINDS> ranges{};
  std::array<std::size_t, WORKER_KINDS> memory{};
  unsigned omp_threads{1};
};

Workers& workers() noexcept {
  static Workers instance;
  return instance;
}

// Processors that this process was given, by its launcher or by taskset.
std::vector<std::size_t> inherited_processors() {
  std::vector<std::size_t> result;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0) {
    for (std::size_t processor = 0; processor < CPU_SETSIZE; ++processor) {
      if (CPU_ISSET(processor, &set)) {
        result.push_back(processor);
      }
    }
  }
  return result;
}

void set_omp_threads([[maybe_unused]] unsigned threads) noexcept {
#if LEGATE_DEFINED(LEGATE_USE_OPENMP)
  omp_set_num_threads(static_cast<int>(threads));
#endif
}

struct SetUp {
  unsigned first_cpu_worker;
  WorkerCounts counts;
  std::vector<std::vector<std::size_t>> processors;
};

// Runs on every worker. The threads of a group are made by its worker and inherit what it is bound to.
void set_up_this_worker(void* argument) {
  after_others();
  const auto& set_up = *static_cast<const SetUp*>(argument);
  const auto worker = static_cast<unsigned>(starpu_worker_get_id()) - set_up.first_cpu_worker;
  // A leaf of a CPU worker has one core, also for libraries with OpenMP inside.
  set_omp_threads(worker < set_up.counts.cpus ? 1 : set_up.counts.omp_threads);
  if (!set_up.processors.empty()) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const auto processor : set_up.processors[worker]) {
      CPU_SET(processor, &set);
    }
    // A refusal leaves the worker where the operating system put it, which is slower but not wrong.
    static_cast<void>(::sched_setaffinity(0, sizeof set, &set));
  }
  before_others();
}

// Workers of one type follow each other; 0 if there is none.
unsigned first_worker(starpu_worker_archtype type) {
  int first = 0;
  static_cast<void>(starpu_worker_get_ids_by_type(type, &first, 1));
  return static_cast<unsigned>(first);
}

void warn_of_binding() {
  static Logger logger{"legate"};
  const char* const binding = std::getenv("OMP_PROC_BIND");
  if (binding != nullptr && std::string{binding} != "false" && std::string{binding} != "FALSE") {
    logger.warning() << "OMP_PROC_BIND=" << binding
                     << " makes all OpenMP groups run on the same cores; leave it unset, groups are bound here";
  }
}

}  // namespace

WorkerRange workers_of(WorkerKind kind) noexcept { return workers().ranges[static_cast<std::size_t>(kind)]; }

WorkerKind host_kind() noexcept { return workers_of(WorkerKind::CPU).count > 0 ? WorkerKind::CPU : WorkerKind::OMP; }

WorkerKind kind_of(unsigned worker) noexcept {
  for (const auto kind : {WorkerKind::OMP, WorkerKind::OPENCL, WorkerKind::GPU}) {
    const auto range = workers_of(kind);
    if (worker >= range.first && worker - range.first < range.count) {
      return kind;
    }
  }
  return WorkerKind::CPU;
}

std::mutex& processor_lock(unsigned worker) noexcept {
  static std::array<std::mutex, STARPU_NMAXWORKERS> locks;
  return locks[worker];
}

std::size_t memory_of(WorkerKind kind) noexcept { return workers().memory[static_cast<std::size_t>(kind)]; }

void limit_memory_of(WorkerKind kind, std::size_t bytes) noexcept {
  auto& memory = workers().memory[static_cast<std::size_t>(kind)];
  memory = std::min(memory, bytes);
}

std::vector<std::vector<std::size_t>> share_processors(const std::vector<std::size_t>& processors,
                                                       const WorkerCounts& counts) {
  if (processors.size() < counts.processors()) {
    return {};
  }
  std::vector<std::vector<std::size_t>> shares;
  const auto for_groups = std::size_t{counts.omps} * counts.omp_threads;
  const auto for_cpus = processors.size() - for_groups;
  const auto begin = processors.begin();
  const auto add = [&](std::size_t first, std::size_t last) {
    shares.emplace_back(begin + static_cast<std::ptrdiff_t>(first), begin + static_cast<std::ptrdiff_t>(last));
  };
  for (std::size_t worker = 0; worker < counts.cpus; ++worker) {
    add(for_cpus * worker / counts.cpus, for_cpus * (worker + 1) / counts.cpus);
  }
  // Behind those of the CPU workers; if there are none, what is left over stays unused.
  for (std::size_t group = 0; group < counts.omps; ++group) {
    add(for_cpus + group * counts.omp_threads, for_cpus + (group + 1) * counts.omp_threads);
  }
  return shares;
}

std::vector<unsigned> order_devices(unsigned visible, unsigned count, unsigned rank) {
  std::vector<unsigned> devices(visible);
  for (unsigned i = 0; i < visible; ++i) {
    devices[i] = static_cast<unsigned>((std::uint64_t{rank} * count + i) % visible);
  }
  return devices;
}

namespace {

std::size_t read_memory_of(WorkerKind kind) {
  auto least = std::numeric_limits<std::size_t>::max();
  if (is_device(kind)) {
    const auto range = workers_of(kind);
    for (unsigned worker = range.first; worker < range.first + range.count; ++worker) {
      const auto total = starpu_memory_get_total(starpu_worker_get_memory_node(worker));
      if (total >= 0) {  // else StarPU does not know
        least = std::min(least, static_cast<std::size_t>(total));
      }
    }
  }
  return least;
}

}  // namespace

void set_up_workers(const WorkerCounts& counts, bool bind) {
  const auto first_cpu_worker = first_worker(STARPU_CPU_WORKER);
  workers().ranges = {WorkerRange{first_cpu_worker, counts.cpus},
                      WorkerRange{first_cpu_worker + counts.cpus, counts.omps},
                      WorkerRange{first_worker(STARPU_OPENCL_WORKER), counts.opencls},
                      WorkerRange{first_worker(STARPU_CUDA_WORKER), counts.gpus}};
  for (const auto kind : ALL_WORKER_KINDS) {
    workers().memory[static_cast<std::size_t>(kind)] = read_memory_of(kind);
  }
  workers().omp_threads = counts.omp_threads;
  SetUp set_up{first_cpu_worker, counts, {}};
  if (bind) {
    set_up.processors = share_processors(inherited_processors(), counts);
  }
  if (counts.omps > 0) {
    warn_of_binding();
  }
  before_others();
  starpu_execute_on_each_worker(set_up_this_worker, &set_up, STARPU_CPU);
  after_others();
}

void forget_workers() noexcept { workers() = {}; }

GroupThreads::GroupThreads() noexcept {
#if LEGATE_DEFINED(LEGATE_USE_OPENMP)
  before_ = omp_get_max_threads();
#endif
  set_omp_threads(workers().omp_threads);
}

GroupThreads::~GroupThreads() { set_omp_threads(static_cast<unsigned>(before_)); }

}  // namespace legate::detail::engine
