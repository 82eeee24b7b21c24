// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace legate::detail {

/// The level from which on messages of one logger are shown: 0 all, 1 debug, 2 info, 3 print, 4 warning, 5 error,
/// 6 fatal, 7 none.
struct LoggerLevel {
  std::string name;
  int level;
};

/// Reads `NAME=LEVEL[,NAME=LEVEL...]`, where a level is a number or one of the words all, debug, info, error, none.
/// @throws std::invalid_argument if a part has another form.
[[nodiscard]] std::vector<LoggerLevel> parse_logging(std::string_view specification);

}  // namespace legate::detail
