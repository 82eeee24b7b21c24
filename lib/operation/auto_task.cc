// SPDX-License-Identifier: Apache-2.0
#include "operation/task.h"

#include "operation/partition_report.h"
#include "task/task_config.h"
#include "task/task_signature.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace legate::detail {

AutoTask::AutoTask(const RegisteredTask& task, std::shared_ptr<const TaskSetting> setting)
    : TaskDescription{task, std::move(setting)} {
  stores_.reserve(4);
}

Variable& AutoTask::variable(std::size_t index) {
  return index < OWN_VARIABLES ? *own_variables_[index] : *more_variables_[index - OWN_VARIABLES];
}

const Variable* AutoTask::declare() {
  check_usable();
  const auto index = stores_.size();
  stores_.emplace_back();
  if (index < OWN_VARIABLES) {
    return &own_variables_[index].emplace(this, static_cast<std::int32_t>(index), name());
  }
  more_variables_.push_back(std::make_unique<Variable>(this, static_cast<std::int32_t>(index), name()));
  return more_variables_.back().get();
}

const Variable* AutoTask::find_or_declare(const LogicalStore::Ptr& given) {
  check_usable();
  const auto store = known(given);
  for (std::size_t i = 0; i < stores_.size(); ++i) {
    if (stores_[i] == store) {
      return &variable(i);
    }
  }
  const auto* declared = declare();
  stores_.back() = store;
  return declared;
}

LogicalStore::Ptr AutoTask::known(const LogicalStore::Ptr& store) const {
  for (const auto& other : stores_) {
    if (other == store || (other && other->is_same_view(*store))) {
      return other;
    }
  }
  return store;
}

const Variable* AutoTask::add(const LogicalStore::Ptr& given, Role role, std::int32_t redop_kind,
                              const Variable* symbol) {
  check_usable();
  const auto store = known(given);
  auto& argument = add_argument(store, role, redop_kind);
  try {
    if (symbol == nullptr) {
      symbol = find_or_declare(store);
    } else {
      if (symbol->operation() != this) {
        throw std::invalid_argument{"Variable " + symbol->to_string() + " belongs to another task than \"" +
                                    std::string{name()} + '"'};
      }
      auto& bound = stores_[static_cast<std::size_t>(symbol->index())];
      if (bound && bound != store) {
        throw std::invalid_argument{"Variable " + symbol->to_string() + " is already assigned to another store"};
      }
      bound = store;
    }
  } catch (...) {
    arguments_.pop_back();  // a refused argument leaves the description as it was
    throw;
  }
  argument.symbol = static_cast<std::uint32_t>(symbol->index());
  return symbol;
}

void AutoTask::add_constraint(InternalSharedPtr<Constraint> constraint) {
  check_usable();
  if (const auto* declared = signature(); declared != nullptr && declared->constraints) {
    throw std::runtime_error{"Task " + std::string{name()} +
                             " has pre-declared signature, cannot override it by adding constraints"};
  }
  constraints_.push_back(std::move(constraint));
}

void AutoTask::check_arguments() {
  if (const auto* declared = signature(); declared != nullptr && declared->constraints) {
    std::vector<const Variable*> variables[3];
    for (const auto& argument : arguments_) {
      variables[static_cast<std::size_t>(argument.role)].push_back(&variable(argument.symbol));
    }
    constraints_ = declared->expand(ArgumentVariables{variables[0], variables[1], variables[2]});
  }
  if (runs_inline()) {
    constraints_.clear();  // nothing is split: whatever they say holds
  }
  for (const auto& constraint : constraints_) {
    check_variable(*constraint, *constraint->first());
    if (constraint->second() != nullptr) {
      check_variable(*constraint, *constraint->second());
    }
    try {
      constraint->validate([&](const Variable& named) { return shape_of(named); });
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument{error.what() + legend(*constraint)};
    }
  }
  check_interference();
}

VariableShape AutoTask::shape_of(const Variable& named) const {
  const auto& store = stores_[static_cast<std::size_t>(named.index())];
  VariableShape shape;
  shape.dim = store->dim();
  shape.unbound = store->unbound();
  shape.transformed = store->transformed();
  shape.type = &store->type();
  if (!shape.unbound) {
    shape.extents = Span<const std::uint64_t>{store->extents()};
  }
  return shape;
}

std::string AutoTask::legend(const Constraint& constraint) const {
  std::string text;
  for (const auto* named : {constraint.first(), constraint.second()}) {
    for (std::size_t i = 0; named != nullptr && i < arguments_.size(); ++i) {
      if (arguments_[i].symbol == static_cast<std::uint32_t>(named->index())) {
        text += (text.empty() ? ", where " : ", ") + named->to_string() + " is " + argument_name(arguments_[i]);
      }
    }
  }
  return text;
}

