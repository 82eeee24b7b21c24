// SPDX-License-Identifier: Apache-2.0
#include <legate/runtime/library.h>
#include <legate/task/registrar.h>
#include <legate/task/task.h>

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <vector>

namespace {

struct Key {};

}  // namespace

// The key to recording is made by LegateTask only: a specialisation records for the tests.
template <>
class legate::LegateTask<Key> {
 public:
  static void record(TaskRegistrar& registrar, std::function<void(const Library&)> function) {
    registrar.record_registration_function({}, std::move(function));
  }
};

namespace {

using Recorder = legate::LegateTask<Key>;

legate::Library no_library() { return legate::Library{nullptr}; }

}  // namespace

TEST(TaskRegistrar, ReplaysInOrderAndForgets) {
  legate::TaskRegistrar registrar;
  std::vector<int> calls;
  for (int i = 0; i < 3; ++i) Recorder::record(registrar, [&calls, i](const legate::Library&) { calls.push_back(i); });
  auto library = no_library();
  EXPECT_TRUE(calls.empty());
  registrar.register_all_tasks(library);
  EXPECT_EQ(calls, (std::vector<int>{0, 1, 2}));
  registrar.register_all_tasks(library);
  EXPECT_EQ(calls.size(), 3U);
  Recorder::record(registrar, [&calls](const legate::Library&) { calls.push_back(9); });
  registrar.register_all_tasks(library);
  EXPECT_EQ(calls.back(), 9);
}

TEST(TaskRegistrar, AFailedRegistrationStaysRecorded) {
  legate::TaskRegistrar registrar;
  std::vector<int> calls;
  bool fails = true;
  Recorder::record(registrar, [&](const legate::Library&) { calls.push_back(0); });
  Recorder::record(registrar, [&](const legate::Library&) {
    if (fails) throw std::out_of_range{"id"};
    calls.push_back(1);
  });
  auto library = no_library();
  EXPECT_THROW(registrar.register_all_tasks(library), std::out_of_range);
  EXPECT_EQ(calls, (std::vector<int>{0}));
  fails = false;
  registrar.register_all_tasks(library);
  EXPECT_EQ(calls, (std::vector<int>{0, 1})) << "what was made before is not made again";
}

TEST(TaskRegistrar, ARegistrationMayRecordAnother) {
  legate::TaskRegistrar registrar;
  int calls = 0;
  Recorder::record(registrar, [&](const legate::Library&) {
    Recorder::record(registrar, [&](const legate::Library&) { ++calls; });
  });
  auto library = no_library();
  registrar.register_all_tasks(library);
  EXPECT_EQ(calls, 1);
}
