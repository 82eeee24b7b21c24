// SPDX-License-Identifier: Apache-2.0
#include "task/gpu_frame.h"

#include <legate/utilities/abort.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace legate::detail {

namespace {

constexpr std::size_t GPU_ALIGNMENT = 256;  // that of every block

}  // namespace

std::vector<GpuFrame::Allocation>::iterator GpuFrame::find(const void* memory) {
  return std::find_if(allocations_.begin(), allocations_.end(),
                      [&](const Allocation& allocation) { return allocation.aligned == memory; });
}

void* GpuFrame::allocate(engine::GpuMemory memory, std::size_t bytes, std::size_t alignment) {
  const auto room = alignment > GPU_ALIGNMENT ? alignment : 0;
  const auto block = engine::allocate_gpu_memory(memory, std::max<std::size_t>(bytes, 1) + room);
  if (block.pointer == nullptr) {
    return nullptr;
  }
  auto address = reinterpret_cast<std::uintptr_t>(block.pointer);
  if (room > 0) {
    address = (address + alignment - 1) / alignment * alignment;
  }
  auto* const aligned = reinterpret_cast<void*>(address);  // NOLINT
  allocations_.push_back({block, aligned});
  return aligned;
}

bool GpuFrame::free(void* memory) {
  const auto found = find(memory);
  if (found == allocations_.end()) {
    return false;
  }
  engine::finish_gpu_stream();
  engine::free_gpu_memory(found->block);
  allocations_.erase(found);
  return true;
}

bool GpuFrame::lend(PhysicalStore& store) {
  const auto lent =
      std::find_if(loans_.begin(), loans_.end(), [&](const Loan& loan) { return loan.home == store.base; });
  if (lent != loans_.end()) {  // two arguments of the instance are one store
    lent->written = lent->written || store.writable;
    store.target = mapping::StoreTarget::ZCMEM;
    store.base = reinterpret_cast<std::uintptr_t>(lent->copy);
    return true;
  }
  const auto bytes = static_cast<std::size_t>(store.type->size());
  void* const copy = allocate(engine::GpuMemory::PINNED, bytes, store.type->alignment());
  if (copy == nullptr) {
    return false;
  }
  std::memcpy(copy, reinterpret_cast<const void*>(store.base), bytes);  // NOLINT
  loans_.push_back({store.base, copy, bytes, store.writable});
  store.target = mapping::StoreTarget::ZCMEM;
  store.base = reinterpret_cast<std::uintptr_t>(copy);
  return true;
}

void GpuFrame::bring_home(PhysicalStore* stores, std::size_t count) {
  for (const auto& loan : loans_) {
    if (loan.written) {
      std::memcpy(reinterpret_cast<void*>(loan.home), loan.copy, loan.bytes);  // NOLINT
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (stores[i].kind == PhysicalStore::Kind::UNBOUND && stores[i].piece->bound) {
      bring_home(*stores[i].piece, stores[i].type->size());
    }
  }
}

void GpuFrame::bring_home(UnboundPiece& piece, std::size_t element_size) {
  if (find(piece.data) == allocations_.end()) {
    return;  // empty, or in main memory
  }
  auto bytes = element_size;
  for (const auto extent : piece.room) {
    bytes *= extent;
  }
  auto* const home = std::malloc(std::max<std::size_t>(bytes, 1));  // NOLINT(cppcoreguidelines-no-malloc)
  if (home == nullptr) {
    LEGATE_ABORT("Out of memory: failed to allocate ", bytes, " bytes of system memory for an unbound output");
  }
  if (bytes > 0) {
    engine::copy_gpu_memory(home, piece.data, bytes);
  }
  piece.data = home;
}

void GpuFrame::release() {
  loans_.clear();
  for (const auto& allocation : allocations_) {
    engine::free_gpu_memory(allocation.block);
  }
  allocations_.clear();
}

}  // namespace legate::detail
