// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduler.h"

#include "engine/bundle.h"
#include "engine/lifecycle.h"
#include "engine/thread_order.h"
#include "engine/workers.h"

#include <sched.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace legate::detail::engine {

namespace {

using Clock = std::chrono::steady_clock;

// A bed for every worker. `asleep` is set by the worker before its last look for work and cleared by whoever wakes it
// (or by itself when the time is over), always with a sequentially consistent operation: either the worker's last look
// sees the pushed task, or the pusher sees the worker asleep.
//
// `looking` is true between two looks for work: a push that sees it true is seen by the next look, so nobody has to be
// woken for it.
//
// `expected` counts the tasks for this worker alone that it was told of and has not started: StarPU tells the policy of
// such a task just before it queues it where only StarPU looks, each time before it asks the policy. Nobody sleeps
// meanwhile: the same order of operations as with `asleep` makes sure of that.
struct alignas(64) Bed {
  std::atomic<bool> asleep{false};
  std::atomic<int> expected{0};
  std::atomic<bool> looking{false};
  std::mutex mutex;
  std::condition_variable woken;
};

struct Policy {
  starpu_sched_policy original{};
  starpu_sched_policy blocking{};
  std::string name{};    // of `blocking`
  bool one_queue{true};  // all workers look for work in the same place, and one of them is told of a task
  std::chrono::nanoseconds idle_spin{};
  // Upper bound of a sleep. A push wakes exactly, but StarPU also gives workers work that no policy sees: transfers
  // between memory nodes.
  std::chrono::nanoseconds longest_sleep{};
  std::array<Bed, STARPU_NMAXWORKERS> beds;
  alignas(64) std::atomic<unsigned> sleepers{0};
  std::atomic<unsigned long> sleeps{0};
};

Policy& policy() {
  static auto* const instance = new Policy;  // never destroyed: workers may still look at it while the process ends
  return *instance;
}

// Since when this worker has found nothing; the epoch of the clock while it is busy.
thread_local Clock::time_point idle_since{};

// Returns whether the worker was asleep.
bool wake(Bed& bed) noexcept {
  // Not relaxed: after what the caller has written, such as `expected`, as the worker looks for that after `asleep`.
  if (!bed.asleep.load() || !bed.asleep.exchange(false)) {
    return false;
  }
  policy().sleepers.fetch_sub(1);
  { const std::lock_guard<std::mutex> guard{bed.mutex}; }
  bed.woken.notify_one();
  return true;
}

// Workers that may run a task, kept apart from the task: once pushed it may run and be destroyed at any moment.
struct Mask {
  const std::uint32_t* words{};
  unsigned length{};
  std::uint32_t kinds{};  // of workers, as StarPU's bits

  explicit Mask(const starpu_task& task) {
    after_others();  // a worker pushes tasks that the control thread has filled
    words = task.workerids;
    length = task.workerids_len;
    kinds = task.where >= 0 ? static_cast<std::uint32_t>(task.where) : task.cl->where;
  }

  [[nodiscard]] bool admits(unsigned worker) const {
    if (words != nullptr) {
      return worker / 32 < length && ((words[worker / 32] >> (worker % 32)) & 1U) != 0;
    }
    return (kinds & type_of(worker)) != 0;
  }

