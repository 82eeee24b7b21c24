// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace legate::detail {

/// For --freeze-on-error: from now on a thread that is about to end the process by SIGABRT, SIGSEGV, SIGBUS, SIGFPE or
/// SIGILL says so on stderr, with the process id, and stops until a debugger sets `legate_frozen` to 0. Other threads
/// go on. Replaces the handlers that these signals had.
void freeze_on_fatal_signals();

}  // namespace legate::detail
