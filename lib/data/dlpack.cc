// SPDX-License-Identifier: Apache-2.0
// PhysicalStore::to_dlpack.
#include "data/physical_store.h"
#include "data/strided_copy.h"
#include "data/task_memory.h"
#include "engine/cuda.h"
#include "utilities/handle.h"

#include <legate/data/inline_allocation.h>
#include <legate/data/physical_store.h>
#include <legate/utilities/dlpack.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace legate {

namespace {

/// What a tensor keeps alive: its own shape, and the store or the copy it shows.
struct TensorOwner {
  DLManagedTensorVersioned tensor{};
  std::array<std::int64_t, LEGATE_MAX_DIM> shape{};
  std::array<std::int64_t, LEGATE_MAX_DIM> strides{};
  std::vector<std::max_align_t> copy{};
  InternalSharedPtr<detail::PhysicalStore> store{};
};

void release_tensor(DLManagedTensorVersioned* tensor) {
  if (tensor != nullptr) {
    delete static_cast<TensorOwner*>(tensor->manager_ctx);
  }
}

DLDataTypeCode code_of(const Type& type) {
  switch (type.code()) {
    case Type::Code::BOOL:
      return kDLBool;
    case Type::Code::INT8:
    case Type::Code::INT16:
    case Type::Code::INT32:
    case Type::Code::INT64:
      return kDLInt;
    case Type::Code::UINT8:
    case Type::Code::UINT16:
    case Type::Code::UINT32:
    case Type::Code::UINT64:
      return kDLUInt;
    case Type::Code::FLOAT16:
    case Type::Code::FLOAT32:
    case Type::Code::FLOAT64:
      return kDLFloat;
    case Type::Code::COMPLEX64:
    case Type::Code::COMPLEX128:
      return kDLComplex;
    case Type::Code::BINARY:
      return kDLOpaqueHandle;
    default:
      throw std::invalid_argument{"to_dlpack: DLPack has no elements of type " + type.to_string()};
  }
}

DLDataType element_type_of(const Type& type) {
  const auto code = code_of(type);
  const auto bits = std::uint64_t{type.size()} * 8;
  if (bits > std::numeric_limits<std::uint8_t>::max()) {
    throw std::domain_error{"to_dlpack: elements of type " + type.to_string() + " have " + std::to_string(bits) +
                            " bits, DLPack allows 255"};
  }
  return DLDataType{static_cast<std::uint8_t>(code), static_cast<std::uint8_t>(bits), 1};
}

DLDevice device_of(mapping::StoreTarget memory) {
  switch (memory) {
    case mapping::StoreTarget::FBMEM:
      return {kDLCUDA, detail::engine::gpu_number()};
    case mapping::StoreTarget::ZCMEM:
      return {kDLCUDAHost, detail::engine::gpu_number()};
    case mapping::StoreTarget::SYSMEM:
    case mapping::StoreTarget::SOCKETMEM:
      break;
  }
  return {kDLCPU, 0};
}

/// Makes the tensor a C-ordered copy of what it shows.
void detach(TensorOwner& owner, const std::size_t* source_strides, std::size_t element_size) {
  auto& tensor = owner.tensor.dl_tensor;
  const auto dim = static_cast<std::size_t>(tensor.ndim);
  std::size_t size = element_size;
  std::array<std::size_t, LEGATE_MAX_DIM> strides{};
  std::array<std::uint64_t, LEGATE_MAX_DIM> extents{};
  for (auto d = dim; d-- > 0;) {
    extents[d] = static_cast<std::uint64_t>(owner.shape[d]);
    strides[d] = size;
    owner.strides[d] = static_cast<std::int64_t>(size / element_size);
    size *= extents[d];
  }
  owner.copy.resize(size / sizeof(std::max_align_t) + 1);
  if (size > 0) {
    detail::strided_copy(reinterpret_cast<std::byte*>(owner.copy.data()), strides.data(),  // NOLINT
                         static_cast<const std::byte*>(tensor.data), source_strides, extents.data(), dim, element_size);
  }
  tensor.data = owner.copy.data();
  tensor.device = DLDevice{kDLCPU, 0};
  owner.tensor.flags = DLPACK_FLAG_BITMASK_IS_COPIED;
  owner.store.reset();
}

}  // namespace

std::unique_ptr<DLManagedTensorVersioned, void (*)(DLManagedTensorVersioned*)> PhysicalStore::to_dlpack(
    std::optional<bool> copy, std::optional<CUstream_st*> stream) const {
  if (detail::checked(impl_, "PhysicalStore::to_dlpack").kind == detail::PhysicalStore::Kind::UNBOUND) {
    throw std::invalid_argument{detail::about_argument(*impl_) + "to_dlpack: the store is an unbound output"};
  }
  const auto element = element_type_of(*impl_->type);
  const auto size = std::size_t{impl_->type->size()};
  const auto place = get_inline_allocation();
  const bool for_gpus = place.target == mapping::StoreTarget::FBMEM || place.target == mapping::StoreTarget::ZCMEM;
  if (stream.has_value() && !for_gpus) {
    throw std::runtime_error{detail::about_argument(*impl_) +
                             "to_dlpack: a CUDA stream was given, but the elements are in main memory"};
  }
  if (copy.value_or(false) && place.target == mapping::StoreTarget::FBMEM) {
    throw std::runtime_error{detail::about_argument(*impl_) +
                             "to_dlpack: what is in the memory of a GPU can be shown, but not copied"};
  }
  auto owner = std::make_unique<TensorOwner>();
  for (std::size_t d = 0; d < place.strides.size(); ++d) {
    owner->shape[d] = std::max<std::int64_t>(0, impl_->hi[d] - impl_->lo[d]);
    owner->strides[d] = static_cast<std::int64_t>(place.strides[d] / size);
  }
  owner->store = impl_;
  owner->tensor.version = DLPackVersion{DLPACK_MAJOR_VERSION, DLPACK_MINOR_VERSION};
  owner->tensor.manager_ctx = owner.get();
  owner->tensor.deleter = &release_tensor;
  auto& tensor = owner->tensor.dl_tensor;
  tensor.data = place.ptr;
  tensor.device = device_of(place.target);
  tensor.ndim = impl_->dim;
  tensor.dtype = element;
  tensor.shape = owner->shape.data();
  tensor.strides = owner->strides.data();
  if (stream.has_value()) {
    detail::engine::let_wait_for_gpu_stream(*stream);
  }
  if (copy.value_or(false)) {
    if (for_gpus) {
      detail::engine::finish_gpu_stream();
    }
    detach(*owner, place.strides.data(), size);
  }
  return {&owner.release()->tensor, &release_tensor};
}

}  // namespace legate
