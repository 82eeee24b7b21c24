// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/watch.h"

#include <atomic>
#include <cstdint>

namespace legate::detail::engine {

/// A one-shot event: any number of threads wait until one thread signals.
///
/// What the signalling thread wrote before signal() is visible to whoever saw done() return true or came back from
/// wait(). A waiter may destroy the object as soon as wait() returned, even while signal() is still running.
class Completion {
 public:
  Completion() = default;
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  /// Marks the event as happened and wakes all waiters. At most once. Any thread; never blocks for long.
  void signal() noexcept;

  /// Whether signal() was called. Any thread, never blocks.
  [[nodiscard]] bool done() const noexcept { return state_.load(std::memory_order_acquire) == State::SIGNALLED; }

  /// Returns when signal() has been called: looks for about 30 us, because waking a thread costs as much, then sleeps.
  /// Any thread that is allowed to block, so not a worker whose progress the signal depends on. May be given up: then
  /// it throws what the wait hooks do.
  void wait(Waiting waiting = Waiting::UNLESS_GIVEN_UP);

 private:
  enum class State : std::uint8_t { PENDING, AWAITED, SIGNALLED };
  std::atomic<State> state_{State::PENDING};
};

}  // namespace legate::detail::engine
