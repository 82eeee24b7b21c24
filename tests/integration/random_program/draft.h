// SPDX-License-Identifier: Apache-2.0
#pragma once

// A program in the making. The serial interpreter runs along, so that the next statement can be chosen by what is
// defined, and by which stores share elements.

#include "dice.h"

#include <set>
#include <utility>
#include <vector>

namespace random_program {

struct GeneratorOptions {
  std::uint32_t processors{1};
  bool inline_launches{false};  // manual launches may have one point only
};

class Draft {
 public:
  Draft(std::uint64_t seed, const GeneratorOptions& how) : dice{seed}, options{how} { program_.seed = seed; }

  int new_store() { return next_store_++; }
  void emit(const Statement& statement) {
    program_.statements.push_back(statement);
    state_.execute(statement);
  }
  void open_scope(const Setting& setting) {
    scopes_.push_back(setting);
    emit(OpenScope{setting});
  }
  void close_scope() {
    scopes_.pop_back();
    emit(CloseScope{});
  }
  std::size_t scope_depth() const { return scopes_.size(); }
  /// Whether operations are held back, so that nothing may look at a result, throw or decide on a shape.
  bool strict() const {
    return std::any_of(scopes_.begin(), scopes_.end(),
                       [](const Setting& scope) { return scope.streaming == legate::StreamingMode::STRICT; });
  }
  /// How many processors the scope has.
  std::uint32_t processors() const {
    auto count = options.processors;
    for (const auto& scope : scopes_) {
      if (scope.last_processor > scope.first_processor) count = scope.last_processor - scope.first_processor;
    }
    return count;
  }

  Program finish() { return std::move(program_); }

  const PlainView& view(int store) const { return state_.view(store); }
  Element element(int store) const { return view(store).array->element; }
  bool scalar(int store) const { return view(store).array->scalar; }

  /// One of the stores that have a shape and satisfy the condition; -1 if there is none.
  template <typename Condition>
  int find_store(Condition&& condition) {
    std::vector<int> candidates;
    for (const auto& [store, view] : state_.views()) {
      if (view.bound && condition(store, view)) candidates.push_back(store);
    }
    return candidates.empty() ? -1 : dice.one_of(candidates);
  }

  /// Whether a task may write the store, beside the arguments it has.
  bool apart(const Task& task, int store) const { return readable(task, store) && !any_meets(task.inputs, store); }
  /// Whether a task may read the store, beside the arguments it has.
  bool readable(const Task& task, int store) const {
    return !any_meets(task.outputs, store) && !any_meets(task.reductions, store);
  }

  Dice dice;
  const GeneratorOptions options;

 private:
  bool any_meets(const std::vector<Argument>& arguments, int store) const {
    return std::any_of(arguments.begin(), arguments.end(),
                       [&](const Argument& argument) { return meet(argument.store, store); });
  }
  bool meet(int first, int second) const {
    if (first == second) return true;
    if (view(first).array != view(second).array) return false;
    // A slice of everything is the store itself; of empty stores, no element tells.
    if (scalar(first) || volume_of(view(first).extents) == 0 || volume_of(view(second).extents) == 0) return true;
    const auto some = elements_of(first);
    for (const auto element : elements_of(second)) {
      if (some.count(element) != 0) return true;
    }
    return false;
  }
  std::set<std::size_t> elements_of(int store) const {
    std::set<std::size_t> elements;
    const auto& where = view(store);
    for_each_point(Box::of_extents(where.extents), [&](const Coordinates& p) { elements.insert(where.position(p)); });
    return elements;
  }

  Program program_;
  SerialInterpreter state_;
  std::vector<Setting> scopes_;
  int next_store_{0};
};

}  // namespace random_program
