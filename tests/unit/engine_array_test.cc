// SPDX-License-Identifier: Apache-2.0
#include "engine/array_pool.h"
#include "engine/submission.h"
#include "engine_fixture.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <thread>
#include <vector>

namespace {

using namespace legate::test;
using engine::Access;
using engine::Array;
using engine::ArrayPool;
using engine::ArrayRef;

class EngineArray : public EngineTest {};

TEST_F(EngineArray, IsContiguousInCOrder) {
  const ArrayRef array = Array::create({3, 4, 5}, 8, 16);
  EXPECT_EQ(array->extents(), (std::vector<std::uint64_t>{3, 4, 5}));
  EXPECT_EQ(array->strides(), (std::vector<std::size_t>{160, 40, 8}));
  EXPECT_EQ(array->bytes(), 480U);
  EXPECT_EQ(array->box(), box_of({0, 0, 0}, {3, 4, 5}));
  EXPECT_EQ(array->tiles(), std::vector<Box>{array->box()});
  EXPECT_NE(array->tiling_version(), 0U);
}

TEST_F(EngineArray, DimensionZeroIsOneElement) {
  const ArrayRef array = Array::create({}, 8, 16);
  EXPECT_EQ(array->bytes(), 8U);
  auto* const value = reinterpret_cast<double*>(array->data());
  launch_one([=] { *value = 2.5; }, {{array->tile(0), Access::WRITE}});
  array->synchronize();
  EXPECT_EQ(*value, 2.5);
  std::vector<std::uint32_t> found;
  array->find_tiles(Box{}, found);
  EXPECT_EQ(found, std::vector<std::uint32_t>{0});
}

TEST_F(EngineArray, WithoutElementsStillHasATileToDependOn) {
  const ArrayRef array = Array::create({4, 0}, 8, 16);
  EXPECT_EQ(array->bytes(), 0U);
  EXPECT_NE(array->data(), nullptr);
  ASSERT_EQ(array->tiles().size(), 1U);
  array->retile({});
  std::atomic<int> runs{0};
  launch_one([&] { ++runs; }, {{array->tile(0), Access::READ_WRITE}});
  array->synchronize();
  EXPECT_EQ(runs, 1);
  std::vector<std::uint32_t> found;
  array->find_tiles(array->box(), found);
  EXPECT_TRUE(found.empty());
}

TEST_F(EngineArray, BadShapesAreRejected) {
  EXPECT_THROW(static_cast<void>(Array::create({1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 8, 16)), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(Array::create({1}, 8, 3)), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(Array::create({1}, 8, 0)), std::invalid_argument);
  const auto huge = std::numeric_limits<std::uint64_t>::max();
  EXPECT_THROW(static_cast<void>(Array::create({huge, huge}, 8, 16)), std::length_error);
  EXPECT_THROW(static_cast<void>(Array::create({huge / 2, 0, 3}, 8, 16)), std::length_error);
}

TEST_F(EngineArray, ImpossibleAmountOfMemoryIsBadAlloc) {
  const ArrayRef array = Array::create({std::uint64_t{1} << 50U}, 8, 16);
  EXPECT_THROW(static_cast<void>(array->data()), std::bad_alloc);
}

TEST_F(EngineArray, MemoryIsAligned) {
  for (const std::size_t alignment : {1U, 64U, 256U, 65536U}) {
    const ArrayRef array = Array::create({7}, 8, alignment);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(array->data()) % std::max<std::size_t>(alignment, 16), 0U);
  }
  const ArrayRef large = Array::create({5 << 20}, 1, 16);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(large->data()) % (2U << 20U), 0U);
}

