// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace legate::detail::engine {

/// @name Whether all ranks make the same calls
/// Planning is replicated: every rank runs the whole program, and where one of them makes another call than the others,
/// transfers lack their other half and results are wrong. While calls are checked, every rank keeps a rolling hash of
/// its calls, and ranks compare theirs before the control thread waits for anything, and every so many calls. They need
/// not have come equally far: who is ahead waits until the others have made as many calls.
///
/// Control thread. Nothing happens before start_call_check() and in a cluster of one.
/// @{

/// From here on calls are checked. On every rank, between start_cluster() and the first call.
void start_call_check();
void stop_call_check() noexcept;
/// For those who would have to put together the text of a call.
[[nodiscard]] bool checking_calls() noexcept;

/// This rank makes a call. `call` says which, in words that are the same on every rank that makes it: no addresses, and
/// no numbers of things that ranks may make for themselves. `remark` is added to messages and not compared.
///
/// @throws std::logic_error ranks have made different calls. The message names the first one and what each rank has
/// called instead. Thrown on every rank, and from then on by every use of these functions.
void record_call(std::string call, std::string remark = {});

/// Returns when every rank has made at least as many calls as this one, and the same. To be called before the control
/// thread waits for what other ranks contribute to: it would wait for ever if those had called something else.
///
/// @throws std::logic_error as record_call().
void compare_calls();

/// Whether it was found that ranks have made different calls. What was submitted then may never complete.
[[nodiscard]] bool calls_differ() noexcept;
/// @}

}  // namespace legate::detail::engine
