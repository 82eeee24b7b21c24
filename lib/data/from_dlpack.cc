// SPDX-License-Identifier: Apache-2.0
#include <legate/utilities/detail/dlpack/from_dlpack.h>

#include "data/attach.h"
#include "data/control_program.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace legate::detail {

namespace {

/// A tensor that was taken over.
struct Tensor {
  const DLTensor* view;
  bool read_only;
  std::shared_ptr<const void> owner;  // calls the deleter
};

/// What a store on a tensor needs to know of it.
struct TensorLayout {
  std::vector<std::uint64_t> extents;
  Type type;
  mapping::DimOrdering ordering;
};

template <typename Managed>
std::shared_ptr<Managed> take_over(const char* function, Managed** tensor) {
  if (tensor == nullptr || *tensor == nullptr) {
    throw std::invalid_argument{std::string{function} + ": the tensor is a null pointer"};
  }
  return std::shared_ptr<Managed>{std::exchange(*tensor, nullptr), [](Managed* managed) {
                                    if (managed->deleter != nullptr) {
                                      managed->deleter(managed);
                                    }
                                  }};
}

Tensor take(const char* function, DLManagedTensorVersioned** tensor) {
  auto owner = take_over(function, tensor);
  if (owner->version.major != DLPACK_MAJOR_VERSION) {
    throw std::runtime_error{std::string{function} + ": the tensor is of DLPack version " +
                             std::to_string(owner->version.major) + "." + std::to_string(owner->version.minor) +
                             ", only those of version " + std::to_string(DLPACK_MAJOR_VERSION) + " are understood"};
  }
  const bool read_only = (owner->flags & DLPACK_FLAG_BITMASK_READ_ONLY) != 0;
  return {&owner->dl_tensor, read_only, std::move(owner)};
}

Tensor take(const char* function, DLManagedTensor** tensor) {
  auto owner = take_over(function, tensor);
  return {&owner->dl_tensor, false, std::move(owner)};
}

Type type_of(const char* function, DLDataType type) {
  struct Known {
    std::uint8_t code;
    std::uint8_t bits;
    Type (*make)();
  };
  static constexpr Known KNOWN[] = {{kDLBool, 8, &bool_},         {kDLInt, 8, &int8},
                                    {kDLInt, 16, &int16},         {kDLInt, 32, &int32},
                                    {kDLInt, 64, &int64},         {kDLUInt, 8, &uint8},
                                    {kDLUInt, 16, &uint16},       {kDLUInt, 32, &uint32},
                                    {kDLUInt, 64, &uint64},       {kDLFloat, 16, &float16},
                                    {kDLFloat, 32, &float32},     {kDLFloat, 64, &float64},
                                    {kDLComplex, 64, &complex64}, {kDLComplex, 128, &complex128}};
  if (type.lanes != 1) {
    throw std::invalid_argument{std::string{function} + ": elements of " + std::to_string(type.lanes) +
                                " lanes are not supported, only of one"};
  }
  if (type.code == kDLOpaqueHandle && type.bits > 0 && type.bits % 8 == 0) {
    return binary_type(type.bits / 8U);
  }
  bool known_code = type.code == kDLOpaqueHandle;
  for (const auto& known : KNOWN) {
    if (known.code == type.code && known.bits == type.bits) {
      return known.make();
    }
    known_code = known_code || known.code == type.code;
  }
  const auto code = " of DLPack's type code " + std::to_string(type.code);
  if (!known_code) {
    throw std::invalid_argument{std::string{function} + ": elements" + code + " are not supported"};
  }
  throw std::out_of_range{std::string{function} + ": elements" + code + " do not have " + std::to_string(type.bits) +
                          " bits"};
}

void check_device(const char* function, DLDevice device) {
  const bool of_cuda = device.device_type == kDLCUDA || device.device_type == kDLCUDAManaged;
  if (of_cuda && device.device_id < 0) {
    throw std::out_of_range{std::string{function} + ": there is no CUDA device " + std::to_string(device.device_id)};
  }
  if (of_cuda || device.device_type == kDLCUDAHost) {
    throw std::runtime_error{std::string{function} + ": the tensor is in memory of CUDA, which cannot be attached"};
  }
  if (device.device_type != kDLCPU) {
    throw std::invalid_argument{std::string{function} + ": tensors on devices of DLPack's type " +
                                std::to_string(device.device_type) + " are not supported"};
  }
}

std::vector<std::uint64_t> extents_of(const char* function, const DLTensor& tensor) {
  if (tensor.ndim < 0 || tensor.ndim > LEGATE_MAX_DIM) {
    throw std::out_of_range{std::string{function} + ": a tensor of " + std::to_string(tensor.ndim) +
                            " dimensions, a store has up to " + std::to_string(LEGATE_MAX_DIM)};
  }
  std::vector<std::uint64_t> extents;
  for (std::int32_t d = 0; d < tensor.ndim; ++d) {
    if (tensor.shape == nullptr || tensor.shape[d] < 0) {
      throw std::invalid_argument{std::string{function} +
                                  ": the tensor has no extent, or a negative one, in dimension " + std::to_string(d)};
    }
    extents.push_back(static_cast<std::uint64_t>(tensor.shape[d]));
  }
  return extents;
}

/// The order of the dimensions in memory. Those of extent 1 say nothing about it.
mapping::DimOrdering ordering_of(const char* function, const DLTensor& tensor) {
  std::vector<std::pair<std::int64_t, std::int64_t>> dims;  // extents and strides
  for (std::int32_t d = 0; d < tensor.ndim; ++d) {
    if (tensor.shape[d] == 0 || tensor.strides == nullptr) {
      return mapping::DimOrdering::c_order();
    }
    if (tensor.shape[d] != 1) {
      dims.emplace_back(tensor.shape[d], tensor.strides[d]);
    }
  }
  const auto is_dense = [](auto begin, auto end) {  // from the dimension that varies fastest
    std::uint64_t expected = 1;                     // wraps around where the tensor is too large anyway
    return std::all_of(begin, end, [&](const auto& dim) {
      return static_cast<std::uint64_t>(dim.second) ==
             std::exchange(expected, expected * static_cast<std::uint64_t>(dim.first));
    });
  };
  if (is_dense(dims.rbegin(), dims.rend())) {
    return mapping::DimOrdering::c_order();
  }
  if (is_dense(dims.begin(), dims.end())) {
    return mapping::DimOrdering::fortran_order();
  }
  const auto by_stride = [](const auto& a, const auto& b) { return a.second < b.second; };
  const bool monotonous =
      std::is_sorted(dims.begin(), dims.end(), by_stride) || std::is_sorted(dims.rbegin(), dims.rend(), by_stride);
  throw std::invalid_argument{std::string{function} +
                              (monotonous
                                   ? ": the tensor is non-contiguous: there are gaps between its elements, or "
                                     "elements that share memory"
                                   : ": the strides of the tensor are non monotonous: its dimensions are neither "
                                     "in C nor in Fortran order")};
}

TensorLayout layout_of(const char* function, const DLTensor& tensor) {
  auto extents = extents_of(function, tensor);
  auto type = type_of(function, tensor.dtype);
  check_device(function, tensor.device);
  return {std::move(extents), std::move(type), ordering_of(function, tensor)};
}

std::shared_ptr<ExternalAllocation> allocation_of(const char* function, Tensor tensor, const TensorLayout& layout,
                                                  bool read_only) {
  const auto size = bytes_of(layout.extents, layout.type.size());
  if (!size) {
    throw std::invalid_argument{std::string{function} + ": the tensor is larger than memory"};
  }
  if (tensor.view->data == nullptr && *size > 0) {
    throw std::invalid_argument{std::string{function} + ": the tensor has no data"};
  }
  static std::max_align_t nowhere;  // no elements need an address, too
  void* const address = tensor.view->data == nullptr
                            ? &nowhere
                            : static_cast<void*>(static_cast<std::byte*>(tensor.view->data) + tensor.view->byte_offset);
  // Held by the deleter, so that the tensor is given back also if the deleter is dropped without having been called.
  return std::make_shared<ExternalAllocation>(address, *size, read_only,
                                              [owner = std::move(tensor.owner)](void* /*address*/) {});
}

template <typename Managed>
legate::LogicalStore store_from(Managed** tensor) {
  constexpr const char* FUNCTION = "from_dlpack";
  auto taken = take(FUNCTION, tensor);
  check_control_program(FUNCTION);
  flush_held_operations();
  const auto layout = layout_of(FUNCTION, *taken.view);
  const bool read_only = taken.read_only;
  const auto allocation = allocation_of(FUNCTION, std::move(taken), layout, read_only);
  return legate::LogicalStore{
      attach_store(std::make_shared<Shape>(layout.extents), layout.type, *allocation, layout.ordering)};
}

template <typename Managed>
legate::ExternalAllocation memory_from(Managed** tensor, std::optional<bool> read_only) {
  constexpr const char* FUNCTION = "make_external_alloc_from_dlpack";
  auto taken = take(FUNCTION, tensor);
  if (taken.read_only && !read_only.value_or(true)) {
    throw std::invalid_argument{std::string{FUNCTION} + ": the tensor is read-only, its memory cannot be written"};
  }
  const auto layout = layout_of(FUNCTION, *taken.view);
  const bool protect = read_only.value_or(taken.read_only);
  return legate::ExternalAllocation{allocation_of(FUNCTION, std::move(taken), layout, protect)};
}

}  // namespace

legate::LogicalStore from_dlpack(DLManagedTensorVersioned** tensor) { return store_from(tensor); }
legate::LogicalStore from_dlpack(DLManagedTensor** tensor) { return store_from(tensor); }

legate::ExternalAllocation make_external_alloc_from_dlpack(DLManagedTensorVersioned** tensor,
                                                           std::optional<bool> read_only) {
  return memory_from(tensor, read_only);
}
legate::ExternalAllocation make_external_alloc_from_dlpack(DLManagedTensor** tensor, std::optional<bool> read_only) {
  return memory_from(tensor, read_only);
}

}  // namespace legate::detail
