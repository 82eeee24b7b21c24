// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/comm/coll_comm.h>
#include <legate/type/types.h>

#include <cstddef>

namespace legate::detail::comm {

/// `out[i] = a[i] op b[i]` for `count` elements. `out` may be `a` or `b`, otherwise they do not overlap.
using Fold = void (*)(void* out, const void* a, const void* b, std::size_t count);

/// How elements of the type are combined; null if they cannot be. Integers wrap around.
[[nodiscard]] Fold find_fold(legate::comm::coll::CollDataType type, ReductionOpKind op) noexcept;

}  // namespace legate::detail::comm
