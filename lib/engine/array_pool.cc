// SPDX-License-Identifier: Apache-2.0
#include "engine/array_pool.h"

#include "engine/array_links.h"
#include "engine/cluster.h"
#include "engine/lifecycle.h"
#include "engine/submission.h"
#include "engine/task.h"
#include "utilities/hash.h"

#include <legate/utilities/assert.h>
#include <legate/utilities/out_of_memory.h>

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace legate::detail::engine {

namespace {

constexpr std::size_t minimum_alignment = 64;
constexpr std::size_t huge_page = std::size_t{2} << 20U;
constexpr std::size_t huge_page_threshold = 2 * huge_page;
// How many busy arrays of one shape are let be before one of them is reused. Temporaries of a loop then do not chain
// its iterations together; more would only cost memory and cache.
constexpr std::size_t busy_depth = 4;
// A handle costs 4 to 7 KB in StarPU.
constexpr std::size_t most_arrays = 4096;

std::size_t effective_alignment(std::size_t bytes, std::size_t alignment) {
  return std::max({alignment, minimum_alignment, bytes >= huge_page_threshold ? huge_page : std::size_t{1}});
}

std::size_t round_up(std::size_t value, std::size_t unit) { return (value + unit - 1) / unit * unit; }

// Eight sizes for every power of two, so that arrays of similar size can share memory and at most an eighth is wasted.
std::size_t capacity_for(std::size_t bytes, std::size_t alignment) {
  std::size_t unit = minimum_alignment;
  while (unit * 16 <= bytes) {
    unit *= 2;
  }
  return round_up(std::max<std::size_t>(bytes, 1), std::max(unit, alignment));
}

// Large blocks are mapped, others come from malloc.
bool is_mapped(std::size_t capacity) { return capacity >= huge_page_threshold; }

// A block of address space. Of several ranks, each touches its part of an array only: so no memory is set aside for the
// whole, and pages are small, because the part of a rank may be many short runs.
std::byte* map_memory(std::size_t capacity, std::size_t alignment) {
  const bool shared_out = cluster().ranks > 1;
  const std::size_t room = capacity + alignment;
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | (shared_out ? MAP_NORESERVE : 0);
  void* const mapping = room < capacity ? MAP_FAILED : mmap(nullptr, room, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (mapping == MAP_FAILED) {
    return nullptr;
  }
  auto* const begin = static_cast<std::byte*>(mapping);
  const std::size_t past = reinterpret_cast<std::uintptr_t>(begin) % alignment;
  const std::size_t head = past == 0 ? 0 : alignment - past;
  if (head != 0) {
    munmap(begin, head);
  }
  if (head != alignment) {
    munmap(begin + head + capacity, alignment - head);
  }
#ifdef MADV_HUGEPAGE
  // Only advice: without it large arrays work, but spend much of their first use in page faults.
  static_cast<void>(madvise(begin + head, capacity, shared_out ? MADV_NOHUGEPAGE : MADV_HUGEPAGE));
#endif
  return begin + head;
}

std::byte* allocate_memory(std::size_t capacity, std::size_t alignment) {
  return is_mapped(capacity) ? map_memory(capacity, alignment)
                             : static_cast<std::byte*>(std::aligned_alloc(alignment, capacity));
}

void free_memory(std::byte* memory, std::size_t capacity) {
  if (is_mapped(capacity)) {
    munmap(memory, capacity);
  } else {
    std::free(memory);
  }
}

}  // namespace

ArrayPool& ArrayPool::instance() {
  static auto* const pool = new ArrayPool;
  return *pool;
}

ArrayPool::Statistics ArrayPool::statistics() {
  const std::lock_guard<std::mutex> guard{mutex_};
  return {arrays_, array_bytes_, free_bytes_, allocated_bytes_, peak_bytes_, memory_limit_, registered_.size()};
}

void ArrayPool::open(std::size_t memory_limit) {
  const std::lock_guard<std::mutex> guard{mutex_};
  open_ = true;
  memory_limit_ = memory_limit;
  peak_bytes_ = allocated_bytes_;
}

void ArrayPool::close() {
  std::vector<Array*> registered;
  {
    const std::lock_guard<std::mutex> guard{mutex_};
    registered.assign(registered_.begin(), registered_.end());
  }
  // None of them can be destroyed meanwhile: as long as the pool is open, giving back only queues.
  for (Array* array : registered) {
    array->unregister();
  }
  std::vector<Array*> unused;
  {
    const std::lock_guard<std::mutex> guard{mutex_};
    open_ = false;
    unused.swap(dropped_);
    while (oldest_ != nullptr) {
      unused.push_back(oldest_);
      unlink(oldest_);
    }
  }
  for (Array* array : unused) {
    destroy(array);
  }
  const std::lock_guard<std::mutex> guard{mutex_};
  release_free_memory(free_bytes_);
}

// ---- arrays

ArrayPool::Key ArrayPool::key_of(const std::vector<std::uint64_t>& extents, std::size_t element_size,
                                 std::size_t alignment, ArrayPurpose purpose) {
  Hash hash;
  hash.add(std::uint64_t{extents.size()}).add(std::uint64_t{element_size});
  hash.add(std::uint64_t{std::max(alignment, minimum_alignment)}).add(static_cast<std::uint64_t>(purpose));
  for (const std::uint64_t extent : extents) {
    hash.add(extent);
  }
  return hash.value();
}

Array* ArrayPool::take(const std::vector<std::uint64_t>& extents, std::size_t element_size, std::size_t alignment,
                       ArrayPurpose purpose) {
  {
    const std::lock_guard<std::mutex> guard{mutex_};
    Array* const found =
        find_reusable(key_of(extents, element_size, alignment, purpose), extents, element_size, alignment, purpose);
    if (found != nullptr) {
      return found;
    }
  }
  return new Array{extents, element_size, alignment, purpose};
}

Array* ArrayPool::find_reusable(Key key, const std::vector<std::uint64_t>& extents, std::size_t element_size,
                                std::size_t alignment, ArrayPurpose purpose) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end() || found->second.empty()) {
    return nullptr;
  }
  const std::deque<Array*>& candidates = found->second;
  const auto fits = [&](const Array* array) {
    return array->extents_ == extents && array->element_size_ == element_size && array->purpose_ == purpose &&
           std::max(array->alignment_, minimum_alignment) == std::max(alignment, minimum_alignment);
  };
  const auto idle = [](const Array* array) {
    return progress().probably_finished(array->last_launch_.load(std::memory_order_relaxed));
  };
  Array* const newest = candidates.back();  // its memory is most likely still in the caches
  Array* const oldest = candidates.front();
  Array* chosen = nullptr;
  if (idle(newest)) {
    chosen = newest;
  } else if (idle(oldest) || candidates.size() >= busy_depth || over_limits(oldest->capacity_)) {
    chosen = oldest;
  }
  if (chosen == nullptr || !fits(chosen)) {
    return nullptr;
  }
  unlink(chosen);
  return chosen;
}

