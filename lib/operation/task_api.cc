// SPDX-License-Identifier: Apache-2.0
// The public handles of task descriptions.
#include "operation/task.h"

#include <legate/operation/task.h>

#include <utility>

namespace legate {

using detail::Role;

Variable AutoTask::add_input(LogicalStore store) { return Variable{impl_->add(store.impl(), Role::INPUT, 0, nullptr)}; }
Variable AutoTask::add_output(LogicalStore store) {
  return Variable{impl_->add(store.impl(), Role::OUTPUT, 0, nullptr)};
}
Variable AutoTask::add_reduction(LogicalStore store, ReductionOpKind redop_kind) {
  return Variable{impl_->add(store.impl(), Role::REDUCTION, static_cast<std::int32_t>(redop_kind), nullptr)};
}
Variable AutoTask::add_reduction(LogicalStore store, std::int32_t redop_kind) {
  return Variable{impl_->add(store.impl(), Role::REDUCTION, redop_kind, nullptr)};
}
Variable AutoTask::add_input(LogicalStore store, Variable partition_symbol) {
  return Variable{impl_->add(store.impl(), Role::INPUT, 0, partition_symbol.impl())};
}
Variable AutoTask::add_output(LogicalStore store, Variable partition_symbol) {
  return Variable{impl_->add(store.impl(), Role::OUTPUT, 0, partition_symbol.impl())};
}
Variable AutoTask::add_reduction(LogicalStore store, ReductionOpKind redop_kind, Variable partition_symbol) {
  return Variable{
      impl_->add(store.impl(), Role::REDUCTION, static_cast<std::int32_t>(redop_kind), partition_symbol.impl())};
}
Variable AutoTask::add_reduction(LogicalStore store, std::int32_t redop_kind, Variable partition_symbol) {
  return Variable{impl_->add(store.impl(), Role::REDUCTION, redop_kind, partition_symbol.impl())};
}

void AutoTask::add_scalar_arg(const Scalar& scalar) { impl_->add_scalar(scalar); }
void AutoTask::add_constraint(const Constraint& constraint) { impl_->add_constraint(constraint.impl()); }

void AutoTask::add_constraints(Span<const Constraint> constraints) {
  for (const auto& constraint : constraints) {
    add_constraint(constraint);
  }
}

Variable AutoTask::find_or_declare_partition(const LogicalStore& store) {
  return Variable{impl_->find_or_declare(store.impl())};
}
Variable AutoTask::declare_partition() { return Variable{impl_->declare()}; }
std::string_view AutoTask::provenance() const { return impl_->provenance(); }
void AutoTask::set_concurrent(bool concurrent) { impl_->set_concurrent(concurrent); }
void AutoTask::set_side_effect(bool has_side_effect) { impl_->set_side_effect(has_side_effect); }
void AutoTask::throws_exception(bool can_throw_exception) { impl_->throws_exception(can_throw_exception); }
void AutoTask::add_communicator(std::string_view name) { impl_->add_communicator(name); }
bool AutoTask::needs_inline_execution_() const { return impl_->runs_inline(); }

void ManualTask::add_input(LogicalStore store) { impl_->add(store.impl(), Role::INPUT, 0); }
void ManualTask::add_output(LogicalStore store) { impl_->add(store.impl(), Role::OUTPUT, 0); }
void ManualTask::add_reduction(LogicalStore store, ReductionOpKind redop_kind) {
  impl_->add(store.impl(), Role::REDUCTION, static_cast<std::int32_t>(redop_kind));
}
void ManualTask::add_reduction(LogicalStore store, std::int32_t redop_kind) {
  impl_->add(store.impl(), Role::REDUCTION, redop_kind);
}
void ManualTask::add_input(LogicalStorePartition store_partition, std::optional<SymbolicPoint> projection, bool) {
  impl_->add(*store_partition.impl(), Role::INPUT, 0, std::move(projection));
}
void ManualTask::add_output(LogicalStorePartition store_partition, std::optional<SymbolicPoint> projection, bool) {
  impl_->add(*store_partition.impl(), Role::OUTPUT, 0, std::move(projection));
}
void ManualTask::add_reduction(LogicalStorePartition store_partition, ReductionOpKind redop_kind,
                               std::optional<SymbolicPoint> projection, bool) {
  impl_->add(*store_partition.impl(), Role::REDUCTION, static_cast<std::int32_t>(redop_kind), std::move(projection));
}
void ManualTask::add_reduction(LogicalStorePartition store_partition, std::int32_t redop_kind,
                               std::optional<SymbolicPoint> projection, bool) {
  impl_->add(*store_partition.impl(), Role::REDUCTION, redop_kind, std::move(projection));
}
void ManualTask::add_scalar_arg(const Scalar& scalar) { impl_->add_scalar(scalar); }
std::string_view ManualTask::provenance() const { return impl_->provenance(); }
void ManualTask::set_concurrent(bool concurrent) { impl_->set_concurrent(concurrent); }
void ManualTask::set_side_effect(bool has_side_effect) { impl_->set_side_effect(has_side_effect); }
void ManualTask::throws_exception(bool can_throw_exception) { impl_->throws_exception(can_throw_exception); }
void ManualTask::add_communicator(std::string_view name) { impl_->add_communicator(name); }

}  // namespace legate
