// SPDX-License-Identifier: Apache-2.0
#include "partitioning/launch_shape.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace {

using legate::detail::compute_launch_shape;
using legate::detail::Parallelism;
using legate::detail::Restriction;
using legate::detail::Restrictions;
using Extents = std::vector<std::uint64_t>;
using Shape = std::optional<Extents>;

Shape shape_of(const Extents& extents, std::uint64_t processors, std::uint64_t overdecompose = 1,
               std::uint64_t threshold = 1, const Restrictions& restrictions = {}) {
  return compute_launch_shape(extents, restrictions, Parallelism{processors, overdecompose, threshold});
}

Restrictions forbid(std::size_t dim, const std::vector<std::size_t>& dimensions) {
  Restrictions restrictions;
  for (const auto d : dimensions) restrictions.forbid(d, dim);
  return restrictions;
}

std::uint64_t volume(const Extents& extents) {
  return std::accumulate(extents.begin(), extents.end(), std::uint64_t{1}, std::multiplies<>{});
}

}  // namespace

TEST(LaunchShape, OnePieceIsNoSplit) {
  EXPECT_EQ(shape_of({1000}, 1), std::nullopt);
  EXPECT_EQ(shape_of({1000}, 1, 2), (Shape{{2}}));
}

TEST(LaunchShape, SplitsFromTheThresholdOn) {
  EXPECT_EQ(shape_of({10, 10}, 4, 1, 101), std::nullopt);
  EXPECT_NE(shape_of({10, 10}, 4, 1, 100), std::nullopt);
}

TEST(LaunchShape, StoresWithoutExtentOrElementsStayWhole) {
  EXPECT_EQ(shape_of({}, 4), std::nullopt);
  EXPECT_EQ(shape_of({0}, 4, 1, 0), std::nullopt);
  EXPECT_EQ(shape_of({5, 0, 7}, 4, 1, 0), std::nullopt);
  EXPECT_EQ(shape_of({1, 1, 1}, 4), std::nullopt);
}

TEST(LaunchShape, VectorsAreSplitIntoAtMostTheirExtent) {
  for (std::uint64_t extent = 2; extent < 40; ++extent) {
    for (std::uint64_t pieces = 2; pieces < 20; ++pieces) {
      EXPECT_EQ(shape_of({extent}, pieces), (Shape{{std::min(extent, pieces)}}));
      EXPECT_EQ(shape_of({1, extent, 1}, pieces), (Shape{{1, std::min(extent, pieces), 1}}));
    }
  }
}

// Worked out by hand from the rule for two dimensions.
TEST(LaunchShape, MatricesFollowTheTable) {
  EXPECT_EQ(shape_of({10, 10}, 4), (Shape{{2, 2}}));
  EXPECT_EQ(shape_of({2, 2}, 5), (Shape{{2, 2}}));       // fewer elements than pieces: one each
  EXPECT_EQ(shape_of({100, 1000}, 4), (Shape{{1, 4}}));  // r = 0.63
  EXPECT_EQ(shape_of({1000, 100}, 4), (Shape{{4, 1}}));
  EXPECT_EQ(shape_of({10, 10}, 2), (Shape{{1, 2}}));   // r = 1.41: 1 divides 2
  EXPECT_EQ(shape_of({12, 12}, 6), (Shape{{2, 3}}));   // r = 2.45: 2 divides 6
  EXPECT_EQ(shape_of({12, 12}, 12), (Shape{{3, 4}}));  // r = 3.46: 3 divides 12
  EXPECT_EQ(shape_of({6, 20}, 10), (Shape{{1, 10}}));  // r = 1.73: 1 divides 10
  EXPECT_EQ(shape_of({24, 24}, 16), (Shape{{4, 4}}));  // r = 4 exactly; from below 3 goes up to 4
  EXPECT_EQ(shape_of({2, 1000}, 7, 2), (Shape{{1, 14}}));
  EXPECT_EQ(shape_of({9, 9}, 10), (Shape{{2, 5}}));  // r = 3.16: 2 below has side max(4, 1), 5 above has max(1, 4)
  EXPECT_EQ(shape_of({8, 32}, 10), (Shape{{1, 10}}));
}

TEST(LaunchShape, MatrixSplitsUseEveryPieceOrEveryRow) {
  for (std::uint64_t pieces = 2; pieces <= 24; ++pieces) {
    for (std::uint64_t x = 2; x <= 30; x += 3) {
      for (std::uint64_t y = 2; y <= 30; y += 4) {
        const auto shape = shape_of({x, y}, pieces);
        ASSERT_TRUE(shape);
        EXPECT_LE((*shape)[0], x);
        EXPECT_LE((*shape)[1], y);
        EXPECT_LE(volume(*shape), pieces);
        if (x != y) {  // swapping the dimensions swaps the answer
          const auto swapped = shape_of({y, x}, pieces);
          EXPECT_EQ((Extents{(*shape)[1], (*shape)[0]}), *swapped);
        }
        if (x >= pieces && y >= pieces) {
          EXPECT_EQ(volume(*shape), pieces);
        }
      }
    }
  }
}

