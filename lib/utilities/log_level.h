// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/utilities/logger.h>

namespace legate::detail {

/// Severities, in the numbers that the option --logging takes. NONE, as a threshold, lets nothing through.
///
/// Not in the public header, because programs define macros of these names.
enum class LogLevel : int { SPEW, DEBUG, INFO, PRINT, WARNING, ERROR, FATAL, NONE };

}  // namespace legate::detail
