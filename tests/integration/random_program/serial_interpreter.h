// SPDX-License-Identifier: Apache-2.0
#pragma once

// Random programs on plain arrays: one statement after the other, one launch point after the other. An automatic launch
// is one point that sees everything: its results may not depend on how it is split.

#include "plain_view.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace random_program {

/// What Modify stores at a point.
inline Number modification(std::uint64_t seed, Element element, const Coordinates& point) {
  Number number;
  number.bits = seed;
  for (const auto coordinate : point) number.bits = mixed(number.bits, static_cast<std::uint64_t>(coordinate));
  const auto fraction = [](std::uint64_t bits) { return static_cast<double>(bits % 4096) / 64.0 - 32.0; };
  number.real = {fraction(number.bits), fraction(number.bits >> 20U)};
  return stored(element, number);
}
inline bool is_modified(std::uint64_t seed, const Coordinates& point) {
  std::uint64_t hash = seed + 7;
  for (const auto coordinate : point) hash = mixed(hash, static_cast<std::uint64_t>(coordinate));
  return hash % 3 != 0;
}

class SerialInterpreter {
 public:
  const std::map<int, PlainView>& views() const { return views_; }
  const PlainView& view(int store) const { return views_.at(store); }

  void execute(const Statement& statement) {
    thrown_.reset();
    std::visit([this](const auto& s) { run(s); }, statement);
  }
  /// What the statement executed last throws.
  const std::optional<Thrown>& thrown() const { return thrown_; }

  /// In place of the end of a STRICT streaming scope: everything that was held back is discarded.
  void discard_held() {
    for (auto& [array, before] : held_) array->numbers = before;
    held_.clear();
    scopes_.pop_back();
  }

 private:
  void run(const Create& s) {
    auto& view = views_[s.store] = fresh_view(s.element, s.extents, s.value.has_value() || is_scalar(s));
    if (s.value) view.array->numbers[0] = stored(s.element, *s.value);
    if (s.memory != Create::Memory::NONE) {
      view.array->attached = s.store;
      for_each_point(Box::of_extents(view.extents),
                     [&](const Coordinates& p) { view.at(p) = modification(s.memory_seed, s.element, p); });
    }
    if (is_strict()) held_[view.array] = view.array->numbers;
  }
  static bool is_scalar(const Create& s) { return s.optimize_scalar && volume_of(s.extents) == 1; }
  void run(const CreateUnbound& s) {
    auto& view = views_[s.store] = fresh_view(s.element, Coordinates(s.dimensions, 0), false);
    view.bound = false;
    view.array->grown = true;
  }
  void run(const View& s) { views_[s.store] = transformed(views_.at(s.source), s); }
  void run(const Fill& s) {
    const auto& view = views_.at(s.store);
    const auto value =
        s.value_store < 0 ? stored(view.array->element, s.value) : views_.at(s.value_store).array->numbers[0];
    for_each_point(Box::of_extents(view.extents), [&](const Coordinates& p) { view.at(p) = value; });
  }
  void run(const Copy& s) {
    const auto& target = views_.at(s.target);
    const auto& source = views_.at(s.source);
    std::size_t next = 0;
    const auto& extents = s.to ? s.to->extents : s.from ? s.from->extents : target.extents;
    for_each_point(Box::of_extents(extents), [&](const Coordinates& p) {
      const auto& to = s.to ? s.to->points[next] : p;
      const auto& from = s.from ? s.from->points[next] : p;
      ++next;
      if (!Box::of_extents(target.extents).contains(to) || !Box::of_extents(source.extents).contains(from)) return;
      auto& element = target.at(to);
      element = s.op ? reduced(target.array->element, *s.op, element, source.at(from)) : source.at(from);
    });
  }
  void run(const Look&) {}
  void run(const Modify& s) {
    const auto& view = views_.at(s.store);
    for_each_point(Box::of_extents(view.extents), [&](const Coordinates& p) {
      if (is_modified(s.seed, p)) view.at(p) = modification(s.seed, view.array->element, p);
    });
  }
  void run(const Drop& s) { views_.erase(s.store); }
  void run(const Detach& s) {
    auto& array = *views_.at(s.store).array;
    array.attached = -1;
    for (auto& number : array.numbers) number.defined = false;
  }
  void run(const Fence&) {}

