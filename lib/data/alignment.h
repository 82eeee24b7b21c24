// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

namespace legate::detail {

/// @throws std::domain_error naming `operation` if `alignment` is 0 or not a power of two.
inline void require_alignment(const char* operation, std::size_t alignment) {
  if (alignment == 0 || (alignment & (alignment - 1)) != 0) {
    throw std::domain_error{std::string{operation} + ": alignment " + std::to_string(alignment) +
                            " is not a power of two"};
  }
}

}  // namespace legate::detail
