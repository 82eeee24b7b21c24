// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/utilities/processor.h>

#include <array>
#include <optional>
#include <stdexcept>
#include <utility>

namespace legate {

/// One value per processor of the process, chosen by the processor that runs the calling task.
///
/// Needs no lock: a processor runs one task at a time. Values live until they are replaced or the object dies; the
/// usual object is a static variable of a task. Only tasks may call the members.
template <typename T>
class ProcLocalStorage {
 public:
  using value_type = T;

  /// False also outside of tasks.
  [[nodiscard]] bool has_value() const noexcept {
    const auto slot = detail::executing_processor_slot();
    return slot < slots_.size() && slots_[slot].value.has_value();
  }

  /// Makes the value of this processor, in place of the one it had.
  /// @throws std::logic_error outside of tasks.
  template <typename... Args>
  value_type& emplace(Args&&... args) {
    return slot_().value.emplace(std::forward<Args>(args)...);
  }

  /// @throws std::logic_error if this processor has no value, or outside of tasks.
  [[nodiscard]] value_type& get() { return value_(slot_()); }
  [[nodiscard]] const value_type& get() const { return value_(const_cast<ProcLocalStorage*>(this)->slot_()); }

 private:
  // On lines of their own, because neighbouring processors write them at the same time.
  struct alignas(64) Slot {
    std::optional<T> value{};
  };

  [[nodiscard]] Slot& slot_() {
    const auto slot = detail::executing_processor_slot();
    if (slot >= slots_.size()) {
      throw std::logic_error{"ProcLocalStorage: the calling thread runs no task"};
    }
    return slots_[slot];
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
