// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduler.h"
#include "engine_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <random>
#include <thread>

namespace {

using namespace legate::test;
using engine::Access;
using engine::Array;
using engine::ArrayRef;

/// Threads that meet: the independent reference for "all at once".
class Meeting {
 public:
  explicit Meeting(unsigned size) : size_{size} {}
  void meet() {
    std::unique_lock<std::mutex> lock{mutex_};
    const auto round = round_;
    if (++here_ == size_) {
      here_ = 0;
      ++round_;
      all_.notify_all();
    } else {
      all_.wait(lock, [&] { return round != round_; });
    }
  }

 private:
  std::mutex mutex_{};
  std::condition_variable all_{};
  unsigned size_;
  unsigned here_{0};
  unsigned round_{0};
};

void launch_gang(FunctionWork::Body body, std::uint32_t points, const std::vector<engine::TileUse>& uses,
                 unsigned first_worker = 0, std::function<void()> at_end = {}) {
  auto* const work = new FunctionWork{std::move(body), std::move(at_end)};
  engine::Submitter submitter{*work, test_codelet(), 0, points};
  submitter.gang({first_worker, nullptr}, uses.data(), uses.size());
}

void launch_local_gang(FunctionWork::Body body, const std::vector<engine::TileUse>& uses) {
  auto* const work = new FunctionWork{std::move(body)};
  engine::Submitter submitter{*work, test_codelet(), 0, static_cast<std::uint32_t>(uses.size())};
  std::vector<engine::GangUse> all;
  for (std::uint32_t point = 0; point < uses.size(); ++point) {
    all.push_back({uses[point], point});
  }
  submitter.begin_local_gang({0, nullptr}, all);
  for (std::uint32_t point = 0; point < uses.size(); ++point) {
    submitter.local_point(point, &uses[point], 1, 0);
  }
}

class EngineGang : public ::testing::TestWithParam<std::string> {
 protected:
  static constexpr unsigned WORKERS = 4;

