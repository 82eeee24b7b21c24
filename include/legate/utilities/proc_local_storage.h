// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/utilities/processor.h>

#include <array>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace legate {

/// One value per processor of the process, chosen by the processor that runs the calling task.
///
/// The usual object is a static variable of a task, with something that is costly to make and worth keeping. It starts
/// empty; a value lives until it is replaced or the object dies. `T` needs neither copies nor a default constructor.
///
/// Point `p` of a launch finds what point `p` of an earlier one has left if both have the same launch domain and run on
/// the same processors of the same kind: CPUs and groups of cores count as the launch deals its points to them (equal
/// blocks of successive points, in row-major order, each to one processor; a single task is on the first one), whatever
/// core does the work. Points of one block share a value. On devices the value is that of the device that the point
/// works on, which the scheduler chooses.
///
/// Needs no lock: from its first use of any ProcLocalStorage on until it ends, a task has its processor for itself.
/// Another one of the same processor waits in its own first use, so a task must not wait for such a one. Tasks launched
/// inside a task share its processor. A thread that a task has started has none.
///
/// Only the first LEGATE_MAX_NUM_PROCS processors of a process have values.
template <typename T>
class ProcLocalStorage {
 public:
  using value_type = T;

  /// Whether this processor has a value. False also outside of tasks.
  [[nodiscard]] bool has_value() const noexcept {
    const auto processor = detail::take_processor();
    return processor < slots_.size() && slots_[processor].value.has_value();
  }

  /// Makes the value of this processor, in place of the one it had. If that throws, it has none.
  /// @returns a reference that is good until the value is replaced.
  /// @throws std::logic_error outside of tasks, and on a processor beyond the first LEGATE_MAX_NUM_PROCS of the
  /// process.
  template <typename... Args>
  value_type& emplace(Args&&... args) {
    return slot_().value.emplace(std::forward<Args>(args)...);
  }

  /// @throws std::logic_error if this processor has no value, outside of tasks, or as emplace().
  [[nodiscard]] value_type& get() { return value_(slot_()); }
  [[nodiscard]] const value_type& get() const { return value_(const_cast<ProcLocalStorage*>(this)->slot_()); }

 private:
  // On lines of their own, because neighbouring processors write them at the same time.
  struct alignas(64) Slot {
    std::optional<T> value{};
  };

  [[nodiscard]] Slot& slot_() {
    const auto processor = detail::take_processor();
    if (processor == detail::NO_PROCESSOR) {
      throw std::logic_error{"ProcLocalStorage: the calling thread runs no task"};
    }
    if (processor >= slots_.size()) {
      throw std::logic_error{"ProcLocalStorage: this is processor " + std::to_string(processor) +
                             " of its process, and only the first " + std::to_string(slots_.size()) +
                             " (LEGATE_MAX_NUM_PROCS) have values"};
    }
    return slots_[processor];
  }
  [[nodiscard]] static T& value_(Slot& slot) {
    if (!slot.value.has_value()) {
      throw std::logic_error{"ProcLocalStorage: no value was made on this processor"};
    }
    return *slot.value;
  }

  std::array<Slot, LEGATE_MAX_NUM_PROCS> slots_{};
};

}  // namespace legate
