// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/utilities/macros.h>

// The language level of this compile, as the two digits everybody uses; 0 for anything before C++11.
#if defined(_MSVC_LANG)
#define LEGATE_DETAIL_CPLUSPLUS_ _MSVC_LANG
#else
#define LEGATE_DETAIL_CPLUSPLUS_ __cplusplus
#endif

#if LEGATE_DETAIL_CPLUSPLUS_ < 201103L
#define LEGATE_CPP_VERSION 0
#elif LEGATE_DETAIL_CPLUSPLUS_ < 201402L
#define LEGATE_CPP_VERSION 11
#elif LEGATE_DETAIL_CPLUSPLUS_ < 201703L
#define LEGATE_CPP_VERSION 14
#elif LEGATE_DETAIL_CPLUSPLUS_ < 202002L
#define LEGATE_CPP_VERSION 17
#elif LEGATE_DETAIL_CPLUSPLUS_ < 202302L
#define LEGATE_CPP_VERSION 20
#else
#define LEGATE_CPP_VERSION 23
#endif

#define LEGATE_CPP_MIN_VERSION 17

static_assert(LEGATE_CPP_VERSION >= LEGATE_CPP_MIN_VERSION, "Legate needs C++17 or newer");

// Marks code to be simplified once the required language level reaches `version_lt`: from then on it does not compile.
#define LEGATE_CPP_VERSION_TODO(version_lt, message) static_assert(LEGATE_CPP_MIN_VERSION < (version_lt), message)
