// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/codelet.h"
#include "engine/duration_history.h"
#include "engine/profile.h"
#include "engine/task.h"
#include "engine/task_model.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace legate::detail::engine {

/// Memory of launches and bundles. Made by the submitting thread and given up by a worker, which malloc makes expensive
/// for both: so blocks of the size that small launches have are kept and used again. Any thread.
[[nodiscard]] void* allocate_launch_memory(std::size_t bytes);
void free_launch_memory(void* memory, std::size_t bytes) noexcept;

class GangEnd;

/// A launch on its way through StarPU. One allocation: this header, then the points, then (if timed) when each was
/// submitted, then (if modelled) what is known of the size of each (null: it has none).
struct LaunchRecord {
  struct Point {
    LaunchRecord* launch;
    std::uint32_t index;
    std::uint32_t profile_id;  // if the launch is profiled
  };

  Work* work;
  const Codelet* codelet;
  DurationEstimate* duration;  // null: not to be measured
  std::uint64_t number;
  std::int32_t priority;
  std::uint32_t points;
  std::size_t bytes;               // of the allocation
  std::uint32_t* worker_mask;      // one of the interned ones, null for all workers
  const Profile::Launch* profile;  // null unless profiled
  bool timed;                      // points leave timestamps
  bool modelled;                   // points know the models of their sizes
  bool measured;                   // and add to them
  bool profiled;                   // points go into the profile
  bool recorded;                   // timed, measured or profiled
  bool bundled;                    // points go through the bundler
  bool watched;                    // listed by watch_launch()
  unsigned gang_worker;            // that runs point 0 of a gang; those of the other points follow
  GangEnd* gang_end;               // while a gang in main memory runs
  // Written by every worker; the rest is read only once points are submitted.
  alignas(64) std::atomic<std::uint32_t> remaining;

  [[nodiscard]] Point* point_array() noexcept { return reinterpret_cast<Point*>(this + 1); }
  [[nodiscard]] std::int64_t* submission_times() noexcept {
    return reinterpret_cast<std::int64_t*>(point_array() + points);
  }

  [[nodiscard]] SizeModel** size_models() noexcept {
    return reinterpret_cast<SizeModel**>(submission_times() + (timed ? points : 0));
  }

  /// `count` points need no longer be waited for. Whoever takes the last one finishes the launch; the record is gone
  /// then.
  void settle(std::uint32_t count) noexcept;
};

/// @name While waits are watched
/// @{
/// Lists the launch among those that are not over, until settle() takes the last point.
void watch_launch(LaunchRecord& launch);
/// Those that are listed, in the order of submission. Any thread.
[[nodiscard]] std::vector<std::string> describe_unfinished_launches();
/// @}

/// Calls a point of a gang in main memory, on the worker that this is.
void run_in_gang(const LaunchRecord::Point& point) noexcept;

/// What workers call.
struct Trampoline {
  /// The task of a single point; the argument is a LaunchRecord::Point.
  static void run_point(void** buffers, void* argument) noexcept;
  /// The task of a single point that works in the memory of its worker.
  static void run_local_point(void** buffers, void* argument) noexcept;
  /// The leader of a gang; the argument is its first LaunchRecord::Point.
  static void run_gang(void** buffers, void* argument) noexcept;
  /// Another point of a gang; the argument is a LaunchRecord::Point.
  static void run_gang_member(void** buffers, void* argument) noexcept;
  /// The task of a bundle; the argument is a BundleRecord.
  static void run_bundle(void** buffers, void* argument) noexcept;
};

}  // namespace legate::detail::engine
