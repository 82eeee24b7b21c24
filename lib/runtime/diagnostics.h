// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/configuration.h"

#include <string>

namespace legate::detail {

/// Puts --logging, --log-to-file and --logdir into effect, for all loggers of the process.
/// @throws ConfigurationError if the log file cannot be written.
void apply_logging(const Configuration& configuration);

/// Where --log-to-file writes the messages of one process.
[[nodiscard]] std::string log_file_path(const std::string& directory, unsigned rank);

/// The line of --show-memory-usage, written to the logger `legate`. The engine must be running.
void report_memory_usage();

}  // namespace legate::detail
