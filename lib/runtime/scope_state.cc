// SPDX-License-Identifier: Apache-2.0
#include "runtime/scope_state.h"

#include <atomic>
#include <stdexcept>
#include <utility>

namespace legate::detail {

namespace {

// Written by the control thread in start() and finish(); read by any thread. Release and acquire, so that a reader sees
// the state that was filled in before.
std::atomic<ScopeState*> installed_state{nullptr};

}  // namespace

const MachineInScope::Pointer& MachineInScope::narrow(mapping::detail::TargetSet targets) {
  auto& narrowed = narrowed_[targets.index()];
  if (!narrowed) {
    narrowed = std::make_shared<const mapping::detail::Machine>(machine_->only(targets));
  }
  return narrowed;
}

ScopeState::ScopeState(MachineInScope::Pointer whole_machine, const std::array<std::uint64_t, 4>& thresholds)
    : provenance{std::make_shared<const std::string>()},
      machine{std::move(whole_machine)},
      policy{thresholds},
      default_thresholds{thresholds} {}

ScopeState* current_scope() noexcept { return installed_state.load(std::memory_order_acquire); }

ScopeState& started_scope() {
  auto* const state = current_scope();
  if (state == nullptr) {
    throw std::runtime_error{
        "The runtime is not running. Must call legate::start() before retrieving the Legate runtime."};
  }
  return *state;
}

void install_scope_state(ScopeState* state) noexcept { installed_state.store(state, std::memory_order_release); }

}  // namespace legate::detail
