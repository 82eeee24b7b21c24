// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduler.h"
#include "engine_fixture.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <thread>

namespace {

using namespace legate::test;
using engine::Access;
using engine::Array;
using engine::ArrayRef;
using Clock = std::chrono::steady_clock;

class EngineScheduler : public EngineTest {
 protected:
  static void wait_until_asleep() {
    const unsigned long before = engine::worker_sleep_count();
    while (engine::worker_sleep_count() < before + 2 * engine::worker_count()) {
      std::this_thread::yield();
    }
  }
};

/// Processor time of the workers: of all threads but this one.
double worker_seconds() {
  const auto seconds = [](clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  };
  return seconds(CLOCK_PROCESS_CPUTIME_ID) - seconds(CLOCK_THREAD_CPUTIME_ID);
}

// From one sleep to the next, and some more: not for a time that has to be long enough.
TEST_F(EngineScheduler, IdleWorkersCostNextToNoProcessorTime) {
  wait_until_asleep();
  const double before = worker_seconds();
  const auto start = Clock::now();
  for (int round = 0; round < 3; ++round) {
    wait_until_asleep();
  }
  const double elapsed = std::chrono::duration<double>(Clock::now() - start).count();
  EXPECT_LT(worker_seconds() - before, 0.15 * elapsed);
}

TEST_F(EngineScheduler, SleepingWorkersWakeForATask) {
  for (int i = 0; i < 20; ++i) {
    wait_until_asleep();
    std::atomic<int> runs{0};
    launch([&](std::uint32_t, unsigned) { ++runs; }, std::vector<std::vector<engine::TileUse>>(3));
    engine::wait_all();
    EXPECT_EQ(runs, 3);
  }
}

TEST_F(EngineScheduler, TheWorkerThatATaskNeedsIsTheOneThatWakes) {
  for (unsigned i = 0; i < 20; ++i) {
    wait_until_asleep();
    const unsigned wanted = i % 2;
    unsigned ran_on = 99;
    engine::Completion done;
    launch([&](std::uint32_t, unsigned worker) { ran_on = worker; }, {{}}, 0, engine::WorkerRange{wanted, 1},
           [&] { done.signal(); });
    done.wait();
    EXPECT_EQ(ran_on, wanted);
    engine::wait_all();
  }
}

TEST_F(EngineScheduler, AllSleepingWorkersAreWokenForAsManyTasks) {
  for (int i = 0; i < 20; ++i) {
    wait_until_asleep();
    Gate here[2];
    launch(
        [&](std::uint32_t point, unsigned) {  // only ends when both run together
          here[point].open();
          here[1 - point].pass();
        },
        {{}, {}});
    engine::wait_all();
  }
}

TEST_F(EngineScheduler, TasksReleasedByOtherTasksReachSleepingWorkers) {
  const ArrayRef array = Array::create({1}, 8, 16);
  for (int i = 0; i < 20; ++i) {
    Gate gate;
    std::atomic<unsigned> mask{0};
    launch([&](std::uint32_t, unsigned) { gate.pass(); }, {{{array->tile(0), Access::WRITE}}}, 0,
           engine::WorkerRange{0, 1});
    launch([&](std::uint32_t, unsigned worker) { mask |= 1U << worker; }, {{{array->tile(0), Access::READ}}}, 0,
           engine::WorkerRange{1, 1});
    const unsigned long before = engine::worker_sleep_count();
    while (engine::worker_sleep_count() == before) {
      std::this_thread::yield();  // until worker 1 has gone to sleep
    }
    gate.open();
    engine::wait_all();
    EXPECT_EQ(mask, 2U);
  }
}

/// Another thread that answers: what a round trip costs on this machine, with what else it does.
class Echo {
 public:
  ~Echo() {
    pass(Ball::OVER);
    thread_.join();
  }
  void round_trip() {
    pass(Ball::THERE);
    std::unique_lock<std::mutex> lock{mutex_};
    changed_.wait(lock, [this] { return ball_ == Ball::HERE; });
  }

 private:
  enum class Ball { HERE, THERE, OVER };
  void pass(Ball ball) {
    const std::lock_guard<std::mutex> guard{mutex_};
    ball_ = ball;
    changed_.notify_all();
  }
  void answer() {
    std::unique_lock<std::mutex> lock{mutex_};
    while (true) {
      changed_.wait(lock, [this] { return ball_ != Ball::HERE; });
      if (ball_ == Ball::OVER) return;
      ball_ = Ball::HERE;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  Ball ball_{Ball::HERE};
  std::thread thread_{[this] { answer(); }};
};

// Thousands of round trips that each may lose a wake-up; a lost one costs 10 ms.
TEST_F(EngineScheduler, NoWakeUpIsLost) {
  const auto start = Clock::now();
  Echo echo;
  Clock::duration here{};
  Clock::duration elsewhere{};
  const auto add_time_of = [](Clock::duration& sum, auto action) {
    const auto before = Clock::now();
    action();
    sum += Clock::now() - before;
  };
  int rounds = 0;
  while (Clock::now() - start < std::chrono::milliseconds{800}) {
    add_time_of(here, [&] {
      engine::Completion done;
      launch([](std::uint32_t, unsigned) {}, {{}}, 0, engine::WorkerRange{static_cast<unsigned>(rounds % 2), 1},
             [&] { done.signal(); });
      done.wait();
    });
    add_time_of(elsewhere, [&] { echo.round_trip(); });
    ++rounds;
    if (rounds % 16 == 0) {
      const auto pause = Clock::now();  // until around the moment they fall asleep
      while (Clock::now() - pause < std::chrono::microseconds{50 + rounds % 100}) {
      }
    }
  }
  engine::wait_all();
  EXPECT_LT(here, 5 * elsewhere + rounds * std::chrono::milliseconds{4}) << rounds << " rounds";
}

class CrowdedScheduler : public EngineScheduler {
 protected:
  [[nodiscard]] engine::Configuration configuration() const override {
    engine::Configuration result;
    result.cpus = 4;  // likely more than there are processors
    result.idle_spin = std::chrono::microseconds{20};
    return result;
  }
};

TEST_F(CrowdedScheduler, WorksWithMoreWorkersThanProcessors) {
  const ArrayRef array = Array::create({64}, 8, 16);
  array->retile(grid(array->box(), {1}));
  auto* const value = reinterpret_cast<std::int64_t*>(array->data());
  std::fill(value, value + 64, 0);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::vector<engine::TileUse>> uses;
    for (std::uint32_t tile = 0; tile < 64; ++tile) {
      uses.push_back({{array->tile(tile), Access::READ_WRITE}});
    }
    launch([=](std::uint32_t point, unsigned) { ++value[point]; }, uses);
    if (round % 10 == 0) {
      engine::wait_all();
    }
  }
  array->synchronize();
  EXPECT_TRUE(std::all_of(value, value + 64, [](std::int64_t count) { return count == 200; }));
}

}  // namespace
