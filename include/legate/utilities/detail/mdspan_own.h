// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/utilities/detail/extents.h>
#include <legate/utilities/detail/mdspan_layouts.h>

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace legate::detail::own {

/// The accessor policy of plain elements.
template <typename ElementType>
struct default_accessor {
  using offset_policy = default_accessor;
  using element_type = ElementType;
  using reference = ElementType&;
  using data_handle_type = ElementType*;

  constexpr default_accessor() noexcept = default;
  template <typename Other, typename = std::enable_if_t<std::is_convertible_v<Other (*)[], ElementType (*)[]>>>
  LEGATE_HOST_DEVICE constexpr default_accessor(const default_accessor<Other>&) noexcept {}

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr reference access(data_handle_type data,
                                                              std::size_t offset) const noexcept {
    return data[offset];
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr data_handle_type offset(data_handle_type data,
                                                                     std::size_t offset) const noexcept {
    return data + offset;
  }
};

/// A multidimensional view of memory that somebody else owns: std::mdspan of C++23, as far as accessors need it.
///
/// `span(i, j)` or, with an array of indices, `span[indices]`; indices from 0, unchecked. Usable on devices.
template <typename ElementType, typename Extents, typename LayoutPolicy = layout_right,
          typename AccessorPolicy = default_accessor<ElementType>>
class mdspan {
 public:
  using extents_type = Extents;
  using layout_type = LayoutPolicy;
  using accessor_type = AccessorPolicy;
  using mapping_type = typename LayoutPolicy::template mapping<Extents>;
  using element_type = ElementType;
  using value_type = std::remove_cv_t<ElementType>;
  using index_type = typename Extents::index_type;
  using size_type = typename Extents::size_type;
  using rank_type = typename Extents::rank_type;
  using data_handle_type = typename AccessorPolicy::data_handle_type;
  using reference = typename AccessorPolicy::reference;

  static_assert(std::is_same_v<typename AccessorPolicy::element_type, ElementType>,
                "the accessor policy is for other elements");

  [[nodiscard]] LEGATE_HOST_DEVICE static constexpr rank_type rank() noexcept { return Extents::rank(); }
  [[nodiscard]] LEGATE_HOST_DEVICE static constexpr rank_type rank_dynamic() noexcept {
    return Extents::rank_dynamic();
  }
  [[nodiscard]] LEGATE_HOST_DEVICE static constexpr std::size_t static_extent(rank_type dim) noexcept {
    return Extents::static_extent(dim);
  }

  constexpr mdspan() = default;
  LEGATE_HOST_DEVICE constexpr mdspan(data_handle_type data, const mapping_type& mapping,
                                      const AccessorPolicy& accessor = AccessorPolicy{})
      : data_{std::move(data)}, mapping_{mapping}, accessor_{accessor} {}
  LEGATE_HOST_DEVICE constexpr mdspan(data_handle_type data, const Extents& extents)
      : mdspan{std::move(data), mapping_type{extents}} {}
  template <typename... Sizes,
            typename = std::enable_if_t<(sizeof...(Sizes) > 0) && (std::is_convertible_v<Sizes, index_type> && ...) &&
                                        std::is_constructible_v<Extents, Sizes...>>>
  LEGATE_HOST_DEVICE explicit constexpr mdspan(data_handle_type data, Sizes... sizes)
      : mdspan{std::move(data), mapping_type{Extents{sizes...}}} {}
  template <
      typename OtherElement, typename OtherAccessor,
      typename = std::enable_if_t<std::is_constructible_v<AccessorPolicy, const OtherAccessor&> &&
                                  std::is_convertible_v<typename OtherAccessor::data_handle_type, data_handle_type>>>
  LEGATE_HOST_DEVICE constexpr mdspan(const mdspan<OtherElement, Extents, LayoutPolicy, OtherAccessor>& other)
      : data_{other.data_handle()}, mapping_{other.mapping()}, accessor_{other.accessor()} {}

  template <typename... Indices, typename = std::enable_if_t<sizeof...(Indices) == Extents::rank() &&
                                                             (std::is_convertible_v<Indices, index_type> && ...)>>
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr reference operator()(Indices... indices) const {
    return accessor_.access(data_, static_cast<std::size_t>(mapping_(static_cast<index_type>(indices)...)));
  }
  template <typename Index, typename = std::enable_if_t<std::is_convertible_v<const Index&, index_type>>>
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr reference operator[](const std::array<Index, rank()>& indices) const {
    return at_(indices, std::make_index_sequence<rank()>{});
  }
  /// In one dimension, also by a number.
  template <typename Index, typename = std::enable_if_t<rank() == 1 && std::is_convertible_v<Index, index_type>>,
            typename = void>
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr reference operator[](Index index) const {
    return (*this)(index);
  }

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr const Extents& extents() const noexcept { return mapping_.extents(); }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr index_type extent(rank_type dim) const noexcept {
    return extents().extent(dim);
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr index_type stride(rank_type dim) const { return mapping_.stride(dim); }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr size_type size() const noexcept {
    size_type result{1};
    for (rank_type dim = 0; dim < rank(); ++dim) {
      result = static_cast<size_type>(result * static_cast<size_type>(extent(dim)));
    }
    return result;
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr const data_handle_type& data_handle() const noexcept { return data_; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr const mapping_type& mapping() const noexcept { return mapping_; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr const AccessorPolicy& accessor() const noexcept { return accessor_; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool is_unique() const { return mapping_.is_unique(); }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool is_exhaustive() const { return mapping_.is_exhaustive(); }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool is_strided() const { return mapping_.is_strided(); }

 private:
  template <typename Indices, std::size_t... DIMS>
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr reference at_(const Indices& indices, std::index_sequence<DIMS...>) const {
    return (*this)(static_cast<index_type>(indices[DIMS])...);
  }

  data_handle_type data_{};
  mapping_type mapping_{};
  AccessorPolicy accessor_{};
};

}  // namespace legate::detail::own
