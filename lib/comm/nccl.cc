// SPDX-License-Identifier: Apache-2.0
#include "comm/nccl.h"

#include "comm/circle.h"
#include "engine/cuda.h"

#include <legate/utilities/abort.h>
#include <legate/utilities/macros.h>

#if LEGATE_DEFINED(LEGATE_USE_NCCL)

#include <nccl.h>

#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace legate::detail::comm {

namespace {

void check(ncclResult_t code, const char* file, int line) {
  if (code != ncclSuccess) {
    LEGATE_ABORT("Internal NCCL failure with error ", ncclGetErrorString(code), " (", static_cast<int>(code),
                 ") in file ", file, " at line ", line);
  }
}
#define LEGATE_CHECK_NCCL(call) check(call, __FILE__, __LINE__)

/// Handles by seating and point of this process. A point finds its own again: launches with the same seating give it
/// the same worker. Points look at the same time.
class Handles {
 public:
  // Null until it was made.
  [[nodiscard]] ncclComm_t* find(const Seating& seating, unsigned local) {
    const std::lock_guard<std::mutex> guard{mutex_};
    auto& handle = handles_[{&seating, local}];
    if (handle == nullptr) {
      handle = std::make_unique<ncclComm_t>(nullptr);
    }
    return handle.get();
  }
  void clear() {
    const std::lock_guard<std::mutex> guard{mutex_};
    for (const auto& [place, handle] : handles_) {
      if (*handle != nullptr) {
        LEGATE_CHECK_NCCL(ncclCommDestroy(*handle));
      }
    }
    handles_.clear();
  }

  bool warm_up{false};  // written while nothing runs

  static Handles& instance() {
    static auto* const handles = new Handles;  // never destroyed: the driver may be gone by then
    return *handles;
  }

 private:
  std::mutex mutex_{};
  std::map<std::pair<const Seating*, unsigned>, std::unique_ptr<ncclComm_t>> handles_{};
};

// All points agree on what the first one of them says; the others' identifiers are empty.
ncclUniqueId agree_on_id(Circle& circle, unsigned local) {
  ncclUniqueId own{};
  if (circle.first() + local == 0) {
    LEGATE_CHECK_NCCL(ncclGetUniqueId(&own));
  }
  std::vector<ncclUniqueId> all(circle.size());
  circle.allgather(local, &own, all.data(), sizeof own);
  return all.front();
}

void warm_up(ncclComm_t communicator) {
  auto* const stream = engine::gpu_stream();
  const auto element = engine::allocate_gpu_memory(engine::GpuMemory::DEVICE, sizeof(float));
  if (element.pointer == nullptr) {
    LEGATE_ABORT("Out of memory: failed to allocate GPU memory for a message between GPUs (--warmup-nccl)");
  }
  LEGATE_CHECK_NCCL(ncclAllReduce(element.pointer, element.pointer, 1, ncclFloat, ncclSum, communicator, stream));
  engine::finish_gpu_stream();
  engine::free_gpu_memory(element);
}

}  // namespace

ncclComm_t* find_nccl_communicator(Circle& circle, unsigned local) {
  auto* const handle = Handles::instance().find(circle.seating(), local);
  // The same in all points: they have been through the same launches.
  if (*handle == nullptr) {
    const auto id = agree_on_id(circle, local);
    LEGATE_CHECK_NCCL(
        ncclCommInitRank(handle, static_cast<int>(circle.size()), id, static_cast<int>(circle.first() + local)));
    if (Handles::instance().warm_up) {
      warm_up(*handle);
    }
  }
  circle.barrier(local);
  return handle;
}

void set_nccl_warm_up(bool warm_up) noexcept { Handles::instance().warm_up = warm_up; }
void free_nccl_communicators() { Handles::instance().clear(); }

}  // namespace legate::detail::comm

#else

namespace legate::detail::comm {

ncclComm** find_nccl_communicator(Circle& /*circle*/, unsigned /*local*/) { LEGATE_ABORT("built without NCCL"); }
void set_nccl_warm_up(bool /*warm_up*/) noexcept {}
void free_nccl_communicators() {}

}  // namespace legate::detail::comm

#endif
