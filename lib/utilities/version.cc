// SPDX-License-Identifier: Apache-2.0
#include "config.h"

#include <legate/utilities/compiler.h>
#include <legate/version.h>

// The build may pass the revision of the source tree as a string literal in LEGATE_DETAIL_GIT_HASH.
#ifndef LEGATE_DETAIL_GIT_HASH
#define LEGATE_DETAIL_GIT_HASH "unknown"
#endif

namespace legate {

const char* const LEGATE_GIT_HASH = LEGATE_DETAIL_GIT_HASH;
const char* const LEGION_GIT_HASH = "StarPU";

const char* legatus_version() noexcept { return PACKAGE_VERSION; }

}  // namespace legate
