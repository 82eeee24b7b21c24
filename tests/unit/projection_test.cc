// SPDX-License-Identifier: Apache-2.0
#include "partitioning/projection.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

namespace {

using legate::detail::project;
using legate::detail::unproject;
using Color = std::vector<std::int64_t>;
using Shape = std::vector<std::uint64_t>;

}  // namespace

TEST(Projection, EqualDimensionsAreTheIdentity) {
  EXPECT_EQ(project({3, 4}, {5, 5}), (Color{3, 4}));
  EXPECT_EQ(project({-3, 9}, {5, 5}), (Color{-3, 9}));
  EXPECT_EQ(project({2}, {5}, {}), (Color{2}));
}

TEST(Projection, ForbiddenDimensionsGetColorZero) {
  EXPECT_EQ(project({3, 4}, {5, 1, 5}, {1}), (Color{3, 0, 4}));
  EXPECT_EQ(project({3, 4}, {1, 5, 5, 1}, {0, 3}), (Color{0, 3, 4, 0}));
}

TEST(Projection, AOneDimensionalLaunchFollowsTheOnlySplitDimension) {
  EXPECT_EQ(project({3}, {1, 6, 1}), (Color{0, 3, 0}));
  EXPECT_EQ(project({3}, {6, 1}, {1}), (Color{3, 0}));
  EXPECT_EQ(project({0}, {1, 1}), (Color{0, 0}));
}

TEST(Projection, AOneDimensionalLaunchCountsColorsInRowMajorOrder) {
  const Shape colors{2, 3, 4};
  std::int64_t point = 0;
  for (std::int64_t i = 0; i < 2; ++i) {
    for (std::int64_t j = 0; j < 3; ++j) {
      for (std::int64_t k = 0; k < 4; ++k, ++point) EXPECT_EQ(project({point}, colors), (Color{i, j, k}));
    }
  }
  EXPECT_EQ(project({24}, colors)[0], 2) << "a point beyond the last color leaves the color shape";
  EXPECT_EQ(project({-1}, colors)[0], -1) << "and so does one before the first";
}

TEST(Projection, OtherMismatchesAreRefused) {
  EXPECT_THROW((void)project({0, 0}, {2, 2, 2}), std::runtime_error);
  EXPECT_THROW((void)project({0, 0}, {4}), std::runtime_error);
  EXPECT_THROW((void)project({0, 0}, {2, 1, 2, 2}, {1}), std::runtime_error);
}

TEST(Projection, UnprojectUndoesIt) {
  struct Case {
    Shape launch, colors;
    std::vector<std::uint32_t> forbidden;
  };
  for (const auto& [launch, colors, forbidden] :
       {Case{{2, 3}, {2, 3}, {}}, Case{{2, 3}, {2, 1, 3}, {1}}, Case{{6}, {2, 3}, {}}, Case{{6}, {1, 6}, {0}},
        Case{{24}, {2, 3, 4}, {}}}) {
    std::uint64_t points = 1;
    for (const auto extent : launch) points *= extent;
    std::set<Color> seen;
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(points); ++i) {
      const auto point = legate::detail::delinearize(i, launch);
      EXPECT_EQ(legate::detail::linearize(point, launch), i);
      const auto color = project(point, colors, forbidden);
      EXPECT_TRUE(seen.insert(color).second) << "two points share a color";
      EXPECT_EQ(unproject(color, launch.size(), colors, forbidden), point);
    }
  }
  EXPECT_EQ(unproject({1, 1, 1}, 2, {2, 2, 2}, {1}), std::nullopt);
}
