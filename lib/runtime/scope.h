// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/scope_state.h"

#include <legate/mapping/machine.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>

namespace legate::detail {

/// What a legate::Scope has set: for each parameter, the value to go back to. See there for errors.
class Scope {
 public:
  void set_priority(std::int32_t priority);
  void set_exception_mode(ExceptionMode exception_mode);
  void set_provenance(std::string provenance);
  void set_machine(const mapping::Machine& machine);
  void set_parallel_policy(const ParallelPolicy& policy);

  /// Puts all previous values back, then throws what flushing the operations of the scope has thrown. That is dropped
  /// if the scope ends because of another exception: two at once would terminate the program.
  void end();
  /// Ends what this scope has set, given that `other`, opened inside of it, lives on in its place: what both have set
  /// stays, and goes back to what it was before this scope when `other` ends.
  void end_in_favour_of(Scope& other);

 private:
  int exceptions_at_start_{std::uncaught_exceptions()};
  std::optional<std::int32_t> previous_priority_{};
  std::optional<ExceptionMode> previous_exception_mode_{};
  std::shared_ptr<const std::string> previous_provenance_{};
  std::optional<MachineInScope> previous_machine_{};
  std::optional<ParallelPolicy> previous_policy_{};
};

}  // namespace legate::detail