void ArrayPool::give_back(Array* array) noexcept {
  bool unused = false;
  {
    const std::lock_guard<std::mutex> guard{mutex_};
    const bool foreign = array->capacity_ == 0 && array->data_.load(std::memory_order_relaxed) != nullptr;
    if (foreign) {
      unused = array->links_ == nullptr;
      if (!unused) {
        dropped_.push_back(array);
      }
    } else if (open_) {
      link(array);
    } else {
      unused = true;
    }
  }
  if (unused) {
    destroy(array);
  }
}

void ArrayPool::link(Array* array) {
  array->pool_older_ = newest_;
  array->pool_newer_ = nullptr;
  (newest_ != nullptr ? newest_->pool_newer_ : oldest_) = array;
  newest_ = array;
  by_key_[key_of(array->extents_, array->element_size_, array->alignment_, array->purpose_)].push_back(array);
  ++arrays_;
  array_bytes_ += array->capacity_;
}

void ArrayPool::unlink(Array* array) {
  (array->pool_older_ != nullptr ? array->pool_older_->pool_newer_ : oldest_) = array->pool_newer_;
  (array->pool_newer_ != nullptr ? array->pool_newer_->pool_older_ : newest_) = array->pool_older_;
  array->pool_older_ = array->pool_newer_ = nullptr;
  const auto found = by_key_.find(key_of(array->extents_, array->element_size_, array->alignment_, array->purpose_));
  std::deque<Array*>& same_key = found->second;
  // Nearly always one of the ends.
  if (same_key.back() == array) {
    same_key.pop_back();
  } else {
    same_key.erase(std::find(same_key.begin(), same_key.end(), array));
  }
  // The list of a shape is likely to be wanted again, and expensive to make.
  constexpr std::size_t most_lists = 1024;
  if (same_key.empty() && by_key_.size() > most_lists) {
    by_key_.erase(found);
  }
  --arrays_;
  array_bytes_ -= array->capacity_;
}

