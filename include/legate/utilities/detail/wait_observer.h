// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/utilities/compiler.h>

namespace legate::detail {

using WaitObserver = void (*)() noexcept;

/// Has `observer` called before each wait for tasks or for other ranks, in the thread that is going to wait.
///
/// For bindings to languages whose interpreter has a lock that bodies need: whoever waits for them must not keep it.
/// @param observer Replaces the one given before; null for none. Any thread.
LEGATE_EXPORT void set_wait_observer(WaitObserver observer) noexcept;

}  // namespace legate::detail
