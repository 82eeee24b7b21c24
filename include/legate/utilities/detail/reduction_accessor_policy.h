// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <cstddef>
#include <cstring>
#include <type_traits>

namespace legate::detail {

/// An atomic copy of an object of 1, 2, 4 or 8 bytes, a plain one of any other.
template <typename T>
[[nodiscard]] LEGATE_HOST_DEVICE T load_shared(const T* object) {
#if !LEGATE_DEVICE_COMPILE && !LEGATE_MSVC
  static_assert(std::is_trivially_copyable_v<T>, "elements of stores are trivially copyable");
  // By an integer of the same size: the built-in takes no classes, and larger sizes would need a library.
  using Bits = std::conditional_t<
      sizeof(T) == 8, unsigned long long,
      std::conditional_t<sizeof(T) == 4, unsigned, std::conditional_t<sizeof(T) == 2, unsigned short, unsigned char>>>;
  if constexpr (sizeof(T) == sizeof(Bits)) {
    const Bits bits = __atomic_load_n(reinterpret_cast<const Bits*>(object), __ATOMIC_RELAXED);
    T result;
    std::memcpy(static_cast<void*>(&result), &bits, sizeof(T));
    return result;
  }
#endif
  return *object;
}

/// One element of an mdspan for reductions: takes contributions, refuses assignment.
template <typename Redop, bool EXCLUSIVE>
class ReductionElement {
 public:
  using value_type = typename Redop::RHS;

  LEGATE_HOST_DEVICE constexpr explicit ReductionElement(value_type* element) noexcept : element_{element} {}
  ReductionElement(const ReductionElement&) = default;

  /// Folds a contribution into the element, atomically unless `EXCLUSIVE`.
  LEGATE_HOST_DEVICE void reduce(const value_type& value) const { Redop::template fold<EXCLUSIVE>(*element_, value); }
  LEGATE_HOST_DEVICE const ReductionElement& operator<<=(const value_type& value) const {
    reduce(value);
    return *this;
  }
  /// What the element holds: a reference if `EXCLUSIVE`, else an atomic copy.
  [[nodiscard]] LEGATE_HOST_DEVICE std::conditional_t<EXCLUSIVE, const value_type&, value_type> get() const {
    if constexpr (EXCLUSIVE) {
      return *element_;
    } else {
      return load_shared(element_);
    }
  }
  /// The element itself, for atomic operations of the caller's own.
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr value_type* data() const noexcept { return element_; }

  template <typename T>
  ReductionElement& operator=(T&&) {
    static_assert(!std::is_same_v<T, T>, "elements of a reduction are not assigned: use reduce(value) or <<= value");
    return *this;
  }

 private:
  value_type* element_;
};

/// The accessor policy that makes the elements of an mdspan targets of the reduction operator `Redop`.
template <typename Redop, bool EXCLUSIVE>
struct ReductionAccessorPolicy {
  using offset_policy = ReductionAccessorPolicy;
  using element_type = typename Redop::RHS;
  using reference = ReductionElement<Redop, EXCLUSIVE>;
  using data_handle_type = element_type*;

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr reference access(data_handle_type data,
                                                              std::size_t offset) const noexcept {
    return reference{data + offset};
  }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr data_handle_type offset(data_handle_type data,
                                                                     std::size_t offset) const noexcept {
    return data + offset;
  }
};

}  // namespace legate::detail
