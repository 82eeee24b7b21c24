// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

namespace legate::comm {

/// What the instances of a concurrent launch talk through.
///
/// No launch has communicators yet: TaskContext::num_communicators() is 0.
class Communicator {
 public:
  Communicator() = default;
  explicit Communicator(void* handle) noexcept : handle_{handle} {}

  /// The communicator's native handle; `T` must be its exact type.
  template <typename T>
  [[nodiscard]] T get() const {
    return static_cast<T>(handle_);
  }

 private:
  void* handle_{};
};

}  // namespace legate::comm
