// SPDX-License-Identifier: Apache-2.0
#include "engine/cluster.h"
#include "engine/cuda.h"
#include "runtime/configuration.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <string>
#include <vector>

namespace legate::detail {

namespace {

/// The cores in the affinity mask that this process has inherited.
[[nodiscard]] std::int64_t count_cores() {
  constexpr std::size_t MOST_SETS = 1024;  // a million cores

  // The kernel refuses a mask that is shorter than its own, so the mask grows until it fits.
  for (std::vector<cpu_set_t> mask(1); mask.size() <= MOST_SETS; mask.resize(2 * mask.size())) {
    const auto bytes = mask.size() * sizeof(cpu_set_t);
    if (sched_getaffinity(0, bytes, mask.data()) == 0) {
      return std::max<std::int64_t>(CPU_COUNT_S(bytes, mask.data()), 1);
    }
    if (errno != EINVAL) {
      break;
    }
  }
  return std::max<std::int64_t>(sysconf(_SC_NPROCESSORS_ONLN), 1);
}

[[nodiscard]] std::int64_t count_memory() {
  const std::int64_t pages = sysconf(_SC_PHYS_PAGES);
  const std::int64_t size = sysconf(_SC_PAGE_SIZE);
  return pages > 0 && size > 0 ? pages * size : 0;
}

/// The number of NUMA domains with main memory, from a list such as `0-1,3`; 0 if the kernel does not tell.
[[nodiscard]] std::int64_t count_numa_domains() {
  std::ifstream list{"/sys/devices/system/node/has_memory"};
  std::int64_t domains = 0;
  for (std::int64_t first{}; list >> first; list.ignore(1, ',')) {
    auto last = first;
    if (list.peek() == '-') {
      list.ignore();
      list >> last;
    }
    domains += last - first + 1;
  }
  return domains;
}

}  // namespace

HardwareFacts read_hardware() {
  HardwareFacts facts;
  facts.cores = count_cores();
  facts.memory = count_memory() / engine::ranks_of_this_node();
  facts.numa_domains = count_numa_domains();
  if (facts.numa_domains > 0) {
    facts.numa_domain_memory = facts.memory / facts.numa_domains;
  }
  return facts;
}

void read_gpus(HardwareFacts& facts) {
  const auto gpus = engine::find_gpus();
  facts.gpus = gpus.count;
  facts.gpu_memory = static_cast<std::int64_t>(gpus.free_memory);
  facts.gpu_problem = gpus.problem;
}

}  // namespace legate::detail
