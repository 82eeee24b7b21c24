// SPDX-License-Identifier: Apache-2.0
// From start() to finish(), each time in a program of its own: a process goes through it only once.
#include <legate.h>
#include <legate/utilities/proc_local_storage.h>
#include <legate/version.h>

#include <gtest/gtest.h>

#include <unistd.h>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace legate::test {
namespace {

/// In the child: ends the program when something does not hold, and says what.
#define REQUIRE(condition)                                            \
  do {                                                                \
    if (!(condition)) {                                               \
      std::cerr << "line " << __LINE__ << ": " << #condition << '\n'; \
      std::_Exit(3);                                                  \
    }                                                                 \
  } while (false)

template <typename Exception, typename Call>
bool throws(Call&& call, const char* part = "") {
  try {
    call();
  } catch (const Exception& error) {
    return std::string{error.what()}.find(part) != std::string::npos;
  } catch (const std::exception& error) {
    std::cerr << "another exception: " << error.what() << '\n';
  }
  return false;
}

void configure(const char* flags) { setenv("LEGATE_CONFIG", flags, 1); }

struct Empty : public LegateTask<Empty> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{0}};
  static void cpu_variant(TaskContext) {}
};

struct Raise : public LegateTask<Raise> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{1}};
  static constexpr auto CPU_VARIANT_OPTIONS = VariantOptions{}.with_may_throw_exception(true);
  static void cpu_variant(TaskContext) { throw TaskException{"pending"}; }
};

bool leaf_was_in_task = false;

struct Ask : public LegateTask<Ask> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{2}};
  static void cpu_variant(TaskContext) { leaf_was_in_task = is_running_in_task(); }
};

Library some_library() {
  auto library = Runtime::get_runtime()->find_or_create_library("life");
  Empty::register_variants(library);
  Raise::register_variants(library);
  Ask::register_variants(library);
  return library;
}

/// Runs `child` in a fresh process and expects it to end with exit status 0. The text names the test in failures.
#define EXPECT_LIFE(...) \
  EXPECT_EXIT(           \
      {                  \
        __VA_ARGS__();   \
        std::exit(0);    \
      },                 \
      ::testing::ExitedWithCode(0), "")

class LifecycleDeathTest : public ::testing::Test {
 protected:
  LifecycleDeathTest() {
    ::testing::FLAGS_gtest_death_test_style = "threadsafe";
    setenv("LEGATE_CONFIG", "--cpus 2 --sysmem 100", 0);
  }
};

// --- states ------------------------------------------------------------------------------------------------------

void goes_through_its_states() {
  REQUIRE(!has_started() && !has_finished());
  REQUIRE(finish() == 0);  // nothing to finish
  REQUIRE(!has_finished());
  start();
  REQUIRE(has_started() && !has_finished());
  auto* runtime = Runtime::get_runtime();
  configure("--cpus -1");  // read once only
  start();
  REQUIRE(Runtime::get_runtime() == runtime);
  REQUIRE(get_machine() == runtime->get_machine());
  REQUIRE(get_machine() == Scope::machine());
  REQUIRE(runtime->node_count() == 1 && runtime->node_id() == 0);
  REQUIRE(runtime->maybe_find_library("legate.core").has_value());
  REQUIRE(finish() == 0);
  REQUIRE(!has_started() && has_finished());
  REQUIRE(finish() == 0);
  REQUIRE(throws<std::runtime_error>([] { start(); }, "finished"));
  REQUIRE(!has_started() && has_finished());
}
TEST_F(LifecycleDeathTest, GoesThroughItsStates) { EXPECT_LIFE(goes_through_its_states); }

