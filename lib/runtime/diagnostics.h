// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/configuration.h"

#include <string>

namespace legate::detail {

/// Puts --logging, --log-to-file and --logdir into effect, for all loggers of the process. A name that only a logger of
/// the library could have and none has is told on stderr.
/// @throws ConfigurationError if the log file cannot be written.
void apply_logging(const Configuration& configuration);

/// Tells on stderr which names in --logging the program made no logger of. For the end of the program: its loggers may
/// be made at any time.
void warn_about_absent_loggers();

/// Where --log-to-file writes the messages of one process.
[[nodiscard]] std::string log_file_path(const std::string& directory, unsigned rank);

/// The line of --show-memory-usage, written to the logger `legate`. The engine must be running.
void report_memory_usage();

}  // namespace legate::detail
