// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/machine.h"

#include <legate/runtime/exception_mode.h>
#include <legate/tuning/parallel_policy.h>
#include <legate/utilities/internal_shared_ptr.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace legate::detail {

/// A machine together with its restrictions to some kinds of processors, each computed when first asked for.
class MachineInScope {
 public:
  using Pointer = InternalSharedPtr<const mapping::detail::Machine>;

  explicit MachineInScope(Pointer machine) : machine_{std::move(machine)} {}

  [[nodiscard]] const Pointer& machine() const { return machine_; }
  /// The machine with only these kinds of processors (Machine::only). No allocation but the first time.
  [[nodiscard]] const Pointer& narrow(mapping::detail::TargetSet targets);

 private:
  Pointer machine_;
  std::array<Pointer, std::size_t{1} << mapping::detail::TASK_TARGETS> narrowed_{};
};

/// What operations take from the scopes they are created in: the values of the innermost scope that set each.
///
/// The runtime owns the one object and installs it while it is started. Read and written by the control thread only,
/// but for `default_thresholds`, which never change.
struct ScopeState {
  /// The state outside every scope.
  ScopeState(MachineInScope::Pointer whole_machine, const std::array<std::uint64_t, 4>& thresholds);

  std::int32_t priority{0};
  ExceptionMode exception_mode{ExceptionMode::IMMEDIATE};
  /// Never null.
  std::shared_ptr<const std::string> provenance;
  MachineInScope machine;
  ParallelPolicy policy;

  /// The partitioning thresholds of a default policy, in the order of mapping::TaskTarget.
  std::array<std::uint64_t, 4> default_thresholds;

  /// Called when a scope changes the policy: on entering before `to` takes effect, on leaving while `from` and the
  /// scope's other values are still in force. Flushes what was submitted so far. May throw: on entering, the policy
  /// then stays `from`; on leaving, the exception comes out of the scope's destructor, and `to` takes effect all the
  /// same.
  void (*policy_change_hook)(const ParallelPolicy& from, const ParallelPolicy& to, bool leaving){nullptr};
  /// Called to drop the operations held by streaming scopes, before an exception reports that they cannot run.
  void (*discard_hook)(){nullptr};

  /// The current machine restricted to some kinds of processors.
  [[nodiscard]] const MachineInScope::Pointer& narrow(mapping::detail::TargetSet targets) {
    return machine.narrow(targets);
  }
};

/// The state of the started runtime; null before start() and after finish(). Any thread.
[[nodiscard]] ScopeState* current_scope() noexcept;
/// The same, never null.
/// @throws std::runtime_error before start() and after finish().
[[nodiscard]] ScopeState& started_scope();
/// Makes `state` the one that current_scope returns. For start and finish of the runtime.
void install_scope_state(ScopeState* state) noexcept;

}  // namespace legate::detail
