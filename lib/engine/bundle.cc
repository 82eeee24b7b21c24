// SPDX-License-Identifier: Apache-2.0
#include "engine/bundle.h"

#include "engine/array_links.h"
#include "engine/codelet.h"
#include "engine/scheduler.h"
#include "engine/submission.h"
#include "engine/thread_order.h"
#include "engine/timestamp_recorder.h"

#include <legate/utilities/assert.h>
#include <legate/utilities/logger.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <new>
#include <thread>

namespace legate::detail::engine {

namespace {

// Nanoseconds. What a StarPU task costs, all threads together; measured 2 to 4 us.
constexpr std::uint64_t TASK_OVERHEAD = 3000;
// A bundle of this length spends three quarters of its time in leaves.
constexpr std::uint64_t LONGEST_BUNDLE = 10000;
// Longer points of one launch share a task up to this length if the launch has so many that this leaves every worker
// several tasks.
constexpr std::uint64_t LONGEST_SHARE = 20000;
constexpr std::uint64_t SHARES_PER_WORKER = 4;
// The same for points that wait for each other. There a StarPU task costs the latency from one worker to the next too:
// 8 to 12 us between the end of one task and the start of the next.
constexpr std::uint64_t LONGEST_LINK = 20000;
constexpr std::uint64_t LONGEST_CHAIN = 40000;
// StarPU sorts the handles of a task and locks them one by one: more would cost more than another task.
constexpr std::size_t MOST_TILES = 64;
constexpr std::size_t MOST_POINTS = 64;
// Launches that follow each other this fast make a burst; bundles then wait for a few of them.
constexpr std::int64_t BURST = 4000;
constexpr std::uint64_t SMALLEST_OF_BURST = 8;
// A launch that was not repeated as often is nothing that a program does all the time.
constexpr std::uint32_t LAUNCHES_BEFORE = 64;

// What idle workers look at: number of the open bundle, 0 if it is empty.
std::atomic<std::uint64_t> open_generation{0};

std::atomic<std::uint64_t> tasks{0};

// Submits the open bundle when a worker asks for it.
class Helper {
 public:
  ~Helper() { stop(); }

  void start() {
    stopping_ = asked_ = false;
    thread_ = std::thread{[this] { serve(); }};
  }

  void stop() noexcept {
    if (!thread_.joinable()) {
      return;
    }
    {
      const std::lock_guard<std::mutex> guard{mutex_};
      stopping_ = true;
    }
    woken_.notify_one();
    thread_.join();
  }

  void ask() noexcept {
    {
      const std::lock_guard<std::mutex> guard{mutex_};
      asked_ = true;
    }
    woken_.notify_one();
  }

 private:
  void serve() {
    std::unique_lock<std::mutex> lock{mutex_};
    for (;;) {
      woken_.wait(lock, [this] { return asked_ || stopping_; });
      if (stopping_) {
        return;
      }
      asked_ = false;
      lock.unlock();
      flush_bundle();
      lock.lock();
    }
  }

  std::mutex mutex_{};
  std::condition_variable woken_{};
  bool asked_{false};
  bool stopping_{false};
  std::thread thread_{};
};

Helper& helper() noexcept {
  static auto* const instance = new Helper;  // never destroyed: workers may ask until stop()
  return *instance;
}

const Codelet& bundle_codelet() {
  static const auto* const codelet = new Codelet{"legatus.bundle", &Trampoline::run_bundle};
  return *codelet;
}

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

Logger& logger() {
  static Logger instance{"legate.bundling"};
  return instance;
}

void report(const Codelet& codelet, const Footprint& footprint, const DurationEstimate& estimate,
            const BundlePlan& plan) {
  logger().info() << "task \"" << codelet.name << "\"" << (footprint.fold ? ", folds" : "") << " of about "
                  << footprint.bytes << " bytes: " << estimate.nanoseconds() << " ns an instance, "
                  << (plan.size == 0 ? "each a StarPU task of its own"
                      : plan.link    ? "bundled with those that they wait for"
                                     : "bundled");
}

// What a bundle does to a tile whose points do first the one and then the other.
Access sequence(Access first, Access second) noexcept {
  if (first == Access::READ && second != Access::READ) {
    return Access::READ_WRITE;
  }
  return first;  // what overwrites the tile first needs no old contents, whatever follows
}

}  // namespace

namespace {

starpu_task* make_task(starpu_codelet& codelet, void* argument, std::int32_t priority, const TileUse* uses,
                       std::size_t count) {
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
  }
  task->cl = &codelet;
  task->cl_arg = argument;
  task->nbuffers = static_cast<int>(count);
  task->priority = priority;
  return task;
}

}  // namespace

