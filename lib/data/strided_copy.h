// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace legate::detail {

/// Copies a box of `dims` dimensions between two layouts with byte strides; contiguous inner dimensions go in one
/// piece.
inline void strided_copy(std::byte* target, const std::size_t* target_strides, const std::byte* source,
                         const std::size_t* source_strides, const std::uint64_t* extents, std::size_t dims,
                         std::size_t element_size) {
  std::size_t block = element_size;
  while (dims > 0 && target_strides[dims - 1] == block && source_strides[dims - 1] == block) {
    block *= extents[--dims];
  }
  if (dims == 0) {
    std::memcpy(target, source, block);
    return;
  }
  if (block == 0) {
    return;
  }
  // `block` bytes per step of the outer dimensions; the innermost of these in a loop, the others by recursion.
  if (dims == 1) {
    for (std::uint64_t i = 0; i < extents[0]; ++i) {
      std::memcpy(target + i * target_strides[0], source + i * source_strides[0], block);
    }
    return;
  }
  struct Copier {
    const std::size_t* to;
    const std::size_t* from;
    const std::uint64_t* extents;
    std::size_t dims;
    std::size_t block;

    void operator()(std::byte* target, const std::byte* source, std::size_t d) const {
      for (std::uint64_t i = 0; i < extents[d]; ++i) {
        if (d + 1 == dims) {
          std::memcpy(target + i * to[d], source + i * from[d], block);
        } else {
          (*this)(target + i * to[d], source + i * from[d], d + 1);
        }
      }
    }
  };
  Copier{target_strides, source_strides, extents, dims, block}(target, source, 0);
}

}  // namespace legate::detail
