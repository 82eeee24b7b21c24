// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/utilities/macros.h>
#include <legate_defines.h>

struct ncclComm;

namespace legate::detail::comm {

class Circle;

/// Whether the library was built with NCCL.
inline constexpr bool HAS_NCCL = LEGATE_DEFINED(LEGATE_USE_NCCL) != 0;

/// The handle (`ncclComm_t`) of a point on a GPU, as one of all points of its launch: valid until
/// free_nccl_communicators(). Handles are made by the first launch with its seating, and used again by later ones.
///
/// Called by every point, on its worker, after Circle::start(). Returns when all points have called it: two launches
/// never have operations of NCCL in flight at the same time. Fatal without NCCL, and when NCCL fails.
[[nodiscard]] ncclComm** find_nccl_communicator(Circle& circle, unsigned local);

/// Whether new communicators carry a small message first, so that connections are made before they are needed. While
/// nothing runs.
void set_nccl_warm_up(bool warm_up) noexcept;

/// While nothing runs, and GPUs are still in use. Every process calls it.
void free_nccl_communicators();

}  // namespace legate::detail::comm
