// SPDX-License-Identifier: Apache-2.0
#include "engine/completion.h"
#include "engine/watch.h"
#include "engine_fixture.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <future>
#include <stdexcept>
#include <vector>

namespace {

using namespace legate::test;
using engine::Access;
using engine::Array;
using engine::Waiting;
using legate::detail::set_wait_hooks;
using legate::detail::WaitHooks;

struct GivenUp : std::runtime_error {
  GivenUp() : std::runtime_error{"given up"} {}
};

std::function<void()> before_wait{};
std::atomic<bool> gives_up{false};

void before() noexcept {
  if (before_wait) {
    before_wait();
  }
}

void during() {
  if (gives_up) {
    throw GivenUp{};
  }
}

std::atomic<int> turns_of_others{0};
std::function<void()> others_turn{};

unsigned let_others() noexcept {
  ++turns_of_others;
  if (others_turn) {
    others_turn();
  }
  return 17;
}

void take_turn_back(unsigned had) noexcept {
  if (had != 17) {
    std::abort();
  }
  --turns_of_others;
}

constexpr WaitHooks HOOKS{before, during, let_others, take_turn_back};

// Unlike Gate, no wait of the engine's; may be opened again. Must live until the points have ended.
class Door {
 public:
  void open() noexcept {
    if (!opened_.exchange(true)) {
      promise_.set_value();
    }
  }
  void pass() { future_.wait(); }

