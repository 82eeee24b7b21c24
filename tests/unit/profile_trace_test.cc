// SPDX-License-Identifier: Apache-2.0
#include "runtime/profile_trace.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace {

namespace engine = legate::detail::engine;
using legate::detail::RankClock;
using legate::detail::trace_events;

TEST(RankClock, LiesOnTheLineBetweenTwoComparisons) {
  const RankClock clock{1000, 500, 2000, 600};
  EXPECT_EQ(clock.common(1000), 1500);
  EXPECT_EQ(clock.common(1500), 2050);
  EXPECT_EQ(clock.common(2000), 2600);
  EXPECT_EQ((RankClock{1000, -500, 1000, -400}.common(1000)), 500) << "no time between them";
}

/// A profile of one point.
struct OnePoint {
  explicit OnePoint(std::string name) : task{std::move(name)} {
    launch.task = &task;
    launch.provenance = &provenance;
    launch.bytes = 24;
    launch.first_point = 3;
    launch.submitted = 1'000'100;
    profile.began = 1'000'000;
    profile.ended = 1'009'000;
    profile.slices.push_back({1, &launch, 2, 0, 1'000'200, 1'003'456, 3000.0});
    profile.after = {{}, {0}};
  }
  [[nodiscard]] std::string text() const { return trace_events(profile, RankClock{0, 0, 1, 0}, 1'000'000); }

  std::string task;
  std::string provenance{"main.cc:7"};
  engine::Profile::Launch launch{};
  engine::Profile profile{};
};

TEST(ProfileTrace, APointIsACompleteEvent) {
  EXPECT_NE(
      OnePoint{"saxpy"}.text().find(
          R"({"ph":"X","name":"saxpy","pid":0,"tid":0,"cat":"task","ts":0.200,"dur":3.256,"args":{"id":1,"after":)"
          R"([0],"point":5,"submitted":0.100,"bytes":24,"provenance":"main.cc:7","predicted":3.000}})"),
      std::string::npos)
      << OnePoint{"saxpy"}.text();
}

// The text stands in an HTML page, where "</script>" would end it.
TEST(ProfileTrace, NamesAreQuoted) {
  const auto text = OnePoint{"a\"b\\c</script>\n\x01&\xff"}.text();
  EXPECT_NE(text.find(R"("name":"a\"b\\c\u003c/script\u003e\u000a\u0001\u0026\ufffd")"), std::string::npos) << text;
}

TEST(ProfileTrace, WhatIsMissingIsTold) {
  OnePoint one{"task"};
  EXPECT_EQ(one.text().find("\"lost\""), std::string::npos);
  one.profile.lost = 12;
  EXPECT_NE(one.text().find(R"("cat":"lost")"), std::string::npos);
  EXPECT_NE(one.text().find(R"("records":12)"), std::string::npos);
}

TEST(ProfileTrace, AWaitIsACompleteEventOfTheProgram) {
  OnePoint one{"task"};
  one.profile.waits.push_back({"a fence", 1'000'500, 1'002'000});
  const auto text = one.text();
  EXPECT_NE(text.find(R"({"ph":"X","name":"a fence","pid":0,"tid":0,"cat":"wait","ts":0.500,"dur":1.500})"),
            std::string::npos)
      << text;
}

TEST(ProfileTrace, ATransferIsAnAsynchronousEvent) {
  OnePoint one{"task"};
  one.profile.transfers.push_back({0, true, 4, 9, 80, "reduction", 1'000'300, 1'000'700});
  const auto text = one.text();
  EXPECT_NE(
      text.find(R"({"ph":"b","name":"send, reduction","pid":0,"tid":0,"cat":"transfer","id":"0.0","ts":0.300,)"
                R"("args":{"id":0,"after":[],"direction":"send","peer":4,"tag":9,"bytes":80,"purpose":"reduction"}})"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find(R"("cat":"transfer","id":"0.0","ts":0.700})"), std::string::npos) << text;
}

}  // namespace
