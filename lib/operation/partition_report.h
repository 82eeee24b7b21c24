// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/utilities/logger.h>

namespace legate::detail {

/// Shows, at debug severity, how automatic operations are split. Its want_debug() costs one load.
[[nodiscard]] const Logger& partitioner_logger();

}  // namespace legate::detail
