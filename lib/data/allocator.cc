// SPDX-License-Identifier: Apache-2.0
#include <legate/data/allocator.h>

#include "data/alignment.h"
#include "utilities/handle.h"

#include <legate/data/buffer.h>

#include <algorithm>
#include <limits>
#include <new>
#include <sstream>
#include <stdexcept>
#include <unordered_set>

namespace legate {

namespace detail {

/// What the copies of one allocator share.
class ScopedAllocator {
 public:
  ScopedAllocator(Memory::Kind kind, bool scoped, std::size_t alignment)
      : kind_{kind}, scoped_{scoped}, alignment_{alignment} {
    require_alignment("ScopedAllocator", alignment);
  }
  ScopedAllocator(const ScopedAllocator&) = delete;
  ScopedAllocator& operator=(const ScopedAllocator&) = delete;
  ~ScopedAllocator() {
    if (scoped_) {
      std::for_each(allocations_.begin(), allocations_.end(), free_task_memory);
    }
  }

  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) {
    require_alignment("ScopedAllocator", alignment);
    if (bytes == 0) {
      return nullptr;
    }
    auto kind = kind_;
    if (kind == Memory::Kind::NO_MEMKIND) {
      kind = find_memory_kind_for_executing_processor(false);
    }
    auto* memory = allocate_task_memory(bytes, std::max(alignment, alignment_), kind);
    allocations_.insert(memory);
    return memory;
  }

  void deallocate(void* memory) {
    if (memory == nullptr) {
      return;
    }
    if (allocations_.erase(memory) == 0) {
      std::ostringstream message;
      message << "ScopedAllocator: " << memory << " is not an allocation of this allocator";
      throw std::invalid_argument{message.str()};
    }
    free_task_memory(memory);
  }

 private:
  Memory::Kind kind_;
  bool scoped_;
  std::size_t alignment_;
  std::unordered_set<void*> allocations_{};
};

}  // namespace detail

ScopedAllocator::ScopedAllocator(Memory::Kind kind, bool scoped, std::size_t alignment)
    : impl_{make_internal_shared<detail::ScopedAllocator>(kind, scoped, alignment)} {}

void* ScopedAllocator::allocate(std::size_t bytes) {
  return detail::checked(impl_, "ScopedAllocator::allocate").allocate(bytes, 1);
}

void* ScopedAllocator::allocate_aligned(std::size_t bytes, std::size_t alignment) {
  return detail::checked(impl_, "ScopedAllocator::allocate_aligned").allocate(bytes, alignment);
}

void ScopedAllocator::deallocate(void* ptr) { detail::checked(impl_, "ScopedAllocator::deallocate").deallocate(ptr); }

void ScopedAllocator::check_count_(std::size_t count, std::size_t size) {
  if (count > std::numeric_limits<std::size_t>::max() / size) {
    throw std::bad_array_new_length{};
  }
}

}  // namespace legate