  bool is_strict() const {
    return std::any_of(scopes_.begin(), scopes_.end(),
                       [](const Setting& scope) { return scope.streaming == legate::StreamingMode::STRICT; });
  }
  void run(const OpenScope& s) {
    scopes_.push_back(s.setting);
    if (s.setting.streaming != legate::StreamingMode::STRICT) return;
    for (const auto& [store, view] : views_) held_[view.array] = view.array->numbers;
  }
  /// Whether a sequence can be streamed depends on how it is split: what got its first value in a STRICT scope may have
  /// none after it.
  void run(const CloseScope&) {
    if (scopes_.back().streaming == legate::StreamingMode::STRICT) {
      for (auto& [array, before] : held_) {
        for (std::size_t i = 0; i < before.size(); ++i) {
          array->numbers[i].defined = array->numbers[i].defined && before[i].defined;
        }
      }
      held_.clear();
    }
    scopes_.pop_back();
  }

  legate::ExceptionMode exception_mode(const Task& task) const {
    auto mode = legate::ExceptionMode::IMMEDIATE;
    for (const auto& scope : scopes_) mode = scope.exceptions.value_or(mode);
    return task.setting.exceptions.value_or(mode);
  }
  void deliver(const Task& task, const Thrown& exception) {
    const auto mode = exception_mode(task);
    if (mode == legate::ExceptionMode::IMMEDIATE) thrown_ = exception;
    if (mode == legate::ExceptionMode::DEFERRED) pending_.push_back(exception);
  }
  void run(const RaisePending&) {
    if (!pending_.empty()) thrown_ = pending_.front();
    pending_.clear();
  }

  /// The numbers that were combined with an element by one statement: for the bound on rounding.
  struct Rounding {
    const Result* result{};
    double magnitude{0.0};  // of the sum of all moduli, or the largest product on the way
    double growth{1.0};     // no product of some of the factors is larger
    double count{0.0};

    void start(const Number& element) {
      magnitude = std::abs(element.real);
      growth = std::max(1.0, magnitude);
    }
    void add(const Number& change, const Number& element) {
      ++count;
      if (result->op == Operator::ADD) {
        magnitude += std::abs(change.real);
      } else {
        magnitude = std::max(magnitude, std::abs(element.real));
        growth *= std::max(1.0, std::abs(change.real));
      }
    }
  };

  /// The elements at one launch point.
  struct Access {
    SerialInterpreter& interpreter;
    const Task& task;
    const Coordinates* point;
    bool fails;  // its results do not count
    std::map<Number*, Rounding>& rounding;

    const PlainView& view(const Argument& argument) const { return interpreter.views_.at(argument.store); }
    Box box(const Argument& argument) const {
      const auto& extents = view(argument).extents;
      if (argument.tile.empty()) return Box::of_extents(extents);
      return tile_box(extents, argument.tile, color_at(argument, *point, task));
    }
    Element input_element(std::uint32_t input) const { return view(task.inputs[input]).array->element; }
    Box input_box(std::uint32_t input) const { return box(task.inputs[input]); }
    Box output_box(std::uint32_t output) const { return box(task.outputs[output]); }
    Box reduction_box(std::uint32_t reduction) const { return box(task.reductions[reduction]); }
    Number read(std::uint32_t input, const Coordinates& p) const { return view(task.inputs[input]).at(p); }
    std::optional<Coordinates> choose(const Term& term, const Coordinates& p, std::uint64_t hash) const {
      return chosen(term.pattern, p, input_box(term.input), hash);
    }

