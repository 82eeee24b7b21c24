// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/physical_store.h"
#include "engine/cuda.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace legate::detail {

/// What a running instance of a GPU variant has besides its frame: memory that its kernels reach. For the thread of the
/// GPU worker.
class GpuFrame {
 public:
  /// Valid until release(), or free(). Null if there is not enough memory.
  [[nodiscard]] void* allocate(engine::GpuMemory memory, std::size_t bytes, std::size_t alignment);
  /// Frees a block early, when the stream of the task is done; false if it is none of this frame's.
  bool free(void* memory);

  /// Puts the value of a scalar store where kernels reach it as well as the host. False if there is not enough memory.
  [[nodiscard]] bool lend(PhysicalStore& store);

  /// The work of the instance is done: brings home what the host is to see of it. These are the values of scalar stores
  /// that it could write, and what it bound to unbound outputs among `stores`.
  void bring_home(PhysicalStore* stores, std::size_t count);

  /// Frees everything. The work of the instance is done.
  void release();

 private:
  struct Allocation {
    engine::GpuBlock block;
    void* aligned;
  };
  /// The value of a scalar store, in pinned memory as long as the instance runs.
  struct Loan {
    std::uintptr_t home;
    void* copy;
    std::size_t bytes;
    bool written;
  };

  [[nodiscard]] std::vector<Allocation>::iterator find(const void* memory);
  void bring_home(UnboundPiece& piece, std::size_t element_size);

  std::vector<Allocation> allocations_{};
  std::vector<Loan> loans_{};
};

}  // namespace legate::detail
