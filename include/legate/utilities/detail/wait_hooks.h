// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/utilities/compiler.h>

namespace legate::detail {

/// What a binding to another language does around waits: its interpreter has a lock that bodies need, so whoever waits
/// for them must not keep it, and handles signals only where it is told to.
struct WaitHooks {
  /// Called before each wait for tasks or for other ranks, in the thread that is going to wait.
  void (*before)() noexcept;
  /// Called some twenty times a second during waits that may be given up, by the thread that waits. What it throws
  /// leaves the call that waits; what was waited for goes on, and can be waited for again.
  void (*during)();
  /// Called around each part of a wait in which other threads may make calls, by the thread that waits.
  /// @{
  unsigned (*let_others)() noexcept;
  void (*take_turn_back)(unsigned had) noexcept;  ///< gets what `let_others` returned
  /// @}
};

/// Has `hooks` called from now on, in place of those given before; null for none. They must live as long. Any thread.
LEGATE_EXPORT void set_wait_hooks(const WaitHooks* hooks) noexcept;

}  // namespace legate::detail
