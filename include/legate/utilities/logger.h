// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <memory>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>

namespace legate {

namespace detail {

enum class LogLevel : int;
class LogChannel;

}  // namespace detail

/// A named source of messages. Any thread may use it; each message is one line, written as a whole.
///
/// `logger.info() << "x = " << x;` writes the line when the statement ends, if the option --logging lets that severity
/// of that name through (by default print() and above). Creating a second logger of a name gives the same one.
class LEGATE_EXPORT Logger {
 public:
  class Message;

  explicit Logger(const std::string& name);

  [[nodiscard]] const std::string& get_name() const noexcept;

  [[nodiscard]] Message spew() const;
  [[nodiscard]] Message debug() const;
  [[nodiscard]] Message info() const;
  [[nodiscard]] Message print() const;
  [[nodiscard]] Message warning() const;
  [[nodiscard]] Message error() const;
  /// The process goes on: ending it is the caller's business.
  [[nodiscard]] Message fatal() const;

  /// @name Would such a message be written? One load; for messages that are costly to make.
  /// @{
  [[nodiscard]] bool want_spew() const noexcept;
  [[nodiscard]] bool want_debug() const noexcept;
  [[nodiscard]] bool want_info() const noexcept;
  [[nodiscard]] bool want_print() const noexcept;
  [[nodiscard]] bool want_warning() const noexcept;
  [[nodiscard]] bool want_error() const noexcept;
  [[nodiscard]] bool want_fatal() const noexcept;
  /// @}

 private:
  [[nodiscard]] bool wants_(detail::LogLevel level) const noexcept;

  detail::LogChannel* channel_;
};

/// A line being put together; written when it is destroyed. Formats nothing if it would not be written.
class LEGATE_EXPORT Logger::Message {
 public:
  Message(detail::LogChannel* channel, detail::LogLevel level, bool wanted);
  Message(Message&& other) noexcept = default;
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;
  Message& operator=(Message&&) = delete;
  ~Message();

  template <typename T>
  Message& operator<<(const T& value) {
    if (text_) {
      *text_ << value;
    }
    return *this;
  }
  Message& operator<<(std::ostream& (*manipulator)(std::ostream&)) {
    if (text_) {
      *text_ << manipulator;
    }
    return *this;
  }

 private:
  detail::LogChannel* channel_;
  detail::LogLevel level_;
  std::unique_ptr<std::ostringstream> text_{};
};

}  // namespace legate
