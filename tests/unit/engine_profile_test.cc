// SPDX-License-Identifier: Apache-2.0
#include "engine_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace legate::test;
using engine::Access;

class EngineProfile : public EngineTest {
 protected:
  /// All slices by id.
  [[nodiscard]] static std::map<std::uint32_t, engine::Profile::Slice> by_id(const engine::Profile& profile) {
    std::map<std::uint32_t, engine::Profile::Slice> slices;
    for (const auto& slice : profile.slices) {
      EXPECT_TRUE(slices.emplace(slice.id, slice).second) << "id " << slice.id << " is there twice";
    }
    return slices;
  }

  [[nodiscard]] static engine::Profile take() {
    engine::wait_all(engine::Waiting::TO_THE_END);
    return engine::take_profile();
  }

  static void write(engine::TileHandle tile) {
    launch_one([] {}, {{tile, Access::WRITE}});
  }
  static void read(engine::TileHandle tile) {
    launch_one([] {}, {{tile, Access::READ}});
  }
};

/// Says more about itself than its codelet does.
class NotedWork final : public engine::Work {
 public:
  explicit NotedWork(engine::WorkNote note) : note_{note} {}
  void run(std::uint32_t /*point*/, const engine::Executor& /*executor*/) override {}
  void finished() noexcept override { delete this; }
  [[nodiscard]] engine::WorkNote note() const override { return note_; }

 private:
  engine::WorkNote note_;
};

using Ids = std::vector<std::uint32_t>;

TEST_F(EngineProfile, RecordsEveryPointOnce) {
  constexpr std::uint32_t LAUNCHES = 300;  // more than a block of records
  constexpr std::uint32_t POINTS = 40;
  const auto array = engine::Array::create({1}, 8, 8);
  write(array->tile(0));  // not recorded
  engine::wait_all(engine::Waiting::TO_THE_END);
  engine::start_profile();
  for (std::uint32_t i = 0; i < LAUNCHES; ++i) {
    launch([](std::uint32_t, unsigned) {}, {POINTS, {{array->tile(0), Access::READ}}});
  }
  const auto profile = take();
  write(array->tile(0));  // not recorded either
  const auto slices = by_id(profile);
  ASSERT_EQ(slices.size(), LAUNCHES * POINTS);
  std::map<const engine::Profile::Launch*, std::vector<std::uint32_t>> points;
  for (const auto& [id, slice] : slices) {
    EXPECT_LE(profile.began, slice.launch->submitted);
    EXPECT_LE(slice.launch->submitted, slice.started);
    EXPECT_LE(slice.started, slice.ended);
    EXPECT_LE(slice.ended, profile.ended);
    EXPECT_LT(slice.worker, engine::worker_count());
    EXPECT_EQ(*slice.launch->task, "test");
    points[slice.launch].push_back(slice.point);
  }
  EXPECT_EQ(points.size(), LAUNCHES);
  for (auto& [launch, found] : points) {
    std::vector<std::uint32_t> expected(POINTS);
    for (std::uint32_t i = 0; i < POINTS; ++i) {
      expected[i] = i;
    }
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found, expected);
  }
  EXPECT_EQ(profile.lost, 0U);
}

TEST_F(EngineProfile, PointsOfAWorkerDoNotOverlap) {
  const auto array = engine::Array::create({1}, 8, 8);
  engine::start_profile();
  for (int i = 0; i < 100; ++i) {
    launch([](std::uint32_t, unsigned) {}, {3, {{array->tile(0), Access::READ}}});
  }
  std::map<unsigned, std::int64_t> ends;
  for (const auto& slice : take().slices) {
    EXPECT_LE(ends[slice.worker], slice.started);
    ends[slice.worker] = slice.ended;
  }
}

TEST_F(EngineProfile, TellsWhatPointsWaitedFor) {
  const auto array = engine::Array::create({1}, 8, 8);
  const auto other = engine::Array::create({1}, 8, 8);
  engine::start_profile();
  write(array->tile(0));                                                                      // 0
  read(array->tile(0));                                                                       // 1
  read(array->tile(0));                                                                       // 2
  write(other->tile(0));                                                                      // 3
  launch_one([] {}, {{array->tile(0), Access::READ_WRITE}, {other->tile(0), Access::READ}});  // 4
  read(array->tile(0));                                                                       // 5
  const auto profile = take();
  const std::vector<Ids> expected{{}, {0}, {0}, {}, {1, 2, 3}, {4}};
  EXPECT_EQ(profile.after, expected);
  const auto slices = by_id(profile);
  for (std::uint32_t id = 0; id < expected.size(); ++id) {
    for (const auto before : expected[id]) {
      EXPECT_LE(slices.at(before).ended, slices.at(id).started);
    }
  }
}

TEST_F(EngineProfile, AnotherCutIsABarrierOnTheArray) {
  const auto array = engine::Array::create({4}, 8, 8);
  engine::start_profile();
  write(array->tile(0));  // 0
  array->retile({box_of({0}, {2}), box_of({2}, {4})});
  read(array->tile(0));   // 1
  write(array->tile(1));  // 2
  array->retile({});
  read(array->tile(0));  // 3
  EXPECT_EQ(take().after, (std::vector<Ids>{{}, {0}, {0}, {1, 2}}));
}

TEST_F(EngineProfile, ArraysAtTheSameAddressHaveNothingToDoWithEachOther) {
  engine::start_profile();
  for (int i = 0; i < 2; ++i) {
    int memory = 0;
    const auto array = engine::Array::wrap({1}, sizeof memory, &memory, nullptr);
    write(array->tile(0));
    array->synchronize();
  }
  EXPECT_EQ(take().after, (std::vector<Ids>{{}, {}}));
}