TEST_F(EngineArray, SeveralThreadsGetTheSameMemory) {
  for (int round = 0; round < 50; ++round) {
    const ArrayRef array = Array::create({1000, static_cast<std::uint64_t>(round + 1)}, 8, 16);
    std::vector<std::byte*> seen(4);
    std::vector<std::thread> threads;
    for (std::byte*& address : seen) {
      threads.emplace_back([&] { address = array->data(); });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    EXPECT_EQ(seen, std::vector<std::byte*>(4, array->data()));
  }
}

TEST_F(EngineArray, NeverUsedByTasksNeverRegisters) {
  const ArrayRef array = Array::create({10}, 8, 16);
  std::memset(array->data(), 0, array->bytes());
  array->retile(grid(array->box(), {3}));
  array->synchronize();
  EXPECT_EQ(ArrayPool::instance().statistics().registered, 0U);
}

TEST_F(EngineArray, SynchronizeWaitsForTheTasksOnTheArrayOnly) {
  const ArrayRef array = Array::create({100}, 8, 16);
  const ArrayRef other = Array::create({100}, 4, 16);
  array->retile(grid(array->box(), {10}));
  Gate gate;
  launch([&](std::uint32_t, unsigned) { gate.pass(); }, {{{other->tile(0), Access::WRITE}}}, 0,
         engine::WorkerRange{1, 1});
  auto* const value = reinterpret_cast<std::int64_t*>(array->data());
  for (std::int64_t round = 1; round <= 20; ++round) {
    for (std::uint32_t tile = 0; tile < 10; ++tile) {
      launch(
          [=](std::uint32_t, unsigned) {
            for (std::int64_t i = 0; i < 10; ++i) {
              value[tile * 10 + i] = round * (tile * 10 + i);
            }
          },
          {{{array->tile(tile), Access::WRITE}}}, 0, engine::WorkerRange{0, 1});
    }
    array->synchronize();
    for (std::int64_t i = 0; i < 100; ++i) {
      ASSERT_EQ(value[i], round * i);
    }
  }
  gate.open();
  engine::wait_all();
}

TEST_F(EngineArray, ForeignMemoryIsUsedInPlaceAndGivenBack) {
  std::vector<std::int64_t> memory(100, 1);
  {
    const ArrayRef array = Array::wrap({100}, 8, memory.data());
    EXPECT_EQ(array->data(), reinterpret_cast<std::byte*>(memory.data()));
    array->retile(grid(array->box(), {25}));
    for (std::uint32_t tile = 0; tile < 4; ++tile) {
      launch_one([&memory, tile] { memory[tile * 25] = tile; }, {{array->tile(tile), Access::READ_WRITE}});
    }
    array->unregister();
    EXPECT_EQ(ArrayPool::instance().statistics().registered, 0U);
    for (std::size_t i = 0; i < 100; ++i) {
      EXPECT_EQ(memory[i], i % 25 == 0 ? static_cast<std::int64_t>(i / 25) : 1);
    }
    launch_one([&memory] { memory[0] = 77; }, {{array->tile(0), Access::READ_WRITE}});
  }
  engine::wait_all();  // what was dropped while in use is given back here
  EXPECT_EQ(ArrayPool::instance().statistics().registered, 0U);
  EXPECT_EQ(memory[0], 77);
  EXPECT_THROW(static_cast<void>(Array::wrap({1}, 8, nullptr)), std::invalid_argument);
}

// Whoever lent the memory may do anything when it is given back: also wait for other threads, which use the engine.
TEST_F(EngineArray, ForeignMemoryIsGivenBackWithoutALock) {
  std::vector<std::int64_t> memory(100, 1);
  int given_back = 0;
  const auto wrap = [&] {
    const std::shared_ptr<const void> keeper{memory.data(), [&given_back](const void*) {
                                               std::thread other{[] {
                                                 const bool free = engine::submission_lock().try_lock();
                                                 EXPECT_TRUE(free);
                                                 if (free) {
                                                   engine::submission_lock().unlock();
                                                 }
                                                 static_cast<void>(Array::create({3}, 8, 8));  // takes the pool's lock
                                               }};
                                               other.join();
                                               ++given_back;
                                             }};
    return Array::wrap({100}, 8, memory.data(), keeper);
  };
  const auto use = [&](Array& array) { launch_one([] {}, {{array.tile(0), Access::READ_WRITE}}); };

  static_cast<void>(wrap());
  EXPECT_EQ(given_back, 1) << "never used";
  {
    const ArrayRef array = wrap();
    use(*array);
    array->unregister();
    EXPECT_EQ(given_back, 1);
  }
  EXPECT_EQ(given_back, 2) << "unregistered";
  use(*wrap());
  EXPECT_EQ(given_back, 2);
  engine::wait_all();
  EXPECT_EQ(given_back, 3) << "dropped while in use";
  const ArrayRef other = Array::create({7}, 8, 8);
  {
    const ArrayRef array = wrap();
    launch_one([] {}, {{array->tile(0), Access::READ_WRITE}, {other->tile(0), Access::READ_WRITE}});
  }
  other->synchronize();  // waits for that task
  Array::unregister_dropped();
  EXPECT_EQ(given_back, 4) << "dropped and completed";
  use(*wrap());
  engine::stop();
  EXPECT_EQ(given_back, 5) << "stop";
}

// That a launch is over is remembered only for so many: a task that runs while thousands of others come and go may seem
// to have completed.
TEST_F(EngineArray, ForeignMemoryInUseIsNotWaitedFor) {
  std::vector<std::int64_t> memory(100, 1);
  Gate gate;
  bool given_back = false;
  {
    const ArrayRef array =
        Array::wrap({100}, 8, memory.data(),
                    std::shared_ptr<const void>{memory.data(), [&given_back](const void*) { given_back = true; }});
    launch_one([&gate] { gate.pass(); }, {{array->tile(0), Access::READ_WRITE}});
  }
  const ArrayRef other = Array::create({7}, 8, 8);
  for (int i = 0; i < 5000; ++i) {
    launch_one([] {}, {{other->tile(0), Access::READ_WRITE}});
  }
  other->synchronize();
  Array::unregister_dropped();
  EXPECT_FALSE(given_back);
  gate.open();
  engine::wait_all();
  EXPECT_TRUE(given_back);
}

TEST_F(EngineArray, SurvivesStopAndIsUsableAfterTheNextStart) {
  const ArrayRef array = Array::create({40}, 8, 16);
  array->retile(grid(array->box(), {7}));
  auto* const value = reinterpret_cast<std::int64_t*>(array->data());
  const auto fill = [&](std::int64_t base) {
    for (std::uint32_t tile = 0; tile < array->tiles().size(); ++tile) {
      const Box box = array->tiles()[tile];
      launch_one(
          [=] {
            for (std::int64_t i = box.lo[0]; i < box.hi[0]; ++i) {
              value[i] = base + i;
            }
          },
          {{array->tile(tile), Access::WRITE}});
    }
  };
  fill(100);
  engine::stop();
  EXPECT_EQ(engine::worker_count(), 0U);
  EXPECT_EQ(value[39], 139);
  EXPECT_THROW(static_cast<void>(array->tile(0)), std::logic_error);
  array->synchronize();
  engine::wait_all();
  engine::start(configuration());
  fill(200);
  array->synchronize();
  EXPECT_EQ(value[0], 200);
  EXPECT_EQ(value[39], 239);
}

TEST_F(EngineArray, StopWaitsForPendingTasksAndLeavesNothingRegistered) {
  ArrayRef kept = Array::create({40}, 8, 16);
  auto* const value = reinterpret_cast<std::int64_t*>(kept->data());
  std::fill(value, value + 40, 0);
  for (int i = 0; i < 1000; ++i) {
    const ArrayRef dropped = Array::create({17}, 8, 16);
    launch_one([=] { ++*value; }, {{kept->tile(0), Access::READ_WRITE}, {dropped->tile(0), Access::WRITE}});
  }
  engine::stop();
  EXPECT_EQ(*value, 1000);
  const auto statistics = ArrayPool::instance().statistics();
  EXPECT_EQ(statistics.registered, 0U);
  EXPECT_EQ(statistics.arrays, 0U);
  EXPECT_EQ(statistics.free_bytes, 0U);
  kept.reset();  // harmless
  EXPECT_EQ(ArrayPool::instance().statistics().allocated_bytes, 0U);
}

// ---- life cycle

TEST(EngineLifecycle, ComesUpWithExactlyTheWorkersAskedFor) {
  for (unsigned workers = 1; workers <= 4; ++workers) {
    engine::Configuration configuration;
    configuration.cpus = workers;
    engine::start(configuration);
    EXPECT_EQ(engine::worker_count(), workers);
    EXPECT_TRUE(engine::running());
    EXPECT_THROW(engine::start(configuration), std::runtime_error);
    engine::stop();
    EXPECT_FALSE(engine::running());
  }
  EXPECT_EQ(engine::stop(), 0);
}

TEST(EngineLifecycle, TooManyWorkersAreRefusedWithBothNumbers) {
  engine::Configuration configuration;
  configuration.cpus = 100000;
  try {
    engine::start(configuration);
    FAIL() << "started";
  } catch (const std::runtime_error& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("100000"), std::string::npos) << message;
    EXPECT_GE(std::count_if(message.begin(), message.end(), [](unsigned char c) { return std::isdigit(c) != 0; }), 7)
        << message;
  }
  EXPECT_FALSE(engine::running());
  configuration.cpus = 0;
  EXPECT_THROW(engine::start(configuration), std::invalid_argument);
}

