// SPDX-License-Identifier: Apache-2.0
// Benchmarks of several ranks start themselves: `transfers` alone runs mpirun, which runs `transfers` on the ranks.
#pragma once

#include "measure.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

namespace benchmark {

/// True in a process that a launcher has started.
inline bool is_a_rank() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS"}) {
    if (std::getenv(name) != nullptr) return true;
  }
  return false;
}

/// Runs this very program with the same arguments on `ranks` ranks, over `transport`: `vader` (shared memory) or `tcp`,
/// in Open MPI's words. What the environment says already about transports and LEGATE_CONFIG stays.
/// @return mpirun's exit status, or 255 when it was killed or could not be started.
inline int run_on_ranks(unsigned ranks, const std::string& transport, const std::string& configuration, char** argv) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child < 0) return 255;
  if (child == 0) {
    setenv("OMPI_MCA_btl", (transport + ",self").c_str(), 0);
    setenv("LEGATE_CONFIG", configuration.c_str(), 0);
    if (geteuid() == 0) {
      setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 0);
      setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 0);
    }
    std::vector<std::string> words{"mpirun", "--oversubscribe", "--bind-to", "none", "-n", std::to_string(ranks)};
    words.emplace_back("/proc/self/exe");
    char path[4096];
    const auto length = readlink("/proc/self/exe", path, sizeof path);
    if (length > 0) words.back().assign(path, static_cast<std::size_t>(length));
    for (char** word = argv + 1; *word != nullptr; ++word) words.emplace_back(*word);
    std::vector<char*> pointers;
    for (auto& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    execvp("mpirun", pointers.data());
    std::fprintf(stderr, "mpirun could not be started\n");
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

}  // namespace benchmark
