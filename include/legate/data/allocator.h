// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/utilities/internal_shared_ptr.h>
#include <legate/utilities/memory_kind.h>

#include <cstddef>

namespace legate {

namespace detail {

class ScopedAllocator;

}  // namespace detail

/// Untyped memory for a running task. Copies share what they have allocated; not for use by several threads at once.
class LEGATE_EXPORT ScopedAllocator {
 public:
  static constexpr std::size_t DEFAULT_ALIGNMENT = 16;

  /// @param kind where to allocate.
  /// @param scoped true: what is still allocated is released with the last copy of the allocator; false: when the task
  ///   ends.
  /// @param alignment of every allocation, in bytes.
  /// @throws std::domain_error if `alignment` is 0 or not a power of two.
  explicit ScopedAllocator(Memory::Kind kind, bool scoped = true, std::size_t alignment = DEFAULT_ALIGNMENT);

  /// Uninitialised memory; null for 0 bytes. Running out of memory is fatal.
  /// @throws std::runtime_error outside of tasks, or if the processor has no memory of the allocator's kind.
  [[nodiscard]] void* allocate(std::size_t bytes);
  /// The same, aligned to the larger of `alignment` and the allocator's own.
  /// @throws std::domain_error also if `alignment` is 0 or not a power of two.
  [[nodiscard]] void* allocate_aligned(std::size_t bytes, std::size_t alignment);
  /// Room for `num_items` objects, which are not constructed.
  /// @throws std::bad_array_new_length also if no memory is that large.
  template <typename T>
  [[nodiscard]] T* allocate_type(std::size_t num_items) {
    check_count_(num_items, sizeof(T));
    return static_cast<T*>(allocate_aligned(num_items * sizeof(T), alignof(T)));
  }
  /// Releases an allocation. Null is ignored.
  /// @throws std::invalid_argument if `ptr` is not an allocation of this allocator, or was released before.
  void deallocate(void* ptr);

 private:
  static void check_count_(std::size_t count, std::size_t size);

  InternalSharedPtr<detail::ScopedAllocator> impl_;
};

}  // namespace legate
