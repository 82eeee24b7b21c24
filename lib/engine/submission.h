// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace legate::detail::engine {

/// The one lock under which anything is submitted to StarPU: two threads that submit tasks on the same handles at the
/// same time can order them differently on each handle, and then both wait for ever.
///
/// Re-entrant, because arrays submit plan switches while a launch is being submitted. Workers must never take it: its
/// holder may be waiting for tasks to complete.
std::recursive_mutex& submission_lock() noexcept;

/// Which launches were made and which have completed. Launches are numbered from 1 in the order of submission.
class Progress {
 public:
  /// While there are as many, nothing new is launched until half of them are left: a launch takes about a kilobyte.
  /// The number of StarPU's tasks is limited, too (TaskLimits): a task may be a bundle of many launches, and a launch
  /// may be many tasks.
  static constexpr std::uint64_t MOST_UNFINISHED = 1024;

  /// Number for a new launch. Under the submission lock.
  std::uint64_t begin_launch() noexcept {
    unfinished_.fetch_add(1, std::memory_order_relaxed);
    const std::uint64_t number = issued_.load(std::memory_order_relaxed) + 1;
    issued_.store(number, std::memory_order_relaxed);
    return number;
  }

  /// The last point of launch `number` ran. Any thread. Pairs with idle(): what the launch did is visible to who sees
  /// that.
  void end_launch(std::uint64_t number) noexcept {
    recent_[number % recent_.size()].store(number, std::memory_order_relaxed);
    const std::uint64_t before = unfinished_.fetch_sub(1, std::memory_order_seq_cst);
    const std::uint64_t count = count_in(before);
    if (count == MOST_UNFINISHED / 2 + 1 || (count == 1 && waiting_for_end_.load(std::memory_order_seq_cst) != 0)) {
      wake_waiting();
    }
    const std::uint32_t generation = generation_in(before);
    if (generation != passed_generation_.load(std::memory_order_relaxed)) {
      tell_milestones(number, generation);
    }
  }

  /// @name Milestones between launches
  /// Each is reached when the launches before it have ended. They are numbered by generations, which wrap around.
  /// @{

  struct MilestoneStart {
    std::uint32_t generation;
    std::uint64_t unfinished;  ///< launches that will be told by their end: those that have not ended by now
  };
  /// Sets the next one. Under the submission lock and that of the milestones.
  [[nodiscard]] MilestoneStart set_milestone() noexcept {
    const std::uint64_t before = unfinished_.fetch_add(ONE_GENERATION, std::memory_order_acq_rel);
    return {generation_in(before) + 1, count_in(before)};
  }
  /// It was reached, and all before it. Under the lock of the milestones. A launch that the next one waits for cannot
  /// see this generation as both set and passed: so it is told, too.
  void pass_milestone(std::uint32_t generation) noexcept {
    passed_generation_.store(generation, std::memory_order_relaxed);
  }
  /// @}

  /// @name Waits without an open bundle
  /// For `limit` at most. @return whether it is so
  /// @{
  /// There are few enough unfinished launches to make another one. The control thread.
  [[nodiscard]] bool wait_for_room(std::chrono::milliseconds limit);
  /// Every launch has completed. Any thread but workers.
  [[nodiscard]] bool wait_for_end(std::chrono::milliseconds limit);
  /// @}

  /// Whether every launch has completed (StarPU may still be busy with the last tasks).
  [[nodiscard]] bool idle() const noexcept { return count_in(unfinished_.load(std::memory_order_acquire)) == 0; }

  /// @name StarPU tasks that are not known to be short
  /// @{
  /// Under the submission lock.
  void begin_long_task() noexcept {
    long_begun_.store(long_begun_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  /// Any thread.
  void end_long_task() noexcept { long_ended_.fetch_add(1, std::memory_order_relaxed); }
  [[nodiscard]] bool has_long_tasks() const noexcept {
    return long_begun_.load(std::memory_order_relaxed) != long_ended_.load(std::memory_order_relaxed);
  }
  /// @}

  /// How many launches have not completed, among them those that are not even submitted to StarPU.
  [[nodiscard]] std::uint64_t unfinished() const noexcept {
    return count_in(unfinished_.load(std::memory_order_relaxed));
  }

  [[nodiscard]] std::uint64_t issued() const noexcept { return issued_.load(std::memory_order_relaxed); }

  /// All launches up to this number have completed, and StarPU is done with them.
  [[nodiscard]] std::uint64_t drained() const noexcept { return drained_.load(std::memory_order_relaxed); }
  void set_drained(std::uint64_t number) noexcept { drained_.store(number, std::memory_order_relaxed); }

  /// Whether launch `number` has probably completed: only the last few thousand are remembered. A hint, never to be
  /// relied on for correctness.
  [[nodiscard]] bool probably_finished(std::uint64_t number) const noexcept {
    return number <= drained() || recent_[number % recent_.size()].load(std::memory_order_relaxed) >= number;
  }

 private:
  static constexpr std::uint64_t ONE_GENERATION = std::uint64_t{1} << 32U;
  [[nodiscard]] static std::uint64_t count_in(std::uint64_t word) noexcept { return word % ONE_GENERATION; }
  [[nodiscard]] static std::uint32_t generation_in(std::uint64_t word) noexcept {
    return static_cast<std::uint32_t>(word / ONE_GENERATION);
  }

  void wake_waiting() noexcept;
  /// Launch `number` ended when `generation` was the last milestone set.
  static void tell_milestones(std::uint64_t number, std::uint32_t generation) noexcept;

  std::mutex mutex_{};
  std::condition_variable fewer_{};
  std::atomic<std::uint64_t> issued_{0};
  std::atomic<std::uint64_t> drained_{0};
  std::atomic<std::uint64_t> long_begun_{0};
  // Own cache line: workers write it, the control thread spins on it. The number of launches and above it, so that both
  // are read and changed at once, the generation of the last milestone.
  alignas(64) std::atomic<std::uint64_t> unfinished_{0};
  std::atomic<std::uint32_t> passed_generation_{0};
  std::atomic<unsigned> waiting_for_end_{0};
  alignas(64) std::atomic<std::uint64_t> long_ended_{0};
  alignas(64) std::array<std::atomic<std::uint64_t>, 4096> recent_{};
};

Progress& progress() noexcept;

/// @throws std::logic_error when the engine is not running, or the calling thread is a worker; the message starts with
/// `what`.
void require_control_thread(const char* what);

/// While StarPU has more than `most` tasks, submission waits until `fewest` are left: a task takes 1.5 KB.
struct TaskLimits {
  int most{10000};
  int fewest{5000};
};
/// By lifecycle.cc only.
void set_task_limits(TaskLimits limits) noexcept;

/// Marks whether the engine is running, with how many workers and memory nodes. By lifecycle.cc only.
void set_running(bool running, unsigned workers, unsigned memory_nodes) noexcept;
[[nodiscard]] unsigned memory_node_count() noexcept;

/// Frees the codelets destroyed while the engine was running. By stop(), after StarPU has shut down.
void free_retired_codelets() noexcept;

}  // namespace legate::detail::engine
