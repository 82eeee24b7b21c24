// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate.h>

#include <gtest/gtest.h>

#include <cstdlib>

namespace legate::test {

/// Runs the tests of a program between start() and finish(), which both can happen only once in a process. The limits
/// from which on stores are split are those for tests, so that small stores are split too.
class RuntimeEnvironment : public ::testing::Environment {
 public:
  void SetUp() override {
    ::setenv("LEGATE_TEST", "1", 1);
    ::setenv("LEGATE_CONFIG", "--cpus 2 --sysmem 256", 0);
    legate::start();
  }
  void TearDown() override { EXPECT_EQ(legate::finish(), 0); }
};

inline ::testing::Environment* const runtime_environment = ::testing::AddGlobalTestEnvironment(new RuntimeEnvironment);

}  // namespace legate::test
