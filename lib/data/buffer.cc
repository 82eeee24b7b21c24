// SPDX-License-Identifier: Apache-2.0
#include <legate/data/buffer.h>

#include "data/alignment.h"

#include <legate/utilities/abort.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace legate {

namespace detail {

namespace {

[[nodiscard]] std::size_t buffer_bytes(const coord_t* extents, int dim, std::size_t element_size) {
  if (std::any_of(extents, extents + dim, [](coord_t extent) { return extent <= 0; })) {
    return 0;
  }
  std::size_t bytes = element_size;
  for (int d = 0; d < dim; ++d) {
    const auto extent = static_cast<std::size_t>(extents[d]);
    if (bytes > std::numeric_limits<std::size_t>::max() / extent) {
      LEGATE_ABORT("Out of memory: the size in bytes of a task's buffer, ", bytes, " times ", extent,
                   ", has no number");
    }
    bytes *= extent;
  }
  return bytes;
}

[[nodiscard]] Memory::Kind memory_kind_of(mapping::StoreTarget target) {
  switch (target) {
    case mapping::StoreTarget::FBMEM:
      return Memory::Kind::GPU_FB_MEM;
    case mapping::StoreTarget::ZCMEM:
      return Memory::Kind::Z_COPY_MEM;
    case mapping::StoreTarget::SOCKETMEM:
      return Memory::Kind::SOCKET_MEM;
    case mapping::StoreTarget::SYSMEM:
      break;
  }
  return Memory::Kind::SYSTEM_MEM;
}

[[nodiscard]] mapping::StoreTarget target_of(Memory::Kind kind) {
  switch (kind) {
    case Memory::Kind::GPU_FB_MEM:
      return mapping::StoreTarget::FBMEM;
    case Memory::Kind::Z_COPY_MEM:
      return mapping::StoreTarget::ZCMEM;
    case Memory::Kind::SOCKET_MEM:
      return mapping::StoreTarget::SOCKETMEM;
    default:
      break;
  }
  return mapping::StoreTarget::SYSMEM;
}

[[nodiscard]] Domain domain_of(Span<const std::uint64_t> extents) {
  if (extents.size() > LEGATE_MAX_DIM) {
    throw std::out_of_range{"TaskLocalBuffer: " + std::to_string(extents.size()) + " dimensions, of at most " +
                            std::to_string(LEGATE_MAX_DIM)};
  }
  DomainPoint low;
  DomainPoint high;
  low.dim = high.dim = static_cast<int>(extents.size());
  for (std::size_t d = 0; d < extents.size(); ++d) {
    high.point_data[d] = static_cast<coord_t>(extents[d]) - 1;
  }
  return Domain{low, high};
}

}  // namespace

void* allocate_buffer(const coord_t* extents, int dim, std::size_t element_size, std::size_t element_alignment,
                      std::size_t alignment, Memory::Kind& kind) {
  require_alignment("create_buffer", alignment);
  if (kind == Memory::Kind::NO_MEMKIND) {
    kind = find_memory_kind_for_executing_processor(false);
  }
  return allocate_task_memory(buffer_bytes(extents, dim, element_size), std::max(alignment, element_alignment), kind);
}

}  // namespace detail

TaskLocalBuffer::TaskLocalBuffer(const Type& type, Span<const std::uint64_t> bounds,
                                 std::optional<mapping::StoreTarget> mem_kind)
    : type_{type},
      domain_{detail::domain_of(bounds)},
      kind_{mem_kind.has_value() ? detail::memory_kind_of(*mem_kind) : Memory::Kind::NO_MEMKIND} {
  std::vector<coord_t> extents(bounds.begin(), bounds.end());
  data_ = detail::allocate_buffer(extents.data(), static_cast<int>(extents.size()), type.size(), type.alignment(),
                                  DEFAULT_ALIGNMENT, kind_);
}

TaskLocalBuffer::TaskLocalBuffer(void* data, const Type& type, const Domain& bounds, Memory::Kind kind)
    : type_{type}, domain_{bounds}, data_{data}, kind_{kind} {}

Type TaskLocalBuffer::type() const { return type_; }

std::int32_t TaskLocalBuffer::dim() const { return domain_.dim; }

const Domain& TaskLocalBuffer::domain() const { return domain_; }

mapping::StoreTarget TaskLocalBuffer::memory_kind() const { return detail::target_of(kind_); }

InlineAllocation TaskLocalBuffer::get_inline_allocation() const {
  const auto dim = static_cast<std::size_t>(std::max(0, domain_.dim));
  std::vector<std::size_t> strides(dim);
  std::size_t stride = type_.size();
  for (std::size_t d = dim; d-- > 0;) {
    strides[d] = stride;
    const auto low = domain_.rect_data[d];
    const auto high = domain_.rect_data[dim + d];
    stride *= high < low ? std::size_t{0} : static_cast<std::size_t>(high - low) + 1;
  }
  return InlineAllocation{data_, std::move(strides), memory_kind()};
}

void TaskLocalBuffer::check_element_(std::size_t size, std::size_t alignment) const {
  if (type_.size() != size || type_.alignment() != alignment) {
    throw std::invalid_argument{"TaskLocalBuffer: a buffer of elements of " + std::to_string(size) +
                                " bytes aligned to " + std::to_string(alignment) + " cannot have the type " +
                                type_.to_string() + " of " + std::to_string(type_.size()) + " bytes aligned to " +
                                std::to_string(type_.alignment())};
  }
}

void TaskLocalBuffer::check_conversion_(std::int32_t dim, std::size_t element_size) const {
  if (dim != domain_.dim) {
    throw std::invalid_argument{"TaskLocalBuffer: a " + std::to_string(domain_.dim) +
                                "-D buffer does not convert to a " + std::to_string(dim) + "-D one"};
  }
  if (element_size != type_.size()) {
    throw std::invalid_argument{"TaskLocalBuffer: a buffer of " + type_.to_string() +
                                " does not convert to one of elements of " + std::to_string(element_size) + " bytes"};
  }
}

}  // namespace legate
