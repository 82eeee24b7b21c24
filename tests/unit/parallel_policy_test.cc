// SPDX-License-Identifier: Apache-2.0
#include <legate/tuning/parallel_policy.h>

#include "runtime/scope_state.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <stdexcept>

namespace {

using legate::ParallelPolicy;
using legate::StreamingMode;
using legate::mapping::TaskTarget;

/// Stands in for a started runtime.
class ParallelPolicyTest : public ::testing::Test {
 protected:
  ParallelPolicyTest() { legate::detail::install_scope_state(&state_); }
  ~ParallelPolicyTest() override { legate::detail::install_scope_state(nullptr); }

  legate::detail::ScopeState state_{legate::mapping::detail::whole_machine({2}, 1), {10, 20, 30, 40}};
};

TEST_F(ParallelPolicyTest, StartsWithTheConfiguredThresholds) {
  const ParallelPolicy policy;
  EXPECT_FALSE(policy.streaming());
  EXPECT_EQ(policy.streaming_mode(), StreamingMode::OFF);
  EXPECT_EQ(policy.overdecompose_factor(), 1U);
  EXPECT_EQ(policy.partitioning_threshold(TaskTarget::GPU), 10U);
  EXPECT_EQ(policy.partitioning_threshold(TaskTarget::OMP), 20U);
  EXPECT_EQ(policy.partitioning_threshold(TaskTarget::CPU), 30U);
}

TEST_F(ParallelPolicyTest, ComparesEachOfItsValues) {
  EXPECT_EQ(ParallelPolicy{}, ParallelPolicy{});
  EXPECT_NE(ParallelPolicy{}.with_streaming(StreamingMode::STRICT), ParallelPolicy{});
  EXPECT_NE(ParallelPolicy{}.with_streaming(StreamingMode::STRICT),
            ParallelPolicy{}.with_streaming(StreamingMode::RELAXED));
  EXPECT_NE(ParallelPolicy{}.with_overdecompose_factor(2), ParallelPolicy{});
  for (const auto target : {TaskTarget::GPU, TaskTarget::OMP, TaskTarget::CPU}) {
    const auto policy = ParallelPolicy{}.with_partitioning_threshold(target, 1);
    EXPECT_NE(policy, ParallelPolicy{});
    EXPECT_EQ(policy.partitioning_threshold(target), 1U);
  }
}

TEST_F(ParallelPolicyTest, StreamsInBothModes) {
  EXPECT_TRUE(ParallelPolicy{}.with_streaming(StreamingMode::RELAXED).streaming());
  EXPECT_TRUE(ParallelPolicy{}.with_streaming(StreamingMode::STRICT).streaming());
  EXPECT_FALSE(ParallelPolicy{}.with_streaming(StreamingMode::STRICT).with_streaming(StreamingMode::OFF).streaming());
}

TEST_F(ParallelPolicyTest, RejectsUnknownTargets) {
  ParallelPolicy policy;
  EXPECT_THROW(policy.with_partitioning_threshold(static_cast<TaskTarget>(9), 1), std::invalid_argument);
  EXPECT_THROW((void)policy.partitioning_threshold(static_cast<TaskTarget>(9)), std::invalid_argument);
}

TEST(ParallelPolicy, NeedsAStartedRuntime) { EXPECT_THROW(ParallelPolicy{}, std::runtime_error); }

}  // namespace
