// SPDX-License-Identifier: Apache-2.0
#include <legate/utilities/span.h>

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <numeric>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using legate::Span;

std::int32_t sum(Span<const std::int32_t> values) { return std::accumulate(values.begin(), values.end(), 0); }

static_assert(std::is_trivially_copyable_v<Span<int>>);
static_assert(!std::is_convertible_v<const std::vector<int>&, Span<int>>, "const is never taken away");
static_assert(!std::is_convertible_v<std::vector<int>, Span<int>>, "no writing to a temporary");
static_assert(!std::is_convertible_v<std::vector<std::int64_t>&, Span<const std::int32_t>>, "no other elements");
static_assert(!std::is_convertible_v<Span<const int>, Span<int>>);

TEST(Span, IsMadeFromContainersArraysAndLists) {
  const std::vector<std::int32_t> vector{1, 2, 3};
  const std::array<std::int32_t, 2> array{4, 5};
  const std::int32_t raw[] = {6, 7, 8, 9};
  EXPECT_EQ(sum(vector), 6);
  EXPECT_EQ(sum(array), 9);
  EXPECT_EQ(sum(raw), 30);
  EXPECT_EQ(sum({1, 2, 4}), 7);
  EXPECT_EQ(sum({}), 0);
  EXPECT_EQ(sum({raw, 0}), 0);
}

TEST(Span, RefersToTheCallersElements) {
  std::vector<std::int32_t> target{1, 2};
  const Span<std::int32_t> span{target};
  span[1] = 7;
  EXPECT_EQ(target[1], 7);
  EXPECT_EQ(sum(span), 8);
  EXPECT_EQ(span.data(), target.data());
}

TEST(Span, GivesParts) {
  const std::vector<std::int32_t> values{1, 2, 3, 4};
  const Span<const std::int32_t> span{values};
  EXPECT_EQ(sum(span.first(2)), 3);
  EXPECT_EQ(sum(span.last(1)), 4);
  EXPECT_EQ(sum(span.subspan(1, 2)), 5);
  EXPECT_EQ(sum(span.subspan(3)), 4);
  EXPECT_EQ(span.front() * 10 + span.back(), 14);
  EXPECT_EQ(*span.rbegin(), 4);
  EXPECT_EQ(span.size_bytes(), 16U);
}

TEST(Span, DeducesItsElements) {
  std::vector<double> values{1.0};
  static_assert(std::is_same_v<decltype(Span{values}), Span<double>>);
  const std::string word{"x"};
  static_assert(std::is_same_v<decltype(Span{word}), Span<const char>>);
}

}  // namespace
