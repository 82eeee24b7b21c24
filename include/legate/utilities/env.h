// SPDX-License-Identifier: Apache-2.0
#pragma once

// The environment variables that the library reads besides LEGATE_CONFIG, which holds the configuration options.
//
// LEGATE_TEST         1: chooses settings that exercise more of the partitioning machinery on small data, at the cost
// of
//                     speed. For test programs.
// LEGATE_MPI_WRAPPER  path of a shared library that replaces the one the library would load to reach MPI.
//
// Both are read once, when the runtime starts.

namespace legate::detail {

inline constexpr const char* TEST_VARIABLE = "LEGATE_TEST";
inline constexpr const char* MPI_WRAPPER_VARIABLE = "LEGATE_MPI_WRAPPER";
inline constexpr const char* CONFIG_VARIABLE = "LEGATE_CONFIG";

}  // namespace legate::detail
