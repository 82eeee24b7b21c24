// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/array_links.h"
#include "engine/launch_record.h"
#include "engine/profile.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <vector>

namespace legate::detail::engine {

/// What the logs of a recording may take together. Any thread.
class RecordBudget {
 public:
  void start(std::size_t bytes) noexcept { left_.store(static_cast<std::int64_t>(bytes), std::memory_order_relaxed); }
  /// The budget may be overdrawn: what was begun is recorded to its end.
  void take(std::size_t bytes) noexcept {
    left_.fetch_sub(static_cast<std::int64_t>(bytes), std::memory_order_relaxed);
  }
  void end() noexcept { left_.store(0, std::memory_order_relaxed); }
  [[nodiscard]] bool spent() const noexcept { return left_.load(std::memory_order_relaxed) <= 0; }

 private:
  std::atomic<std::int64_t> left_{0};
};

/// Records that are only added, in blocks: what was added stays where it is. One thread at a time.
template <typename Record>
class RecordLog {
  static_assert(std::is_trivially_destructible_v<Record>);

 public:
  /// Null if there is no memory, which ends the budget.
  Record* add(const Record& record, RecordBudget& budget) noexcept {
    if (next_ == end_ && !grow(budget)) {
      return nullptr;
    }
    return new (next_++) Record{record};
  }
  [[nodiscard]] std::size_t size() const noexcept {
    return blocks_.size() * BLOCK - static_cast<std::size_t>(end_ - next_);
  }
  [[nodiscard]] const Record& operator[](std::size_t i) const noexcept { return blocks_[i / BLOCK].get()[i % BLOCK]; }
  /// Makes room for the first block.
  void prepare(RecordBudget& budget) noexcept { static_cast<void>(next_ == end_ && grow(budget)); }

 private:
  static constexpr std::size_t BLOCK = 4096;

  // Uninitialised: pages are touched when records are written, and once only.
  struct Release {
    void operator()(Record* block) const noexcept { ::operator delete(block); }
  };

  bool grow(RecordBudget& budget) noexcept {
    try {
      blocks_.reserve(blocks_.size() + 1);
      blocks_.emplace_back(static_cast<Record*>(::operator new(BLOCK * sizeof(Record))));
    } catch (const std::bad_alloc&) {
      budget.end();
      return false;
    }
    budget.take(BLOCK * sizeof(Record));
    next_ = blocks_.back().get();
    end_ = next_ + BLOCK;
    return true;
  }

  std::vector<std::unique_ptr<Record, Release>> blocks_{};
  Record* next_{nullptr};
  Record* end_{nullptr};
};

/// @name While profiling() is true
/// @{

/// A launch was made. If there is no room left, it is not `profiled`. Under the submission lock.
void profile_launch(LaunchRecord& launch);
/// A point of it was submitted. Under the submission lock.
void profile_point(LaunchRecord::Point& point, const TileUse* uses, std::size_t count) noexcept;
/// The point has run; a performance model expected it to take `predicted` nanoseconds, NaN if there is none. By the
/// worker.
void profile_run(const LaunchRecord::Point& point, unsigned worker, std::int64_t started, std::int64_t ended,
                 double predicted) noexcept;

/// A transfer was started on this tile; `purpose` lives as long as the process. Returns what profile_transfer_end()
/// wants to know, which may be null. Under the submission lock.
[[nodiscard]] Profile::Transfer* profile_transfer(bool sending, unsigned peer, std::uint64_t tag, std::uint64_t bytes,
                                                  const char* purpose, TileHandle tile) noexcept;
/// It has completed on this side. The thread of the transfers.
void profile_transfer_end(Profile::Transfer* transfer) noexcept;

/// The array has other tiles from now on: tasks on them wait for those on the old ones. Under the submission lock.
void profile_cut(const Array& array) noexcept;
/// Nothing that is submitted later waits for what was submitted on the array. Under the submission lock.
void profile_fresh(const Array& array) noexcept;

/// The thread that calls has waited, in the call or for the thing that is named so; a literal. What took less than a
/// microsecond was none. Any thread but a worker.
void profile_wait(const char* what, std::int64_t started, std::int64_t ended) noexcept;

/// Bytes went from one memory to another one. Any thread.
void profile_memory_copy(unsigned from, unsigned to, std::size_t bytes) noexcept;
/// @}

}  // namespace legate::detail::engine
