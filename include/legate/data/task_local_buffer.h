// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/data/buffer.h>
#include <legate/data/inline_allocation.h>
#include <legate/geometry/domain.h>
#include <legate/mapping/target.h>
#include <legate/type/type_traits.h>
#include <legate/type/types.h>
#include <legate/utilities/span.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace legate {

/// A buffer whose element type and number of dimensions are known at run time. A handle, as Buffer.
class LEGATE_EXPORT TaskLocalBuffer {
 public:
  /// A new buffer of the running task with the extents `bounds`.
  /// @throws std::runtime_error outside of tasks, or if the processor has no memory of that kind.
  /// @throws std::out_of_range if there are more extents than LEGATE_MAX_DIM.
  TaskLocalBuffer(const Type& type, Span<const std::uint64_t> bounds,
                  std::optional<mapping::StoreTarget> mem_kind = std::nullopt);

  /// @name The same elements as a typed buffer
  /// @throws std::invalid_argument if the size or the alignment of `type` differs from that of `T`.
  /// @{
  template <typename T, std::int32_t DIM>
  TaskLocalBuffer(const Buffer<T, DIM>& buffer, const Type& type)
      : TaskLocalBuffer{data_of_(buffer), type, Domain{buffer.get_bounds()},
                        buffer.get_instance().get_location().kind()} {
    check_element_(sizeof(T), alignof(T));
  }
  template <typename T, std::int32_t DIM>
  explicit TaskLocalBuffer(const Buffer<T, DIM>& buffer) : TaskLocalBuffer{buffer, primitive_type(type_code_of_v<T>)} {}
  /// @}

  /// For the library: elements of `type` in C order, in memory of the task that begins at `data`.
  TaskLocalBuffer(void* data, const Type& type, const Domain& bounds, Memory::Kind kind = Memory::Kind::SYSTEM_MEM);
  TaskLocalBuffer() = LEGATE_DEFAULT_WHEN_CYTHON;

  [[nodiscard]] Type type() const;
  [[nodiscard]] std::int32_t dim() const;
  [[nodiscard]] const Domain& domain() const;
  [[nodiscard]] mapping::StoreTarget memory_kind() const;

  /// The same elements as a typed buffer.
  /// @throws std::invalid_argument if `DIM` is not dim() or `T` has another size than type().
  template <typename T, std::int32_t DIM>
  explicit operator Buffer<T, DIM>() const {
    check_conversion_(DIM, sizeof(T));
    return Buffer<T, DIM>{static_cast<T*>(data_), domain_.bounds<DIM, coord_t>(), data_, kind_};
  }

  /// Address and byte strides of the elements.
  [[nodiscard]] InlineAllocation get_inline_allocation() const;

 private:
  template <typename T, std::int32_t DIM>
  [[nodiscard]] static void* data_of_(const Buffer<T, DIM>& buffer) {
    const auto bounds = buffer.get_bounds();
    return bounds.empty() ? nullptr : static_cast<void*>(buffer.ptr(bounds.lo));
  }
  void check_element_(std::size_t size, std::size_t alignment) const;
  void check_conversion_(std::int32_t dim, std::size_t element_size) const;

  Type type_;
  Domain domain_{};
  void* data_{};
  Memory::Kind kind_{Memory::Kind::NO_MEMKIND};
};

}  // namespace legate
