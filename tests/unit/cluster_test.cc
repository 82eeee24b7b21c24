// SPDX-License-Identifier: Apache-2.0
#include "engine/cluster.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace {

using legate::detail::engine::look_at_launcher;
using legate::detail::engine::rank_on_node;

std::map<std::string, std::string>& variables() {
  static std::map<std::string, std::string> instance;
  return instance;
}

const char* look_up(const char* name) {
  const auto found = variables().find(name);
  return found == variables().end() ? nullptr : found->second.c_str();
}

TEST(Launcher, LeavesNoTraceWhereAProgramRunsAlone) {
  variables() = {{"SLURM_NTASKS", "4"}, {"PMIX_RANK", "1"}};  // of a whole job, or without a number of processes
  EXPECT_FALSE(look_at_launcher(&look_up).has_value());
}

TEST(Launcher, IsRecognisedByItsVariables) {
  for (const auto& [size, rank] : std::map<std::string, std::string>{{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
                                                                     {"PMI_SIZE", "PMI_RANK"},
                                                                     {"MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_RANK"},
                                                                     {"SLURM_STEP_NUM_TASKS", "SLURM_PROCID"}}) {
    variables() = {{size, "6"}, {rank, "5"}};
    const auto view = look_at_launcher(&look_up);
    ASSERT_TRUE(view.has_value()) << size;
    EXPECT_EQ(view->variable, size);
    EXPECT_EQ(view->cluster.ranks, 6U);
    EXPECT_EQ(view->cluster.rank, 5U);
  }
}

TEST(Launcher, NonsenseIsNoTrace) {
  for (const auto& [size, rank] : std::vector<std::pair<std::string, std::string>>{
           {"0", "0"}, {"2", "2"}, {"x", "0"}, {"2", ""}, {"-1", "0"}, {"2", "1x"}, {"99999999999999999999", "0"}}) {
    variables() = {{"PMI_SIZE", size}, {"PMI_RANK", rank}};
    EXPECT_FALSE(look_at_launcher(&look_up).has_value()) << size << " " << rank;
  }
}

TEST(RankOnNode, IsWhatTheLauncherSays) {
  variables() = {};
  EXPECT_EQ(rank_on_node(&look_up), 0U);
  for (const auto* name : {"OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "MV2_COMM_WORLD_LOCAL_RANK",
                           "SLURM_LOCALID", "LEGATE_LOCAL_RANK"}) {
    variables() = {{name, "3"}};
    EXPECT_EQ(rank_on_node(&look_up), 3U) << name;
    variables() = {{name, "x"}};
    EXPECT_EQ(rank_on_node(&look_up), 0U) << name;
  }
}

TEST(RankNames, AreShortAndComplete) {
  using legate::detail::engine::name_ranks;
  EXPECT_EQ(name_ranks({3}), "rank 3");
  EXPECT_EQ(name_ranks({0, 1}), "ranks 0, 1");
  EXPECT_EQ(name_ranks({0, 2, 4}), "ranks 0, 2, 4");
  EXPECT_EQ(name_ranks({0, 1, 2, 5, 7, 8}), "ranks 0 to 2, 5, 7, 8");
}

}  // namespace
