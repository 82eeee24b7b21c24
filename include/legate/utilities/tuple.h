// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/utilities/hash.h>
#include <legate/utilities/span.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace legate {

/// A sequence of values of one type with element-wise arithmetic: extents, colors, strides. Owns its elements.
///
/// Binary operations give the promoted element type. Positions are checked in debug builds only, except by at().
template <typename T>
class tuple {
 public:
  using container_type = std::vector<T>;
  using value_type = T;
  using size_type = typename container_type::size_type;
  using iterator = typename container_type::iterator;
  using const_iterator = typename container_type::const_iterator;

  tuple() = default;
  tuple(std::initializer_list<T> values) : data_{values} {}
  explicit tuple(const container_type& values) : data_{values} {}
  explicit tuple(container_type&& values) noexcept : data_{std::move(values)} {}

  /// @throws std::out_of_range if there is no such element.
  [[nodiscard]] const T& at(std::uint32_t index) const { return data_.at(index); }
  [[nodiscard]] T& at(std::uint32_t index) { return data_.at(index); }
  [[nodiscard]] const T& operator[](std::uint32_t index) const;
  [[nodiscard]] T& operator[](std::uint32_t index);

  [[nodiscard]] bool operator==(const tuple& other) const { return data_ == other.data_; }
  [[nodiscard]] bool operator!=(const tuple& other) const { return data_ != other.data_; }

  /// @name True if the comparison holds for every pair of elements.
  /// @throws std::invalid_argument in debug builds, if the sizes differ.
  /// @{
  [[nodiscard]] bool less(const tuple& other) const;
  [[nodiscard]] bool less_equal(const tuple& other) const;
  [[nodiscard]] bool greater(const tuple& other) const;
  [[nodiscard]] bool greater_equal(const tuple& other) const;
  /// @}

  /// @name Element-wise arithmetic with another tuple, or of every element with one value
  /// @throws std::invalid_argument if the sizes differ.
  /// @{
  template <typename U>
  [[nodiscard]] auto operator+(const tuple<U>& other) const;
  template <typename U>
  [[nodiscard]] auto operator-(const tuple<U>& other) const;
  template <typename U>
  [[nodiscard]] auto operator*(const tuple<U>& other) const;
  template <typename U>
  [[nodiscard]] auto operator/(const tuple<U>& other) const;
  template <typename U>
  [[nodiscard]] auto operator%(const tuple<U>& other) const;
  template <typename U>
  [[nodiscard]] auto operator+(const U& scalar) const;
  template <typename U>
  [[nodiscard]] auto operator-(const U& scalar) const;
  template <typename U>
  [[nodiscard]] auto operator*(const U& scalar) const;
  template <typename U>
  [[nodiscard]] auto operator/(const U& scalar) const;
  template <typename U>
  [[nodiscard]] auto operator%(const U& scalar) const;
  /// @}

  [[nodiscard]] bool empty() const noexcept { return data_.empty(); }
  [[nodiscard]] size_type size() const noexcept { return data_.size(); }
  void reserve(size_type size) { data_.reserve(size); }

  /// @name Copies with one element more, less or changed
  /// An insertion makes the new element the one at `pos`, in 0..size().
  /// @throws std::out_of_range in debug builds, if there is no such position.
  /// @{
  template <typename U = T>
  [[nodiscard]] tuple insert(std::int32_t pos, U&& value) const;
  template <typename U = T>
  [[nodiscard]] tuple append(U&& value) const;
  [[nodiscard]] tuple remove(std::int32_t pos) const;
  template <typename U = T>
  [[nodiscard]] tuple update(std::int32_t pos, U&& value) const;
  /// @}

  /// @name The same changes to this tuple
  /// @{
  template <typename U = T>
  void insert_inplace(std::int32_t pos, U&& value);
  template <typename U = T>
  void append_inplace(U&& value);
  void remove_inplace(std::int32_t pos);
  /// @}

  /// `function(...function(function(init, e0), e1)..., en)`.
  template <typename F, typename U>
  [[nodiscard]] T reduce(F&& function, U&& init) const;
  /// 0 without elements.
  [[nodiscard]] T sum() const;
  /// The product of the elements; 1 without elements.
  [[nodiscard]] T volume() const;
  [[nodiscard]] bool all() const;
  [[nodiscard]] bool any() const;
  template <typename P>
  [[nodiscard]] bool all(P&& predicate) const;
  template <typename P>
  [[nodiscard]] bool any(P&& predicate) const;

  /// The tuple whose element `i` is this one's element `mapping[i]`.
  /// @throws std::out_of_range, std::invalid_argument in debug builds, for positions that do not exist or come twice.
  [[nodiscard]] tuple map(Span<const std::int32_t> mapping) const;
  /// Rearranges this tuple in the same way, without a second one; `mapping`, a permutation, becomes the identity.
  void map_inplace(std::vector<std::int32_t>& mapping);

  /// "(1,2,3)".
  [[nodiscard]] std::string to_string() const;

  [[nodiscard]] container_type& data() noexcept { return data_; }
  [[nodiscard]] const container_type& data() const noexcept { return data_; }
  [[nodiscard]] iterator begin() noexcept { return data_.begin(); }
  [[nodiscard]] iterator end() noexcept { return data_.end(); }
  [[nodiscard]] const_iterator begin() const noexcept { return data_.begin(); }
  [[nodiscard]] const_iterator end() const noexcept { return data_.end(); }
  [[nodiscard]] const_iterator cbegin() const noexcept { return data_.cbegin(); }
  [[nodiscard]] const_iterator cend() const noexcept { return data_.cend(); }

  [[nodiscard]] std::size_t hash() const;

 private:
  container_type data_{};
};

template <typename T>
std::ostream& operator<<(std::ostream& stream, const tuple<T>& values);

/// 0, 1, ..., stop - 1.
template <typename T>
[[nodiscard]] tuple<T> from_range(T stop);
/// start, start + 1, ..., stop - 1; nothing if stop is not larger than start.
template <typename T>
[[nodiscard]] tuple<T> from_range(T start, T stop);
/// `size` times `init`.
template <typename T>
[[nodiscard]] tuple<T> full(typename tuple<T>::size_type size, T init);

/// The tuple of the function's results for each element.
template <typename F, typename T>
[[nodiscard]] auto apply(F&& function, const tuple<T>& values);
/// The tuple of the function's results for each pair of elements.
/// @throws std::invalid_argument if the sizes differ.
template <typename F, typename T1, typename T2>
[[nodiscard]] auto apply(F&& function, const tuple<T1>& first, const tuple<T2>& second);
/// The tuple of the function's results for each element and `second`.
template <typename F, typename T1, typename T2>
[[nodiscard]] auto apply(F&& function, const tuple<T1>& first, const T2& second);
/// True if the function returns true for every pair of elements.
/// @throws std::invalid_argument in debug builds, if the sizes differ.
template <typename F, typename T1, typename T2>
[[nodiscard]] bool apply_reduce_all(F&& function, const tuple<T1>& first, const tuple<T2>& second);

}  // namespace legate

#include <legate/utilities/detail/tuple.inl>
