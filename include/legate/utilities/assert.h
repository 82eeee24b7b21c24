// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/utilities/abort.h>
#include <legate/utilities/compiler.h>
#include <legate/utilities/macros.h>

// Conditions may contain commas.

#if LEGATE_MSVC
#define LEGATE_LIKELY(...) static_cast<bool>(__VA_ARGS__)
#define LEGATE_UNLIKELY(...) static_cast<bool>(__VA_ARGS__)
#define LEGATE_DETAIL_UNREACHABLE_() __assume(0)
#else
#define LEGATE_LIKELY(...) __builtin_expect(static_cast<bool>(__VA_ARGS__), 1)
#define LEGATE_UNLIKELY(...) __builtin_expect(static_cast<bool>(__VA_ARGS__), 0)
#define LEGATE_DETAIL_UNREACHABLE_() __builtin_unreachable()
#endif

// LEGATE_CHECK(condition): evaluated in every build; false is fatal.
#define LEGATE_CHECK(...)                                                \
  do {                                                                   \
    if (LEGATE_UNLIKELY(!(__VA_ARGS__))) {                               \
      LEGATE_ABORT("assertion failed: " LEGATE_STRINGIZE_(__VA_ARGS__)); \
    }                                                                    \
  } while (0)

// LEGATE_ASSUME(condition): a promise to the optimiser; may or may not be evaluated, false is undefined.
#define LEGATE_ASSUME(...)          \
  do {                              \
    if (!(__VA_ARGS__)) {           \
      LEGATE_DETAIL_UNREACHABLE_(); \
    }                               \
  } while (0)

// LEGATE_ASSERT(condition): LEGATE_CHECK in debug builds, else a hint to the optimiser. Must be free of side effects.
// LEGATE_UNREACHABLE(): fatal in debug builds, else undefined.
#if LEGATE_DEFINED(LEGATE_USE_DEBUG)
#define LEGATE_ASSERT(...) LEGATE_CHECK(__VA_ARGS__)
#define LEGATE_UNREACHABLE()                                    \
  do {                                                          \
    LEGATE_ABORT("control reached a place marked unreachable"); \
    LEGATE_DETAIL_UNREACHABLE_();                               \
  } while (0)
#else
#define LEGATE_ASSERT(...) LEGATE_ASSUME(__VA_ARGS__)
#define LEGATE_UNREACHABLE() LEGATE_DETAIL_UNREACHABLE_()
#endif
