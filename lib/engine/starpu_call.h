// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one place where StarPU's headers and return codes are dealt with. Internal to the engine.
#include <legate/utilities/abort.h>

#include <starpu.h>

#include <cstring>

/// StarPU 1.4 changed some members of its interface operations.
#define LEGATE_STARPU_AT_LEAST_1_4 \
  (STARPU_MAJOR_VERSION > 1 || (STARPU_MAJOR_VERSION == 1 && STARPU_MINOR_VERSION >= 4))

namespace legate::detail::engine {

/// Everything that StarPU may refuse for a reason that the user can do something about is checked before the call, so a
/// code other than 0 is a broken invariant of ours.
inline void expect_success(int code, const char* call) {
  if (code != 0) {
    LEGATE_ABORT(call, " returned ", code, " (", std::strerror(code < 0 ? -code : code), ")");
  }
}

}  // namespace legate::detail::engine
