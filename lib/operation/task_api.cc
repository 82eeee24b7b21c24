// SPDX-License-Identifier: Apache-2.0
// The public handles of task descriptions.
#include "operation/task.h"
#include "utilities/handle.h"

#include <legate/operation/task.h>

#include <utility>

namespace legate {

using detail::Role;

Variable AutoTask::add_input(LogicalStore store) {
  return Variable{
      detail::checked(impl_, "AutoTask::add_input")
          .add(detail::checked_pointer(store.impl(), "AutoTask::add_input, argument store"), Role::INPUT, 0, nullptr)};
}
Variable AutoTask::add_output(LogicalStore store) {
  return Variable{detail::checked(impl_, "AutoTask::add_output")
                      .add(detail::checked_pointer(store.impl(), "AutoTask::add_output, argument store"), Role::OUTPUT,
                           0, nullptr)};
}
Variable AutoTask::add_reduction(LogicalStore store, ReductionOpKind redop_kind) {
  return Variable{detail::checked(impl_, "AutoTask::add_reduction")
                      .add(detail::checked_pointer(store.impl(), "AutoTask::add_reduction, argument store"),
                           Role::REDUCTION, static_cast<std::int32_t>(redop_kind), nullptr)};
}
Variable AutoTask::add_reduction(LogicalStore store, std::int32_t redop_kind) {
  return Variable{detail::checked(impl_, "AutoTask::add_reduction")
                      .add(detail::checked_pointer(store.impl(), "AutoTask::add_reduction, argument store"),
                           Role::REDUCTION, redop_kind, nullptr)};
}
Variable AutoTask::add_input(LogicalStore store, Variable partition_symbol) {
  return Variable{detail::checked(impl_, "AutoTask::add_input")
                      .add(detail::checked_pointer(store.impl(), "AutoTask::add_input, argument store"), Role::INPUT, 0,
                           partition_symbol.impl())};
}
Variable AutoTask::add_output(LogicalStore store, Variable partition_symbol) {
  return Variable{detail::checked(impl_, "AutoTask::add_output")
                      .add(detail::checked_pointer(store.impl(), "AutoTask::add_output, argument store"), Role::OUTPUT,
                           0, partition_symbol.impl())};
}
Variable AutoTask::add_reduction(LogicalStore store, ReductionOpKind redop_kind, Variable partition_symbol) {
  return Variable{detail::checked(impl_, "AutoTask::add_reduction")
                      .add(detail::checked_pointer(store.impl(), "AutoTask::add_reduction, argument store"),
                           Role::REDUCTION, static_cast<std::int32_t>(redop_kind), partition_symbol.impl())};
}
Variable AutoTask::add_reduction(LogicalStore store, std::int32_t redop_kind, Variable partition_symbol) {
  return Variable{detail::checked(impl_, "AutoTask::add_reduction")
                      .add(detail::checked_pointer(store.impl(), "AutoTask::add_reduction, argument store"),
                           Role::REDUCTION, redop_kind, partition_symbol.impl())};
}

void AutoTask::add_scalar_arg(const Scalar& scalar) {
  static_cast<void>(detail::checked(scalar.impl(), "AutoTask::add_scalar_arg, argument scalar"));
  detail::checked(impl_, "AutoTask::add_scalar_arg").add_scalar(scalar);
}
void AutoTask::add_constraint(const Constraint& constraint) {
  detail::checked(impl_, "AutoTask::add_constraint")
      .add_constraint(detail::checked_pointer(constraint.impl(), "AutoTask::add_constraint, argument constraint"));
}

void AutoTask::add_constraints(Span<const Constraint> constraints) {
  for (const auto& constraint : constraints) {
    add_constraint(constraint);
  }
}

Variable AutoTask::find_or_declare_partition(const LogicalStore& store) {
  return Variable{detail::checked(impl_, "AutoTask::find_or_declare_partition")
                      .find_or_declare(detail::checked_pointer(store.impl(),
                                                               "AutoTask::find_or_declare_partition, argument store"))};
}
Variable AutoTask::declare_partition() {
  return Variable{detail::checked(impl_, "AutoTask::declare_partition").declare()};
}
std::string_view AutoTask::provenance() const { return detail::checked(impl_, "AutoTask::provenance").provenance(); }
void AutoTask::set_concurrent(bool concurrent) {
  detail::checked(impl_, "AutoTask::set_concurrent").set_concurrent(concurrent);
}
void AutoTask::set_side_effect(bool has_side_effect) {
  detail::checked(impl_, "AutoTask::set_side_effect").set_side_effect(has_side_effect);
}
void AutoTask::throws_exception(bool can_throw_exception) {
  detail::checked(impl_, "AutoTask::throws_exception").throws_exception(can_throw_exception);
}
void AutoTask::add_communicator(std::string_view name) {
  detail::checked(impl_, "AutoTask::add_communicator").add_communicator(name);
}
bool AutoTask::needs_inline_execution_() const {
  return detail::checked(impl_, "AutoTask::needs_inline_execution_").runs_inline();
}

void ManualTask::add_input(LogicalStore store) {
  detail::checked(impl_, "ManualTask::add_input")
      .add(detail::checked_pointer(store.impl(), "ManualTask::add_input, argument store"), Role::INPUT, 0);
}
void ManualTask::add_output(LogicalStore store) {
  detail::checked(impl_, "ManualTask::add_output")
      .add(detail::checked_pointer(store.impl(), "ManualTask::add_output, argument store"), Role::OUTPUT, 0);
}
void ManualTask::add_reduction(LogicalStore store, ReductionOpKind redop_kind) {
  detail::checked(impl_, "ManualTask::add_reduction")
      .add(detail::checked_pointer(store.impl(), "ManualTask::add_reduction, argument store"), Role::REDUCTION,
           static_cast<std::int32_t>(redop_kind));
}
void ManualTask::add_reduction(LogicalStore store, std::int32_t redop_kind) {
  detail::checked(impl_, "ManualTask::add_reduction")
      .add(detail::checked_pointer(store.impl(), "ManualTask::add_reduction, argument store"), Role::REDUCTION,
           redop_kind);
}
void ManualTask::add_input(LogicalStorePartition store_partition, std::optional<SymbolicPoint> projection, bool) {
  detail::checked(impl_, "ManualTask::add_input")
      .add(detail::checked(store_partition.impl(), "ManualTask::add_input, argument store_partition"), Role::INPUT, 0,
           std::move(projection));
}
void ManualTask::add_output(LogicalStorePartition store_partition, std::optional<SymbolicPoint> projection, bool) {
  detail::checked(impl_, "ManualTask::add_output")
      .add(detail::checked(store_partition.impl(), "ManualTask::add_output, argument store_partition"), Role::OUTPUT, 0,
           std::move(projection));
}
void ManualTask::add_reduction(LogicalStorePartition store_partition, ReductionOpKind redop_kind,
                               std::optional<SymbolicPoint> projection, bool) {
  detail::checked(impl_, "ManualTask::add_reduction")
      .add(detail::checked(store_partition.impl(), "ManualTask::add_reduction, argument store_partition"),
           Role::REDUCTION, static_cast<std::int32_t>(redop_kind), std::move(projection));
}
void ManualTask::add_reduction(LogicalStorePartition store_partition, std::int32_t redop_kind,
                               std::optional<SymbolicPoint> projection, bool) {
  detail::checked(impl_, "ManualTask::add_reduction")
      .add(detail::checked(store_partition.impl(), "ManualTask::add_reduction, argument store_partition"),
           Role::REDUCTION, redop_kind, std::move(projection));
}
void ManualTask::add_scalar_arg(const Scalar& scalar) {
  static_cast<void>(detail::checked(scalar.impl(), "ManualTask::add_scalar_arg, argument scalar"));
  detail::checked(impl_, "ManualTask::add_scalar_arg").add_scalar(scalar);
}
std::string_view ManualTask::provenance() const {
  return detail::checked(impl_, "ManualTask::provenance").provenance();
}
void ManualTask::set_concurrent(bool concurrent) {
  detail::checked(impl_, "ManualTask::set_concurrent").set_concurrent(concurrent);
}
void ManualTask::set_side_effect(bool has_side_effect) {
  detail::checked(impl_, "ManualTask::set_side_effect").set_side_effect(has_side_effect);
}
void ManualTask::throws_exception(bool can_throw_exception) {
  detail::checked(impl_, "ManualTask::throws_exception").throws_exception(can_throw_exception);
}
void ManualTask::add_communicator(std::string_view name) {
  detail::checked(impl_, "ManualTask::add_communicator").add_communicator(name);
}

}  // namespace legate
