// SPDX-License-Identifier: Apache-2.0
#pragma once

// Makes random programs that have one right result: nothing undefined is read, points of a launch do not race,
// automatic launches compute the same however they are split. It runs the serial interpreter along to know what is
// defined.

#include "serial_interpreter.h"

#include <numeric>
#include <random>
#include <set>
#include <utility>
#include <vector>

namespace random_program {

struct GeneratorOptions {
  std::uint32_t processors{1};
  bool inline_launches{false};  // manual launches may have one point only
};

class ProgramGenerator {
 public:
  ProgramGenerator(std::uint64_t seed, const GeneratorOptions& options) : random_{seed}, options_{options} {
    program_.seed = seed;
  }

  Program generate() {
    const auto roots = number(1, 4);
    for (std::int64_t i = 0; i < roots; ++i) create_root(random_shape());
    const auto steps = number(3, 24);
    for (std::int64_t i = 0; i < steps; ++i) step();
    return std::move(program_);
  }

 private:
  // ---- dice

  std::int64_t number(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance(std::int64_t percent) { return number(1, 100) <= percent; }
  template <typename Container>
  auto& one_of(Container& container) {
    return container[static_cast<std::size_t>(number(0, static_cast<std::int64_t>(container.size()) - 1))];
  }
  Element random_element() { return static_cast<Element>(number(0, ELEMENT_COUNT - 1)); }
  Operator random_operator(Element element) {
    while (true) {
      static const Operator all[] = {Operator::ADD, Operator::MUL, Operator::MAX, Operator::MIN,
                                     Operator::OR,  Operator::AND, Operator::XOR};
      const auto op = all[number(0, 6)];
      if (has_operator(element, op)) return op;
    }
  }
  Number random_number(Element element) { return modification(random_(), element, {}); }

  Coordinates random_shape() {
    Coordinates extents(static_cast<std::size_t>(chance(8) ? 0 : number(1, 4)));
    for (auto& extent : extents) {
      extent = chance(3)             ? 0
               : chance(12)          ? 1
               : extents.size() == 1 ? number(1, 60)
                                     : number(1, extents.size() == 2 ? 16 : 7);
    }
    return extents;
  }

  // ---- stores

  void emit(const Statement& statement) {
    program_.statements.push_back(statement);
    state_.execute(statement);
  }
  const PlainView& view(int store) const { return state_.view(store); }
  Element element(int store) const { return view(store).array->element; }
  bool scalar(int store) const { return view(store).array->scalar; }

  int create_root(const Coordinates& extents) {
    Create create;
    create.store = next_store_++;
    create.element = random_element();
    create.extents = extents;
    if (volume_of(extents) == 1 && chance(60)) {
      create.optimize_scalar = true;
      if (chance(60)) create.value = random_number(create.element);
    }
    emit(create);
    return create.store;
  }

  int transform(int source, Transform how, std::int64_t dim, const Coordinates& numbers, const Coordinates& more = {}) {
    const View made{next_store_++, source, how, dim, numbers, more};
    emit(made);
    return made.store;
  }

  template <typename Condition>
  int find_store(Condition&& condition) {
    std::vector<int> candidates;
    for (const auto& [store, view] : state_.views()) {
      if (view.bound && condition(store, view)) candidates.push_back(store);
    }
    return candidates.empty() ? -1 : one_of(candidates);
  }

  int any_store() {
    const auto store = find_store([](int, const PlainView&) { return true; });
    return store >= 0 ? store : create_root(random_shape());
  }

  /// A view of something that exists, by a transformation picked at random.
  int any_view() {
    auto store = any_store();
    for (auto rest = number(0, 3); rest > 0; --rest) store = forward_transformed(store);
    return store;
  }

  int forward_transformed(int store) {
    const PlainView source = view(store);
    const auto dimensions = static_cast<std::int64_t>(source.dimensions());
    const auto kind = static_cast<Transform>(number(0, 6));
    const auto dim = dimensions > 0 ? number(0, dimensions - 1) : 0;
    const auto at = static_cast<std::size_t>(dim);
    if (kind == Transform::PROMOTE && dimensions < 5 && volume_of(source.extents) < 300) {
      return transform(store, kind, number(0, dimensions), {chance(3) ? 0 : number(1, 4)});
    }
    if (dimensions == 0) return store;
    const auto extent = source.extents[at];
    const bool whole = std::none_of(source.inner.begin(), source.inner.end(), [](bool inner) { return inner; });
    switch (kind) {
      case Transform::PROJECT:
        if (extent > 0 && !source.inner[at] && whole) return transform(store, kind, dim, {number(0, extent - 1)});
        break;
      case Transform::SLICE:
        if (extent > 0 && !source.inner[at]) {
          const auto low = number(0, extent - 1);
          return transform(store, kind, dim, {low, chance(3) ? low : number(low + 1, extent)});
        }
        break;
      case Transform::TRANSPOSE: {
        Coordinates axes(source.dimensions());
        std::iota(axes.begin(), axes.end(), 0);
        std::shuffle(axes.begin(), axes.end(), random_);
        return transform(store, kind, 0, axes);
      }
      case Transform::DELINEARIZE:
        if (dimensions < 5 && extent > 0) {
          std::vector<std::int64_t> divisors;
          for (std::int64_t d = 1; d <= extent; ++d) {
            if (extent % d == 0) divisors.push_back(d);
          }
          const auto divisor = one_of(divisors);
          return transform(store, kind, dim, {extent / divisor, divisor});
        }
        break;
      case Transform::BROADCAST:
        if (extent == 1 && !source.inner[at]) return transform(store, kind, dim, {number(1, 5)});
        break;
      case Transform::CHILD:
        if (volume_of(source.extents) > 0 && !source.array->scalar) {  // of scalar stores: undefined
          const auto tile = random_tile(source);
          Coordinates color;
          for (std::size_t d = 0; d < tile.size(); ++d) {
            color.push_back(number(0, (source.extents[d] + tile[d] - 1) / tile[d] - 1));
          }
          return transform(store, kind, 0, tile, color);
        }
        break;
      default:
        break;
    }
    return store;
  }

  /// A tile that respects dimensions not to be cut.
  Coordinates random_tile(const PlainView& source) {
    Coordinates tile;
    for (std::size_t d = 0; d < source.dimensions(); ++d) {
      const auto extent = std::max<std::int64_t>(1, source.extents[d]);
      const auto pieces = number(1, 4);
      tile.push_back(source.inner[d] ? extent : chance(70) ? (extent + pieces - 1) / pieces : number(1, extent + 1));
      if ((extent + tile.back() - 1) / tile.back() > 5) tile.back() = (extent + 3) / 4;
    }
    return tile;
  }

  /// A view of the given shape: an existing one, or one made from a store of another shape by a chain of views.
  /// `cut` tells which dimensions later views of it cut.
  int view_of_shape(const Coordinates& extents, bool injective, std::vector<bool> cut, std::int64_t depth) {
    if (chance(60)) {
      const auto found = find_store([&](int, const PlainView& view) {
        if (view.extents != extents || (injective && !view.injective())) return false;
        for (std::size_t d = 0; d < cut.size(); ++d) {
          if (cut[d] && view.inner[d]) return false;
        }
        return true;
      });
      if (found >= 0) return found;
    }
    if (depth == 0) return create_root(extents);
    const auto dimensions = static_cast<std::int64_t>(extents.size());
    const auto dim = dimensions > 0 ? number(0, dimensions - 1) : 0;
    const auto at = static_cast<std::size_t>(dim);
    auto inner = extents;
    const auto place = inner.begin() + static_cast<std::ptrdiff_t>(dim);
    const auto cut_place = cut.begin() + static_cast<std::ptrdiff_t>(dim);
    switch (static_cast<Transform>(number(0, 6))) {
      case Transform::PROMOTE:
        if (dimensions == 0 || (injective && extents[at] > 1)) break;
        inner.erase(place);
        cut.erase(cut_place);
        return transform(view_of_shape(inner, injective, cut, depth - 1), Transform::PROMOTE, dim, {extents[at]});
      case Transform::PROJECT: {
        if (dimensions > 3 || volume_of(extents) > 200) break;
        const auto added = number(1, 3);
        const auto where = number(0, dimensions);
        inner.insert(inner.begin() + static_cast<std::ptrdiff_t>(where), added);
        // The projection of a view with delinearized dimensions may be none that the library can express.
        const int source = view_of_shape(inner, injective, std::vector<bool>(inner.size(), true), depth - 1);
        return transform(source, Transform::PROJECT, where, {number(0, added - 1)});
      }
      case Transform::SLICE: {
        if (dimensions == 0 || extents[at] == 0 || volume_of(extents) > 200) break;
        const auto below = number(0, 3);
        inner[at] += below + number(0, 3);
        cut[at] = true;
        const int source = view_of_shape(inner, injective, cut, depth - 1);
        return transform(source, Transform::SLICE, dim, {below, below + extents[at]});
      }
      case Transform::TRANSPOSE: {
        Coordinates axes(extents.size());
        std::iota(axes.begin(), axes.end(), 0);
        std::shuffle(axes.begin(), axes.end(), random_);
        const auto old_cut = cut;
        for (std::size_t d = 0; d < axes.size(); ++d) {
          inner[static_cast<std::size_t>(axes[d])] = extents[d];
          cut[static_cast<std::size_t>(axes[d])] = old_cut[d];
        }
        return transform(view_of_shape(inner, injective, cut, depth - 1), Transform::TRANSPOSE, 0, axes);
      }
      case Transform::DELINEARIZE: {
        if (dim + 1 >= dimensions || cut[at + 1] || extents[at] == 0 || extents[at + 1] == 0) break;
        inner[at] *= inner[at + 1];
        inner.erase(place + 1);
        cut.erase(cut_place + 1);
        const int source = view_of_shape(inner, injective, cut, depth - 1);
        return transform(source, Transform::DELINEARIZE, dim, {extents[at], extents[at + 1]});
      }
      case Transform::BROADCAST:
        if (dimensions == 0 || (injective && extents[at] > 1)) break;
        inner[at] = 1;
        cut[at] = true;
        return transform(view_of_shape(inner, injective, cut, depth - 1), Transform::BROADCAST, dim, {extents[at]});
      default:
        break;
    }
    return create_root(extents);
  }
  int view_of_shape(const Coordinates& extents, bool injective) {
    return view_of_shape(extents, injective, std::vector<bool>(extents.size(), false), number(0, 3));
  }

  /// Gives every element of the store a value, unless all have one.
  void define(int store) {
    if (view(store).defined()) return;
    if (chance(40) || !view(store).injective() || scalar(store)) return fill(store);
    Task task;
    task.outputs.push_back({store});
    task.recipe.results.push_back(result(Role::OUTPUT, 0, store));
    vary_policy(task);
    emit(task);
  }

  void fill(int store) {
    Fill fill{store, random_number(element(store)), -1};
    if (chance(30)) {
      fill.value_store = find_store([&](int other, const PlainView& view) {
        return view.array->scalar && view.defined() && view.array->element == element(store) &&
               view.array != this->view(store).array && volume_of(view.extents) == 1 && other != store;
      });
    }
    emit(fill);
  }

  // ---- which elements arguments touch

  std::set<std::size_t> elements_of(int store) const {
    std::set<std::size_t> elements;
    const auto& where = view(store);
    for_each_point(Box::of_extents(where.extents), [&](const Coordinates& p) { elements.insert(where.position(p)); });
    return elements;
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
  /// Whether a task may write the store, beside the arguments it has.
  bool apart(const Task& task, int store) const {
    for (const auto* arguments : {&task.inputs, &task.outputs, &task.reductions}) {
      for (const auto& argument : *arguments) {
        if (meet(argument.store, store)) return false;
      }
    }
    return true;
  }
  /// Whether a task may read the store, beside the arguments it has.
  bool readable(const Task& task, int store) const {
    for (const auto* arguments : {&task.outputs, &task.reductions}) {
      for (const auto& argument : *arguments) {
        if (meet(argument.store, store)) return false;
      }
    }
    return true;
  }

  // ---- tasks

  Result result(Role role, std::size_t index, int store) {
    Result made;
    made.role = role;
    made.index = static_cast<std::uint32_t>(index);
    made.element = element(store);
    made.seed = random_();
    return made;
  }
  static Term same(std::size_t input, const Coordinates& extents) {
    Term term;
    term.input = static_cast<std::uint32_t>(input);
    term.pattern.fixed = true;
    term.pattern.multiply = term.pattern.divide = Coordinates(extents.size(), 1);
    term.pattern.add = Coordinates(extents.size(), 0);
    term.pattern.limit = extents;
    return term;
  }

  void vary_policy(Task& task) {
    if (chance(25)) task.overdecompose = static_cast<std::uint32_t>(number(1, 4));
    if (chance(15)) task.threshold = chance(50) ? 1 : number(1, 40);
    if (chance(20) && options_.processors > 1) {
      task.first_processor = static_cast<std::uint32_t>(number(0, options_.processors - 1));
      task.last_processor = static_cast<std::uint32_t>(number(task.first_processor + 1, options_.processors));
    }
    if (chance(10)) task.priority = static_cast<std::int32_t>(number(-5, 5));
  }

  void automatic_task() {
    Task task;
    const auto shape = view(any_view()).extents;
    std::vector<int> members;  // aligned
    std::vector<Term> terms, anywhere;
    for (auto rest = number(0, 3); rest > 0; --rest) {
      const auto store = view_of_shape(shape, false);
      define(store);
      terms.push_back(same(task.inputs.size(), shape));
      task.inputs.push_back({store});
      members.push_back(store);
    }
    for (auto rest = number(0, 2); rest > 0; --rest) {
      const auto store = chance(70) ? any_view() : create_root({});
      define(store);
      Term term;
      term.input = static_cast<std::uint32_t>(task.inputs.size());
      anywhere.push_back(term);
      if (!scalar(store) || chance(30)) task.demands.push_back({Demand::Kind::BROADCAST, store, store, {}, {}});
      task.inputs.push_back({store});
    }
    std::vector<Term> everything = terms;
    everything.insert(everything.end(), anywhere.begin(), anywhere.end());

    for (auto rest = number(0, 2); rest > 0; --rest) add_aligned_output(task, shape, members, terms, anywhere);
    if (chance(30)) add_aligned_reduction(task, shape, members, everything);
    if (chance(35) && !terms.empty()) add_scattered_reduction(task, everything);
    if (chance(15)) add_scalar_output(task, anywhere);
    const bool grown = chance(15) && !terms.empty() && add_grown_output(task, everything);
    if (chance(15) && !grown) add_halo(task, shape, members);
    if (chance(10) && !grown) add_scaled(task, shape, members, terms);
    if (task.recipe.results.empty()) return;

    for (std::size_t m = 1; m < members.size(); ++m) {
      task.demands.push_back({Demand::Kind::ALIGN, members[m - 1], members[m], {}, {}});
    }
    if (!members.empty() && !grown) {
      const auto dimensions = static_cast<std::int64_t>(shape.size());
      if (chance(20) && dimensions > 0) {
        task.demands.push_back({Demand::Kind::BROADCAST_AXES, one_of(members), 0, {number(0, dimensions - 1)}, {}});
        task.demands.back().second = task.demands.back().first;
      }
      if (chance(15)) {
        Coordinates minimum(shape.size());
        for (auto& least : minimum) least = number(0, 4);
        const auto member = one_of(members);
        task.demands.push_back({Demand::Kind::MIN_EXTENTS, member, member, minimum, {}});
      }
    }
    // Derived variables follow in the order of the constraints, after those they derive from: that order stays.
    vary_policy(task);
    emit(task);
  }

  void add_aligned_output(Task& task, const Coordinates& shape, std::vector<int>& members,
                          const std::vector<Term>& terms, const std::vector<Term>& anywhere) {
    int store = -1;
    const bool in_place = chance(30) && !terms.empty();
    if (in_place) {
      store = task.inputs[one_of(terms).input].store;
      if (!view(store).injective() || scalar(store)) return;
      Task others = task;
      others.inputs.erase(std::remove_if(others.inputs.begin(), others.inputs.end(),
                                         [&](const Argument& input) { return input.store == store; }),
                          others.inputs.end());
      for (const auto& demand : task.demands) {
        if (demand.kind == Demand::Kind::BROADCAST && demand.first == store) return;  // points would race
      }
      if (!apart(others, store)) return;
    } else {
      store = view_of_shape(shape, true);
      if (scalar(store) || !apart(task, store)) return;
    }
    auto made = result(Role::OUTPUT, task.outputs.size(), store);
    for (const auto& term : terms) {
      if (chance(80)) made.terms.push_back(term);
    }
    made.terms.insert(made.terms.end(), anywhere.begin(), anywhere.end());
    task.outputs.push_back({store});
    task.recipe.results.push_back(made);
    members.push_back(store);
  }

  void add_aligned_reduction(Task& task, const Coordinates& shape, std::vector<int>& members,
                             const std::vector<Term>& everything) {
    const auto store = view_of_shape(shape, false);
    if (scalar(store)) return;
    define(store);
    if (!apart(task, store)) return;
    auto made = result(Role::REDUCTION, task.reductions.size(), store);
    made.op = random_operator(made.element);
    made.terms = everything;
    task.reductions.push_back({store, made.op});
    task.recipe.results.push_back(made);
    members.push_back(store);
  }

  /// Every element of an aligned input contributes to some element of a store that is seen whole, or to a scalar.
  void add_scattered_reduction(Task& task, const std::vector<Term>& everything) {
    const auto driver = everything.front().input;
    if (scalar(task.inputs[driver].store)) return;  // every point would see all of it
    for (const auto& demand : task.demands) {
      if (demand.kind == Demand::Kind::BROADCAST && demand.first == task.inputs[driver].store) return;
    }
    int store = chance(40) ? create_root({}) : any_view();
    define(store);
    if (!apart(task, store)) return;
    auto made = result(Role::REDUCTION, task.reductions.size(), store);
    made.op = random_operator(made.element);
    made.driver = static_cast<std::int32_t>(driver);
    made.terms = everything;
    task.reductions.push_back({store, made.op});
    task.recipe.results.push_back(made);
    if (!scalar(store) || chance(30)) task.demands.push_back({Demand::Kind::BROADCAST, store, store, {}, {}});
  }

  /// Written by every point, the same value.
  void add_scalar_output(Task& task, const std::vector<Term>& anywhere) {
    const auto store = find_store([&](int candidate, const PlainView& view) {
      return view.array->scalar && view.injective() && volume_of(view.extents) == 1 && apart(task, candidate);
    });
    if (store < 0) return;
    auto made = result(Role::OUTPUT, task.outputs.size(), store);
    made.terms = anywhere;
    task.outputs.push_back({store});
    task.recipe.results.push_back(made);
  }

  bool add_grown_output(Task& task, const std::vector<Term>& everything) {
    const auto driver = everything.front().input;
    const auto& driving = view(task.inputs[driver].store);
    if (driving.array->scalar || driving.dimensions() == 0 || driving.dimensions() > 3) return false;
    // Pieces come in the order of the points only where every dimension may be split.
    for (const auto& input : task.inputs) {
      for (const bool inner : view(input.store).inner) {
        if (inner) return false;
      }
    }
    for (const auto* arguments : {&task.outputs, &task.reductions}) {
      for (const auto& argument : *arguments) {
        if (!view(argument.store).injective()) return false;
        for (const bool inner : view(argument.store).inner) {
          if (inner) return false;
        }
      }
    }
    for (const auto& demand : task.demands) {
      if (demand.kind == Demand::Kind::BROADCAST && demand.first == task.inputs[driver].store) return false;
    }
    CreateUnbound create{next_store_++, random_element(), static_cast<std::uint32_t>(driving.dimensions())};
    emit(create);
    Result made;
    made.role = Role::GROWN;
    made.index = static_cast<std::uint32_t>(task.outputs.size());
    made.element = create.element;
    made.seed = random_();
    made.driver = static_cast<std::int32_t>(driver);
    made.terms = everything;
    task.outputs.push_back({create.store});
    task.recipe.results.push_back(made);
    return true;
  }

  int other_shape_source(const Task& task, const Coordinates& extents) {
    const auto store = view_of_shape(extents, false);
    define(store);
    if (!readable(task, store) || scalar(store)) return -1;
    // Not the very same view as another argument: it has that one's partition symbol.
    for (const auto& input : task.inputs) {
      const auto& other = view(input.store);
      if (other.array == view(store).array && other.offset == view(store).offset && other.extents == extents) return -1;
    }
    return store;
  }

  /// An output reads a store around every element.
  void add_halo(Task& task, const Coordinates& shape, const std::vector<int>& members) {
    if (members.empty() || shape.empty() || any_grown(members)) return;
    const auto source = members.front();
    if (scalar(source)) return;
    auto extents = shape;
    for (auto& extent : extents) {
      if (chance(20)) extent += number(0, 3);
    }
    const auto store = other_shape_source(task, extents);
    if (store < 0 || std::count(members.begin(), members.end(), store) != 0) return;
    Coordinates low(shape.size()), high(shape.size());
    for (std::size_t d = 0; d < shape.size(); ++d) {
      low[d] = number(0, 3);
      high[d] = number(0, 3);
    }
    const auto input = task.inputs.size();
    task.inputs.push_back({store});
    task.demands.push_back({Demand::Kind::BLOAT, source, store, low, high});
    for (auto& made : task.recipe.results) {
      const bool aligned = made.role != Role::GROWN && made.driver < 0 && is_member(task, made, members);
      if (!aligned) continue;
      for (auto rest = number(1, 3); rest > 0; --rest) {
        Term term = same(input, extents);
        for (std::size_t d = 0; d < shape.size(); ++d) term.pattern.add[d] = number(-low[d], high[d]);
        made.terms.push_back(term);
      }
    }
  }
  /// The split of such a store may be irregular; nothing can be derived from that.
  bool any_grown(const std::vector<int>& stores) const {
    return std::any_of(stores.begin(), stores.end(), [&](int store) { return view(store).array->grown; });
  }
  static bool is_member(const Task& task, const Result& made, const std::vector<int>& members) {
    const auto& arguments = made.role == Role::OUTPUT ? task.outputs : task.reductions;
    return std::count(members.begin(), members.end(), arguments[made.index].store) != 0;
  }

  /// A store some times as big as the class: read by its outputs, or written.
  void add_scaled(Task& task, const Coordinates& shape, const std::vector<int>& members,
                  const std::vector<Term>& terms) {
    if (members.empty() || shape.empty() || scalar(members.front()) || any_grown(members)) return;
    Coordinates factors(shape.size()), extents(shape.size());
    for (std::size_t d = 0; d < shape.size(); ++d) {
      factors[d] = number(1, 3);
      extents[d] = std::max<std::int64_t>(0, shape[d] * factors[d] + number(-2, 2));
    }
    if (volume_of(extents) > 1000) return;
    if (chance(50)) {
      const auto store = other_shape_source(task, extents);
      if (store < 0 || std::count(members.begin(), members.end(), store) != 0) return;
      const auto input = task.inputs.size();
      task.inputs.push_back({store});
      task.demands.push_back({Demand::Kind::SCALE, members.front(), store, factors, {}});
      for (auto& made : task.recipe.results) {
        if (made.role == Role::GROWN || made.driver >= 0 || !is_member(task, made, members)) continue;
        Term term = same(input, extents);
        for (std::size_t d = 0; d < shape.size(); ++d) {
          term.pattern.multiply[d] = factors[d];
          term.pattern.add[d] = number(0, factors[d] - 1);
        }
        made.terms.push_back(term);
      }
      return;
    }
    const auto store = view_of_shape(extents, true);
    if (scalar(store) || !apart(task, store)) return;
    auto made = result(Role::OUTPUT, task.outputs.size(), store);
    made.guard_divide = factors;
    made.guard_limit = shape;
    for (const auto& term : terms) {
      Term divided = term;
      divided.pattern.divide = factors;
      made.terms.push_back(divided);
    }
    task.outputs.push_back({store});
    task.recipe.results.push_back(made);
    task.demands.push_back({Demand::Kind::SCALE, members.front(), store, factors, {}});
  }

  // ---- manual launches

  void manual_task() {
    Task task;
    task.manual = true;
    const auto written = any_view();
    const PlainView target = view(written);
    const bool output = chance(65) && target.injective() && !target.array->scalar && target.dimensions() > 0 &&
                        target.dimensions() <= 4;
    Argument main{written};
    if (output) {
      main = tiled(written);
      choose_launch(task, &main);
    } else {
      choose_launch(task, nullptr);
    }
    if (output && chance(30) && target.defined()) {  // in place
      task.inputs.push_back(main);
      task.outputs.push_back(main);
    } else if (output) {
      task.outputs.push_back(main);
    }
    for (auto rest = number(0, 3); rest > 0; --rest) {
      const auto store = any_view();
      define(store);
      if (readable(task, store)) task.inputs.push_back(shown(store, task));
    }
    add_manual_results(task);
    if (task.recipe.results.empty()) return;
    vary_policy(task);
    emit(task);
  }

  void add_manual_results(Task& task) {
    std::vector<Term> terms;
    bool only_whole = true;
    for (std::size_t input = 0; input < task.inputs.size(); ++input) {
      Term term;
      term.input = static_cast<std::uint32_t>(input);
      const bool in_place = !task.outputs.empty() && task.outputs[0].store == task.inputs[input].store;
      if (in_place) term = same(input, view(task.inputs[input].store).extents);
      only_whole = only_whole && task.inputs[input].tile.empty();
      terms.push_back(term);
    }
    const bool in_place =
        !task.outputs.empty() && !task.inputs.empty() && task.inputs[0].store == task.outputs[0].store;
    if (!task.outputs.empty()) {
      auto made = result(Role::OUTPUT, 0, task.outputs[0].store);
      made.terms = terms;
      task.recipe.results.push_back(made);
    }
    // Coordinates of other results are no coordinates of the input that is changed in place.
    if (in_place) terms.erase(terms.begin());
    if (chance(60) || task.outputs.empty()) {
      const auto store = chance(30) ? create_root({}) : any_view();
      define(store);
      if (apart(task, store)) {
        auto made = result(Role::REDUCTION, task.reductions.size(), store);
        made.op = random_operator(made.element);
        if (!task.inputs.empty() && chance(50)) {
          made.driver = static_cast<std::int32_t>(number(0, static_cast<std::int64_t>(task.inputs.size()) - 1));
        }
        made.terms = terms;
        Argument argument = shown(store, task);
        argument.op = made.op;
        task.reductions.push_back(argument);
        task.recipe.results.push_back(made);
      }
    }
    if (chance(25) && only_whole) {  // all points write the same
      const auto store = any_view();
      if (view(store).injective() && apart(task, store)) {
        auto made = result(Role::OUTPUT, task.outputs.size(), store);
        made.terms = terms;
        task.outputs.push_back({store});
        task.recipe.results.push_back(made);
      }
    }
    if (chance(15) && !task.inputs.empty()) {
      const auto driver = number(0, static_cast<std::int64_t>(task.inputs.size()) - 1);
      if (view(task.inputs[static_cast<std::size_t>(driver)].store).dimensions() == 1) {
        CreateUnbound create{next_store_++, random_element(), 1};
        emit(create);
        auto made = result(Role::GROWN, task.outputs.size(), create.store);
        made.driver = static_cast<std::int32_t>(driver);
        made.terms = terms;
        task.outputs.push_back({create.store});
        task.recipe.results.push_back(made);
      }
    }
  }

  /// The store cut at random, as yet without projection.
  Argument tiled(int store) {
    Argument argument{store};
    const auto& source = view(store);
    argument.tile = random_tile(source);
    for (std::size_t d = 0; d < argument.tile.size(); ++d) {
      argument.colors.push_back((source.extents[d] + argument.tile[d] - 1) / argument.tile[d]);
    }
    argument.explicit_colors = chance(30) || volume_of(source.extents) == 0;
    if (argument.explicit_colors) {
      for (std::size_t d = 0; d < argument.colors.size(); ++d) {
        if (source.inner[d]) {
          argument.colors[d] = 1;
        } else {
          argument.colors[d] = std::max<std::int64_t>(1, argument.colors[d] + number(-1, 1));
        }
      }
    }
    return argument;
  }

  /// Launch points such that different ones have different pieces of the argument, if one is given.
  void choose_launch(Task& task, Argument* argument) {
    if (argument == nullptr || options_.inline_launches) {
      const auto dimensions = number(1, 3);
      for (std::int64_t d = 0; d < dimensions; ++d) {
        task.launch_low.push_back(chance(20) ? number(-2, 2) : 0);
        task.launch_high.push_back(task.launch_low.back() + (options_.inline_launches ? 1 : number(1, 4)));
      }
      avoid_single_launch(task);
      if (argument != nullptr) project(*argument, task, true);
      return;
    }
    const auto kind = number(0, 2);
    if (kind == 0 && argument->colors.size() > 1) {  // 1-D launch over pieces in row-major order
      task.launch_low = {0};
      task.launch_high = {number(1, volume_of(argument->colors))};
      if (task.launch_high[0] > 1) return;
      task.launch_low.clear();
      task.launch_high.clear();
    }
    for (const auto colors : argument->colors) {
      task.launch_low.push_back(0);
      task.launch_high.push_back(chance(80) ? colors : number(1, colors));
    }
    const bool single = task.launch_low.size() == 1 && task.launch_high[0] == 1;
    if (single || kind == 2) {
      std::vector<std::size_t> order(argument->colors.size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::shuffle(order.begin(), order.end(), random_);
      auto low = task.launch_low;
      auto high = task.launch_high;
      Projection projection;
      projection.expressions.resize(order.size());
      for (std::size_t d = 0; d < order.size(); ++d) {  // launch dimension d runs along color dimension order[d]
        const auto extent = high[order[d]];
        const auto start = chance(30) ? number(-2, 2) : 0;
        task.launch_low[d] = start;
        task.launch_high[d] = start + extent;
        auto& expression = projection.expressions[order[d]];
        expression.dim = static_cast<std::int32_t>(d);
        const bool backward = chance(30);
        expression.weight = backward ? -1 : 1;
        expression.offset = static_cast<std::int32_t>(backward ? start + extent - 1 : -start);
      }
      argument->projection = projection;
    }
    avoid_single_launch(task);
  }

  /// One point in one dimension is a single launch, for which it is open whether partitions count.
  static void avoid_single_launch(Task& task) {
    if (task.launch_low.size() == 1 && task.launch_high[0] - task.launch_low[0] == 1) {
      task.launch_low.push_back(0);
      task.launch_high.push_back(1);
    }
  }

  /// A projection to colors that exist; several points may have the same.
  void project(Argument& argument, const Task& task, bool constant_only = false) {
    Projection projection;
    for (const auto colors : argument.colors) {
      Projection::Expression expression;
      const auto dim = static_cast<std::size_t>(number(0, static_cast<std::int64_t>(task.launch_low.size()) - 1));
      const auto low = task.launch_low[dim];
      const auto extent = task.launch_high[dim] - low;
      const auto weight = chance(25) ? -1 : chance(15) ? 2 : 1;
      const auto reach = std::abs(weight) * (extent - 1) + 1;
      if (!constant_only && chance(75) && reach <= colors) {
        expression.dim = static_cast<std::int32_t>(dim);
        expression.weight = static_cast<std::int32_t>(weight);
        const auto least = weight > 0 ? weight * low : weight * (low + extent - 1);
        expression.offset = static_cast<std::int32_t>(number(0, colors - reach) - least);
      } else {
        expression.offset = static_cast<std::int32_t>(number(0, colors - 1));
      }
      projection.expressions.push_back(expression);
    }
    argument.projection = projection;
  }

  /// What a launch shows of a store that it reads or reduces into: all of it, or pieces.
  Argument shown(int store, const Task& task) {
    const auto& source = view(store);
    if (chance(35) || source.dimensions() == 0 || source.array->scalar) return Argument{store};
    Argument argument = tiled(store);
    argument.key = chance(10);
    if (chance(30) && argument.colors.size() == task.launch_low.size()) {
      bool fits = true;
      for (std::size_t d = 0; d < argument.colors.size(); ++d) {
        fits = fits && task.launch_low[d] >= 0 && task.launch_high[d] <= argument.colors[d];
      }
      if (fits) return argument;
    }
    project(argument, task);
    return argument;
  }

  // ---- everything else

  void step() {
    const auto kind = number(1, 100);
    if (kind <= 42) return automatic_task();
    if (kind <= 65) return manual_task();
    if (kind <= 72) return fill(any_view());
    if (kind <= 80) {
      const auto store = any_view();
      return emit(Look{store, chance(30) && !scalar(store)});  // the mapping of a scalar is a copy
    }
    if (kind <= 84) {
      const auto store = any_view();
      if (!scalar(store)) emit(Modify{store, random_()});
      return;
    }
    if (kind <= 92) return emit(Drop{any_store()});
    if (kind <= 95) return emit(Fence{chance(50), chance(30)});
    create_root(random_shape());
  }

  std::mt19937_64 random_;
  GeneratorOptions options_;
  Program program_;
  SerialInterpreter state_;
  int next_store_{0};
};

}  // namespace random_program
