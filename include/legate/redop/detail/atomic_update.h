// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/utilities/macros.h>

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace legate::detail {

/// Locks for values that the processor cannot exchange in one step, chosen by address. Short-lived: the holder combines
/// two values.
LEGATE_EXPORT void lock_reduction(const void* address) noexcept;
LEGATE_EXPORT void unlock_reduction(const void* address) noexcept;

template <std::size_t SIZE>
struct AtomicWord;
template <>
struct AtomicWord<1> {
  using type = std::uint8_t;
};
template <>
struct AtomicWord<2> {
  using type = std::uint16_t;
};
template <>
struct AtomicWord<4> {
  using type = std::uint32_t;
};
template <>
struct AtomicWord<8> {
  using type = std::uint64_t;
};

/// target = combine(target, value), atomic with respect to every other call on the same address.
template <typename Combine, typename T>
LEGATE_HOST_DEVICE void atomic_update(T& target, const T& value) {
#if LEGATE_DEVICE_COMPILE
  static_assert(sizeof(T) == 4 || sizeof(T) == 8, "device code can update values of 4 and 8 bytes atomically");
  using Word = std::conditional_t<sizeof(T) == 4, unsigned int, unsigned long long>;
  auto* word = reinterpret_cast<Word*>(&target);
  Word seen = *word;
  Word expected;
  do {
    expected = seen;
    T current;
    memcpy(&current, &expected, sizeof(T));
    const T combined = Combine::combine(current, value);
    Word next;
    memcpy(&next, &combined, sizeof(T));
    seen = atomicCAS(word, expected, next);
  } while (seen != expected);
#else
  if constexpr (sizeof(T) == 1 || sizeof(T) == 2 || sizeof(T) == 4 || sizeof(T) == 8) {
    using Word = typename AtomicWord<sizeof(T)>::type;
    auto* word = reinterpret_cast<Word*>(&target);  // NOLINT
    Word seen = __atomic_load_n(word, __ATOMIC_RELAXED);
    Word next;
    do {
      T current;
      std::memcpy(static_cast<void*>(&current), &seen, sizeof(T));
      const T combined = Combine::combine(current, value);
      std::memcpy(&next, static_cast<const void*>(&combined), sizeof(T));
    } while (!__atomic_compare_exchange_n(word, &seen, next, true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
  } else {
    lock_reduction(&target);
    target = Combine::combine(target, value);
    unlock_reduction(&target);
  }
#endif
}

}  // namespace legate::detail
