// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace legate {

/// What becomes of an exception that a task throws.
enum class ExceptionMode : std::uint8_t {
  /// Submitting the task waits for it and throws its exception.
  IMMEDIATE,
  /// The exception is kept until Runtime::raise_pending_exception.
  DEFERRED,
  /// The exception is dropped.
  IGNORED,
};

}  // namespace legate
