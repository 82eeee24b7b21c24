// SPDX-License-Identifier: Apache-2.0
#include <legate/timing/timing.h>

#include "runtime/runtime.h"

#include <chrono>

namespace legate::timing {

namespace {

template <typename Unit>
Time measure() {
  legate::detail::Runtime::get().issue_execution_fence(true);
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return Time{std::chrono::duration_cast<Unit>(now).count()};
}

}  // namespace

Time measure_microseconds() { return measure<std::chrono::microseconds>(); }
Time measure_nanoseconds() { return measure<std::chrono::nanoseconds>(); }

}  // namespace legate::timing
