// SPDX-License-Identifier: Apache-2.0
// The part of Collective in which every point has something else for each of the others: alltoall and alltoallv.
#include "comm/collective.h"

#include <legate/utilities/abort.h>

#include <cstring>
#include <numeric>

namespace legate::detail::comm {

namespace {

// What handling a piece costs, in bytes that could be copied meanwhile.
constexpr std::size_t PIECE = 32;

bool uniform(const Call& call) { return call.kind == Call::Kind::ALLTOALL; }

std::size_t bytes_to(const Call& call, std::uint64_t point) {
  return uniform(call) ? call.size : static_cast<std::size_t>(call.send_counts[point]) * call.size;
}

std::size_t bytes_from(const Call& call, std::uint64_t point) {
  return uniform(call) ? call.size : static_cast<std::size_t>(call.receive_counts[point]) * call.size;
}

std::ptrdiff_t place_to(const Call& call, std::uint64_t point) {
  const auto index = uniform(call) ? static_cast<std::ptrdiff_t>(point) : call.send_displacements[point];
  return index * static_cast<std::ptrdiff_t>(call.size);
}

std::ptrdiff_t place_from(const Call& call, std::uint64_t point) {
  const auto index = uniform(call) ? static_cast<std::ptrdiff_t>(point) : call.receive_displacements[point];
  return index * static_cast<std::ptrdiff_t>(call.size);
}

void copy_bytes(std::byte* to, const std::byte* from, std::size_t bytes) {
  if (bytes > 0) {
    std::memcpy(to, from, bytes);
  }
}

}  // namespace

std::size_t Collective::work_of_exchange() const {
  const std::uint64_t points = seating_.points();
  std::size_t work = calls_.size() * points * PIECE;
  for (const Call& call : calls_) {
    if (uniform(call)) {
      work += points * call.size;
      continue;
    }
    for (std::uint64_t point = 0; point < points; ++point) {
      work += bytes_from(call, point);
    }
  }
  return work;
}

// What the points of this process have for each other, each fetches itself; the rest goes in one message to and from
// every other process. How much comes is known from what the points of this process expect.
void Collective::plan_exchange() {
  if (seating_.group == nullptr) {
    return;
  }
  direct_ = seating_.points() == seating_.processes();
  if (direct_ && uniform(calls_[0])) {
    return;
  }
  to_.assign(seating_.processes(), Piece{});
  from_.assign(seating_.processes(), Piece{});
  if (direct_) {
    for (unsigned process = 0; process < seating_.processes(); ++process) {
      to_[process] = {place_to(calls_[0], process), bytes_to(calls_[0], process)};
      from_[process] = {place_from(calls_[0], process), bytes_from(calls_[0], process)};
    }
    return;
  }
  plan_messages();
}

void Collective::plan_messages() {
  const unsigned processes = seating_.processes();
  const std::size_t local_points = calls_.size();
  packed_.resize(local_points * processes);
  received_.resize(local_points * seating_.points());
  std::size_t sent = 0;
  std::size_t got = 0;
  for (unsigned process = 0; process < processes; ++process) {
    if (process == seating_.process) {
      continue;
    }
    const std::uint64_t begin = seating_.first_points[process];
    const std::uint64_t end = seating_.first_points[process + 1];
    to_[process].begin = static_cast<std::ptrdiff_t>(sent);
    from_[process].begin = static_cast<std::ptrdiff_t>(got);
    for (std::size_t local = 0; local < local_points; ++local) {
      packed_[local * processes + process] = sent;
      for (std::uint64_t point = begin; point < end; ++point) {
        sent += bytes_to(calls_[local], point);
      }
    }
    for (std::uint64_t point = begin; point < end; ++point) {
      for (std::size_t local = 0; local < local_points; ++local) {
        received_[local * seating_.points() + point] = got;
        got += bytes_from(calls_[local], point);
      }
    }
    to_[process].bytes = sent - static_cast<std::size_t>(to_[process].begin);
    from_[process].bytes = got - static_cast<std::size_t>(from_[process].begin);
  }
  packed_bytes_ = sent_memory_.take(sent);
  received_bytes_ = received_memory_.take(got);
}

void Collective::pack(const Call& call, unsigned local) {
  if (seating_.group == nullptr || direct_) {
    return;
  }
  for (unsigned process = 0; process < seating_.processes(); ++process) {
    if (process == seating_.process) {
      continue;
    }
    std::byte* at = packed_bytes_ + packed_[local * seating_.processes() + process];
    for (std::uint64_t point = seating_.first_points[process]; point < seating_.first_points[process + 1]; ++point) {
      const std::size_t bytes = bytes_to(call, point);
      copy_bytes(at, call.send + place_to(call, point), bytes);
      at += bytes;
    }
  }
}

void Collective::exchange() {
  const Call& call = calls_[0];
  if (direct_ && uniform(call)) {
    seating_.group->alltoall(call.send, call.receive, call.size);
  } else if (direct_) {
    seating_.group->alltoallv(call.send, to_, call.receive, from_);
  } else {
    seating_.group->alltoallv(packed_bytes_, to_, received_bytes_, from_);
  }
}

void Collective::unpack(const Call& call, unsigned local) {
  if (direct_ && uniform(call)) {
    return;
  }
  const std::uint64_t own = seating_.first() + local;
  for (std::uint64_t other = 0; other < calls_.size(); ++other) {
    const std::uint64_t point = seating_.first() + other;
    const std::size_t bytes = bytes_from(call, point);
    const std::size_t sent = bytes_to(calls_[other], own);
    if (bytes != sent) {
      LEGATE_ABORT("Task ", task_, ": point ", own, " expects ", bytes / call.size, " elements from point ", point,
                   ", which sends ", sent / call.size);
    }
    copy_bytes(call.receive + place_from(call, point), calls_[other].send + place_to(calls_[other], own), bytes);
  }
  if (seating_.group == nullptr || direct_) {
    return;
  }
  for (std::uint64_t point = 0; point < seating_.points(); ++point) {
    if (point < seating_.first() || point >= seating_.first() + calls_.size()) {
      copy_bytes(call.receive + place_from(call, point), received_bytes_ + received_[local * seating_.points() + point],
                 bytes_from(call, point));
    }
  }
}

}  // namespace legate::detail::comm
