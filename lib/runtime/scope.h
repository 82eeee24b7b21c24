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

  Scope() = default;
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  /// Puts all previous values back, then throws what flushing the operations of the scope has thrown. That is dropped
  /// if the scope ends because of another exception: two at once would terminate the program.
  ///
  /// Where a scope that set the same parameter later is still alive, the value stays, and goes back to what it was
  /// before this scope when that one ends. Unless `in_order`, which says that this is meant, a line on stderr tells.
  void end(bool in_order = false);

 private:
  /// The value of a parameter before a scope set it.
  template <typename T>
  struct Previous {
    std::optional<T> value{};
    std::uint64_t set_at{0};  // counts all settings of parameters: which of two scopes set one later
  };
  template <typename T>
  void set(Previous<T> Scope::*parameter, T& current, T value);
  template <typename T>
  void restore(Previous<T> Scope::*parameter, T& current, const char* name, bool in_order);
  /// The first scope that set the parameter after this one did, among those that are alive; null if there is none.
  template <typename T>
  [[nodiscard]] Scope* next_setter(Previous<T> Scope::*parameter) const;

  bool listed_{false};  // among the scopes that have set something
  int exceptions_at_start_{std::uncaught_exceptions()};
  Previous<std::int32_t> priority_{};
  Previous<ExceptionMode> exception_mode_{};
  Previous<std::shared_ptr<const std::string>> provenance_{};
  Previous<MachineInScope> machine_{};
  Previous<ParallelPolicy> policy_{};
};

}  // namespace legate::detail
