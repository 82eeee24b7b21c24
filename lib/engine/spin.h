// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>

#include <chrono>

namespace legate::detail::engine {

/// Tells the processor that this thread is waiting, so that its sibling gets the execution units.
inline void relax_processor() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield" ::: "memory");
#endif
}

/// Calls `condition` until it is true or `limit` has passed; returns whether it became true. Waking a sleeping thread
/// costs about 25 us, so looking for about as long as that before sleeping at most doubles the time waited.
///
/// Yields now and then: where the operating system put the thread that makes the condition true on the same processor,
/// it would not run before this one gives up (measured: 60 us instead of 5 for a launch and wait with one worker).
template <typename Condition>
bool spin_until(std::chrono::nanoseconds limit, Condition&& condition) {
  if (condition()) {
    return true;
  }
  const auto end = std::chrono::steady_clock::now() + limit;
  do {
    for (int i = 0; i < 16; ++i) {
      if (condition()) {
        return true;
      }
      relax_processor();
    }
    sched_yield();
  } while (std::chrono::steady_clock::now() < end);
  return condition();
}

}  // namespace legate::detail::engine
