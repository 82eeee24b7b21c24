// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "comm/collective.h"
#include "comm/meeting.h"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace legate::detail::comm {

/// What a point gets that waits for one that has thrown.
struct BrokenOff : std::exception {
  [[nodiscard]] const char* what() const noexcept override;
};

/// All points of one concurrent launch, as this process sees them. One object per launch and process; each of the
/// process's points uses it from a thread of its own, all of them at the same time.
///
/// Points are numbered from 0 in the launch, and in each process (`local`) from its first one on. Every point calls the
/// same operations in the same order, and leave() or break_off() in the end, after which it calls nothing any more. The
/// object must not go before they have returned for all of the process's points. Whatever can be seen of points that do
/// otherwise ends the process with a message that names the task, for they would wait for ever.
///
/// Launches on the same processes use one engine::ProcessGroup, one after the other, in the same order in each.
class Circle {
 public:
  /// @param may_break whether points may break off. Between processes that costs each operation a message, and every
  /// process waits in the end until all of them are over. In one process it costs nothing, and this does not matter.
  /// @param task for messages.
  Circle(std::shared_ptr<const Seating> seating, bool may_break, std::string task);

  /// The number of points in all processes.
  [[nodiscard]] unsigned size() const noexcept { return static_cast<unsigned>(seating_->points()); }
  /// The first point of this process.
  [[nodiscard]] unsigned first() const noexcept { return static_cast<unsigned>(seating_->first()); }
  /// The number of points in this process.
  [[nodiscard]] unsigned local_points() const noexcept { return seating_->local_points(); }
  [[nodiscard]] const Seating& seating() const noexcept { return *seating_; }

  /// @name Operations
  /// Each blocks. All throw BrokenOff if a point has broken off that they would wait for, and from then on always.
  /// @{

  /// Returns when all points of this process have called it.
  void start(unsigned local);

  /// Returns when all points of all processes have called it.
  void barrier(unsigned local);

  /// As legate::comm::coll::collAllgather() and so on, whose checks the arguments have passed. Sizes are in bytes:
  /// `bytes` is what a point contributes (allgather), what it sends to each (alltoall), or those of an element
  /// (alltoallv).
  void allgather(unsigned local, const void* send, void* receive, std::size_t bytes);
  void alltoall(unsigned local, const void* send, void* receive, std::size_t bytes);
  void alltoallv(unsigned local, const void* send, const int* send_counts, const int* send_displacements, void* receive,
                 const int* receive_counts, const int* receive_displacements, std::size_t bytes);
  void allreduce(unsigned local, const void* send, void* receive, std::size_t count,
                 legate::comm::coll::CollDataType type, ReductionOpKind op);
  /// @}

  /// Whether the last operation of this point has thrown BrokenOff. By that point.
  [[nodiscard]] bool broke(unsigned local) const noexcept { return calls_[local].broken; }

  /// This point has thrown and is over. May wait until the other processes have noticed. With several processes only if
  /// points may break off.
  void break_off(unsigned local) noexcept;

  /// This point is over. The last one of the process may wait for the other processes, if points may break off.
  void leave(unsigned local) noexcept;

 private:
  void run(unsigned local, const Call& call);
  [[nodiscard]] bool begin() noexcept;
  [[nodiscard]] bool agree(std::uint64_t what) noexcept;
  void check_calls() const;
  void compare_with_other_processes() const;

  std::shared_ptr<const Seating> seating_;
  bool tells_;  // whether processes tell each other of broken points
  std::string task_;
  Meeting meeting_;
  std::vector<Call> calls_;  // what each local point has called; written by it before it comes to a meeting
  Collective collective_;    // prepared by the last one to come to a meeting, used by all until the next one
};

}  // namespace legate::detail::comm
