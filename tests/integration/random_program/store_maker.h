// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where the arguments of random tasks come from: existing stores, new ones, and views of either, found or made to
// measure; and how their elements get values.

#include "task_parts.h"

#include <algorithm>
#include <vector>

namespace random_program {

class StoreMaker {
 public:
  explicit StoreMaker(Draft& draft) : draft_{draft}, dice_{draft.dice} {}

  int create(const Coordinates& extents) {
    Create create;
    create.store = draft_.new_store();
    create.element = dice_.element();
    create.extents = extents;
    if (volume_of(extents) == 1 && dice_.chance(60)) {
      create.optimize_scalar = true;
      if (dice_.chance(60)) create.value = dice_.value(create.element);
    } else if (!draft_.strict() && dice_.chance(25)) {
      attach(create);
    }
    draft_.emit(create);
    return create.store;
  }

  void attach(Create& create) {
    create.memory = dice_.chance(50) ? Create::Memory::WRITABLE : Create::Memory::READ_ONLY;
    create.memory_order = static_cast<Create::MemoryOrder>(dice_.number(0, 2));
    create.custom_order = dice_.permutation(create.extents.size());
    create.memory_seed = dice_.seed();
  }

  int any_store() {
    const auto store = draft_.find_store([](int, const PlainView&) { return true; });
    return store >= 0 ? store : create(dice_.shape());
  }

  /// A store, or a chain of views of it, by transformations picked at random.
  int any_view() {
    auto store = any_store();
    for (auto rest = dice_.number(0, 3); rest > 0; --rest) store = some_view_of(store);
    return store;
  }

  /// A view of the given shape: an existing one, or one made from a store of another shape by a chain of views.
  /// Injective: no two points are the same element.
  int view_of_shape(const Coordinates& extents, bool injective) {
    return view_of_shape(extents, injective, std::vector<bool>(extents.size(), false), dice_.number(0, 3));
  }

  /// A tile for a tiling of the view, which leaves dimensions whole that cannot be cut.
  Coordinates tile_of(const PlainView& source) {
    Coordinates tile;
    for (std::size_t d = 0; d < source.dimensions(); ++d) {
      const auto extent = std::max<std::int64_t>(1, source.extents[d]);
      const auto pieces = dice_.number(1, 4);
      tile.push_back(source.inner[d]    ? extent
                     : dice_.chance(70) ? (extent + pieces - 1) / pieces
                                        : dice_.number(1, extent + 1));
      if ((extent + tile.back() - 1) / tile.back() > 5) tile.back() = (extent + 3) / 4;
    }
    return tile;
  }

  /// Gives every element of the store a value, unless all have one.
  void define(int store) {
    if (draft_.view(store).defined()) return;
    if (dice_.chance(40) || !draft_.view(store).injective() || draft_.scalar(store)) return fill(store);
    Task task;
    add_output(draft_, task, {store}, {});
    task.setting = random_setting(draft_);
    draft_.emit(task);
  }

  void fill(int store) {
    const auto element = draft_.element(store);
    Fill fill{store, dice_.value(element), -1};
    if (dice_.chance(30)) {
      fill.value_store = draft_.find_store([&](int other, const PlainView& view) {
        return view.array->scalar && view.defined() && view.array->element == element &&
               view.array != draft_.view(store).array && volume_of(view.extents) == 1 && other != store;
      });
    }
    draft_.emit(fill);
  }

 private:
  int transform(int source, Transform how, std::int64_t dim, const Coordinates& numbers, const Coordinates& more = {}) {
    const View made{draft_.new_store(), source, how, dim, numbers, more};
    draft_.emit(made);
    return made.store;
  }

  /// A view of the store by one transformation; the store itself, if the one that was picked does not fit it.
  int some_view_of(int store) {
    const PlainView source = draft_.view(store);
    const auto dimensions = static_cast<std::int64_t>(source.dimensions());
    const auto kind = static_cast<Transform>(dice_.number(0, 6));
    const auto dim = dimensions > 0 ? dice_.number(0, dimensions - 1) : 0;
    const auto at = static_cast<std::size_t>(dim);
    if (kind == Transform::PROMOTE && dimensions < 5 && volume_of(source.extents) < 300) {
      return transform(store, kind, dice_.number(0, dimensions), {dice_.chance(3) ? 0 : dice_.number(1, 4)});
    }
    if (dimensions == 0) return store;
    const auto extent = source.extents[at];
    const bool whole = std::none_of(source.inner.begin(), source.inner.end(), [](bool inner) { return inner; });
    switch (kind) {
      case Transform::PROJECT:
        if (extent > 0 && !source.inner[at] && whole) return transform(store, kind, dim, {dice_.number(0, extent - 1)});
        break;
      case Transform::SLICE:
        if (extent > 0 && !source.inner[at]) {
          const auto low = dice_.number(0, extent - 1);
          return transform(store, kind, dim, {low, dice_.chance(3) ? low : dice_.number(low + 1, extent)});
        }
        break;
      case Transform::TRANSPOSE:
        return transform(store, kind, 0, dice_.permutation(source.dimensions()));
      case Transform::DELINEARIZE:
        if (dimensions < 5 && extent > 0) {
          const auto divisor = divisor_of(extent);
          return transform(store, kind, dim, {extent / divisor, divisor});
        }
        break;
      case Transform::BROADCAST:
        if (extent == 1 && !source.inner[at]) return transform(store, kind, dim, {dice_.number(1, 5)});
        break;
      case Transform::CHILD:
        if (volume_of(source.extents) > 0 && !source.array->scalar) {  // of scalar stores: undefined
          const auto tile = tile_of(source);
          Coordinates color;
          for (std::size_t d = 0; d < tile.size(); ++d) {
            color.push_back(dice_.number(0, (source.extents[d] + tile[d] - 1) / tile[d] - 1));
          }
          return transform(store, kind, 0, tile, color);
        }
        break;
      default:
        break;
    }
    return store;
  }

