// SPDX-License-Identifier: Apache-2.0
// Parts that follow a rule against the same parts listed one by one, for many small rules.
#include "data/point_parts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

namespace {

using namespace legate::detail;
using Rule = PointParts::Rule;

class RandomRules : public ::testing::Test {
 protected:
  std::int64_t dice(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>{low, high}(random_);
  }
  void roll() {
    extents.clear();
    rules.clear();
    for (auto d = dice(1, 3); d > 0; --d) extents.push_back(static_cast<std::uint64_t>(dice(1, 4)));
    for (auto d = dice(1, 3); d > 0; --d) {
      const auto lo = dice(-2, 3);
      const auto launch_dim = dice(-1, static_cast<std::int64_t>(extents.size()) - 1);
      rules.push_back(
          {static_cast<std::int32_t>(launch_dim), dice(-3, 4), dice(-4, 8), dice(0, 5), lo, lo + dice(0, 9)});
    }
  }
  /// What the definition says, with no cleverness.
  [[nodiscard]] Box by_definition(std::uint64_t point) const {
    std::vector<std::int64_t> at(extents.size());
    for (auto d = extents.size(); d-- > 0;) {
      at[d] = static_cast<std::int64_t>(point % extents[d]);
      point /= extents[d];
    }
    Box box;
    box.dim = static_cast<std::int32_t>(rules.size());
    for (std::size_t r = 0; r < rules.size(); ++r) {
      const auto& rule = rules[r];
      const auto x = rule.launch_dim < 0 ? 0 : at[static_cast<std::size_t>(rule.launch_dim)];
      box.lo[r] = std::max(rule.lo, rule.start + x * rule.step);
      box.hi[r] = std::min(rule.hi, rule.start + x * rule.step + rule.size);
    }
    return box;
  }
  [[nodiscard]] std::uint64_t points() const {
    std::uint64_t count = 1;
    for (const auto extent : extents) count *= extent;
    return count;
  }

  std::vector<std::uint64_t> extents;
  std::vector<Rule> rules;

 private:
  std::mt19937_64 random_{11};
};

TEST_F(RandomRules, EveryPointSeesWhatItsDefinitionSays) {
  for (int round = 0; round < 2000; ++round) {
    roll();
    const auto parts = PointParts::regular(extents, rules);
    ASSERT_EQ(parts.size(), points());
    std::uint64_t largest = 0;
    for (std::uint64_t point = 0; point < points(); ++point) {
      const auto expected = by_definition(point);
      const auto box = parts.box(point);
      ASSERT_EQ(box.empty(), expected.empty()) << "round " << round;
      if (!expected.empty()) {
        ASSERT_EQ(box, expected) << "round " << round;
        ASSERT_TRUE(parts.bounds().contains(box)) << "round " << round;
      }
      largest = std::max(largest, expected.volume());
    }
    if (parts.bounds().empty()) {
      ASSERT_EQ(largest, 0U) << "round " << round;
    }
    ASSERT_GE(parts.largest(), largest) << "round " << round;
  }
}

TEST_F(RandomRules, ThePointsFoundAreThoseWhoseBoxesOverlap) {
  for (int round = 0; round < 2000; ++round) {
    roll();
    Box box;
    box.dim = static_cast<std::int32_t>(rules.size());
    for (std::size_t r = 0; r < rules.size(); ++r) {
      box.lo[r] = dice(-3, 8);
      box.hi[r] = box.lo[r] + dice(1, 5);
    }
    std::vector<Box> listed;
    std::vector<std::uint64_t> expected;
    for (std::uint64_t point = 0; point < points(); ++point) {
      listed.push_back(by_definition(point));
      if (listed.back().overlaps(box)) expected.push_back(point);
    }
    std::vector<std::uint64_t> found;
    PointParts::regular(extents, rules).find(box, found);
    ASSERT_EQ(found, expected) << "round " << round;
    found.clear();
    PointParts::listed(listed).find(box, found);
    ASSERT_EQ(found, expected) << "listed, round " << round;
  }
}

TEST_F(RandomRules, DisjointAndGaplessMeanWhatTheySay) {
  for (int round = 0; round < 2000; ++round) {
    roll();
    std::multiset<std::vector<std::int64_t>> seen;
    std::vector<Box> listed;
    for (std::uint64_t point = 0; point < points(); ++point) {
      const auto box = by_definition(point);
      listed.push_back(box);
      if (box.empty()) continue;
      std::vector<std::int64_t> at(box.lo.begin(), box.lo.begin() + box.dim);
      while (true) {
        seen.insert(at);
        auto d = static_cast<std::size_t>(box.dim);
        while (d-- > 0) {
          if (++at[d] < box.hi[d]) break;
          at[d] = box.lo[d];
        }
        if (d == static_cast<std::size_t>(-1)) break;
      }
    }
    const std::set<std::vector<std::int64_t>> distinct{seen.begin(), seen.end()};
    for (const auto& parts : {PointParts::regular(extents, rules), PointParts::listed(listed)}) {
      if (parts.is_disjoint()) {
        ASSERT_EQ(distinct.size(), seen.size()) << "round " << round;
      }
      if (parts.is_gapless()) {
        ASSERT_EQ(distinct.size(), parts.bounds().volume()) << "round " << round;
      }
    }
  }
}

TEST(PointParts, TilesAreDisjointAndGapless) {
  const auto tiles = PointParts::regular({4}, {{0, 3, 0, 3, 0, 11}});
  EXPECT_TRUE(tiles.is_disjoint());
  EXPECT_TRUE(tiles.is_gapless());
  EXPECT_EQ(tiles.largest(), 3U);
  const auto halos = PointParts::regular({4}, {{0, 3, -1, 5, 0, 11}});
  EXPECT_FALSE(halos.is_disjoint());
  EXPECT_TRUE(halos.is_gapless());
  EXPECT_EQ(halos.largest(), 5U);
  const auto strided = PointParts::regular({4}, {{0, 3, 0, 2, 0, 11}});
  EXPECT_TRUE(strided.is_disjoint());
  EXPECT_FALSE(strided.is_gapless());
}

TEST(PointParts, TilesThatMissTheArrayHaveNoBounds) {
  EXPECT_TRUE(PointParts::regular({2}, {{0, 9, -3, 2, 0, 5}}).bounds().empty());  // before it and behind it
}

TEST(PointParts, RulesThatMeanTheSameHaveOneSignature) {
  const auto tiles = PointParts::regular({4}, {{0, 3, 0, 3, 0, 12}});
  EXPECT_EQ(tiles.signature(), (PointParts::regular({4, 1}, {{0, 3, 0, 3, -5, 90}}).signature()));
  EXPECT_NE(tiles.signature(), (PointParts::regular({4}, {{0, 3, 0, 3, 0, 11}}).signature()));
  EXPECT_NE(tiles.signature(), (PointParts::regular({4}, {{0, -3, 9, 3, 0, 12}}).signature()));
}

TEST(PointParts, NothingIsKeptForEachPoint) {
  const std::uint64_t many = std::uint64_t{1} << 40U;  // listing them would not end
  const auto tiles = PointParts::regular({many}, {{0, 8, 0, 8, 0, std::int64_t{1} << 43U}});
  std::vector<std::uint64_t> found;
  Box box;
  box.dim = 1;
  box.lo[0] = 8'000'000'000;
  box.hi[0] = box.lo[0] + 9;
  tiles.find(box, found);
  EXPECT_EQ(found, (std::vector<std::uint64_t>{1'000'000'000, 1'000'000'001}));
}

}  // namespace
