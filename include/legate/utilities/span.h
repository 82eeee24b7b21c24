// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/utilities/assert.h>

#include <array>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <type_traits>
#include <utility>

namespace legate {

/// The extent of a Span whose number of elements is known at run time only.
inline constexpr std::size_t dynamic_extent = std::numeric_limits<std::size_t>::max();

template <typename T, std::size_t N = dynamic_extent>
class Span;

namespace detail {

template <typename T>
struct is_span : std::false_type {};
template <typename T, std::size_t N>
struct is_span<Span<T, N>> : std::true_type {};

// A pointer to From may serve as one to To if only const is added: then the elements lie equally far apart.
template <typename From, typename To>
inline constexpr bool only_adds_const_v = std::is_convertible_v<From (*)[], To (*)[]>;

template <typename Pointer, typename T>
struct is_pointer_to_elements_of : std::false_type {};
template <typename From, typename T>
struct is_pointer_to_elements_of<From*, T> : std::bool_constant<only_adds_const_v<From, T>> {};

template <typename Container, typename T, typename = void>
struct is_contiguous_container_of : std::false_type {};
template <typename Container, typename T>
struct is_contiguous_container_of<
    Container, T, std::void_t<decltype(std::declval<Container&>().data()), decltype(std::declval<Container&>().size())>>
    : is_pointer_to_elements_of<decltype(std::declval<Container&>().data()), T> {};

}  // namespace detail

/// A view of contiguous elements that somebody else owns: a pointer and a count.
///
/// Made implicitly from vectors, std::array, C arrays, anything else with data() and size(), another span (adding
/// const), and, if the elements are const, from a braced list. A span of a braced list is valid within the full
/// expression only. Passed by value. Elements are not checked on access in release builds.
template <typename T, std::size_t N>
class Span {
 public:
  using element_type = T;
  using value_type = std::remove_cv_t<T>;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using pointer = T*;
  using const_pointer = const T*;
  using reference = T&;
  using const_reference = const T&;
  using iterator = T*;
  using const_iterator = const T*;
  using reverse_iterator = std::reverse_iterator<iterator>;

  static constexpr std::size_t extent = N;

  template <std::size_t M = N, typename = std::enable_if_t<M == 0 || M == dynamic_extent>>
  LEGATE_HOST_DEVICE constexpr Span() noexcept {}
  LEGATE_HOST_DEVICE constexpr Span(T* data, std::size_t size) noexcept : data_{data}, size_{size} { check_(); }
  // A template, so that a literal 0 is a size and never a null pointer.
  template <typename Last, typename = std::enable_if_t<std::is_pointer_v<Last> && std::is_convertible_v<Last, T*>>>
  LEGATE_HOST_DEVICE constexpr Span(T* first, Last last) noexcept
      : data_{first}, size_{static_cast<std::size_t>(last - first)} {
    check_();
  }
  template <std::size_t M, typename = std::enable_if_t<N == dynamic_extent || N == M>>
  LEGATE_HOST_DEVICE constexpr Span(T (&array)[M]) noexcept : data_{array}, size_{M} {}
  template <typename U, std::size_t M,
            typename = std::enable_if_t<detail::only_adds_const_v<U, T> &&
                                        (N == dynamic_extent || M == dynamic_extent || N == M)>>
  LEGATE_HOST_DEVICE constexpr Span(const Span<U, M>& other) noexcept : data_{other.data()}, size_{other.size()} {
    check_();
  }
  template <typename Container,
            typename = std::enable_if_t<!detail::is_span<std::remove_cv_t<std::remove_reference_t<Container>>>::value &&
                                        detail::is_contiguous_container_of<Container, T>::value &&
                                        (std::is_lvalue_reference_v<Container> || std::is_const_v<T>)>>
  constexpr Span(Container&& container) noexcept : data_{container.data()}, size_{container.size()} {
    check_();
  }
  template <typename U = T, typename = std::enable_if_t<std::is_const_v<U>>>
  constexpr Span(std::initializer_list<value_type> list) noexcept : data_{list.begin()}, size_{list.size()} {
    check_();
  }

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr T* data() const noexcept { return data_; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr std::size_t size_bytes() const noexcept { return size_ * sizeof(T); }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool empty() const noexcept { return size_ == 0; }

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr T& operator[](std::size_t index) const {
    debug_check_(index < size_);
    return data_[index];
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr T& front() const { return (*this)[0]; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr T& back() const { return (*this)[size_ - 1]; }

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr iterator begin() const noexcept { return data_; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr iterator end() const noexcept { return data_ + size_; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr const_iterator cbegin() const noexcept { return begin(); }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr const_iterator cend() const noexcept { return end(); }
  [[nodiscard]] constexpr reverse_iterator rbegin() const noexcept { return reverse_iterator{end()}; }
  [[nodiscard]] constexpr reverse_iterator rend() const noexcept { return reverse_iterator{begin()}; }

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr Span<T> first(std::size_t count) const { return subspan(0, count); }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr Span<T> last(std::size_t count) const {
    return subspan(size_ - count, count);
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr Span<T> subspan(std::size_t offset,
                                                             std::size_t count = dynamic_extent) const {
    debug_check_(offset <= size_ && (count == dynamic_extent || count <= size_ - offset));
    return {data_ + offset, count == dynamic_extent ? size_ - offset : count};
  }

 private:
  LEGATE_HOST_DEVICE static constexpr void debug_check_([[maybe_unused]] bool holds) {
#if LEGATE_DEFINED(LEGATE_USE_DEBUG)
    LEGATE_CHECK(holds);
#endif
  }
  LEGATE_HOST_DEVICE constexpr void check_() const { debug_check_(N == dynamic_extent || size_ == N); }

  T* data_{};
  std::size_t size_{};
};

template <typename T, std::size_t M>
Span(T (&)[M]) -> Span<T, M>;
template <typename T, std::size_t M>
Span(std::array<T, M>&) -> Span<T, M>;
template <typename T, std::size_t M>
Span(const std::array<T, M>&) -> Span<const T, M>;
template <typename Container>
Span(Container&&) -> Span<std::remove_pointer_t<decltype(std::declval<Container&>().data())>>;

}  // namespace legate
