// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

namespace legate {

/// True for classes with a member `hash()` that can be called on a const object and converts to std::size_t.
template <typename T, typename = void>
struct has_hash_member : std::false_type {};

template <typename T>
struct has_hash_member<T, std::void_t<decltype(std::declval<const T&>().hash())>>
    : std::is_convertible<decltype(std::declval<const T&>().hash()), std::size_t> {};

template <typename T>
inline constexpr bool has_hash_member_v = has_hash_member<T>::value;

namespace detail {

template <typename T, typename = void>
struct has_std_hash : std::false_type {};

template <typename T>
struct has_std_hash<T, std::void_t<decltype(std::hash<T>{}(std::declval<const T&>()))>> : std::true_type {};

}  // namespace detail

/// The hash of a value: that of std::hash where there is one, else the value's own `hash()`. `hasher<>` takes any type.
template <typename T = void>
struct hasher {
  static_assert(detail::has_std_hash<T>::value || has_hash_member_v<T>,
                "the type needs a specialisation of std::hash or a member hash() const");

  [[nodiscard]] constexpr std::size_t operator()(const T& value) const {
    if constexpr (detail::has_std_hash<T>::value) {
      return std::hash<T>{}(value);
    } else {
      return static_cast<std::size_t>(value.hash());
    }
  }
};

template <>
struct hasher<void> {
  template <typename T>
  [[nodiscard]] constexpr std::size_t operator()(const T& value) const {
    return hasher<T>{}(value);
  }
};

/// Mixes the hash of `value` into `target`; the order of calls matters.
template <typename T>
constexpr void hash_combine(std::size_t& target, const T& value) {
  // A finalizer of the splitmix family: every input bit reaches every output bit, which plain xor and shift of the
  // identity hashes of small integers does not achieve.
  std::uint64_t mixed = static_cast<std::uint64_t>(target) * 0x9e3779b97f4a7c15ULL + hasher<T>{}(value);
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
  target = static_cast<std::size_t>(mixed ^ (mixed >> 31));
}

/// The hash of several values in order.
template <typename... T>
[[nodiscard]] constexpr std::size_t hash_all(const T&... values) {
  std::size_t result = sizeof...(T);
  (hash_combine(result, values), ...);
  return result;
}

}  // namespace legate
