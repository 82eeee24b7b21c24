// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/starpu_call.h"

#include <chrono>
#include <string>

namespace legate::detail::engine {

/// One of StarPU's scheduling policies, except that idle workers sleep: Debian's StarPU is built so that a worker
/// without work asks its policy for ever, which burns a core each and starves everybody where workers or ranks
/// outnumber cores.
///
/// A worker that found nothing for `idle_spin` sleeps until a task that it may run is pushed. Worker masks
/// (starpu_task::workerids) are honoured by every policy of schedulers().
///
/// @return the policy for starpu_conf::sched_policy; null when this StarPU has no policy of that name. One at a time:
/// valid until the next call.
[[nodiscard]] starpu_sched_policy* make_blocking_policy(const std::string& name, std::chrono::nanoseconds idle_spin);

/// Wakes every sleeping worker, for shutting down. Any thread.
void wake_all_workers() noexcept;

/// Has a worker look at the tasks that were submitted to it in particular: StarPU tells the policy of such a task
/// before the worker can find it. Any thread.
void wake_worker(unsigned worker) noexcept;

/// A worker starts a task that was submitted to it in particular, and may be busy for long: another one is to look for
/// what was pushed while this one was about to look.
void let_another_look() noexcept;

/// How many workers sleep, or have announced to. Any thread.
[[nodiscard]] unsigned workers_asleep() noexcept;

/// How often workers went to sleep since the policy was made; for tests.
[[nodiscard]] unsigned long worker_sleep_count() noexcept;

}  // namespace legate::detail::engine
