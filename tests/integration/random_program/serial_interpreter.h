// SPDX-License-Identifier: Apache-2.0
#pragma once

// Random programs on plain arrays: one statement after the other, one launch point after the other. An automatic launch
// is one point that sees everything: its results may not depend on how it is split.

#include "program.h"

#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace random_program {

struct PlainArray {
  Element element{};
  std::vector<Number> numbers;
  bool scalar{false};
  bool grown{false};  // made by a task that decided its extents
};

/// A view: where its elements are in the array.
struct PlainView {
  std::shared_ptr<PlainArray> array;
  Coordinates extents;
  std::int64_t offset{0};
  Coordinates strides;
  std::vector<bool> inner;  // dimensions that are no first one of a delinearized group: not to be cut
  bool bound{true};

  std::size_t dimensions() const { return extents.size(); }
  std::size_t position(const Coordinates& point) const {
    auto position = offset;
    for (std::size_t d = 0; d < point.size(); ++d) position += point[d] * strides[d];
    return static_cast<std::size_t>(position);
  }
  Number& at(const Coordinates& point) const { return array->numbers.at(position(point)); }
  bool injective() const {
    for (std::size_t d = 0; d < extents.size(); ++d) {
      if (extents[d] > 1 && strides[d] == 0) return false;
    }
    return true;
  }
  bool defined() const {
    bool all = bound && (!array->scalar || array->numbers[0].defined);
    if (all) for_each_point(Box::of_extents(extents), [&](const Coordinates& p) { all = all && at(p).defined; });
    return all;
  }
};

inline Coordinates row_major(const Coordinates& extents) {
  Coordinates strides(extents.size());
  std::int64_t step = 1;
  for (std::size_t d = extents.size(); d-- > 0;) {
    strides[d] = step;
    step *= extents[d];
  }
  return strides;
}

inline PlainView fresh_view(Element element, const Coordinates& extents, bool scalar) {
  PlainView view;
  view.array = std::make_shared<PlainArray>();
  view.array->element = element;
  view.array->scalar = scalar;
  Number undefined;
  undefined.defined = false;
  view.array->numbers.assign(static_cast<std::size_t>(volume_of(extents)), undefined);
  view.extents = extents;
  view.strides = row_major(extents);
  view.inner.assign(extents.size(), false);
  return view;
}

inline PlainView sliced(PlainView view, std::size_t dim, std::int64_t low, std::int64_t high) {
  if (low == 0 && high == view.extents[dim]) return view;
  if (low >= high) {  // an empty slice is a store of its own
    view.extents[dim] = 0;
    return fresh_view(view.array->element, view.extents, false);
  }
  view.offset += low * view.strides[dim];
  view.extents[dim] = high - low;
  return view;
}

inline PlainView transformed(PlainView view, const View& how) {
  const auto dim = static_cast<std::size_t>(how.dim);
  const auto at = [dim](auto& values) { return values.begin() + static_cast<std::ptrdiff_t>(dim); };
  switch (how.transform) {
    case Transform::PROMOTE:
      view.extents.insert(at(view.extents), how.numbers[0]);
      view.strides.insert(at(view.strides), 0);
      view.inner.insert(at(view.inner), false);
      break;
    case Transform::PROJECT:
      view.offset += how.numbers[0] * view.strides[dim];
      view.extents.erase(at(view.extents));
      view.strides.erase(at(view.strides));
      view.inner.erase(at(view.inner));
      break;
    case Transform::SLICE:
      return sliced(std::move(view), dim, how.numbers[0], how.numbers[1]);
    case Transform::TRANSPOSE: {
      const auto old = view;
      for (std::size_t d = 0; d < how.numbers.size(); ++d) {
        const auto from = static_cast<std::size_t>(how.numbers[d]);
        view.extents[d] = old.extents[from];
        view.strides[d] = old.strides[from];
        view.inner[d] = old.inner[from];
      }
      break;
    }
    case Transform::DELINEARIZE: {
      auto strides = row_major(how.numbers);
      for (auto& stride : strides) stride *= view.strides[dim];
      std::vector<bool> inner(how.numbers.size(), true);
      inner[0] = view.inner[dim];
      view.extents.erase(at(view.extents));
      view.strides.erase(at(view.strides));
      view.inner.erase(at(view.inner));
      view.extents.insert(at(view.extents), how.numbers.begin(), how.numbers.end());
      view.strides.insert(at(view.strides), strides.begin(), strides.end());
      view.inner.insert(at(view.inner), inner.begin(), inner.end());
      break;
    }
    case Transform::BROADCAST:
      view.extents[dim] = how.numbers[0];
      view.strides[dim] = 0;
      break;
    case Transform::CHILD: {
      const Box box = tile_box(view.extents, how.numbers, how.more);
      for (std::size_t d = 0; d < box.dimensions(); ++d) {
        view.offset += box.low[d] * view.strides[d];
        view.extents[d] = box.extent(d);
      }
      break;
    }
  }
  return view;
}

