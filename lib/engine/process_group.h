// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/comm/coll_comm.h>
#include <legate/type/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace legate::detail::engine {

/// Some processes of the run that meet on behalf of their points. Kept from first use until free_process_groups().
///
/// Collective operations block, looking for their end ever more rarely, so that a thread that waits leaves its
/// processor to those that it waits for. Every process of the group calls the same ones in the same order, and one of
/// its threads at a time, which need not be the same one each time. In a pretended cluster, or without MPI, nothing is
/// sent or received and all the others agree with this process.
class ProcessGroup {
 public:
  /// The group of these processes. The first call for a set of them is collective: all of its members call it, in the
  /// same order with respect to other such calls. The control thread, inside of a Wait: it may wait for the other
  /// processes.
  ///
  /// @param ranks of the run, ascending; this process is one of them.
  [[nodiscard]] static ProcessGroup& find(const std::vector<unsigned>& ranks);

  ~ProcessGroup();
  ProcessGroup(const ProcessGroup&) = delete;
  ProcessGroup& operator=(const ProcessGroup&) = delete;

  /// This process as one of the group: an index into the ranks that make it up.
  [[nodiscard]] unsigned rank() const noexcept { return rank_; }
  [[nodiscard]] unsigned size() const noexcept { return static_cast<unsigned>(ranks_.size()); }
  [[nodiscard]] const std::vector<unsigned>& ranks() const noexcept { return ranks_; }

  /// Returns when all processes have called it.
  void barrier();

  /// The bits that any of the processes has set.
  [[nodiscard]] std::uint64_t any(std::uint64_t bits);

  /// Combines everybody's elements, first with first and so on; the results are the same in every process.
  ///
  /// @param send another buffer than `receive`: MPI wants all processes or none to reduce in place.
  /// @param op one that exists for the type.
  void allreduce(const void* send, void* receive, std::size_t count, legate::comm::coll::CollDataType type,
                 ReductionOpKind op);

  /// Completes `all`, which holds this process's bytes already.
  ///
  /// @param offsets where the bytes of each process begin in `all`, ascending from 0, then where the last ones end: one
  /// more than there are processes, the same everywhere.
  void allgather(std::byte* all, const std::vector<std::size_t>& offsets);

  /// The same number of bytes from every process to every one, itself too: `send` and `receive` have as many for each,
  /// in the order of processes.
  void alltoall(const std::byte* send, std::byte* receive, std::size_t bytes);

  /// A piece of a buffer.
  struct Piece {
    std::ptrdiff_t begin{};
    std::size_t bytes{};
  };
  /// Sends a piece of `send` to each other process and receives one from each, of as many bytes as that one sends.
  /// There is an entry for every process; nothing is done about the own one.
  void alltoallv(const std::byte* send, const std::vector<Piece>& to, std::byte* receive,
                 const std::vector<Piece>& from);

 private:
  friend class GroupBarrier;
  struct Connection;

  explicit ProcessGroup(std::vector<unsigned> ranks);
  [[nodiscard]] bool connected() const noexcept { return connection_ != nullptr; }
  void connect();
  void gather_few(std::byte* all, std::size_t bytes);
  void allgather_in_messages(std::byte* all, const std::vector<std::size_t>& offsets);

  std::vector<unsigned> ranks_;
  unsigned rank_{};
  std::unique_ptr<Connection> connection_;  // null: nobody to talk to
};

/// A barrier that does not block: it is passed when all processes of the group have started it. Started by all of them
/// in the same order, independently of the group's other operations; one thread at a time starts barriers of a group.
class GroupBarrier {
 public:
  explicit GroupBarrier(ProcessGroup& group);
  /// Waits if the barrier is not passed yet.
  ~GroupBarrier();
  GroupBarrier(const GroupBarrier&) = delete;
  GroupBarrier& operator=(const GroupBarrier&) = delete;

  /// Whether all have started it; true ever after. One thread at a time.
  [[nodiscard]] bool done();

 private:
  struct Request;
  std::unique_ptr<Request> request_;  // null: passed
};

/// Ends all groups, which nobody uses any more. Collective over all processes of the run, before MPI ends.
void free_process_groups();

/// Messages longer than this are cut, because MPI counts with 32 bits; 1 GiB unless a test wants less. The same in all
/// processes, while nobody communicates.
void set_longest_message(std::size_t bytes) noexcept;

}  // namespace legate::detail::engine