void ArrayPool::enlist(Array& array) {
  const std::lock_guard<std::mutex> guard{mutex_};
  registered_.insert(&array);
}

void ArrayPool::discharge(Array& array) {
  const std::lock_guard<std::mutex> guard{mutex_};
  registered_.erase(&array);
}

// The array must not be linked. Waits for its tasks if StarPU knows it, so the pool's lock is not held.
void ArrayPool::destroy(Array* array) {
  array->unregister();
  if (array->capacity_ != 0) {
    const std::lock_guard<std::mutex> guard{mutex_};
    recycle_memory(array->data_.load(std::memory_order_relaxed), array->capacity_,
                   effective_alignment(array->bytes_, array->alignment_));
    if (!open_) {
      release_free_memory(free_bytes_);
    }
  }
  delete array;
}

// ---- limits

bool ArrayPool::over_limits(std::size_t wanted) const {
  return arrays_ > most_arrays || allocated_bytes_ + wanted > memory_limit_;
}

void ArrayPool::trim() {
  destroy_dropped(true);
  shrink(0);
}

void ArrayPool::destroy_dropped(bool all) {
  if (on_worker() || !running()) {
    return;  // destroying waits for tasks
  }
  std::vector<Array*> victims;
  {
    const std::lock_guard<std::mutex> guard{mutex_};
    const auto busy = [all](const Array* array) {
      return !all && !progress().probably_finished(array->last_launch_.load(std::memory_order_relaxed));
    };
    const auto first = std::partition(dropped_.begin(), dropped_.end(), busy);
    victims.assign(first, dropped_.end());
    dropped_.erase(first, dropped_.end());
  }
  for (Array* const victim : victims) {
    if (all || victim->try_synchronize()) {
      destroy(victim);
    } else {
      const std::lock_guard<std::mutex> guard{mutex_};
      dropped_.push_back(victim);
    }
  }
}

// Makes room for `wanted` more bytes as far as unused arrays can.
void ArrayPool::shrink(std::size_t wanted) {
  if (on_worker() || !running()) {
    return;  // destroying waits for tasks
  }
  for (;;) {
    Array* victim = nullptr;
    {
      const std::lock_guard<std::mutex> guard{mutex_};
      if (over_limits(wanted)) {
        release_free_memory(allocated_bytes_ + wanted - std::min(memory_limit_, allocated_bytes_ + wanted));
      }
      if (!over_limits(wanted) || oldest_ == nullptr) {
        return;
      }
      victim = oldest_;
      unlink(victim);
    }
    destroy(victim);
  }
}

// ---- memory

std::string ArrayPool::out_of_memory_text(std::size_t bytes) const {
  const auto ranks = cluster().ranks;
  return "Out of memory: failed to allocate " + std::to_string(bytes) + " bytes on memory of kind SYSTEM_MEM, where " +
         std::to_string((allocated_bytes_ - free_bytes_) / ranks) + " of " + std::to_string(memory_limit_ / ranks) +
         " bytes are in use (--sysmem" + (ranks > 1 ? ", per process)" : ")");
}

