// SPDX-License-Identifier: Apache-2.0
#include "utilities/box.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <set>
#include <vector>

namespace {

using legate::detail::Box;

Box box_of(std::vector<std::int64_t> lo, std::vector<std::int64_t> hi) {
  Box box;
  box.dim = static_cast<std::int32_t>(lo.size());
  for (std::size_t d = 0; d < lo.size(); ++d) {
    box.lo[d] = lo[d];
    box.hi[d] = hi[d];
  }
  return box;
}

// Every element of a box, listed one by one.
std::set<std::vector<std::int64_t>> elements(const Box& box) {
  std::set<std::vector<std::int64_t>> result;
  std::vector<std::int64_t> point(box.lo.begin(), box.lo.begin() + box.dim);
  if (box.empty()) {
    return result;
  }
  for (;;) {
    result.insert(point);
    std::size_t d = static_cast<std::size_t>(box.dim);
    for (;;) {
      if (d == 0) {
        return result;
      }
      --d;
      if (++point[d] < box.hi[d]) {
        break;
      }
      point[d] = box.lo[d];
    }
  }
}

Box random_box(std::mt19937& random, std::int32_t dim, std::int64_t limit) {
  Box box;
  box.dim = dim;
  for (std::size_t d = 0; d < static_cast<std::size_t>(dim); ++d) {
    box.lo[d] = std::uniform_int_distribution<std::int64_t>(-1, limit)(random);
    box.hi[d] = box.lo[d] + std::uniform_int_distribution<std::int64_t>(0, limit)(random);
  }
  return box;
}

TEST(Box, DimensionZeroHoldsOneElement) {
  const Box scalar;
  EXPECT_FALSE(scalar.empty());
  EXPECT_EQ(scalar.volume(), 1U);
  EXPECT_TRUE(scalar.contains(Box{}));
  EXPECT_TRUE(scalar.overlaps(Box{}));
  EXPECT_TRUE(legate::detail::subtract(scalar, {Box{}}).empty());
  EXPECT_EQ(legate::detail::subtract(scalar, {}).size(), 1U);
}

TEST(Box, FromExtentsStartsAtZero) {
  EXPECT_EQ(Box::from_extents({3, 4}), box_of({0, 0}, {3, 4}));
  EXPECT_EQ(Box::from_extents({3, 4}).volume(), 12U);
  EXPECT_TRUE(Box::from_extents({3, 0}).empty());
}

TEST(Box, EmptyBoxIsContainedAndOverlapsNothing) {
  const Box whole = box_of({0, 0}, {4, 4});
  const Box none = box_of({2, 2}, {2, 3});
  EXPECT_TRUE(whole.contains(none));
  EXPECT_FALSE(whole.overlaps(none));
  EXPECT_FALSE(none.overlaps(whole));
  EXPECT_EQ(none.volume(), 0U);
}

TEST(Box, PredicatesAgreeWithElementSets) {
  const unsigned seed = 20;
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 600; ++round) {
    const std::int32_t dim = 1 + round % 3;
    const Box a = random_box(random, dim, 4);
    const Box b = random_box(random, dim, 4);
    const auto in_a = elements(a);
    const auto in_b = elements(b);
    std::set<std::vector<std::int64_t>> common;
    for (const auto& point : in_a) {
      if (in_b.count(point) != 0) {
        common.insert(point);
      }
    }
    EXPECT_EQ(a.volume(), in_a.size());
    EXPECT_EQ(a.empty(), in_a.empty());
    EXPECT_EQ(a.overlaps(b), !common.empty());
    EXPECT_EQ(a.contains(b), common.size() == in_b.size());
    EXPECT_EQ(elements(a.intersection(b)), common);
  }
}

TEST(Box, SubtractLeavesExactlyTheUncoveredElementsOnce) {
  const unsigned seed = 21;
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 400; ++round) {
    const std::int32_t dim = 1 + round % 3;
    const Box whole = random_box(random, dim, 6);
    std::vector<Box> parts;
    const int count = static_cast<int>(random() % 6);
    for (int i = 0; i < count; ++i) {
      parts.push_back(random_box(random, dim, 5));
    }
    auto expected = elements(whole);
    for (const Box& part : parts) {
      for (const auto& point : elements(part)) {
        expected.erase(point);
      }
    }
    std::set<std::vector<std::int64_t>> found;
    std::uint64_t volume = 0;
    for (const Box& piece : legate::detail::subtract(whole, parts)) {
      EXPECT_FALSE(piece.empty());
      volume += piece.volume();
      found.merge(elements(piece));
    }
    EXPECT_EQ(found, expected);
    EXPECT_EQ(volume, expected.size()) << "pieces overlap";
  }
}

TEST(Box, SubtractOfACompleteTilingIsEmptyAndQuick) {
  std::vector<Box> parts;
  for (std::int64_t i = 0; i < 64; ++i) {
    for (std::int64_t j = 0; j < 64; ++j) {
      parts.push_back(box_of({i * 10, j * 10}, {i * 10 + 10, j * 10 + 10}));
    }
  }
  EXPECT_TRUE(legate::detail::subtract(box_of({0, 0}, {640, 640}), parts).empty());
  parts.pop_back();
  const auto rest = legate::detail::subtract(box_of({0, 0}, {640, 640}), parts);
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest.front(), box_of({630, 630}, {640, 640}));
}

}  // namespace
