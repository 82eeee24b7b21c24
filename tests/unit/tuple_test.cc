// SPDX-License-Identifier: Apache-2.0
#include <legate/utilities/hash.h>
#include <legate/utilities/tuple.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using Tuple = legate::tuple<std::uint64_t>;

TEST(Tuple, ComputesElementWise) {
  const Tuple a{8, 9, 10};
  const Tuple b{2, 3, 4};
  EXPECT_EQ(a + b, (Tuple{10, 12, 14}));
  EXPECT_EQ(a - b, (Tuple{6, 6, 6}));
  EXPECT_EQ(a * b, (Tuple{16, 27, 40}));
  EXPECT_EQ(a / b, (Tuple{4, 3, 2}));
  EXPECT_EQ(a % b, (Tuple{0, 0, 2}));
  EXPECT_EQ(a % std::uint64_t{4}, (Tuple{0, 1, 2}));
  EXPECT_THROW((void)(a + Tuple{1}), std::invalid_argument);
}

TEST(Tuple, PromotesElementTypes) {
  const auto sum = legate::tuple<std::int32_t>{1, 2} + legate::tuple<double>{0.5, 0.25};
  static_assert(std::is_same_v<decltype(sum), const legate::tuple<double>>);
  EXPECT_EQ(sum, (legate::tuple<double>{1.5, 2.25}));
}

TEST(Tuple, ComparesEveryElement) {
  EXPECT_TRUE((Tuple{1, 2}.less(Tuple{2, 3})));
  EXPECT_FALSE((Tuple{1, 3}.less(Tuple{2, 3})));
  EXPECT_TRUE((Tuple{1, 3}.less_equal(Tuple{2, 3})));
  EXPECT_FALSE((Tuple{3, 1}.greater(Tuple{2, 2})));
  EXPECT_TRUE((Tuple{3, 2}.greater_equal(Tuple{2, 2})));
  EXPECT_NE((Tuple{1, 2}), (Tuple{1, 2, 3}));
}

TEST(Tuple, EditsCopiesAndItself) {
  const Tuple t{1, 2, 3};
  EXPECT_EQ(t.insert(3, 9), (Tuple{1, 2, 3, 9}));
  EXPECT_EQ(t.insert(0, 9), (Tuple{9, 1, 2, 3}));
  EXPECT_EQ(t.append(7), (Tuple{1, 2, 3, 7}));
  EXPECT_EQ(t.remove(1), (Tuple{1, 3}));
  EXPECT_EQ(t.update(2, 8), (Tuple{1, 2, 8}));
  auto u = t;
  u.insert_inplace(1, 5);
  u.append_inplace(6);
  u.remove_inplace(0);
  EXPECT_EQ(u, (Tuple{5, 2, 3, 6}));
  EXPECT_EQ(t, (Tuple{1, 2, 3}));
}

TEST(Tuple, Folds) {
  EXPECT_EQ((Tuple{3, 4, 5}.sum()), 12U);
  EXPECT_EQ((Tuple{3, 4, 5}.volume()), 60U);
  EXPECT_EQ(Tuple{}.sum(), 0U);
  EXPECT_EQ(Tuple{}.volume(), 1U);
  EXPECT_EQ((Tuple{1, 2, 3}.reduce([](auto a, auto b) { return a * 10 + b; }, 0)), 123U);
  EXPECT_TRUE(Tuple{}.all());
  EXPECT_FALSE(Tuple{}.any());
  EXPECT_TRUE((Tuple{1, 5}.any([](auto value) { return value > 4; })));
  EXPECT_EQ((Tuple{1, 2, 3}.to_string()), "(1,2,3)");
}

TEST(Tuple, ChecksPositionsOnlyWhereItSays) { EXPECT_THROW((void)Tuple{1}.at(1), std::out_of_range); }

TEST(Tuple, MapsInPlaceAsItMapsACopy) {
  std::mt19937 random{3};
  for (int round = 0; round < 100; ++round) {
    std::vector<std::int32_t> mapping(static_cast<std::size_t>(round % 7));
    std::iota(mapping.begin(), mapping.end(), 0);
    const auto identity = mapping;
    std::shuffle(mapping.begin(), mapping.end(), random);
    Tuple values;
    std::vector<std::uint64_t> expected;
    for (std::size_t i = 0; i < mapping.size(); ++i) {
      values.append_inplace(100 + i);
      expected.push_back(100 + static_cast<std::uint64_t>(mapping[i]));
    }
    EXPECT_EQ(values.map(mapping).data(), expected);
    values.map_inplace(mapping);
    EXPECT_EQ(values.data(), expected);
    EXPECT_EQ(mapping, identity);
  }
}

TEST(Tuple, IsMadeFromRangesAndFunctions) {
  EXPECT_EQ(legate::from_range<std::uint64_t>(2, 5), (Tuple{2, 3, 4}));
  EXPECT_EQ(legate::from_range<std::uint64_t>(3), (Tuple{0, 1, 2}));
  EXPECT_EQ(legate::full<std::uint64_t>(3, 7), (Tuple{7, 7, 7}));
  EXPECT_EQ(legate::apply([](auto v, auto w) { return v * w; }, Tuple{1, 2}, Tuple{3, 4}), (Tuple{3, 8}));
  EXPECT_EQ(legate::apply([](auto v, auto w) { return v * w; }, Tuple{1, 2}, std::uint64_t{3}), (Tuple{3, 6}));
  EXPECT_TRUE(legate::apply_reduce_all([](auto v, auto w) { return v < w; }, Tuple{1, 2}, Tuple{3, 4}));
}

struct Hashed {
  std::size_t value;
  [[nodiscard]] std::size_t hash() const { return value; }
};
struct Unhashed {};

static_assert(legate::has_hash_member_v<Hashed> && !legate::has_hash_member_v<Unhashed>);

TEST(Hash, UsesMembersAndDependsOnTheOrder) {
  EXPECT_EQ(legate::hasher<>{}(Hashed{7}), 7U);
  EXPECT_NE(legate::hash_all(1, 2), legate::hash_all(2, 1));
  EXPECT_EQ(legate::hash_all(std::string{"a"}, Hashed{1}), legate::hash_all(std::string{"a"}, Hashed{1}));
}

TEST(Hash, SpreadsSmallNumbers) {
  std::set<std::size_t> hashes;
  for (std::uint64_t i = 0; i < 64; ++i) {
    for (std::uint64_t j = 0; j < 64; ++j) {
      hashes.insert((Tuple{i, j}.hash()) % 65536);
    }
  }
  // 4096 balls in 65536 boxes hit about 3970 different ones if they fall at random.
  EXPECT_GT(hashes.size(), 3900U);
}

}  // namespace
