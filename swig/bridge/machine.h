// SPDX-License-Identifier: Apache-2.0
#pragma once

// Machines, scopes and policies for Python, as plain numbers.

#include "bridge/values.h"

#include <legate.h>

#include <cstdint>
#include <memory>
#include <string>

namespace legatus::python {

/// Target, first processor, end, processors per node: for each kind of processor that the machine has.
[[nodiscard]] Integers flatten(const legate::mapping::Machine& machine);
[[nodiscard]] legate::mapping::Machine machine_of(const Integers& numbers);

/// Mode, factor, thresholds by TaskTarget.
[[nodiscard]] Integers flatten(const legate::ParallelPolicy& policy);

/// legate::Scope, entered when made.
class ScopeGuard {
 public:
  ScopeGuard() : scope_{std::make_unique<legate::Scope>()} {}
  ~ScopeGuard();
  void set_priority(int priority) { scope_->set_priority(priority); }
  void set_exception_mode(int mode) { scope_->set_exception_mode(static_cast<legate::ExceptionMode>(mode)); }
  void set_provenance(const std::string& provenance) { scope_->set_provenance(provenance); }
  void set_machine(const Integers& machine) { scope_->set_machine(machine_of(machine)); }
  void set_parallel_policy(const Integers& policy);
  /// Leaves the scope. @throws What a task in it threw, if exceptions were deferred until now.
  void leave();

 private:
  std::unique_ptr<legate::Scope> scope_;
};

int scope_priority();
int scope_exception_mode();
std::string scope_provenance();
Integers scope_machine();
Integers scope_parallel_policy();
/// The policy that nobody has changed.
Integers default_parallel_policy();

}  // namespace legatus::python
