// SPDX-License-Identifier: Apache-2.0
#pragma once

// Manual launches of random programs: arguments in pieces chosen by projections, or whole.

#include "launch_domain.h"

#include <optional>
#include <vector>

namespace random_program {

/// Makes one manual launch.
class ManualTask {
 public:
  explicit ManualTask(Draft& draft) : draft_{draft}, dice_{draft.dice}, stores_{draft}, domain_{draft, stores_} {}

  /// The task; none if the dice left it without a result. Statements that it needs first are added to the draft.
  std::optional<Task> make() {
    task_.manual = true;
    add_output_in_pieces();
    for (auto rest = dice_.number(0, 3); rest > 0; --rest) add_input();
    collect_terms();
    if (!task_.outputs.empty()) {
      auto made = result_in(draft_, Role::OUTPUT, 0, task_.outputs[0].store);
      made.terms = terms_;
      task_.recipe.results.push_back(made);
    }
    // Coordinates of other results are no coordinates of the input that is changed in place.
    if (in_place_) terms_.erase(terms_.begin());
    if (dice_.chance(60) || task_.outputs.empty()) add_some_reduction();
    if (dice_.chance(25) && only_whole_inputs()) add_output_of_all_points();
    if (dice_.chance(15) && !task_.inputs.empty() && !draft_.strict()) add_grown_output();
    if (task_.recipe.results.empty()) return std::nullopt;
    task_.setting = random_setting(draft_);
    vary_exceptions(draft_, task_, 0);
    return std::move(task_);
  }

 private:
  /// With the launch domain: different points write different pieces.
  void add_output_in_pieces() {
    const auto store = stores_.any_view();
    const PlainView target = draft_.view(store);
    const bool fits = dice_.chance(65) && target.injective() && !target.array->scalar && target.dimensions() > 0 &&
                      target.dimensions() <= 4;
    if (!fits) return domain_.choose(task_);
    Argument argument = domain_.tiled(store);
    domain_.choose(task_, argument);
    in_place_ = dice_.chance(30) && target.defined();
    if (in_place_) task_.inputs.push_back(argument);
    task_.outputs.push_back(argument);
  }

  void add_input() {
    const auto store = stores_.any_view();
    stores_.define(store);
    if (draft_.readable(task_, store)) task_.inputs.push_back(shown(store));
  }

  void collect_terms() {
    for (std::size_t input = 0; input < task_.inputs.size(); ++input) {
      const bool changed = in_place_ && input == 0;
      const auto& extents = draft_.view(task_.inputs[input].store).extents;
      terms_.push_back(changed ? same_element(input, extents) : any_element(input));
    }
  }
  bool only_whole_inputs() const {
    return std::all_of(task_.inputs.begin(), task_.inputs.end(), [](const auto& input) { return input.tile.empty(); });
  }
  std::size_t some_input() {
    return static_cast<std::size_t>(dice_.number(0, static_cast<std::int64_t>(task_.inputs.size()) - 1));
  }

  void add_some_reduction() {
    const auto store = dice_.chance(30) ? stores_.create({}) : stores_.any_view();
    stores_.define(store);
    if (!draft_.apart(task_, store)) return;
    auto& made = add_reduction(draft_, task_, shown(store), terms_);
    if (!task_.inputs.empty() && dice_.chance(50)) made.driver = static_cast<std::int32_t>(some_input());
  }

  /// All points write the same.
  void add_output_of_all_points() {
    const auto store = stores_.any_view();
    if (draft_.view(store).injective() && draft_.apart(task_, store)) add_output(draft_, task_, {store}, terms_);
  }

  void add_grown_output() {
    const auto driver = some_input();
    if (draft_.view(task_.inputs[driver].store).dimensions() == 1) add_grown(draft_, task_, driver, terms_);
  }

  /// What the launch shows of a store that it reads or reduces into: all of it, or pieces.
  Argument shown(int store) {
    const auto& source = draft_.view(store);
    if (dice_.chance(35) || source.dimensions() == 0 || source.array->scalar) return Argument{store};
    Argument argument = domain_.tiled(store);
    argument.key = dice_.chance(10);
    if (dice_.chance(30) && argument.colors.size() == task_.launch_low.size()) {
      bool fits = true;
      for (std::size_t d = 0; d < argument.colors.size(); ++d) {
        fits = fits && task_.launch_low[d] >= 0 && task_.launch_high[d] <= argument.colors[d];
      }
      if (fits) return argument;
    }
    domain_.project(argument, task_);
    return argument;
  }

  Draft& draft_;
  Dice& dice_;
  StoreMaker stores_;
  LaunchDomain domain_;
  Task task_;
  bool in_place_{false};  // the first input is the output
  std::vector<Term> terms_;
};

}  // namespace random_program
