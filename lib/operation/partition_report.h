// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/utilities/logger.h>

#include <string>

namespace legate::detail {

struct Tiling;

/// A tiling for people to read: `tiles (4), colors (2), offsets (0), strides (4)`.
[[nodiscard]] std::string describe(const Tiling& tiling);

/// Shows, at debug severity, how automatic operations are split. Its want_debug() costs one load.
[[nodiscard]] const Logger& partitioner_logger();

}  // namespace legate::detail
