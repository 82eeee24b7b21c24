// SPDX-License-Identifier: Apache-2.0
#include <legate/data/slice.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <type_traits>

namespace {

using legate::Slice;

Slice pass(Slice slice) { return slice; }

TEST(Slice, IsOpenAtBothEndsByDefault) {
  const Slice slice;
  EXPECT_FALSE(slice.start.has_value());
  EXPECT_FALSE(slice.stop.has_value());
}

TEST(Slice, IsMadeImplicitlyFromItsBounds) {
  const auto both = pass({2, 5});
  EXPECT_EQ(both.start, 2);
  EXPECT_EQ(both.stop, 5);
  const auto from = pass({-3, Slice::OPEN});
  EXPECT_EQ(from.start, -3);
  EXPECT_FALSE(from.stop.has_value());
  const auto to = pass({Slice::OPEN, 0});
  EXPECT_FALSE(to.start.has_value());
  EXPECT_EQ(to.stop, 0);
  const auto open = pass({});
  EXPECT_FALSE(open.start.has_value() || open.stop.has_value());
}

TEST(Slice, KeepsWideBounds) {
  const std::int64_t wide = std::int64_t{1} << 40;
  EXPECT_EQ(pass({-wide, wide}).start, -wide);
  EXPECT_EQ(pass({-wide, wide}).stop, wide);
  EXPECT_TRUE((std::is_same_v<decltype(Slice::start), std::optional<std::int64_t>>));
}

}  // namespace