std::byte* ArrayPool::provide_memory(Array& array) {
  const std::size_t alignment = effective_alignment(array.bytes_, array.alignment_);
  const std::size_t capacity = capacity_for(array.bytes_, alignment);
  std::unique_lock<std::mutex> lock{mutex_};
  if (std::byte* const present = array.data_.load(std::memory_order_relaxed)) {
    return present;
  }
  std::byte* memory = find_free_memory(capacity, alignment);
  if (memory == nullptr && !on_worker()) {
    if (Array* const similar = oldest_of_capacity(capacity)) {
      unlink(similar);
      lock.unlock();
      destroy(similar);
    } else {
      lock.unlock();
      shrink(capacity);
    }
    lock.lock();
    memory = find_free_memory(capacity, alignment);
  }
  if (memory == nullptr) {
    if (open_ && !on_worker() && allocated_bytes_ + capacity > memory_limit_) {
      throw OutOfMemoryError{out_of_memory_text(array.bytes_)};  // what is unused was given up above
    }
    memory = allocate_memory(capacity, alignment);
    if (memory == nullptr) {
      lock.unlock();
      shrink(std::max(memory_limit_, capacity));  // all that is unused
      lock.lock();
      memory = allocate_memory(capacity, alignment);
      if (memory == nullptr) {
        throw OutOfMemoryError{out_of_memory_text(array.bytes_)};
      }
    }
    allocated_bytes_ += capacity;
    peak_bytes_ = std::max(peak_bytes_, allocated_bytes_);
  }
  if (std::byte* const present = array.data_.load(std::memory_order_relaxed)) {
    recycle_memory(memory, capacity, alignment);  // another thread was faster
    return present;
  }
  array.capacity_ = capacity;
  array.pages_note_ = 0;
  array.data_.store(memory, std::memory_order_release);
  return memory;
}

// Looks at a few of the arrays that were unused for longest for one that is idle and whose memory fits.
Array* ArrayPool::oldest_of_capacity(std::size_t capacity) {
  Array* candidate = oldest_;
  for (int i = 0; i < 8 && candidate != nullptr; ++i, candidate = candidate->pool_newer_) {
    if (candidate->capacity_ == capacity &&
        progress().probably_finished(candidate->last_launch_.load(std::memory_order_relaxed))) {
      return candidate;
    }
  }
  return nullptr;
}

void ArrayPool::recycle_memory(std::byte* memory, std::size_t capacity, std::size_t alignment) {
  free_memory_[capacity].push_back({memory, alignment});
  free_bytes_ += capacity;
}

std::byte* ArrayPool::find_free_memory(std::size_t capacity, std::size_t alignment) {
  const auto found = free_memory_.find(capacity);
  if (found == free_memory_.end()) {
    return nullptr;
  }
  std::vector<FreeMemory>& candidates = found->second;
  const auto last = std::find_if(candidates.rbegin(), candidates.rend(),
                                 [alignment](const FreeMemory& memory) { return memory.alignment >= alignment; });
  if (last == candidates.rend()) {
    return nullptr;
  }
  std::byte* const address = last->address;
  candidates.erase(std::next(last).base());
  if (candidates.empty()) {
    free_memory_.erase(found);
  }
  free_bytes_ -= capacity;
  return address;
}

void ArrayPool::release_free_memory(std::size_t wanted) {
  std::size_t released = 0;
  while (released < wanted && !free_memory_.empty()) {
    const auto entry = free_memory_.begin();
    free_memory(entry->second.back().address, entry->first);
    released += entry->first;
    free_bytes_ -= entry->first;
    allocated_bytes_ -= entry->first;
    entry->second.pop_back();
    if (entry->second.empty()) {
      free_memory_.erase(entry);
    }
  }
}

}  // namespace legate::detail::engine
