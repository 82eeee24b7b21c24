// SPDX-License-Identifier: Apache-2.0
#include <legate/redop/detail/atomic_update.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace legate::detail {

namespace {

/// Locks shared by all addresses; neighbours of 16 bytes get different ones.
constexpr std::size_t LOCKS = 256;

struct alignas(64) Lock {
  std::atomic_flag taken = ATOMIC_FLAG_INIT;
};

std::array<Lock, LOCKS> locks;

Lock& lock_of(const void* address) {
  return locks[(reinterpret_cast<std::uintptr_t>(address) >> 4U) % LOCKS];  // NOLINT
}

}  // namespace

void lock_reduction(const void* address) noexcept {
  auto& lock = lock_of(address);
  while (lock.taken.test_and_set(std::memory_order_acquire)) {
  }
}

void unlock_reduction(const void* address) noexcept { lock_of(address).taken.clear(std::memory_order_release); }

}  // namespace legate::detail
