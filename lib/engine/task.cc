// SPDX-License-Identifier: Apache-2.0
#include "engine/task.h"

#include "engine/array_links.h"
#include "engine/array_pool.h"
#include "engine/lifecycle.h"
#include "engine/spin.h"
#include "engine/starpu_call.h"
#include "engine/submission.h"
#include "engine/thread_order.h"
#include "engine/timestamp_recorder.h"

#include <legate/utilities/assert.h>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <map>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

namespace legate::detail::engine {

// ---- what all of the engine shares

namespace {

struct State {
  std::recursive_mutex lock;
  Progress progress;
  std::atomic<unsigned> workers{0};
  std::atomic<unsigned> memory_nodes{0};
  std::atomic<bool> running{false};
};

State& state() noexcept {
  static auto* const instance = new State;  // never destroyed: arrays may be dropped by static destructors
  return *instance;
}

// Id of the worker that this thread is, -1 for other threads. Set when the thread runs its first point.
thread_local int this_worker = -1;

}  // namespace

std::recursive_mutex& submission_lock() noexcept { return state().lock; }
Progress& progress() noexcept { return state().progress; }
bool running() noexcept { return state().running.load(std::memory_order_acquire); }
unsigned worker_count() noexcept { return state().workers.load(std::memory_order_relaxed); }
unsigned memory_node_count() noexcept { return state().memory_nodes.load(std::memory_order_relaxed); }
bool on_worker() noexcept { return this_worker >= 0; }

void set_running(bool running, unsigned workers, unsigned memory_nodes) noexcept {
  state().workers.store(workers, std::memory_order_relaxed);
  state().memory_nodes.store(memory_nodes, std::memory_order_relaxed);
  state().running.store(running, std::memory_order_release);
}

void require_control_thread(const char* what) {
  if (on_worker()) {
    throw std::logic_error{std::string{what} + ": not possible on worker " + std::to_string(this_worker)};
  }
  if (!running()) {
    throw std::logic_error{std::string{what} + ": the engine is not running"};
  }
}

// ---- codelets

class Codelet {
 public:
  explicit Codelet(std::string codelet_name);

  std::string name;
  mutable starpu_codelet starpu{};  // StarPU counts executions in it
};

// ---- launches

namespace {

// Memory of launches. Made by the submitting thread and given up by a worker, which malloc makes expensive for both: so
// blocks of the size that small launches have are kept and used again.
class LaunchMemory {
 public:
  static constexpr std::size_t block_bytes = 512;

  [[nodiscard]] void* allocate(std::size_t bytes) {
    if (bytes <= block_bytes) {
      bytes = block_bytes;
      const std::lock_guard<std::mutex> guard{mutex_};
      if (!blocks_.empty()) {
        void* const block = blocks_.back();
        blocks_.pop_back();
        return block;
      }
    }
    return std::aligned_alloc(64, bytes);
  }

  void free(void* block, std::size_t bytes) noexcept {
    constexpr std::size_t limit = 1024;
    if (bytes <= block_bytes) {
      const std::lock_guard<std::mutex> guard{mutex_};
      if (blocks_.size() < limit) {
        blocks_.push_back(block);
        return;
      }
    }
    std::free(block);
  }

  static LaunchMemory& instance() {
    static auto* const memory = new LaunchMemory;  // never destroyed: workers use it until stop()
    return *memory;
  }

 private:
  LaunchMemory() { blocks_.reserve(1024); }

  std::mutex mutex_;
  std::vector<void*> blocks_;
};

}  // namespace

// One allocation per launch: this header, then the points, then (if timed) when each was submitted.
struct Submitter::Launch {
  struct Point {
    Launch* launch;
    std::uint32_t index;
  };

  Work* work;
  const Codelet* codelet;
  std::uint64_t number;
  std::int32_t priority;
  std::uint32_t points;
  std::size_t bytes;           // of the allocation
  std::uint32_t* worker_mask;  // one of the interned ones, null for all workers
  unsigned worker_mask_length;
  bool timed;
  // Written by every worker; the rest is read only once points are submitted.
  alignas(64) std::atomic<std::uint32_t> remaining;

  [[nodiscard]] Point* point_array() noexcept { return reinterpret_cast<Point*>(this + 1); }
  [[nodiscard]] std::int64_t* submission_times() noexcept {
    return reinterpret_cast<std::int64_t*>(point_array() + points);
  }