  void SetUp() override {
    engine::Configuration configuration;
    configuration.cpus = WORKERS;
    configuration.scheduler = GetParam();
    engine::start(configuration);
  }
  void TearDown() override { engine::stop(); }
};

TEST_P(EngineGang, PointsMeetEachOnItsOwnWorker) {
  for (std::uint32_t points = 1; points <= WORKERS; ++points) {
    for (unsigned first = 0; first + points <= WORKERS; ++first) {
      std::vector<unsigned> workers(points, 99);
      Meeting meeting{points};
      launch_gang(
          [&](std::uint32_t point, unsigned worker) {
            meeting.meet();
            workers[point] = worker;
          },
          points, {}, first);
      engine::wait_all();
      for (std::uint32_t point = 0; point < points; ++point) {
        EXPECT_EQ(workers[point], first + point);
      }
    }
  }
}

TEST_P(EngineGang, IsOneTaskToThoseThatUseItsTiles) {
  const auto array = Array::create({WORKERS}, sizeof(int), alignof(int));
  array->retile(grid(array->box(), {1}));
  auto* const values = reinterpret_cast<int*>(array->data());
  std::vector<engine::TileUse> all;
  for (std::uint32_t i = 0; i < WORKERS; ++i) {
    all.push_back({array->tile(i), Access::READ_WRITE});
  }
  for (std::uint32_t i = 0; i < WORKERS; ++i) {
    values[i] = 0;
  }
  constexpr int ROUNDS = 200;
  Meeting meeting{WORKERS};
  std::atomic<int> wrong{0};
  for (int round = 0; round < ROUNDS; ++round) {
    launch([&](std::uint32_t point, unsigned) { ++values[point]; }, {{all[0]}, {all[1]}, {all[2]}, {all[3]}});
    launch_gang(
        [&](std::uint32_t point, unsigned) {
          const auto sum = values[0] + values[1] + values[2] + values[3];
          meeting.meet();
          values[point] += sum;
          wrong += values[point] != sum + sum / static_cast<int>(WORKERS);
          meeting.meet();
          values[point] %= 1000;
        },
        WORKERS, all);
  }
  engine::wait_all();
  int expected = 0;
  for (int round = 0; round < ROUNDS; ++round) {
    expected = (5 * (expected + 1)) % 1000;
  }
  EXPECT_EQ(wrong, 0);
  for (std::uint32_t i = 0; i < WORKERS; ++i) {
    EXPECT_EQ(values[i], expected);
  }
}

// What deadlocked where gangs were ordinary tasks: workers in different gangs, and points behind tasks that others of
// the same gang wait for.
template <typename LaunchGang>
void run_among_others(unsigned workers, int gangs, LaunchGang&& launch_gang_of) {
  std::mt19937 random{12345};
  constexpr std::uint32_t TILES = 16;
  const auto array = Array::create({TILES}, sizeof(long), alignof(long));
  array->retile(grid(array->box(), {1}));
  auto* const values = reinterpret_cast<long*>(array->data());
  std::fill_n(values, TILES, 0);
  std::vector<long> expected(TILES, 0);
  std::atomic<int> last{-1};
  std::atomic<int> disordered{0};
  std::vector<std::unique_ptr<Meeting>> meetings;
  for (int gang = 0; gang < gangs; ++gang) {
    const auto points = static_cast<std::uint32_t>(1 + random() % workers);
    std::vector<std::uint32_t> order(TILES);
    for (std::uint32_t i = 0; i < TILES; ++i) {
      order[i] = i;
    }
    std::shuffle(order.begin(), order.end(), random);
    std::vector<engine::TileUse> uses;
    for (std::uint32_t i = 0; i < points; ++i) {
      uses.push_back({array->tile(order[i]), Access::READ_WRITE});
      expected[order[i]] = expected[order[i]] * 3 + 1;
    }
    auto& meeting = *meetings.emplace_back(std::make_unique<Meeting>(points));
    launch_gang_of(
        [&meeting, &last, &disordered, values, order, gang](std::uint32_t point, unsigned) {
          meeting.meet();
          if (point == 0) {
            disordered += last.exchange(gang) != gang - 1;
          }
          values[order[point]] = values[order[point]] * 3 + 1;
          meeting.meet();
        },
        uses);
    for (int i = 0; i < 3; ++i) {
      const auto tile = static_cast<std::uint32_t>(random() % TILES);
      expected[tile] += 7;
      const engine::TileUse use{array->tile(tile), Access::READ_WRITE};
      if (random() % 2 == 0) {
        launch([values, tile](std::uint32_t, unsigned) { values[tile] += 7; }, {{use}}, 0,
               engine::WorkerRange{static_cast<unsigned>(random() % workers), 1});
      } else {
        launch([values, tile](std::uint32_t, unsigned) { values[tile] += 7; }, {{use}});
      }
    }
    for (auto& value : expected) {
      value %= 1'000'003;
    }
    if (gang % 16 == 15) {  // as `expected`, which must not overflow
      std::vector<engine::TileUse> all;
      for (std::uint32_t i = 0; i < TILES; ++i) {
        all.push_back({array->tile(i), Access::READ_WRITE});
      }
      launch(
          [values](std::uint32_t, unsigned) { std::for_each(values, values + TILES, [](long& v) { v %= 1'000'003; }); },
          {all});
    }
  }
  engine::wait_all();
  EXPECT_EQ(disordered, 0);
  for (std::uint32_t i = 0; i < TILES; ++i) {
    EXPECT_EQ(values[i] % 1'000'003, expected[i]) << "tile " << i;
  }
}

TEST_P(EngineGang, RunsAmongOrdinaryTasks) {
  run_among_others(WORKERS, 2500, [](FunctionWork::Body body, const std::vector<engine::TileUse>& uses) {
    launch_gang(std::move(body), static_cast<std::uint32_t>(uses.size()), uses);
  });
}

TEST_P(EngineGang, InLocalMemoryRunsAmongOrdinaryTasks) {
  run_among_others(WORKERS, 500, [](FunctionWork::Body body, const std::vector<engine::TileUse>& uses) {
    launch_local_gang(std::move(body), uses);
  });
}

TEST_P(EngineGang, FinishesOnceAfterAllPoints) {
  std::atomic<int> runs{0};
  std::atomic<int> ends{0};
  std::atomic<int> early{0};
  for (int i = 0; i < 100; ++i) {
    launch_gang([&](std::uint32_t, unsigned) { ++runs; }, WORKERS, {}, 0,
                [&, i] {
                  early += runs < (i + 1) * static_cast<int>(WORKERS);
                  ++ends;
                });
  }
  engine::wait_all();
  EXPECT_EQ(runs, 100 * static_cast<int>(WORKERS));
  EXPECT_EQ(ends, 100);
  EXPECT_EQ(early, 0);
}

// Points that are submitted wait on their workers for those that are not: tasks which these workers have to run first
// must not be waited for in between. After how many points the number of tasks is looked at differs from round to
// round.
TEST_P(EngineGang, IsSubmittedWithoutWaitingForOtherTasks) {
  engine::stop();
  ::setenv("STARPU_LIMIT_MAX_SUBMITTED_TASKS", "20", 1);
  ::setenv("STARPU_LIMIT_MIN_SUBMITTED_TASKS", "4", 1);
  SetUp();
  ::unsetenv("STARPU_LIMIT_MAX_SUBMITTED_TASKS");
  ::unsetenv("STARPU_LIMIT_MIN_SUBMITTED_TASKS");
  const auto array = Array::create({WORKERS}, sizeof(int), alignof(int));
  array->retile(grid(array->box(), {1}));
  std::vector<engine::TileUse> uses;
  for (std::uint32_t i = 0; i < WORKERS; ++i) {
    uses.push_back({array->tile(i), Access::READ_WRITE});
  }
  std::atomic<int> given_up{0};
  for (std::size_t round = 0; round < 8; ++round) {
    std::atomic<unsigned> here{0};
    launch([](std::uint32_t, unsigned) { std::this_thread::sleep_for(std::chrono::milliseconds{1}); },
           std::vector<std::vector<engine::TileUse>>(14 + round), 0, engine::WorkerRange{0, 1});
    launch_local_gang(
        [&](std::uint32_t, unsigned) {
          ++here;
          const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{20};
          while (here < WORKERS && std::chrono::steady_clock::now() < limit) {
            std::this_thread::sleep_for(std::chrono::microseconds{100});
          }
          given_up += here < WORKERS;
        },
        uses);
    engine::wait_all();
    ASSERT_EQ(given_up, 0) << "round " << round;
  }
}

TEST_P(EngineGang, RefusesMorePointsThanWorkers) {
  FunctionWork* const work = new FunctionWork{[](std::uint32_t, unsigned) {}};
  try {
    engine::Submitter submitter{*work, test_codelet(), 0, WORKERS};
    submitter.gang({1, nullptr}, nullptr, 0);
    FAIL() << "a gang of 4 points from worker 1 of 4";
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string{error.what()}.find("4 points from worker 1 on, but there are 4 workers"), std::string::npos)
        << error.what();
  }
  engine::wait_all();
}