void submit_task(starpu_codelet& codelet, void* argument, std::int32_t priority, std::uint32_t* worker_mask,
                 const TileUse* uses, std::size_t count) {
  starpu_task* const task = make_task(codelet, argument, priority, uses, count);
  if (worker_mask != nullptr) {
    task->workerids = worker_mask;
    task->workerids_len = (STARPU_NMAXWORKERS + 31) / 32;
  }
  tasks.store(tasks.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);  // under the submission lock
  before_others();
  expect_success(starpu_task_submit(task), "starpu_task_submit");
}

void submit_task_to_worker(starpu_codelet& codelet, void* argument, std::int32_t priority, unsigned worker,
                           const TileUse* uses, std::size_t count) {
  starpu_task* const task = make_task(codelet, argument, priority, uses, count);
  task->execute_on_a_specific_worker = 1;
  task->workerid = worker;
  before_others();
  expect_success(starpu_task_submit(task), "starpu_task_submit");
}

std::uint64_t task_count() noexcept { return tasks.load(std::memory_order_relaxed); }

std::uint64_t open_bundle() noexcept { return open_generation.load(std::memory_order_seq_cst); }

void request_flush() noexcept { helper().ask(); }

void flush_bundle() {
  if (on_worker() || open_bundle() == 0) {
    return;
  }
  const std::lock_guard<std::recursive_mutex> guard{submission_lock()};
  Bundler::instance().flush();
}

Bundler& Bundler::instance() noexcept {
  static auto* const bundler = new Bundler;
  return *bundler;
}

void Bundler::open(Bundling mode, unsigned workers) {
  mode_ = mode;
  workers_ = workers;
  tasks.store(0, std::memory_order_relaxed);
  static_cast<void>(logger());  // so that its name is known from the start
  if (mode_ != Bundling::NEVER) {
    helper().start();
  }
}

void Bundler::close() noexcept {
  LEGATE_CHECK(points_.empty());
  helper().stop();
  mode_ = Bundling::NEVER;
}

BundlePlan Bundler::plan(const Codelet& codelet, const Footprint& footprint, std::uint32_t points) noexcept {
  if (mode_ == Bundling::NEVER) {
    return {};
  }
  if (mode_ == Bundling::ALWAYS) {
    return {std::min<std::uint32_t>(points, MOST_POINTS), points > MOST_POINTS, 0};
  }
  DurationHistory& history = codelet.durations;
  if (history.count_launch(footprint) < LAUNCHES_BEFORE) {
    return {};
  }
  const BundlePlan plan = plan_by_duration(history.at(footprint), points);
  if (LEGATE_UNLIKELY(history.note_bundled(footprint, plan.size != 0))) {
    report(codelet, footprint, history.at(footprint), plan);
  }
  return plan;
}

BundlePlan Bundler::plan_by_duration(const DurationEstimate& estimate, std::uint32_t points) const noexcept {
  if (!estimate.known()) {
    return {};
  }
  const std::uint64_t duration = estimate.nanoseconds();
  if (duration > TASK_OVERHEAD) {
    if (points == 1) {
      return duration <= LONGEST_LINK ? BundlePlan{1, false, static_cast<std::uint32_t>(duration), true} : BundlePlan{};
    }
    // Only what leaves several bundles to every worker.
    const std::uint64_t size =
        std::min<std::uint64_t>(LONGEST_SHARE / duration, points / (std::uint64_t{SHARES_PER_WORKER} * workers_));
    return size <= 1 ? BundlePlan{}
                     : BundlePlan{static_cast<std::uint32_t>(size), true, static_cast<std::uint32_t>(duration)};
  }
  const std::uint64_t total = duration * points;
  if (total <= TASK_OVERHEAD && points <= MOST_POINTS) {
    return {points, false, static_cast<std::uint32_t>(duration)};
  }
  // As many bundles as the workers can share with profit, and more if they would get too long.
  const std::uint64_t bundles =
      std::max(std::min<std::uint64_t>(workers_, total / TASK_OVERHEAD), (total + LONGEST_BUNDLE - 1) / LONGEST_BUNDLE);
  const auto size = static_cast<std::uint32_t>((points + bundles - 1) / std::max<std::uint64_t>(bundles, 1));
  return size <= 1 ? BundlePlan{} : BundlePlan{size, true, static_cast<std::uint32_t>(duration)};
}

