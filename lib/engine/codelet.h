// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/duration_history.h"
#include "engine/starpu_call.h"
#include "engine/task.h"
#include "engine/task_model.h"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace legate::detail::engine {

/// What StarPU is told about one task of a library, and what we have learnt about it.
class Codelet {
 public:
  /// `function` is what workers call, with the `cl_arg` of the StarPU task.
  Codelet(std::string codelet_name, starpu_cpu_func_t function, const ModelDeclaration& declaration = {},
          const char* reason_to_move = nullptr);
  Codelet(const Codelet&) = delete;
  Codelet& operator=(const Codelet&) = delete;

  /// What StarPU is given for points that work in main memory. Under the submission lock.
  [[nodiscard]] starpu_codelet& in_main_memory() const;
  /// The same for points that work on the memory that their worker is next to, of which the first `host_uses` handles
  /// are nevertheless in main memory. Under the submission lock.
  [[nodiscard]] starpu_codelet& in_local_memory(std::size_t host_uses) const;
  /// The same for the leader of a gang in main memory. Under the submission lock.
  [[nodiscard]] starpu_codelet& for_gangs() const;

  std::string name;
  const char* moves;                // why bytes are moved, or null
  mutable starpu_codelet starpu{};  // StarPU counts executions in it
  mutable DurationHistory durations{};
  mutable TaskModel model;

 private:
  struct Local {
    starpu_codelet starpu{};
    std::vector<int> nodes{};
  };
  mutable std::map<std::size_t, std::unique_ptr<Local>> local_{};
  mutable std::unique_ptr<starpu_codelet> gang_{};
};

}  // namespace legate::detail::engine
