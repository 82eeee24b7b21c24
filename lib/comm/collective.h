// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "comm/fold.h"
#include "engine/process_group.h"

#include <legate/comm/coll_comm.h>
#include <legate/type/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace legate::detail::comm {

/// Who takes part in a concurrent launch: processes, and points, which are dealt to processes in blocks of successive
/// ones. Immutable, shared between launches.
struct Seating {
  std::vector<std::uint64_t> first_points;  ///< of each process of the group, then how many there are in all
  unsigned process{};                       ///< this one, an index into it
  engine::ProcessGroup* group{};            ///< null: all points are in this process

  [[nodiscard]] std::uint64_t points() const noexcept { return first_points.back(); }
  [[nodiscard]] std::uint64_t first() const noexcept { return first_points[process]; }
  [[nodiscard]] unsigned local_points() const noexcept { return points_of(process); }
  [[nodiscard]] unsigned processes() const noexcept { return static_cast<unsigned>(first_points.size() - 1); }
  [[nodiscard]] unsigned points_of(unsigned other) const noexcept {
    return static_cast<unsigned>(first_points[other + 1] - first_points[other]);
  }
};

/// What one point has called, and with what. The pointers are the point's own, valid until the operation is over.
struct Call {
  enum class Kind : std::uint8_t { START, BARRIER, ALLGATHER, ALLTOALL, ALLTOALLV, ALLREDUCE };

  Kind kind{};
  legate::comm::coll::CollDataType type{};  // allreduce
  ReductionOpKind op{};                     // allreduce
  /// Bytes of a contribution (allgather), of what goes to each (alltoall), of an element (alltoallv); the number of
  /// elements (allreduce).
  std::size_t size{};
  const std::byte* send{};
  std::byte* receive{};
  /// Elements for and from each point, and where they begin; alltoallv only.
  const int* send_counts{};
  const int* send_displacements{};
  const int* receive_counts{};
  const int* receive_displacements{};
  bool broken{};  ///< it has thrown BrokenOff
};

/// Memory that only grows and holds nothing from one use to the next.
class Scratch {
 public:
  [[nodiscard]] std::byte* take(std::size_t bytes) {
    if (bytes > size_) {
      memory_.reset(new std::byte[bytes]);
      size_ = bytes;
    }
    return memory_.get();
  }

 private:
  std::unique_ptr<std::byte[]> memory_;
  std::size_t size_{};
};

/// The steps of collective operations in one process. One thread prepares, and finds out which course to take. Then
/// every point contributes; when all have, one thread communicates; after that, every point collects, and when all
/// have, the operation is over. Points may contribute at the same time, and collect: each does its share.
class Collective {
 public:
  /// @param calls of the local points. All three arguments outlive the object.
  Collective(const Seating& seating, const std::vector<Call>& calls, const std::string& task)
      : seating_{seating}, calls_{calls}, task_{task} {}

  enum class Course : std::uint8_t {
    TOGETHER,      ///< it is so little that one thread does it faster than several that wait for each other
    AT_ONCE,       ///< everybody contributes and collects: nothing is to communicate, nobody needs what others do
    IN_TWO_STEPS,  ///< everybody contributes, and collects when one thread has communicated
  };

  void prepare();
  [[nodiscard]] Course course() const noexcept { return course_; }
  void contribute(unsigned local);
  void communicate();
  void collect(unsigned local);

 private:
  [[nodiscard]] bool any_in_place() const;
  [[nodiscard]] std::size_t work_of_exchange() const;
  void plan_exchange();
  void plan_messages();
  void contribute_to_gather(const Call& call, unsigned local);
  void fetch(const Call& call, unsigned local) const;
  void contribute_to_fold(unsigned local);
  void reduce_between_processes();
  void pack(const Call& call, unsigned local);
  void exchange();
  void unpack(const Call& call, unsigned local);

  const Seating& seating_;
  const std::vector<Call>& calls_;
  const std::string& task_;  // for messages

  Course course_{};

  std::byte* folded_{};  // of a reduction: what our points contribute, combined
  Scratch folded_memory_;
  Scratch gathered_memory_;

  // Of an exchange (alltoall, alltoallv) between processes. A message to a process has what its points get from the
  // first of ours, in their order, then from the second, and so on.
  using Piece = engine::ProcessGroup::Piece;
  bool direct_{false};  // one point in every process: messages are parts of its buffers
  std::vector<Piece> to_;
  std::vector<Piece> from_;
  std::vector<std::size_t> packed_;    // [local * processes + process]: where its part of that message begins
  std::vector<std::size_t> received_;  // [local * points + point]: where that which is from this point begins
  Scratch sent_memory_;
  Scratch received_memory_;
  std::byte* packed_bytes_{};
  std::byte* received_bytes_{};
};

}  // namespace legate::detail::comm
