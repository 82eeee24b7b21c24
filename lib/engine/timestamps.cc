// SPDX-License-Identifier: Apache-2.0
#include "engine/timestamps.h"

#include "engine/lifecycle.h"
#include "engine/timestamp_recorder.h"

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <utility>

namespace legate::detail::engine {

namespace {

// One per worker, written by that worker only, read when no task is pending.
struct alignas(64) Ring {
  std::vector<Timestamp> records;
  std::uint64_t written{0};
};

std::atomic<bool> recording{false};

std::vector<Ring>& rings() {
  static auto* const instance = new std::vector<Ring>;
  return *instance;
}

}  // namespace

void record_timestamps(std::size_t capacity) {
  if (capacity == 0) {
    throw std::invalid_argument{"record_timestamps: capacity 0, expected at least 1"};
  }
  if (!running()) {
    throw std::logic_error{"record_timestamps: the engine is not running"};
  }
  std::vector<Ring> fresh(worker_count());
  for (Ring& ring : fresh) {
    ring.records.resize(capacity);
  }
  rings() = std::move(fresh);
  recording.store(true, std::memory_order_release);
}

void stop_recording_timestamps() {
  recording.store(false, std::memory_order_release);
  rings().clear();
}

bool recording_timestamps() noexcept { return recording.load(std::memory_order_acquire); }

void keep_timestamp(const Timestamp& record) noexcept {
  if (record.worker < rings().size()) {
    Ring& ring = rings()[record.worker];
    ring.records[ring.written++ % ring.records.size()] = record;
  }
}

std::vector<Timestamp> recorded_timestamps() {
  std::vector<Timestamp> result;
  for (const Ring& ring : rings()) {
    const auto kept = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(ring.written, ring.records.size()));
    result.insert(result.end(), ring.records.begin(), ring.records.begin() + kept);
  }
  std::sort(result.begin(), result.end(),
            [](const Timestamp& left, const Timestamp& right) { return left.started < right.started; });
  return result;
}

}  // namespace legate::detail::engine
