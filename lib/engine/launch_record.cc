// SPDX-License-Identifier: Apache-2.0
#include "engine/launch_record.h"

#include "engine/bundle.h"
#include "engine/nd_interface.h"
#include "engine/opencl.h"
#include "engine/profile_recorder.h"
#include "engine/submission.h"
#include "engine/thread_order.h"
#include "engine/timestamp_recorder.h"

#include <legate/utilities/abort.h>
#include <legate/utilities/assert.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <map>
#include <mutex>
#include <vector>

namespace legate::detail::engine {

// ---- memory

namespace {

// Blocks by size, from 512 bytes on, each twice as large as the one before.
class LaunchMemory {
 public:
  [[nodiscard]] void* allocate(std::size_t bytes) {
    const std::size_t size = size_class(bytes);
    if (size < SIZES) {
      bytes = SMALLEST << size;
      const std::lock_guard<std::mutex> guard{mutex_};
      std::vector<void*>& blocks = blocks_[size];
      if (!blocks.empty()) {
        void* const block = blocks.back();
        blocks.pop_back();
        return block;
      }
    }
    return std::aligned_alloc(64, (bytes + 63) / 64 * 64);
  }

  void free(void* block, std::size_t bytes) noexcept {
    const std::size_t size = size_class(bytes);
    if (size < SIZES) {
      const std::lock_guard<std::mutex> guard{mutex_};
      std::vector<void*>& blocks = blocks_[size];
      if (blocks.size() < MOST_BYTES / (SMALLEST << size)) {
        blocks.push_back(block);
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
  static constexpr std::size_t SMALLEST = 512;
  static constexpr std::size_t SIZES = 8;
  static constexpr std::size_t MOST_BYTES = SMALLEST * Progress::MOST_UNFINISHED;  // kept of each size

  LaunchMemory() {
    for (std::size_t size = 0; size < SIZES; ++size) {
      blocks_[size].reserve(MOST_BYTES / (SMALLEST << size));
    }
  }

  [[nodiscard]] static std::size_t size_class(std::size_t bytes) noexcept {
    std::size_t size = 0;
    while (size < SIZES && (SMALLEST << size) < bytes) {
      ++size;
    }
    return size;
  }

  std::mutex mutex_;
  std::array<std::vector<void*>, SIZES> blocks_;
};

// Id of the worker that this thread is, -1 for other threads. Set when the thread runs its first point.
thread_local int this_worker = -1;

}  // namespace

bool on_worker() noexcept { return this_worker >= 0; }

TileMemory Executor::tile(std::size_t position) const {
  const auto& memory = *static_cast<const NdInterface*>(buffers[position]);
  return {memory.pointer, memory.device_handle, memory.offset, memory.layout->box, memory.strides().data()};
}

void* allocate_launch_memory(std::size_t bytes) { return LaunchMemory::instance().allocate(bytes); }
void free_launch_memory(void* memory, std::size_t bytes) noexcept { LaunchMemory::instance().free(memory, bytes); }

// ---- what is not over

namespace {

class WatchedLaunches {
 public:
  void add(LaunchRecord& launch) {
    const std::lock_guard<std::mutex> guard{mutex_};
    launches_.emplace(launch.number, &launch);
  }
  // Before the launch is gone: whoever describes it holds the mutex.
  void remove(const LaunchRecord& launch) {
    const std::lock_guard<std::mutex> guard{mutex_};
    launches_.erase(launch.number);
  }
  [[nodiscard]] std::vector<std::string> describe() {
    const std::lock_guard<std::mutex> guard{mutex_};
    std::vector<std::string> lines;
    for (const auto& [number, launch] : launches_) {
      const auto remaining = launch->remaining.load(std::memory_order_relaxed);
      const auto more = launch->work->description();
      lines.push_back("\"" + launch->codelet->name + "\"" + (more.empty() ? "" : ", " + more) + ": " +
                      std::to_string(remaining) + " of " + std::to_string(launch->points) + " points here");
    }
    return lines;
  }

 private:
  std::mutex mutex_{};
  std::map<std::uint64_t, LaunchRecord*> launches_{};  // by number
};

WatchedLaunches& watched_launches() {
  static auto* const launches = new WatchedLaunches;  // never destroyed: workers use it until stop()
  return *launches;
}

}  // namespace

void watch_launch(LaunchRecord& launch) {
  launch.watched = true;
  watched_launches().add(launch);
}

std::vector<std::string> describe_unfinished_launches() { return watched_launches().describe(); }

// ---- running

void LaunchRecord::settle(std::uint32_t count) noexcept {
  if (remaining.fetch_sub(count, std::memory_order_acq_rel) == count) {
    if (LEGATE_UNLIKELY(watched)) {
      watched_launches().remove(*this);
    }
    Work* const finished = work;
    const std::uint64_t finished_number = number;
    free_launch_memory(this, bytes);
    finished->finished();
    // Last: who sees the engine idle may rely on finished() having returned.
    progress().end_launch(finished_number);
  }
}

namespace {

Executor this_executor() noexcept {
  if (this_worker < 0) {
    this_worker = starpu_worker_get_id();
  }
  return Executor{static_cast<unsigned>(this_worker)};
}

// A leaf is over when its device is done.
void finish_device(const Executor& executor) {
  if (executor.buffers != nullptr && kind_of(executor.worker) == WorkerKind::OPENCL) {
    finish_opencl_queue(executor.worker);
  }
}

// StarPU is C: an exception must not pass through it, and what a task may throw was dealt with further up.
void call(const LaunchRecord& launch, std::uint32_t index, const Executor& executor) noexcept {
  try {
    launch.work->run(index, executor);
    finish_device(executor);
  } catch (const std::exception& error) {
    LEGATE_ABORT("exception left point ", index, " of task \"", launch.codelet->name, "\": ", error.what());
  } catch (...) {
    LEGATE_ABORT("exception left point ", index, " of task \"", launch.codelet->name, "\"");
  }
}

void record(const LaunchRecord::Point& point, unsigned worker, std::int64_t started, std::int64_t ended) noexcept {
  LaunchRecord& launch = *point.launch;
  const auto position = &point - launch.point_array();
  auto* const size = launch.modelled ? launch.size_models()[position] : nullptr;
  auto* const measurements = size == nullptr ? nullptr : &size->on(kind_of(worker));
  if (launch.profiled) {
    profile_run(point, worker, started, ended, measurements == nullptr ? std::nan("") : 1e3 * measurements->expected());
  }
  if (launch.measured && measurements != nullptr && !measurements->complete()) {
    measurements->add(1e-3 * static_cast<double>(ended - started));
  }
  if (launch.timed) {
    keep_timestamp({&launch.codelet->name, point.index, worker, launch.submission_times()[position], started, ended});
  }
}

// Returns how long the point took.
std::int64_t call_and_record(const LaunchRecord::Point& point, const Executor& executor) noexcept {
  const std::int64_t started = now_in_nanoseconds();
  call(*point.launch, point.index, executor);
  const std::int64_t ended = now_in_nanoseconds();
  record(point, executor.worker, started, ended);
  return ended - started;
}

// Looking at the clock twice costs as much as a tenth of the smallest launch: once the duration is known, only some
// instances are measured.
bool is_sample(const DurationEstimate* duration) noexcept {
  constexpr unsigned EVERY = 16;
  static thread_local unsigned counter = 0;
  return duration != nullptr && (!duration->known() || counter++ % EVERY == 0);
}

}  // namespace

void run_in_gang(const LaunchRecord::Point& point) noexcept {
  if (LEGATE_UNLIKELY(point.launch->recorded)) {
    static_cast<void>(call_and_record(point, this_executor()));
  } else {
    call(*point.launch, point.index, this_executor());
  }
}

void Trampoline::run_point(void** /*buffers*/, void* argument) noexcept {
  after_others();
  const auto& point = *static_cast<const LaunchRecord::Point*>(argument);
  LaunchRecord& launch = *point.launch;
  const Executor executor = this_executor();
  if (LEGATE_UNLIKELY(launch.recorded)) {
    const std::int64_t nanoseconds = call_and_record(point, executor);
    if (launch.duration != nullptr) {
      launch.duration->add(nanoseconds);
    }
  } else if (is_sample(launch.duration)) {
    const std::int64_t started = now_in_nanoseconds();
    call(launch, point.index, executor);
    launch.duration->add(now_in_nanoseconds() - started);
  } else {
    call(launch, point.index, executor);
  }
  if (!launch.bundled) {
    progress().end_long_task();
  }
  before_others();
  launch.settle(1);
}

void Trampoline::run_local_point(void** buffers, void* argument) noexcept {
  after_others();
  const auto& point = *static_cast<const LaunchRecord::Point*>(argument);
  LaunchRecord& launch = *point.launch;
  Executor executor = this_executor();
  executor.buffers = buffers;
  if (LEGATE_UNLIKELY(launch.recorded)) {
    static_cast<void>(call_and_record(point, executor));
  } else {
    call(launch, point.index, executor);
  }
  progress().end_long_task();
  before_others();
  launch.settle(1);
}

void Trampoline::run_bundle(void** /*buffers*/, void* argument) noexcept {
  after_others();
  auto& bundle = *static_cast<BundleRecord*>(argument);
  const Executor executor = this_executor();
  std::int64_t begin = now_in_nanoseconds();
  for (std::uint32_t i = 0; i < bundle.count; ++i) {
    const auto& point = *bundle.points()[i];
    LaunchRecord& launch = *point.launch;
    call(launch, point.index, executor);
    // Every instance is measured here: one that has become long must leave the bundles soon.
    const std::int64_t end = now_in_nanoseconds();
    if (LEGATE_UNLIKELY(launch.recorded)) {
      record(point, executor.worker, begin, end);
    }
    if (launch.duration != nullptr) {
      launch.duration->add(end - begin);
    }
    begin = end;
    before_others();
    launch.settle(1);
  }
  free_launch_memory(&bundle, bundle.bytes);
}

}  // namespace legate::detail::engine