TEST_F(EngineProfile, WorkSaysMoreAboutItself) {
  static engine::Codelet* const mover = engine::create_codelet("mover", {}, "moving for a test");
  const auto array = engine::Array::create({1}, 8, 8);
  engine::start_profile();
  for (const auto* const codelet : {&test_codelet(), static_cast<const engine::Codelet*>(mover)}) {
    const std::string place = "line 1";  // is gone when the profile is taken
    auto* const work = new NotedWork{{&place, 30, 10, 7, false}};
    engine::Submitter submitter{*work, *codelet, 0, 1, std::nullopt};
    const engine::TileUse use{array->tile(0), Access::READ};
    submitter.point(0, &use, 1);
  }
  const auto slices = by_id(take());
  ASSERT_EQ(slices.size(), 2U);
  for (const auto& [id, slice] : slices) {
    ASSERT_NE(slice.launch->provenance, nullptr);
    EXPECT_EQ(*slice.launch->provenance, "line 1");
    EXPECT_EQ(slice.launch->first_point, 7U);
  }
  EXPECT_EQ(slices.at(0).launch->moves, nullptr);
  EXPECT_EQ(slices.at(0).launch->bytes, 30U);
  EXPECT_STREQ(slices.at(1).launch->moves, "moving for a test");
  EXPECT_EQ(slices.at(1).launch->bytes, 10U) << "of a copy, what it writes counts";
}

TEST_F(EngineProfile, RangesAreThoseOfTheThread) {
  const auto array = engine::Array::create({1}, 8, 8);
  engine::start_profile();
  for (int i = 0; i < 20; ++i) {
    launch([](std::uint32_t, unsigned) { engine::profile_range("inside", 1, 2); },
           {2, {{array->tile(0), Access::READ}}});
  }
  engine::profile_range("outside", 3, 4);
  const auto profile = take();
  std::map<unsigned, std::size_t> ranges;
  std::map<unsigned, std::size_t> slices;
  for (const auto& slice : profile.slices) {
    ++slices[slice.worker];
  }
  for (const auto& range : profile.ranges) {
    EXPECT_EQ(*range.name, range.worker == engine::worker_count() ? "outside" : "inside");
    EXPECT_EQ(range.ended, range.started + 1);
    ++ranges[range.worker];
  }
  slices[engine::worker_count()] = 1;
  EXPECT_EQ(ranges, slices);
}

// The outermost of nested ones, which is the call of the program.
TEST_F(EngineProfile, WaitsAreThoseOfTheProgram) {
  using namespace std::chrono_literals;
  const auto pause = [] {
    for (const auto end = std::chrono::steady_clock::now() + 100us; std::chrono::steady_clock::now() < end;) continue;
  };
  const auto before = engine::steady_nanoseconds();
  {
    const engine::Wait early{"before the profile"};
    pause();
  }
  engine::start_profile();
  {
    const engine::Wait outer{"outer"};
    pause();
    {
      const engine::Wait inner{"inner"};
      pause();
    }
    pause();
  }
  {
    const engine::Wait second{"second"};
    pause();
  }
  const auto profile = take();
  {
    const engine::Wait late{"after the profile"};
    pause();
  }
  std::vector<std::string> names;
  for (const auto& wait : profile.waits) {
    if (wait.what != std::string{"tasks"}) names.emplace_back(wait.what);  // which take() waits for
    EXPECT_GT(wait.started, before);
    EXPECT_GE(wait.ended - wait.started, wait.what == std::string{"outer"} ? 300'000 : 1000);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"outer", "second"}));
}

// What is not recorded is counted, and what is recorded is whole.
TEST_F(EngineProfile, EndsWhereItsMemoryDoes) {
  constexpr std::uint32_t LAUNCHES = 2000;
  constexpr std::uint32_t POINTS = 20;
  const auto array = engine::Array::create({1}, 8, 8);
  engine::start_profile(std::size_t{1} << 20U);
  for (std::uint32_t i = 0; i < LAUNCHES; ++i) {
    launch([](std::uint32_t, unsigned) {}, {POINTS, {{array->tile(0), Access::READ}}});
  }
  const auto profile = take();
  const auto slices = by_id(profile);
  EXPECT_GT(profile.lost, 0U);
  EXPECT_GT(slices.size(), 1000U);
  EXPECT_EQ(slices.size() + profile.lost, LAUNCHES * POINTS);
  for (const auto& [id, slice] : slices) {
    EXPECT_EQ(*slice.launch->task, "test");
  }
}

TEST_F(EngineProfile, RecordsAgainAfterItWasTaken) {
  const auto array = engine::Array::create({1}, 8, 8);
  for (int i = 0; i < 2; ++i) {
    engine::start_profile();
    EXPECT_TRUE(engine::profiling());
    write(array->tile(0));
    read(array->tile(0));
    const auto profile = take();
    EXPECT_FALSE(engine::profiling());
    EXPECT_EQ(profile.slices.size(), 2U);
    EXPECT_EQ(profile.after, (std::vector<Ids>{{}, {0}}));
  }
}

TEST_F(EngineProfile, BesideTimestamps) {
  const auto array = engine::Array::create({1}, 8, 8);
  engine::record_timestamps(10);
  engine::start_profile();
  write(array->tile(0));
  const auto profile = take();
  const auto timestamps = engine::recorded_timestamps();
  ASSERT_EQ(timestamps.size(), 1U);
  ASSERT_EQ(profile.slices.size(), 1U);
  EXPECT_EQ(timestamps[0].started, profile.slices[0].started);
  EXPECT_EQ(timestamps[0].ended, profile.slices[0].ended);
}

TEST(EngineProfileWithoutEngine, IsRefused) { EXPECT_THROW(engine::start_profile(), std::logic_error); }

}  // namespace