// Worked out by hand from the rule for three and more dimensions.
TEST(LaunchShape, BlocksFollowTheTable) {
  EXPECT_EQ(shape_of({5, 5, 5}, 2), (Shape{{2, 1, 1}}));
  EXPECT_EQ(shape_of({5, 5, 5}, 4), (Shape{{2, 2, 1}}));
  EXPECT_EQ(shape_of({5, 5, 5}, 8), (Shape{{4, 2, 1}}));   // (3,3,5): the last row is short, back to the first
  EXPECT_EQ(shape_of({3, 3, 64}, 2), (Shape{{1, 1, 2}}));  // 64 / 2 = 32 remain
  EXPECT_EQ(shape_of({3, 3, 63}, 2), (Shape{{2, 1, 1}}));  // 31 would remain
  EXPECT_EQ(shape_of({3, 4, 64}, 12),
            (Shape{{2, 3, 2}}));  // 3: 64 / 3 is too short; 2: 64 / 2 = 32; 2: 16 is too short
}

TEST(LaunchShape, BlocksIgnoreOverdecompositionAndLargePrimes) {
  for (const std::uint64_t factor : {1U, 2U, 5U}) EXPECT_EQ(shape_of({20, 20, 20}, 4, factor), (Shape{{2, 2, 1}}));
  EXPECT_EQ(shape_of({20, 20, 20}, 13), (Shape{{1, 1, 1}}));
  EXPECT_EQ(shape_of({20, 20, 20}, 26), (Shape{{2, 1, 1}}));
}

TEST(LaunchShape, ForbiddenDimensionsLeaveTheHeuristic) {
  EXPECT_EQ(shape_of({10, 12}, 4, 1, 1, forbid(2, {0})), (Shape{{1, 4}}));
  EXPECT_EQ(shape_of({10, 12}, 4, 1, 1, forbid(2, {1})), (Shape{{4, 1}}));
  EXPECT_EQ(shape_of({10, 12}, 4, 1, 1, forbid(2, {0, 1})), std::nullopt);
  EXPECT_EQ(shape_of({6, 8, 70}, 4, 1, 1, forbid(3, {1})), (Shape{{1, 1, 4}}));  // a plane of 6 x 70: r = 0.59
  Restrictions avoid;
  avoid.dims = {Restriction::AVOID, Restriction::ALLOW};
  EXPECT_EQ(shape_of({12, 12}, 6, 1, 1, avoid), (Shape{{2, 3}}));
}

TEST(LaunchShape, SmallestExtentsAreAllOrNothing) {
  const auto demand = [](Extents minimum) {
    Restrictions restrictions;
    restrictions.minimum = std::move(minimum);
    return restrictions;
  };
  EXPECT_EQ(shape_of({13}, 4, 1, 1, demand({1})), (Shape{{4}}));  // tiles 4, 4, 4, 1
  EXPECT_EQ(shape_of({13}, 4, 1, 1, demand({2})), std::nullopt);
  EXPECT_EQ(shape_of({12}, 4, 1, 1, demand({3})), (Shape{{4}}));
  EXPECT_EQ(shape_of({10}, 8, 1, 1, demand({1})), std::nullopt);  // trailing tiles are empty
  EXPECT_EQ(shape_of({10}, 8, 1, 1, demand({0})), (Shape{{8}}));
  EXPECT_EQ(shape_of({12, 20}, 4, 1, 1, demand({0, 10})), std::nullopt);  // r = 1.55: 1 x 4, tiles of 5 columns
  EXPECT_EQ(shape_of({12, 20}, 4, 1, 1, demand({12, 5})), (Shape{{1, 4}}));
}

TEST(LaunchShape, EveryElementBelongsToOneTile) {
  std::mt19937 random{20240607};
  for (int trial = 0; trial < 3000; ++trial) {
    Extents extents(1 + random() % 4);
    for (auto& extent : extents) extent = 1 + random() % 70;
    const std::uint64_t processors = 1 + random() % 24;
    const std::uint64_t factor = 1 + random() % 4;
    const auto shape = shape_of(extents, processors, factor);
    if (!shape) continue;
    ASSERT_EQ(shape->size(), extents.size());
    EXPECT_LE(volume(*shape), processors * factor);
    for (std::size_t d = 0; d < extents.size(); ++d) {
      const auto tile =
          static_cast<std::uint64_t>(std::ceil(static_cast<double>(extents[d]) / static_cast<double>((*shape)[d])));
      EXPECT_GE(tile * (*shape)[d], extents[d]);
    }
    EXPECT_EQ(shape, shape_of(extents, processors, factor));
  }
}

TEST(LaunchShape, HugeStoresDoNotOverflow) {
  const std::uint64_t huge = std::uint64_t{1} << 40U;
  EXPECT_EQ(shape_of({huge, huge}, 4, 1, 1000), (Shape{{2, 2}}));
}