void refuse_everything() {
  const auto refused = [](const std::function<void()>& call) { return throws<std::runtime_error>(call, "start"); };
  REQUIRE(refused([] { static_cast<void>(Runtime::get_runtime()); }));
  REQUIRE(refused([] { static_cast<void>(get_machine()); }));
  REQUIRE(refused([] { register_shutdown_callback([]() noexcept {}); }));
  REQUIRE(refused([] { static_cast<void>(Scope::priority()); }));
  REQUIRE(refused([] { static_cast<void>(Scope::provenance()); }));
  REQUIRE(refused([] { static_cast<void>(Scope::machine()); }));
  REQUIRE(refused([] { static_cast<void>(Scope::exception_mode()); }));
  REQUIRE(refused([] { static_cast<void>(Scope::parallel_policy()); }));
  REQUIRE(refused([] { Scope scope{3}; }));
  REQUIRE(refused([] { ParallelPolicy policy; }));
  REQUIRE(throws<std::runtime_error>([] { static_cast<void>(find_memory_kind_for_executing_processor()); }));
  REQUIRE(!is_running_in_task());
}
void refuses_everything_before_and_after() {
  refuse_everything();
  start();
  auto* old = Runtime::get_runtime();
  REQUIRE(finish() == 0);
  refuse_everything();
  // A pointer kept from before gets an exception, not freed memory.
  REQUIRE(throws<std::runtime_error>([&] { static_cast<void>(old->create_store(Shape{4}, int64())); }, "not running"));
  REQUIRE(throws<std::runtime_error>([&] { old->issue_execution_fence(true); }, "not running"));
}
TEST_F(LifecycleDeathTest, RefusesEverythingBeforeStartAndAfterFinish) {
  EXPECT_LIFE(refuses_everything_before_and_after);
}

void old_spellings() {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  REQUIRE(start(0, nullptr) == 0);
  destroy();
#pragma GCC diagnostic pop
  REQUIRE(has_finished());
}
TEST_F(LifecycleDeathTest, OldSpellingsWork) { EXPECT_LIFE(old_spellings); }

void handles_outlive_the_runtime() {
  start();
  auto* runtime = Runtime::get_runtime();
  const auto library = some_library();
  static std::optional<LogicalStore> global{runtime->create_store(Shape{10}, int64())};
  runtime->issue_fill(*global, Scalar{std::int64_t{4}});
  const auto view = global->slice(0, Slice{2, 5});
  const auto scalar = runtime->create_store(Scalar{3});
  const auto partition = global->partition_by_tiling(std::vector<std::uint64_t>{5});
  const auto physical = global->get_physical_store();
  const auto unbound = runtime->create_store(int64());
  auto task = runtime->create_task(library, LocalTaskID{0});
  static_cast<void>(task.add_input(*global));
  auto manual = runtime->create_task(library, LocalTaskID{0}, {2});
  manual.add_input(partition);
  const auto scope = std::make_unique<Scope>(3);
  REQUIRE(finish() == 0);
  global.reset();
}
TEST_F(LifecycleDeathTest, HandlesMayOutliveTheRuntime) { EXPECT_LIFE(handles_outlive_the_runtime); }

void pending_exceptions_are_dropped() {
  start();
  const auto library = some_library();
  {
    const Scope scope{ExceptionMode::DEFERRED};
    Runtime::get_runtime()->submit(Runtime::get_runtime()->create_task(library, LocalTaskID{1}));
  }
  REQUIRE(finish() == 0);
}
TEST_F(LifecycleDeathTest, PendingExceptionsAreDropped) { EXPECT_LIFE(pending_exceptions_are_dropped); }

void knows_leaves() {
  REQUIRE(!is_running_in_task());
  start();
  REQUIRE(!is_running_in_task());
  auto* runtime = Runtime::get_runtime();
  runtime->submit(runtime->create_task(some_library(), LocalTaskID{2}));
  bool in_thread = true;
  std::thread{[&] { in_thread = is_running_in_task(); }}.join();
  runtime->issue_execution_fence(true);
  REQUIRE(leaf_was_in_task);
  REQUIRE(!in_thread);
  REQUIRE(finish() == 0);
}
TEST_F(LifecycleDeathTest, KnowsWhetherItRunsInALeaf) { EXPECT_LIFE(knows_leaves); }

// --- shutdown callbacks ------------------------------------------------------------------------------------------

std::vector<int> calls;
std::optional<LogicalStore> written;

