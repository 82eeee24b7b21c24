// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <cstddef>
#include <iterator>
#include <type_traits>
#include <utility>

namespace legate::detail {

/// The elements of an mdspan in C order, by one number. See legate::flatten.
template <typename Mdspan>
class FlatView {
 public:
  class iterator;

  using element_type = typename Mdspan::element_type;
  using value_type = typename Mdspan::value_type;
  using reference = typename Mdspan::reference;
  using size_type = std::size_t;

  constexpr FlatView() = default;
  LEGATE_HOST_DEVICE constexpr explicit FlatView(const Mdspan& span) : span_{span}, size_{1} {
    for (std::size_t dim = 0; dim < Mdspan::rank(); ++dim) {
      size_ *= static_cast<std::size_t>(span.extent(dim));
    }
  }

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr reference operator[](std::size_t index) const {
    return at_(index, std::make_index_sequence<Mdspan::rank()>{});
  }
  /// Iterators hold a copy of the view: they may outlive it.
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr iterator begin() const { return iterator{*this, 0}; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr iterator end() const {
    return iterator{*this, static_cast<std::ptrdiff_t>(size_)};
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr iterator cbegin() const { return begin(); }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr iterator cend() const { return end(); }

 private:
  template <std::size_t... DIMS>
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr reference at_(std::size_t index, std::index_sequence<DIMS...>) const {
    using Index = typename Mdspan::index_type;
    Index indices[Mdspan::rank()]{};
    // The first dimension takes what is left; the division by its extent would be one too many.
    for (std::size_t dim = Mdspan::rank() - 1; dim > 0; --dim) {
      const auto extent = static_cast<std::size_t>(span_.extent(dim));
      indices[dim] = static_cast<Index>(index % extent);
      index /= extent;
    }
    indices[0] = static_cast<Index>(index);
    return span_(indices[DIMS]...);
  }

  Mdspan span_{};
  std::size_t size_{};
};

template <typename Mdspan>
class FlatView<Mdspan>::iterator {
 public:
  using iterator_category = std::random_access_iterator_tag;
  using value_type = typename FlatView::value_type;
  using reference = typename FlatView::reference;
  using difference_type = std::ptrdiff_t;
  // Elements that are proxies have no address to point to.
  using pointer = std::conditional_t<std::is_reference_v<reference>, std::remove_reference_t<reference>*, void>;

  constexpr iterator() = default;
  LEGATE_HOST_DEVICE constexpr iterator(const FlatView& view, std::ptrdiff_t position)
      : view_{view}, position_{position} {}

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr reference operator*() const { return (*this)[0]; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr reference operator[](std::ptrdiff_t offset) const {
    return view_[static_cast<std::size_t>(position_ + offset)];
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr pointer operator->() const { return &**this; }

  LEGATE_HOST_DEVICE constexpr iterator& operator+=(std::ptrdiff_t offset) {
    position_ += offset;
    return *this;
  }
  LEGATE_HOST_DEVICE constexpr iterator& operator-=(std::ptrdiff_t offset) { return *this += -offset; }
  LEGATE_HOST_DEVICE constexpr iterator& operator++() { return *this += 1; }
  LEGATE_HOST_DEVICE constexpr iterator& operator--() { return *this -= 1; }
  LEGATE_HOST_DEVICE constexpr iterator operator++(int) {
    auto before = *this;
    ++*this;
    return before;
  }
  LEGATE_HOST_DEVICE constexpr iterator operator--(int) {
    auto before = *this;
    --*this;
    return before;
  }
  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr iterator operator+(iterator it, std::ptrdiff_t offset) {
    return it += offset;
  }
  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr iterator operator+(std::ptrdiff_t offset, iterator it) {
    return it += offset;
  }
  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr iterator operator-(iterator it, std::ptrdiff_t offset) {
    return it -= offset;
  }
  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr std::ptrdiff_t operator-(const iterator& left,
                                                                             const iterator& right) {
    return left.position_ - right.position_;
  }
  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr bool operator==(const iterator& left, const iterator& right) {
    return left.position_ == right.position_;
  }
  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr bool operator!=(const iterator& left, const iterator& right) {
    return left.position_ != right.position_;
  }
  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr bool operator<(const iterator& left, const iterator& right) {
    return left.position_ < right.position_;
  }
  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr bool operator>(const iterator& left, const iterator& right) {
    return right < left;
  }
  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr bool operator<=(const iterator& left, const iterator& right) {
    return !(right < left);
  }
  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr bool operator>=(const iterator& left, const iterator& right) {
    return !(left < right);
  }

 private:
  FlatView view_{};
  std::ptrdiff_t position_{};
};

}  // namespace legate::detail
