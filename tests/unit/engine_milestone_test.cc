// SPDX-License-Identifier: Apache-2.0
#include "engine_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <thread>
#include <vector>

namespace {

using namespace legate::test;

class EngineMilestone : public EngineTest {};

/// A milestone that a test can look at and wait for.
class Mark {
 public:
  Mark() {
    engine::when_launches_end([this](std::int64_t time) {
      time_ = time;
      ++calls_;
      reached_.signal();
    });
  }
  [[nodiscard]] bool reached() const { return reached_.done(); }
  void wait() { reached_.wait(); }
  [[nodiscard]] std::int64_t time() const { return time_; }
  [[nodiscard]] int calls() const { return calls_; }

 private:
  engine::Completion reached_;
  std::int64_t time_{0};
  std::atomic<int> calls_{0};
};

TEST_F(EngineMilestone, IsReachedAtOnceIfNothingIsUnderWay) {
  Mark first;
  EXPECT_TRUE(first.reached());
  launch_one([] {}, {});
  engine::wait_all();
  Mark second;
  EXPECT_TRUE(second.reached());
  EXPECT_GE(second.time(), first.time());
  EXPECT_EQ(first.calls(), 1);
}

TEST_F(EngineMilestone, WaitsForLaunchesBeforeItOnly) {
  Gate before;
  Gate after;
  launch_one([&] { before.pass(); }, {});
  Mark mark;
  launch_one([&] { after.pass(); }, {});
  Mark last;
  EXPECT_FALSE(mark.reached());
  before.open();
  mark.wait();
  EXPECT_FALSE(last.reached());
  after.open();
  last.wait();
  EXPECT_GE(last.time(), mark.time());
}

TEST_F(EngineMilestone, LaterLaunchesThatEndFirstDoNotCount) {
  Gate before;
  launch_one([&] { before.pass(); }, {});
  Mark mark;
  std::atomic<int> ended{0};
  for (int i = 0; i < 100; ++i) {
    launch_one([&] { ++ended; }, {});
  }
  while (ended < 100) {
    std::this_thread::yield();
  }
  EXPECT_FALSE(mark.reached());
  before.open();
  mark.wait();
}

// The launches are short enough that some end while a milestone is being set.
TEST_F(EngineMilestone, IsReachedOnceAndAfterEveryLaunchBefore) {
  constexpr std::size_t LAUNCHES = 20'000;
  std::mt19937 random{1};
  std::vector<std::atomic<bool>> ended(LAUNCHES);
  std::atomic<int> early{0};
  std::vector<std::unique_ptr<std::atomic<int>>> calls;
  std::vector<std::int64_t> times;
  for (std::size_t i = 0; i < LAUNCHES; ++i) {
    launch_one([&ended, i] { ended[i] = true; }, {});
    if (random() % 3 != 0) {
      continue;
    }
    calls.push_back(std::make_unique<std::atomic<int>>(0));
    times.reserve(LAUNCHES);
    auto& time = times.emplace_back();
    engine::when_launches_end([&early, &ended, &time, i, count = calls.back().get()](std::int64_t at) {
      // Those further back were looked at by earlier milestones.
      for (std::size_t before = i < 20 ? 0 : i - 20; before <= i; ++before) {
        early += ended[before] ? 0 : 1;
      }
      time = at;
      ++*count;
    });
  }
  engine::wait_all();
  Mark last;
  last.wait();
  // Callbacks of the last milestones may still be running on other workers.
  engine::stop();
  EXPECT_EQ(early, 0);
  EXPECT_TRUE(std::all_of(calls.begin(), calls.end(), [](const auto& count) { return *count == 1; }));
  EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
}

TEST_F(EngineMilestone, GateHoldsBackThoseWhoReadIt) {
  auto gate = std::make_unique<engine::Gate>(8);
  std::atomic<int> passed{0};
  std::atomic<int> others{0};
  const std::vector<engine::TileUse> behind{{gate->buffer()->tile(0), engine::Access::READ}};
  launch_one([&] { ++passed; }, behind);
  launch_one([&] { ++passed; }, behind);
  for (int i = 0; i < 10; ++i) {
    launch_one([&] { ++others; }, {});
  }
  while (others < 10) {
    std::this_thread::yield();
  }
  EXPECT_EQ(passed, 0);
  gate->open();
  gate.reset();
  engine::wait_all();
  EXPECT_EQ(passed, 2);
}

TEST_F(EngineMilestone, OpensAGateFromAWorker) {
  const auto gate = std::make_shared<engine::Gate>(8);
  const std::vector<engine::TileUse> behind{{gate->buffer()->tile(0), engine::Access::READ}};
  Gate busy;
  launch_one([&] { busy.pass(); }, {});
  engine::when_launches_end([gate](std::int64_t) { gate->open(); });
  std::atomic<bool> ran{false};
  launch_one([&] { ran = true; }, behind);
  EXPECT_FALSE(ran);
  busy.open();
  engine::wait_all();
  EXPECT_TRUE(ran);
}

TEST_F(EngineMilestone, IsRefusedOnAWorkerAndWithoutAnEngine) {
  launch_one([] { EXPECT_THROW(engine::when_launches_end([](std::int64_t) {}), std::logic_error); }, {});
  engine::wait_all();
  engine::stop();
  EXPECT_THROW(engine::when_launches_end([](std::int64_t) {}), std::logic_error);
  EXPECT_THROW(engine::Gate{8}, std::logic_error);
}

}  // namespace
