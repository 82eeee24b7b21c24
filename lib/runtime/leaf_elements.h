// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/physical_store.h"
#include "engine/device_elements.h"
#include "task/frame.h"

#include <legate/data/inline_allocation.h>
#include <legate/data/physical_store.h>
#include <legate/task/task_context.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

// How leaves that know neither the type nor the dimensions of their arguments get at elements.
namespace legate::detail {

using Coordinates = std::array<coord_t, LEGATE_MAX_DIM>;

/// Where the elements that an instance sees of a store lie in memory.
class Elements {
 public:
  explicit Elements(const legate::PhysicalStore& store) : domain_{store.domain()}, size_{store.type().size()} {
    const auto place = store.get_inline_allocation();
    first_ = static_cast<std::byte*>(place.ptr);
    std::copy(place.strides.begin(), place.strides.end(), strides_.begin());
  }

  [[nodiscard]] const Domain& domain() const { return domain_; }
  [[nodiscard]] std::size_t element_size() const { return size_; }
  [[nodiscard]] std::byte* first() const { return first_; }
  [[nodiscard]] const std::size_t* strides() const { return strides_.data(); }
  /// Bytes from one element to the next along the last dimension.
  [[nodiscard]] std::size_t step() const {
    return domain_.dim == 0 ? 0 : strides_[static_cast<std::size_t>(domain_.dim) - 1];
  }

  /// The longest dimension whose elements lie apart; -1 if there is none.
  [[nodiscard]] std::int32_t longest_dimension() const {
    std::int32_t longest = -1;
    coord_t most = 0;
    for (std::int32_t d = 0; d < domain_.dim; ++d) {
      const auto extent = domain_.rect_data[d + domain_.dim] - domain_.rect_data[d] + 1;
      if (strides_[static_cast<std::size_t>(d)] != 0 && extent > most) {
        longest = d;
        most = extent;
      }
    }
    return longest;
  }
  /// Share `index` of `count` about equal ones along a dimension. May be empty.
  [[nodiscard]] Elements share(std::int32_t dimension, coord_t index, coord_t count) const {
    auto result = *this;
    auto& lo = result.domain_.rect_data[dimension];
    const auto extent = domain_.rect_data[dimension + domain_.dim] - lo + 1;
    result.domain_.rect_data[dimension + domain_.dim] = lo + extent * (index + 1) / count - 1;
    lo += extent * index / count;
    result.first_ += static_cast<std::size_t>(extent * index / count) * strides_[static_cast<std::size_t>(dimension)];
    return result;
  }

  /// The element at these coordinates; null if there is none or the instance does not see it.
  [[nodiscard]] std::byte* find(const coord_t* point) const {
    std::size_t offset = 0;
    for (std::int32_t d = 0; d < domain_.dim; ++d) {
      const auto lo = domain_.rect_data[d];
      if (point[d] < lo || point[d] > domain_.rect_data[d + domain_.dim]) {
        return nullptr;
      }
      offset += static_cast<std::size_t>(point[d] - lo) * strides_[static_cast<std::size_t>(d)];
    }
    return first_ + offset;
  }

 private:
  Domain domain_;
  std::size_t size_;
  std::byte* first_{};
  std::array<std::size_t, LEGATE_MAX_DIM> strides_{};
};

/// @name For variants that run on devices
/// @{

/// Where the elements are that the instance sees of a store with dimensions.
inline engine::ElementsAt device_elements(const legate::PhysicalStore& store) {
  const auto& record = *store.impl();
  engine::ElementsAt result;
  result.memory = record.device_memory;
  result.place = record.base;
  for (std::size_t d = 0; d < static_cast<std::size_t>(record.dim); ++d) {
    result.strides[d] = record.strides[d];
    result.place += static_cast<std::uint64_t>(record.lo[d]) * record.strides[d];
  }
  return result;
}

/// How many elements that are.
inline engine::ElementBox device_box(const legate::PhysicalStore& store) {
  const auto& record = *store.impl();
  engine::ElementBox result;
  result.dims = static_cast<std::uint32_t>(record.dim);
  for (std::size_t d = 0; d < result.dims; ++d) {
    result.extents[d] = record.lo[d] < record.hi[d] ? static_cast<std::uint64_t>(record.hi[d] - record.lo[d]) : 0;
  }
  return result;
}

/// Whether the elements are where the host reads and writes them, also on devices.
inline bool has_scalar_storage(const legate::PhysicalStore& store) {
  return store.impl()->kind == PhysicalStore::Kind::SCALAR;
}

/// The worker that runs the instance.
inline unsigned device_worker(const TaskContext& context) { return context.frame()->worker(); }
/// @}

/// Calls `body(dimension, index, count)` on every thread of an OpenMP group, for share `index` of `count` of the
/// elements along a dimension; once, for all of them, where that is not worth while.
template <typename Body>
void for_each_share(const Elements& elements, const Body& body) {
  constexpr std::size_t WORTH_WHILE = std::size_t{1} << 18U;  // bytes
  const auto dimension = elements.longest_dimension();
  if (dimension < 0 || elements.domain().get_volume() * elements.element_size() < WORTH_WHILE) {
    body(std::max(dimension, 0), 0, 1);
    return;
  }
#ifdef _OPENMP
#pragma omp parallel
  body(dimension, omp_get_thread_num(), omp_get_num_threads());
#else
  body(dimension, 0, 1);
#endif
}

/// Calls `row(start, length)` for the points of a domain, a run along its last dimension at a time.
template <typename Row>
void for_each_row(const Domain& domain, Row&& row) {
  Coordinates start{};
  for (std::int32_t d = 0; d < domain.dim; ++d) {
    start[static_cast<std::size_t>(d)] = domain.rect_data[d];
    if (domain.rect_data[d] > domain.rect_data[d + domain.dim]) {
      return;
    }
  }
  const auto last = domain.dim - 1;
  const auto length = last < 0
                          ? std::size_t{1}
                          : static_cast<std::size_t>(domain.rect_data[last + domain.dim] - domain.rect_data[last] + 1);
  for (;;) {
    row(start, length);
    auto d = last - 1;
    for (; d >= 0; --d) {
      auto& coordinate = start[static_cast<std::size_t>(d)];
      if (coordinate++ < domain.rect_data[d + domain.dim]) {
        break;
      }
      coordinate = domain.rect_data[d];
    }
    if (d < 0) {
      return;
    }
  }
}

}  // namespace legate::detail
