// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/timestamps.h"

#include <chrono>
#include <cstdint>

namespace legate::detail::engine {

[[nodiscard]] inline std::int64_t now_in_nanoseconds() noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Keeps a record. By worker `record.worker` only, for launches that began while recording.
void keep_timestamp(const Timestamp& record) noexcept;

}  // namespace legate::detail::engine
