// SPDX-License-Identifier: Apache-2.0
#include "runtime/diagnostics.h"

#include "engine/engine.h"
#include "runtime/logging.h"
#include "utilities/log_channel.h"

#include <legate/utilities/logger.h>

#include <filesystem>
#include <iomanip>
#include <map>
#include <stdexcept>
#include <system_error>

namespace legate::detail {

std::string log_file_path(const std::string& directory, unsigned rank) {
  return (std::filesystem::path{directory} / ("legate_" + std::to_string(rank) + ".log")).string();
}

void apply_logging(const Configuration& configuration) {
  std::map<std::string, LogLevel> levels;
  for (const auto& [name, level] : parse_logging(configuration.logging)) {
    levels[name] = level;  // of several levels of one logger, the last one counts
  }
  set_log_levels(levels);
  if (configuration.log_to_file) {
    // A directory that cannot be made is reported by the file that cannot be opened in it.
    std::error_code ignored;
    std::filesystem::create_directories(configuration.logdir, ignored);
    try {
      set_log_file(log_file_path(configuration.logdir, 0));
    } catch (const std::runtime_error& error) {
      refuse_configuration("--log-to-file 1 with --logdir '" + configuration.logdir + "'", error.what());
    }
  }
}

void report_memory_usage() {
  const auto usage = engine::memory_usage();
  const auto capacity = static_cast<double>(usage.capacity);
  const auto percent = usage.capacity == 0 ? 0.0 : 100.0 * static_cast<double>(usage.peak) / capacity;
  Logger{"legate"}.print() << "legate on Node 0 used " << usage.peak << " bytes of SYSTEM_MEM memory 0 with "
                           << usage.capacity << " total bytes (" << std::fixed << std::setprecision(2) << percent
                           << "%)";
}

}  // namespace legate::detail
