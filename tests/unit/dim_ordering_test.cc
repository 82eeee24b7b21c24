// SPDX-License-Identifier: Apache-2.0
#include <legate/mapping/dim_ordering.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace {

using legate::mapping::DimOrdering;
using Dimensions = std::vector<std::int32_t>;

TEST(DimOrdering, IsCByDefault) {
  EXPECT_EQ(DimOrdering{}.kind(), DimOrdering::Kind::C);
  EXPECT_EQ(DimOrdering{}, DimOrdering::c_order());
  EXPECT_EQ(DimOrdering::c_order().dimensions(), Dimensions{});
}

TEST(DimOrdering, ListsDimensionsOnlyIfCustom) {
  EXPECT_EQ(DimOrdering::custom_order({1, 0, 2}).dimensions(), (Dimensions{1, 0, 2}));
  EXPECT_EQ(DimOrdering::custom_order({1, 0, 2}).kind(), DimOrdering::Kind::CUSTOM);
  EXPECT_EQ(DimOrdering::fortran_order().dimensions(), Dimensions{});
}

TEST(DimOrdering, ComparesKindAndList) {
  EXPECT_NE(DimOrdering::fortran_order(), DimOrdering::c_order());
  EXPECT_EQ(DimOrdering::custom_order({1, 0}), DimOrdering::custom_order({1, 0}));
  EXPECT_NE(DimOrdering::custom_order({1, 0}), DimOrdering::custom_order({0, 1}));
  EXPECT_NE(DimOrdering::custom_order({}), DimOrdering::c_order());
  EXPECT_NE(DimOrdering::custom_order({0, 1}), DimOrdering::fortran_order());
}

TEST(DimOrdering, ForgetsItsListWhenChanged) {
  const auto original = DimOrdering::custom_order({1, 0});
  auto copy = original;
  copy.set_fortran_order();
  EXPECT_EQ(copy, DimOrdering::fortran_order());
  EXPECT_EQ(original, DimOrdering::custom_order({1, 0}));
  copy.set_custom_order({2, 1});
  EXPECT_EQ(copy.dimensions(), (Dimensions{2, 1}));
  copy.set_c_order();
  EXPECT_EQ(copy, DimOrdering{});
}

}  // namespace
