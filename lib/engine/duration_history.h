// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/task.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace legate::detail::engine {

/// How long the instances of one size of one task take: an estimate that follows changes.
///
/// Written by workers and read by the control thread, without order: it is an estimate. Two workers that write at the
/// same time may lose one of their samples.
class DurationEstimate {
 public:
  [[nodiscard]] std::uint32_t nanoseconds() const noexcept { return estimate_.load(std::memory_order_relaxed); }

  /// Whether there are enough samples to say anything.
  [[nodiscard]] bool known() const noexcept { return samples_.load(std::memory_order_relaxed) >= ENOUGH; }

  /// Moves the estimate by a quarter up or a tenth down, however far off it was: an instance that the operating system
  /// interrupted says nothing about the next one. In equilibrium two thirds of the instances are shorter.
  void add(std::int64_t nanoseconds) noexcept {
    const std::uint32_t samples = samples_.load(std::memory_order_relaxed);
    const std::int64_t estimate = estimate_.load(std::memory_order_relaxed);
    std::int64_t next = estimate;
    if (samples == 0) {
      next = nanoseconds;
    } else if (nanoseconds > estimate + estimate / 4) {
      next = estimate + estimate / 4 + 10;
    } else if (nanoseconds < estimate - estimate / 4) {
      next = estimate - estimate / 10;
    }
    if (samples < ENOUGH) {
      samples_.store(samples + 1, std::memory_order_relaxed);
    }
    // In the steady state nobody writes, so that the line stays in everybody's cache.
    if (next != estimate) {
      estimate_.store(static_cast<std::uint32_t>(std::min<std::int64_t>(next, UINT32_MAX)), std::memory_order_relaxed);
    }
  }

 private:
  static constexpr std::uint32_t ENOUGH = 64;

  std::atomic<std::uint32_t> estimate_{0};
  std::atomic<std::uint32_t> samples_{0};
};

/// The estimates of one task, by footprint.
class DurationHistory {
 public:
  [[nodiscard]] DurationEstimate& at(const Footprint& footprint) noexcept { return estimates_[index(footprint)]; }

  /// Counts a launch of this footprint and returns how many there were before. Under the submission lock.
  std::uint32_t count_launch(const Footprint& footprint) noexcept {
    std::uint32_t& launches = launches_[index(footprint)];
    return launches == UINT32_MAX ? launches : launches++;
  }

  /// Notes whether instances of this footprint are bundled now; true if that is a change. Under the submission lock.
  bool note_bundled(const Footprint& footprint, bool bundled) noexcept {
    bool& noted = bundled_[index(footprint)];
    const bool change = noted != bundled;
    noted = bundled;
    return change;
  }

 private:
  static constexpr std::size_t SIZES = 40;

  [[nodiscard]] static std::size_t index(const Footprint& footprint) noexcept {
    std::size_t bits = 0;
    for (std::uint64_t rest = footprint.bytes; rest != 0 && bits < SIZES - 1; rest >>= 1U) {
      ++bits;
    }
    return bits + (footprint.fold ? SIZES : 0);
  }

  std::array<DurationEstimate, 2 * SIZES> estimates_{};
  std::array<std::uint32_t, 2 * SIZES> launches_{};
  std::array<bool, 2 * SIZES> bundled_{};
};

}  // namespace legate::detail::engine
