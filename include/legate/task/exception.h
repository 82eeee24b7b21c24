// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace legate {

/// The only exception that may leave a task, and the one that the launching program gets in its place.
///
/// Thrown by a variant whose launch may throw (VariantOptions::may_throw_exception or `throws_exception`); index and
/// message arrive, other state of derived classes does not. Any other exception leaving a task ends the process.
class LEGATE_EXPORT TaskException : public std::exception {
 public:
  /// `index` is for the program's own use, to tell its exceptions apart.
  TaskException(std::int32_t index, std::string error_message);
  /// The same with index 0.
  explicit TaskException(std::string error_message);

  /// The message.
  [[nodiscard]] const char* what() const noexcept override;
  [[nodiscard]] std::int32_t index() const noexcept { return index_; }
  [[nodiscard]] const std::string& error_message() const noexcept { return error_message_; }

 private:
  std::int32_t index_{};
  std::string error_message_{};
};

namespace detail {

/// What the body of a task in another language raised although nobody expects exceptions of it: a text for its users.
/// Ends the program.
class LEGATE_EXPORT ForeignException : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  ForeignException(const ForeignException&) = default;
  ForeignException& operator=(const ForeignException&) = default;
  ~ForeignException() override;
};

}  // namespace detail

}  // namespace legate