void callbacks_run_in_order() {
  start();
  const auto one = []() noexcept { calls.push_back(1); };
  register_shutdown_callback(one);
  Runtime::get_runtime()->register_shutdown_callback([]() noexcept {
    calls.push_back(has_started() && !has_finished() ? 2 : -2);
    register_shutdown_callback([]() noexcept { calls.push_back(4); });
    auto* runtime = Runtime::get_runtime();
    written = runtime->create_store(Shape{100}, int64());
    runtime->issue_fill(*written, Scalar{std::int64_t{8}});
    runtime->submit(runtime->create_task(runtime->find_library("life"), LocalTaskID{2}));
  });
  register_shutdown_callback(one);
  static_cast<void>(some_library());
  REQUIRE(finish() == 0);
  REQUIRE((calls == std::vector<int>{1, 2, 1, 4}));
  REQUIRE(leaf_was_in_task);  // what a callback submits is completed
}
TEST_F(LifecycleDeathTest, CallbacksRunInOrderAndMaySubmit) { EXPECT_LIFE(callbacks_run_in_order); }

// --- the end of a program that went wrong ------------------------------------------------------------------------

[[noreturn]] void leave_uncaught() noexcept {
  start();
  try {
    throw std::out_of_range{"inner text"};
  } catch (...) {
    std::throw_with_nested(std::runtime_error{"outer text"});
  }
}
TEST_F(LifecycleDeathTest, TerminateHandlerPrintsTheExceptionsBottomUp) {
  EXPECT_EXIT(leave_uncaught(), ::testing::KilledBySignal(SIGABRT),
              "LEGATE ERROR:(.|\n)*2 exception(.|\n)*#0 std::out_of_range: inner text(.|\n)*#1 .*outer text");
}

// --- configuration -----------------------------------------------------------------------------------------------

template <typename Exception>
void refuses_configuration(const char* flags, const char* part) {
  configure(flags);
  REQUIRE((throws<Exception>([] { start(); }, part)));
  REQUIRE(!has_started() && !has_finished());
}

TEST_F(LifecycleDeathTest, ValuesOutOfRangeAreRefused) {
  EXPECT_LIFE([] { refuses_configuration<std::out_of_range>("--cpus -1", "--cpus"); });
  EXPECT_LIFE([] { refuses_configuration<std::out_of_range>("--utility 0", "--utility"); });
  EXPECT_LIFE([] { refuses_configuration<std::out_of_range>("--sysmem=0", "--sysmem"); });
  EXPECT_LIFE([] { refuses_configuration<std::out_of_range>("--min-cpu-chunk 0", "--min-cpu-chunk"); });
}

TEST_F(LifecycleDeathTest, MalformedValuesAreRefused) {
  EXPECT_LIFE([] { refuses_configuration<std::invalid_argument>("--auto-config yes1", "yes1"); });
  EXPECT_LIFE([] { refuses_configuration<std::invalid_argument>("--cpus '1", "quote"); });
  EXPECT_LIFE([] { refuses_configuration<std::invalid_argument>("--logging legate=loud", "loud"); });
  EXPECT_LIFE([] {
    setenv("LEGATE_WINDOW_SIZE", "many", 1);
    refuses_configuration<std::invalid_argument>("--cpus 1", "LEGATE_WINDOW_SIZE");
  });
  EXPECT_LIFE([] {
    setenv("LEGATE_SHOW_CONFIG", "-1", 1);
    refuses_configuration<std::invalid_argument>("--cpus 1", "LEGATE_SHOW_CONFIG");
  });
}

TEST_F(LifecycleDeathTest, WhatTheBuildLacksIsRefused) {
  EXPECT_LIFE([] { refuses_configuration<std::runtime_error>("--gpus 1", "GPU"); });
  EXPECT_LIFE([] { refuses_configuration<std::runtime_error>("--warmup-nccl", "NCCL"); });
}

TEST_F(LifecycleDeathTest, MoreProcessorsThanTheEngineHasAreRefused) {
  EXPECT_LIFE([] { refuses_configuration<ConfigurationError>("--cpus 9999", "--cpus 9999: at most "); });
}

