// SPDX-License-Identifier: Apache-2.0
#include "runtime/diagnostics.h"

#include "engine/engine.h"
#include "runtime/logging.h"
#include "utilities/log_channel.h"

#include <legate/utilities/logger.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace legate::detail {

namespace {

constexpr std::string_view OWN_PREFIX = "legate";
/// Our own, and those that the interface names.
constexpr std::array<std::string_view, 7> OWN_LOGGERS{"legate",        "legate.partitioner", "legate.bundling",
                                                      "legate.mapper", "legate.streaming",   "legate.models",
                                                      "legate.coll"};

[[nodiscard]] bool has_own_prefix(std::string_view name) { return name.substr(0, OWN_PREFIX.size()) == OWN_PREFIX; }

/// Names in --logging that no logger has, of the library's own ones or of all others.
void warn_about_names(bool own) {
  for (const auto& name : levels_without_logger()) {
    const bool known = std::find(OWN_LOGGERS.begin(), OWN_LOGGERS.end(), name) != OWN_LOGGERS.end();
    if (known || has_own_prefix(name) != own) {
      continue;
    }
    std::ostringstream line;
    line << "LEGATE WARNING: LEGATE_CONFIG: --logging names '" << name << "', of which there " << (own ? "is" : "was")
         << " no logger; the library's are";
    for (const auto logger : OWN_LOGGERS) {
      line << (logger == OWN_LOGGERS.front() ? " " : ", ") << logger;
    }
    std::cerr << line.str() << std::endl;
  }
}

}  // namespace

std::string log_file_path(const std::string& directory, unsigned rank) {
  return (std::filesystem::path{directory} / ("legate_" + std::to_string(rank) + ".log")).string();
}

void apply_logging(const Configuration& configuration) {
  std::map<std::string, LogLevel> levels;
  for (const auto& [name, level] : parse_logging(configuration.logging)) {
    levels[name] = level;  // of several levels of one logger, the last one counts
  }
  set_log_levels(levels);
  warn_about_names(true);
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

void warn_about_absent_loggers() { warn_about_names(false); }

void report_memory_usage() {
  const auto usage = engine::memory_usage();
  const auto capacity = static_cast<double>(usage.capacity);
  const auto percent = usage.capacity == 0 ? 0.0 : 100.0 * static_cast<double>(usage.peak) / capacity;
  Logger{"legate"}.print() << "legate on Node 0 used " << usage.peak << " bytes of SYSTEM_MEM memory 0 with "
                           << usage.capacity << " total bytes (" << std::fixed << std::setprecision(2) << percent
                           << "%)";
}

}  // namespace legate::detail
