// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/launch_record.h"
#include "engine/task.h"

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <vector>

// Gangs: launches whose points run all at once, each on a worker of its own, and may wait for each other.
//
// What would keep such points waiting for ever is a worker that has a point of one gang while another worker has a
// point of another one, or a point that waits on its worker for others whose arguments are not there yet. So the gangs
// of a process run one after the other, in program order (they all use the *order tile*), a gang takes workers only
// when the arguments of all its points are there, and where several processes have a part in it, only when they are
// there in all of them: a *gate*, a task that no worker runs, lists what all points of this process list; behind it the
// order tile is kept until the gates of the other processes have opened as well. Everything else that a worker may have
// to finish first ends by itself.
//
// But for copies from one device to another, for which StarPU needs the workers of both: one that has a point of a gang
// and waits for the others does no copies. So the gate of a gang brings the tiles to the devices of its points, and a
// gang on several devices of this process takes turns with all that runs on them otherwise (the *devices' tile*), so
// that nothing on the way to its worker waits for such a copy.
namespace legate::detail::engine {

/// Points of a gang in main memory that are not over. Their leader waits for it.
class GangEnd {
 public:
  explicit GangEnd(std::uint32_t points) : running_{points} {}
  GangEnd(const GangEnd&) = delete;
  GangEnd& operator=(const GangEnd&) = delete;

  /// A point is over. The object may be gone when this returns.
  void arrive() noexcept;
  /// Returns when all points are over. Once, by whoever destroys the object afterwards.
  void wait() noexcept;

 private:
  std::mutex mutex_{};
  std::condition_variable over_{};
  std::atomic<std::uint32_t> running_;
};

/// @name Under the submission lock
/// @{

/// Submits the points of a gang that works in main memory as one StarPU task, the *leader*, which lists `uses` and is
/// its first point. It starts the other points when it runs, and ends when all are over.
void submit_gang(LaunchRecord& launch, const GangPlace& place, const TileUse* uses, std::size_t count);

/// For a gang whose points each work in the memory of their workers: submits what keeps them until they may start.
/// `uses` are those of all points. What this returns every point lists, too.
[[nodiscard]] TileUse open_gate(const LaunchRecord& launch, const GangPlace& place, const std::vector<GangUse>& uses);

/// What points that are in no gang list besides, if they may run on one of several devices; see above.
[[nodiscard]] std::optional<TileUse> turn_on_devices();
/// @}

/// By stop(), after all tasks: gives back what gangs have in common.
void forget_gangs() noexcept;

}  // namespace legate::detail::engine
