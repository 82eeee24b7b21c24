// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <array>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>

namespace legate::detail::own {

inline constexpr std::size_t DYNAMIC_EXTENT = std::numeric_limits<std::size_t>::max();

/// The extents of a multidimensional index space, each known at compile time or DYNAMIC_EXTENT: std::extents of C++23,
/// as far as accessors need it.
template <typename IndexType, std::size_t... Extents>
class extents {
 public:
  using index_type = IndexType;
  using size_type = std::make_unsigned_t<IndexType>;
  using rank_type = std::size_t;

  [[nodiscard]] LEGATE_HOST_DEVICE static constexpr rank_type rank() noexcept { return sizeof...(Extents); }
  [[nodiscard]] LEGATE_HOST_DEVICE static constexpr rank_type rank_dynamic() noexcept {
    return (std::size_t{0} + ... + (Extents == DYNAMIC_EXTENT ? std::size_t{1} : std::size_t{0}));
  }
  [[nodiscard]] LEGATE_HOST_DEVICE static constexpr std::size_t static_extent(rank_type dim) noexcept {
    const std::size_t all[] = {Extents..., 0};
    return all[dim];
  }

  /// Dynamic extents are 0.
  LEGATE_HOST_DEVICE constexpr extents() noexcept : values_{initial_(Extents)..., IndexType{}} {}
  /// From one value per dimension, or one per dynamic extent.
  template <typename... Values, typename = std::enable_if_t<
                                    (sizeof...(Values) > 0) && (std::is_convertible_v<Values, IndexType> && ...) &&
                                    (sizeof...(Values) == sizeof...(Extents) || sizeof...(Values) == rank_dynamic())>>
  LEGATE_HOST_DEVICE explicit constexpr extents(Values... values) noexcept : extents{} {
    const IndexType given[] = {static_cast<IndexType>(values)...};
    assign_(given, sizeof...(Values));
  }
  template <typename Value, std::size_t COUNT,
            typename = std::enable_if_t<std::is_convertible_v<const Value&, IndexType> &&
                                        (COUNT == sizeof...(Extents) || COUNT == rank_dynamic())>>
  constexpr extents(const std::array<Value, COUNT>& values) noexcept : extents{} {
    assign_(values.data(), COUNT);
  }

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr IndexType extent(rank_type dim) const noexcept { return values_[dim]; }

  template <typename OtherIndex, std::size_t... OtherExtents>
  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr bool operator==(
      const extents& left, const extents<OtherIndex, OtherExtents...>& right) noexcept {
    bool equal = rank() == sizeof...(OtherExtents);
    for (rank_type dim = 0; equal && dim < rank(); ++dim) {
      equal = left.extent(dim) == static_cast<IndexType>(right.extent(dim));
    }
    return equal;
  }
  template <typename OtherIndex, std::size_t... OtherExtents>
  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr bool operator!=(
      const extents& left, const extents<OtherIndex, OtherExtents...>& right) noexcept {
    return !(left == right);
  }

 private:
  [[nodiscard]] LEGATE_HOST_DEVICE static constexpr IndexType initial_(std::size_t extent) noexcept {
    return extent == DYNAMIC_EXTENT ? IndexType{0} : static_cast<IndexType>(extent);
  }
  template <typename Value>
  LEGATE_HOST_DEVICE constexpr void assign_(const Value* given, std::size_t count) noexcept {
    std::size_t next = 0;
    for (rank_type dim = 0; dim < rank(); ++dim) {
      if (count == rank()) {
        values_[dim] = static_cast<IndexType>(given[dim]);
      } else if (static_extent(dim) == DYNAMIC_EXTENT) {
        values_[dim] = static_cast<IndexType>(given[next++]);
      }
    }
  }

  // One more than the rank, so that rank 0 has an array too.
  IndexType values_[sizeof...(Extents) + 1];
};

template <typename IndexType, std::size_t... DIMS>
extents<IndexType, (static_cast<void>(DIMS), DYNAMIC_EXTENT)...> all_dynamic(std::index_sequence<DIMS...>);

/// Extents that are all known at run time only.
template <typename IndexType, std::size_t RANK>
using dextents = decltype(all_dynamic<IndexType>(std::make_index_sequence<RANK>{}));

}  // namespace legate::detail::own
