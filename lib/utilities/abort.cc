// SPDX-License-Identifier: Apache-2.0
#include <legate/utilities/abort.h>

#include "utilities/banner.h"

#include <cstdlib>
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

}  // namespace legate::detail
