// SPDX-License-Identifier: Apache-2.0
#pragma once

// Random copies, gathers and scatters between untransformed stores that share no element.

#include "draft.h"

#include <cstddef>
#include <optional>

namespace random_program {

class CopyMaker {
 public:
  explicit CopyMaker(Draft& draft) : draft_{draft}, dice_{draft.dice} {}

  /// Adds one to the program, if there is a store to copy from.
  void make() {
    const bool to = dice_.chance(50);
    const bool from = dice_.chance(50);
    Copy copy;
    copy.source = draft_.find_store([&](int store, const PlainView& view) {
      return view.untransformed && (from                        ? points_into(store)
                                    : !to && view.array->scalar ? view.defined()
                                                                : !view.array->scalar);
    });
    if (copy.source < 0) return;
    copy.target = to || from ? target_of_indirect_copy(copy.source, to) : target_of_copy(copy.source);
    const auto source_extents = draft_.view(copy.source).extents;
    const auto target_extents = draft_.view(copy.target).extents;
    const auto extents = to && from ? dice_.shape() : to ? source_extents : target_extents;
    if (to) copy.to = pointers(extents, target_extents);
    if (from) copy.from = pointers(extents, source_extents);
    copy.op = reduction(copy);
    draft_.emit(copy);
  }

 private:
  bool points_into(int store) const { return draft_.view(store).dimensions() > 0 && !draft_.scalar(store); }

  /// A store for elements of `source`, which overlaps no part of it.
  template <typename Condition>
  int target(int source, const Coordinates& extents, Condition&& condition) {
    const auto& array = draft_.view(source).array;
    const auto found = draft_.find_store([&](int store, const PlainView& view) {
      return view.untransformed && view.array != array && view.array->element == array->element && condition(store);
    });
    if (found >= 0) return found;
    Create create;
    create.store = draft_.new_store();
    create.element = array->element;
    create.extents = extents;
    create.optimize_scalar = array->scalar;
    draft_.emit(create);
    return create.store;
  }
  int target_of_copy(int source) {
    const auto extents = draft_.view(source).extents;
    return target(source, extents, [&](int store) {
      return draft_.view(store).extents == extents && draft_.scalar(store) == draft_.scalar(source);
    });
  }
  int target_of_indirect_copy(int source, bool to) {
    auto extents = dice_.shape();
    if (to && extents.empty()) extents = {dice_.number(1, 9)};
    return target(source, extents, [&](int store) { return !draft_.scalar(store) && (!to || points_into(store)); });
  }

  /// About one point in twenty lies outside.
  Pointers pointers(const Coordinates& extents, const Coordinates& into) {
    Pointers result;
    result.extents = extents;
    result.dimensions = static_cast<std::uint32_t>(into.size());
    result.numbers = into.size() == 1 && dice_.chance(50);
    result.copied = dice_.chance(60);
    for_each_point(Box::of_extents(extents), [&](const Coordinates&) {
      Coordinates point;
      for (const auto extent : into) point.push_back(extent == 0 ? 0 : dice_.number(0, extent - 1));
      if (dice_.chance(5)) point[0] = dice_.chance(50) ? -1 : into[0];
      result.points.push_back(point);
    });
    return result;
  }

  /// Only with exact results, and of elements that are defined.
  std::optional<Operator> reduction(const Copy& copy) {
    const auto element = draft_.element(copy.target);
    if (draft_.scalar(copy.target) || dice_.chance(50) || is_complex(element)) return std::nullopt;
    if (!draft_.view(copy.target).defined() || !draft_.view(copy.source).defined()) return std::nullopt;
    if (is_floating(element)) return dice_.chance(50) ? Operator::MAX : Operator::MIN;
    return dice_.reduction_operator(element);
  }

  Draft& draft_;
  Dice& dice_;
};

}  // namespace random_program
