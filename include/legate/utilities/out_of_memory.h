// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <memory>
#include <new>
#include <string>
#include <utility>

namespace legate {

/// Memory for a store cannot be had: the processor has none left, or the limit of the configuration (`--sysmem`) is
/// reached by what is in use; or an instance of a task works on more than its device has memory for. Thrown by the call
/// that needed it; nothing has been submitted then, and the runtime goes on. An extension: the original ends the
/// process.
class LEGATE_EXPORT OutOfMemoryError : public std::bad_alloc {
 public:
  explicit OutOfMemoryError(std::string message) : message_{std::make_shared<const std::string>(std::move(message))} {}
  [[nodiscard]] const char* what() const noexcept override { return message_->c_str(); }

 private:
  std::shared_ptr<const std::string> message_;  // copying an exception must not throw
};

}  // namespace legate
