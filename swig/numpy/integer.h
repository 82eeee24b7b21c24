// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

namespace legatus::numpy {

/// Integers wrap around: the unsigned type of at least int's width avoids the overflow of a promoted signed one.
template <typename T>
using Wrapping = std::make_unsigned_t<std::conditional_t<(sizeof(T) < sizeof(int)), int, T>>;

template <typename T>
[[nodiscard]] constexpr T wrapping_product(T a, T b) {
  return static_cast<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
}

}  // namespace legatus::numpy
