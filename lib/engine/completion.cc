// SPDX-License-Identifier: Apache-2.0
#include "engine/completion.h"

#include "engine/bundle.h"
#include "engine/spin.h"
#include "engine/watch.h"

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace legate::detail::engine {

namespace {

// Sleepers meet in one of a few static places instead of inside the Completion, because that may be gone as soon as a
// waiter that did not sleep has seen the signal.
struct Place {
  std::mutex mutex;
  std::condition_variable signalled;
};

Place& place_of(const void* completion) {
  static auto* const places = new std::array<Place, 16>;  // never destroyed: signals may come from static destructors
  return (*places)[(reinterpret_cast<std::uintptr_t>(completion) >> 4U) % places->size()];
}

}  // namespace

void Completion::signal() noexcept {
  Place& place = place_of(this);
  // After the exchange `this` must not be touched. Only if somebody has announced to sleep does anybody need waking.
  if (state_.exchange(State::SIGNALLED, std::memory_order_acq_rel) == State::AWAITED) {
    // The sleeper holds the mutex from its look at the state until it sleeps, so the wake-up cannot fall between.
    { const std::lock_guard<std::mutex> guard{place.mutex}; }
    place.signalled.notify_all();
  }
}

void Completion::wait(Waiting waiting) {
  if (done()) {
    return;
  }
  const Wait wait{"a launch"};
  flush_bundle();  // what will signal may be in there
  if (spin_until(std::chrono::microseconds{30}, [this] { return done(); })) {
    return;
  }
  auto expected = State::PENDING;
  if (!state_.compare_exchange_strong(expected, State::AWAITED, std::memory_order_acq_rel) &&
      expected == State::SIGNALLED) {
    return;
  }
  Place& place = place_of(this);
  wait_in_turns(waiting, [&](auto limit) {
    std::unique_lock<std::mutex> lock{place.mutex};
    return place.signalled.wait_for(lock, limit, [this] { return done(); });
  });
}

}  // namespace legate::detail::engine
