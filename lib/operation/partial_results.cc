// SPDX-License-Identifier: Apache-2.0
#include "operation/partial_results.h"

#include "engine/device_elements.h"

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

/// Byte strides of a box of elements in C order.
std::array<std::size_t, LEGATE_MAX_DIM> dense_strides(const Box& box, std::size_t element_size) {
  std::array<std::size_t, LEGATE_MAX_DIM> result{};
  std::size_t stride = element_size;
  for (auto d = static_cast<std::size_t>(box.dim); d-- > 0;) {
    result[d] = stride;
    stride *= static_cast<std::size_t>(std::max<std::int64_t>(0, box.hi[d] - box.lo[d]));
  }
  return result;
}

}  // namespace

PartialResults::PartialResults(const ReductionOperator& redop, std::shared_ptr<const Geometry> geometry, OwnPoints own,
                               unsigned workers, bool separate)
    : redop_{redop}, geometry_{std::move(geometry)}, own_{geometry_->own(own)}, separate_{separate} {
  for (const auto& part : own_.points) {
    slot_bytes_ = std::max(slot_bytes_, slot_bytes_for(part.root, redop_.rhs_size));
  }
  // Points that see different boxes cannot share a buffer.
  per_point_ = separate || !geometry_->is_whole() || slot_bytes_ * own.count <= PER_POINT_LIMIT || own.count <= workers;
  const auto slots = per_point_ ? own.count : workers;
  used_.assign(slots, 0);
  if (separate) {
    slot_bytes_ = std::max(slot_bytes_, SLOT_ALIGNMENT);  // no tile is empty
  }
  array_ = engine::Array::create({slot_bytes_ * slots}, 1, SLOT_ALIGNMENT,
                                 separate ? engine::ArrayPurpose::ORDINARY : engine::ArrayPurpose::DISJOINT_WRITES);
  memory_ = array_->data();
  // Its one tile stands for all slots, unless each has one; a recycled array may have been cut.
  std::vector<Box> tiles;
  for (std::size_t slot = 0; separate && slot < slots; ++slot) {
    auto& tile = tiles.emplace_back();
    tile.dim = 1;
    tile.lo[0] = static_cast<std::int64_t>(slot * slot_bytes_);
    tile.hi[0] = static_cast<std::int64_t>((slot + 1) * slot_bytes_);
  }
  array_->retile(tiles);
}

void PartialResults::list_tiles(engine::Access access, std::vector<engine::TileUse>& tiles) {
  const auto count = separate_ ? used_.size() : 1;
  for (std::uint32_t index = 0; index < count; ++index) {
    tiles.push_back({array_->tile(index), access});
  }
}

void PartialResults::fill_identities() {
  for (std::uint32_t index = 0; index < used_.size(); ++index) {
    static_cast<void>(begin(index, 0));
  }
}

namespace {

/// Elements of a box, dense and in C order, at the begin of a tile.
engine::ElementsAt elements_of_buffer(const engine::TileMemory& tile, const Box& box, std::size_t element_size) {
  engine::ElementsAt result;
  result.memory = tile.pointer != 0 ? 0 : tile.handle;
  result.place = tile.pointer != 0 ? tile.pointer : tile.offset;
  const auto strides = dense_strides(box, element_size);
  std::copy(strides.begin(), strides.end(), result.strides.begin());
  return result;
}

}  // namespace

void PartialResults::fill_identity_on_device(std::uint32_t index, const engine::Executor& executor) {
  used_[index] = 1;
  std::vector<std::byte> identity(redop_.rhs_size);
  redop_.fill_identity(identity.data(), 1);
  engine::fill_elements(executor.worker, elements_of_buffer(executor.tile(0), box(index), redop_.rhs_size),
                        engine::element_box(box(index)), redop_.rhs_size, identity.data());
}

void PartialResults::fold_on_device(std::uint32_t index, const engine::Executor& executor, std::size_t tiles) const {
  const auto& whole = box(index);
  const auto buffer = elements_of_buffer(executor.tile(0), whole, redop_.rhs_size);
  for (std::size_t i = 1; i <= tiles; ++i) {
    const auto tile = executor.tile(i);
    const auto shared = tile.box.intersection(whole);
    auto from = buffer;
    for (std::size_t d = 0; d < static_cast<std::size_t>(shared.dim); ++d) {
      from.place += static_cast<std::uint64_t>(shared.lo[d] - whole.lo[d]) * from.strides[d];
    }
    engine::fold_elements(executor.worker, engine::elements_at(tile, shared), from, engine::element_box(shared),
                          redop_);
  }
}

std::array<std::size_t, LEGATE_MAX_DIM> PartialResults::strides(std::uint32_t index) const {
  return dense_strides(box(index), redop_.rhs_size);
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

void PartialResults::fold_buffer(Fold fold, const Box& region, const Box& box, const std::byte* buffer, std::byte* data,
                                 const std::size_t* strides) const {
  if (region.empty()) {
    return;
  }
  const auto dims = static_cast<std::size_t>(region.dim);
  if (dims == 0) {
    fold(data, buffer, 1);
    return;
  }
  const auto source = dense_strides(box, redop_.rhs_size);
  // Row by row along the last dimension, which is contiguous in both.
  const auto row = static_cast<std::size_t>(region.hi[dims - 1] - region.lo[dims - 1]);
  auto at = region.lo;
  do {
    std::size_t from = 0;
    std::size_t to = 0;
    for (std::size_t d = 0; d < dims; ++d) {
      from += static_cast<std::size_t>(at[d] - box.lo[d]) * source[d];
      to += static_cast<std::size_t>(at[d]) * strides[d];
    }
    fold(data + to, buffer + from, row);
  } while (advance(region, dims - 1, at));
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
      [&](const Box& box, const std::byte* buffer) { fold_buffer(redop_.apply, box, box, buffer, data, strides); });
}

void PartialResults::fold_into(const std::vector<Box>& boxes, std::byte* data, const std::size_t* strides) const {
  for_used_buffers([&](const Box& box, const std::byte* buffer) {
    for (const auto& region : boxes) {
      if (region.overlaps(box)) {
        fold_buffer(redop_.apply, region.intersection(box), box, buffer, data, strides);
      }
    }
  });
}

void PartialResults::collapse_into(const std::vector<Box>& boxes, std::byte* sums) const {
  for (const auto& region : boxes) {
    redop_.fill_identity(sums, region.volume());
    const auto strides = dense_strides(region, redop_.rhs_size);
    std::size_t origin = 0;
    for (std::size_t d = 0; d < static_cast<std::size_t>(region.dim); ++d) {
      origin += static_cast<std::size_t>(region.lo[d]) * strides[d];
    }
    for_used_buffers([&](const Box& box, const std::byte* buffer) {
      if (region.overlaps(box)) {
        fold_buffer(redop_.fold, region.intersection(box), box, buffer, sums - origin, strides.data());
      }
    });
    sums += region.volume() * redop_.rhs_size;
  }
}

void PartialResults::apply(const std::vector<Box>& boxes, const std::byte* sums, std::byte* data,
                           const std::size_t* strides) const {
  for (const auto& box : boxes) {
    fold_buffer(redop_.apply, box, box, sums, data, strides);
    sums += box.volume() * redop_.rhs_size;
  }
}

}  // namespace legate::detail
