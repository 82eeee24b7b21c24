// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>

namespace legate::detail::comm {

/// Where the members of a group of threads meet again and again, until they are over or one of them breaks off.
///
/// Once broken, a meeting stays broken: whoever waits goes, and whoever comes goes at once. Each member calls meet()
/// any number of times, then leave() or break_off(). Members that wait while all others are over would wait for ever:
/// that ends the process.
class Meeting {
 public:
  /// @param task for messages.
  Meeting(unsigned members, std::string task) : members_{members}, task_{std::move(task)} {}

  /// Waits until all members have come. The last one calls `work` while the others wait; that returns whether there is
  /// to be no break. What it has done is visible to all when they return, and so is what they have done before they
  /// came.
  ///
  /// @return false: it is broken; the caller may have been the last one, and then has called `work`.
  template <typename Work>
  [[nodiscard]] bool meet(Work&& work) {
    const std::uint64_t round = rounds_.load();  // changes only after this thread has come
    switch (come()) {
      case Arrival::BROKEN:
        return false;
      case Arrival::EARLY:
        return wait(round);
      case Arrival::LAST:
        break;
    }
    if (!work()) {
      static_cast<void>(break_all());
      return false;
    }
    begin_round(round + 1);
    return true;
  }

  /// Breaks the meeting; the caller is over. @return whether it was not broken before: nobody has been at work since.
  [[nodiscard]] bool break_off() noexcept;

  /// The caller is over. @return whether all members are, and the meeting never broke.
  [[nodiscard]] bool leave() noexcept;

 private:
  enum class Arrival { EARLY, LAST, BROKEN };

  [[nodiscard]] Arrival come() noexcept;
  [[nodiscard]] bool wait(std::uint64_t round);
  void begin_round(std::uint64_t round) noexcept;
  bool break_all() noexcept;
  void wake() noexcept;

  // The state: how many have come (bits 0 to 23), how many are over (24 to 47), whether it is broken (63). Everybody
  // changes it, by single operations, so that there is one order of all events: the last one to come knows that it is,
  // and whoever finds it broken knows that nobody will be. The last to come takes all arrivals back before the next
  // round begins.
  static constexpr std::uint64_t ONE_HERE = 1;
  static constexpr std::uint64_t ONE_OVER = std::uint64_t{1} << 24U;
  static constexpr std::uint64_t BROKEN = std::uint64_t{1} << 63U;
  [[nodiscard]] static std::uint64_t here(std::uint64_t state) noexcept { return state & (ONE_OVER - 1); }
  [[nodiscard]] static std::uint64_t over(std::uint64_t state) noexcept { return (state & ~BROKEN) >> 24U; }

  const std::uint64_t members_;
  const std::string task_;
  alignas(64) std::atomic<std::uint64_t> state_{0};
  // How many times all have met. Written by the last to come, read by those who wait, who then see what it has done.
  alignas(64) std::atomic<std::uint64_t> rounds_{0};
  // Who makes a condition true wakes only if somebody sleeps. Both sides are sequentially consistent: either the one
  // finds a sleeper, or the other finds its condition true before it sleeps.
  std::atomic<unsigned> sleepers_{0};
  std::mutex mutex_;
  std::condition_variable condition_;
};

}  // namespace legate::detail::comm
