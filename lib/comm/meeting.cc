// SPDX-License-Identifier: Apache-2.0
#include "comm/meeting.h"

#include "engine/spin.h"

#include <legate/utilities/abort.h>

#include <chrono>

namespace legate::detail::comm {

namespace {

// About twice what waking a thread costs: points that do the same work come at about the same time.
constexpr std::chrono::microseconds LOOKING{50};

}  // namespace

Meeting::Arrival Meeting::come() noexcept {
  const std::uint64_t before = state_.fetch_add(ONE_HERE);
  if ((before & BROKEN) != 0) {
    return Arrival::BROKEN;
  }
  const std::uint64_t come = here(before) + 1;
  if (come == members_) {
    return Arrival::LAST;
  }
  if (come + over(before) == members_) {
    LEGATE_ABORT("Task ", task_,
                 ": a point waits in a barrier or collective operation for others that have ended: ", over(before),
                 " of ", members_, " in this process");
  }
  return Arrival::EARLY;
}

bool Meeting::wait(std::uint64_t round) {
  const auto decided = [this, round] { return rounds_.load() != round || (state_.load() & BROKEN) != 0; };
  if (!engine::spin_until(LOOKING, decided)) {
    std::unique_lock<std::mutex> lock{mutex_};
    ++sleepers_;
    condition_.wait(lock, decided);
    --sleepers_;
  }
  // A round that was completed counts, even if somebody has broken off since.
  return rounds_.load() != round;
}

void Meeting::begin_round(std::uint64_t round) noexcept {
  state_.fetch_sub(members_ * ONE_HERE);
  rounds_.store(round);
  wake();
}

bool Meeting::break_all() noexcept {
  const std::uint64_t before = state_.fetch_or(BROKEN);
  wake();
  return (before & BROKEN) == 0;
}

void Meeting::wake() noexcept {
  if (sleepers_.load() > 0) {
    { const std::lock_guard<std::mutex> lock{mutex_}; }  // a sleeper has looked before this, and is asleep by now
    condition_.notify_all();
  }
}

bool Meeting::break_off() noexcept {
  const bool first = break_all();  // before it is over, so that nobody finds everybody over who could still break off
  state_.fetch_add(ONE_OVER);
  return first;
}

bool Meeting::leave() noexcept {
  const std::uint64_t before = state_.fetch_add(ONE_OVER);
  if ((before & BROKEN) != 0) {
    return false;
  }
  const std::uint64_t gone = over(before) + 1;
  if (here(before) > 0 && here(before) + gone == members_) {
    LEGATE_ABORT("Task ", task_, ": ", gone, " of ", members_,
                 " points in this process have ended while others wait for them in a barrier or collective operation");
  }
  return gone == members_;
}

}  // namespace legate::detail::comm
