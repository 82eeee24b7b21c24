// SPDX-License-Identifier: Apache-2.0
#include "engine/task.h"

#include "engine/array_links.h"
#include "engine/array_pool.h"
#include "engine/bundle.h"
#include "engine/call_check.h"
#include "engine/cluster.h"
#include "engine/codelet.h"
#include "engine/gang.h"
#include "engine/launch_record.h"
#include "engine/lifecycle.h"
#include "engine/profile_recorder.h"
#include "engine/spin.h"
#include "engine/starpu_call.h"
#include "engine/submission.h"
#include "engine/task_model.h"
#include "engine/thread_order.h"
#include "engine/timestamp_recorder.h"
#include "engine/transfer.h"
#include "engine/watch.h"

#include <legate/utilities/assert.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <map>
#include <memory>
#include <new>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace legate::detail::engine {

// ---- what all of the engine shares

namespace {

struct State {
  std::recursive_mutex lock;
  Progress progress;
  TaskLimits limits;
  unsigned points_since_look{0};  // at the number of tasks
  std::atomic<unsigned> workers{0};
  std::atomic<unsigned> memory_nodes{0};
  std::atomic<bool> running{false};
};

State& state() noexcept {
  static auto* const instance = new State;  // never destroyed: arrays may be dropped by static destructors
  return *instance;
}

}  // namespace

std::recursive_mutex& submission_lock() noexcept { return state().lock; }
Progress& progress() noexcept { return state().progress; }
bool running() noexcept { return state().running.load(std::memory_order_acquire); }
unsigned worker_count() noexcept { return state().workers.load(std::memory_order_relaxed); }
unsigned memory_node_count() noexcept { return state().memory_nodes.load(std::memory_order_relaxed); }

// Only launches of the control thread add to the number, and it waits here: so on the way down the number passes the
// threshold once, and who takes it there finds the mutex held until the control thread sleeps.
bool Progress::wait_for_room(std::chrono::milliseconds limit) {
  std::unique_lock<std::mutex> lock{mutex_};
  return fewer_.wait_for(lock, limit, [this] { return unfinished() <= MOST_UNFINISHED / 2; });
}

// Either the last launch to end sees that its end is awaited, or this sees that it has ended.
bool Progress::wait_for_end(std::chrono::milliseconds limit) {
  std::unique_lock<std::mutex> lock{mutex_};
  waiting_for_end_.fetch_add(1, std::memory_order_seq_cst);
  const bool ended =
      fewer_.wait_for(lock, limit, [this] { return count_in(unfinished_.load(std::memory_order_seq_cst)) == 0; });
  waiting_for_end_.fetch_sub(1, std::memory_order_relaxed);
  return ended;
}

void Progress::wake_waiting() noexcept {
  { const std::lock_guard<std::mutex> guard{mutex_}; }
  fewer_.notify_all();
}

void set_task_limits(TaskLimits limits) noexcept { state().limits = limits; }

void set_running(bool running, unsigned workers, unsigned memory_nodes) noexcept {
  state().workers.store(workers, std::memory_order_relaxed);
  state().memory_nodes.store(memory_nodes, std::memory_order_relaxed);
  state().running.store(running, std::memory_order_release);
}

void require_control_thread(const char* what) {
  if (on_worker()) {
    throw std::logic_error{std::string{what} + ": not possible on worker " + std::to_string(starpu_worker_get_id())};
  }
  if (!running()) {
    throw std::logic_error{std::string{what} + ": the engine is not running"};
  }
}

// ---- launches

namespace {

// Bit masks of sets of workers. StarPU only keeps the pointer, so masks are never freed; there are few.
std::uint32_t* intern_mask(const WorkerSet& set) {
  using Key = std::array<std::pair<unsigned, unsigned>, WORKER_KINDS>;
  static auto* const masks = new std::map<Key, std::vector<std::uint32_t>>;
  Key key;
  for (std::size_t i = 0; i < WORKER_KINDS; ++i) {
    key[i] = {set.ranges[i].first, set.ranges[i].count};
  }
  std::vector<std::uint32_t>& words = (*masks)[key];
  if (words.empty()) {
    words.resize((STARPU_NMAXWORKERS + 31) / 32);
    for (const auto& range : set.ranges) {
      for (unsigned worker = range.first; worker < range.first + range.count; ++worker) {
        words[worker / 32] |= std::uint32_t{1} << (worker % 32);
      }
    }
  }
  return words.data();
}

// How many workers are in the set; more than there are if it reaches beyond them.
unsigned count_workers(const WorkerSet& set) {
  unsigned count = 0;
  for (const auto& range : set.ranges) {
    const bool exists = range.count <= worker_count() && range.first <= worker_count() - range.count;
    count += exists ? range.count : worker_count() + 1;
  }
  return count;
}

void wait_for_room(Waiting waiting) {
  const Wait wait{"launches to end, of which too many are pending"};
  compare_calls();
  flush_bundle();
  wait_in_turns(waiting, [](auto limit) { return progress().wait_for_room(limit); });
}

// StarPU would do this itself: in the submission of whatever comes next, also in a thread that only helps, and without
// telling anybody. Under the submission lock.
void wait_for_tasks() {
  constexpr unsigned OFTEN = 64;  // looking takes a lock of StarPU's
  auto& self = state();
  if (++self.points_since_look * 4 < std::min(OFTEN * 4, static_cast<unsigned>(self.limits.most))) {
    return;
  }
  self.points_since_look = 0;
  const int tasks = starpu_task_nsubmitted();
  if (tasks > self.limits.most && tasks > self.limits.fewest) {
    const Wait wait{"tasks to end, of which too many are pending"};
    expect_success(starpu_task_wait_for_n_submitted(static_cast<unsigned>(self.limits.fewest)),
                   "starpu_task_wait_for_n_submitted");
  }
}

}  // namespace