bool Bundler::follows_last(const TileUse* uses, std::size_t count) const noexcept {
  const std::size_t last = points_.size() - 1;
  return std::any_of(uses, uses + count, [&](const TileUse& use) {
    if (use.tile->bundle != generation_) {
      return false;
    }
    const LastUse& before = last_uses_[use.tile->place];
    return before.point == last && (before.access != Access::READ || use.access != Access::READ);
  });
}

void Bundler::add(LaunchRecord::Point& point, const BundlePlan& plan, const TileUse* uses, std::size_t count) {
  if (!points_.empty()) {
    const LaunchRecord& other = *points_.back()->launch;
    const bool full = points_.size() >= (plan.separate ? plan.size : MOST_POINTS) || uses_.size() + count > MOST_TILES;
    if (full || other.priority != point.launch->priority || other.worker_mask != point.launch->worker_mask ||
        (plan.link && !follows_last(uses, count))) {
      flush();
    }
  }
  const bool first = points_.empty();
  if (first || points_.back()->launch != point.launch) {
    ++launches_;
  }
  const auto place = static_cast<std::uint32_t>(points_.size());
  for (std::size_t i = 0; i < count; ++i) {
    Tile& tile = *uses[i].tile;
    if (tile.bundle == generation_) {
      Access& access = uses_[tile.place].access;
      access = sequence(access, uses[i].access);
      last_uses_[tile.place] = {place, uses[i].access};
    } else {
      tile.bundle = generation_;
      tile.place = static_cast<std::uint32_t>(uses_.size());
      uses_.push_back(uses[i]);
      last_uses_.push_back({place, uses[i].access});
    }
  }
  points_.push_back(&point);
  nanoseconds_ += plan.nanoseconds;
  if (first) {
    open_generation.store(generation_, std::memory_order_seq_cst);
  }
}

void Bundler::end_launch(const BundlePlan& plan) {
  if (points_.empty()) {
    return;
  }
  const std::int64_t now = now_in_nanoseconds();
  const bool burst = now - last_launch_ < BURST;
  last_launch_ = now;
  const bool full =
      plan.separate || points_.size() >= MOST_POINTS || nanoseconds_ >= (plan.link ? LONGEST_CHAIN : LONGEST_BUNDLE);
  // In a burst of launches the workers may finish each before the next one is made; handing over one at a time would
  // then cost as much as without bundles, for good.
  const bool idle = progress().unfinished() <= launches_ && !(burst && launches_ < SMALLEST_OF_BURST);
  // Workers that sleep do not look whether there is an open bundle, and those that run long tasks do not for long: then
  // there must be none. Whoever goes to sleep announces it before looking once more.
  const unsigned asleep = workers_asleep();
  const bool nobody_looks = asleep >= workers_ || (asleep != 0 && progress().has_long_tasks());
  if (full || idle || nobody_looks) {
    flush();
  }
}

void Bundler::flush() {
  if (points_.empty()) {
    return;
  }
  open_generation.store(0, std::memory_order_seq_cst);
  LaunchRecord::Point* const first = points_.front();
  const std::int32_t priority = first->launch->priority;
  std::uint32_t* const worker_mask = first->launch->worker_mask;
  const Codelet* codelet = first->launch->codelet;
  void* argument = first;
  if (points_.size() > 1) {
    const std::size_t bytes = sizeof(BundleRecord) + points_.size() * sizeof(LaunchRecord::Point*);
    void* const memory = allocate_launch_memory(bytes);
    if (memory == nullptr) {
      throw std::bad_alloc{};
    }
    auto* const bundle = new (memory) BundleRecord{bytes, static_cast<std::uint32_t>(points_.size())};
    std::copy(points_.begin(), points_.end(), bundle->points());
    codelet = &bundle_codelet();
    argument = bundle;
  }
  // Before the task is submitted: what it lists is not the open bundle any more.
  ++generation_;
  points_.clear();
  launches_ = 0;
  nanoseconds_ = 0;
  // How long a bundle takes is not in any model.
  submit_task(argument == first ? codelet->in_main_memory() : codelet->starpu, argument, priority, worker_mask,
              uses_.data(), uses_.size());
  uses_.clear();
  last_uses_.clear();
}

}  // namespace legate::detail::engine