void AutoTask::check_variable(const Constraint& constraint, const Variable& named) const {
  if (named.operation() != this) {
    throw std::invalid_argument{"Constraint " + constraint.to_string() + " names a variable of another task than " +
                                std::string{name()}};
  }
  if (!stores_[static_cast<std::size_t>(named.index())]) {
    throw std::invalid_argument{"Constraint " + constraint.to_string() + " names a variable without a store"};
  }
}

void AutoTask::check_interference() const {
  for (std::size_t i = 0; i < arguments_.size(); ++i) {
    for (std::size_t j = i + 1; j < arguments_.size(); ++j) {
      const auto& a = arguments_[i];
      const auto& b = arguments_[j];
      if (&a.store->storage() != &b.store->storage() || (a.role == Role::INPUT && b.role == Role::INPUT)) {
        continue;
      }
      // One store under one symbol is split once, so its uses cannot collide; nor can reductions by one operator.
      const bool together =
          a.symbol == b.symbol && (a.role != Role::REDUCTION || b.role != Role::REDUCTION || a.redop == b.redop);
      const bool commute = a.role == Role::REDUCTION && b.role == Role::REDUCTION && a.redop == b.redop;
      if (together || commute || a.store->has_scalar_storage() || !a.store->overlaps(*b.store)) {
        continue;
      }
      throw std::invalid_argument{"Task " + std::string{name()} +
                                  " has interfering store arguments: " + a.store->to_string() + " and " +
                                  b.store->to_string() + " overlap, and one of them is written"};
    }
  }
}

void AutoTask::plan_inline() {
  // Launches that follow each other mostly look alike. Control thread only; never destroyed, so nothing runs at exit.
  static auto& last = *new std::shared_ptr<const LaunchPlan>;
  static auto& geometries = *new std::vector<std::shared_ptr<const Geometry>>;
  bool unbound = false;
  geometries.clear();
  for (auto& argument : arguments_) {
    argument.symbol = static_cast<std::uint32_t>(geometries.size());
    unbound = unbound || argument.store->unbound();
    geometries.push_back(argument.store->unbound() ? nullptr : whole_geometry(argument.store->view()));
  }
  if (last && !unbound && last->geometries == geometries) {
    plan_ = last;
    return;
  }
  auto plan = std::make_shared<LaunchPlan>();
  plan->domain = single_domain();
  plan->geometries = geometries;
  plan->tilings.resize(arguments_.size());
  plan->grids.resize(arguments_.size());
  for (const auto& argument : arguments_) {
    if (argument.store->unbound()) {
      plan->grids[argument.symbol].assign(argument.store->dim(), 1);
    }
  }
  last = plan;
  plan_ = std::move(plan);
}

bool AutoTask::plans_by_contents() const {
  return std::any_of(constraints_.begin(), constraints_.end(),
                     [](const auto& constraint) { return constraint->kind() == Constraint::Kind::IMAGE; });
}

void AutoTask::plan() {
  if (runs_inline()) {
    plan_inline();
    return;
  }
  static PartitionRequest request;  // kept between calls for its memory: control thread only
  request.clear();
  // A symbol without a store takes no part; check_arguments has seen to it that no constraint names it.
  request.position.assign(stores_.size(), 0);
  for (std::size_t i = 0; i < stores_.size(); ++i) {
    if (stores_[i]) {
      request.position[i] = static_cast<std::uint32_t>(request.symbols.size());
      auto& symbol = request.symbols.emplace_back();
      symbol.store = stores_[i].get();
      symbol.unbound = stores_[i]->unbound();
    }
  }
  for (auto& argument : arguments_) {
    argument.symbol = request.position[argument.symbol];
    auto& symbol = request.symbols[argument.symbol];
    const auto access = argument.role == Role::INPUT    ? partitioning::Access::READ
                        : argument.role == Role::OUTPUT ? partitioning::Access::WRITE
                                                        : partitioning::Access::REDUCE;
    symbol.access = std::max(symbol.access, access);
    symbol.output = symbol.output || argument.role != Role::INPUT;
    request.uses.push_back({argument.symbol, access});
  }
  for (const auto& constraint : constraints_) {
    if (!constraint->is_trivial()) {
      request.constraints.push_back(constraint.get());
    }
  }
  request.machine_count = processors();
  request.overdecompose = overdecompose_factor();
  request.threshold = setting().threshold;
  request.replicated_writes = replicated_writes_;
  request.at_once = is_concurrent();
  request.single = runs_inline();
  plan_ = plan_launch(request);
  if (partitioner_logger().want_debug()) {
    report_plan();
  }
  for (const auto& argument : arguments_) {
    if (const auto& tiling = plan_->tilings[argument.symbol]; !tiling || !tiling->is_image) {
      remember_partition(argument, tiling, plan_->geometries[argument.symbol].get());
    }
  }
}

}  // namespace legate::detail
