// SPDX-License-Identifier: Apache-2.0
// What ends the program: documented aborts, each in a program of its own (a threadsafe death test starts afresh).
#include "runtime_test.h"

#include <csignal>
#include <cstdlib>

namespace legate::test {
namespace {

using FatalDeathTest = RuntimeTest;

std::string long_text() { return std::string(5000, 'x'); }

const ::testing::KilledBySignal ABORTED{SIGABRT};

TEST_F(FatalDeathTest, TaskExceptionWithoutPermission) {
  EXPECT_EXIT(
      {
        body = [](TaskContext) { throw TaskException{"I was not allowed to"}; };
        run(plain());
      },
      ABORTED, "Plain.*I was not allowed to");
}

TEST_F(FatalDeathTest, PermissionTakenBackForALaunch) {
  EXPECT_EXIT(
      {
        body = [](TaskContext) { throw TaskException{"not this time"}; };
        auto task = runtime->create_task(library, THROWING);
        task.throws_exception(false);
        run(std::move(task));
      },
      ABORTED, "Throwing.*not this time");
}

TEST_F(FatalDeathTest, AnotherExceptionDespitePermission) {
  EXPECT_EXIT(
      {
        body = [](TaskContext) { throw std::runtime_error{"of another kind"}; };
        run(runtime->create_task(library, THROWING));
      },
      ABORTED, "Throwing.*of another kind");
}

TEST_F(FatalDeathTest, AnObjectThatIsNoException) {
  EXPECT_EXIT(
      {
        body = [](TaskContext) { throw 42; };
        run(runtime->create_task(library, THROWING));
      },
      ABORTED, "Throwing");
}

TEST_F(FatalDeathTest, TellsTaskPointProvenanceAndType) {
  EXPECT_EXIT(
      {
        body = [](TaskContext context) {
          if (context.get_task_index() == DomainPoint{Point<2>{1, 0}}) throw std::domain_error{"no such value"};
        };
        const Scope scope{"line 12"};
        run(plain({2, 1}));
      },
      ABORTED,
      "Task \"[^\"]*Plain\", point .1,0. of .*, provenance \"line 12\" threw std::domain_error, .*: no such value");
  EXPECT_EXIT(
      {
        body = [](TaskContext) { throw TaskException{"not allowed"}; };
        run(plain());
      },
      ABORTED, "Task \"[^\"]*Plain\" threw legate::TaskException, .*may_throw_exception.*: not allowed");
  EXPECT_EXIT(
      {
        body = [](TaskContext) { throw 42; };
        run(plain());
      },
      ABORTED, "Task \"[^\"]*Plain\" threw an object of type int,");
}

TEST_F(FatalDeathTest, ExceptionLargerThanTheMaximum) {
  EXPECT_EXIT(
      {
        body = [](TaskContext) { throw TaskException{long_text()}; };
        run(runtime->create_task(library, THROWING));
      },
      ABORTED, "Throwing.*max-exception-size 4096");
}

TEST_F(FatalDeathTest, UnboundOutputLeftUnbound) {
  EXPECT_EXIT(
      {
        auto task = plain();
        static_cast<void>(task.add_output(runtime->create_store(int64())));
        run(std::move(task));
      },
      ABORTED, "Plain.* left output 0 unbound");
}

TEST_F(FatalDeathTest, BarrierOutsideAConcurrentLaunch) {
  EXPECT_EXIT(
      {
        body = [](TaskContext context) { context.concurrent_task_barrier(); };
        run(plain({2}));
      },
      ABORTED, "Plain.*concurrent");
}

TEST_F(FatalDeathTest, TooManyCommunicatorNames) {
  EXPECT_EXIT(static_cast<void>(VariantOptions{}.with_communicators({"a", "b", "c", "d"})), ABORTED, "");
}

TEST_F(FatalDeathTest, LocalIdOfAForeignGlobalId) {
  EXPECT_EXIT(
      {
        const auto other = runtime->create_library("fatal.other");
        static_cast<void>(other.get_local_task_id(library.get_task_id(PLAIN)));
      },
      ABORTED, "fatal.other");
}

TEST_F(FatalDeathTest, TunableOfTheDefaultMapper) {
  EXPECT_EXIT(static_cast<void>(library.get_tunable(0, int64())), ABORTED, "legatus.test");
}

TEST_F(FatalDeathTest, UserCodeThatAborts) { EXPECT_EXIT(std::abort(), ABORTED, ""); }

TEST_F(FatalDeathTest, ApiErrorThatLeavesALeaf) {
  EXPECT_EXIT(
      {
        body = [](TaskContext context) { static_cast<void>(context.input(0)); };
        run(plain());
      },
      ABORTED, "Plain.*input");
}

// The sanitizers end the program themselves where memory is short.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SKIP_WITH_SANITIZER() GTEST_SKIP() << "a sanitizer's allocator does not fail, it aborts"
#else
#define SKIP_WITH_SANITIZER() static_cast<void>(0)
#endif

TEST_F(FatalDeathTest, LeafThatOutgrowsTheMemory) {
  SKIP_WITH_SANITIZER();
  EXPECT_EXIT(
      {
        body = [](TaskContext) { static_cast<void>(create_buffer<std::int64_t>(std::size_t{1} << 50U)); };
        run(plain());
      },
      ABORTED, "Out of memory.*Plain");
}

TEST_F(FatalDeathTest, ExceptionThatNobodyCatchesIsPrinted) {
  EXPECT_EXIT(
      {
        // out of a noexcept function, since the test itself would catch it
        const auto leave = []() noexcept {
          try {
            throw std::runtime_error{"the bottom one"};
          } catch (...) {
            std::throw_with_nested(std::invalid_argument{"the top one"});
          }
        };
        leave();
      },
      ABORTED, "contains 2 exception(.|\n)*#0 std::runtime_error: the bottom one(.|\n)*#1 .*the top one");
}

}  // namespace
}  // namespace legate::test
