// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/utilities/processor.h>

#include <cstdint>
#include <iosfwd>

namespace legate {

/// Where data may be, named by a number.
class Memory {
 public:
  enum Kind : int {
    NO_MEMKIND,
    GLOBAL_MEM,
    SYSTEM_MEM,  ///< main memory
    REGDMA_MEM,
    SOCKET_MEM,  ///< main memory of one NUMA node
    Z_COPY_MEM,  ///< main memory that GPUs reach
    GPU_FB_MEM,  ///< memory of a GPU
    DISK_MEM,
    HDF_MEM,
    FILE_MEM,
    LEVEL3_CACHE,
    LEVEL2_CACHE,
    LEVEL1_CACHE,
    GPU_MANAGED_MEM,
    GPU_DYNAMIC_MEM
  };

  std::uint64_t id{};

  static const Memory NO_MEMORY;

  LEGATE_HOST_DEVICE constexpr Memory() {}
  LEGATE_HOST_DEVICE constexpr explicit Memory(std::uint64_t identifier) : id{identifier} {}
  /// Memory `index` of its kind in this process.
  [[nodiscard]] LEGATE_HOST_DEVICE static constexpr Memory create(Kind kind, std::uint32_t index) {
    return Memory{(static_cast<std::uint64_t>(kind) << detail::KIND_SHIFT) | index};
  }

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool exists() const { return id != 0; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr Kind kind() const { return static_cast<Kind>(id >> detail::KIND_SHIFT); }

  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr bool operator==(Memory left, Memory right) {
    return left.id == right.id;
  }
  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr bool operator!=(Memory left, Memory right) {
    return left.id != right.id;
  }
  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr bool operator<(Memory left, Memory right) {
    return left.id < right.id;
  }
};

inline constexpr Memory Memory::NO_MEMORY{};

/// The identifier in hexadecimal.
LEGATE_EXPORT std::ostream& operator<<(std::ostream& stream, const Memory& memory);
/// The name of the enumerator.
LEGATE_EXPORT std::ostream& operator<<(std::ostream& stream, Memory::Kind kind);

}  // namespace legate
