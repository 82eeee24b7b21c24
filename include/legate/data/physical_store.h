// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/data/buffer.h>
#include <legate/data/inline_allocation.h>
#include <legate/mapping/mapping.h>
#include <legate/type/type_traits.h>
#include <legate/type/types.h>
#include <legate/utilities/dlpack.h>
#include <legate/utilities/internal_shared_ptr.h>
#include <legate/utilities/macros.h>
#include <legate/utilities/mdspan.h>
#include <legate/utilities/typedefs.h>
#include <legate_defines.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

struct CUstream_st;

namespace legate {

class LogicalStore;

namespace detail {

class PhysicalStore;

/// What an accessor is made of: where coordinate (0, ..., 0) would lie, and the byte strides.
struct StoreLayout {
  std::uintptr_t base{};
  std::array<std::size_t, LEGATE_MAX_DIM> strides{};
};

/// What the caller of an accessor maker is about to do.
enum class StoreUse : std::uint8_t { READ, WRITE, READ_WRITE, REDUCE };

}  // namespace detail

/// The part of a store that one task instance works on, or a store mapped into the control program: memory, a domain
/// and element accessors.
///
/// In a task, everything made from a physical store is valid until the variant returns. A mapped store keeps its
/// memory alive. Handles are cheap; copies refer to the same memory. Any thread may use its own copy. Of a handle that
/// was moved from, valid() is false and all other members throw std::logic_error.
///
/// Errors of a task's store begin with the argument that it is: `input 0 of task "saxpy": `.
class LEGATE_EXPORT PhysicalStore {
 public:
  template <typename T, std::uint32_t DIM, typename Policy = ::cuda::std::default_accessor<T>>
  using mdspan_type = ::cuda::std::mdspan<T, ::cuda::std::dextents<coord_t, DIM>, ::cuda::std::layout_stride, Policy>;

  /// @name Element accessors, by absolute coordinates
  /// `T` must be the element type: checked if `VALIDATE_TYPE` (by type code where `T` has one, else by size). Without
  /// `bounds`, `DIM` must be dim(); a store without dimensions is accessed with `DIM` 1 at coordinate 0.
  /// Outputs may be read, for what the task has written itself; inputs may not be written.
  /// @throws std::invalid_argument for a wrong type or dimension, an unbound store, or writing or reducing into a store
  ///   that is no output or reduction of the task.
  /// @{
  template <typename T, std::int32_t DIM, bool VALIDATE_TYPE = LEGATE_DEFINED(LEGATE_USE_DEBUG)>
  [[nodiscard]] AccessorRO<T, DIM> read_accessor() const;
  template <typename T, std::int32_t DIM, bool VALIDATE_TYPE = LEGATE_DEFINED(LEGATE_USE_DEBUG)>
  [[nodiscard]] AccessorWO<T, DIM> write_accessor() const;
  template <typename T, std::int32_t DIM, bool VALIDATE_TYPE = LEGATE_DEFINED(LEGATE_USE_DEBUG)>
  [[nodiscard]] AccessorRW<T, DIM> read_write_accessor() const;
  template <typename OP, bool EXCLUSIVE, std::int32_t DIM, bool VALIDATE_TYPE = LEGATE_DEFINED(LEGATE_USE_DEBUG)>
  [[nodiscard]] AccessorRD<OP, EXCLUSIVE, DIM> reduce_accessor() const;

  template <typename T, std::int32_t DIM, bool VALIDATE_TYPE = LEGATE_DEFINED(LEGATE_USE_DEBUG)>
  [[nodiscard]] AccessorRO<T, DIM> read_accessor(const Rect<DIM>& bounds) const;
  template <typename T, std::int32_t DIM, bool VALIDATE_TYPE = LEGATE_DEFINED(LEGATE_USE_DEBUG)>
  [[nodiscard]] AccessorWO<T, DIM> write_accessor(const Rect<DIM>& bounds) const;
  template <typename T, std::int32_t DIM, bool VALIDATE_TYPE = LEGATE_DEFINED(LEGATE_USE_DEBUG)>
  [[nodiscard]] AccessorRW<T, DIM> read_write_accessor(const Rect<DIM>& bounds) const;
  template <typename OP, bool EXCLUSIVE, std::int32_t DIM, bool VALIDATE_TYPE = LEGATE_DEFINED(LEGATE_USE_DEBUG)>
  [[nodiscard]] AccessorRD<OP, EXCLUSIVE, DIM> reduce_accessor(const Rect<DIM>& bounds) const;
  /// @}

