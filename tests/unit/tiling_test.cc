// SPDX-License-Identifier: Apache-2.0
#include "partitioning/tiling.h"
#include "partitioning/restriction.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <stdexcept>

namespace {

using legate::detail::Box;
using legate::detail::Restriction;
using legate::detail::Restrictions;
using legate::detail::Tiling;
using Extents = std::vector<std::uint64_t>;
using Color = std::vector<std::int64_t>;

/// How many colors hold each element of a one-dimensional store, from the definition alone.
std::vector<int> holders(const Tiling& tiling, std::uint64_t extent) {
  std::vector<int> counts(extent, 0);
  for (std::uint64_t c = 0; c < tiling.colors[0]; ++c) {
    const auto lo = tiling.offsets[0] + static_cast<std::int64_t>(c * tiling.strides[0]);
    const auto hi = lo + static_cast<std::int64_t>(tiling.tile[0]);
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(extent); ++i)
      counts[static_cast<std::size_t>(i)] += lo <= i && i < hi;
  }
  return counts;
}

std::pair<std::int64_t, std::int64_t> interval(const Tiling& tiling, std::int64_t color, std::uint64_t extent) {
  const auto box = tiling.rectangle({color}, {extent});
  return {box.lo[0], box.hi[0]};
}

}  // namespace

TEST(Tiling, RectanglesAreClampedToTheStore) {
  const Tiling tiling{{4}, {3}};
  EXPECT_EQ(interval(tiling, 0, 10), (std::pair<std::int64_t, std::int64_t>{0, 4}));
  EXPECT_EQ(interval(tiling, 2, 10), (std::pair<std::int64_t, std::int64_t>{8, 10}));
  EXPECT_TRUE(tiling.rectangle({2}, {8}).empty());
  const Tiling shifted{{4}, {3}, {-2}};
  EXPECT_EQ(interval(shifted, 0, 10), (std::pair<std::int64_t, std::int64_t>{0, 2}));
}

TEST(Tiling, ColorsOutsideTheColorShapeAreEmpty) {
  const Tiling tiling{{4, 4}, {2, 2}};
  EXPECT_TRUE(tiling.rectangle({2, 0}, {100, 100}).empty());
  EXPECT_TRUE(tiling.rectangle({0, -1}, {100, 100}).empty());
  EXPECT_FALSE(tiling.rectangle({1, 1}, {100, 100}).empty());
}

TEST(Tiling, DivideRoundsTilesUp) {
  const auto tiling = Tiling::divide({10, 7}, {4, 7});
  EXPECT_EQ(tiling.tile, (Extents{3, 1}));
  EXPECT_EQ(tiling.color_volume(), 28U);
}

TEST(Tiling, ScaleMultipliesRectangles) {
  const auto scaled = Tiling::divide({5, 6}, {2, 3}).scale({2, 5});
  EXPECT_EQ(scaled.tile, (Extents{6, 10}));
  const auto box = scaled.rectangle({1, 2}, {9, 29});
  EXPECT_EQ(box.lo[0], 6);
  EXPECT_EQ(box.hi[0], 9);
  EXPECT_EQ(box.lo[1], 20);
  EXPECT_EQ(box.hi[1], 29);
  EXPECT_TRUE(Tiling::divide({5}, {2}).scale({0}).rectangle({0}, {5}).empty());
}

TEST(Tiling, BloatGrowsRectanglesOnBothSides) {
  const auto bloated = Tiling::divide({10}, {5}).bloat({1}, {3});
  for (std::int64_t c = 0; c < 5; ++c) {
    EXPECT_EQ(interval(bloated, c, 10), (std::pair<std::int64_t, std::int64_t>{std::max<std::int64_t>(0, 2 * c - 1),
                                                                               std::min<std::int64_t>(10, 2 * c + 5)}));
  }
  EXPECT_FALSE(bloated.is_disjoint());
}

TEST(Tiling, AbsurdFactorsAndOffsetsSaturate) {
  const auto most = std::numeric_limits<std::uint64_t>::max();
  const auto bloated = Tiling::divide({10}, {2}).bloat({most}, {most});
  EXPECT_EQ(interval(bloated, 0, 10), (std::pair<std::int64_t, std::int64_t>{0, 10}));
  EXPECT_EQ(interval(bloated, 1, 10), (std::pair<std::int64_t, std::int64_t>{0, 10}));
  const auto scaled = Tiling::divide({10}, {2}).scale({most});
  EXPECT_EQ(interval(scaled, 0, 100), (std::pair<std::int64_t, std::int64_t>{0, 100}));
  EXPECT_TRUE(scaled.rectangle({1}, {100}).empty());
}

