// SPDX-License-Identifier: Apache-2.0
#pragma once

// The stores of the serial interpreter: plain arrays, and views of them as offsets and strides.

#include "program.h"

#include <memory>
#include <utility>
#include <vector>

namespace random_program {

struct PlainArray {
  Element element{};
  std::vector<Number> numbers;
  bool scalar{false};
  bool grown{false};  // made by a task that decided its extents
  int attached{-1};   // the store that is attached to memory
};

/// A view: where its elements are in the array.
struct PlainView {
  std::shared_ptr<PlainArray> array;
  Coordinates extents;
  std::int64_t offset{0};
  Coordinates strides;
  std::vector<bool> inner;  // dimensions that are no first one of a delinearized group: not to be cut
  bool bound{true};
  bool untransformed{true};  // its coordinates are those of the whole store

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
  view.untransformed = view.untransformed && low == 0;
  return view;
}

inline PlainView transformed(PlainView view, const View& how) {
  const auto dim = static_cast<std::size_t>(how.dim);
  view.untransformed = view.untransformed && (how.transform == Transform::SLICE || how.transform == Transform::CHILD);
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
        view.untransformed = view.untransformed && box.low[d] == 0;
      }
      break;
    }
  }
  return view;
}

}  // namespace random_program