  /// @name mdspan accessors, indexed from 0 at the first element of `bounds` (default: the whole domain)
  /// `elem_size` is the size of a stored element in bytes, when `T` reinterprets part of a larger one. Errors as above.
  /// @{
  template <typename T, std::int32_t DIM, bool VALIDATE_TYPE = LEGATE_DEFINED(LEGATE_USE_DEBUG)>
  [[nodiscard]] mdspan_type<const T, static_cast<std::uint32_t>(DIM)> span_read_accessor(
      std::size_t elem_size = sizeof(T)) const;
  template <typename T, std::int32_t DIM, bool VALIDATE_TYPE = LEGATE_DEFINED(LEGATE_USE_DEBUG)>
  [[nodiscard]] mdspan_type<T, static_cast<std::uint32_t>(DIM)> span_write_accessor(std::size_t elem_size = sizeof(T));
  template <typename T, std::int32_t DIM, bool VALIDATE_TYPE = LEGATE_DEFINED(LEGATE_USE_DEBUG)>
  [[nodiscard]] mdspan_type<T, static_cast<std::uint32_t>(DIM)> span_read_write_accessor(
      std::size_t elem_size = sizeof(T));
  template <typename Redop, bool EXCLUSIVE, std::int32_t DIM, bool VALIDATE_TYPE = LEGATE_DEFINED(LEGATE_USE_DEBUG)>
  [[nodiscard]] auto span_reduce_accessor(std::size_t elem_size = sizeof(typename Redop::LHS));

  template <typename T, std::int32_t DIM, bool VALIDATE_TYPE = LEGATE_DEFINED(LEGATE_USE_DEBUG)>
  [[nodiscard]] mdspan_type<const T, static_cast<std::uint32_t>(DIM)> span_read_accessor(
      const Rect<DIM>& bounds, std::size_t elem_size = sizeof(T)) const;
  template <typename T, std::int32_t DIM, bool VALIDATE_TYPE = LEGATE_DEFINED(LEGATE_USE_DEBUG)>
  [[nodiscard]] mdspan_type<T, static_cast<std::uint32_t>(DIM)> span_write_accessor(const Rect<DIM>& bounds,
                                                                                    std::size_t elem_size = sizeof(T));
  template <typename T, std::int32_t DIM, bool VALIDATE_TYPE = LEGATE_DEFINED(LEGATE_USE_DEBUG)>
  [[nodiscard]] mdspan_type<T, static_cast<std::uint32_t>(DIM)> span_read_write_accessor(
      const Rect<DIM>& bounds, std::size_t elem_size = sizeof(T));
  template <typename Redop, bool EXCLUSIVE, std::int32_t DIM, bool VALIDATE_TYPE = LEGATE_DEFINED(LEGATE_USE_DEBUG)>
  [[nodiscard]] auto span_reduce_accessor(const Rect<DIM>& bounds, std::size_t elem_size = sizeof(typename Redop::LHS));
  /// @}

  /// The value of a store with scalar storage. The size of `VAL` is not checked.
  /// @throws std::invalid_argument if the store is an array.
  template <typename VAL>
  [[nodiscard]] VAL scalar() const;

  /// @name Unbound outputs
  /// Every instance of the task binds each of its unbound outputs exactly once.
  /// @throws std::invalid_argument if the store is not an unbound output, is bound already, or ranks do not match.
  /// @{

  /// New memory for this output, of `extents` elements in C order; with `bind_buffer`, bound at once.
  template <typename T, std::int32_t DIM>
  [[nodiscard]] Buffer<T, DIM> create_output_buffer(const Point<DIM>& extents, bool bind_buffer = false) const;
  [[nodiscard]] TaskLocalBuffer create_output_buffer(const DomainPoint& extents, bool bind_buffer = false) const;
  /// The leading `extents` elements of `buffer` become this instance's part of the output; the buffer is handed over.
  template <typename T, std::int32_t DIM>
  void bind_data(Buffer<T, DIM>& buffer, const Point<DIM>& extents) const;
  /// @throws std::invalid_argument also if `check_type` and the types differ, or the element sizes differ.
  void bind_data(const TaskLocalBuffer& buffer, const DomainPoint& extents, bool check_type = false) const;
  /// For one-dimensional stores: `extents` counts elements, the buffer bytes.
  void bind_untyped_data(Buffer<std::int8_t, 1>& buffer, const Point<1>& extents) const;
  /// This instance contributes no element.
  void bind_empty_data() const;
  /// @}

  [[nodiscard]] std::int32_t dim() const;
  [[nodiscard]] Type type() const;
  template <typename TYPE_CODE = Type::Code>
  [[nodiscard]] TYPE_CODE code() const {
    return static_cast<TYPE_CODE>(type_code_());
  }
  /// The domain as a rectangle.
  /// @throws std::invalid_argument unless `DIM` is dim() (1 for a store without dimensions), or if the store is
  /// unbound.
  template <std::int32_t DIM>
  [[nodiscard]] Rect<DIM> shape() const;
  /// The elements this instance may touch, in the coordinates of the logical store that was passed to the task.
  /// @throws std::invalid_argument if the store is unbound.
  [[nodiscard]] Domain domain() const;
  /// @throws std::invalid_argument if the store is unbound.
  [[nodiscard]] InlineAllocation get_inline_allocation() const;
  /// @throws std::invalid_argument if the store is unbound and not bound yet.
  [[nodiscard]] mapping::StoreTarget target() const;

