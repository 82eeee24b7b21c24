// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace legate {

/// How many ids of each kind a library reserves. Valid local ids of a kind are 0 to its maximum - 1.
struct ResourceConfig {
  /// Tasks.
  std::int64_t max_tasks{1024};
  /// Those of the tasks whose ids the library asks for at run time; the last ones of the range.
  std::int64_t max_dyn_tasks{0};
  /// Reduction operators of the library's own.
  std::int64_t max_reduction_ops{};
  std::int64_t max_projections{};
  std::int64_t max_shardings{};
};

}  // namespace legate
