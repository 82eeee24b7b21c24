// SPDX-License-Identifier: Apache-2.0
#include "runtime/scope.h"

#include "data/control_program.h"
#include "task/frame.h"
#include "utilities/handle.h"

#include <legate/tuning/scope.h>

#include <algorithm>
#include <exception>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <utility>
#include <vector>

namespace legate::detail {

namespace {

/// The scopes that have set something. Control thread only; never destroyed, since scopes may outlive main().
std::vector<Scope*>& living_scopes() {
  static auto* const scopes = new std::vector<Scope*>;
  return *scopes;
}

std::uint64_t settings = 0;  // how often any scope has set a parameter; control thread only

void check_unset(bool is_set, const char* parameter) {
  if (is_set) {
    throw std::invalid_argument{std::string{parameter} + " can be set only once for each scope"};
  }
}

}  // namespace

Scope::~Scope() {
  if (!listed_) {
    return;
  }
  auto& scopes = living_scopes();
  // from the end, where it is if scopes end in order
  scopes.erase(std::next(std::find(scopes.rbegin(), scopes.rend(), this)).base());
}

template <typename T>
void Scope::set(Previous<T> Scope::*parameter, T& current, T value) {
  if (!listed_) {
    living_scopes().push_back(this);
    listed_ = true;
  }
  (this->*parameter).value = std::exchange(current, std::move(value));
  (this->*parameter).set_at = ++settings;
}

template <typename T>
Scope* Scope::next_setter(Previous<T> Scope::*parameter) const {
  Scope* next = nullptr;
  for (auto* other : living_scopes()) {
    const auto& theirs = other->*parameter;
    if (theirs.value && theirs.set_at > (this->*parameter).set_at &&
        (next == nullptr || theirs.set_at < (next->*parameter).set_at)) {
      next = other;
    }
  }
  return next;
}

template <typename T>
void Scope::restore(Previous<T> Scope::*parameter, T& current, const char* name, bool in_order) {
  auto& mine = this->*parameter;
  if (!mine.value) {
    return;
  }
  if (auto* later = next_setter(parameter)) {
    (later->*parameter).value = std::move(mine.value);
    if (!in_order) {
      std::cerr << "LEGATE WARNING: a Scope that set the " << name
                << " ended before one that set it later: scopes must end in the reverse order of their creation\n"
                << std::flush;
    }
  } else {
    current = std::move(*mine.value);
  }
  mine.value.reset();
}

void Scope::set_priority(std::int32_t priority) {
  check_outside_tasks("Scope::set_priority");
  auto& state = started_scope();
  check_unset(priority_.value.has_value(), "Priority");
  set(&Scope::priority_, state.priority, priority);
}

void Scope::set_exception_mode(ExceptionMode exception_mode) {
  check_outside_tasks("Scope::set_exception_mode");
  auto& state = started_scope();
  check_unset(exception_mode_.value.has_value(), "Exception mode");
  set(&Scope::exception_mode_, state.exception_mode, exception_mode);
}

void Scope::set_provenance(std::string provenance) {
  check_outside_tasks("Scope::set_provenance");
  auto& state = started_scope();
  check_unset(provenance_.value.has_value(), "Provenance");
  set(&Scope::provenance_, state.provenance, std::make_shared<const std::string>(std::move(provenance)));
}

void Scope::set_machine(const mapping::Machine& machine) {
  check_outside_tasks("Scope::set_machine");
  auto& state = started_scope();
  const auto narrowed = *state.machine.machine() & checked(machine.impl(), "Scope::set_machine, argument machine");
  // checked before the rule that a parameter is set only once: that is the documented order
  if (narrowed.empty()) {
    throw std::runtime_error{"Empty machines cannot be used for resource scoping: the intersection of " +
                             state.machine.machine()->to_string() + " and " + machine.to_string() + " is empty"};
  }
  check_unset(machine_.value.has_value(), "Machine");
  // the whole object is kept, so that the restrictions computed so far are still there when the scope ends
  set(&Scope::machine_, state.machine, MachineInScope{std::make_shared<const mapping::detail::Machine>(narrowed)});
}

void Scope::set_parallel_policy(const ParallelPolicy& policy) {
  check_outside_tasks("Scope::set_parallel_policy");
  auto& state = started_scope();
  check_unset(policy_.value.has_value(), "Parallel policy");
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
  set(&Scope::policy_, state.policy, policy);
}

void Scope::end(bool in_order) {
  // a scope that outlives the runtime has nothing left to restore
  auto* const state = current_scope();
  if (state == nullptr) {
    return;
  }
  std::exception_ptr error;
  if (policy_.value && *policy_.value != state->policy && next_setter(&Scope::policy_) == nullptr &&
      state->policy_change_hook != nullptr) {
    // Operations held back are launched here, so the other parameters must still be those of the scope.
    try {
      state->policy_change_hook(state->policy, *policy_.value, true);
    } catch (...) {
      error = std::current_exception();
    }
  }
  restore(&Scope::policy_, state->policy, "parallel policy", in_order);
  restore(&Scope::machine_, state->machine, "machine", in_order);
  restore(&Scope::provenance_, state->provenance, "provenance", in_order);
  restore(&Scope::exception_mode_, state->exception_mode, "exception mode", in_order);
  restore(&Scope::priority_, state->priority, "priority", in_order);
  if (error && std::uncaught_exceptions() <= exceptions_at_start_) {
    std::rethrow_exception(error);
  }
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

std::int32_t Scope::priority() {
  detail::check_outside_tasks("Scope::priority");
  return detail::started_scope().priority;
}

ExceptionMode Scope::exception_mode() {
  detail::check_outside_tasks("Scope::exception_mode");
  return detail::started_scope().exception_mode;
}

std::string_view Scope::provenance() {
  const auto* task = detail::TaskFrame::current();
  return task != nullptr ? *task->info().provenance : *detail::started_scope().provenance;
}

mapping::Machine Scope::machine() {
  const auto* task = detail::TaskFrame::current();
  return mapping::Machine{task != nullptr ? *task->info().machine : detail::started_scope().machine.machine()};
}

const ParallelPolicy& Scope::parallel_policy() {
  detail::check_outside_tasks("Scope::parallel_policy");
  return detail::started_scope().policy;
}

Scope::Scope(Scope&& other) noexcept = default;

Scope& Scope::operator=(Scope&& other) noexcept(false) {
  if (this == &other) {
    return *this;
  }
  // taken over first, so that both scopes are in order should ending the old one throw
  const auto old = std::exchange(impl_, std::move(other.impl_));
  if (old && impl_) {
    old->end(true);  // the other one lives on in its place
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
