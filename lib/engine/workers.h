// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace legate::detail::engine {

/// What a worker runs points on.
enum class WorkerKind : std::uint8_t {
  CPU,  ///< one core
  OMP,  ///< a group of cores, all for one point at a time
  OPENCL,
  GPU  ///< by CUDA
};
inline constexpr std::array<WorkerKind, 4> ALL_WORKER_KINDS{WorkerKind::CPU, WorkerKind::OMP, WorkerKind::OPENCL,
                                                            WorkerKind::GPU};
inline constexpr std::size_t WORKER_KINDS = ALL_WORKER_KINDS.size();

/// Workers `first`, `first + 1`, … `first + count - 1`.
struct WorkerRange {
  unsigned first{0};
  unsigned count{0};
};

/// How many workers of each kind there are to be.
struct WorkerCounts {
  unsigned cpus{0};
  unsigned omps{0};
  unsigned omp_threads{1};  ///< of each group
  unsigned opencls{0};
  unsigned gpus{0};

  [[nodiscard]] unsigned processors() const noexcept { return cpus + omps * omp_threads; }
};

/// Whether workers of a kind work on memory of their own.
[[nodiscard]] constexpr bool is_device(WorkerKind kind) noexcept {
  return kind == WorkerKind::OPENCL || kind == WorkerKind::GPU;
}

/// The workers of a kind; none when the engine is not running. Any thread.
[[nodiscard]] WorkerRange workers_of(WorkerKind kind) noexcept;

/// The kind of the workers that do what may be done in main memory only: CPUs, or groups of cores where there are none.
/// Any thread.
[[nodiscard]] WorkerKind host_kind() noexcept;

/// The kind of a worker. Any thread.
[[nodiscard]] WorkerKind kind_of(unsigned worker) noexcept;

/// A lock per processor of the process, by the number of its worker: for whoever wants to run there alone. The engine
/// itself takes none of them. Any thread; `worker` is that of a running engine.
[[nodiscard]] std::mutex& processor_lock(unsigned worker) noexcept;

/// Bytes of memory that each worker of a kind has for arrays; no limit where that is main memory. Any thread.
[[nodiscard]] std::size_t memory_of(WorkerKind kind) noexcept;
/// From now on memory_of() is no more than this. Before anything runs.
void limit_memory_of(WorkerKind kind, std::size_t bytes) noexcept;

/// Which of `processors` each worker of cores is to run on, by kind and then by number: disjoint shares. Groups get as
/// many processors as they have threads, CPU workers share the rest evenly, so that two processes that were given the
/// same processors do not insist on the same first ones. Empty if there are too few for all.
[[nodiscard]] std::vector<std::vector<std::size_t>> share_processors(const std::vector<std::size_t>& processors,
                                                                     const WorkerCounts& counts);

/// The order in which a process uses the devices that it sees, numbers from 0 to `visible`. It is process `rank` of
/// those on its node, each of which wants `count`: each begins with devices of its own, as far as there are enough, and
/// they share evenly what there is otherwise.
[[nodiscard]] std::vector<unsigned> order_devices(unsigned visible, unsigned count, unsigned rank);

/// @name For start() and stop()
/// @{
/// StarPU has just been started with these workers: tells those of cores what they are, and binds them if `bind`.
void set_up_workers(const WorkerCounts& counts, bool bind);
void forget_workers() noexcept;
/// @}

/// As long as it lives, OpenMP regions of the calling thread, which is no worker, have as many threads as a group.
class GroupThreads {
 public:
  GroupThreads() noexcept;
  GroupThreads(const GroupThreads&) = delete;
  GroupThreads& operator=(const GroupThreads&) = delete;
  ~GroupThreads();

 private:
  int before_{0};
};

}  // namespace legate::detail::engine
