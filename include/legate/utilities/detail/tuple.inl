// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/utilities/tuple.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <ostream>
#include <sstream>
#include <stdexcept>

namespace legate {

namespace detail {

inline void require_equal_sizes(std::size_t first, std::size_t second) {
  if (first != second) {
    throw std::invalid_argument{"tuple: the operands have " + std::to_string(first) + " and " + std::to_string(second) +
                                " elements"};
  }
}

/// Positions are the caller's responsibility in release builds, where this is nothing.
inline void debug_check_position([[maybe_unused]] std::int64_t position, [[maybe_unused]] std::size_t end) {
#if LEGATE_DEFINED(LEGATE_USE_DEBUG)
  if (position < 0 || static_cast<std::size_t>(position) >= end) {
    throw std::out_of_range{"tuple: position " + std::to_string(position) + " is not in 0.." + std::to_string(end)};
  }
#endif
}

inline void debug_check_equal_sizes([[maybe_unused]] std::size_t first, [[maybe_unused]] std::size_t second) {
#if LEGATE_DEFINED(LEGATE_USE_DEBUG)
  require_equal_sizes(first, second);
#endif
}

inline void debug_check_mapping([[maybe_unused]] Span<const std::int32_t> mapping, [[maybe_unused]] std::size_t size) {
#if LEGATE_DEFINED(LEGATE_USE_DEBUG)
  std::vector<bool> seen(size, false);
  for (const auto position : mapping) {
    debug_check_position(position, size);
    if (seen[static_cast<std::size_t>(position)]) {
      throw std::invalid_argument{"tuple: position " + std::to_string(position) + " comes twice in a mapping"};
    }
    seen[static_cast<std::size_t>(position)] = true;
  }
#endif
}

}  // namespace detail

template <typename T>
const T& tuple<T>::operator[](std::uint32_t index) const {
  detail::debug_check_position(index, size());
  return data_[index];
}

template <typename T>
T& tuple<T>::operator[](std::uint32_t index) {
  detail::debug_check_position(index, size());
  return data_[index];
}

// --- Comparison ---

template <typename T>
bool tuple<T>::less(const tuple& other) const {
  return apply_reduce_all(std::less<T>{}, *this, other);
}

template <typename T>
bool tuple<T>::less_equal(const tuple& other) const {
  return apply_reduce_all(std::less_equal<T>{}, *this, other);
}

template <typename T>
bool tuple<T>::greater(const tuple& other) const {
  return apply_reduce_all(std::greater<T>{}, *this, other);
}

template <typename T>
bool tuple<T>::greater_equal(const tuple& other) const {
  return apply_reduce_all(std::greater_equal<T>{}, *this, other);
}

// --- Arithmetic ---

template <typename T>
template <typename U>
auto tuple<T>::operator+(const tuple<U>& other) const {
  return apply(std::plus<>{}, *this, other);
}

template <typename T>
template <typename U>
auto tuple<T>::operator-(const tuple<U>& other) const {
  return apply(std::minus<>{}, *this, other);
}

template <typename T>
template <typename U>
auto tuple<T>::operator*(const tuple<U>& other) const {
  return apply(std::multiplies<>{}, *this, other);
}

template <typename T>
template <typename U>
auto tuple<T>::operator/(const tuple<U>& other) const {
  return apply(std::divides<>{}, *this, other);
}

template <typename T>
template <typename U>
auto tuple<T>::operator%(const tuple<U>& other) const {
  return apply(std::modulus<>{}, *this, other);
}

template <typename T>
template <typename U>
auto tuple<T>::operator+(const U& scalar) const {
  return apply(std::plus<>{}, *this, scalar);
}

template <typename T>
template <typename U>
auto tuple<T>::operator-(const U& scalar) const {
  return apply(std::minus<>{}, *this, scalar);
}

template <typename T>
template <typename U>
auto tuple<T>::operator*(const U& scalar) const {
  return apply(std::multiplies<>{}, *this, scalar);
}

template <typename T>
template <typename U>
auto tuple<T>::operator/(const U& scalar) const {
  return apply(std::divides<>{}, *this, scalar);
}

template <typename T>
template <typename U>
auto tuple<T>::operator%(const U& scalar) const {
  return apply(std::modulus<>{}, *this, scalar);
}

// --- Editing ---

template <typename T>
template <typename U>
tuple<T> tuple<T>::insert(std::int32_t pos, U&& value) const {
  auto result = *this;
  result.insert_inplace(pos, std::forward<U>(value));
  return result;
}

template <typename T>
template <typename U>
tuple<T> tuple<T>::append(U&& value) const {
  tuple result;
  result.reserve(size() + 1);
  result.data_ = data_;
  result.append_inplace(std::forward<U>(value));
  return result;
}

template <typename T>
tuple<T> tuple<T>::remove(std::int32_t pos) const {
  auto result = *this;
  result.remove_inplace(pos);
  return result;
}

template <typename T>
template <typename U>
tuple<T> tuple<T>::update(std::int32_t pos, U&& value) const {
  detail::debug_check_position(pos, size());
  auto result = *this;
  result.data_[static_cast<std::size_t>(pos)] = static_cast<T>(std::forward<U>(value));
  return result;
}

template <typename T>
template <typename U>
void tuple<T>::insert_inplace(std::int32_t pos, U&& value) {
  detail::debug_check_position(pos, size() + 1);
  data_.insert(data_.begin() + pos, static_cast<T>(std::forward<U>(value)));
}

template <typename T>
template <typename U>
void tuple<T>::append_inplace(U&& value) {
  data_.push_back(static_cast<T>(std::forward<U>(value)));
}

template <typename T>
void tuple<T>::remove_inplace(std::int32_t pos) {
  detail::debug_check_position(pos, size());
  data_.erase(data_.begin() + pos);
}

// --- Folding ---

template <typename T>
template <typename F, typename U>
T tuple<T>::reduce(F&& function, U&& init) const {
  T result = static_cast<T>(std::forward<U>(init));
  for (const auto& value : data_) {
    result = static_cast<T>(function(result, value));
  }
  return result;
}

template <typename T>
T tuple<T>::sum() const {
  return reduce(std::plus<>{}, T{0});
}

template <typename T>
T tuple<T>::volume() const {
  return reduce(std::multiplies<>{}, T{1});
}

template <typename T>
bool tuple<T>::all() const {
  return all([](const T& value) { return static_cast<bool>(value); });
}

template <typename T>
bool tuple<T>::any() const {
  return any([](const T& value) { return static_cast<bool>(value); });
}

template <typename T>
template <typename P>
bool tuple<T>::all(P&& predicate) const {
  return std::all_of(data_.begin(), data_.end(), std::forward<P>(predicate));
}

template <typename T>
template <typename P>
bool tuple<T>::any(P&& predicate) const {
  return std::any_of(data_.begin(), data_.end(), std::forward<P>(predicate));
}

// --- Rearranging, printing, hashing ---

template <typename T>
tuple<T> tuple<T>::map(Span<const std::int32_t> mapping) const {
  detail::debug_check_mapping(mapping, size());
  tuple result;
  result.reserve(mapping.size());
  for (const auto position : mapping) {
    result.append_inplace(data_[static_cast<std::size_t>(position)]);
  }
  return result;
}

template <typename T>
void tuple<T>::map_inplace(std::vector<std::int32_t>& mapping) {
  detail::debug_check_mapping(mapping, size());
  // Follows each cycle of the permutation once; what is in place already maps to itself, which ends the cycle.
  for (std::size_t start = 0; start < mapping.size(); ++start) {
    auto here = start;
    while (static_cast<std::size_t>(mapping[here]) != start) {
      const auto next = static_cast<std::size_t>(mapping[here]);
      std::swap(data_[here], data_[next]);
      mapping[here] = static_cast<std::int32_t>(here);
      here = next;
    }
    mapping[here] = static_cast<std::int32_t>(here);
  }
}

template <typename T>
std::string tuple<T>::to_string() const {
  std::ostringstream text;
  text << *this;
  return text.str();
}

template <typename T>
std::ostream& operator<<(std::ostream& stream, const tuple<T>& values) {
  stream << '(';
  const char* separator = "";
  for (const auto& value : values) {
    stream << separator << value;
    separator = ",";
  }
  return stream << ')';
}

template <typename T>
std::size_t tuple<T>::hash() const {
  std::size_t result = data_.size();
  for (const auto& value : data_) {
    hash_combine(result, value);
  }
  return result;
}

// --- Makers and element-wise application ---

template <typename T>
tuple<T> from_range(T start, T stop) {
  tuple<T> result;
  for (T value = start; value < stop; ++value) {
    result.append_inplace(value);
  }
  return result;
}

template <typename T>
tuple<T> from_range(T stop) {
  return from_range(T{0}, stop);
}

template <typename T>
tuple<T> full(typename tuple<T>::size_type size, T init) {
  return tuple<T>{std::vector<T>(size, init)};
}

template <typename F, typename T>
auto apply(F&& function, const tuple<T>& values) {
  tuple<std::decay_t<decltype(function(std::declval<const T&>()))>> result;
  result.reserve(values.size());
  for (const auto& value : values) {
    result.append_inplace(function(value));
  }
  return result;
}

template <typename F, typename T1, typename T2>
auto apply(F&& function, const tuple<T1>& first, const tuple<T2>& second) {
  detail::require_equal_sizes(first.size(), second.size());
  tuple<std::decay_t<decltype(function(std::declval<const T1&>(), std::declval<const T2&>()))>> result;
  result.reserve(first.size());
  auto other = second.begin();
  for (const auto& value : first) {
    result.append_inplace(function(value, *other++));
  }
  return result;
}

template <typename F, typename T1, typename T2>
auto apply(F&& function, const tuple<T1>& first, const T2& second) {
  tuple<std::decay_t<decltype(function(std::declval<const T1&>(), second))>> result;
  result.reserve(first.size());
  for (const auto& value : first) {
    result.append_inplace(function(value, second));
  }
  return result;
}

template <typename F, typename T1, typename T2>
bool apply_reduce_all(F&& function, const tuple<T1>& first, const tuple<T2>& second) {
  detail::debug_check_equal_sizes(first.size(), second.size());
  const auto count = std::min(first.size(), second.size());
  for (std::size_t i = 0; i < count; ++i) {
    if (!function(first.data()[i], second.data()[i])) {
      return false;
    }
  }
  return true;
}

}  // namespace legate
