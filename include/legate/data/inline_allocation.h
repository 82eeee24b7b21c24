// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/mapping/mapping.h>

#include <cstddef>
#include <vector>

namespace legate {

/// Where the elements of a store lie in memory.
class InlineAllocation {
 public:
  InlineAllocation() = default;
  InlineAllocation(void* pointer, std::vector<std::size_t> byte_strides, mapping::StoreTarget memory)
      : ptr{pointer}, strides{std::move(byte_strides)}, target{memory} {}

  void* ptr{};                         ///< the first element of the store's domain; unspecified if the domain is empty
  std::vector<std::size_t> strides{};  ///< bytes from one element to the next, per dimension; 0 for repeated dimensions
  mapping::StoreTarget target{};       ///< the kind of memory
};

}  // namespace legate