/// What Modify stores at a point.
inline Number modification(std::uint64_t seed, Element element, const Coordinates& point) {
  Number number;
  number.bits = seed;
  for (const auto coordinate : point) number.bits = mixed(number.bits, static_cast<std::uint64_t>(coordinate));
  number.real = static_cast<double>(number.bits % 4096) / 64.0 - 32.0;
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
    std::visit([this](const auto& s) { run(s); }, statement);
  }

 private:
  void run(const Create& s) {
    auto& view = views_[s.store] = fresh_view(s.element, s.extents, s.value.has_value() || is_scalar(s));
    if (s.value) view.array->numbers[0] = stored(s.element, *s.value);
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
  void run(const Look&) {}
  void run(const Modify& s) {
    const auto& view = views_.at(s.store);
    for_each_point(Box::of_extents(view.extents), [&](const Coordinates& p) {
      if (is_modified(s.seed, p)) view.at(p) = modification(s.seed, view.array->element, p);
    });
  }
  void run(const Drop& s) { views_.erase(s.store); }
  void run(const Fence&) {}

  /// The numbers that were combined with an element by one statement: for the bound on rounding.
  struct Rounding {
    const Result* result{};
    double magnitude{0.0};
    double count{0.0};
  };

  /// The elements at one launch point.
  struct Access {
    SerialInterpreter& interpreter;
    const Task& task;
    const Coordinates* point;
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
      const auto& target = view(task.reductions[result.index]);
      for (const auto& change : changes) {
        auto& element = target.at(change.point);
        auto& sum = rounding[&element];
        sum.result = &result;
        if (sum.count++ == 0.0) sum.magnitude = std::abs(element.real);
        element = reduced(result.element, result.op, element, change.number);
        sum.magnitude = result.op == Operator::ADD ? sum.magnitude + std::abs(change.number.real)
                                                   : std::max(sum.magnitude, std::abs(element.real));
      }
    }
    void grow(const Result& result, const std::vector<Change>& changes, const Coordinates& extents) const {
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
  };

  void run(const Task& task) {
    std::map<Number*, Rounding> rounding;
    const auto at_point = [&](const Coordinates& point) {
      Access access{*this, task, &point, rounding};
      follow(task.recipe, access);
    };
    if (task.manual) {
      for_each_point(Box{task.launch_low, task.launch_high}, at_point);
    } else {
      at_point(Coordinates{0});
    }
    add_rounding(rounding);
  }

  /// Sums and products of n numbers, in any order and grouping, differ by at most 2 n units of rounding of the sum of
  /// the magnitudes, or of the largest product met; the factor 2 more makes up for what is computed here.
  static void add_rounding(std::map<Number*, Rounding>& rounding) {
    for (auto& [element, sum] : rounding) {
      const bool rounds = sum.result->op == Operator::ADD || sum.result->op == Operator::MUL;
      if (!rounds || !is_floating(sum.result->element)) continue;
      element->error += 4.0 * (sum.count + 2.0) * rounding_unit(sum.result->element) * sum.magnitude;
    }
  }

  std::map<int, PlainView> views_;
};

}  // namespace random_program