  [[nodiscard]] bool is_readable() const;
  [[nodiscard]] bool is_writable() const;
  [[nodiscard]] bool is_reducible() const;
  /// False for a handle that was moved from, and for a piece that a tree reduction lacks.
  [[nodiscard]] bool valid() const;
  [[nodiscard]] bool transformed() const;
  /// True if the store is one value passed by copy.
  [[nodiscard]] bool is_future() const;
  [[nodiscard]] bool is_unbound_store() const;
  /// True if instances of the launch see different parts of the store.
  [[nodiscard]] bool is_partitioned() const;

  /// The part of the store that the task sees, as a logical store: to launch tasks inside of the task, which run at
  /// once and in the calling thread. It starts at 0, is used in place, and belongs to the task: outside of it, and in
  /// other threads, it is refused. There are no views of it.
  /// @throws std::runtime_error if the store is unbound or one value, or does not belong to the running task.
  [[nodiscard]] LogicalStore to_logical_store() const;

  /// The store as a DLPack tensor, for other array libraries. Its deleter, which the result calls unless it is
  /// released, gives back what it holds.
  ///
  /// By default the tensor shows the store's own memory: that of a mapped store lives as long as the tensor, that of a
  /// task's store as long as the task. With `copy` true the tensor holds a copy in C order. It is never marked as
  /// read-only, whatever the store's role: writing where is_writable() says no is the caller's mistake.
  ///
  /// In the GPU variant of a task the tensor is on the GPU, or in pinned memory for the value of a scalar store.
  ///
  /// @param stream a CUDA stream that shall wait for what the task has put into its stream.
  /// @throws std::invalid_argument if the store is unbound, or for elements that DLPack does not know (null, fixed
  ///   arrays, structs).
  /// @throws std::domain_error for elements of more than 255 bits.
  /// @throws std::runtime_error if a stream is given and the elements are in main memory, or if elements in the memory
  /// of
  ///   a GPU are to be copied.
  [[nodiscard]] std::unique_ptr<DLManagedTensorVersioned, void (*)(DLManagedTensorVersioned*)> to_dlpack(
      std::optional<bool> copy = std::nullopt, std::optional<CUstream_st*> stream = std::nullopt) const;

  /// @name The array layer of releases up to 26.06: a plain physical array is a store.
  /// @{
  [[nodiscard]] PhysicalStore data() const { return *this; }
  [[nodiscard]] bool nullable() const noexcept { return false; }
  [[nodiscard]] bool nested() const noexcept { return false; }
  /// @throws std::invalid_argument always: no store has a null mask.
  [[nodiscard]] PhysicalStore null_mask() const;
  /// @throws std::invalid_argument always: no store has children.
  [[nodiscard]] PhysicalStore child(std::uint32_t index) const;
  /// @}

  PhysicalStore() = LEGATE_DEFAULT_WHEN_CYTHON;
  explicit PhysicalStore(InternalSharedPtr<detail::PhysicalStore> impl) : impl_{std::move(impl)} {}
  [[nodiscard]] const InternalSharedPtr<detail::PhysicalStore>& impl() const noexcept { return impl_; }

 private:
  [[nodiscard]] Type::Code type_code_() const;
  void check_shape_dimension_(std::int32_t dim) const;
  void check_accessor_dimension_(std::int32_t dim) const;
  /// Checks the requested element type against the stored one: the code unless it is NIL, else the size.
  void check_type_(Type::Code code, std::size_t size) const;
  /// Checks the privilege, waits for pending work on a mapped store, and tells where the elements are.
  [[nodiscard]] detail::StoreLayout layout_(detail::StoreUse use) const;
  [[nodiscard]] const void* scalar_() const;
  [[nodiscard]] void* create_output_(const std::uint64_t* extents, std::int32_t dim, std::size_t element_size,
                                     std::size_t alignment, bool bind) const;
  void bind_(void* data, const std::uint64_t* buffer_extents, const std::uint64_t* extents, std::int32_t dim,
             std::size_t element_size) const;

  template <std::int32_t DIM, typename T>
  [[nodiscard]] AffineLayout<T, DIM> affine_(detail::StoreUse use) const;
  template <typename T, bool VALIDATE, std::int32_t DIM>
  void validate_() const;
  template <typename Span, std::int32_t DIM>
  [[nodiscard]] Span make_span_(detail::StoreUse use, const Rect<DIM>& bounds, std::size_t elem_size) const;

  InternalSharedPtr<detail::PhysicalStore> impl_;
};

using PhysicalArray = PhysicalStore;

}  // namespace legate

#include <legate/data/physical_store.inl>
