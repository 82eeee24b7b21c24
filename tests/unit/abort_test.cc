// SPDX-License-Identifier: Apache-2.0
#include <legate/utilities/assert.h>
#include <legate/utilities/cpp_version.h>
#include <legate/utilities/proc_local_storage.h>
#include <legate/version.h>
#include <legate_defines.h>

#include <gtest/gtest.h>

#include <csignal>
#include <cstring>
#include <stdexcept>
#include <utility>

#define DEFINED_AS_NOTHING
#define DEFINED_AS_ONE 1
#define DEFINED_AS_ZERO 0

namespace {

static_assert(LEGATE_DEFINED(DEFINED_AS_NOTHING) && LEGATE_DEFINED(DEFINED_AS_ONE));
static_assert(!LEGATE_DEFINED(DEFINED_AS_ZERO) && !LEGATE_DEFINED(NOT_DEFINED));
#if LEGATE_DEFINED(NOT_DEFINED) || !LEGATE_DEFINED(DEFINED_AS_NOTHING)
#error "LEGATE_DEFINED does not work in #if"
#endif
static_assert(LEGATE_NVCC + LEGATE_NVHPC + LEGATE_EDG + LEGATE_CLANG + LEGATE_GCC + LEGATE_MSVC == 1);
static_assert(LEGATE_CPP_VERSION >= LEGATE_CPP_MIN_VERSION);
static_assert(LEGATE_VERSION_MAJOR == 26);

TEST(Abort, SaysWhereAndWhatAndEndsWithSignal) {
  EXPECT_EXIT(LEGATE_ABORT("x is ", 3, '!'), ::testing::KilledBySignal(SIGABRT),
              "LEGATE ERROR: Legate called abort at .*abort_test.cc:[0-9]+ in TestBody\\(\\)\nLEGATE ERROR: x is 3!\n");
}

TEST(Check, NamesItsConditionAndTakesCommas) {
  LEGATE_CHECK(std::pair<int, int>{1, 2}.first == 1);
  EXPECT_DEATH(LEGATE_CHECK(std::pair<int, int>{1, 2}.first == 2), "assertion failed: std::pair<int, int>\\{1, 2\\}");
}

TEST(Check, EvaluatesOnce) {
  int count = 0;
  LEGATE_CHECK(++count == 1);
  EXPECT_EQ(count, 1);
}

TEST(GitHash, Exists) {
  EXPECT_GT(std::strlen(legate::LEGATE_GIT_HASH), 0U);
  EXPECT_GT(std::strlen(legate::LEGION_GIT_HASH), 0U);
}

TEST(ProcLocalStorage, BelongsToTasks) {
  legate::ProcLocalStorage<int> storage;
  EXPECT_FALSE(storage.has_value());
  EXPECT_THROW((void)storage.get(), std::logic_error);
  EXPECT_THROW((void)storage.emplace(3), std::logic_error);
}

}  // namespace
