// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/duration_history.h"
#include "engine/starpu_call.h"
#include "engine/task.h"

#include <cstddef>
#include <string>

namespace legate::detail::engine {

/// What StarPU is told about one task of a library, and what we have learnt about it.
class Codelet {
 public:
  /// `function` is what workers call, with the `cl_arg` of the StarPU task.
  Codelet(std::string codelet_name, starpu_cpu_func_t function);
  Codelet(const Codelet&) = delete;
  Codelet& operator=(const Codelet&) = delete;

  std::string name;
  mutable starpu_codelet starpu{};  // StarPU counts executions in it
  mutable DurationHistory durations{};
};

/// StarPU is given a table of this many entries for every codelet.
[[nodiscard]] std::size_t most_tiles_of_a_point() noexcept;

}  // namespace legate::detail::engine
