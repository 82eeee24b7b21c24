// SPDX-License-Identifier: Apache-2.0
#include "task/frame.h"
#include "utilities/banner.h"

#include <legate/accessor/accessor_base.h>
#include <legate/geometry/domain.h>

#include <cstdlib>
#include <sstream>

namespace legate::detail {

// Declared under LEGATE_BOUNDS_CHECKS only, but always there: a program may switch the checks on for itself.
[[noreturn]] LEGATE_EXPORT void fail_bounds_check(const DomainPoint& point, const Domain& bounds);

void fail_bounds_check(const DomainPoint& point, const Domain& bounds) {
  std::ostringstream message;
  if (const auto* frame = TaskFrame::current()) {
    message << frame->description() << ": ";
  }
  message << "accessor: " << point << " is outside of " << bounds;
  if (const auto* frame = TaskFrame::current()) {
    // An accessor knows no store: whose bounds it could have is the best hint there is.
    const auto names = frame->arguments_with_bounds(bounds);
    message << (names.empty() ? "" : ", the bounds of ") << names;
  }
  auto frames = stack_trace(1);
  frames.insert(frames.begin(), message.str());
  print_error_banner(frames);
  // Other threads are at work: destructors of static objects must not run under them.
  std::_Exit(1);
}

}  // namespace legate::detail
