// SPDX-License-Identifier: Apache-2.0
#include "engine/duration_history.h"
#include "engine/spin.h"
#include "engine/submission.h"
#include "engine_fixture.h"
#include "utilities/log_channel.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <thread>

namespace {

using namespace legate::test;
using engine::Access;
using engine::Array;
using engine::Bundling;
using engine::DurationEstimate;
using engine::Footprint;

// Of the running test: what is learnt about a task is learnt about its codelet.
engine::Codelet* codelet = nullptr;

/// Launches that may be bundled.
void submit(FunctionWork::Body body, const std::vector<std::vector<engine::TileUse>>& uses, std::int32_t priority = 0,
            std::optional<Footprint> footprint = Footprint{}) {
  auto* const work = new FunctionWork{std::move(body)};
  engine::Submitter submitter{*work,        *codelet, priority, static_cast<std::uint32_t>(uses.size()),
                              std::nullopt, footprint};
  for (std::size_t point = 0; point < uses.size(); ++point) {
    submitter.point(static_cast<std::uint32_t>(point), uses[point].data(), uses[point].size());
  }
}

/// Keeps both workers busy until it goes: with an idle worker, or with nothing else in flight, bundles stay small.
class BusyWorkers {
 public:
  BusyWorkers() {
    submit(
        [gates = gates_](std::uint32_t point, unsigned) {
          gates->started[point].open();
          gates->over.pass();
        },
        {{}, {}}, 0, std::nullopt);
    for (auto& started : gates_->started) started.pass();
  }
  ~BusyWorkers() { gates_->over.open(); }
  BusyWorkers(const BusyWorkers&) = delete;
  BusyWorkers& operator=(const BusyWorkers&) = delete;
  static constexpr std::uint64_t TASKS = 2;

 private:
  struct Gates {
    Gate started[2];
    Gate over;
  };
  std::shared_ptr<Gates> gates_{std::make_shared<Gates>()};
};

class BundlingTest : public EngineTest {
 protected:
  explicit BundlingTest(Bundling mode) : mode_{mode} {}
  void SetUp() override {
    EngineTest::SetUp();
    codelet = engine::create_codelet("test");
  }
  void TearDown() override {
    EngineTest::TearDown();
    engine::destroy_codelet(codelet);
  }
  [[nodiscard]] engine::Configuration configuration() const override {
    engine::Configuration result;
    result.cpus = 2;
    result.bundling = mode_;
    return result;
  }
  /// How many StarPU tasks `action` leads to.
  template <typename Action>
  static std::uint64_t tasks_of(Action&& action) {
    engine::wait_all();
    const auto before = engine::task_count();
    action();
    engine::wait_all();
    return engine::task_count() - before;
  }

