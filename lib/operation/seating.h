// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "comm/circle.h"
#include "data/placement.h"

#include <memory>

namespace legate::detail {

/// Which processes have which points of a concurrent launch. Kept, so that launches with the same placement cost
/// nothing more; the first one is collective over these processes. This process has some of the points. Control thread.
[[nodiscard]] std::shared_ptr<const comm::Seating> find_seating(const Placement& placement);

/// While nothing runs.
void forget_seatings() noexcept;

}  // namespace legate::detail
