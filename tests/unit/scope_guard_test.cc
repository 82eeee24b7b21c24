// SPDX-License-Identifier: Apache-2.0
#include <legate/utilities/scope_guard.h>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace {

TEST(ScopeGuard, RunsAtTheEndUnlessDisabled) {
  int runs = 0;
  {
    auto guard = legate::make_scope_guard([&]() noexcept { ++runs; });
    EXPECT_TRUE(guard.enabled());
    auto skipped = legate::make_scope_guard([&]() noexcept { runs += 100; });
    skipped.disable();
    auto again = legate::make_scope_guard([&]() noexcept { runs += 10; });
    again.disable();
    again.enable();
  }
  EXPECT_EQ(runs, 11);
}

TEST(ScopeGuard, RunsOnceWhenMoved) {
  int runs = 0;
  {
    auto first = legate::make_scope_guard([&]() noexcept { ++runs; });
    auto second = std::move(first);
    EXPECT_FALSE(first.enabled());  // NOLINT(bugprone-use-after-move)
    static_assert(!std::is_copy_constructible_v<decltype(second)>);
  }
  EXPECT_EQ(runs, 1);
}

TEST(ScopeGuard, MacroRunsInReverseOrder) {
  std::string order;
  {
    LEGATE_SCOPE_GUARD(order += "a"; order += "b");
    LEGATE_SCOPE_GUARD(order += "c");
  }
  EXPECT_EQ(order, "cab");
}

TEST(ScopeFail, RunsOnlyForANewException) {
  int runs = 0;
  { LEGATE_SCOPE_FAIL(++runs); }
  EXPECT_EQ(runs, 0);
  try {
    LEGATE_SCOPE_FAIL(++runs);
    throw std::runtime_error{"left"};
  } catch (const std::exception&) {
    LEGATE_SCOPE_FAIL(runs += 10);
  }
  EXPECT_EQ(runs, 1);
}

}  // namespace
