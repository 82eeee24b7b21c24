// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bridge/control.h"

#include <utility>

namespace legatus::python {

/// Owns a handle of the control program's that may disappear in any thread: see discard().
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
    if (box_ != nullptr) discard(box_);
  }

  [[nodiscard]] T& operator*() const noexcept { return box_->value; }
  [[nodiscard]] T* operator->() const noexcept { return &box_->value; }

 private:
  struct Box final : Discarded {
    explicit Box(T initial) : value{std::move(initial)} {}
    T value;
  };
  Box* box_;
};

}  // namespace legatus::python