 private:
  std::atomic<bool> opened_{false};
  std::promise<void> promise_{};
  std::shared_future<void> future_{promise_.get_future()};
};

class WaitHooksTest : public EngineTest {
 protected:
  void SetUp() override {
    before_wait = nullptr;
    others_turn = nullptr;
    gives_up = false;
    set_wait_hooks(&HOOKS);
    EngineTest::SetUp();
  }
  void TearDown() override {
    before_wait = nullptr;
    others_turn = nullptr;
    EngineTest::TearDown();
    set_wait_hooks(nullptr);
  }
};

// --- before a wait: what it lets happen is what is waited for, so without the call these tests hang

TEST_F(WaitHooksTest, KnowOfTheWaitForAllTasks) {
  Door door;
  before_wait = [&] { door.open(); };
  launch_one([&] { door.pass(); }, {});
  engine::wait_all();
}

TEST_F(WaitHooksTest, KnowOfTheWaitForTasksOnAnArray) {
  Door door;
  before_wait = [&] { door.open(); };
  auto array = Array::create({4}, 1, 1);
  launch_one([&] { door.pass(); }, {{array->tile(0), Access::WRITE}});
  array->synchronize();
  engine::wait_all();
}

TEST_F(WaitHooksTest, KnowOfTheWaitForACompletion) {
  Door door;
  engine::Completion completion;
  before_wait = [&] { door.open(); };
  launch(
      [&](std::uint32_t, unsigned) {
        door.pass();
        completion.signal();
      },
      {{}});
  completion.wait();
  engine::wait_all();
}

TEST_F(WaitHooksTest, KnowOfTheWaitForRoomForALaunch) {
  Door door;
  before_wait = [&] { door.open(); };
  for (int i = 0; i < 3000; ++i) {
    launch_one([&] { door.pass(); }, {});
  }
  engine::wait_all();
}

class WaitHooksFewTasksTest : public WaitHooksTest {
 protected:
  void SetUp() override {
    ::setenv("STARPU_LIMIT_MAX_SUBMITTED_TASKS", "200", 1);
    ::setenv("STARPU_LIMIT_MIN_SUBMITTED_TASKS", "100", 1);
    WaitHooksTest::SetUp();
    ::unsetenv("STARPU_LIMIT_MAX_SUBMITTED_TASKS");
    ::unsetenv("STARPU_LIMIT_MIN_SUBMITTED_TASKS");
  }
};

TEST_F(WaitHooksFewTasksTest, KnowOfTheWaitForRoomForAPoint) {
  Door door;
  std::atomic<int> runs{0};
  before_wait = [&] { door.open(); };
  launch(
      [&](std::uint32_t, unsigned) {
        door.pass();
        ++runs;
      },
      std::vector<std::vector<engine::TileUse>>(1000));
  engine::wait_all();
  EXPECT_EQ(runs, 1000);
}

TEST_F(WaitHooksTest, ManyTasksDoNotWaitForRoomByDefault) {
  Door door;
  bool waited = false;
  before_wait = [&] { waited = true; };
  launch([&](std::uint32_t, unsigned) { door.pass(); }, std::vector<std::vector<engine::TileUse>>(9000));
  EXPECT_FALSE(waited);
  door.open();
  engine::wait_all();
}

// --- in a wait

TEST_F(WaitHooksTest, EndWaitsThatMayBeGivenUp) {
  Door door;
  engine::Completion completion;
  auto array = Array::create({4}, 1, 1);
  launch(
      [&](std::uint32_t, unsigned) {
        door.pass();
        std::memset(array->data(), 7, 4);
        completion.signal();
      },
      {{{array->tile(0), Access::WRITE}}});
  gives_up = true;
  for (int i = 0; i < 2; ++i) {
    EXPECT_THROW(engine::wait_all(Waiting::UNLESS_GIVEN_UP), GivenUp);
    const auto on_array = array->begin_synchronize();
    ASSERT_NE(on_array, nullptr);
    EXPECT_THROW(on_array->wait(), GivenUp);
    EXPECT_THROW(completion.wait(), GivenUp);
  }
  // Tasks on the array come after what was given up.
  launch_one([&] { array->data()[0] = std::byte{8}; }, {{array->tile(0), Access::READ_WRITE}});
  door.open();
  completion.wait();
  array->synchronize();
  EXPECT_EQ(array->data()[0], std::byte{8});
  EXPECT_EQ(array->data()[3], std::byte{7});
  engine::wait_all();
}

TEST_F(WaitHooksTest, EndAWaitForRoomThatMayBeGivenUp) {
  Door door;
  for (std::uint64_t i = 0; i < 1024; ++i) {
    launch_one([&] { door.pass(); }, {});
  }
  gives_up = true;
  EXPECT_THROW(engine::make_room(), GivenUp);
  door.open();
  gives_up = false;
  engine::make_room();
  engine::wait_all();
}

TEST_F(WaitHooksTest, EndAWaitAmongOthersInTurn) {
  Door door;
  launch_one([&] { door.pass(); }, {});
  gives_up = true;
  EXPECT_THROW(engine::wait_all(Waiting::AMONG_OTHERS), GivenUp);
  EXPECT_EQ(turns_of_others, 0);
  door.open();
  engine::wait_all();
}

TEST_F(WaitHooksTest, LetOthersLaunchInAWaitForAllTasks) {
  Door door;
  std::atomic<int> runs{0};
  others_turn = [&] {
    EXPECT_EQ(turns_of_others, 1);
    others_turn = nullptr;
    launch_one([&] { ++runs; }, {});
    door.open();
  };
  launch_one([&] { door.pass(); }, {});
  engine::wait_all(Waiting::AMONG_OTHERS);
  EXPECT_EQ(turns_of_others, 0);
  EXPECT_EQ(runs, 1);
}

TEST_F(WaitHooksTest, DoNotLetOthersInWithoutNeed) {
  Door door;
  before_wait = [&] { door.open(); };
  for (const auto waiting : {Waiting::TO_THE_END, Waiting::UNLESS_GIVEN_UP}) {
    others_turn = [] { ADD_FAILURE(); };
    launch_one([&] { door.pass(); }, {});
    engine::wait_all(waiting);
  }
}

TEST_F(WaitHooksTest, ArraysTellWhenTheirTasksHaveCompleted) {
  Door door;
  auto array = Array::create({4}, 1, 1);
  array->retile(grid(array->box(), {2}));
  launch([&](std::uint32_t, unsigned) { door.pass(); },
         {{{array->tile(0), Access::WRITE}}, {{array->tile(1), Access::WRITE}}});
  const auto event = array->begin_synchronize();
  ASSERT_NE(event, nullptr);
  EXPECT_FALSE(event->done());
  door.open();
  event->wait(Waiting::AMONG_OTHERS);
  EXPECT_EQ(array->begin_synchronize(), nullptr);
}

TEST_F(WaitHooksTest, DoNotEndOtherWaits) {
  Door door;
  auto array = Array::create({4}, 1, 1);
  launch_one([&] { door.pass(); }, {{array->tile(0), Access::WRITE}});
  gives_up = true;
  before_wait = [&] { door.open(); };
  array->synchronize();
  engine::wait_all();
}

}  // namespace
