// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/accessor/accessor_base.h>
#include <legate/geometry/rect.h>
#include <legate/utilities/assert.h>
#include <legate/utilities/machine.h>
#include <legate/utilities/memory_kind.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace legate {

/// The least alignment of buffers, in bytes, unless another one is asked for.
inline constexpr std::size_t DEFAULT_ALIGNMENT = 16;

namespace detail {

/// Memory of the running task, released when the task ends unless freed before. Uninitialised. Running out of it is
/// fatal.
/// @throws std::runtime_error outside of tasks, or if the processor has no memory of that kind.
[[nodiscard]] LEGATE_EXPORT void* allocate_task_memory(std::size_t bytes, std::size_t alignment, Memory::Kind kind);
/// Releases memory of the running task early.
LEGATE_EXPORT void free_task_memory(void* memory);

/// Memory for `extents[0] * ... * extents[dim - 1]` elements of a task; negative extents count as 0. `kind` becomes the
/// processor's default if it is NO_MEMKIND.
/// @throws std::domain_error if `alignment` is not a power of two, besides what allocate_task_memory throws.
[[nodiscard]] LEGATE_EXPORT void* allocate_buffer(const coord_t* extents, int dim, std::size_t element_size,
                                                  std::size_t element_alignment, std::size_t alignment,
                                                  Memory::Kind& kind);

/// What the memory of a buffer is.
class BufferInstance {
 public:
  LEGATE_HOST_DEVICE constexpr BufferInstance(const void* memory, Memory location)
      : memory_{memory}, location_{location} {}
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool exists() const { return memory_ != nullptr; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr Memory get_location() const { return location_; }

 private:
  const void* memory_;
  Memory location_;
};

}  // namespace detail

/// A dense array of a task, in C order, with coordinates from 0.
///
/// A handle: copies refer to the same elements, which are released when the task ends or by destroy(), never by the
/// destruction of a handle. Trivially copyable, usable on devices; indices are checked with LEGATE_BOUNDS_CHECKS only.
template <typename VAL, std::int32_t DIM = 1>
class Buffer {
  static_assert(DIM >= 1 && DIM <= LEGATE_MAX_DIM, "buffers have 1 to LEGATE_MAX_DIM dimensions");
  static_assert(std::is_trivially_copyable_v<VAL>, "the elements of buffers are trivially copyable");

 public:
  using value_type = VAL;
  static constexpr std::int32_t dim = DIM;

  /// Without elements.
  LEGATE_HOST_DEVICE constexpr Buffer() {}
  /// For the library: elements in C order from `data`, in memory of the task that begins at `owner`.
  Buffer(VAL* data, const Rect<DIM>& bounds, void* owner, Memory::Kind kind = Memory::Kind::SYSTEM_MEM)
      : bounds_{bounds}, owner_{owner}, kind_{kind} {
    auto address = reinterpret_cast<std::uintptr_t>(data);
    auto stride = sizeof(VAL);
    for (std::int32_t d = DIM - 1; d >= 0; --d) {
      layout_.strides[d] = stride;
      address -= static_cast<std::uintptr_t>(bounds.lo[d]) * stride;
      stride *=
          bounds.hi[d] < bounds.lo[d] ? std::size_t{0} : static_cast<std::size_t>(bounds.hi[d] - bounds.lo[d]) + 1;
    }
    layout_.base = address;
  }

  [[nodiscard]] LEGATE_HOST_DEVICE VAL read(const Point<DIM>& point) const { return *ptr(point); }
  LEGATE_HOST_DEVICE void write(const Point<DIM>& point, VAL value) const { *ptr(point) = value; }
  [[nodiscard]] LEGATE_HOST_DEVICE VAL& operator[](const Point<DIM>& point) const { return *ptr(point); }
  [[nodiscard]] LEGATE_HOST_DEVICE VAL* ptr(const Point<DIM>& point) const {
    check_(point);
    return layout_.ptr(point);
  }
  /// The address of `rect.lo`, from which the elements of `rect` follow each other without a gap; else fatal.
  [[nodiscard]] LEGATE_HOST_DEVICE VAL* ptr(const Rect<DIM>& rect) const {
    if (LEGATE_UNLIKELY(!layout_.is_dense_arbitrary(rect))) {
      fail_not_dense_();
    }
    return layout_.ptr(rect.lo);
  }
  /// The address of `rect.lo` and, in `strides`, the distance of neighbours per dimension in elements.
  [[nodiscard]] LEGATE_HOST_DEVICE VAL* ptr(const Rect<DIM>& rect, std::size_t* strides) const {
    for (std::int32_t d = 0; d < DIM; ++d) {
      strides[d] = layout_.strides[d] / sizeof(VAL);
    }
    return layout_.ptr(rect.lo);
  }

