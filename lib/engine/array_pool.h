// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/array.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace legate::detail::engine {

/// Arrays that nobody refers to, kept for reuse with everything that is expensive about them: memory whose pages are
/// there, StarPU handle and tiling.
///
/// An array is reused for exactly the same extents, element size and purpose, also while tasks of its last owner are
/// pending: StarPU makes the tasks of the next owner wait for them. To keep such false dependencies rare, an array that
/// is known to be idle is preferred, and a few busy ones are let be before one is reused. Memory alone is recycled
/// between arrays of similar size.
///
/// Members may be called by any thread unless they say otherwise. The pool's lock is never held while waiting for
/// tasks.
class ArrayPool {
 public:
  /// Lives for ever: arrays may be given back by static destructors.
  static ArrayPool& instance();

  struct Statistics {
    std::size_t arrays{0};           ///< kept for reuse
    std::size_t array_bytes{0};      ///< memory of those
    std::size_t free_bytes{0};       ///< memory that belongs to no array
    std::size_t allocated_bytes{0};  ///< all memory, in use or not
    std::size_t peak_bytes{0};       ///< the most that allocated_bytes was since open()
    std::size_t memory_limit{0};     ///< as given to open()
    std::size_t registered{0};       ///< arrays that StarPU knows, in use or not
  };
  [[nodiscard]] Statistics statistics();

  /// Between open() and close() arrays are kept when given back. `memory_limit` is for arrays in use and kept together.
  void open(std::size_t memory_limit);
  /// Makes StarPU forget every array, and destroys those that are kept. Nothing may be pending; not on a worker.
  void close();

  [[nodiscard]] Array* take(const std::vector<std::uint64_t>& extents, std::size_t element_size, std::size_t alignment,
                            ArrayPurpose purpose);
  void give_back(Array* array) noexcept;

  /// Gives `array` its memory, if it has none yet, and returns its address.
  [[nodiscard]] std::byte* provide_memory(Array& array);

  /// Destroys arrays, the least recently used first, until limits are met, and those over foreign memory. Waits for the
  /// tasks on them. Does nothing on a worker. Without a lock: see destroy_dropped().
  void trim();
  /// Destroys arrays over foreign memory that nobody refers to: all, waiting for the tasks on them, or those whose
  /// tasks have completed. Does nothing on a worker. Whoever lent the memory is told, and may do anything
  /// then: so not with a lock, in particular not that of submission.
  void destroy_dropped(bool all);

  /// Keeps the list of arrays that StarPU knows.
  void enlist(Array& array);
  void discharge(Array& array);

 private:
  using Key = std::uint64_t;  // hash of extents, element size, alignment and purpose

  [[nodiscard]] static Key key_of(const std::vector<std::uint64_t>& extents, std::size_t element_size,
                                  std::size_t alignment, ArrayPurpose purpose);
  [[nodiscard]] Array* find_reusable(Key key, const std::vector<std::uint64_t>& extents, std::size_t element_size,
                                     std::size_t alignment, ArrayPurpose purpose);
  [[nodiscard]] bool over_limits(std::size_t wanted) const;
  [[nodiscard]] Array* oldest_of_capacity(std::size_t capacity);
  void link(Array* array);
  void unlink(Array* array);
  void shrink(std::size_t wanted);
  /// For an exception. Under the lock.
  [[nodiscard]] std::string out_of_memory_text(std::size_t bytes) const;
  void destroy(Array* array);
  void recycle_memory(std::byte* memory, std::size_t capacity, std::size_t alignment);
  [[nodiscard]] std::byte* find_free_memory(std::size_t capacity, std::size_t alignment);
  void release_free_memory(std::size_t wanted);

  std::mutex mutex_;
  bool open_{false};
  std::size_t memory_limit_{0};
  std::size_t allocated_bytes_{0};
  std::size_t peak_bytes_{0};
  std::size_t array_bytes_{0};
  std::size_t arrays_{0};
  Array* oldest_{nullptr};
  Array* newest_{nullptr};
  std::unordered_map<Key, std::deque<Array*>> by_key_;  // oldest first
  std::vector<Array*> dropped_;                         // over foreign memory, still registered
  std::unordered_set<Array*> registered_;

  struct FreeMemory {
    std::byte* address;
    std::size_t alignment;
  };
  std::unordered_map<std::size_t, std::vector<FreeMemory>> free_memory_;  // by capacity
  std::size_t free_bytes_{0};
};

}  // namespace legate::detail::engine