TEST_F(LifecycleDeathTest, ALogFileThatCannotBeWrittenIsRefused) {
  EXPECT_LIFE([] {
    refuses_configuration<ConfigurationError>("--log-to-file --logdir /dev/null/x", "--logdir '/dev/null/x'");
  });
}

void starts_after_a_failure() {
  refuses_configuration<std::out_of_range>("--cpus -1", "--cpus");
  configure("--cpus=1 --cpus 1 --gpus=0 --cpus 2");  // the last one wins
  start();
  REQUIRE(get_machine().count(mapping::TaskTarget::CPU) == 2);
  REQUIRE(get_machine().count(mapping::TaskTarget::GPU) == 0);
  REQUIRE(finish() == 0);
}
TEST_F(LifecycleDeathTest, AFailedStartMayBeRepeated) { EXPECT_LIFE(starts_after_a_failure); }

void start_with(const char* flags) {
  dup2(STDERR_FILENO, STDOUT_FILENO);  // a death test sees only the error stream
  configure(flags);
  start();
  std::_Exit(7);  // not reached by what ends the program
}

TEST_F(LifecycleDeathTest, UnknownFlagsEndTheProgramWithTheUsage) {
  const ::testing::ExitedWithCode failed{EXIT_FAILURE};
  EXPECT_EXIT(start_with("--nonsense"), failed, "--cpus(.|\n)*nonsense");
  EXPECT_EXIT(start_with("--cpus two"), failed, "two");
  EXPECT_EXIT(start_with("--cpus"), failed, "--cpus");
}

TEST_F(LifecycleDeathTest, HelpAndVersionEndTheProgramWell) {
  const ::testing::ExitedWithCode well{0};
  EXPECT_EXIT(start_with("--help"), well, "--cpus(.|\n)*--sysmem");
  EXPECT_EXIT(start_with("-h"), well, "--cpus");
  EXPECT_EXIT(start_with("--version"), well, std::string{"26.7.0 .Legatus "} + legatus_version());
}

TEST_F(LifecycleDeathTest, TheConfigurationIsShown) {
  EXPECT_EXIT(start_with("--show-config --cpus 2"), ::testing::ExitedWithCode(7), "cpus");
}

// --- inline launches ---------------------------------------------------------------------------------------------

std::thread::id leaf_thread;

struct WhichThread : public LegateTask<WhichThread> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{5}};
  static void cpu_variant(TaskContext context) {
    leaf_thread = std::this_thread::get_id();
    leaf_was_in_task = is_running_in_task() && context.is_single_task();
  }
};

void runs_in_the_callers_thread() {
  configure("--cpus 2 --inline-task-launch");
  start();
  auto* runtime = Runtime::get_runtime();
  auto library = runtime->create_library("inline");
  WhichThread::register_variants(library);
  auto task = runtime->create_task(library, LocalTaskID{5});
  REQUIRE(task.needs_inline_execution_());
  runtime->submit(std::move(task));
  REQUIRE(leaf_thread == std::this_thread::get_id());
  REQUIRE(leaf_was_in_task);
  runtime->submit(runtime->create_task(library, LocalTaskID{5}, {1}));
  REQUIRE(finish() == 0);
}
TEST_F(LifecycleDeathTest, InlineLaunchesRunInTheCallersThread) { EXPECT_LIFE(runs_in_the_callers_thread); }

void launches_two_points_inline() {
  configure("--cpus 2 --inline-task-launch");
  start();
  auto library = Runtime::get_runtime()->create_library("inline");
  WhichThread::register_variants(library);
  static_cast<void>(Runtime::get_runtime()->create_task(library, LocalTaskID{5}, {2}));
}
TEST_F(LifecycleDeathTest, InlineLaunchesOfSeveralPointsAreFatal) {
  EXPECT_EXIT(launches_two_points_inline(), ::testing::KilledBySignal(SIGABRT), "WhichThread.*2 points");
}

}  // namespace
}  // namespace legate::test
