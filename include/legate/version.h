// SPDX-License-Identifier: Apache-2.0
#pragma once

// The level of the public interface that this library implements.
#define LEGATE_VERSION_MAJOR 26
#define LEGATE_VERSION_MINOR 7
#define LEGATE_VERSION_PATCH 0

#include <legate_defines.h>

namespace legate {

/// The version of Legatus, the library that is loaded, as `MAJOR.MINOR.PATCH`. Any thread, any time.
[[nodiscard]] LEGATE_EXPORT const char* legatus_version() noexcept;

}  // namespace legate
