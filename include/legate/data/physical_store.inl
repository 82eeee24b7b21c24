// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/data/physical_store.h>

#include <cstring>
#include <type_traits>

namespace legate {

template <std::int32_t DIM>
Rect<DIM> PhysicalStore::shape() const {
  check_shape_dimension_(DIM);
  const auto box = domain();
  if (box.get_dim() == 0) {
    return Rect<DIM>{Point<DIM>::ZEROES(), Point<DIM>::ZEROES()};
  }
  return box.bounds<DIM, coord_t>();
}

template <typename T, bool VALIDATE, std::int32_t DIM>
void PhysicalStore::validate_() const {
  if constexpr (VALIDATE) {
    check_accessor_dimension_(DIM);
    check_type_(type_code_of_v<T>, sizeof(T));
  }
}

template <std::int32_t DIM, typename T>
AffineLayout<T, DIM> PhysicalStore::affine_(detail::StoreUse use) const {
  static_assert(DIM >= 1 && DIM <= LEGATE_MAX_DIM, "accessors exist for 1 to LEGATE_MAX_DIM dimensions");
  const auto found = layout_(use);
  AffineLayout<T, DIM> result;
  result.base = found.base;
  for (std::int32_t d = 0; d < DIM; ++d) {
    result.strides[d] = found.strides[static_cast<std::size_t>(d)];
  }
  return result;
}

template <typename T, std::int32_t DIM, bool VALIDATE_TYPE>
AccessorRO<T, DIM> PhysicalStore::read_accessor() const {
  return read_accessor<T, DIM, VALIDATE_TYPE>(shape<DIM>());
}

template <typename T, std::int32_t DIM, bool VALIDATE_TYPE>
AccessorWO<T, DIM> PhysicalStore::write_accessor() const {
  return write_accessor<T, DIM, VALIDATE_TYPE>(shape<DIM>());
}

template <typename T, std::int32_t DIM, bool VALIDATE_TYPE>
AccessorRW<T, DIM> PhysicalStore::read_write_accessor() const {
  return read_write_accessor<T, DIM, VALIDATE_TYPE>(shape<DIM>());
}

template <typename OP, bool EXCLUSIVE, std::int32_t DIM, bool VALIDATE_TYPE>
AccessorRD<OP, EXCLUSIVE, DIM> PhysicalStore::reduce_accessor() const {
  return reduce_accessor<OP, EXCLUSIVE, DIM, VALIDATE_TYPE>(shape<DIM>());
}

template <typename T, std::int32_t DIM, bool VALIDATE_TYPE>
AccessorRO<T, DIM> PhysicalStore::read_accessor(const Rect<DIM>& bounds) const {
  validate_<T, VALIDATE_TYPE, DIM>();
  return AccessorRO<T, DIM>{affine_<DIM, T>(detail::StoreUse::READ), bounds};
}

template <typename T, std::int32_t DIM, bool VALIDATE_TYPE>
AccessorWO<T, DIM> PhysicalStore::write_accessor(const Rect<DIM>& bounds) const {
  validate_<T, VALIDATE_TYPE, DIM>();
  return AccessorWO<T, DIM>{affine_<DIM, T>(detail::StoreUse::WRITE), bounds};
}

template <typename T, std::int32_t DIM, bool VALIDATE_TYPE>
AccessorRW<T, DIM> PhysicalStore::read_write_accessor(const Rect<DIM>& bounds) const {
  validate_<T, VALIDATE_TYPE, DIM>();
  return AccessorRW<T, DIM>{affine_<DIM, T>(detail::StoreUse::READ_WRITE), bounds};
}

template <typename OP, bool EXCLUSIVE, std::int32_t DIM, bool VALIDATE_TYPE>
AccessorRD<OP, EXCLUSIVE, DIM> PhysicalStore::reduce_accessor(const Rect<DIM>& bounds) const {
  validate_<typename OP::LHS, VALIDATE_TYPE, DIM>();
  return AccessorRD<OP, EXCLUSIVE, DIM>{affine_<DIM, typename OP::RHS>(detail::StoreUse::REDUCE), bounds};
}

template <typename Span, std::int32_t DIM>
Span PhysicalStore::make_span_(detail::StoreUse use, const Rect<DIM>& bounds, std::size_t elem_size) const {
  const auto layout = affine_<DIM, char>(use);
  ::cuda::std::array<coord_t, static_cast<std::size_t>(DIM)> extents{};
  ::cuda::std::array<coord_t, static_cast<std::size_t>(DIM)> strides{};
  const bool empty = bounds.empty();
  auto first = layout.base;
  for (std::int32_t d = 0; d < DIM; ++d) {
    const auto i = static_cast<std::size_t>(d);
    extents[i] = bounds.hi[d] < bounds.lo[d] ? 0 : bounds.hi[d] - bounds.lo[d] + 1;
    strides[i] = empty ? 0 : static_cast<coord_t>(layout.strides[d] / elem_size);
    first += static_cast<std::uintptr_t>(bounds.lo[d]) * layout.strides[d];
  }
  using Mapping = typename Span::mapping_type;
  return Span{reinterpret_cast<typename Span::data_handle_type>(empty ? std::uintptr_t{0} : first),  // NOLINT
              Mapping{typename Span::extents_type{extents}, strides}};
}

template <typename T, std::int32_t DIM, bool VALIDATE_TYPE>
PhysicalStore::mdspan_type<const T, static_cast<std::uint32_t>(DIM)> PhysicalStore::span_read_accessor(
    const Rect<DIM>& bounds, std::size_t elem_size) const {
  validate_<T, VALIDATE_TYPE, DIM>();
  return make_span_<mdspan_type<const T, static_cast<std::uint32_t>(DIM)>>(detail::StoreUse::READ, bounds, elem_size);
}

template <typename T, std::int32_t DIM, bool VALIDATE_TYPE>
PhysicalStore::mdspan_type<T, static_cast<std::uint32_t>(DIM)> PhysicalStore::span_write_accessor(
    const Rect<DIM>& bounds, std::size_t elem_size) {
  validate_<T, VALIDATE_TYPE, DIM>();
  return make_span_<mdspan_type<T, static_cast<std::uint32_t>(DIM)>>(detail::StoreUse::WRITE, bounds, elem_size);
}

template <typename T, std::int32_t DIM, bool VALIDATE_TYPE>
PhysicalStore::mdspan_type<T, static_cast<std::uint32_t>(DIM)> PhysicalStore::span_read_write_accessor(
    const Rect<DIM>& bounds, std::size_t elem_size) {
  validate_<T, VALIDATE_TYPE, DIM>();
  return make_span_<mdspan_type<T, static_cast<std::uint32_t>(DIM)>>(detail::StoreUse::READ_WRITE, bounds, elem_size);
}

template <typename Redop, bool EXCLUSIVE, std::int32_t DIM, bool VALIDATE_TYPE>
auto PhysicalStore::span_reduce_accessor(const Rect<DIM>& bounds, std::size_t elem_size) {
  validate_<typename Redop::LHS, VALIDATE_TYPE, DIM>();
  using Reducing = mdspan_type<typename Redop::RHS, static_cast<std::uint32_t>(DIM),
                               detail::ReductionAccessorPolicy<Redop, EXCLUSIVE>>;
  return make_span_<Reducing>(detail::StoreUse::REDUCE, bounds, elem_size);
}

template <typename T, std::int32_t DIM, bool VALIDATE_TYPE>
PhysicalStore::mdspan_type<const T, static_cast<std::uint32_t>(DIM)> PhysicalStore::span_read_accessor(
    std::size_t elem_size) const {
  return span_read_accessor<T, DIM, VALIDATE_TYPE>(shape<DIM>(), elem_size);
}

template <typename T, std::int32_t DIM, bool VALIDATE_TYPE>
PhysicalStore::mdspan_type<T, static_cast<std::uint32_t>(DIM)> PhysicalStore::span_write_accessor(
    std::size_t elem_size) {
  return span_write_accessor<T, DIM, VALIDATE_TYPE>(shape<DIM>(), elem_size);
}

template <typename T, std::int32_t DIM, bool VALIDATE_TYPE>
PhysicalStore::mdspan_type<T, static_cast<std::uint32_t>(DIM)> PhysicalStore::span_read_write_accessor(
    std::size_t elem_size) {
  return span_read_write_accessor<T, DIM, VALIDATE_TYPE>(shape<DIM>(), elem_size);
}

template <typename Redop, bool EXCLUSIVE, std::int32_t DIM, bool VALIDATE_TYPE>
auto PhysicalStore::span_reduce_accessor(std::size_t elem_size) {
  return span_reduce_accessor<Redop, EXCLUSIVE, DIM, VALIDATE_TYPE>(shape<DIM>(), elem_size);
}

template <typename VAL>
VAL PhysicalStore::scalar() const {
  VAL result;
  std::memcpy(static_cast<void*>(&result), scalar_(), sizeof(VAL));
  return result;
}

template <typename T, std::int32_t DIM>
Buffer<T, DIM> PhysicalStore::create_output_buffer(const Point<DIM>& extents, bool bind_buffer) const {
  std::uint64_t sizes[static_cast<std::size_t>(DIM)];
  for (std::int32_t d = 0; d < DIM; ++d) {
    sizes[d] = extents[d] < 0 ? 0U : static_cast<std::uint64_t>(extents[d]);
  }
  auto* memory = create_output_(sizes, DIM, sizeof(T), alignof(T), bind_buffer);
  return Buffer<T, DIM>{static_cast<T*>(memory), Rect<DIM>{Point<DIM>::ZEROES(), extents - Point<DIM>::ONES()}, memory};
}

template <typename T, std::int32_t DIM>
void PhysicalStore::bind_data(Buffer<T, DIM>& buffer, const Point<DIM>& extents) const {
  std::uint64_t sizes[static_cast<std::size_t>(DIM)];
  std::uint64_t room[static_cast<std::size_t>(DIM)];
  const auto bounds = buffer.get_bounds();
  for (std::int32_t d = 0; d < DIM; ++d) {
    sizes[d] = extents[d] < 0 ? 0U : static_cast<std::uint64_t>(extents[d]);
    room[d] = bounds.hi[d] < bounds.lo[d] ? 0U : static_cast<std::uint64_t>(bounds.hi[d] - bounds.lo[d] + 1);
  }
  bind_(static_cast<void*>(buffer.ptr(bounds.lo)), room, sizes, DIM, sizeof(T));
}

}  // namespace legate
