// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/utilities/compiler.h>
#include <legate/utilities/macros.h>

#include <cassert>
#include <sstream>
#include <string>

namespace legate::detail {

/// Writes a banner with the place, the message and, where the platform has one, a stack trace to stderr, and aborts.
[[noreturn]] LEGATE_EXPORT void abort_with_message(const char* file, int line, const char* function,
                                                   const std::string& message) noexcept;

template <typename... Parts>
[[noreturn]] void abort_streaming(const char* file, int line, const char* function, const Parts&... parts) {
  std::ostringstream message;
  (message << ... << parts);
  abort_with_message(file, line, function, message.str());
}

}  // namespace legate::detail

// LEGATE_ABORT(parts...): the end of the process, for broken invariants only. The parts are written to an ostream one
// after another. In device code it is a device-side assertion. A statement: needs a semicolon.
#if LEGATE_DEVICE_COMPILE
#define LEGATE_ABORT(...)                                             \
  do {                                                                \
    assert(false && "Legate abort: " LEGATE_STRINGIZE_(__VA_ARGS__)); \
    __trap();                                                         \
  } while (0)
#else
#define LEGATE_ABORT(...) \
  ::legate::detail::abort_streaming(__FILE__, __LINE__, static_cast<const char*>(__func__), __VA_ARGS__)
#endif
