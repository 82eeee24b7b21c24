// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bridge/control.h"

#include <legate.h>

#include <utility>

namespace legatus::python {

/// Owns a handle of the control program's that may disappear in any thread: see discard(). What was made inside a task
/// belongs to the task and goes at once.
template <typename T>
class Handle {
 public:
  explicit Handle(T value) : box_{new Box{std::move(value)}} {}
  Handle(Handle&& other) noexcept : box_{std::exchange(other.box_, nullptr)} {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(box_, other.box_);
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (box_ == nullptr) return;
    if (box_->made_in_task) {
      delete box_;
    } else {
      discard(box_);
    }
  }

  [[nodiscard]] T& operator*() const noexcept { return box_->value; }
  [[nodiscard]] T* operator->() const noexcept { return &box_->value; }
  [[nodiscard]] bool made_in_task() const noexcept { return box_->made_in_task; }

 private:
  struct Box final : Discarded {
    explicit Box(T initial) : value{std::move(initial)} {}
    T value;
    const bool made_in_task{legate::is_running_in_task()};
  };
  Box* box_;
};

}  // namespace legatus::python
