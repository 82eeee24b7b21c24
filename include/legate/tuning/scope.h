// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/mapping/machine.h>
#include <legate/runtime/exception_mode.h>
#include <legate/tuning/parallel_policy.h>
#include <legate_defines.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace legate {

namespace detail {
class Scope;
}  // namespace detail

/// Sets parameters of all operations that are created while the object lives.
///
/// A parameter takes effect when it is set, and has its previous value again when the scope ends. What a scope does not
/// set, it inherits. A scope that was moved from does nothing. Control thread only.
///
/// Scopes must end in the reverse order of their creation. One that ends while a scope that set the same parameter
/// later is alive leaves the value alone and says so on stderr; what it was before both is in force when the later one
/// ends.
///
/// Outside every scope, the priority is 0, the exception mode IMMEDIATE, the provenance empty, the machine the whole
/// one and the policy the default.
///
/// Constructors and setters throw, leaving everything as it was,
/// - std::invalid_argument if this scope has set the parameter before,
/// - std::runtime_error before start() and after finish().
class LEGATE_EXPORT Scope {
 public:
  /// A scope that sets nothing yet. (A scope without a name would end at once: `const Scope scope{...};`.)
  [[nodiscard]] Scope();
  [[nodiscard]] explicit Scope(std::int32_t priority);
  [[nodiscard]] explicit Scope(ExceptionMode exception_mode);
  [[nodiscard]] explicit Scope(std::string provenance);
  [[nodiscard]] explicit Scope(const mapping::Machine& machine);
  [[nodiscard]] explicit Scope(ParallelPolicy parallel_policy);

  Scope&& with_priority(std::int32_t priority) &&;
  Scope&& with_exception_mode(ExceptionMode exception_mode) &&;
  Scope&& with_provenance(std::string provenance) &&;
  Scope&& with_machine(const mapping::Machine& machine) &&;
  Scope&& with_parallel_policy(ParallelPolicy parallel_policy) &&;

  /// Operations of a higher priority go first when several are ready to run.
  void set_priority(std::int32_t priority);
  void set_exception_mode(ExceptionMode exception_mode);
  /// A text that says where operations come from, shown in messages and profiles.
  void set_provenance(std::string provenance);
  /// Narrows the current machine to the processors that are also in `machine`.
  /// @throws std::runtime_error if there are none.
  /// @throws std::invalid_argument if the machines have different numbers of processors per node.
  void set_machine(const mapping::Machine& machine);
  /// Another policy than the current one first flushes the operations submitted so far.
  /// @throws std::invalid_argument if the current policy streams in mode STRICT and is another one (operations held by
  ///   its scope are dropped), or if such operations turn out not to allow streaming.
  void set_parallel_policy(ParallelPolicy parallel_policy);

  /// @name The values in force
  /// Inside a task, machine and provenance are those of its launch; the others may not be asked for there.
  /// @throws std::runtime_error before start() and after finish(), and where a task must not ask.
  /// @{
  [[nodiscard]] static std::int32_t priority();
  [[nodiscard]] static ExceptionMode exception_mode();
  /// Valid until the scope ends that set it.
  [[nodiscard]] static std::string_view provenance();
  [[nodiscard]] static mapping::Machine machine();
  /// A reference to the value in force, which changes with it.
  [[nodiscard]] static const ParallelPolicy& parallel_policy();
  /// @}

  Scope(Scope&& other) noexcept;
  /// Ends what this scope has set, and takes over what `other` has set.
  Scope& operator=(Scope&& other) noexcept(false);

  /// Gives all parameters their previous values.
  ///
  /// If the scope had another parallel policy, its operations are flushed first.
  ///
  /// @throws std::invalid_argument if the scope streams in mode STRICT and an operation does not allow it; not when the
  ///   scope ends because of another exception.
  ~Scope() noexcept(false);

 private:
  [[nodiscard]] detail::Scope& impl();

  std::unique_ptr<detail::Scope> impl_{};
};

}  // namespace legate
