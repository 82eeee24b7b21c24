// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "utilities/log_level.h"

#include <string>
#include <string_view>
#include <vector>

namespace legate::detail {

/// The least severity of the messages of one logger that are shown.
struct LoggerLevel {
  std::string name;
  LogLevel level;
};

/// Reads `NAME=LEVEL[,NAME=LEVEL...]`, where a level is the number of a LogLevel or one of the words all, debug, info,
/// error, none.
/// @throws std::invalid_argument if a part has another form.
[[nodiscard]] std::vector<LoggerLevel> parse_logging(std::string_view specification);

}  // namespace legate::detail