void make_room() {
  while (LEGATE_UNLIKELY(progress().unfinished() >= Progress::MOST_UNFINISHED)) {
    wait_for_room(Waiting::AMONG_OTHERS);
  }
}

Submitter::Submitter(Work& work, const Codelet& codelet, std::int32_t priority, std::uint32_t points,
                     std::optional<WorkerSet> workers, std::optional<Footprint> footprint)
    : points_{points} {
  require_control_thread("submitting a launch");
  lock_ = std::unique_lock<std::recursive_mutex>{submission_lock()};
  if (LEGATE_UNLIKELY(progress().unfinished() >= Progress::MOST_UNFINISHED)) {
    wait_for_room(Waiting::TO_THE_END);
  }
  std::uint32_t* mask = nullptr;
  if (workers.has_value()) {
    const unsigned count = count_workers(*workers);
    if (count == 0 || count > worker_count()) {
      const auto& range = workers->ranges.front();
      throw std::invalid_argument{"launch of \"" + codelet.name + "\": " + std::to_string(range.count) +
                                  " workers from worker " + std::to_string(range.first) + ", but there are " +
                                  std::to_string(worker_count()) + " workers"};
    }
    if (count != worker_count()) {
      mask = intern_mask(*workers);
    }
  }
  const bool timed = recording_timestamps();
  const bool modelled = models_in_use();
  const std::size_t point_bytes =
      sizeof(LaunchRecord::Point) + (timed ? sizeof(std::int64_t) : 0) + (modelled ? sizeof(SizeModel*) : 0);
  const std::size_t bytes = sizeof(LaunchRecord) + points * point_bytes;
  void* const memory = allocate_launch_memory(bytes);
  if (memory == nullptr) {
    throw std::bad_alloc{};
  }
  launch_ = new (memory) LaunchRecord{};
  launch_->work = &work;
  launch_->codelet = &codelet;
  launch_->priority = priority;
  launch_->points = points;
  launch_->bytes = bytes;
  launch_->worker_mask = mask;
  launch_->timed = timed;
  launch_->modelled = modelled;
  launch_->measured = modelled && calibrating();
  launch_->profiled = profiling();
  launch_->recorded = timed || launch_->measured || launch_->profiled;
  launch_->remaining.store(points, std::memory_order_relaxed);
  Bundler& bundler = Bundler::instance();
  launch_->number = progress().begin_launch();
  if (LEGATE_UNLIKELY(watching())) {
    watch_launch(*launch_);
  }
  if (footprint.has_value()) {
    bundle_ = bundler.plan(codelet, *footprint, points);
    launch_->duration = bundler.measures() ? &codelet.durations.at(*footprint) : nullptr;
  }
  launch_->bundled = bundle_.size != 0;
  if (LEGATE_UNLIKELY(launch_->profiled)) {
    profile_launch(*launch_);
  }
  if (bundle_.size == 0 || bundle_.separate) {
    bundler.flush();
  }
}

Submitter::~Submitter() {
  if (bundle_.size != 0) {
    Bundler::instance().end_launch(bundle_);
  }
  // Once all points are submitted the launch belongs to the workers, and may be gone.
  if (submitted_ != points_ || points_ == 0) {
    launch_->settle(points_ - submitted_);
  }
}

