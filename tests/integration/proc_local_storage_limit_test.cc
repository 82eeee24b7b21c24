// SPDX-License-Identifier: Apache-2.0
// More processors than have values per processor: the limit is compiled into programs, so this one has a lower limit.
#include <legate_defines.h>
#undef LEGATE_MAX_NUM_PROCS
#define LEGATE_MAX_NUM_PROCS 1
#include <legate/utilities/proc_local_storage.h>

#include "runtime_test.h"

#include <atomic>

namespace legate::test {
namespace {

struct Value {};  // this file's own, as is the storage of it

using ProcessorStorageLimit = RuntimeTest;

TEST_F(ProcessorStorageLimit, ProcessorsBeyondAreRefusedAndNamed) {
  ProcLocalStorage<Value> storage;
  std::atomic<std::uint64_t> kept{0};
  std::atomic<std::uint64_t> refused{0};
  body = [&](const TaskContext&) {
    try {
      storage.emplace();
      if (storage.has_value()) ++kept;
    } catch (const std::logic_error& error) {
      const std::string message = error.what();
      const auto number = Processor::get_executing_processor().id & 0xffU;
      if (message.find("this is processor " + std::to_string(number) + " ") != std::string::npos &&
          message.find("LEGATE_MAX_NUM_PROCS") != std::string::npos && !storage.has_value()) {
        ++refused;
      }
    }
  };
  const std::uint64_t processors = runtime->get_machine().count();
  run(plain({processors}));
  EXPECT_EQ(kept, 1U);
  EXPECT_EQ(refused, processors - 1);
}

}  // namespace
}  // namespace legate::test
