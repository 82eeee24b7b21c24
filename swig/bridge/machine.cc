// SPDX-License-Identifier: Apache-2.0
#include "bridge/machine.h"

#include <array>
#include <map>
#include <utility>

namespace legatus::python {

using legate::mapping::Machine;
using legate::mapping::ProcessorRange;
using legate::mapping::TaskTarget;

namespace {

constexpr std::array<TaskTarget, 4> BY_NUMBER{TaskTarget::GPU, TaskTarget::OMP, TaskTarget::CPU, TaskTarget::OPENCL};

}  // namespace

Integers flatten(const Machine& machine) {
  Integers numbers{};
  for (const auto target : machine.valid_targets()) {
    const auto range = machine.processor_range(target);
    numbers.insert(numbers.end(), {static_cast<std::int64_t>(target), range.low, range.high, range.per_node_count});
  }
  return numbers;
}

Machine machine_of(const Integers& numbers) {
  std::map<TaskTarget, ProcessorRange> ranges{};
  const auto narrow = [](std::int64_t number) { return static_cast<std::uint32_t>(number); };
  for (std::size_t i = 0; i + 3 < numbers.size(); i += 4) {
    ranges.emplace(static_cast<TaskTarget>(numbers[i]),
                   ProcessorRange{narrow(numbers[i + 1]), narrow(numbers[i + 2]), narrow(numbers[i + 3])});
  }
  return Machine{std::move(ranges)};
}

Integers flatten(const legate::ParallelPolicy& policy) {
  Integers numbers{static_cast<std::int64_t>(policy.streaming_mode()), policy.overdecompose_factor()};
  for (const auto target : BY_NUMBER) {
    numbers.push_back(static_cast<std::int64_t>(policy.partitioning_threshold(target)));
  }
  return numbers;
}

ScopeGuard::~ScopeGuard() {
  try {
    leave();
  } catch (...) {
    // Dropped without having been left, which only an interrupted program does: nobody is there to be told.
  }
}

void ScopeGuard::set_parallel_policy(const Integers& numbers) {
  legate::ParallelPolicy policy{};
  policy.with_streaming(static_cast<legate::StreamingMode>(numbers.at(0)));
  policy.with_overdecompose_factor(static_cast<std::uint32_t>(numbers.at(1)));
  for (std::size_t i = 0; i < BY_NUMBER.size(); ++i) {
    policy.with_partitioning_threshold(BY_NUMBER[i], static_cast<std::uint64_t>(numbers.at(2 + i)));
  }
  scope_->set_parallel_policy(policy);
}

void ScopeGuard::leave() {
  // Out of its owner first: the destructor may throw.
  const std::unique_ptr<legate::Scope> scope{std::move(scope_)};
  if (scope == nullptr) return;
  const auto inside = legate::Scope::exception_mode();
  {
    // A moved-from scope is empty; the one it moved into ends here, and its exceptions leave this function.
    const legate::Scope last{std::move(*scope)};
  }
  if (inside == legate::ExceptionMode::DEFERRED &&
      legate::Scope::exception_mode() == legate::ExceptionMode::IMMEDIATE) {
    legate::Runtime::get_runtime()->raise_pending_exception();
  }
}

int scope_priority() { return legate::Scope::priority(); }
int scope_exception_mode() { return static_cast<int>(legate::Scope::exception_mode()); }
std::string scope_provenance() { return std::string{legate::Scope::provenance()}; }
Integers scope_machine() { return flatten(legate::Scope::machine()); }
Integers scope_parallel_policy() { return flatten(legate::Scope::parallel_policy()); }
Integers default_parallel_policy() { return flatten(legate::ParallelPolicy{}); }

}  // namespace legatus::python
