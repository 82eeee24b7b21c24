// SPDX-License-Identifier: Apache-2.0
#include "engine/milestone.h"

#include "engine/array_links.h"
#include "engine/bundle.h"
#include "engine/starpu_call.h"
#include "engine/submission.h"
#include "engine/thread_order.h"
#include "engine/timestamp_recorder.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace legate::detail::engine {

namespace {

using Then = std::function<void(std::int64_t time)>;

/// The milestones that were not reached yet, in the order they were set.
class Milestones {
 public:
  void set(Then then) {
    std::vector<Then> reached;
    std::int64_t time{};
    {
      const std::lock_guard<std::mutex> guard{mutex_};
      const auto [generation, unfinished] = progress().set_milestone();
      pending_.push_back({generation, progress().issued(), unfinished, std::move(then)});
      if (unfinished == 0) {
        time = take(pending_.size(), reached);
      }
    }
    call(reached, time);
  }

  /// Launch `number` has ended, at a time when the milestones up to `generation` had been set.
  void launch_ended(std::uint64_t number, std::uint32_t generation) noexcept {
    std::vector<Then> reached;
    std::int64_t time{};
    {
      const std::lock_guard<std::mutex> guard{mutex_};
      std::size_t count = 0;
      for (std::size_t i = 0; i < pending_.size(); ++i) {
        auto& milestone = pending_[i];
        const bool counted = static_cast<std::int32_t>(generation - milestone.generation) >= 0;
        if (counted && number <= milestone.last_launch && --milestone.unfinished == 0) {
          count = i + 1;
        }
      }
      time = take(count, reached);
    }
    call(reached, time);
  }

 private:
  struct Milestone {
    std::uint32_t generation;
    std::uint64_t last_launch;  // the number of the last launch before it
    std::uint64_t unfinished;   // of the launches before it
    Then then;
  };

  /// Takes the first `count` milestones. Those before one that was reached have been reached, too, even where the
  /// workers that ended their last launches are still waiting for the lock to say so.
  [[nodiscard]] std::int64_t take(std::size_t count, std::vector<Then>& reached) {
    for (; count > 0; --count) {
      reached.push_back(std::move(pending_.front().then));
      progress().pass_milestone(pending_.front().generation);
      pending_.pop_front();
    }
    return now_in_nanoseconds();
  }

  // Without the lock: opening a gate takes locks of StarPU.
  static void call(const std::vector<Then>& reached, std::int64_t time) {
    for (const auto& then : reached) {
      then(time);
    }
  }

  std::mutex mutex_{};
  std::deque<Milestone> pending_{};
};

Milestones& milestones() noexcept {
  static auto* const instance = new Milestones;  // never destroyed: workers use it until stop()
  return *instance;
}

}  // namespace

void Progress::tell_milestones(std::uint64_t number, std::uint32_t generation) noexcept {
  milestones().launch_ended(number, generation);
}

void when_launches_end(std::function<void(std::int64_t time)> then) {
  require_control_thread("setting a milestone");
  const std::lock_guard<std::recursive_mutex> guard{submission_lock()};
  Bundler::instance().flush();  // later launches must not hold up what is in there
  milestones().set(std::move(then));
}

Gate::Gate(std::size_t bytes) {
  require_control_thread("making a gate");
  const std::shared_ptr<std::byte> memory{new std::byte[bytes], [](const std::byte* all) { delete[] all; }};
  buffer_ = Array::wrap({bytes}, 1, memory.get(), memory);
  const std::lock_guard<std::recursive_mutex> guard{submission_lock()};
  // Nobody else knows the array: this does not wait.
  expect_success(starpu_data_acquire(buffer_->tile(0)->handle, STARPU_W), "starpu_data_acquire");
}

void Gate::open() noexcept {
  before_others();
  starpu_data_release(buffer_->tile(0)->handle);
}

}  // namespace legate::detail::engine
