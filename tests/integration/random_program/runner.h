// SPDX-License-Identifier: Apache-2.0
#pragma once

// Runs a random program through the public interface and compares it, wherever it looks at a store, with the serial
// interpreter, which runs beside it.

#include "leaf.h"
#include "serial_interpreter.h"

#include <legate.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace random_program {

class ProgramRunner {
 public:
  ProgramRunner(legate::Library library, const Program& program) : library_{std::move(library)}, program_{program} {}

  /// Empty if all is right; else what is wrong.
  std::string run() {
    running_program() = &program_;
    try {
      for (current_ = 0; current_ < program_.statements.size() && complaint_.empty(); ++current_) {
        const auto& statement = program_.statements[current_];
        interpreter_.execute(statement);
        std::visit([this](const auto& s) { run(s); }, statement);
      }
      compare_everything();
    } catch (const std::exception& error) {
      complain(std::string{"exception: "} + error.what());
    }
    mappings_.clear();
    stores_.clear();
    runtime_->issue_execution_fence(true);
    complaint_ += leaf_complaints().take();
    return complaint_;
  }

 private:
  const legate::LogicalStore& store(int number) const { return stores_.at(number); }
  static std::vector<std::uint64_t> unsigned_of(const Coordinates& values) { return {values.begin(), values.end()}; }
  void keep(int number, legate::LogicalStore store) { stores_.insert_or_assign(number, std::move(store)); }
  void complain(const std::string& text) {
    if (complaint_.empty()) complaint_ = "statement " + std::to_string(current_) + ": " + text + "\n";
  }

  void run(const Create& s) {
    const legate::Shape shape{unsigned_of(s.extents)};
    if (s.value) {
      with_type(s.element, [&](auto zero) {
        keep(s.store, runtime_->create_store(legate::Scalar{value_of<decltype(zero)>(*s.value)}, shape));
      });
    } else {
      keep(s.store, runtime_->create_store(shape, type_of(s.element), s.optimize_scalar));
    }
  }
  void run(const CreateUnbound& s) { keep(s.store, runtime_->create_store(type_of(s.element), s.dimensions)); }

  void run(const View& s) {
    const auto& source = store(s.source);
    const auto dim = static_cast<std::int32_t>(s.dim);
    const auto first = s.numbers.empty() ? 0 : s.numbers[0];
    switch (s.transform) {
      case Transform::PROMOTE:
        return keep(s.store, source.promote(dim, static_cast<std::size_t>(first)));
      case Transform::PROJECT:
        return keep(s.store, source.project(dim, first));
      case Transform::SLICE:
        return keep(s.store, source.slice(dim, legate::Slice{first, s.numbers[1]}));
      case Transform::TRANSPOSE:
        return keep(s.store, source.transpose(std::vector<std::int32_t>(s.numbers.begin(), s.numbers.end())));
      case Transform::DELINEARIZE:
        return keep(s.store, source.delinearize(dim, unsigned_of(s.numbers)));
      case Transform::BROADCAST:
        return keep(s.store, source.broadcast(dim, static_cast<std::size_t>(first)));
      case Transform::CHILD:
        return keep(s.store, source.partition_by_tiling(unsigned_of(s.numbers)).get_child_store(unsigned_of(s.more)));
    }
  }

  void run(const Fill& s) {
    if (s.value_store >= 0) return runtime_->issue_fill(store(s.store), store(s.value_store));
    with_type(element_of(store(s.store).type()), [&](auto zero) {
      runtime_->issue_fill(store(s.store), legate::Scalar{value_of<decltype(zero)>(s.value)});
    });
  }

  void run(const Look& s) {
    // A mapping kept from before must show what was done since.
    const auto kept = mappings_.find(s.store);
    const auto mapping = kept != mappings_.end() ? kept->second : store(s.store).get_physical_store();
    compare(s.store, mapping);
    if (s.keep) {
      mappings_.insert_or_assign(s.store, mapping);
    } else {
      mappings_.erase(s.store);
    }
  }

  void compare(int number, const legate::PhysicalStore& mapping) {
    const auto& expected = interpreter_.view(number);
    Elements found{mapping};
    if (found.element() != expected.array->element) return complain("s" + std::to_string(number) + " has another type");
    if (expected.dimensions() > 0 && found.box().high != expected.extents) {
      return complain("s" + std::to_string(number) + " has extents " + text_of(found.box().high) + ", not " +
                      text_of(expected.extents));
    }
    for_each_point(Box::of_extents(expected.extents), [&](const Coordinates& p) {
      const Number& right = expected.at(p);
      if (!right.defined || !complaint_.empty()) return;
      const Number value = found.read(p);
      if (!agrees(found.element(), right, value)) {
        complain("s" + std::to_string(number) + text_of(p) + " is " + text_of(found.element(), value) + ", not " +
                 text_of(found.element(), right));
      }
    });
  }

  void run(const Modify& s) {
    auto mapping = store(s.store).get_physical_store();
    Elements elements{mapping};
    std::vector<Change> changes;
    for_each_point(elements.box(), [&](const Coordinates& p) {
      if (is_modified(s.seed, p)) changes.push_back({p, modification(s.seed, elements.element(), p)});
    });
    if (!changes.empty()) elements.write(changes, s.seed % 2 == 0);
  }

  void run(const Drop& s) {
    mappings_.erase(s.store);
    stores_.erase(s.store);
  }
  void run(const Fence& s) {
    if (s.mapping) {
      runtime_->issue_mapping_fence();
    } else {
      runtime_->issue_execution_fence(s.block);
    }
  }

  void run(const Task& task) {
    legate::Scope scope;
    if (task.priority != 0) scope.set_priority(task.priority);
    if (task.last_processor > task.first_processor) {
      scope.set_machine(
          runtime_->get_machine().slice(task.first_processor, task.last_processor, legate::mapping::TaskTarget::CPU));
    }
    if (task.overdecompose > 0 || task.threshold >= 0) {
      legate::ParallelPolicy policy;
      if (task.overdecompose > 0) policy.with_overdecompose_factor(task.overdecompose);
      if (task.threshold >= 0) {
        policy.with_partitioning_threshold(legate::mapping::TaskTarget::CPU,
                                           static_cast<std::uint64_t>(task.threshold));
      }
      scope.set_parallel_policy(policy);
    }
    if (task.manual) {
      launch_manually(task);
    } else {
      launch_automatically(task);
    }
  }

  void launch_automatically(const Task& task) {
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
    launch.add_scalar_arg(static_cast<std::uint64_t>(current_));
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

  void launch_manually(const Task& task) {
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
    launch.add_scalar_arg(static_cast<std::uint64_t>(current_));
    runtime_->submit(std::move(launch));
  }

  void compare_everything() {
    for (const auto& [number, view] : interpreter_.views()) {
      if (!complaint_.empty()) return;
      if (view.bound && stores_.count(number) != 0) compare(number, store(number).get_physical_store());
    }
  }

  legate::Runtime* runtime_{legate::Runtime::get_runtime()};
  legate::Library library_;
  const Program& program_;
  SerialInterpreter interpreter_;
  std::map<int, legate::LogicalStore> stores_;
  std::map<int, legate::PhysicalStore> mappings_;
  std::size_t current_{};
  std::string complaint_;
};

}  // namespace random_program
