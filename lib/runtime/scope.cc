// SPDX-License-Identifier: Apache-2.0
#include "runtime/scope.h"

#include "data/control_program.h"

#include <legate/tuning/scope.h>

#include <exception>
#include <stdexcept>
#include <utility>

namespace legate::detail {

namespace {

void check_unset(bool is_set, const char* parameter) {
  if (is_set) {
    throw std::invalid_argument{std::string{parameter} + " can be set only once for each scope"};
  }
}

}  // namespace

void Scope::set_priority(std::int32_t priority) {
  check_outside_tasks("Scope::set_priority");
  auto& state = started_scope();
  check_unset(previous_priority_.has_value(), "Priority");
  previous_priority_ = std::exchange(state.priority, priority);
}

void Scope::set_exception_mode(ExceptionMode exception_mode) {
  check_outside_tasks("Scope::set_exception_mode");
  auto& state = started_scope();
  check_unset(previous_exception_mode_.has_value(), "Exception mode");
  previous_exception_mode_ = std::exchange(state.exception_mode, exception_mode);
}

void Scope::set_provenance(std::string provenance) {
  check_outside_tasks("Scope::set_provenance");
  auto& state = started_scope();
  check_unset(previous_provenance_ != nullptr, "Provenance");
  previous_provenance_ = std::exchange(state.provenance, std::make_shared<const std::string>(std::move(provenance)));
}

void Scope::set_machine(const mapping::Machine& machine) {
  check_outside_tasks("Scope::set_machine");
  auto& state = started_scope();
  const auto narrowed = *state.machine.machine() & *machine.impl();
  // checked before the rule that a parameter is set only once: that is the documented order
  if (narrowed.empty()) {
    throw std::runtime_error{"Empty machines cannot be used for resource scoping: the intersection of " +
                             state.machine.machine()->to_string() + " and " + machine.to_string() + " is empty"};
  }
  check_unset(previous_machine_.has_value(), "Machine");
  MachineInScope replacement{std::make_shared<const mapping::detail::Machine>(narrowed)};
  // the whole object is kept, so that the restrictions computed so far are still there when the scope ends
  previous_machine_ = std::exchange(state.machine, std::move(replacement));
}

void Scope::set_parallel_policy(const ParallelPolicy& policy) {
  check_outside_tasks("Scope::set_parallel_policy");
  auto& state = started_scope();
  check_unset(previous_policy_.has_value(), "Parallel policy");
  if (policy != state.policy) {
    if (state.policy.streaming_mode() == StreamingMode::STRICT) {
      if (state.discard_hook != nullptr) {
        state.discard_hook();
      }
      throw std::invalid_argument{
          "Parallel policy: a scope inside of one that streams in mode STRICT must have the same policy"};
    }
    if (state.policy_change_hook != nullptr) {
      state.policy_change_hook(state.policy, policy, false);
    }
  }
  previous_policy_ = std::exchange(state.policy, policy);
}

void Scope::end() {
  // a scope that outlives the runtime has nothing left to restore
  auto* const state = current_scope();
  if (state == nullptr) {
    return;
  }
  std::exception_ptr error;
  if (previous_policy_ && *previous_policy_ != state->policy && state->policy_change_hook != nullptr) {
    // Operations held back are launched here, so the other parameters must still be those of the scope.
    try {
      state->policy_change_hook(state->policy, *previous_policy_, true);
    } catch (...) {
      error = std::current_exception();
    }
  }
  if (previous_policy_) {
    state->policy = *previous_policy_;
  }
  if (previous_machine_) {
    state->machine = std::move(*previous_machine_);
  }
  if (previous_provenance_) {
    state->provenance = std::move(previous_provenance_);
  }
  if (previous_exception_mode_) {
    state->exception_mode = *previous_exception_mode_;
  }
  if (previous_priority_) {
    state->priority = *previous_priority_;
  }
  const bool unwinding = std::uncaught_exceptions() > exceptions_at_start_;
  *this = Scope{};
  if (error && !unwinding) {
    std::rethrow_exception(error);
  }
}

void Scope::end_in_favour_of(Scope& other) {
  // where both have a previous value, the older one belongs to this scope
  const auto hand_over = [](auto& mine, auto& theirs) {
    if (mine && theirs) {
      theirs = std::move(mine);
      mine = {};
    }
  };
  hand_over(previous_priority_, other.previous_priority_);
  hand_over(previous_exception_mode_, other.previous_exception_mode_);
  hand_over(previous_provenance_, other.previous_provenance_);
  hand_over(previous_machine_, other.previous_machine_);
  hand_over(previous_policy_, other.previous_policy_);
  end();
}

}  // namespace legate::detail

namespace legate {

Scope::Scope() = default;

Scope::Scope(std::int32_t priority) { set_priority(priority); }

Scope::Scope(ExceptionMode exception_mode) { set_exception_mode(exception_mode); }

Scope::Scope(std::string provenance) { set_provenance(std::move(provenance)); }

Scope::Scope(const mapping::Machine& machine) { set_machine(machine); }

Scope::Scope(ParallelPolicy parallel_policy) { set_parallel_policy(parallel_policy); }

Scope&& Scope::with_priority(std::int32_t priority) && {
  set_priority(priority);
  return std::move(*this);
}

Scope&& Scope::with_exception_mode(ExceptionMode exception_mode) && {
  set_exception_mode(exception_mode);
  return std::move(*this);
}

Scope&& Scope::with_provenance(std::string provenance) && {
  set_provenance(std::move(provenance));
  return std::move(*this);
}

Scope&& Scope::with_machine(const mapping::Machine& machine) && {
  set_machine(machine);
  return std::move(*this);
}

Scope&& Scope::with_parallel_policy(ParallelPolicy parallel_policy) && {
  set_parallel_policy(parallel_policy);
  return std::move(*this);
}

void Scope::set_priority(std::int32_t priority) { impl().set_priority(priority); }

void Scope::set_exception_mode(ExceptionMode exception_mode) { impl().set_exception_mode(exception_mode); }

void Scope::set_provenance(std::string provenance) { impl().set_provenance(std::move(provenance)); }

void Scope::set_machine(const mapping::Machine& machine) { impl().set_machine(machine); }

void Scope::set_parallel_policy(ParallelPolicy parallel_policy) { impl().set_parallel_policy(parallel_policy); }

std::int32_t Scope::priority() { return detail::started_scope().priority; }

ExceptionMode Scope::exception_mode() { return detail::started_scope().exception_mode; }

std::string_view Scope::provenance() { return *detail::started_scope().provenance; }

mapping::Machine Scope::machine() { return mapping::Machine{detail::started_scope().machine.machine()}; }

const ParallelPolicy& Scope::parallel_policy() { return detail::started_scope().policy; }

Scope::Scope(Scope&& other) noexcept = default;

Scope& Scope::operator=(Scope&& other) noexcept(false) {
  if (this == &other) {
    return *this;
  }
  // taken over first, so that both scopes are in order should ending the old one throw
  const auto old = std::exchange(impl_, std::move(other.impl_));
  if (old && impl_) {
    old->end_in_favour_of(*impl_);
  } else if (old) {
    old->end();
  }
  return *this;
}

Scope::~Scope() noexcept(false) {
  if (impl_) {
    impl_->end();
  }
}

detail::Scope& Scope::impl() {
  if (!impl_) {
    impl_ = std::make_unique<detail::Scope>();
  }
  return *impl_;
}

}  // namespace legate
