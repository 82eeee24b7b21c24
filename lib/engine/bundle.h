// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/launch_record.h"
#include "engine/lifecycle.h"
#include "engine/task.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace legate::detail::engine {

/// Points that make one StarPU task. One allocation: this header, then pointers to the points.
struct BundleRecord {
  std::size_t bytes;  // of the allocation
  std::uint32_t count;

  [[nodiscard]] LaunchRecord::Point** points() noexcept { return reinterpret_cast<LaunchRecord::Point**>(this + 1); }
};

/// Puts points of small tasks together into one StarPU task, because a StarPU task costs some microseconds.
///
/// The one bundle being filled is *open*. Points join it in the order of submission, whatever launch they belong to,
/// and run in that order, one after the other, on one worker; the StarPU task lists the tiles of all of them. So a
/// bundle is ordered behind everything its points are ordered behind, and what is gained in cost is lost in
/// parallelism: only points that are known to take a few microseconds join (see `plan`), and a bundle holds a few tens
/// of microseconds of work at most. Points that are a little longer join where there is no parallelism to lose: behind
/// a point that they must wait for, like steps of a simulation that each fit on one processor.
///
/// Like a group commit, an open bundle is submitted when it is full, or when nothing else is in flight and the control
/// thread is not just making one launch after the other. Whoever is going
/// to wait for tasks, or submits something to StarPU that must come after them, calls `flush` first. And where the
/// control thread neither submits nor waits while a worker is idle, the worker asks a helper thread to flush: so
/// nothing that was submitted waits for the control thread's next call.
///
/// All members, except where said otherwise, under the submission lock.
class Bundler {
 public:
  [[nodiscard]] static Bundler& instance() noexcept;

  /// For start() and stop(); without lock, nothing running.
  void open(Bundling mode, unsigned workers);
  void close() noexcept;

  /// Whether instances are to be measured.
  [[nodiscard]] bool measures() const noexcept { return mode_ == Bundling::AUTO; }

  /// Decides about a launch of `points` points.
  [[nodiscard]] BundlePlan plan(const Codelet& codelet, const Footprint& footprint, std::uint32_t points) noexcept;

  /// Adds a point to the open bundle, after submitting what does not fit together with it.
  void add(LaunchRecord::Point& point, const BundlePlan& plan, const TileUse* uses, std::size_t count);

  /// To be called after the last point of a launch: submits the open bundle if there is a reason to.
  void end_launch(const BundlePlan& plan);

  /// Submits the open bundle.
  void flush();

 private:
  Bundler() = default;

  /// plan() for points that take as long as was seen.
  [[nodiscard]] BundlePlan plan_by_duration(const DurationEstimate& estimate, std::uint32_t points) const noexcept;

  /// Whether a point with these tiles has to wait for the last point of the open bundle.
  [[nodiscard]] bool follows_last(const TileUse* uses, std::size_t count) const noexcept;

  // The last point that uses a tile, and what it does to it.
  struct LastUse {
    std::uint32_t point;  // position in points_
    Access access;
  };

  Bundling mode_{Bundling::NEVER};
  unsigned workers_{1};

  // The open bundle.
  std::vector<LaunchRecord::Point*> points_{};
  std::vector<TileUse> uses_{};
  std::vector<LastUse> last_uses_{};  // for each of uses_
  std::uint64_t launches_{0};         // that the points belong to
  std::uint64_t nanoseconds_{0};      // estimated
  std::int64_t last_launch_{0};       // when it ended, in nanoseconds
  std::uint64_t generation_{1};       // of the open bundle; tiles remember in which one they are listed
};

/// Submits one StarPU task. Under the submission lock.
void submit_task(starpu_codelet& codelet, void* argument, std::int32_t priority, std::uint32_t* worker_mask,
                 const TileUse* uses, std::size_t count);

/// The same to one worker, before which tasks with smaller priority wait. Under the submission lock, or without uses on
/// a worker.
void submit_task_to_worker(starpu_codelet& codelet, void* argument, std::int32_t priority, unsigned worker,
                           const TileUse* uses, std::size_t count);

/// Submits what is in the open bundle, if there is one: before waiting for tasks. Any thread except workers, which do
/// nothing here.
void flush_bundle();

/// @name For idle workers
/// @{
/// Number of the open bundle, 0 if it is empty.
[[nodiscard]] std::uint64_t open_bundle() noexcept;
/// Has the open bundle submitted soon, by another thread. Never blocks.
void request_flush() noexcept;
/// @}

}  // namespace legate::detail::engine
