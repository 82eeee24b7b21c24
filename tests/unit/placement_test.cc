// SPDX-License-Identifier: Apache-2.0
#include "data/placement.h"

#include <gtest/gtest.h>

#include <vector>

namespace {

using legate::detail::Placement;

TEST(Placement, DealsEqualBlocksToProcessorsInOrder) {
  const Placement placement{8, 0, 4, 2};
  std::vector<std::uint32_t> ranks;
  for (std::uint64_t point = 0; point < 8; ++point) ranks.push_back(placement.rank_of(point));
  EXPECT_EQ(ranks, (std::vector<std::uint32_t>{0, 0, 0, 0, 1, 1, 1, 1}));
  EXPECT_EQ(placement.first_rank(), 0U);
  EXPECT_EQ(placement.last_rank(), 1U);
}

TEST(Placement, StartsAtTheFirstProcessorOfTheMachine) {
  const Placement placement{1, 5, 2, 2};  // processors 5 and 6 of ranks that have two each
  EXPECT_EQ(placement.rank_of(0), 2U);
  EXPECT_EQ(placement.first_point(2), 0U);
  EXPECT_EQ(placement.first_point(3), 1U);
}

TEST(Placement, HashesTellPlacementsApartThatDifferInOneNumber) {
  const Placement some{4, 0, 4, 1};
  EXPECT_EQ(some.hash(), (Placement{4, 0, 4, 1}.hash()));
  for (const auto& other :
       {Placement{5, 0, 4, 1}, Placement{4, 1, 4, 1}, Placement{4, 0, 5, 1}, Placement{4, 0, 4, 2}}) {
    EXPECT_NE(some.hash(), other.hash());
  }
}

TEST(Placement, RangesOfPointsAgreeWithTheRanksOfThePoints) {
  for (std::uint64_t points = 1; points <= 40; ++points) {
    for (std::uint64_t processors = 1; processors <= 12; ++processors) {
      for (std::uint64_t per_rank = 1; per_rank <= 3; ++per_rank) {
        for (std::uint64_t first = 0; first < 5; ++first) {
          const Placement placement{points, first, processors, per_rank};
          std::uint64_t expected = 0;  // first point that runs on `rank` or later
          for (std::uint64_t rank = 0; rank <= (first + processors) / per_rank + 1; ++rank) {
            while (expected < points && placement.rank_of(expected) < rank) ++expected;
            ASSERT_EQ(placement.first_point(rank), expected)
                << points << " points, " << processors << " processors from " << first << ", " << per_rank << " each";
          }
        }
      }
    }
  }
}

}  // namespace