TEST(EngineLifecycle, UserSettingsDoNotChangeTheWorkersAndTheEnvironmentIsLeftAsItWas) {
  const auto environment_now = [] {
    std::vector<std::string> result;
    for (char** entry = environ; *entry != nullptr; ++entry) {
      result.emplace_back(*entry);
    }
    std::sort(result.begin(), result.end());
    return result;
  };
  ::setenv("STARPU_NCPU", "3", 1);
  ::setenv("STARPU_SCHED", "lws", 1);
  const std::vector<std::string> before = environment_now();
  engine::Configuration configuration;
  configuration.cpus = 2;
  engine::start(configuration);
  EXPECT_EQ(engine::worker_count(), 2U);
  EXPECT_EQ(environment_now(), before);
  engine::stop();
  ::unsetenv("STARPU_NCPU");
  ::unsetenv("STARPU_SCHED");
}

TEST(EngineLifecycle, UnwritableStarpuHomeIsAnErrorAndAMissingHomeIsNot) {
  const char* const before = std::getenv("STARPU_HOME");
  const std::string saved = before != nullptr ? before : "";
  const char* const home_before = std::getenv("HOME");
  const std::string home_saved = home_before != nullptr ? home_before : "";
  ::setenv("STARPU_HOME", "/proc/nowhere", 1);
  EXPECT_THROW(engine::start({}), std::runtime_error);
  EXPECT_FALSE(engine::running());
  ::unsetenv("STARPU_HOME");
  ::setenv("HOME", "/proc/nowhere", 1);
  EXPECT_NO_THROW(engine::start({}));
  engine::stop();
  ::setenv("HOME", home_saved.c_str(), 1);
  if (before != nullptr) {
    ::setenv("STARPU_HOME", saved.c_str(), 1);
  }
}

