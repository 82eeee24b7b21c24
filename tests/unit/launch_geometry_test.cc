// SPDX-License-Identifier: Apache-2.0
// What points see of views by rule, against looking at every point, for many small views and tilings.
#include "data/geometry.h"
#include "operation/launch_plan.h"

#include <gtest/gtest.h>

#include <random>

namespace {

using namespace legate::detail;

class LaunchGeometry : public ::testing::Test {
 protected:
  std::int64_t dice(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>{low, high}(random_);
  }
  std::uint64_t number(std::int64_t low, std::int64_t high) { return static_cast<std::uint64_t>(dice(low, high)); }

  View::Ptr roll_view() {
    std::vector<std::uint64_t> extents;
    for (auto d = dice(1, 3); d > 0; --d) extents.push_back(number(1, 6));
    auto view = View::root(extents);
    for (auto step = dice(0, 3); step > 0; --step) {
      const auto dim = static_cast<std::size_t>(dice(0, static_cast<std::int64_t>(view->dim()) - 1));
      const auto extent = static_cast<std::int64_t>(view->extents()[dim]);
      switch (dice(0, 4)) {
        case 0:
          view = view->dim() < LEGATE_MAX_DIM ? view->promote(dim, number(1, 3)) : view;
          break;
        case 1:
          view = view->dim() > 1 ? view->project(dim, number(0, extent - 1)) : view;
          break;
        case 2:
          view = extent == 1 ? view->broadcast(dim, number(1, 4)) : view;
          break;
        case 3: {
          const auto begin = dice(0, extent - 1);
          view = view->slice(dim, static_cast<std::uint64_t>(begin), number(begin + 1, extent));
          break;
        }
        default: {
          std::vector<std::int32_t> axes;
          for (std::size_t d = view->dim(); d-- > 0;) axes.push_back(static_cast<std::int32_t>(d));
          view = view->transpose(axes);
        }
      }
    }
    return view;
  }

 private:
  std::mt19937_64 random_{3};
};

TEST_F(LaunchGeometry, RulesSayWhatEveryPointSees) {
  int by_rule = 0;
  for (int round = 0; round < 3000; ++round) {
    const auto view = roll_view();
    Tiling tiling;
    ColorMap map;
    for (auto d = dice(1, 3); d > 0; --d) map.launch_extents.push_back(number(1, 3));
    for (std::size_t d = 0; d < view->dim(); ++d) {
      tiling.tile.push_back(number(1, 4));
      tiling.colors.push_back(number(1, 4));
      tiling.offsets.push_back(dice(-2, 2));
      tiling.strides.push_back(number(1, 4));
      map.rules.push_back(
          {static_cast<std::int32_t>(dice(-1, static_cast<std::int64_t>(map.launch_extents.size()) - 1)), dice(-1, 2),
           dice(0, 3)});
    }
    if (!map.stays_in(tiling.colors)) continue;
    const auto shared = std::make_shared<const Tiling>(tiling);
    const Geometry ruled{view, shared, map};
    const Geometry listed{view, shared, map.volume(), [&](std::size_t point) { return map.color(point); }};
    ASSERT_EQ(ruled.parts()->size(), listed.parts()->size());
    for (std::uint64_t point = 0; point < map.volume(); ++point) {
      const auto expected = listed.parts()->box(point);
      ASSERT_EQ(ruled.parts()->box(point).empty(), expected.empty()) << "round " << round << ", point " << point;
      if (!expected.empty()) {
        ASSERT_EQ(ruled.parts()->box(point), expected) << "round " << round << ", point " << point;
      }
    }
    ASSERT_GE(ruled.largest_part(), listed.largest_part()) << "round " << round;
    ASSERT_TRUE(!ruled.is_disjoint() || listed.is_disjoint()) << "round " << round;
    const OwnPoints own{static_cast<std::uint32_t>(map.volume() / 2), 1};
    ASSERT_EQ(ruled.own(own).at(0).root, listed.own(own).at(0).root) << "round " << round;
    ASSERT_EQ(ruled.own(own).at(0).hi, listed.own(own).at(0).hi) << "round " << round;
    ++by_rule;
  }
  EXPECT_GT(by_rule, 500);
}

TEST_F(LaunchGeometry, AnEmptyTileOfABroadcastDimensionSeesNothing) {
  const auto view = View::root({1, 4})->broadcast(0, 1);
  const auto tiling =
      std::make_shared<const Tiling>(std::vector<std::uint64_t>{1, 4}, std::vector<std::uint64_t>{2, 1});
  const Geometry geometry{view, tiling, ColorMap{{2}, {{0, 1, 0}, {-1, 0, 0}}}};
  EXPECT_FALSE(geometry.parts()->box(0).empty());
  EXPECT_TRUE(geometry.parts()->box(1).empty());
}

// Two stores of 10 elements in tiles of 6 and 4, of which one is seen in reverse.
TEST_F(LaunchGeometry, BytesOfAPointAreThoseOfTheOneThatSeesMost) {
  const auto view = View::root({10});
  const auto tiling = std::make_shared<const Tiling>(std::vector<std::uint64_t>{6}, std::vector<std::uint64_t>{2});
  const Geometry forwards{view, tiling, ColorMap{{2}, {{0, 1, 0}}}};
  const Geometry backwards{view, tiling, ColorMap{{2}, {{0, -1, 1}}}};
  const Geometry whole{view};
  for (int turn = 0; turn < 2; ++turn) {  // the second one is remembered
    EXPECT_EQ(most_bytes_of_a_point({{&forwards, 8}}, 2), 48U);
    EXPECT_EQ(most_bytes_of_a_point({{&forwards, 8}, {&backwards, 8}}, 2), 80U);
    EXPECT_EQ(most_bytes_of_a_point({{&forwards, 8}, {&backwards, 4}}, 2), 64U);
    EXPECT_EQ(most_bytes_of_a_point({{&forwards, 8}, {&backwards, 4}, {&whole, 1}}, 2), 74U);
  }
  EXPECT_EQ(bytes_of_largest_parts({{&forwards, 8}, {&backwards, 4}, {&whole, 1}}), 82U);
  clear_plans();
}

TEST_F(LaunchGeometry, BytesOfLargestPartsTakeNoLongerForMorePoints) {
  constexpr auto POINTS = std::uint64_t{1} << 40U;
  const auto tiling = std::make_shared<const Tiling>(std::vector<std::uint64_t>{5}, std::vector<std::uint64_t>{POINTS});
  const Geometry geometry{View::root({5 * POINTS - 1}), tiling, ColorMap{{POINTS}, {{0, 1, 0}}}};
  EXPECT_EQ(bytes_of_largest_parts({{&geometry, 8}}), 40U);
}

}  // namespace
