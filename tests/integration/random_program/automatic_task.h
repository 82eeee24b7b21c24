// SPDX-License-Identifier: Apache-2.0
#pragma once

// Automatic launches of random programs. They compute the same however they are split: an element of an aligned result
// is made from the elements at the same place and from stores that every leaf sees whole; the rest are reductions.

#include "store_maker.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace random_program {

/// Makes one automatic launch.
class AutomaticTask {
 public:
  explicit AutomaticTask(Draft& draft) : draft_{draft}, dice_{draft.dice}, stores_{draft} {}

  /// The task; none if the dice left it without a result. Statements that it needs first are added to the draft.
  std::optional<Task> make() {
    shape_ = draft_.view(stores_.any_view()).extents;
    for (auto rest = dice_.number(0, 3); rest > 0; --rest) add_aligned_input();
    for (auto rest = dice_.number(0, 2); rest > 0; --rest) add_whole_input();
    for (auto rest = dice_.number(0, 2); rest > 0; --rest) add_aligned_output();
    if (dice_.chance(30)) add_aligned_reduction();
    if (dice_.chance(35) && !aligned_.empty()) add_scattered_reduction();
    if (dice_.chance(15)) add_scalar_output();
    const bool grown = dice_.chance(15) && !aligned_.empty() && !draft_.strict() && add_grown_output();
    if (dice_.chance(15) && !grown) add_halo();
    if (dice_.chance(10) && !grown) add_scaled();
    if (task_.recipe.results.empty()) return std::nullopt;
    for (std::size_t m = 1; m < members_.size(); ++m) {
      task_.demands.push_back({Demand::Kind::ALIGN, members_[m - 1], members_[m], {}, {}});
    }
    if (!members_.empty() && !grown) limit_split();
    // Derived variables follow in the order of the constraints, after those they derive from: that order stays.
    task_.setting = random_setting(draft_);
    vary_exceptions(draft_, task_, aligned_.size() + whole_.size());
    return std::move(task_);
  }

 private:
  const PlainView& view(int store) const { return draft_.view(store); }
  bool scalar(int store) const { return draft_.scalar(store); }

  void add_aligned_input() {
    const auto store = stores_.view_of_shape(shape_, false);
    stores_.define(store);
    aligned_.push_back(same_element(task_.inputs.size(), shape_));
    task_.inputs.push_back({store});
    members_.push_back(store);
  }

  void add_whole_input() {
    const auto store = dice_.chance(70) ? stores_.any_view() : stores_.create({});
    stores_.define(store);
    whole_.push_back(any_element(task_.inputs.size()));
    see_whole(store);
    task_.inputs.push_back({store});
  }
  void see_whole(int store) {
    if (!scalar(store) || dice_.chance(30)) {
      task_.demands.push_back({Demand::Kind::BROADCAST, store, store, {}, {}});
    }
  }
  bool seen_whole(int store) const {
    return std::any_of(task_.demands.begin(), task_.demands.end(), [&](const Demand& demand) {
      return demand.kind == Demand::Kind::BROADCAST && demand.first == store;
    });
  }

  std::vector<Term> every_term() const {
    auto terms = aligned_;
    terms.insert(terms.end(), whole_.begin(), whole_.end());
    return terms;
  }

  void add_aligned_output() {
    int store = -1;
    if (dice_.chance(30) && !aligned_.empty()) {
      store = task_.inputs[dice_.one_of(aligned_).input].store;
      if (!can_change_in_place(store)) return;
    } else {
      store = stores_.view_of_shape(shape_, true);
      if (scalar(store) || !draft_.apart(task_, store)) return;
    }
    auto& made = add_output(draft_, task_, {store}, {});
    for (const auto& term : aligned_) {
      if (dice_.chance(80)) made.terms.push_back(term);
    }
    made.terms.insert(made.terms.end(), whole_.begin(), whole_.end());
    members_.push_back(store);
  }
  bool can_change_in_place(int store) const {
    if (!view(store).injective() || scalar(store)) return false;
    Task others = task_;
    others.inputs.erase(std::remove_if(others.inputs.begin(), others.inputs.end(),
                                       [&](const Argument& input) { return input.store == store; }),
                        others.inputs.end());
    return !seen_whole(store) && draft_.apart(others, store);  // points that see all of it would race
  }