 private:
  Bundling mode_;
};

class BundlingAlways : public BundlingTest {
 protected:
  BundlingAlways() : BundlingTest{Bundling::ALWAYS} {}
};

class BundlingAuto : public BundlingTest {
 protected:
  BundlingAuto() : BundlingTest{Bundling::AUTO} {}
  static constexpr int OFTEN = 1000;
  /// Whether `action`, repeated, comes to lead to fewer StarPU tasks than `bound`. How long instances take is measured,
  /// and a machine that is busy with other things shows them longer than they are: then it takes until it is less busy.
  template <typename Action>
  static bool comes_below(std::uint64_t bound, Action&& action) {
    for (int i = 0; i < 200; ++i) {
      if (tasks_of(action) < bound) return true;
    }
    return false;
  }
};

class BundlingNever : public BundlingTest {
 protected:
  BundlingNever() : BundlingTest{Bundling::NEVER} {}
};

TEST_F(BundlingAlways, PointsOfALaunchShareATask) {
  std::atomic<int> runs{0};
  EXPECT_EQ(tasks_of([&] { submit([&](std::uint32_t, unsigned) { ++runs; }, {{}, {}, {}, {}, {}, {}, {}, {}}); }), 1U);
  EXPECT_EQ(runs, 8);
}

TEST_F(BundlingAlways, LaunchesRunInTheOrderOfSubmission) {
  auto array = Array::create({1}, sizeof(int), alignof(int));
  std::vector<int> order;  // guarded by the tile
  const auto tasks = tasks_of([&] {
    const BusyWorkers busy;
    for (int i = 0; i < 500; ++i) {
      submit([&, i](std::uint32_t, unsigned) { order.push_back(i); }, {{{array->tile(0), Access::READ_WRITE}}});
    }
  });
  ASSERT_EQ(order.size(), 500U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_LT(tasks, BusyWorkers::TASKS + 100U);
}

TEST_F(BundlingAlways, ReaderThatAlsoWritesLaterKeepsOtherReadersOut) {
  auto array = Array::create({1}, sizeof(int), alignof(int));
  std::atomic<int> inside{0};
  std::atomic<bool> overlap{false};
  const auto alone = [&](std::uint32_t, unsigned) {
    if (inside.fetch_add(1) != 0) overlap = true;
    std::this_thread::yield();
    inside.fetch_sub(1);
  };
  for (int i = 0; i < 2000; ++i) {
    submit([](std::uint32_t, unsigned) {}, {{{array->tile(0), Access::READ}}});
    submit(alone, {{{array->tile(0), i % 2 == 0 ? Access::WRITE : Access::READ_WRITE}}});
  }
  engine::wait_all();
  EXPECT_FALSE(overlap);
}

TEST_F(BundlingAlways, OpenBundleRunsWhileAnotherTaskIsBusyAndNobodyCalls) {
  Gate gate;
  std::atomic<bool> started{false};
  std::atomic<bool> ran{false};
  submit(
      [&](std::uint32_t, unsigned) {
        started = true;
        gate.pass();
      },
      {{}}, 0, std::nullopt);
  while (!started) std::this_thread::yield();
  submit([&](std::uint32_t, unsigned) { ran = true; }, {{}});
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (!ran && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  EXPECT_TRUE(ran);
  gate.open();
  engine::wait_all();
}

TEST_F(BundlingAlways, WaitingForACompletionSubmitsWhatSignalsIt) {
  Gate gate;
  submit([&](std::uint32_t, unsigned) { gate.pass(); }, {{}}, 0, std::nullopt);
  for (int i = 0; i < 100; ++i) {
    engine::Completion completion;
    submit([&](std::uint32_t, unsigned) { completion.signal(); }, {{}});
    completion.wait();
  }
  gate.open();
  engine::wait_all();
}

TEST_F(BundlingAlways, SynchronizingAnArraySubmitsWhatUsesIt) {
  auto array = Array::create({1}, sizeof(int), alignof(int));
  int value = 0;
  for (int i = 1; i <= 100; ++i) {
    submit([&, i](std::uint32_t, unsigned) { value = i; }, {{{array->tile(0), Access::WRITE}}});
    array->synchronize();
    ASSERT_EQ(value, i);
  }
}

TEST_F(BundlingAlways, RetilingComesAfterTheOpenBundle) {
  auto array = Array::create({8}, 1, 1);
  std::vector<int> order;  // guarded by the array
  for (int i = 0; i < 50; ++i) {
    const auto boxes = grid(array->box(), {1 + i % 4});
    array->retile(boxes);
    submit([&, i](std::uint32_t, unsigned) { order.push_back(i); },
           [&] {
             std::vector<engine::TileUse> all;
             for (std::uint32_t t = 0; t < array->tiles().size(); ++t)
               all.push_back({array->tile(t), Access::READ_WRITE});
             return std::vector<std::vector<engine::TileUse>>{all};
           }());
  }
  engine::wait_all();
  ASSERT_EQ(order.size(), 50U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_F(BundlingAlways, PrioritiesAndUnbundledLaunchesAreNotMixed) {
  EXPECT_EQ(tasks_of([] {
              const BusyWorkers busy;
              const auto nothing = [](std::uint32_t, unsigned) {};
              submit(nothing, {{}, {}}, 1);
              submit(nothing, {{}, {}}, 2);
              submit(nothing, {{}, {}}, 2);  // joins the one before
              submit(nothing, {{}, {}}, 2, std::nullopt);
              submit(nothing, {{}, {}}, 2);
            }),
            BusyWorkers::TASKS + 5U);
}

TEST_F(BundlingAlways, LaunchesInFlightAreLimited) {
  std::uint64_t most = 0;
  std::atomic<std::uint64_t> runs{0};
  for (int i = 0; i < 30000; ++i) {
    submit(
        [&](std::uint32_t, unsigned) {
          for (int step = 0; step < 200; ++step) engine::relax_processor();
          ++runs;
        },
        {{}});
    most = std::max(most, engine::progress().unfinished());
  }
  engine::wait_all();
  EXPECT_EQ(runs, 30000U);
  EXPECT_LE(most, engine::Progress::MOST_UNFINISHED);
}

TEST_F(BundlingAlways, TimestampsAreKeptForEveryPoint) {
  engine::wait_all();
  engine::record_timestamps(100);
  submit([](std::uint32_t, unsigned) {}, {{}, {}, {}});
  engine::wait_all();
  const auto records = engine::recorded_timestamps();
  ASSERT_EQ(records.size(), 3U);
  for (const auto& record : records) {
    EXPECT_LE(record.submitted, record.started);
    EXPECT_LE(record.started, record.ended);
  }
  engine::stop_recording_timestamps();
}

TEST_F(BundlingAuto, ShortPointsThatAreRepeatedOftenAreBundled) {
  const auto eight = [] {
    submit([](std::uint32_t, unsigned) {}, std::vector<std::vector<engine::TileUse>>(8), 0, Footprint{100, false});
  };
  EXPECT_EQ(tasks_of(eight), 8U);
  for (int i = 0; i < OFTEN; ++i) eight();
  EXPECT_TRUE(comes_below(8U, eight));
}

TEST_F(BundlingAuto, LongPointsAreNotBundled) {
  const auto eight = [] {
    submit(
        [](std::uint32_t, unsigned) {
          const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds{50};
          while (std::chrono::steady_clock::now() < end) {
          }
        },
        std::vector<std::vector<engine::TileUse>>(8), 0, Footprint{5000, false});
  };
  for (int i = 0; i < 200; ++i) eight();
  EXPECT_EQ(tasks_of(eight), 8U);
}

/// Keeps a processor busy for longer than points that are bundled with anything.
void spin_a_little(std::uint32_t /*point*/, unsigned /*worker*/) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds{5};
  while (std::chrono::steady_clock::now() < end) {
  }
}

TEST_F(BundlingAuto, LongerPointsShareATaskWhereThisLeavesEveryWorkerSeveral) {
  const auto launch = [](std::size_t points) {
    submit(spin_a_little, std::vector<std::vector<engine::TileUse>>(points), 0, Footprint{points, false});
  };
  for (int i = 0; i < 200; ++i) {
    launch(32);
    launch(8);
  }
  EXPECT_TRUE(comes_below(20 * 32U, [&] {
    for (int i = 0; i < 20; ++i) launch(32);
  }));
  EXPECT_EQ(tasks_of([&] { launch(8); }), 8U);
}

TEST_F(BundlingAuto, PointsThatWaitForEachOtherAnywayShareATaskThoughTheyAreLonger) {
  auto array = Array::create({1}, sizeof(int), alignof(int));
  const auto step = [&] { submit(spin_a_little, {{{array->tile(0), Access::READ_WRITE}}}); };
  for (int i = 0; i < 200; ++i) step();
  EXPECT_TRUE(comes_below(BusyWorkers::TASKS + 16U, [&] {
    const BusyWorkers busy;
    for (int i = 0; i < 16; ++i) step();
  }));
}

TEST_F(BundlingAuto, LongerPointsThatCouldRunSideBySideDoNotShareATask) {
  auto two = Array::create({2}, sizeof(int), alignof(int));
  two->retile(grid(two->box(), {1}));
  const auto step = [&](int i) {
    submit(spin_a_little, {{{two->tile(static_cast<std::uint32_t>(i % 2)), Access::READ_WRITE}}});
  };
  for (int i = 0; i < 200; ++i) step(i);
  EXPECT_EQ(tasks_of([&] {
              const BusyWorkers busy;
              for (int i = 0; i < 16; ++i) step(i);
            }),
            BusyWorkers::TASKS + 16U);
}

TEST_F(BundlingAuto, ReadersOfOneTileDoNotWaitForEachOther) {
  auto array = Array::create({1}, sizeof(int), alignof(int));
  const auto step = [&] { submit(spin_a_little, {{{array->tile(0), Access::READ}}}); };
  for (int i = 0; i < 200; ++i) step();
  EXPECT_EQ(tasks_of([&] {
              const BusyWorkers busy;
              for (int i = 0; i < 16; ++i) step();
            }),
            BusyWorkers::TASKS + 16U);
}

TEST_F(BundlingAuto, PointsThatBecomeLongLeaveTheBundles) {
  std::atomic<int> microseconds{0};
  const auto eight = [&] {
    submit(
        [&](std::uint32_t, unsigned) {
          const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds{microseconds};
          while (std::chrono::steady_clock::now() < end) {
          }
        },
        std::vector<std::vector<engine::TileUse>>(8), 0, Footprint{70000, false});
  };
  for (int i = 0; i < OFTEN; ++i) eight();
  EXPECT_TRUE(comes_below(8U, eight));
  microseconds = 50;
  for (int i = 0; i < 50; ++i) eight();
  EXPECT_EQ(tasks_of(eight), 8U);
}

TEST_F(BundlingAuto, WhatIsBundledIsLogged) {
  legate::detail::set_log_levels({{"legate.bundling", legate::detail::LogLevel::INFO}});
  std::string log;
  for (int i = 0; i < 200 && log.find(" an instance, bundled\n") == std::string::npos; ++i) {
    ::testing::internal::CaptureStderr();
    for (int j = 0; j < 100; ++j) submit([](std::uint32_t, unsigned) {}, {{}, {}}, 0, Footprint{4096, false});
    engine::wait_all();
    log += ::testing::internal::GetCapturedStderr();
  }
  legate::detail::set_log_levels({});
  EXPECT_NE(log.find("task \"test\" of about 4096 bytes: "), std::string::npos) << log;
  EXPECT_NE(log.find(" an instance, bundled\n"), std::string::npos) << log;
}

TEST_F(BundlingNever, EveryPointIsATask) {
  const auto eight = [] {
    submit([](std::uint32_t, unsigned) {}, std::vector<std::vector<engine::TileUse>>(8), 0, Footprint{1, false});
  };
  for (int i = 0; i < 200; ++i) eight();
  EXPECT_EQ(tasks_of(eight), 8U);
}

TEST(DurationEstimate, IsUnknownAtFirst) {
  DurationEstimate estimate;
  EXPECT_FALSE(estimate.known());
  for (int i = 0; i < 100; ++i) estimate.add(500);
  EXPECT_TRUE(estimate.known());
  EXPECT_NEAR(estimate.nanoseconds(), 500, 125);
}

TEST(DurationEstimate, DoesNotBelieveSingleOutliers) {
  DurationEstimate estimate;
  for (int i = 0; i < 1000; ++i) estimate.add(i % 8 == 0 ? 4'000'000 : 500);
  EXPECT_LT(estimate.nanoseconds(), 1000U);
}

TEST(DurationEstimate, FollowsAChangeInBothDirections) {
  DurationEstimate estimate;
  for (int i = 0; i < 100; ++i) estimate.add(200);
  for (int i = 0; i < 40; ++i) estimate.add(1'000'000);
  EXPECT_GT(estimate.nanoseconds(), 700'000U);
  for (int i = 0; i < 100; ++i) estimate.add(200);
  EXPECT_LT(estimate.nanoseconds(), 300U);
}

TEST(DurationHistory, KeepsSizesAndFoldsApart) {
  engine::DurationHistory history;
  EXPECT_EQ(&history.at({1000, false}), &history.at({1023, false}));
  EXPECT_NE(&history.at({1000, false}), &history.at({1024, false}));
  EXPECT_NE(&history.at({1000, false}), &history.at({1000, true}));
  EXPECT_EQ(&history.at({~std::uint64_t{0}, true}), &history.at({std::uint64_t{1} << 60U, true}));
  EXPECT_EQ(history.count_launch({1000, false}), 0U);
  EXPECT_EQ(history.count_launch({1001, false}), 1U);
  EXPECT_EQ(history.count_launch({1, false}), 0U);
}

}  // namespace