  // `count` points need no longer be waited for. Whoever takes the last one finishes the launch.
  void settle(std::uint32_t count) noexcept {
    if (remaining.fetch_sub(count, std::memory_order_acq_rel) == count) {
      Work* const finished = work;
      const std::uint64_t finished_number = number;
      LaunchMemory::instance().free(this, bytes);
      finished->finished();
      // Last: who sees the engine idle may rely on finished() having returned.
      progress().end_launch(finished_number);
    }
  }
};

struct Trampoline {
  static void run(void** /*buffers*/, void* argument) noexcept {
    after_others();
    const auto& point = *static_cast<const Submitter::Launch::Point*>(argument);
    Submitter::Launch& launch = *point.launch;
    if (this_worker < 0) {
      this_worker = starpu_worker_get_id();
    }
    const Executor executor{static_cast<unsigned>(this_worker)};
    if (LEGATE_UNLIKELY(launch.timed)) {
      const std::int64_t started = now_in_nanoseconds();
      call(launch, point.index, executor);
      const auto position = &point - launch.point_array();
      keep_timestamp({&launch.codelet->name, point.index, executor.worker, launch.submission_times()[position], started,
                      now_in_nanoseconds()});
    } else {
      call(launch, point.index, executor);
    }
    before_others();
    launch.settle(1);
  }