TEST(EngineLifecycle, NothingWorksBeforeStart) {
  const ArrayRef array = Array::create({10}, 8, 16);
  EXPECT_NE(array->data(), nullptr);
  EXPECT_THROW(static_cast<void>(array->tile(0)), std::logic_error);
  FunctionWork none{[](std::uint32_t, unsigned) {}};
  EXPECT_THROW((engine::Submitter{none, test_codelet(), 0, 1}), std::logic_error);
  EXPECT_THROW(engine::record_timestamps(1), std::logic_error);
  engine::wait_all();
}

TEST_F(EngineArray, ReleasedPagesLoseTheirContentsAndKeptElementsDoNot) {
  constexpr std::uint64_t ROWS = 3000;
  constexpr std::uint64_t COLUMNS = 1000;
  auto array = Array::create({ROWS, COLUMNS}, sizeof(double), alignof(double));
  auto* const values = reinterpret_cast<double*>(array->data());
  std::fill_n(values, ROWS * COLUMNS, 1.0);
  Box rows = array->box();  // the first half of the rows, and some columns of the last ones
  rows.hi[0] = 1500;
  Box columns = array->box();
  columns.lo[0] = 2990;
  columns.lo[1] = 990;
  array->release_pages({columns, rows});
  std::uint64_t kept = 0;
  std::uint64_t lost = 0;
  for (std::uint64_t i = 0; i < ROWS; ++i) {
    for (std::uint64_t j = 0; j < COLUMNS; ++j) {
      const bool wanted = i < 1500 || (i >= 2990 && j >= 990);
      const double value = values[i * COLUMNS + j];
      ASSERT_TRUE(value == 1.0 || (!wanted && value == 0.0)) << i << " " << j;
      kept += value == 1.0 ? 1U : 0U;
      lost += value == 1.0 ? 0U : 1U;
    }
  }
  EXPECT_GT(lost, 1'480'000U);  // all but the pages at the edges
  EXPECT_GE(kept, 1'500'000U);
}

}  // namespace
