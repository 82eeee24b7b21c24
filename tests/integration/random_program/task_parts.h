// SPDX-License-Identifier: Apache-2.0
#pragma once

// What automatic and manual launches of random programs are both made of.

#include "draft.h"

namespace random_program {

/// A result computed for an element of `store`, argument `index` of its role, as yet from nothing.
inline Result result_in(Draft& draft, Role role, std::size_t index, int store) {
  Result made;
  made.role = role;
  made.index = static_cast<std::uint32_t>(index);
  made.element = draft.element(store);
  made.seed = draft.dice.seed();
  return made;
}

/// Adds an output to the task, and what is computed for it.
inline Result& add_output(Draft& draft, Task& task, const Argument& argument, const std::vector<Term>& terms) {
  task.recipe.results.push_back(result_in(draft, Role::OUTPUT, task.outputs.size(), argument.store));
  task.recipe.results.back().terms = terms;
  task.outputs.push_back(argument);
  return task.recipe.results.back();
}

/// Adds a reduction by some operator of the store's element type.
inline Result& add_reduction(Draft& draft, Task& task, Argument argument, const std::vector<Term>& terms) {
  auto made = result_in(draft, Role::REDUCTION, task.reductions.size(), argument.store);
  made.op = argument.op = draft.dice.reduction_operator(made.element);
  made.terms = terms;
  task.reductions.push_back(argument);
  task.recipe.results.push_back(made);
  return task.recipe.results.back();
}

/// Adds an unbound output: for every element of the input `driver`, some elements.
inline void add_grown(Draft& draft, Task& task, std::size_t driver, const std::vector<Term>& terms) {
  const auto dimensions = draft.view(task.inputs[driver].store).dimensions();
  const CreateUnbound create{draft.new_store(), draft.dice.element(), static_cast<std::uint32_t>(dimensions)};
  draft.emit(create);
  auto made = result_in(draft, Role::GROWN, task.outputs.size(), create.store);
  made.driver = static_cast<std::int32_t>(driver);
  made.terms = terms;
  task.outputs.push_back({create.store});
  task.recipe.results.push_back(made);
}

/// Some element of the part of the input that a leaf sees.
inline Term any_element(std::size_t input) {
  Term term;
  term.input = static_cast<std::uint32_t>(input);
  return term;
}
/// The element of the input at the same coordinates.
inline Term same_element(std::size_t input, const Coordinates& extents) {
  Term term = any_element(input);
  term.pattern.fixed = true;
  term.pattern.multiply = term.pattern.divide = Coordinates(extents.size(), 1);
  term.pattern.add = Coordinates(extents.size(), 0);
  term.pattern.limit = extents;
  return term;
}

/// What no result may depend on: how finely tasks are split, and where and when they run.
inline Setting random_setting(Draft& draft) {
  auto& dice = draft.dice;
  Setting setting;
  if (!draft.strict()) {
    if (dice.chance(25)) setting.overdecompose = static_cast<std::uint32_t>(dice.number(1, 4));
    if (dice.chance(15)) setting.threshold = dice.chance(50) ? 1 : dice.number(1, 40);
  }
  const auto processors = draft.processors();
  if (dice.chance(20) && processors > 1) {
    setting.first_processor = static_cast<std::uint32_t>(dice.number(0, processors - 1));
    setting.last_processor = static_cast<std::uint32_t>(dice.number(setting.first_processor + 1, processors));
  }
  if (dice.chance(10)) setting.priority = static_cast<std::int32_t>(dice.number(-5, 5));
  return setting;
}

inline legate::ExceptionMode random_exception_mode(Dice& dice) {
  static const legate::ExceptionMode modes[] = {legate::ExceptionMode::IMMEDIATE, legate::ExceptionMode::DEFERRED,
                                                legate::ExceptionMode::IGNORED};
  return modes[dice.number(0, 2)];
}

/// Lets some tasks throw. Of an automatic launch, the first `inputs` inputs are seen wholly by the leaves together.
inline void vary_exceptions(Draft& draft, Task& task, std::size_t inputs) {
  auto& dice = draft.dice;
  if (draft.strict() || !dice.chance(15)) return;
  task.may_throw = true;
  if (dice.chance(60)) task.setting.exceptions = random_exception_mode(dice);
  Throwing throwing;
  throwing.seed = dice.seed();
  throwing.everywhere = draft.options.inline_launches;
  if (!task.manual) {
    const bool grows = std::any_of(task.recipe.results.begin(), task.recipe.results.end(),
                                   [](const Result& made) { return made.role == Role::GROWN; });
    if (inputs == 0 || grows) return;  // which piece of the new store is missing depends on the split
    throwing.input = static_cast<std::uint32_t>(dice.number(0, static_cast<std::int64_t>(inputs) - 1));
    const auto& extents = draft.view(task.inputs[throwing.input].store).extents;
    if (volume_of(extents) == 0) return;
    throwing.at = sampled(Box::of_extents(extents), throwing.seed);
  }
  if (dice.chance(70)) task.throwing = throwing;
}

}  // namespace random_program