TEST(Tiling, AgreesWithCountingElements) {
  std::mt19937 random{7};
  for (int trial = 0; trial < 5000; ++trial) {
    const std::uint64_t extent = random() % 20;
    const Tiling tiling{
        {1 + random() % 6}, {1 + random() % 5}, {static_cast<std::int64_t>(random() % 7) - 3}, {1 + random() % 6}};
    const auto counts = holders(tiling, extent);
    const bool covered = std::all_of(counts.begin(), counts.end(), [](int n) { return n > 0; });
    // Tiles with gaps between them may cover a short store by chance; they count as incomplete even so.
    const bool gaps = tiling.strides[0] > tiling.tile[0] && tiling.colors[0] > 1 && extent > 0;
    EXPECT_EQ(tiling.is_complete({extent}), covered && !gaps)
        << "extent " << extent << " tile " << tiling.tile[0] << " colors " << tiling.colors[0] << " offset "
        << tiling.offsets[0] << " stride " << tiling.strides[0];
    if (tiling.is_disjoint()) {
      EXPECT_TRUE(std::all_of(counts.begin(), counts.end(), [](int n) { return n <= 1; }));
    }
    auto smallest = extent;
    std::vector<int> seen(extent, 0);
    for (std::uint64_t c = 0; c < tiling.colors[0]; ++c) {
      const auto [lo, hi] = interval(tiling, static_cast<std::int64_t>(c), extent);
      for (auto i = lo; i < hi; ++i) ++seen[static_cast<std::size_t>(i)];
      smallest = std::min(smallest, static_cast<std::uint64_t>(hi - lo));
    }
    EXPECT_EQ(seen, counts);
    EXPECT_EQ(tiling.smallest_extent({extent}, 0), smallest);
  }
}

TEST(Tiling, IrregularPiecesAreLookedUp) {
  std::vector<Box> boxes(2);
  boxes[0].dim = boxes[1].dim = 1;
  boxes[0].hi[0] = 3;
  boxes[1].lo[0] = 3;
  boxes[1].hi[0] = 10;
  const auto tiling = Tiling::irregular({2}, boxes);
  EXPECT_EQ(interval(tiling, 1, 10), (std::pair<std::int64_t, std::int64_t>{3, 10}));
  EXPECT_EQ(tiling.smallest_extent({10}, 0), 3U);
  EXPECT_TRUE(tiling.is_disjoint());
  EXPECT_THROW((void)tiling.scale({2}), std::runtime_error);
  EXPECT_THROW((void)tiling.bloat({2}, {2}), std::runtime_error);
}

TEST(Tiling, ImagesMayOverlapAndHaveMoreDimensionsThanTheirColors) {
  Box box;
  box.dim = 2;
  box.lo[1] = 2;
  box.hi[0] = box.hi[1] = 9;
  const auto tiling = Tiling::image({2}, {box, box});
  EXPECT_FALSE(tiling.is_disjoint());
  EXPECT_FALSE(tiling.is_complete({9, 9}));
  const auto found = tiling.rectangle({1}, {9, 5});
  EXPECT_EQ(found.dim, 2);
  EXPECT_EQ(found.lo[1], 2);
  EXPECT_EQ(found.hi[0], 9);
  EXPECT_EQ(found.hi[1], 5) << "clamped";
  EXPECT_TRUE(tiling.rectangle({2}, {9, 9}).empty()) << "no such color";
  EXPECT_THROW((void)tiling.scale({2}), std::runtime_error);
  EXPECT_NE(tiling, Tiling::irregular({2}, {box, box}));
  const auto other = Tiling::image({2}, {box, Box{}});
  EXPECT_NE(tiling, other);
  EXPECT_NE(tiling.hash(), other.hash());
}

TEST(Tiling, ComparesByValue) {
  EXPECT_EQ((Tiling{{4}, {3}}), (Tiling{{4}, {3}, {0}, {4}}));
  EXPECT_EQ((Tiling{{4}, {3}}.hash()), (Tiling{{4}, {3}, {0}, {4}}.hash()));
  EXPECT_NE((Tiling{{4}, {3}}), (Tiling{{4}, {3}, {1}}));
  EXPECT_NE((Tiling{{4}, {3}}), (Tiling{{4}, {4}}));
}

TEST(Restrictions, JoinKeepsTheStricterAnswer) {
  Restrictions left, right;
  left.dims = {Restriction::ALLOW, Restriction::FORBID, Restriction::AVOID};
  left.minimum = {3, 0, 5};
  right.dims = {Restriction::AVOID, Restriction::AVOID, Restriction::AVOID};
  right.minimum = {1, 2};
  right.invertible = true;
  const auto joined = join(left, right);
  EXPECT_EQ(joined.dims, (std::vector<Restriction>{Restriction::AVOID, Restriction::FORBID, Restriction::AVOID}));
  EXPECT_EQ(joined.minimum, (Extents{3, 2, 5}));
  EXPECT_TRUE(joined.invertible);
  EXPECT_EQ(joined.forbidden_dims(), (std::vector<std::uint32_t>{1}));
  EXPECT_TRUE(join(right, left) == joined);
  EXPECT_TRUE(join(Restrictions{}, left).dims == left.dims);
}

TEST(Restrictions, ATilingSatisfiesThemOrNot) {
  Restrictions restrictions;
  restrictions.forbid(0, 2);
  EXPECT_TRUE(satisfies(Tiling::divide({8, 8}, {1, 4}), {8, 8}, restrictions));
  EXPECT_FALSE(satisfies(Tiling::divide({8, 8}, {2, 4}), {8, 8}, restrictions));
  restrictions.minimum = {0, 3};
  EXPECT_FALSE(satisfies(Tiling::divide({8, 8}, {1, 4}), {8, 8}, restrictions));
  EXPECT_TRUE(satisfies(Tiling::divide({8, 8}, {1, 2}), {8, 8}, restrictions));
}
