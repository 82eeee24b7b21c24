// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/starpu_call.h"
#include "utilities/box.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace legate::detail::engine {

/// Shape of one handle's data: a box of a C-order array. Immutable, and shared by all memory nodes and all handles of
/// the same shape.
struct NdLayout {
  using Strides = std::array<std::size_t, LEGATE_MAX_DIM>;

  Box box;  // in coordinates of the array
  std::size_t element_size{0};
  std::size_t bytes{0};
  Strides home_strides{};   // bytes, where the data lies inside the whole array
  Strides dense_strides{};  // bytes, where StarPU allocated just this box

  [[nodiscard]] bool operator==(const NdLayout& other) const noexcept;
};

/// What StarPU keeps once for every handle and every memory node it could have (16 in Debian's build), so it must stay
/// small: everything that does not differ between nodes is behind `layout`.
struct NdInterface {
  std::uintptr_t pointer{0};        // address of the first element; 0 where there is none (OpenCL, not allocated)
  std::uintptr_t device_handle{0};  // what starpu_malloc_on_node() returned
  std::size_t offset{0};            // bytes from device_handle to the first element
  const NdLayout* layout{nullptr};
  bool dense{false};  // which strides of the layout apply

  [[nodiscard]] const NdLayout::Strides& strides() const noexcept {
    return dense ? layout->dense_strides : layout->home_strides;
  }
};
static_assert(sizeof(NdInterface) <= 64, "stored once per handle and memory node");

/// Registers C-order memory at `data` whose elements have the coordinates of `whole`. Current in main memory.
[[nodiscard]] starpu_data_handle_t register_nd(const Box& whole, std::size_t element_size, void* data);

/// Plans the partition of `root` (made by register_nd()) into `boxes` and returns the handles of the pieces. At least
/// one box; each inside the root's. starpu_data_partition_clean() destroys them.
[[nodiscard]] std::vector<starpu_data_handle_t> plan_boxes(starpu_data_handle_t root, const std::vector<Box>& boxes);

/// The number under which StarPU knows this kind of data.
[[nodiscard]] starpu_data_interface_id nd_interface_id();

/// Size of a handle's data in main memory, which must lie without gaps.
[[nodiscard]] std::size_t contiguous_bytes(starpu_data_handle_t handle);

/// Drops layouts that nothing refers to any more. Call after starpu_shutdown().
void clear_layouts();

/// Layouts known at the moment; for tests.
[[nodiscard]] std::size_t layout_count();

/// Copies between memory nodes since the process started; for tests.
[[nodiscard]] std::uint64_t nd_copy_count() noexcept;

}  // namespace legate::detail::engine