  std::int64_t divisor_of(std::int64_t number) {
    Coordinates divisors;
    for (std::int64_t d = 1; d <= number; ++d) {
      if (number % d == 0) divisors.push_back(d);
    }
    return dice_.one_of(divisors);
  }

  /// An existing view that has the shape and can be cut along the dimensions `cut`; -1 if there is none.
  int find_view(const Coordinates& extents, bool injective, const std::vector<bool>& cut) {
    return draft_.find_store([&](int, const PlainView& view) {
      if (view.extents != extents || (injective && !view.injective())) return false;
      for (std::size_t d = 0; d < cut.size(); ++d) {
        if (cut[d] && view.inner[d]) return false;
      }
      return true;
    });
  }

  /// `cut` tells along which dimensions the chain of views made so far cuts this one. The chain is made from its end:
  /// a transformation is picked, then the view that it is applied to is found or made in the same way.
  int view_of_shape(const Coordinates& extents, bool injective, std::vector<bool> cut, std::int64_t depth) {
    if (dice_.chance(60)) {
      const auto found = find_view(extents, injective, cut);
      if (found >= 0) return found;
    }
    if (depth == 0) return create(extents);
    const auto dimensions = static_cast<std::int64_t>(extents.size());
    const auto dim = dimensions > 0 ? dice_.number(0, dimensions - 1) : 0;
    const auto at = static_cast<std::size_t>(dim);
    auto inner = extents;
    const auto place = inner.begin() + static_cast<std::ptrdiff_t>(dim);
    const auto cut_place = cut.begin() + static_cast<std::ptrdiff_t>(dim);
    switch (const auto kind = static_cast<Transform>(dice_.number(0, 6))) {
      case Transform::PROMOTE:
        if (dimensions == 0 || (injective && extents[at] > 1)) break;
        inner.erase(place);
        cut.erase(cut_place);
        return transform(view_of_shape(inner, injective, cut, depth - 1), kind, dim, {extents[at]});
      case Transform::PROJECT: {
        if (dimensions > 3 || volume_of(extents) > 200) break;
        const auto added = dice_.number(1, 3);
        const auto where = dice_.number(0, dimensions);
        inner.insert(inner.begin() + static_cast<std::ptrdiff_t>(where), added);
        // The projection of a view with delinearized dimensions may be none that the library can express.
        const int source = view_of_shape(inner, injective, std::vector<bool>(inner.size(), true), depth - 1);
        return transform(source, kind, where, {dice_.number(0, added - 1)});
      }
      case Transform::SLICE: {
        if (dimensions == 0 || extents[at] == 0 || volume_of(extents) > 200) break;
        const auto below = dice_.number(0, 3);
        inner[at] += below + dice_.number(0, 3);
        cut[at] = true;
        const int source = view_of_shape(inner, injective, cut, depth - 1);
        return transform(source, kind, dim, {below, below + extents[at]});
      }
      case Transform::TRANSPOSE: {
        const auto axes = dice_.permutation(extents.size());
        const auto old_cut = cut;
        for (std::size_t d = 0; d < axes.size(); ++d) {
          inner[static_cast<std::size_t>(axes[d])] = extents[d];
          cut[static_cast<std::size_t>(axes[d])] = old_cut[d];
        }
        return transform(view_of_shape(inner, injective, cut, depth - 1), kind, 0, axes);
      }
      case Transform::DELINEARIZE: {
        if (dim + 1 >= dimensions || cut[at + 1] || extents[at] == 0 || extents[at + 1] == 0) break;
        inner[at] *= inner[at + 1];
        inner.erase(place + 1);
        cut.erase(cut_place + 1);
        const int source = view_of_shape(inner, injective, cut, depth - 1);
        return transform(source, kind, dim, {extents[at], extents[at + 1]});
      }
      case Transform::BROADCAST:
        if (dimensions == 0 || (injective && extents[at] > 1)) break;
        inner[at] = 1;
        cut[at] = true;
        return transform(view_of_shape(inner, injective, cut, depth - 1), kind, dim, {extents[at]});
      default:
        break;
    }
    return create(extents);
  }

  Draft& draft_;
  Dice& dice_;
};

}  // namespace random_program
