// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/geometry/rect.h>
#include <legate/utilities/detail/flat_view.h>
#include <legate/utilities/detail/mdspan_names.h>
#include <legate/utilities/detail/reduction_accessor_policy.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace legate {

/// All elements of an mdspan of at least one dimension, one after another, the last dimension fastest: a random-access
/// view with `size()`, `operator[]`, `begin()` and `end()`, usable with parallel algorithms and on devices. Holds a
/// copy of the mdspan.
template <typename Element, typename Extents, typename Layout, typename Accessor>
[[nodiscard]] LEGATE_HOST_DEVICE constexpr auto flatten(detail::mdspan<Element, Extents, Layout, Accessor> span) {
  static_assert(Extents::rank() >= 1, "flatten takes an mdspan of at least one dimension");
  return detail::FlatView<detail::mdspan<Element, Extents, Layout, Accessor>>{span};
}

namespace detail {

template <std::size_t DIM, std::size_t RANK, typename Index, typename ExtentOf, typename F, typename... Indices>
LEGATE_HOST_DEVICE constexpr void for_each_from(const ExtentOf& extent_of, F& function, Indices... indices) {
  if constexpr (DIM == RANK) {
    function(indices...);
  } else {
    const Index extent = extent_of(DIM);
    for (Index index{}; index < extent; ++index) {
      for_each_from<DIM + 1, RANK, Index>(extent_of, function, indices..., index);
    }
  }
}

template <typename Extents>
struct ExtentOfExtents {
  const Extents& extents;
  LEGATE_HOST_DEVICE constexpr auto operator()(std::size_t dim) const { return extents.extent(dim); }
};

template <int DIM>
struct ExtentOfPoint {
  const Point<DIM>& extents;
  LEGATE_HOST_DEVICE constexpr coord_t operator()(std::size_t dim) const { return extents[static_cast<int>(dim)]; }
};

}  // namespace detail

/// Calls `function(i0, i1, ...)` for every index of the space, from 0, the last dimension fastest. No call if an extent
/// is 0.
template <typename Index, std::size_t... Extents, typename F>
LEGATE_HOST_DEVICE constexpr void for_each_in_extent(const detail::extents<Index, Extents...>& extents, F&& function) {
  using All = detail::ExtentOfExtents<detail::extents<Index, Extents...>>;
  detail::for_each_from<0, sizeof...(Extents), Index>(All{extents}, function);
}

template <std::int32_t DIM, typename F>
LEGATE_HOST_DEVICE constexpr void for_each_in_extent(const Point<DIM>& extents, F&& function) {
  detail::for_each_from<0, static_cast<std::size_t>(DIM), coord_t>(detail::ExtentOfPoint<DIM>{extents}, function);
}

/// The same for the extents of a rectangle: its indices from 0, as mdspan accessors take them, not its coordinates.
template <std::int32_t DIM, typename F>
LEGATE_HOST_DEVICE constexpr void for_each_in_extent(const Rect<DIM>& rect, F&& function) {
  for_each_in_extent<DIM>(rect.hi - rect.lo + Point<DIM>::ONES(), std::forward<F>(function));
}

}  // namespace legate