  void add_aligned_reduction() {
    const auto store = stores_.view_of_shape(shape_, false);
    if (scalar(store)) return;
    stores_.define(store);
    if (!draft_.apart(task_, store)) return;
    add_reduction(draft_, task_, {store}, every_term());
    members_.push_back(store);
  }

  /// Every element of an aligned input contributes to some element of a store that is seen whole, or to a scalar.
  void add_scattered_reduction() {
    const auto driver = aligned_.front().input;
    const auto driving = task_.inputs[driver].store;
    if (scalar(driving) || seen_whole(driving)) return;  // every point would contribute all of it
    const int store = dice_.chance(40) ? stores_.create({}) : stores_.any_view();
    stores_.define(store);
    if (!draft_.apart(task_, store)) return;
    add_reduction(draft_, task_, {store}, every_term()).driver = static_cast<std::int32_t>(driver);
    see_whole(store);
  }

  /// Written by every point, the same value.
  void add_scalar_output() {
    const auto store = draft_.find_store([&](int candidate, const PlainView& view) {
      return view.array->scalar && view.injective() && volume_of(view.extents) == 1 && draft_.apart(task_, candidate);
    });
    if (store >= 0) add_output(draft_, task_, {store}, whole_);
  }

  bool add_grown_output() {
    const auto driver = aligned_.front().input;
    const auto& driving = view(task_.inputs[driver].store);
    if (driving.array->scalar || driving.dimensions() == 0 || driving.dimensions() > 3) return false;
    // Pieces come in the order of the points only where every dimension may be split.
    for (const auto* arguments : {&task_.inputs, &task_.outputs, &task_.reductions}) {
      for (const auto& argument : *arguments) {
        const auto& seen = view(argument.store);
        if (std::count(seen.inner.begin(), seen.inner.end(), true) != 0) return false;
        if (arguments != &task_.inputs && !seen.injective()) return false;
      }
    }
    if (seen_whole(task_.inputs[driver].store)) return false;
    add_grown(draft_, task_, driver, every_term());
    return true;
  }

  /// Whether the first of the aligned stores can tell how others are split. The split of a store that a task has grown
  /// may be irregular; nothing can be derived from that.
  bool can_derive() const {
    return !members_.empty() && !shape_.empty() && !scalar(members_.front()) &&
           std::none_of(members_.begin(), members_.end(), [&](int store) { return view(store).array->grown; });
  }

  /// An input whose split is derived; -1 if what the dice offer is unfit.
  int derived_input(const Coordinates& extents) {
    const auto store = stores_.view_of_shape(extents, false);
    stores_.define(store);
    if (!draft_.readable(task_, store) || scalar(store)) return -1;
    // Not the very same view as another argument: it has that one's partition symbol.
    for (const auto& input : task_.inputs) {
      const auto& other = view(input.store);
      if (other.array == view(store).array && other.offset == view(store).offset && other.extents == extents) return -1;
    }
    return is_member(store) ? -1 : store;
  }
  bool is_member(int store) const { return std::count(members_.begin(), members_.end(), store) != 0; }

  /// Calls `change` with every result that is computed for an aligned store.
  template <typename Change>
  void for_each_aligned_result(Change&& change) {
    for (auto& made : task_.recipe.results) {
      if (made.role == Role::GROWN || made.driver >= 0) continue;
      const auto& arguments = made.role == Role::OUTPUT ? task_.outputs : task_.reductions;
      if (is_member(arguments[made.index].store)) change(made);
    }
  }

