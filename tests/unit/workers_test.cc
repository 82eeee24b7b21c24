// SPDX-License-Identifier: Apache-2.0
#include "engine/workers.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>
#include <vector>

namespace {

using legate::detail::engine::order_devices;
using legate::detail::engine::share_processors;
using legate::detail::engine::WorkerCounts;
using Shares = std::vector<std::vector<std::size_t>>;

TEST(ShareProcessors, CpuWorkersShareAllWhereThereAreNoGroups) {
  EXPECT_EQ(share_processors({4, 5, 6, 7, 8}, {2, 0, 1}), (Shares{{4, 5}, {6, 7, 8}}));
}

TEST(ShareProcessors, GroupsGetAsManyAsTheyHaveThreads) {
  EXPECT_EQ(share_processors({0, 1, 2, 3, 4, 5, 6, 7}, {2, 2, 2}), (Shares{{0, 1}, {2, 3}, {4, 5}, {6, 7}}));
  EXPECT_EQ(share_processors({0, 1, 2, 3, 4, 5, 6}, {1, 2, 3}), (Shares{{0}, {1, 2, 3}, {4, 5, 6}}));
}

TEST(ShareProcessors, NobodyIsBoundWhereThereAreTooFew) {
  EXPECT_TRUE(share_processors({0, 1, 2, 3}, {1, 2, 2}).empty());
  EXPECT_TRUE(share_processors({}, {1, 0, 1}).empty());
}

TEST(ShareProcessors, GroupsAloneLeaveTheFirstOnesUnused) {
  EXPECT_EQ(share_processors({0, 1, 2, 3, 4}, {0, 2, 2}), (Shares{{1, 2}, {3, 4}}));
}

TEST(ShareProcessors, SharesAreDisjointAndAsLargeAsAsked) {
  std::vector<std::size_t> processors(48);
  std::iota(processors.begin(), processors.end(), 100);
  for (unsigned cpus = 0; cpus <= 5; ++cpus) {
    for (unsigned omps = cpus == 0 ? 1 : 0; omps <= 4; ++omps) {
      for (unsigned threads = 1; threads <= 10; ++threads) {
        const auto shares = share_processors(processors, {cpus, omps, threads});
        ASSERT_EQ(shares.size(), cpus + omps);
        std::set<std::size_t> used;
        std::size_t total = 0;
        for (std::size_t worker = 0; worker < shares.size(); ++worker) {
          if (worker < cpus) {
            EXPECT_GE(shares[worker].size(), 1U);
          } else {
            EXPECT_EQ(shares[worker].size(), threads);
          }
          used.insert(shares[worker].begin(), shares[worker].end());
          total += shares[worker].size();
        }
        EXPECT_EQ(used.size(), total) << "two workers share a processor";
        EXPECT_LE(*used.rbegin(), 147U);
        EXPECT_GE(*used.begin(), 100U);
      }
    }
  }
}

using Devices = std::vector<unsigned>;

TEST(OrderDevices, EachProcessBeginsWithItsOwn) {
  EXPECT_EQ(order_devices(4, 1, 0), (Devices{0, 1, 2, 3}));
  EXPECT_EQ(order_devices(4, 1, 3), (Devices{3, 0, 1, 2}));
  EXPECT_EQ(order_devices(8, 2, 2), (Devices{4, 5, 6, 7, 0, 1, 2, 3}));
}

TEST(OrderDevices, TooFewAreSharedEvenly) {
  EXPECT_EQ(order_devices(1, 1, 5), (Devices{0}));
  EXPECT_EQ(order_devices(3, 2, 1), (Devices{2, 0, 1}));
  Devices users(4);
  for (unsigned rank = 0; rank < 6; ++rank) {
    const auto order = order_devices(4, 2, rank);
    for (unsigned i = 0; i < 2; ++i) ++users[order[i]];
  }
  EXPECT_EQ(users, (Devices{3, 3, 3, 3}));
}

TEST(OrderDevices, ProcessesThatSeeOnlyTheirOwnUseThemAll) { EXPECT_EQ(order_devices(2, 2, 3), (Devices{0, 1})); }

TEST(OrderDevices, NoneAreNone) { EXPECT_TRUE(order_devices(0, 1, 2).empty()); }

}  // namespace
