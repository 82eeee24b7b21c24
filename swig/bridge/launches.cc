// SPDX-License-Identifier: Apache-2.0
#include "bridge/launches.h"

#include "bridge/deduction.h"

#include <optional>
#include <stdexcept>
#include <utility>

namespace legatus::python {

namespace {

legate::Span<const std::uint64_t> span(const Extents& values) { return {values.data(), values.size()}; }

std::optional<legate::SymbolicPoint> symbolic_point(const Integers& numbers, bool given) {
  if (!given) return std::nullopt;
  std::vector<legate::SymbolicExpr> expressions{};
  for (std::size_t i = 0; i + 2 < numbers.size(); i += 3) {
    const auto dim = static_cast<std::int32_t>(numbers[i]);
    const auto weight = static_cast<std::int32_t>(numbers[i + 1]);
    const auto offset = static_cast<std::int32_t>(numbers[i + 2]);
    expressions.push_back(dim < 0 ? legate::constant(offset)
                                  : legate::SymbolicExpr{static_cast<std::uint32_t>(dim), weight, offset});
  }
  return legate::SymbolicPoint{std::move(expressions)};
}

}  // namespace

Constraint align(const Variable& left, const Variable& right) {
  return Constraint{legate::align(left.native(), right.native())};
}

Constraint broadcast(const Variable& variable) { return Constraint{legate::broadcast(variable.native())}; }

Constraint broadcast(const Variable& variable, const Extents& axes) {
  const std::vector<std::uint32_t> narrow{axes.begin(), axes.end()};
  return Constraint{legate::broadcast(variable.native(), {narrow.data(), narrow.size()})};
}

Constraint scale(const Extents& factors, const Variable& smaller, const Variable& bigger) {
  return Constraint{legate::scale(span(factors), smaller.native(), bigger.native())};
}

Constraint bloat(const Variable& source, const Variable& bloated, const Extents& low, const Extents& high) {
  return Constraint{legate::bloat(source.native(), bloated.native(), span(low), span(high))};
}

Constraint image(const Variable& function, const Variable& range, int hint) {
  return Constraint{legate::image(function.native(), range.native(), static_cast<legate::ImageComputationHint>(hint))};
}

Constraint min_extents(const Variable& variable, const Extents& extents) {
  return Constraint{legate::min_extents(variable.native(), span(extents))};
}

void Launch::check_unspent() const {
  if (spent_) throw std::runtime_error{"The task has been submitted already: a task object can be used only once"};
}

void Launch::add_scalar(const Scalar& scalar) {
  check_unspent();
  add_scalar_(scalar.native());
}

bool Launch::add_plain_scalar(PyObject* value) {
  check_unspent();
  const auto scalar = deduce_scalar(value);
  if (scalar) add_scalar_(*scalar);
  return scalar.has_value();
}

void Launch::set_concurrent(bool concurrent) {
  check_unspent();
  set_concurrent_(concurrent);
}

void Launch::set_side_effect(bool side_effect) {
  check_unspent();
  set_side_effect_(side_effect);
}

void Launch::throws_exception(bool can_throw) {
  check_unspent();
  throws_exception_(can_throw);
}

void Launch::add_communicator(const std::string& name) {
  check_unspent();
  add_communicator_(name);
}

std::string Launch::provenance() const {
  check_unspent();
  return provenance_();
}

void Launch::submit() {
  check_unspent();
  spent_ = true;
  const LazyRelease release{};
  submit_();
}

Variable AutoLaunch::add_input(const Store& store) {
  check_unspent();
  return Variable{value_->add_input(store.native())};
}

Variable AutoLaunch::add_input(const Store& store, const Variable& variable) {
  check_unspent();
  return Variable{value_->add_input(store.native(), variable.native())};
}

Variable AutoLaunch::add_output(const Store& store) {
  check_unspent();
  return Variable{value_->add_output(store.native())};
}

Variable AutoLaunch::add_output(const Store& store, const Variable& variable) {
  check_unspent();
  return Variable{value_->add_output(store.native(), variable.native())};
}

Variable AutoLaunch::add_reduction(const Store& store, int redop) {
  check_unspent();
  return Variable{value_->add_reduction(store.native(), redop)};
}

Variable AutoLaunch::add_reduction(const Store& store, int redop, const Variable& variable) {
  check_unspent();
  return Variable{value_->add_reduction(store.native(), redop, variable.native())};
}

void AutoLaunch::add_constraint(const Constraint& constraint) {
  check_unspent();
  value_->add_constraint(constraint.native());
}

Variable AutoLaunch::find_or_declare_partition(const Store& store) {
  check_unspent();
  return Variable{value_->find_or_declare_partition(store.native())};
}

Variable AutoLaunch::declare_partition() {
  check_unspent();
  return Variable{value_->declare_partition()};
}

void AutoLaunch::submit_() { legate::Runtime::get_runtime()->submit(std::move(*value_)); }

void ManualLaunch::add_input(const Store& store) {
  check_unspent();
  value_->add_input(store.native());
}

void ManualLaunch::add_input(const Partition& partition, const Integers& projection, bool has_projection, bool is_key) {
  check_unspent();
  value_->add_input(partition.native(), symbolic_point(projection, has_projection), is_key);
}

void ManualLaunch::add_output(const Store& store) {
  check_unspent();
  value_->add_output(store.native());
}

void ManualLaunch::add_output(const Partition& partition, const Integers& projection, bool has_projection,
                              bool is_key) {
  check_unspent();
  value_->add_output(partition.native(), symbolic_point(projection, has_projection), is_key);
}

void ManualLaunch::add_reduction(const Store& store, int redop) {
  check_unspent();
  value_->add_reduction(store.native(), redop);
}

void ManualLaunch::add_reduction(const Partition& partition, int redop, const Integers& projection, bool has_projection,
                                 bool is_key) {
  check_unspent();
  value_->add_reduction(partition.native(), redop, symbolic_point(projection, has_projection), is_key);
}

void ManualLaunch::submit_() { legate::Runtime::get_runtime()->submit(std::move(*value_)); }

}  // namespace legatus::python
