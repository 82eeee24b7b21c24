// SPDX-License-Identifier: Apache-2.0
#include "runtime/terminate.h"

#include "engine/engine.h"
#include "utilities/banner.h"

#include <legate/utilities/macros.h>
#include <legate/version.h>
#include <legate_defines.h>

#include <sys/utsname.h>

#include <cstdlib>
#include <exception>
#include <string>
#include <typeinfo>
#include <vector>

namespace legate::detail {

namespace {

/// The exceptions nested in one, outermost first.
void collect(const std::exception& exception, std::vector<std::string>& entries) {
  entries.push_back(type_name(typeid(exception)) + ": " + exception.what());
  try {
    std::rethrow_if_nested(exception);
  } catch (const std::exception& nested) {
    collect(nested, entries);
  } catch (...) {
    entries.emplace_back("an object that is no std::exception");
  }
}

std::vector<std::string> surroundings() {
  std::vector<std::string> lines;
  if (utsname system{}; ::uname(&system) == 0) {
    lines.push_back(std::string{"System: "} + system.sysname + ", " + system.release + ", " + system.machine);
  }
  lines.push_back("Legate version: " LEGATE_STRINGIZE(LEGATE_VERSION_MAJOR) "." LEGATE_STRINGIZE(
                      LEGATE_VERSION_MINOR) "." LEGATE_STRINGIZE(LEGATE_VERSION_PATCH) " (Legatus " +
                  std::string{legatus_version()} + ")");
  lines.push_back("Backend version: " + engine::backend_version());
  lines.emplace_back("Configure options: " LEGATE_CONFIGURE_OPTIONS);
  const auto* config = std::getenv("LEGATE_CONFIG");
  lines.push_back(std::string{"LEGATE_CONFIG: "} + (config == nullptr ? "" : config));
  return lines;
}

void print(const std::vector<std::string>& entries) {
  auto lines = surroundings();
  lines.push_back("Exception stack contains " + std::to_string(entries.size()) +
                  " exception(s) (bottom-most exception first):");
  for (std::size_t i = entries.size(); i-- > 0;) {
    lines.push_back("#" + std::to_string(entries.size() - 1 - i) + " " + entries[i]);
  }
  auto frames = stack_trace(2);
  if (!frames.empty()) {
    lines.emplace_back("Stack trace (most recent call first):");
    lines.insert(lines.end(), frames.begin(), frames.end());
  }
  print_error_banner(lines);
}

[[noreturn]] void handler() {
  std::vector<std::string> entries;
  if (const auto active = std::current_exception()) {
    try {
      std::rethrow_exception(active);
    } catch (const std::exception& exception) {
      collect(exception, entries);
    } catch (...) {
      entries.emplace_back("an object that is no std::exception");
    }
  }
  print(entries);
  std::abort();
}

}  // namespace

void install_terminate_handler() { std::set_terminate(&handler); }

}  // namespace legate::detail
