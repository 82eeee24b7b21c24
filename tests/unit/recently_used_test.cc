// SPDX-License-Identifier: Apache-2.0
#include "utilities/recently_used.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace {

using legate::detail::RecentlyUsed;

TEST(RecentlyUsed, WhatWasNotAskedForLongestGoesFirst) {
  RecentlyUsed<int, std::string> values{2};
  EXPECT_FALSE(values.add(1, "one").has_value());
  EXPECT_FALSE(values.add(2, "two").has_value());
  ASSERT_NE(values.find(1), nullptr);
  ASSERT_EQ(values.add(3, "three"), "two");
  EXPECT_EQ(values.find(2), nullptr);
  EXPECT_EQ(*values.find(3), "three");
  EXPECT_EQ(*values.find(1), "one");
  EXPECT_EQ(values.take(), (std::vector<std::string>{"one", "three"}));
  EXPECT_EQ(values.find(1), nullptr);
  EXPECT_FALSE(values.add(1, "again").has_value());
}

TEST(RecentlyUsed, AgreesWithAList) {
  constexpr std::size_t MOST = 5;
  RecentlyUsed<int, int> values{MOST};
  std::vector<int> keys;  // the one asked for last is at the end; the value of a key is its square
  std::mt19937 random{7};
  for (int step = 0; step < 2000; ++step) {
    const auto key = static_cast<int>(random() % 9);
    const auto* value = values.find(key);
    const auto place = std::find(keys.begin(), keys.end(), key);
    ASSERT_EQ(value != nullptr, place != keys.end()) << "step " << step;
    if (value != nullptr) {
      ASSERT_EQ(*value, key * key);
      keys.erase(place);
    } else {
      const auto dropped = values.add(key, key * key);
      ASSERT_EQ(dropped.has_value(), keys.size() == MOST);
      if (dropped) {
        ASSERT_EQ(*dropped, keys.front() * keys.front());
        keys.erase(keys.begin());
      }
    }
    keys.push_back(key);
  }
}

}  // namespace
