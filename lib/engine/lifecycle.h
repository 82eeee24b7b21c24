// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace legate::detail::engine {

/// Whether several short points are run by one StarPU task.
enum class Bundling : std::uint8_t {
  NEVER,
  AUTO,   ///< points of launches that were repeated often and are known to take a few microseconds
  ALWAYS  ///< all points that may, however long they take: for tests
};

/// What start() needs to know about the machine it may use.
struct Configuration {
  /// CPU workers. They are threads beside the control thread. There is at least one worker of some kind.
  unsigned cpus{1};
  /// Groups of `omp_threads` cores each that run one task at a time; StarPU knows each as one CPU worker.
  unsigned omps{0};
  unsigned omp_threads{1};
  /// Every NUMA domain of main memory is a memory of its own, in which points work that say so.
  bool numa{false};
  /// OpenCL devices, each with a worker.
  unsigned opencls{0};
  /// Bytes of each OpenCL device for arrays; 0: all it has. What does not fit is kept in main memory.
  std::size_t opencl_memory{0};
  /// GPUs, each with a worker, and the bytes of each for arrays; 0: as StarPU decides.
  unsigned gpus{0};
  std::size_t gpu_memory{0};
  /// Bytes of main memory that arrays in use and arrays kept for reuse may take together before the latter are given
  /// back to the operating system. More in use is refused. 0: half of the memory of the machine.
  std::size_t system_memory{0};
  /// How long an idle worker keeps looking for work before it sleeps. Longer costs idle processor time, shorter costs
  /// about 25 us of latency for the first task after a pause.
  std::chrono::microseconds idle_spin{75};
  /// Whether workers are bound to disjoint shares of the processors that this process may run on (only where there is
  /// at least one processor for every thread).
  bool bind_workers{true};
  Bundling bundling{Bundling::AUTO};
  /// One of schedulers().
  std::string scheduler{"prio"};
  /// Tasks are measured, for their performance models.
  bool calibrate{false};
  /// Where performance models are kept; empty: nowhere.
  std::string model_directory{};
};

/// StarPU's scheduling policies that can be had: under all of them, tasks run only on the workers they are meant for.
[[nodiscard]] const std::vector<std::string>& schedulers();

/// Whether a scheduling policy wants to know how long tasks take.
[[nodiscard]] bool uses_models(const std::string& scheduler) noexcept;

/// Starts StarPU with exactly the workers asked for.
///
/// Environment variables that StarPU reads and that the user has set keep their meaning (STARPU_HOME, submission limits
/// and so on), except for the number and kind of workers; what start() sets itself is restored before it returns. Call
/// it from one thread, while no engine is running. May be called again after stop().
///
/// @throws std::invalid_argument there is no worker of cores, a group has no thread, or StarPU has no such scheduler.
/// @throws std::runtime_error the engine is running already, StarPU cannot be started, or it came up with another
/// number of
///   workers than asked for (the message names both); nothing is left running then.
void start(const Configuration& configuration);

/// Waits for every submitted task, releases what StarPU holds of every array, gives back pooled memory, and shuts
/// StarPU down. Arrays still referenced keep their contents in main memory and remain usable after another start().
///
/// Does nothing when the engine is not running. Not from a worker. Returns 0.
int stop();

/// The largest number of CPU workers and OpenMP groups together that the StarPU this library was built with supports.
/// Any thread.
[[nodiscard]] unsigned max_cpu_workers() noexcept;

/// True between start() and stop(). Any thread.
[[nodiscard]] bool running() noexcept;

/// Number of workers, 0 when not running. Any thread.
[[nodiscard]] unsigned worker_count() noexcept;

/// Main memory for arrays, in bytes.
struct MemoryUsage {
  std::size_t peak{0};      ///< the most that was allocated at a time since start(), whether in use or kept for reuse
  std::size_t capacity{0};  ///< what start() was told, or decided
};

/// Any thread; the figures of the last run when the engine is not running.
[[nodiscard]] MemoryUsage memory_usage();

/// Name and version of the task engine that is linked, for messages.
[[nodiscard]] std::string backend_version();

}  // namespace legate::detail::engine
