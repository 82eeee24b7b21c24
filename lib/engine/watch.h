// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/utilities/detail/wait_hooks.h>

#include <atomic>
#include <chrono>
#include <cstdint>

namespace legate::detail::engine {

/// @name Waits that take too long
/// While the watch is on, a thread of its own looks at what the control thread waits for. When that has taken longer
/// than the limit, every rank writes to stderr what it waits for and what is not over, and the run is ended.
/// @{

/// Collective, after start_cluster().
void start_watch(std::chrono::seconds limit);
/// Does nothing if the watch is off.
void stop_watch() noexcept;

inline std::atomic<const WaitHooks*> wait_hooks{nullptr};

/// Who wants to know of waits, as bits.
namespace wait_observer {
inline constexpr unsigned WATCH = 1;
inline constexpr unsigned PROFILE = 2;
}  // namespace wait_observer
inline std::atomic<unsigned> wait_observers{0};

/// Whether the watch is on. Any thread.
[[nodiscard]] inline bool watching() noexcept {
  return (wait_observers.load(std::memory_order_relaxed) & wait_observer::WATCH) != 0;
}

/// The control thread waits as long as this lives. The time counts from the outermost one; those inside say more
/// exactly what for. Made before the first look at what is waited for, because the hooks may have to let it happen.
class Wait {
 public:
  /// `what` completes `waits in` or, inside another one, `for`. A literal: it is not copied.
  explicit Wait(const char* what) noexcept : observers_{wait_observers.load(std::memory_order_relaxed)} {
    if (const auto* hooks = wait_hooks.load(std::memory_order_acquire)) {
      hooks->before();
    }
    if (observers_ != 0) {
      begin(what);
    }
  }
  ~Wait() {
    if (observers_ != 0) {
      end();
    }
  }
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;

 private:
  void begin(const char* what) noexcept;
  void end() noexcept;

  unsigned observers_;
};
/// @}

/// What may happen during a wait.
enum class Waiting : std::uint8_t {
  TO_THE_END,       ///< nothing
  UNLESS_GIVEN_UP,  ///< it ends when the hooks throw, which leaves everything as it should be
  AMONG_OTHERS      ///< that, and other threads make calls: the waiting one holds no lock and looks at everything again
};

/// Lets other threads make calls as long as this lives, if a wait admits that.
class OthersTurn {
 public:
  explicit OthersTurn(Waiting waiting) noexcept
      : hooks_{waiting == Waiting::AMONG_OTHERS ? wait_hooks.load(std::memory_order_acquire) : nullptr} {
    if (hooks_ != nullptr) {
      had_ = hooks_->let_others();
    }
  }
  ~OthersTurn() {
    if (hooks_ != nullptr) {
      hooks_->take_turn_back(had_);
    }
  }
  OthersTurn(const OthersTurn&) = delete;
  OthersTurn& operator=(const OthersTurn&) = delete;

 private:
  const WaitHooks* hooks_;
  unsigned had_{0};
};

/// Waits, inside a Wait, in turns with a look at whether to give up. `wait_for` waits for so many milliseconds at most,
/// and returns whether it is over.
template <typename WaitFor>
void wait_in_turns(Waiting waiting, WaitFor&& wait_for) {
  constexpr std::chrono::milliseconds TURN{50};
  const OthersTurn others{waiting};
  while (!wait_for(TURN)) {
    const auto* hooks = wait_hooks.load(std::memory_order_acquire);
    if (hooks != nullptr && waiting != Waiting::TO_THE_END) {
      hooks->during();
    }
  }
}

}  // namespace legate::detail::engine