// A worker that others count on for a task may get a point of a gang instead. The gang here waits for that task, which
// no program may do, and sees when it is found late: a wake-up that is lost costs up to 10 ms.
class EngineGangAndOneQueue : public EngineGang {};

TEST_P(EngineGangAndOneQueue, LeavesOtherTasksToOtherWorkers) {
  using Clock = std::chrono::steady_clock;
  constexpr int ROUNDS = 600;
  std::mt19937 random{7};
  int late = 0;
  for (int round = 0; round < ROUNDS; ++round) {
    std::atomic<int> done{0};
    std::atomic<int> others{-1};
    std::atomic<int> late_points{0};
    const auto launch_others = [&] {
      const auto count = 1 + random() % 2;
      launch([&](std::uint32_t, unsigned) { ++done; }, std::vector<std::vector<engine::TileUse>>(count));
      others = static_cast<int>(count);
    };
    const bool before = random() % 2 == 0;
    if (before) launch_others();
    launch_gang(
        [&](std::uint32_t, unsigned) {
          const auto begin = Clock::now();
          while (done != others && Clock::now() - begin < std::chrono::milliseconds{60}) {
            std::this_thread::sleep_for(std::chrono::microseconds{50});
          }
          late_points += Clock::now() - begin > std::chrono::milliseconds{8};
        },
        2, {}, static_cast<unsigned>(random() % (WORKERS - 1)));
    if (!before) launch_others();
    engine::wait_all();
    late += late_points > 0;
    const auto pause = Clock::now() + std::chrono::microseconds{random() % 300};
    while (Clock::now() < pause) {  // until some workers are about to sleep, or do
    }
  }
  EXPECT_LT(late, ROUNDS / 50);  // a loaded machine is late at times, too
}

INSTANTIATE_TEST_SUITE_P(UnderEach, EngineGangAndOneQueue, ::testing::Values("eager", "prio"),
                         [](const auto& scheduler) { return scheduler.param; });

INSTANTIATE_TEST_SUITE_P(UnderEachScheduler, EngineGang, ::testing::ValuesIn(engine::schedulers()),
                         [](const auto& scheduler) { return scheduler.param; });

}  // namespace