  /// Results read a store around every element.
  void add_halo() {
    if (!can_derive()) return;
    auto extents = shape_;
    for (auto& extent : extents) {
      if (dice_.chance(20)) extent += dice_.number(0, 3);
    }
    const auto store = derived_input(extents);
    if (store < 0) return;
    Coordinates low(shape_.size()), high(shape_.size());
    for (std::size_t d = 0; d < shape_.size(); ++d) {
      low[d] = dice_.number(0, 3);
      high[d] = dice_.number(0, 3);
    }
    task_.demands.push_back({Demand::Kind::BLOAT, members_.front(), store, low, high});
    for_each_aligned_result([&](Result& made) {
      for (auto rest = dice_.number(1, 3); rest > 0; --rest) {
        Term term = same_element(task_.inputs.size(), extents);
        for (std::size_t d = 0; d < shape_.size(); ++d) term.pattern.add[d] = dice_.number(-low[d], high[d]);
        made.terms.push_back(term);
      }
    });
    task_.inputs.push_back({store});
  }

  /// A store some times as big as the aligned ones: read by their results, or written.
  void add_scaled() {
    if (!can_derive()) return;
    Coordinates factors(shape_.size()), extents(shape_.size());
    for (std::size_t d = 0; d < shape_.size(); ++d) {
      factors[d] = dice_.number(1, 3);
      extents[d] = std::max<std::int64_t>(0, shape_[d] * factors[d] + dice_.number(-2, 2));
    }
    if (volume_of(extents) > 1000) return;
    if (dice_.chance(50)) {
      add_scaled_input(factors, extents);
    } else {
      add_scaled_output(factors, extents);
    }
  }
  void add_scaled_input(const Coordinates& factors, const Coordinates& extents) {
    const auto store = derived_input(extents);
    if (store < 0) return;
    task_.demands.push_back({Demand::Kind::SCALE, members_.front(), store, factors, {}});
    for_each_aligned_result([&](Result& made) {
      Term term = same_element(task_.inputs.size(), extents);
      for (std::size_t d = 0; d < shape_.size(); ++d) {
        term.pattern.multiply[d] = factors[d];
        term.pattern.add[d] = dice_.number(0, factors[d] - 1);
      }
      made.terms.push_back(term);
    });
    task_.inputs.push_back({store});
  }
  void add_scaled_output(const Coordinates& factors, const Coordinates& extents) {
    const auto store = stores_.view_of_shape(extents, true);
    if (scalar(store) || !draft_.apart(task_, store)) return;
    auto terms = aligned_;
    for (auto& term : terms) term.pattern.divide = factors;
    auto& made = add_output(draft_, task_, {store}, terms);
    made.guard_divide = factors;
    made.guard_limit = shape_;
    task_.demands.push_back({Demand::Kind::SCALE, members_.front(), store, factors, {}});
  }

  /// Keeps dimensions whole, or pieces from being small.
  void limit_split() {
    if (dice_.chance(20) && !shape_.empty()) {
      const auto member = dice_.one_of(members_);
      const auto axis = dice_.number(0, static_cast<std::int64_t>(shape_.size()) - 1);
      task_.demands.push_back({Demand::Kind::BROADCAST_AXES, member, member, {axis}, {}});
    }
    if (dice_.chance(15)) {
      Coordinates minimum(shape_.size());
      for (auto& least : minimum) least = dice_.number(0, 4);
      const auto member = dice_.one_of(members_);
      task_.demands.push_back({Demand::Kind::MIN_EXTENTS, member, member, minimum, {}});
    }
  }

  Draft& draft_;
  Dice& dice_;
  StoreMaker stores_;
  Task task_;
  Coordinates shape_;
  std::vector<int> members_;   // the aligned stores: all of this shape, and split alike
  std::vector<Term> aligned_;  // from inputs at the same place
  std::vector<Term> whole_;    // from inputs that every point sees whole
};

}  // namespace random_program