  [[nodiscard]] LEGATE_HOST_DEVICE Rect<DIM> get_bounds() const { return bounds_; }

  /// Releases the elements before the task ends; every copy of the handle is left without elements to refer to.
  void destroy() {
    if (owner_ != nullptr) {
      detail::free_task_memory(owner_);
    }
    *this = Buffer{};
  }

  [[nodiscard]] LEGATE_HOST_DEVICE detail::BufferInstance get_instance() const {
    return {owner_, owner_ == nullptr ? Memory{} : Memory::create(kind_, 0)};
  }

 private:
  LEGATE_HOST_DEVICE void check_([[maybe_unused]] const Point<DIM>& point) const {
#if LEGATE_DEFINED(LEGATE_BOUNDS_CHECKS)
    detail::AccessorBounds<DIM, coord_t>{bounds_}.check(point);
#endif
  }
  LEGATE_HOST_DEVICE static void fail_not_dense_() {
    LEGATE_ABORT("the elements of the rectangle passed to ptr() do not follow each other without a gap");
  }

  AffineLayout<VAL, DIM> layout_{};
  Rect<DIM> bounds_{Rect<DIM>::make_empty()};
  void* owner_{};
  Memory::Kind kind_{Memory::Kind::NO_MEMKIND};
};

/// A buffer of the running task with coordinates from 0 to `extents - 1`. Uninitialised; extents of 0 are legal.
///
/// The task's variant must have been declared to allocate. `kind` NO_MEMKIND is the memory of the processor itself. The
/// buffer is aligned to `alignment` and to the elements' own.
/// @throws std::domain_error if `alignment` is 0 or not a power of two.
/// @throws std::runtime_error outside of tasks, or if the processor has no memory of that kind.
template <typename VAL, std::int32_t DIM>
[[nodiscard]] Buffer<VAL, DIM> create_buffer(const Point<DIM>& extents, Memory::Kind kind = Memory::Kind::NO_MEMKIND,
                                             std::size_t alignment = DEFAULT_ALIGNMENT) {
  auto* memory = detail::allocate_buffer(&extents[0], DIM, sizeof(VAL), alignof(VAL), alignment, kind);
  return Buffer<VAL, DIM>{static_cast<VAL*>(memory), Rect<DIM>{Point<DIM>::ZEROES(), extents - Point<DIM>::ONES()},
                          memory, kind};
}

template <typename VAL, std::int32_t DIM>
[[nodiscard]] Buffer<VAL, DIM> create_buffer(const Point<DIM>& extents, Memory memory,
                                             std::size_t alignment = DEFAULT_ALIGNMENT) {
  return create_buffer<VAL, DIM>(extents, memory.kind(), alignment);
}

/// The same in one dimension.
template <typename VAL>
[[nodiscard]] Buffer<VAL> create_buffer(std::size_t size, Memory::Kind kind = Memory::Kind::NO_MEMKIND,
                                        std::size_t alignment = DEFAULT_ALIGNMENT) {
  return create_buffer<VAL, 1>(Point<1>{size}, kind, alignment);
}

template <typename VAL>
[[nodiscard]] Buffer<VAL> create_buffer(std::size_t size, Memory memory, std::size_t alignment = DEFAULT_ALIGNMENT) {
  return create_buffer<VAL, 1>(Point<1>{size}, memory.kind(), alignment);
}

}  // namespace legate

#include <legate/data/task_local_buffer.h>
