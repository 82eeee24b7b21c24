// SPDX-License-Identifier: Apache-2.0
#pragma once

// Scopes and tasks of random programs through the public interface.

#include "leaf.h"

#include <legate.h>

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace random_program {

inline std::vector<std::uint64_t> unsigned_of(const Coordinates& values) { return {values.begin(), values.end()}; }

inline void set(legate::Scope& scope, const Setting& setting) {
  if (setting.priority != 0) scope.set_priority(setting.priority);
  if (setting.exceptions) scope.set_exception_mode(*setting.exceptions);
  if (setting.last_processor > setting.first_processor) {
    scope.set_machine(legate::Runtime::get_runtime()->get_machine().slice(
        setting.first_processor, setting.last_processor, legate::mapping::TaskTarget::CPU));
  }
  if (!setting.has_policy()) return;
  legate::ParallelPolicy policy;
  policy.with_streaming(setting.streaming);
  if (setting.overdecompose > 0) policy.with_overdecompose_factor(setting.overdecompose);
  if (setting.threshold >= 0) {
    policy.with_partitioning_threshold(legate::mapping::TaskTarget::CPU, static_cast<std::uint64_t>(setting.threshold));
  }
  scope.set_parallel_policy(policy);
}

/// Describes a task and submits it.
class Submission {
 public:
  /// The leaf finds the task as `statement` of the running program.
  Submission(legate::Library library, const std::map<int, legate::LogicalStore>& stores, std::size_t statement)
      : library_{std::move(library)}, stores_{stores}, statement_{statement} {}

  void submit(const Task& task) const {
    legate::Scope scope;
    set(scope, task.setting);
    if (task.manual) {
      launch_manually(task);
    } else {
      launch_automatically(task);
    }
  }

 private:
  const legate::LogicalStore& store(int number) const { return stores_.at(number); }

  void launch_automatically(const Task& task) const {
    auto launch = runtime_->create_task(library_, Leaf::TASK_CONFIG.task_id());
    std::map<int, legate::Variable> symbols;
    for (const auto& argument : task.inputs) {
      symbols.insert_or_assign(argument.store, launch.add_input(store(argument.store)));
    }
    for (const auto& argument : task.outputs) {
      symbols.insert_or_assign(argument.store, launch.add_output(store(argument.store)));
    }
    for (const auto& argument : task.reductions) {
      symbols.insert_or_assign(argument.store, launch.add_reduction(store(argument.store), argument.op));
    }
    for (const auto& demand : task.demands) {
      const auto first = symbols.at(demand.first);
      const auto numbers = unsigned_of(demand.numbers);
      const auto more = unsigned_of(demand.more);
      const std::vector<std::uint32_t> axes(numbers.begin(), numbers.end());
      switch (demand.kind) {
        case Demand::Kind::ALIGN:
          launch.add_constraint(legate::align(first, symbols.at(demand.second)));
          break;
        case Demand::Kind::BROADCAST:
          launch.add_constraint(legate::broadcast(first));
          break;
        case Demand::Kind::BROADCAST_AXES:
          launch.add_constraint(legate::broadcast(first, axes));
          break;
        case Demand::Kind::MIN_EXTENTS:
          launch.add_constraint(legate::min_extents(first, numbers));
          break;
        case Demand::Kind::SCALE:
          launch.add_constraint(legate::scale(numbers, first, symbols.at(demand.second)));
          break;
        case Demand::Kind::BLOAT:
          launch.add_constraint(legate::bloat(first, symbols.at(demand.second), numbers, more));
          break;
      }
    }
    launch.add_scalar_arg(static_cast<std::uint64_t>(statement_));
    if (task.may_throw) launch.throws_exception(true);
    runtime_->submit(std::move(launch));
  }

  static std::optional<legate::SymbolicPoint> symbolic(const Argument& argument) {
    if (!argument.projection) return std::nullopt;
    std::vector<legate::SymbolicExpr> expressions;
    for (const auto& e : argument.projection->expressions) {
      expressions.push_back(e.dim < 0 ? legate::constant(e.offset)
                                      : legate::SymbolicExpr{static_cast<std::uint32_t>(e.dim), e.weight, e.offset});
    }
    return legate::SymbolicPoint{expressions};
  }

  legate::LogicalStorePartition partition(const Argument& argument) const {
    const auto tile = unsigned_of(argument.tile);
    const auto colors = unsigned_of(argument.colors);
    if (!argument.explicit_colors) return store(argument.store).partition_by_tiling(tile);
    return store(argument.store).partition_by_tiling(tile, legate::Span<const std::uint64_t>{colors});
  }

  void launch_manually(const Task& task) const {
    legate::Domain domain;
    domain.dim = static_cast<int>(task.launch_low.size());
    with_rank(domain.dim, [&](auto rank) {
      constexpr auto DIM = decltype(rank)::value;
      auto high = task.launch_high;
      for (auto& last : high) --last;
      domain = legate::Domain{legate::Rect<DIM>{point_of<DIM>(task.launch_low), point_of<DIM>(high)}};
    });
    auto launch = runtime_->create_task(library_, Leaf::TASK_CONFIG.task_id(), domain);
    for (const auto& argument : task.inputs) {
      if (argument.tile.empty()) {
        launch.add_input(store(argument.store));
      } else {
        launch.add_input(partition(argument), symbolic(argument), argument.key);
      }
    }
    for (const auto& argument : task.outputs) {
      if (argument.tile.empty()) {
        launch.add_output(store(argument.store));
      } else {
        launch.add_output(partition(argument), symbolic(argument), argument.key);
      }
    }
    for (const auto& argument : task.reductions) {
      if (argument.tile.empty()) {
        launch.add_reduction(store(argument.store), argument.op);
      } else {
        launch.add_reduction(partition(argument), argument.op, symbolic(argument), argument.key);
      }
    }
    launch.add_scalar_arg(static_cast<std::uint64_t>(statement_));
    if (task.may_throw) launch.throws_exception(true);
    runtime_->submit(std::move(launch));
  }

  legate::Runtime* runtime_{legate::Runtime::get_runtime()};
  legate::Library library_;
  const std::map<int, legate::LogicalStore>& stores_;
  std::size_t statement_;
};

}  // namespace random_program