  // As StarPU's bit. A group of cores is a CPU worker.
  static std::uint32_t type_of(unsigned worker) {
    switch (kind_of(worker)) {
      case WorkerKind::OPENCL:
        return STARPU_OPENCL;
      case WorkerKind::GPU:
        return STARPU_CUDA;
      case WorkerKind::CPU:
      case WorkerKind::OMP:
        break;
    }
    return STARPU_CPU;
  }
};

int push_task(starpu_task* task) {
  Policy& self = policy();
  const Mask mask{*task};
  const int result = self.original.push_task(task);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (self.sleepers.load(std::memory_order_relaxed) != 0) {
    // With one queue, StarPU lets exactly one of the workers that found nothing try again: the first in this same
    // order. If that one is about to look we need not wake another, if it is asleep we wake it. While it is looking we
    // cannot tell, and wake the next one, perhaps in vain. With a queue for each worker we are not told whose it is.
    const unsigned workers = starpu_worker_get_count();
    for (unsigned worker = 0; worker < workers; ++worker) {
      if (!mask.admits(worker)) {
        continue;
      }
      if (!self.one_queue) {
        wake(self.beds[worker]);
      } else if (self.beds[worker].looking.load(std::memory_order_relaxed) || wake(self.beds[worker])) {
        break;
      }
    }
  }
  return result;
}

// StarPU queues a task for one particular worker itself, and tells the policy before.
void push_task_notify(starpu_task* task, int worker, int performance_worker, unsigned context) {
  Policy& self = policy();
  if (self.original.push_task_notify != nullptr) {
    self.original.push_task_notify(task, worker, performance_worker, context);
  }
  if (worker >= 0 && worker < STARPU_NMAXWORKERS) {
    Bed& bed = self.beds[static_cast<std::size_t>(worker)];
    bed.expected.fetch_add(1);
    wake(bed);
  }
}

// On the worker, before it runs a task.
void before_execution(starpu_task* task, unsigned context) {
  after_others();  // others have filled the task
  Policy& self = policy();
  if (task->execute_on_a_specific_worker != 0) {
    Bed& bed = self.beds[static_cast<std::size_t>(starpu_worker_get_id())];
    bed.expected.fetch_sub(1);
    // The policy did not give it this task, which may take long: others are to look for what was pushed while this one
    // was about to. All of them, as the next one may have a task for itself alone, too, or be none that may run what
    // was pushed. The pusher either sees that this one does not look, or has pushed before the others look.
    if (bed.looking.exchange(false)) {
      wake_all_workers();
    }
  }
  if (self.original.pre_exec_hook != nullptr) {
    self.original.pre_exec_hook(task, context);
  }
}

// Sleeps until woken. The pushers of StarPU lock the worker that they push to, which this thread holds unless it says
// that it is relaxed.
starpu_task* sleep(unsigned context) {
  Policy& self = policy();
  Bed& bed = self.beds[static_cast<std::size_t>(starpu_worker_get_id())];
  bed.asleep.store(true);
  self.sleepers.fetch_add(1);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  starpu_task* const task = self.original.pop_task(context);
  if (task == nullptr && open_bundle() == 0 && bed.expected.load() == 0) {
    self.sleeps.fetch_add(1, std::memory_order_relaxed);
    starpu_worker_relax_on();
    bool woken = false;
    {
      std::unique_lock<std::mutex> lock{bed.mutex};
      woken = bed.woken.wait_for(lock, self.longest_sleep, [&bed] { return !bed.asleep.load(); });
    }
    starpu_worker_relax_off();
    if (woken) {
      idle_since = Clock::now();  // there is work, or was a moment ago: worth looking for a while
    }
  }
  if (bed.asleep.exchange(false)) {
    self.sleepers.fetch_sub(1);
  }
  return task;
}

// An open bundle grows while there is other work, but must not wait for more when this worker could run it.
void look_at_open_bundle(Clock::time_point now) {
  constexpr std::chrono::microseconds PATIENCE{20};
  static thread_local std::uint64_t seen = 0;
  static thread_local Clock::time_point since{};
  const std::uint64_t bundle = open_bundle();
  if (bundle == 0) {
    return;
  }
  if (bundle != seen) {
    seen = bundle;
    since = now;
  } else if (since != Clock::time_point{} && now - since > PATIENCE) {
    since = {};  // asked once
    request_flush();
  }
}

starpu_task* pop_task(unsigned context) {
  Policy& self = policy();
  Bed& bed = self.beds[static_cast<std::size_t>(starpu_worker_get_id())];
  bed.looking.store(false, std::memory_order_seq_cst);
  starpu_task* task = self.original.pop_task(context);
  if (task != nullptr) {
    idle_since = {};
    return task;
  }
  const auto now = Clock::now();
  if (idle_since == Clock::time_point{}) {
    idle_since = now;
  }
  look_at_open_bundle(now);
  if (now - idle_since < self.idle_spin || bed.expected.load() != 0) {
    bed.looking.store(true, std::memory_order_release);
    sched_yield();  // the control thread, which should be providing work, may be waiting for this processor
    return nullptr;
  }
  task = sleep(context);
  if (task != nullptr) {
    idle_since = {};
  } else {
    // Whoever has woken this worker counts on it. If it gets a task for itself alone instead, it has to say so.
    bed.looking.store(true, std::memory_order_release);
  }
  return task;
}

// Called when StarPU starts: the number of memory nodes is known only now.
void initialise(unsigned context) {
  Policy& self = policy();
  self.longest_sleep = std::chrono::microseconds{starpu_memory_nodes_get_count() > 1 ? 200 : 10000};
  self.original.init_sched(context);
}

}  // namespace

const std::vector<std::string>& schedulers() {
  // StarPU has more, but those ignore worker masks, or end the program when they meet one.
  static const std::vector<std::string> names{"eager", "prio", "lws", "dmda", "dmdar", "dmdas"};
  return names;
}

bool uses_models(const std::string& scheduler) noexcept { return scheduler.compare(0, 4, "dmda") == 0; }

starpu_sched_policy* make_blocking_policy(const std::string& name, std::chrono::nanoseconds idle_spin) {
  Policy& self = policy();
  const starpu_sched_policy* found = nullptr;
  for (starpu_sched_policy** candidate = starpu_sched_get_predefined_policies(); *candidate != nullptr; ++candidate) {
    if (name == (*candidate)->policy_name) {
      found = *candidate;
    }
  }
  if (found == nullptr) {
    return nullptr;
  }
  self.original = *found;
  self.blocking = *found;
  self.blocking.init_sched = initialise;
  self.blocking.push_task = push_task;
  self.blocking.push_task_notify = push_task_notify;
  self.blocking.pre_exec_hook = before_execution;
  self.blocking.pop_task = pop_task;
  self.name = "legatus-" + name;
  self.one_queue = name == "prio" || name == "eager";
  self.blocking.policy_name = self.name.c_str();
  self.blocking.policy_description = "one of StarPU's own, with idle workers asleep";
  self.idle_spin = idle_spin;
  self.sleeps.store(0);
  for (Bed& bed : self.beds) {
    bed.expected.store(0);
  }
  return &self.blocking;
}

void wake_all_workers() noexcept {
  for (Bed& bed : policy().beds) {
    wake(bed);
  }
}

unsigned workers_asleep() noexcept { return policy().sleepers.load(std::memory_order_seq_cst); }

unsigned long worker_sleep_count() noexcept { return policy().sleeps.load(std::memory_order_relaxed); }

}  // namespace legate::detail::engine
