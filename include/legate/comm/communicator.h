// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <type_traits>

namespace legate::comm {

namespace coll {
class Coll_Comm;
using CollComm = Coll_Comm*;
}  // namespace coll

/// What the instances of a concurrent launch talk through: a handle of the library that does the talking.
///
/// The communicator named "cpu" is talked through with the functions of <legate/comm/coll.h>. Copies hold the same
/// handle, which is valid until the body of the task returns.
class Communicator {
 public:
  Communicator() = default;
  explicit Communicator(coll::CollComm handle) noexcept : cpu_{handle} {}
  /// @param handle what get() returns, for any type but coll::CollComm.
  explicit Communicator(void* handle) noexcept : handle_{handle} {}

  /// The communicator's native handle: coll::CollComm for "cpu", `ncclComm_t*` for "nccl". Any other `T` is undefined.
  ///
  /// coll::CollComm* is accepted too, for programs that follow the older manuals: the address of the handle in this
  /// object, valid as long as the object.
  template <typename T>
  [[nodiscard]] T get() const {
    static_assert(std::is_pointer_v<T>, "Handles are pointers");
    if constexpr (std::is_same_v<T, coll::CollComm>) {
      return cpu_;
    } else if constexpr (std::is_same_v<T, coll::CollComm*>) {
      return const_cast<T>(&cpu_);
    } else {
      return static_cast<T>(handle_);
    }
  }

 private:
  coll::CollComm cpu_{};
  void* handle_{};
};

}  // namespace legate::comm
