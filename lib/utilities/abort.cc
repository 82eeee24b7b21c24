// SPDX-License-Identifier: Apache-2.0
#include <legate/utilities/abort.h>

#include "utilities/banner.h"

#include <legate/accessor/accessor_base.h>
#include <legate/geometry/domain.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

namespace legate::detail {

void abort_with_message(const char* file, int line, const char* function, const std::string& message) noexcept {
  std::vector<std::string> lines{
      std::string{"Legate called abort at "} + file + ":" + std::to_string(line) + " in " + function + "()", message};
  auto frames = stack_trace(1);
  if (!frames.empty()) {
    lines.emplace_back("Stack trace (most recent call first):");
    lines.insert(lines.end(), frames.begin(), frames.end());
  }
  print_error_banner(lines);
  std::abort();
}

// Declared under LEGATE_BOUNDS_CHECKS only, but always there: a program may switch the checks on for itself.
[[noreturn]] LEGATE_EXPORT void fail_bounds_check(const DomainPoint& point, const Domain& bounds);

void fail_bounds_check(const DomainPoint& point, const Domain& bounds) {
  std::ostringstream message;
  message << "accessor: " << point << " is outside of " << bounds;
  auto frames = stack_trace(1);
  frames.insert(frames.begin(), message.str());
  print_error_banner(frames);
  // Other threads are at work: destructors of static objects must not run under them.
  std::_Exit(1);
}

}  // namespace legate::detail
