// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/utilities/detail/wait_observer.h>

#include <atomic>
#include <chrono>

namespace legate::detail::engine {

/// @name Waits that take too long
/// While the watch is on, a thread of its own looks at what the control thread waits for. When that has taken longer
/// than the limit, every rank writes to stderr what it waits for and what is not over, and the run is ended.
/// @{

/// Collective, after start_cluster().
void start_watch(std::chrono::seconds limit);
/// Does nothing if the watch is off.
void stop_watch() noexcept;

inline std::atomic<WaitObserver> wait_observer{nullptr};

inline std::atomic<bool> watch_is_on{false};
/// Whether the watch is on. Any thread.
[[nodiscard]] inline bool watching() noexcept { return watch_is_on.load(std::memory_order_relaxed); }

/// The control thread waits as long as this lives. The time counts from the outermost one; those inside say more
/// exactly what for. Made before the first look at what is waited for, because the observer may have to let it happen.
class Wait {
 public:
  /// `what` completes `waits in` or, inside another one, `for`. A literal: it is not copied.
  explicit Wait(const char* what) noexcept : watched_{watching()} {
    if (const auto observer = wait_observer.load(std::memory_order_acquire)) {
      observer();
    }
    if (watched_) {
      begin(what);
    }
  }
  ~Wait() {
    if (watched_) {
      end();
    }
  }
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;

 private:
  void begin(const char* what) noexcept;
  void end() noexcept;

  bool watched_;
};
/// @}

}  // namespace legate::detail::engine
