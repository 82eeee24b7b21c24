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

/// How many workers sleep, or have announced to. Any thread.
[[nodiscard]] unsigned workers_asleep() noexcept;

/// How often workers went to sleep since the policy was made; for tests.
[[nodiscard]] unsigned long worker_sleep_count() noexcept;

}  // namespace legate::detail::engine
