// SPDX-License-Identifier: Apache-2.0
#include "comm/collective.h"

#include "type/coll_type.h"

#include <algorithm>
#include <cstring>

namespace legate::detail::comm {

namespace {

// Bytes that one thread moves in about the time that it takes all to meet once more.
constexpr std::size_t SMALL = std::size_t{32} << 10U;

// Of all processes together, what is gathered to be reduced.
constexpr std::size_t SMALL_REDUCTION = std::size_t{8} << 10U;

// Combined at a time, so that intermediate results stay in the cache next to the execution units.
constexpr std::size_t BLOCK = std::size_t{16} << 10U;

// What two threads write at the same time is apart by so many bytes at least.
constexpr std::size_t CACHE_LINE = 64;

void copy_bytes(void* to, const void* from, std::size_t bytes) {
  if (bytes > 0 && to != from) {
    std::memcpy(to, from, bytes);
  }
}

}  // namespace

void Collective::prepare() {
  const Call& call = calls_[0];
  const std::size_t local_points = seating_.local_points();
  std::size_t work = 0;
  switch (call.kind) {
    case Call::Kind::START:
    case Call::Kind::BARRIER:
      break;
    case Call::Kind::ALLGATHER:
      work = local_points * seating_.points() * call.size;
      break;
    case Call::Kind::ALLREDUCE:
      work = 2 * local_points * call.size * size_of(call.type);
      folded_ = seating_.group == nullptr ? call.receive : folded_memory_.take(call.size * size_of(call.type));
      break;
    case Call::Kind::ALLTOALL:
    case Call::Kind::ALLTOALLV:
      plan_exchange();
      work = work_of_exchange();
      break;
  }
  if (local_points == 1 || work <= SMALL) {
    course_ = Course::TOGETHER;
  } else if (seating_.group != nullptr || (call.kind == Call::Kind::ALLGATHER && any_in_place())) {
    course_ = Course::IN_TWO_STEPS;
  } else {
    course_ = Course::AT_ONCE;
  }
}

bool Collective::any_in_place() const {
  return std::any_of(calls_.begin(), calls_.end(), [](const Call& call) { return call.send == call.receive; });
}

void Collective::contribute(unsigned local) {
  const Call& call = calls_[local];
  switch (call.kind) {
    case Call::Kind::START:
    case Call::Kind::BARRIER:
      return;
    case Call::Kind::ALLGATHER:
      return contribute_to_gather(call, local);
    case Call::Kind::ALLREDUCE:
      return contribute_to_fold(local);
    case Call::Kind::ALLTOALL:
    case Call::Kind::ALLTOALLV:
      return pack(call, local);
  }
}

void Collective::communicate() {
  const Call& call = calls_[0];
  engine::ProcessGroup* const group = seating_.group;
  if (group == nullptr) {
    return;
  }
  switch (call.kind) {
    case Call::Kind::START:
    case Call::Kind::BARRIER:
      return;
    case Call::Kind::ALLGATHER: {
      std::vector<std::size_t> offsets;
      for (const auto point : seating_.first_points) {
        offsets.push_back(point * call.size);
      }
      return group->allgather(call.receive, offsets);
    }
    case Call::Kind::ALLREDUCE:
      return reduce_between_processes();
    case Call::Kind::ALLTOALL:
    case Call::Kind::ALLTOALLV:
      return exchange();
  }
}

// Little is gathered from all processes and combined in their order, which takes half as long as having MPI do it.
void Collective::reduce_between_processes() {
  const Call& call = calls_[0];
  const bool as_sent = calls_.size() == 1 && call.send != call.receive;
  const std::byte* const own = as_sent ? call.send : folded_;
  const std::size_t bytes = call.size * size_of(call.type);
  const unsigned processes = seating_.processes();
  if (bytes * processes > SMALL_REDUCTION) {
    seating_.group->allreduce(own, call.receive, call.size, call.type, call.op);
    return;
  }
  std::byte* const all = gathered_memory_.take(bytes * processes);
  std::vector<std::size_t> offsets;
  for (unsigned process = 0; process <= processes; ++process) {
    offsets.push_back(process * bytes);
  }
  copy_bytes(all + offsets[seating_.process], own, bytes);
  seating_.group->allgather(all, offsets);
  const Fold fold = find_fold(call.type, call.op);
  copy_bytes(call.receive, all, bytes);
  for (unsigned process = 1; process < processes; ++process) {
    fold(call.receive, call.receive, all + offsets[process], call.size);
  }
}

void Collective::collect(unsigned local) {
  const Call& call = calls_[local];
  const Call& first = calls_[0];
  switch (call.kind) {
    case Call::Kind::START:
    case Call::Kind::BARRIER:
      return;
    case Call::Kind::ALLGATHER:
      return course_ == Course::AT_ONCE ? fetch(call, local)
                                        : copy_bytes(call.receive, first.receive, seating_.points() * call.size);
    case Call::Kind::ALLREDUCE:
      if (seating_.group != nullptr) {
        copy_bytes(call.receive, first.receive, call.size * size_of(call.type));
      }
      return;
    case Call::Kind::ALLTOALL:
    case Call::Kind::ALLTOALLV:
      return unpack(call, local);
  }
}

// Everything is gathered in the buffer of the first of our points. A point that contributes from its place of receipt
// has that at the beginning, where nothing comes before all have contributed: the first point's own contribution, if
// the first point of all, is there already, and otherwise what comes there is from another process.
void Collective::contribute_to_gather(const Call& call, unsigned local) {
  if (course_ != Course::AT_ONCE) {
    copy_bytes(calls_[0].receive + (seating_.first() + local) * call.size, call.send, call.size);
  }
}

// Everybody begins with itself, so that not all of them read the same memory first.
void Collective::fetch(const Call& call, unsigned local) const {
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    const std::size_t point = (local + i) % calls_.size();
    copy_bytes(call.receive + point * call.size, calls_[point].send, call.size);
  }
}

// Every point combines a share of the elements, of all of our points and in their order. In one process it puts them
// where all of them want them; between processes, aside, from where they are sent. Nobody else reads or writes that
// share of any buffer meanwhile, so contributions may be where results go.
void Collective::contribute_to_fold(unsigned local) {
  const Call& first = calls_[0];
  const std::size_t element = size_of(first.type);
  const std::size_t points = calls_.size();
  if (points == 1) {
    if (seating_.group == nullptr || first.send == first.receive) {
      copy_bytes(folded_, first.send, first.size * element);
    }
    return;
  }
  const std::size_t line = CACHE_LINE / element;
  const std::size_t share = ((first.size + points - 1) / points + line - 1) / line * line;
  const std::size_t end = std::min(first.size, (local + 1) * share);
  const Fold fold = find_fold(first.type, first.op);
  for (std::size_t begin = local * share; begin < end; begin += BLOCK / element) {
    const std::size_t count = std::min(end - begin, BLOCK / element);
    std::byte* const result = folded_ + begin * element;
    fold(result, first.send + begin * element, calls_[1].send + begin * element, count);
    for (std::size_t point = 2; point < points; ++point) {
      fold(result, result, calls_[point].send + begin * element, count);
    }
    for (std::size_t point = 1; point < points && seating_.group == nullptr; ++point) {
      copy_bytes(calls_[point].receive + begin * element, result, count * element);
    }
  }
}

}  // namespace legate::detail::comm
