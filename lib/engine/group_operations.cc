// SPDX-License-Identifier: Apache-2.0
// The collective operations of ProcessGroup, with MPI and without.
#include "engine/group_connection.h"
#include "engine/process_group.h"
#include "type/coll_type.h"

#include <legate_defines.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>

namespace legate::detail::engine {

namespace {

constexpr std::size_t LONGEST_MESSAGE = std::size_t{1} << 30U;
std::size_t longest = LONGEST_MESSAGE;

}  // namespace

void set_longest_message(std::size_t bytes) noexcept { longest = std::min(bytes, LONGEST_MESSAGE); }
std::size_t longest_message() noexcept { return longest; }

#if LEGATE_DEFINED(LEGATE_USE_MPI)

namespace {

// Of all processes together, what is gathered by a few messages of our own: MPI_Iallgather takes longer.
constexpr std::size_t FEW_BYTES = std::size_t{8} << 10U;

MPI_Datatype mpi_type(legate::comm::coll::CollDataType type) {
  using legate::comm::coll::CollDataType;
  switch (type) {
    case CollDataType::CollInt8:
      return MPI_INT8_T;
    // MPI_CHAR is text, which cannot be reduced.
    case CollDataType::CollChar:
      return std::numeric_limits<char>::is_signed ? MPI_SIGNED_CHAR : MPI_UNSIGNED_CHAR;
    case CollDataType::CollUint8:
      return MPI_UINT8_T;
    case CollDataType::CollInt:
      return MPI_INT;
    case CollDataType::CollUint32:
      return MPI_UINT32_T;
    case CollDataType::CollInt64:
      return MPI_INT64_T;
    case CollDataType::CollUint64:
      return MPI_UINT64_T;
    case CollDataType::CollFloat:
      return MPI_FLOAT;
    case CollDataType::CollDouble:
      return MPI_DOUBLE;
  }
  LEGATE_ABORT("no type of elements: ", static_cast<int>(type));
}

MPI_Op mpi_op(ReductionOpKind op, MPI_Op addition) {
  switch (op) {
    case ReductionOpKind::ADD:
      return addition;
    case ReductionOpKind::MUL:
      return MPI_PROD;
    case ReductionOpKind::MAX:
      return MPI_MAX;
    case ReductionOpKind::MIN:
      return MPI_MIN;
    case ReductionOpKind::OR:
      return MPI_BOR;
    case ReductionOpKind::AND:
      return MPI_BAND;
    case ReductionOpKind::XOR:
      return MPI_BXOR;
  }
  LEGATE_ABORT("no operator: ", static_cast<int>(op));
}

}  // namespace

void ProcessGroup::barrier() {
  if (connected()) {
    MPI_Request request{};
    expect_mpi(MPI_Ibarrier(connection_->operations, &request), "MPI_Ibarrier");
    complete(request);
  }
}

// Whoever has heard of some passes on what it knows to one twice as far away as before: after log2 of their number, all
// know of all. A few messages by hand, because MPI_Iallreduce takes several times as long.
std::uint64_t ProcessGroup::any(std::uint64_t bits) {
  if (!connected()) {
    return bits;
  }
  for (unsigned distance = 1; distance < size(); distance *= 2) {
    const std::uint64_t known = bits;
    std::uint64_t heard = 0;
    Messages messages{connection_->operations};
    messages.receive(reinterpret_cast<std::byte*>(&heard), sizeof heard, (rank_ + size() - distance) % size());
    messages.send(reinterpret_cast<const std::byte*>(&known), sizeof known, (rank_ + distance) % size());
    messages.complete();
    bits |= heard;
  }
  return bits;
}

void ProcessGroup::allreduce(const void* send, void* receive, std::size_t count, legate::comm::coll::CollDataType type,
                             ReductionOpKind op) {
  const std::size_t element = size_of(type);
  if (!connected()) {
    std::memcpy(receive, send, count * element);
    return;
  }
  const std::size_t most = std::max<std::size_t>(longest / element, 1);
  for (std::size_t begin = 0; begin < count; begin += most) {
    const void* const from = static_cast<const std::byte*>(send) + begin * element;
    void* const to = static_cast<std::byte*>(receive) + begin * element;
    MPI_Request request{};
    expect_mpi(MPI_Iallreduce(from, to, static_cast<int>(std::min(most, count - begin)), mpi_type(type),
                              mpi_op(op, element == 1 ? connection_->sum_of_bytes : MPI_SUM), connection_->operations,
                              &request),
               "MPI_Iallreduce");
    complete(request);
  }
}

void ProcessGroup::allgather(std::byte* all, const std::vector<std::size_t>& offsets) {
  if (!connected()) {
    return;
  }
  if (offsets.back() > longest) {
    allgather_in_messages(all, offsets);
    return;
  }
  std::vector<int> counts;
  for (unsigned process = 0; process < size(); ++process) {
    counts.push_back(static_cast<int>(offsets[process + 1] - offsets[process]));
  }
  MPI_Request request{};
  if (std::adjacent_find(counts.begin(), counts.end(), std::not_equal_to<>{}) == counts.end()) {
    if (offsets.back() <= FEW_BYTES) {
      gather_few(all, offsets[1]);
      return;
    }
    expect_mpi(MPI_Iallgather(MPI_IN_PLACE, 0, MPI_BYTE, all, counts[0], MPI_BYTE, connection_->operations, &request),
               "MPI_Iallgather");
    complete(request);
    return;
  }
  const std::vector<int> begins(offsets.begin(), offsets.end() - 1);
  expect_mpi(MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_BYTE, all, counts.data(), begins.data(), MPI_BYTE,
                             connection_->operations, &request),
             "MPI_Iallgatherv");
  complete(request);
}

