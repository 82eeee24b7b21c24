// SPDX-License-Identifier: Apache-2.0
#include "engine_fixture.h"

#include <legate_defines.h>

#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <mutex>
#include <numeric>
#include <set>
#include <thread>

namespace {

using namespace legate::test;
using engine::Access;
using engine::Array;
using engine::ArrayRef;

class EngineTask : public EngineTest {};

std::int64_t* integers(Array& array) { return reinterpret_cast<std::int64_t*>(array.data()); }

std::size_t resident_bytes() {
  std::size_t total = 0;
  std::size_t resident = 0;
  std::ifstream{"/proc/self/statm"} >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

TEST_F(EngineTask, RunsEveryPointOnceAndFinishesOnce) {
  std::vector<std::atomic<int>> runs(1000);
  std::atomic<int> finished{0};
  launch(
      [&](std::uint32_t point, unsigned worker) {
        EXPECT_LT(worker, engine::worker_count());
        EXPECT_TRUE(engine::on_worker());
        ++runs[point];
      },
      std::vector<std::vector<engine::TileUse>>(1000), 0, std::nullopt, [&] { ++finished; });
  engine::wait_all();
  EXPECT_EQ(finished, 1);
  EXPECT_TRUE(std::all_of(runs.begin(), runs.end(), [](const auto& count) { return count == 1; }));
  EXPECT_FALSE(engine::on_worker());
}

TEST_F(EngineTask, LaunchWithoutPointsFinishesAtOnce) {
  bool finished = false;
  launch([](std::uint32_t, unsigned) {}, {}, 0, std::nullopt, [&] { finished = true; });
  EXPECT_TRUE(finished);
}

TEST_F(EngineTask, LaunchOfWhichPointsAreMissingStillFinishes) {
  std::atomic<int> runs{0};
  std::atomic<int> finished{0};
  {
    auto* const work = new FunctionWork{[&](std::uint32_t, unsigned) { ++runs; }, [&] { ++finished; }};
    engine::Submitter submitter{*work, test_codelet(), 0, 5};
    submitter.point(0, nullptr, 0);
    submitter.point(1, nullptr, 0);
    EXPECT_EQ(finished, 0);
  }
  engine::wait_all();
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(finished, 1);
}

TEST_F(EngineTask, MorePointsThanAnnouncedAreRejected) {
  auto* const work = new FunctionWork{[](std::uint32_t, unsigned) {}};
  engine::Submitter submitter{*work, test_codelet(), 0, 1};
  submitter.point(0, nullptr, 0);
  EXPECT_THROW(submitter.point(1, nullptr, 0), std::logic_error);
}

TEST_F(EngineTask, MissingTileIsRejectedAndTheLaunchCanGoOn) {
  std::atomic<int> runs{0};
  auto* const work = new FunctionWork{[&](std::uint32_t, unsigned) { ++runs; }};
  {
    engine::Submitter submitter{*work, test_codelet(), 0, 1};
    const engine::TileUse none;
    EXPECT_THROW(submitter.point(0, &none, 1), std::invalid_argument);
    submitter.point(0, nullptr, 0);
  }
  engine::wait_all();
  EXPECT_EQ(runs, 1);
}

TEST_F(EngineTask, TileOfAnOldTilingIsRejected) {
  const ArrayRef array = Array::create({100}, 8, 16);
  array->retile(grid(array->box(), {10}));
  const engine::TileUse old{array->tile(9), Access::READ};
  array->retile(grid(array->box(), {50}));
  static_cast<void>(array->tile(0));
  auto* const work = new FunctionWork{[](std::uint32_t, unsigned) {}};
  engine::Submitter submitter{*work, test_codelet(), 0, 1};
  EXPECT_THROW(submitter.point(0, &old, 1), std::invalid_argument);
}

TEST_F(EngineTask, TilesOutOfRangeAreRejected) {
  const ArrayRef array = Array::create({100}, 8, 16);
  EXPECT_THROW(static_cast<void>(array->tile(1)), std::out_of_range);
}

TEST_F(EngineTask, ImpossibleWorkersAreRejected) {
  FunctionWork work{[](std::uint32_t, unsigned) {}};  // never launched, so it does not delete itself
  const auto submit = [&](unsigned first, unsigned count) {
    engine::Submitter{work, test_codelet(), 0, 1, engine::WorkerRange{first, count}};
  };
  EXPECT_THROW(submit(0, 0), std::invalid_argument);
  EXPECT_THROW(submit(0, 3), std::invalid_argument);
  EXPECT_THROW(submit(2, 1), std::invalid_argument);
  EXPECT_THROW(submit(1, 4294967295U), std::invalid_argument);
  engine::wait_all();
}

TEST_F(EngineTask, BlockingCallsOnAWorkerAreRejected) {
  const ArrayRef array = Array::create({10}, 8, 16);
  const ArrayRef other = Array::create({11}, 8, 16);
  const engine::TileUse use{array->tile(0), Access::READ_WRITE};
  std::atomic<int> rejected{0};
  launch_one(
      [&] {
        const std::vector<std::function<void()>> calls{[] { engine::wait_all(); }, [&] { array->synchronize(); },
                                                       [&] { static_cast<void>(other->tile(0)); },
                                                       [&] { launch_one([] {}, {}); }};
        for (const auto& call : calls) {
          try {
            call();
          } catch (const std::logic_error&) {
            ++rejected;
          }
        }
      },
      {use});
  engine::wait_all();
  EXPECT_EQ(rejected, 4);
}

TEST_F(EngineTask, WritersOfATileRunInOrder) {
  const ArrayRef array = Array::create({1}, 8, 16);
  std::int64_t* const value = integers(*array);
  *value = 0;
  for (std::int64_t i = 0; i < 2000; ++i) {
    launch_one([=] { *value = *value * 7 % 1000003 + i; }, {{array->tile(0), Access::READ_WRITE}});
  }
  array->synchronize();
  std::int64_t expected = 0;
  for (std::int64_t i = 0; i < 2000; ++i) {
    expected = expected * 7 % 1000003 + i;
  }
  EXPECT_EQ(*value, expected);
}

TEST_F(EngineTask, ReadersOfATileRunTogether) {
  const ArrayRef array = Array::create({2}, 8, 16);
  Gate both_here[2];
  // Each reader waits for the other: this only ends if both run at the same time.
  launch(
      [&](std::uint32_t point, unsigned) {
        both_here[point].open();
        both_here[1 - point].pass();
      },
      {{{array->tile(0), Access::READ}}, {{array->tile(0), Access::READ}}});
  engine::wait_all();
}

TEST_F(EngineTask, ReadersMayFillDisjointSlotsThatOneTaskFolds) {
  constexpr std::int64_t points = 64;
  const ArrayRef slots = Array::create({points}, 8, 16);
  const ArrayRef result = Array::create({}, 8, 16);
  std::int64_t* const slot = integers(*slots);
  std::int64_t* const total = integers(*result);
  *total = 5;
  std::int64_t expected = 5;
  for (std::int64_t round = 1; round <= 50; ++round) {
    launch([=](std::uint32_t point, unsigned) { slot[point] = static_cast<std::int64_t>(point) * round; },
           std::vector<std::vector<engine::TileUse>>(points, {{slots->tile(0), Access::READ}}));
    launch_one([=] { *total = std::accumulate(slot, slot + points, *total); },
               {{slots->tile(0), Access::READ_WRITE}, {result->tile(0), Access::READ_WRITE}});
    expected += round * points * (points - 1) / 2;
  }
  result->synchronize();
  EXPECT_EQ(*total, expected);
}

TEST_F(EngineTask, ManyTilesInOnePointAreAllOrdered) {
  const ArrayRef array = Array::create({500}, 8, 16);
  array->retile(grid(array->box(), {1}));
  std::int64_t* const value = integers(*array);
  std::vector<std::vector<engine::TileUse>> one_each;
  std::vector<engine::TileUse> all;
  for (std::uint32_t i = 0; i < 500; ++i) {
    one_each.push_back({{array->tile(i), Access::WRITE}});
    all.push_back({array->tile(i), Access::READ_WRITE});
  }
  std::atomic<int> wrong{0};
  for (std::int64_t round = 0; round < 10; ++round) {
    launch([=](std::uint32_t point, unsigned) { value[point] = round + point; }, one_each);
    launch_one(
        [=, &wrong] {
          for (std::int64_t i = 0; i < 500; ++i) {
            wrong += value[i] != round + i;
            value[i] = -1;
          }
        },
        {all});
  }
  engine::wait_all();
  EXPECT_EQ(wrong, 0);
}

TEST_F(EngineTask, RunsOnTheWorkersAskedFor) {
  for (unsigned worker = 0; worker < 2; ++worker) {
    std::atomic<int> elsewhere{0};
    launch([&](std::uint32_t, unsigned on) { elsewhere += on != worker; },
           std::vector<std::vector<engine::TileUse>>(200), 0, engine::WorkerRange{worker, 1});
    engine::wait_all();
    EXPECT_EQ(elsewhere, 0);
  }
}

TEST_F(EngineTask, HigherPriorityRunsFirstAmongReadyTasks) {
  const ArrayRef array = Array::create({1}, 8, 16);
  Gate gate;
  std::vector<int> order;  // all points run on worker 0
  const engine::WorkerRange first{0, 1};
  launch([&](std::uint32_t, unsigned) { gate.pass(); }, {{{array->tile(0), Access::WRITE}}}, 0, first);
  for (int priority = 0; priority < 5; ++priority) {
    // Ready together when the gate opens, because all read what the first point writes.
    launch([&order, priority](std::uint32_t, unsigned) { order.push_back(priority); },
           {{{array->tile(0), Access::READ}}}, priority, first);
  }
  gate.open();
  engine::wait_all();
  EXPECT_EQ(order, (std::vector<int>{4, 3, 2, 1, 0}));
}

TEST_F(EngineTask, SeveralThreadsMaySubmitOnTheSameTiles) {
  std::vector<ArrayRef> arrays;
  std::vector<engine::TileUse> uses;
  for (int i = 0; i < 4; ++i) {
    arrays.push_back(Array::create({1}, 8, 16));
    *integers(*arrays.back()) = 0;
    uses.push_back({arrays.back()->tile(0), Access::READ_WRITE});
  }
  const auto submit = [&] {
    for (int i = 0; i < 3000; ++i) {
      launch_one(
          [&] {
            for (const ArrayRef& array : arrays) {
              ++*integers(*array);
            }
          },
          uses);
    }
  };
  std::thread first{submit};
  std::thread second{submit};
  first.join();
  second.join();
  engine::wait_all();
  for (const ArrayRef& array : arrays) {
    EXPECT_EQ(*integers(*array), 6000);
  }
}

TEST_F(EngineTask, HundredThousandTasksKeepMemoryFlat) {
#if LEGATE_HAS_ASAN || LEGATE_HAS_TSAN
  GTEST_SKIP() << "sanitizers keep freed memory";
#endif
  const ArrayRef array = Array::create({64}, 8, 16);
  array->retile(grid(array->box(), {1}));
  std::int64_t* const value = integers(*array);
  std::fill(value, value + 64, 0);
  std::vector<std::vector<engine::TileUse>> uses;
  for (std::uint32_t i = 0; i < 64; ++i) {
    uses.push_back({{array->tile(i), Access::READ_WRITE}});
  }
  const auto run = [&](int launches) {
    for (int i = 0; i < launches; ++i) {
      launch([=](std::uint32_t point, unsigned) { value[point] += point; }, uses);
    }
  };
  run(400);
  engine::wait_all();
  const std::size_t before = resident_bytes();
  run(100000 / 64);
  engine::wait_all();
  EXPECT_LT(resident_bytes(), before + (std::size_t{24} << 20U));
  for (std::int64_t i = 0; i < 64; ++i) {
    EXPECT_EQ(value[i], (400 + 100000 / 64) * i);
  }
}

TEST_F(EngineTask, TimestampsShowWhatRanWhenAndWhere) {
  const ArrayRef array = Array::create({1}, 8, 16);
  EXPECT_FALSE(engine::recording_timestamps());
  engine::record_timestamps(100);
  for (int i = 0; i < 10; ++i) {
    launch([](std::uint32_t, unsigned) {},
           {{{array->tile(0), Access::READ_WRITE}}, {{array->tile(0), Access::READ_WRITE}}});
  }
  engine::wait_all();
  const auto events = engine::recorded_timestamps();
  ASSERT_EQ(events.size(), 20U);
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(*events[i].codelet, "test");
    EXPECT_EQ(events[i].point, i % 2);
    EXPECT_LT(events[i].worker, 2U);
    EXPECT_LE(events[i].submitted, events[i].started);
    EXPECT_LE(events[i].started, events[i].ended);
    if (i > 0) {
      EXPECT_LE(events[i - 1].ended, events[i].started) << "writers of one tile overlap";
    }
  }
  engine::stop_recording_timestamps();
  launch_one([] {}, {});
  engine::wait_all();
  EXPECT_TRUE(engine::recorded_timestamps().empty());
}

TEST_F(EngineTask, RecordingKeepsTheLastPointsOfAWorker) {
  engine::record_timestamps(4);
  launch([](std::uint32_t, unsigned) {}, std::vector<std::vector<engine::TileUse>>(50), 0, engine::WorkerRange{1, 1});
  engine::wait_all();
  EXPECT_EQ(engine::recorded_timestamps().size(), 4U);
  EXPECT_THROW(engine::record_timestamps(0), std::invalid_argument);
}

TEST_F(EngineTask, CodeletMayBeDestroyedRightAfterItsLaunchFinished) {
  for (int i = 0; i < 500; ++i) {
    engine::Codelet* const codelet = engine::create_codelet("short lived " + std::to_string(i));
    engine::Completion done;
    FunctionWork* const work = new FunctionWork{[](std::uint32_t, unsigned) {}, [&] { done.signal(); }};
    { engine::Submitter{*work, *codelet, 0, 1}.point(0, nullptr, 0); }
    done.wait();
    engine::destroy_codelet(codelet);
  }
}

TEST(EngineDeath, ExceptionThatLeavesAPointIsFatal) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(
      {
        engine::start({});
        launch_one([] { throw std::runtime_error{"too far"}; }, {});
        engine::wait_all();
      },
      "point 0 of task .test.: too far");
}

}  // namespace
