// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "utilities/log_level.h"

#include <atomic>
#include <map>
#include <string>
#include <vector>

namespace legate::detail {

/// What loggers of one name share. Lives until the process ends.
class LogChannel {
 public:
  explicit LogChannel(std::string name) : name_{std::move(name)} {}

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  // Relaxed: a message more or less around a change of levels does not matter, and nothing else hangs on the value.
  [[nodiscard]] LogLevel threshold() const noexcept { return threshold_.load(std::memory_order_relaxed); }
  void set_threshold(LogLevel level) noexcept { threshold_.store(level, std::memory_order_relaxed); }

 private:
  std::string name_;
  std::atomic<LogLevel> threshold_{LogLevel::PRINT};
};

/// Sets the least severity that each named logger shows, now or once it is created; all others show PRINT and above.
void set_log_levels(const std::map<std::string, LogLevel>& levels);

/// The names last given to set_log_levels of which no logger has been made so far.
[[nodiscard]] std::vector<std::string> levels_without_logger();

/// Sends the messages of all loggers to a file, which is overwritten; an empty path sends them to stderr again.
/// @throws std::runtime_error if the file cannot be opened.
void set_log_file(const std::string& path);

}  // namespace legate::detail
