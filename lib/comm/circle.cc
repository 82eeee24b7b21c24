// SPDX-License-Identifier: Apache-2.0
#include "comm/circle.h"

#include "engine/call_check.h"
#include "utilities/hash.h"

#include <legate/utilities/abort.h>

#include <iterator>
#include <string>
#include <utility>

namespace legate::detail::comm {

namespace {

// What a process says when all of them tell each other where they are, as bits: of several, all are seen.
//
// A process comes with STEP whenever all of its points have called an operation, and in the end once with OVER or, as
// soon as one of its points has thrown, with BROKEN. All see the same bits. So all of them stop with the first BROKEN
// or OVER, wherever they are in their programs by then, and nobody is left alone with a message: whoever was to come
// with something else after that finds the meeting of its own points broken, or all of them over.
constexpr std::uint64_t STEP = 1;
constexpr std::uint64_t OVER = 2;
constexpr std::uint64_t BROKEN = 4;

const char* name_of(Call::Kind kind) {
  switch (kind) {
    case Call::Kind::START:
      return "start";
    case Call::Kind::BARRIER:
      return "barrier";
    case Call::Kind::ALLGATHER:
      return "allgather";
    case Call::Kind::ALLTOALL:
      return "alltoall";
    case Call::Kind::ALLTOALLV:
      return "alltoallv";
    case Call::Kind::ALLREDUCE:
      return "allreduce";
  }
  return "?";
}

const char* name_of(legate::comm::coll::CollDataType type) {
  static constexpr const char* NAMES[] = {"CollInt8",  "CollChar",   "CollUint8", "CollInt",   "CollUint32",
                                          "CollInt64", "CollUint64", "CollFloat", "CollDouble"};
  const auto index = static_cast<std::size_t>(type);
  return index < std::size(NAMES) ? NAMES[index] : "?";
}

const char* name_of(ReductionOpKind op) {
  switch (op) {
    case ReductionOpKind::ADD:
      return "ADD";
    case ReductionOpKind::MUL:
      return "MUL";
    case ReductionOpKind::MAX:
      return "MAX";
    case ReductionOpKind::MIN:
      return "MIN";
    case ReductionOpKind::OR:
      return "OR";
    case ReductionOpKind::AND:
      return "AND";
    case ReductionOpKind::XOR:
      return "XOR";
  }
  return "?";
}

/// The operation with everything that points have to agree on.
std::string description_of(const Call& call) {
  std::string text{name_of(call.kind)};
  const std::string size = std::to_string(call.size);
  switch (call.kind) {
    case Call::Kind::START:
    case Call::Kind::BARRIER:
      break;
    case Call::Kind::ALLGATHER:
    case Call::Kind::ALLTOALL:
      text += " of " + size + " bytes";
      break;
    case Call::Kind::ALLTOALLV:
      text += " of elements of " + size + " bytes";
      break;
    case Call::Kind::ALLREDUCE:
      text += " of " + size + " " + name_of(call.type) + " by " + name_of(call.op);
      break;
  }
  return text;
}

}  // namespace

const char* BrokenOff::what() const noexcept {
  return "Another point of the launch has thrown an exception, which ends its communication";
}

Circle::Circle(std::shared_ptr<const Seating> seating, bool may_break, std::string task)
    : seating_{std::move(seating)},
      tells_{may_break && seating_->group != nullptr},
      task_{std::move(task)},
      meeting_{seating_->local_points(), task_},
      calls_(seating_->local_points()),
      collective_{*seating_, calls_, task_} {}

void Circle::start(unsigned local) {
  Call call{};
  call.kind = Call::Kind::START;
  run(local, call);
}

void Circle::barrier(unsigned local) {
  Call call{};
  call.kind = Call::Kind::BARRIER;
  run(local, call);
}

void Circle::allgather(unsigned local, const void* send, void* receive, std::size_t bytes) {
  Call call{};
  call.kind = Call::Kind::ALLGATHER;
  call.size = bytes;
  call.send = static_cast<const std::byte*>(send);
  call.receive = static_cast<std::byte*>(receive);
  run(local, call);
}

void Circle::alltoall(unsigned local, const void* send, void* receive, std::size_t bytes) {
  Call call{};
  call.kind = Call::Kind::ALLTOALL;
  call.size = bytes;
  call.send = static_cast<const std::byte*>(send);
  call.receive = static_cast<std::byte*>(receive);
  run(local, call);
}

void Circle::alltoallv(unsigned local, const void* send, const int* send_counts, const int* send_displacements,
                       void* receive, const int* receive_counts, const int* receive_displacements, std::size_t bytes) {
  Call call{};
  call.kind = Call::Kind::ALLTOALLV;
  call.size = bytes;
  call.send = static_cast<const std::byte*>(send);
  call.receive = static_cast<std::byte*>(receive);
  call.send_counts = send_counts;
  call.send_displacements = send_displacements;
  call.receive_counts = receive_counts;
  call.receive_displacements = receive_displacements;
  run(local, call);
}

void Circle::allreduce(unsigned local, const void* send, void* receive, std::size_t count,
                       legate::comm::coll::CollDataType type, ReductionOpKind op) {
  Call call{};
  call.kind = Call::Kind::ALLREDUCE;
  call.type = type;
  call.op = op;
  call.size = count;
  call.send = static_cast<const std::byte*>(send);
  call.receive = static_cast<std::byte*>(receive);
  run(local, call);
}

// Little is done by the last one to come while the others wait. Of much, everybody does a share, which takes more
// meetings: nothing may be sent before all have contributed, and nobody may have its buffers back before all have read
// what they need from them. Those cannot break, because everybody is inside of the operation.
void Circle::run(unsigned local, const Call& call) {
  using Course = Collective::Course;
  calls_[local] = call;
  if (!meeting_.meet([this]() noexcept { return begin(); })) {
    calls_[local].broken = true;
    throw BrokenOff{};
  }
  if (collective_.course() == Course::TOGETHER) {
    return;
  }
  collective_.contribute(local);
  if (collective_.course() == Course::IN_TWO_STEPS) {
    static_cast<void>(meeting_.meet([this]() noexcept {
      collective_.communicate();
      return true;
    }));
  }
  collective_.collect(local);
  static_cast<void>(meeting_.meet([]() noexcept { return true; }));
}

// By the last one to come. Returns whether nobody has broken off.
bool Circle::begin() noexcept {
  check_calls();
  const Call::Kind kind = calls_[0].kind;
  if (kind != Call::Kind::START && tells_ && !agree(STEP)) {
    return false;
  }
  if (kind != Call::Kind::START && seating_->group != nullptr && engine::checking_calls()) {
    compare_with_other_processes();
  }
  if (kind == Call::Kind::BARRIER && !tells_ && seating_->group != nullptr) {
    seating_->group->barrier();  // otherwise all have just agreed, which they cannot before all have come
  }
  collective_.prepare();
  if (collective_.course() == Collective::Course::TOGETHER) {
    for (unsigned point = 0; point < local_points(); ++point) {
      collective_.contribute(point);
    }
    collective_.communicate();
    for (unsigned point = 0; point < local_points(); ++point) {
      collective_.collect(point);
    }
  }
  return true;
}

void Circle::break_off(unsigned local) noexcept {
  if (seating_->group != nullptr && !tells_) {
    LEGATE_ABORT("Task ", task_, ": point ", first() + local,
                 " has thrown an exception, but the launch was not declared to throw any: points in other processes "
                 "would wait for it");
  }
  // Whoever is the first to break the meeting has not come to it, so nobody has been at work for all since.
  if (meeting_.break_off() && tells_) {
    static_cast<void>(agree(BROKEN));
  }
}

void Circle::leave(unsigned /*local*/) noexcept {
  if (meeting_.leave() && tells_) {
    static_cast<void>(agree(OVER));
  }
}

// Returns whether nobody has broken off.
bool Circle::agree(std::uint64_t what) noexcept {
  const std::uint64_t all = seating_->group->any(what);
  if ((all & BROKEN) != 0) {
    return false;
  }
  if (all == (STEP | OVER)) {
    LEGATE_ABORT("Task ", task_, ": all points in ", what == OVER ? "this" : "another", " process have ended, while ",
                 what == OVER ? "others" : "those here", " wait for them in a barrier or collective operation");
  }
  return true;
}

void Circle::check_calls() const {
  const Call& expected = calls_[0];
  for (std::size_t local = 1; local < calls_.size(); ++local) {
    const Call& call = calls_[local];
    if (call.kind != expected.kind || call.size != expected.size || call.type != expected.type ||
        call.op != expected.op) {
      LEGATE_ABORT("Task ", task_, ": points call different operations: point ", first(), " ", description_of(expected),
                   ", point ", first() + local, " ", description_of(call));
    }
  }
}

// All processes have the same bits set and the same bits not set, or they have not called the same.
void Circle::compare_with_other_processes() const {
  const Call& own = calls_[0];
  const auto call = Hash{}
                        .add(static_cast<std::uint64_t>(own.kind))
                        .add(static_cast<std::uint64_t>(own.type))
                        .add(static_cast<std::uint64_t>(own.op))
                        .add(std::uint64_t{own.size})
                        .value();
  if (seating_->group->any(call) != call || seating_->group->any(~call) != ~call) {
    LEGATE_ABORT("Task ", task_, ": points in different processes call different operations: point ", first(), " ",
                 description_of(own));
  }
}

}  // namespace legate::detail::comm
