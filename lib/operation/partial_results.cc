// SPDX-License-Identifier: Apache-2.0
#include "operation/partial_results.h"

#include <algorithm>
#include <utility>

namespace legate::detail {

namespace {

constexpr std::size_t SLOT_ALIGNMENT = 64;         // one cache line: workers do not share them
constexpr std::size_t PER_POINT_LIMIT = 1U << 20;  // total bytes up to which every point has a buffer of its own

std::size_t slot_bytes_for(const Box& box, std::size_t element_size) {
  const auto bytes = static_cast<std::size_t>(box.volume()) * element_size;
  return (bytes + SLOT_ALIGNMENT - 1) / SLOT_ALIGNMENT * SLOT_ALIGNMENT;
}

}  // namespace

PartialResults::PartialResults(const ReductionOperator& redop, std::shared_ptr<const Geometry> geometry, OwnPoints own,
                               unsigned workers)
    : redop_{redop}, geometry_{std::move(geometry)}, own_{geometry_->own(own)} {
  for (const auto& part : own_.points) {
    slot_bytes_ = std::max(slot_bytes_, slot_bytes_for(part.root, redop_.rhs_size));
  }
  // Points that see different boxes cannot share a buffer.
  per_point_ = !geometry_->is_whole() || slot_bytes_ * own.count <= PER_POINT_LIMIT || own.count <= workers;
  const auto slots = per_point_ ? own.count : workers;
  used_.assign(slots, 0);
  array_ = engine::Array::create({slot_bytes_ * slots}, 1, SLOT_ALIGNMENT, engine::ArrayPurpose::DISJOINT_WRITES);
  memory_ = array_->data();
  // Its one tile stands for all slots; a recycled array may have been cut.
  array_->retile({});
}

std::array<std::size_t, LEGATE_MAX_DIM> PartialResults::strides(std::uint32_t index) const {
  std::array<std::size_t, LEGATE_MAX_DIM> result{};
  const auto& target = box(index);
  std::size_t stride = redop_.rhs_size;
  for (auto d = static_cast<std::size_t>(target.dim); d-- > 0;) {
    result[d] = stride;
    stride *= static_cast<std::size_t>(std::max<std::int64_t>(0, target.hi[d] - target.lo[d]));
  }
  return result;
}

std::byte* PartialResults::begin(std::uint32_t index, unsigned worker) {
  const std::size_t slot = per_point_ ? index : worker;
  auto* buffer = memory_ + slot * slot_bytes_;
  if (used_[slot] == 0) {
    used_[slot] = 1;
    redop_.fill_identity(buffer, box(index).volume());
  }
  return buffer;
}

void PartialResults::fold_buffer(Fold fold, const Box& box, const std::byte* buffer, std::byte* data,
                                 const std::size_t* strides) const {
  if (box.empty()) {
    return;
  }
  const auto dims = static_cast<std::size_t>(box.dim);
  if (dims == 0) {
    fold(data, buffer, 1);
    return;
  }
  // Row by row along the last dimension, which is contiguous in both.
  const auto row = static_cast<std::size_t>(box.hi[dims - 1] - box.lo[dims - 1]);
  std::array<std::int64_t, LEGATE_MAX_DIM> at{};
  std::copy_n(box.lo.begin(), dims, at.begin());
  while (true) {
    std::size_t offset = 0;
    for (std::size_t d = 0; d < dims; ++d) {
      offset += static_cast<std::size_t>(at[d]) * strides[d];
    }
    fold(data + offset, buffer, row);
    buffer += row * redop_.rhs_size;
    std::size_t d = dims - 1;
    while (d-- > 0) {
      if (++at[d] < box.hi[d]) {
        break;
      }
      at[d] = box.lo[d];
    }
    if (d == static_cast<std::size_t>(-1)) {
      return;
    }
  }
}

template <typename Use>
void PartialResults::for_used_buffers(Use&& use) const {
  for (std::size_t slot = 0; slot < used_.size(); ++slot) {
    if (used_[slot] != 0) {
      use(box(per_point_ ? static_cast<std::uint32_t>(slot) : 0), memory_ + slot * slot_bytes_);
    }
  }
}

void PartialResults::fold_into(std::byte* data, const std::size_t* strides) const {
  for_used_buffers(
      [&](const Box& box, const std::byte* buffer) { fold_buffer(redop_.apply, box, buffer, data, strides); });
}

void PartialResults::collapse_into(const Box& bounds, std::byte* sum) const {
  redop_.fill_identity(sum, bounds.volume());
  std::array<std::size_t, LEGATE_MAX_DIM> strides{};
  std::size_t stride = redop_.rhs_size;
  std::size_t origin = 0;
  for (auto d = static_cast<std::size_t>(bounds.dim); d-- > 0;) {
    strides[d] = stride;
    origin += static_cast<std::size_t>(bounds.lo[d]) * stride;
    stride *= static_cast<std::size_t>(bounds.hi[d] - bounds.lo[d]);
  }
  for_used_buffers([&](const Box& box, const std::byte* buffer) {
    fold_buffer(redop_.fold, box, buffer, sum - origin, strides.data());
  });
}

void PartialResults::apply(const Box& bounds, const std::byte* sum, std::byte* data, const std::size_t* strides) const {
  fold_buffer(redop_.apply, bounds, sum, data, strides);
}

}  // namespace legate::detail
