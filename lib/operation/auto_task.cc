// SPDX-License-Identifier: Apache-2.0
#include "operation/task.h"

#include "task/task_config.h"
#include "task/task_signature.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace legate::detail {

AutoTask::AutoTask(const RegisteredTask& task, TaskSetting setting) : TaskDescription{task, std::move(setting)}
{
  symbols_.reserve(4);
}

const Variable* AutoTask::declare()
{
  check_usable();
  auto& symbol    = symbols_.emplace_back();
  symbol.variable = std::make_unique<Variable>(this, static_cast<std::int32_t>(symbols_.size()) - 1, name());
  return symbol.variable.get();
}

const Variable* AutoTask::find_or_declare(const LogicalStore::Ptr& store)
{
  check_usable();
  for (const auto& symbol : symbols_) {
    if (symbol.store == store) {
      return symbol.variable.get();
    }
  }
  const auto* variable   = declare();
  symbols_.back().store = store;
  return variable;
}

const Variable* AutoTask::add(const LogicalStore::Ptr& store, Role role, std::int32_t redop_kind,
                              const Variable* variable)
{
  auto& argument = add_argument(store, role, redop_kind);
  try {
    if (variable == nullptr) {
      variable = find_or_declare(store);
    } else {
      if (variable->operation() != this) {
        throw std::invalid_argument{"Variable " + variable->to_string() + " belongs to another task"};
      }
      auto& symbol = symbols_[static_cast<std::size_t>(variable->index())];
      if (symbol.store && symbol.store != store) {
        throw std::invalid_argument{"Variable " + variable->to_string() + " is already assigned to another store"};
      }
      symbol.store = store;
    }
  } catch (...) {
    arguments_.pop_back();  // a refused argument leaves the description as it was
    throw;
  }
  argument.symbol = static_cast<std::uint32_t>(variable->index());
  return variable;
}

void AutoTask::add_constraint(InternalSharedPtr<Constraint> constraint)
{
  check_usable();
  if (const auto* declared = signature(); declared != nullptr && declared->constraints) {
    throw std::runtime_error{"Task " + std::string{name()} +
                             " has pre-declared signature, cannot override it by adding constraints"};
  }
  constraints_.push_back(std::move(constraint));
}

void AutoTask::check_arguments()
{
  if (const auto* declared = signature(); declared != nullptr && declared->constraints) {
    std::vector<const Variable*> variables[3];
    for (const auto& argument : arguments_) {
      variables[static_cast<std::size_t>(argument.role)].push_back(symbols_[argument.symbol].variable.get());
    }
    constraints_ = declared->expand(ArgumentVariables{variables[0], variables[1], variables[2]});
  }
  for (const auto& constraint : constraints_) {
    constraint->validate([&](const Variable& variable) {
      if (variable.operation() != this) {
        throw std::invalid_argument{"Constraint " + constraint->to_string() + " names a variable of another task than " +
                                    std::string{name()}};
      }
      const auto& store = symbols_[static_cast<std::size_t>(variable.index())].store;
      if (!store) {
        throw std::invalid_argument{"Constraint " + constraint->to_string() + " names a variable without a store"};
      }
      VariableShape shape;
      shape.dim     = store->dim();
      shape.unbound = store->unbound();
      if (!shape.unbound) {
        shape.extents = Span<const std::uint64_t>{store->extents()};
      }
      return shape;
    });
  }
  check_interference();
}

void AutoTask::check_interference() const
{
  for (std::size_t i = 0; i < arguments_.size(); ++i) {
    for (std::size_t j = i + 1; j < arguments_.size(); ++j) {
      const auto& a = arguments_[i];
      const auto& b = arguments_[j];
      if (&a.store->storage() != &b.store->storage() || (a.role == Role::INPUT && b.role == Role::INPUT)) {
        continue;
      }
      // One store under one symbol is split once, so its uses cannot collide; nor can reductions by one operator.
      const bool together = a.symbol == b.symbol && (a.role != Role::REDUCTION || b.role != Role::REDUCTION ||
                                                     a.redop == b.redop);
      const bool commute  = a.role == Role::REDUCTION && b.role == Role::REDUCTION && a.redop == b.redop;
      if (together || commute || a.store->has_scalar_storage() || !a.store->overlaps(*b.store)) {
        continue;
      }
      throw std::invalid_argument{"Task " + std::string{name()} + " has interfering store arguments: " +
                                  a.store->to_string() + " and " + b.store->to_string() +
                                  " overlap, and one of them is written"};
    }
  }
}

std::vector<std::uint32_t> AutoTask::candidate_order() const
{
  std::vector<std::uint32_t> order;
  const auto add = [&](std::uint32_t symbol) {
    if (std::find(order.begin(), order.end(), symbol) == order.end()) {
      order.push_back(symbol);
    }
  };
  for (const auto& constraint : constraints_) {
    add(static_cast<std::uint32_t>(constraint->first()->index()));
    if (constraint->second() != nullptr) {
      add(static_cast<std::uint32_t>(constraint->second()->index()));
    }
  }
  for (const auto role : {Role::OUTPUT, Role::INPUT, Role::REDUCTION}) {
    for (const auto& argument : arguments_) {
      if (argument.role == role) {
        add(argument.symbol);
      }
    }
  }
  return order;
}

void AutoTask::plan()
{
  PartitionRequest request;
  request.symbols.resize(symbols_.size());
  // A symbol without a store takes no part; it must not be named by a constraint, which check_arguments has seen to.
  std::vector<std::uint32_t> position(symbols_.size(), 0);
  std::uint32_t used = 0;
  for (std::size_t i = 0; i < symbols_.size(); ++i) {
    if (symbols_[i].store) {
      position[i]                         = used;
      request.symbols[used].store         = symbols_[i].store.get();
      request.symbols[used++].unbound     = symbols_[i].store->unbound();
    }
  }
  request.symbols.resize(used);
  for (auto& argument : arguments_) {
    auto& symbol     = request.symbols[position[argument.symbol]];
    const auto access = argument.role == Role::INPUT    ? partitioning::Access::READ
                        : argument.role == Role::OUTPUT ? partitioning::Access::WRITE
                                                        : partitioning::Access::REDUCE;
    symbol.access = std::max(symbol.access, access);
    symbol.output = symbol.output || argument.role != Role::INPUT;
  }
  const auto index_of = [&](const Variable& variable) { return position[static_cast<std::size_t>(variable.index())]; };
  for (const auto& constraint : constraints_) {
    if (!constraint->is_trivial()) {
      request.relations.push_back(constraint->to_relation(index_of));
    }
  }
  request.order = candidate_order();
  for (auto& symbol : request.order) {
    symbol = position[symbol];
  }
  request.machine_count     = setting().machine->count();
  request.overdecompose     = setting().policy.overdecompose_factor();
  request.threshold         = setting().threshold;
  request.replicated_writes = replicated_writes_;
  plan_                     = plan_launch(request);
  for (auto& argument : arguments_) {
    argument.symbol = position[argument.symbol];
    remember_partition(argument, plan_->tilings[argument.symbol], plan_->geometries[argument.symbol].get());
  }
}

}  // namespace legate::detail