// In rounds: everybody sends what it has to one that has nothing of it, so that all have twice as much afterwards. What
// a process has is its own part and those of the next ones.
void ProcessGroup::gather_few(std::byte* all, std::size_t bytes) {
  std::array<std::byte, FEW_BYTES> parts;
  std::memcpy(parts.data(), all + rank_ * bytes, bytes);
  for (unsigned known = 1; known < size(); known *= 2) {
    const std::size_t more = std::min(known, size() - known) * bytes;
    Messages messages{connection_->operations};
    messages.receive(parts.data() + known * bytes, more, (rank_ + known) % size());
    messages.send(parts.data(), more, (rank_ + size() - known) % size());
    messages.complete();
  }
  const std::size_t next = (size() - rank_) * bytes;
  std::memcpy(all + rank_ * bytes, parts.data(), next);
  std::memcpy(all, parts.data() + next, rank_ * bytes);
}

void ProcessGroup::alltoall(const std::byte* send, std::byte* receive, std::size_t bytes) {
  if (!connected()) {
    std::memcpy(receive + rank_ * bytes, send + rank_ * bytes, bytes);
    return;
  }
  if (bytes * size() > longest) {
    std::vector<Piece> pieces;
    for (unsigned process = 0; process < size(); ++process) {
      pieces.push_back({static_cast<std::ptrdiff_t>(process * bytes), bytes});
    }
    std::memcpy(receive + rank_ * bytes, send + rank_ * bytes, bytes);
    alltoallv(send, pieces, receive, pieces);
    return;
  }
  MPI_Request request{};
  const int count = static_cast<int>(bytes);
  expect_mpi(MPI_Ialltoall(send, count, MPI_BYTE, receive, count, MPI_BYTE, connection_->operations, &request),
             "MPI_Ialltoall");
  complete(request);
}

// Everybody begins with the process after itself, so that not all of them send to the same one first.
void ProcessGroup::alltoallv(const std::byte* send, const std::vector<Piece>& to, std::byte* receive,
                             const std::vector<Piece>& from) {
  if (!connected()) {
    return;
  }
  Messages messages{connection_->operations};
  for (unsigned i = 1; i < size(); ++i) {
    const unsigned source = (rank_ + size() - i) % size();
    messages.receive(receive + from[source].begin, from[source].bytes, source);
  }
  for (unsigned i = 1; i < size(); ++i) {
    const unsigned target = (rank_ + i) % size();
    messages.send(send + to[target].begin, to[target].bytes, target);
  }
  messages.complete();
}

void ProcessGroup::allgather_in_messages(std::byte* all, const std::vector<std::size_t>& offsets) {
  Messages messages{connection_->operations};
  const auto bytes_of = [&](unsigned process) { return offsets[process + 1] - offsets[process]; };
  for (unsigned i = 1; i < size(); ++i) {
    const unsigned source = (rank_ + size() - i) % size();
    messages.receive(all + offsets[source], bytes_of(source), source);
  }
  for (unsigned i = 1; i < size(); ++i) {
    messages.send(all + offsets[rank_], bytes_of(rank_), (rank_ + i) % size());
  }
  messages.complete();
}

#else

void ProcessGroup::barrier() {}
std::uint64_t ProcessGroup::any(std::uint64_t bits) { return bits; }
void ProcessGroup::allreduce(const void* send, void* receive, std::size_t count, legate::comm::coll::CollDataType type,
                             ReductionOpKind /*op*/) {
  std::memcpy(receive, send, count * size_of(type));
}
void ProcessGroup::allgather(std::byte* /*all*/, const std::vector<std::size_t>& /*offsets*/) {}
void ProcessGroup::alltoall(const std::byte* send, std::byte* receive, std::size_t bytes) {
  std::memcpy(receive + rank_ * bytes, send + rank_ * bytes, bytes);
}
void ProcessGroup::alltoallv(const std::byte* /*send*/, const std::vector<Piece>& /*to*/, std::byte* /*receive*/,
                             const std::vector<Piece>& /*from*/) {}

#endif

}  // namespace legate::detail::engine
