// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace legate::detail::engine {

/// Where elements lie in the memory of a worker, which may be a device's.
struct ElementsAt {
  std::uintptr_t place{0};   ///< address of the first one, or bytes from the begin of `memory` to it
  std::uintptr_t memory{0};  ///< a `cl_mem`; 0: elements have addresses
  std::array<std::uint64_t, LEGATE_MAX_DIM> strides{};  ///< bytes from one element to the next, per dimension
};

/// How many elements there are in each of the first `dims` dimensions.
struct ElementBox {
  std::uint32_t dims{0};
  std::array<std::uint64_t, LEGATE_MAX_DIM> extents{};
};

/// How a kernel walks two boxes of elements at once: in as few dimensions and with as large words as their layouts
/// allow. Plain data without holes: kernels of OpenCL and of CUDA get it by value.
// NOLINTBEGIN(modernize-avoid-c-arrays): std::array has no members that GPUs can call
struct ElementWalk {
  static constexpr std::size_t MOST = LEGATE_MAX_DIM + 1;

  std::uint64_t words{0};         ///< in all; 0: there is nothing to do
  std::uint32_t dims{0};          ///< 1 ... MOST; the last one varies fastest
  std::uint32_t word_size{0};     ///< bytes
  std::uint64_t extents[MOST]{};  ///< in words
  std::uint64_t targets[MOST]{};  ///< strides in bytes
  std::uint64_t sources[MOST]{};
};

/// The walk that copies elements bit by bit: its words have 1, 2, 4 or 8 bytes, and every one of them is aligned to its
/// size on both sides if the memory is. A source of strides 0 is one element for all; elements of the target that
/// coincide get the same value then.
[[nodiscard]] ElementWalk walk_words(const ElementsAt& target, const ElementsAt& source, const ElementBox& box,
                                     std::size_t element_size);

/// The walk whose words are elements. Each pair of elements is met once, also if it has several places in the box.
[[nodiscard]] ElementWalk walk_elements(const ElementsAt& target, const ElementsAt& source, const ElementBox& box,
                                        std::size_t element_size);

/// How a kernel copies elements that other elements name: target[p] = source[points[p]] for the points p of a box.
/// Plain data, as above.
struct GatherWalk {
  std::uint64_t count{0};         ///< points
  std::uint64_t element_size{0};  ///< bytes, a multiple of word_size
  std::uint32_t dims{0};          ///< of the box
  std::uint32_t named{0};         ///< dimensions of the source: what coordinates an element of `points` has
  std::uint32_t word_size{0};     ///< 1, 2, 4 or 8
  std::uint32_t unused{0};
  std::uint64_t extents[LEGATE_MAX_DIM]{};
  std::uint64_t targets[LEGATE_MAX_DIM]{};  ///< strides in bytes
  std::uint64_t points[LEGATE_MAX_DIM]{};
  std::uint64_t sources[LEGATE_MAX_DIM]{};
  std::int64_t lo[LEGATE_MAX_DIM]{};  ///< the source has elements [lo, hi); what is outside is left out
  std::int64_t hi[LEGATE_MAX_DIM]{};
};

// NOLINTEND(modernize-avoid-c-arrays)

/// Fills in what follows from the layouts: `count`, strides and `word_size`. The rest of `walk` is there already.
void complete(GatherWalk& walk, const ElementsAt& target, const ElementsAt& points, const ElementsAt& source);

}  // namespace legate::detail::engine