    void write(const Result& result, const std::vector<Change>& changes) const {
      if (fails) return;
      const auto& argument = task.outputs[result.index];
      const auto& target = view(argument);
      bool in_place = target.array->scalar;
      for (const auto& input : task.inputs) in_place = in_place || input.store == argument.store;
      if (!in_place) {
        for_each_point(box(argument), [&](const Coordinates& p) { target.at(p).defined = false; });
      }
      for (const auto& change : changes) target.at(change.point) = change.number;
    }
    void reduce(const Result& result, const std::vector<Change>& changes) const {
      if (fails) return;
      const auto& target = view(task.reductions[result.index]);
      for (const auto& change : changes) {
        auto& element = target.at(change.point);
        auto& combined = rounding[&element];
        combined.result = &result;
        if (combined.count == 0.0) combined.start(element);
        element = reduced(result.element, result.op, element, change.number);
        combined.add(change.number, element);
      }
    }
    void grow(const Result& result, std::vector<Change> changes, Coordinates extents) const {
      if (fails) {  // nothing
        changes.clear();
        extents.assign(extents.size(), 0);
      }
      auto& target = interpreter.views_.at(task.outputs[result.index].store);
      auto& numbers = target.array->numbers;
      const bool first = !target.bound;
      target.bound = true;
      target.extents = extents;
      for (const auto& change : changes) numbers.push_back(change.number);
      // Several points occur for one-dimensional stores only: their parts follow each other.
      if (!first || extents.size() == 1) target.extents[0] = static_cast<std::int64_t>(numbers.size());
      target.strides = row_major(target.extents);
    }
    /// What a leaf that throws has made of its outputs and reductions is open.
    void forget_results() const {
      for (const auto& result : task.recipe.results) {
        if (result.role == Role::GROWN) continue;
        const auto& argument = result.role == Role::OUTPUT ? task.outputs[result.index] : task.reductions[result.index];
        for_each_point(box(argument), [&](const Coordinates& p) { view(argument).at(p).defined = false; });
      }
    }
  };

  bool fails(const Task& task, const Coordinates& point) const {
    if (!task.throwing) return false;
    if (task.manual) return task.throwing->picks(point);
    const auto& seen = views_.at(task.inputs[task.throwing->input].store);
    return Box::of_extents(seen.extents).contains(task.throwing->at);
  }

  void run(const Task& task) {
    std::map<Number*, Rounding> rounding;
    std::vector<Coordinates> failed;
    const auto at_point = [&](const Coordinates& point) {
      Access access{*this, task, &point, fails(task, point), rounding};
      follow(task.recipe, access);
      if (access.fails) failed.push_back(point);
    };
    if (task.manual) {
      for_each_point(Box{task.launch_low, task.launch_high}, at_point);
    } else {
      at_point(Coordinates{0});
    }
    add_rounding(rounding);
    for (const auto& point : failed) Access{*this, task, &point, true, rounding}.forget_results();
    if (!failed.empty()) deliver(task, thrown_at(task, failed.front()));
  }

  /// Sums and products of n numbers, in any order and grouping, differ by at most 2 n units of rounding of the sum of
  /// the magnitudes, or of the largest product met, and, where they come near 0, by n of the smallest numbers; the
  /// factor 2 more makes up for what is computed here. Where some order may overflow, nothing is known.
  static void add_rounding(std::map<Number*, Rounding>& rounding) {
    for (auto& [element, sum] : rounding) {
      const bool rounds = sum.result->op == Operator::ADD || sum.result->op == Operator::MUL;
      if (!rounds || !is_floating(sum.result->element)) continue;
      const auto precision = precision_of(sum.result->element);
      element->error += 4.0 * (sum.count + 2.0) * (precision.unit * sum.magnitude + precision.smallest * sum.growth);
      // Negated, so that it holds for what is no number, too.
      if (!(std::max({sum.magnitude, sum.growth, element->error}) < precision.largest / 4.0)) element->defined = false;
    }
  }

  std::map<int, PlainView> views_;
  std::vector<Setting> scopes_;
  std::map<std::shared_ptr<PlainArray>, std::vector<Number>> held_;  // the numbers before the STRICT scope we are in
  std::vector<Thrown> pending_;
  std::optional<Thrown> thrown_;
};

}  // namespace random_program
