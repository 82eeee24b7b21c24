// SPDX-License-Identifier: Apache-2.0
#include "engine/completion.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace {

using legate::detail::engine::Completion;

TEST(Completion, IsDoneOnlyAfterTheSignal) {
  Completion completion;
  EXPECT_FALSE(completion.done());
  completion.signal();
  EXPECT_TRUE(completion.done());
  completion.wait();
}

TEST(Completion, WakesAllWaitersAndShowsThemWhatWasWritten) {
  for (int round = 0; round < 200; ++round) {
    Completion completion;
    int value = 0;
    std::atomic<int> saw{0};
    std::vector<std::thread> waiters;
    for (int i = 0; i < 4; ++i) {
      waiters.emplace_back([&] {
        completion.wait();
        saw += value;
      });
    }
    value = 7;
    completion.signal();
    for (std::thread& waiter : waiters) {
      waiter.join();
    }
    EXPECT_EQ(saw, 28);
  }
}

// Each side waits for the other in turn, so both the spinning and the sleeping path are taken, and the waiter destroys
// the object at once.
TEST(Completion, MayBeDestroyedAsSoonAsWaitReturns) {
  constexpr int rounds = 3000;
  std::atomic<Completion*> offered{nullptr};
  std::thread signaller{[&] {
    for (int round = 0; round < rounds; ++round) {
      Completion* completion = nullptr;
      while ((completion = offered.exchange(nullptr)) == nullptr) {
        std::this_thread::yield();
      }
      if (round % 3 == 0) {
        for (int i = 0; i < 50; ++i) {
          std::this_thread::yield();  // long enough for the waiter to fall asleep now and then
        }
      }
      completion->signal();
    }
  }};
  for (int round = 0; round < rounds; ++round) {
    auto completion = std::make_unique<Completion>();
    offered = completion.get();
    completion->wait();
    EXPECT_TRUE(completion->done());
  }
  signaller.join();
}

}  // namespace
