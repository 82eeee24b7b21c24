// SPDX-License-Identifier: Apache-2.0
// main() of the tests that need a running runtime: one start and one finish for the whole program.

#include <legate.h>

#include <gtest/gtest.h>

#include <cstdlib>

namespace {

class RuntimeEnvironment : public ::testing::Environment {
 public:
  void SetUp() override { legate::start(); }
  void TearDown() override { EXPECT_EQ(legate::finish(), 0); }
};

}  // namespace

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  // A death test runs in a program of its own: a forked child has none of the parent's StarPU threads.
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  // Several processors and low thresholds, so that small stores are split. What the user set stays.
  setenv("LEGATE_CONFIG", "--cpus 4 --sysmem 256", 0);
  setenv("LEGATE_TEST", "1", 0);
  ::testing::AddGlobalTestEnvironment(new RuntimeEnvironment);
  return RUN_ALL_TESTS();
}