 private:
  // StarPU is C: an exception must not pass through it, and what a task may throw was dealt with further up.
  static void call(const Submitter::Launch& launch, std::uint32_t index, const Executor& executor) noexcept {
    try {
      launch.work->run(index, executor);
    } catch (const std::exception& error) {
      LEGATE_ABORT("exception left point ", index, " of task \"", launch.codelet->name, "\": ", error.what());
    } catch (...) {
      LEGATE_ABORT("exception left point ", index, " of task \"", launch.codelet->name, "\"");
    }
  }
};

namespace {

constexpr std::size_t max_handles = std::size_t{1} << 20U;

// Memory node for every handle of a task: main memory, because points use the pointer of the whole array. StarPU reads
// as many entries as a task has handles; STARPU_MAIN_RAM is 0, so these pages stay untouched copies of the zero page.
static_assert(STARPU_MAIN_RAM == 0, "the table relies on zero initialisation");
int main_memory_nodes[max_handles];

starpu_data_access_mode mode_of(Access access) noexcept {
  switch (access) {
    case Access::READ:
      return STARPU_R;
    case Access::WRITE:
      return STARPU_W;
    case Access::READ_WRITE:
      break;
  }
  return STARPU_RW;
}

// Bit masks of worker ranges. StarPU only keeps the pointer, so masks are never freed; there are few.
std::uint32_t* intern_mask(const WorkerRange& range) {
  static auto* const masks = new std::map<std::pair<unsigned, unsigned>, std::vector<std::uint32_t>>;
  std::vector<std::uint32_t>& words = (*masks)[{range.first, range.count}];
  if (words.empty()) {
    words.resize((STARPU_NMAXWORKERS + 31) / 32);
    for (unsigned worker = range.first; worker < range.first + range.count; ++worker) {
      words[worker / 32] |= std::uint32_t{1} << (worker % 32);
    }
  }
  return words.data();
}

struct RetiredCodelets {
  std::mutex mutex;
  std::vector<std::unique_ptr<Codelet>> list;
};

RetiredCodelets& retired_codelets() {
  static auto* const instance = new RetiredCodelets;
  return *instance;
}

}  // namespace

Codelet::Codelet(std::string codelet_name) : name{std::move(codelet_name)} {
  starpu_codelet_init(&starpu);
  starpu.cpu_funcs[0] = &Trampoline::run;
  starpu.nbuffers = STARPU_VARIABLE_NBUFFERS;
  starpu.name = name.c_str();
  starpu.specific_nodes = 1;
  starpu.dyn_nodes = main_memory_nodes;
}

Codelet* create_codelet(const std::string& name) { return new Codelet{name}; }

void destroy_codelet(Codelet* codelet) noexcept {
  if (codelet == nullptr) {
    return;
  }
  std::unique_ptr<Codelet> owner{codelet};
  if (running()) {
    // StarPU looks at the codelet of a task for a moment after its launch has finished.
    const std::lock_guard<std::mutex> guard{retired_codelets().mutex};
    retired_codelets().list.push_back(std::move(owner));
  }
}

void free_retired_codelets() noexcept {
  const std::lock_guard<std::mutex> guard{retired_codelets().mutex};
  retired_codelets().list.clear();
}

const std::string& codelet_name(const Codelet& codelet) noexcept { return codelet.name; }

Submitter::Submitter(Work& work, const Codelet& codelet, std::int32_t priority, std::uint32_t points,
                     std::optional<WorkerRange> workers)
    : points_{points} {
  require_control_thread("submitting a launch");
  lock_ = std::unique_lock<std::recursive_mutex>{submission_lock()};
  std::uint32_t* mask = nullptr;
  if (workers.has_value()) {
    if (workers->count == 0 || workers->first >= worker_count() || workers->count > worker_count() - workers->first) {
      throw std::invalid_argument{"launch of \"" + codelet.name + "\": " + std::to_string(workers->count) +
                                  " workers from worker " + std::to_string(workers->first) + ", but there are " +
                                  std::to_string(worker_count()) + " workers"};
    }
    if (workers->count != worker_count()) {
      mask = intern_mask(*workers);
    }
  }
  const bool timed = recording_timestamps();
  const std::size_t point_bytes = sizeof(Launch::Point) + (timed ? sizeof(std::int64_t) : 0);
  const std::size_t bytes = (sizeof(Launch) + points * point_bytes + 63) / 64 * 64;
  void* const memory = LaunchMemory::instance().allocate(bytes);
  if (memory == nullptr) {
    throw std::bad_alloc{};
  }
  launch_ = new (memory) Launch{};
  launch_->work = &work;
  launch_->codelet = &codelet;
  launch_->priority = priority;
  launch_->points = points;
  launch_->bytes = bytes;
  launch_->worker_mask = mask;
  launch_->worker_mask_length = (STARPU_NMAXWORKERS + 31) / 32;
  launch_->timed = timed;
  launch_->remaining.store(points, std::memory_order_relaxed);
  launch_->number = progress().begin_launch();
}

Submitter::~Submitter() {
  // Once all points are submitted the launch belongs to the workers, and may be gone.
  if (submitted_ != points_ || points_ == 0) {
    launch_->settle(points_ - submitted_);
  }
}

void Submitter::point(std::uint32_t index, const TileUse* uses, std::size_t count) {
  if (LEGATE_UNLIKELY(submitted_ == points_)) {
    throw std::logic_error{"submitting a launch: more points than the " + std::to_string(points_) + " announced"};
  }
  Launch& launch = *launch_;
  if (LEGATE_UNLIKELY(count > max_handles)) {
    throw std::invalid_argument{"launch of \"" + launch.codelet->name + "\": point with " + std::to_string(count) +
                                " tiles"};
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (LEGATE_UNLIKELY(uses[i].tile == nullptr || uses[i].tile->handle == nullptr)) {
      throw std::invalid_argument{"launch of \"" + launch.codelet->name + "\": tile " + std::to_string(i) +
                                  " of point " + std::to_string(index) + " does not exist any more"};
    }
  }
  starpu_task* const task = starpu_task_create();
  starpu_data_handle_t* handles = task->handles;
  starpu_data_access_mode* modes = task->modes;
  if (count > STARPU_NMAXBUFS) {
    // Freed by StarPU with the task.
    handles = task->dyn_handles = static_cast<starpu_data_handle_t*>(std::malloc(count * sizeof *handles));
    modes = task->dyn_modes = static_cast<starpu_data_access_mode*>(std::malloc(count * sizeof *modes));
    LEGATE_CHECK(handles != nullptr && modes != nullptr);
  }
  for (std::size_t i = 0; i < count; ++i) {
    handles[i] = uses[i].tile->handle;
    modes[i] = mode_of(uses[i].access);
    uses[i].tile->array->last_launch_.store(launch.number, std::memory_order_relaxed);
  }
  Launch::Point* const point = launch.point_array() + submitted_;
  *point = {&launch, index};
  if (LEGATE_UNLIKELY(launch.timed)) {
    launch.submission_times()[submitted_] = now_in_nanoseconds();
  }
  task->cl = &launch.codelet->starpu;
  task->cl_arg = point;
  task->nbuffers = static_cast<int>(count);
  task->priority = launch.priority;
  if (launch.worker_mask != nullptr) {
    task->workerids = launch.worker_mask;
    task->workerids_len = launch.worker_mask_length;
  }
  ++submitted_;
  before_others();
  expect_success(starpu_task_submit(task), "starpu_task_submit");
}

void wait_all() {
  if (on_worker()) {
    throw std::logic_error{"wait_all: not possible on a worker"};
  }
  if (!running()) {
    return;
  }
  std::uint64_t target = 0;
  {
    // Not in the middle of another thread's launch.
    const std::lock_guard<std::recursive_mutex> guard{submission_lock()};
    target = progress().issued();
  }
  // Our count reaches zero a moment before StarPU's does, and StarPU sleeps at once.
  if (spin_until(std::chrono::microseconds{50}, [] { return progress().idle(); })) {
    spin_until(std::chrono::microseconds{20}, [] { return starpu_task_nsubmitted() == 0; });
  }
  expect_success(starpu_task_wait_for_all(), "starpu_task_wait_for_all");
  after_others();
  progress().set_drained(target);
  ArrayPool::instance().trim();
}

}  // namespace legate::detail::engine
