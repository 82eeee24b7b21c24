// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace legate::detail {

/// Installs a std::terminate handler that prints the active exception, innermost first, before the process aborts.
void install_terminate_handler();

}  // namespace legate::detail