void* Submitter::next_point_(std::uint32_t index, const TileUse* uses, std::size_t count, std::size_t most) {
  if (LEGATE_UNLIKELY(submitted_ == points_)) {
    throw std::logic_error{"submitting a launch: more points than the " + std::to_string(points_) + " announced"};
  }
  if (!gate_.has_value()) {
    wait_for_tasks();
  }
  LaunchRecord& launch = *launch_;
  if (LEGATE_UNLIKELY(count > most)) {
    throw std::invalid_argument{"launch of \"" + launch.codelet->name + "\": point with " + std::to_string(count) +
                                " tiles"};
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (LEGATE_UNLIKELY(uses[i].tile == nullptr || uses[i].tile->handle == nullptr)) {
      throw std::invalid_argument{"launch of \"" + launch.codelet->name + "\": tile " + std::to_string(i) +
                                  " of point " + std::to_string(index) + " does not exist any more"};
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    uses[i].tile->array->last_launch_.store(launch.number, std::memory_order_relaxed);
  }
  LaunchRecord::Point* const point = launch.point_array() + submitted_;
  *point = {&launch, index, 0};
  if (LEGATE_UNLIKELY(launch.timed)) {
    launch.submission_times()[submitted_] = now_in_nanoseconds();
  }
  if (LEGATE_UNLIKELY(launch.profiled)) {
    profile_point(*point, uses, count);
  }
  if (LEGATE_UNLIKELY(launch.modelled)) {
    const auto size = launch.work->size_of(index);
    launch.size_models()[submitted_] =
        size.has_value() ? &launch.codelet->model.at(*size, [&] { return launch.work->size_text(index); }) : nullptr;
  }
  ++submitted_;
  return point;
}

void Submitter::point(std::uint32_t index, const TileUse* uses, std::size_t count) {
  auto* const point = static_cast<LaunchRecord::Point*>(next_point_(index, uses, count, most_tiles_of_a_point()));
  if (bundle_.size != 0) {
    Bundler::instance().add(*point, bundle_, uses, count);
  } else {
    progress().begin_long_task();
    submit_task(launch_->codelet->in_main_memory(), point, launch_->priority, launch_->worker_mask, uses, count);
  }
}

void Submitter::local_point(std::uint32_t index, const TileUse* uses, std::size_t count, std::size_t host_uses) {
  void* const point = next_point_(index, uses, count, most_tiles_of_a_local_point() - 1);
  progress().begin_long_task();
  if (const auto turn = gate_.has_value() ? std::nullopt : turn_on_devices(); LEGATE_UNLIKELY(turn.has_value())) {
    std::vector<TileUse> all(uses, uses + count);
    all.push_back(*turn);
    submit_task(launch_->codelet->in_local_memory(host_uses), point, launch_->priority, launch_->worker_mask,
                all.data(), all.size());
    return;
  }
  if (LEGATE_UNLIKELY(gate_.has_value())) {
    std::vector<TileUse> all(uses, uses + count);
    all.push_back(*gate_);
    submit_task_to_worker(launch_->codelet->in_local_memory(host_uses), point, launch_->priority,
                          launch_->gang_worker + submitted_ - 1, all.data(), all.size());
    return;
  }
  submit_task(launch_->codelet->in_local_memory(host_uses), point, launch_->priority, launch_->worker_mask, uses,
              count);
}

void Submitter::begin_gang_(const GangPlace& place) {
  LEGATE_CHECK(submitted_ == 0 && bundle_.size == 0 && points_ != 0);
  const auto available = place.first_worker < worker_count() ? worker_count() - place.first_worker : 0;
  if (points_ > available) {
    throw std::invalid_argument{"gang of \"" + launch_->codelet->name + "\": " + std::to_string(points_) +
                                " points from worker " + std::to_string(place.first_worker) + " on, but there are " +
                                std::to_string(worker_count()) + " workers"};
  }
  launch_->gang_worker = place.first_worker;
  // How long a point waits for others says nothing about it.
  launch_->measured = false;
  launch_->recorded = launch_->timed || launch_->profiled;
}

void Submitter::gang(const GangPlace& place, const TileUse* uses, std::size_t count) {
  begin_gang_(place);
  static_cast<void>(next_point_(0, uses, count, most_tiles_of_a_point() - 1));
  while (submitted_ < points_) {
    static_cast<void>(next_point_(submitted_, nullptr, 0, 0));
  }
  progress().begin_long_task();
  submit_gang(*launch_, place, uses, count);
}

void Submitter::begin_local_gang(const GangPlace& place, const std::vector<GangUse>& uses) {
  begin_gang_(place);
  // Not between points: those that are submitted keep workers until the others come, and so the tasks that this would
  // wait for.
  wait_for_tasks();
  gate_ = open_gate(*launch_, place, uses);
}

void wait_all(Waiting waiting) {
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
    Bundler::instance().flush();
    target = progress().issued();
  }
  const Wait wait{"tasks"};
  // Our count reaches zero a moment before StarPU's does, and StarPU sleeps at once.
  while (!spin_until(std::chrono::microseconds{50}, [] { return progress().idle(); })) {
    wait_in_turns(waiting, [](auto limit) { return progress().wait_for_end(limit); });
    flush_bundle();  // of others, while this waited
  }
  spin_until(std::chrono::microseconds{20}, [] { return starpu_task_nsubmitted() == 0; });
  expect_success(starpu_task_wait_for_all(), "starpu_task_wait_for_all");
  if (cluster().ranks > 1) {
    wait_for_transfers();
    // What the last receives released may still be on its way through StarPU.
    expect_success(starpu_task_wait_for_all(), "starpu_task_wait_for_all");
  }
  after_others();
  progress().set_drained(target);
  ArrayPool::instance().trim();
}

}  // namespace legate::detail::engine
