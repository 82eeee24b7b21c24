// SPDX-License-Identifier: Apache-2.0
// What the options for watching a program do: each test runs a small program with some of them.
#include "child_program.h"

#include <legate.h>

#include <legate/utilities/abort.h>
#include <legate/utilities/logger.h>

#include <gtest/gtest.h>

#include <sys/types.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>
#include <string>
#include <utility>

extern "C" volatile std::sig_atomic_t legate_frozen;

namespace {

using legate::test::Child;
using legate::test::run_child;

const std::string MACHINE = "--cpus 2 --sysmem 64";

struct Increase : public legate::LegateTask<Increase> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{0}};

  static void cpu_variant(legate::TaskContext context) {
    const legate::PhysicalStore store{context.output(0)};
    const auto elements = store.read_write_accessor<std::int64_t, 1>();
    const auto range = store.shape<1>();
    for (auto i = range.lo[0]; i <= range.hi[0]; ++i) elements[i] += 1;
  }
};

legate::LogicalStore increased(std::int64_t value) {
  auto* runtime = legate::Runtime::get_runtime();
  auto library = runtime->find_or_create_library("diagnostics");
  if (value == 0) {
    Increase::register_variants(library);
  }
  auto store = runtime->create_store(legate::Shape{10}, legate::int64());
  runtime->issue_fill(store, legate::Scalar{value});
  auto task = runtime->create_task(library, legate::LocalTaskID{0});
  const auto input = task.add_input(store);
  const auto output = task.add_output(store);
  task.add_constraint(legate::align(input, output));
  runtime->submit(std::move(task));
  return store;
}

bool holds(const legate::LogicalStore& store, std::int64_t value) {
  const auto elements = store.get_physical_store().read_accessor<std::int64_t, 1>();
  for (std::int64_t i = 0; i < 10; ++i) {
    if (elements[i] != value) return false;
  }
  return true;
}

int compute() {
  legate::start();
  const legate::Scope scope{std::string{"here"}};
  const bool right = holds(increased(0), 1) && holds(increased(1), 2);
  const legate::Logger logger{"mine"};
  logger.debug() << "a detail";
  logger.print() << "a result";
  return legate::finish() + (right ? 0 : 1);
}

int abort_at_once() {
  legate::start();
  LEGATE_ABORT("the end");
}

int abort_when_released() {
  legate::start();
  legate_frozen = 0;  // what the user of a debugger does
  LEGATE_ABORT("the end");
}

int leave_with_exception() {
  legate::start();
  try {
    throw std::invalid_argument{"inner\nmessage"};
  } catch (...) {
    std::throw_with_nested(std::runtime_error{"outer message"});
  }
}

TEST(Logging, ShowsWhatTheOptionSays) {
  EXPECT_EQ(run_child("compute", MACHINE), "{3}{mine}: a result\n");
  EXPECT_EQ(run_child("compute", MACHINE + " --logging mine=debug"), "{1}{mine}: a detail\n{3}{mine}: a result\n");
  EXPECT_EQ(run_child("compute", MACHINE + " --logging mine=debug,mine=none"), "");
}

TEST(Logging, GoesToAFile) {
  const auto directory = std::filesystem::path{::testing::TempDir()} / ("legate_log_" + std::to_string(::getpid()));
  const auto options = " --log-to-file --logdir " + (directory / "new").string();
  EXPECT_EQ(run_child("compute", MACHINE + options), "");
  std::ifstream file{directory / "new" / "legate_0.log"};
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>{file}, {}), "{3}{mine}: a result\n");
  std::filesystem::remove_all(directory);
}

TEST(Logging, RefusesAFileThatCannotBeWritten) {
  Child child{"compute", MACHINE + " --log-to-file --logdir /dev/null/logs"};
  EXPECT_NE(child.read_all().find("/dev/null/logs/legate_0.log"), std::string::npos) << child.read_all();
  const auto status = child.wait();
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

TEST(Logging, WarnsOnceOfNamesThatNoLoggerHas) {
  const auto text = run_child("compute", MACHINE + " --logging legate.partition=debug,min=debug,mine=none,legate=info");
  const std::string known =
      "; the library's are legate, legate.partitioner, legate.bundling, legate.mapper, legate.streaming, "
      "legate.models, "
      "legate.coll\n";
  EXPECT_EQ(text, "LEGATE WARNING: LEGATE_CONFIG: --logging names 'legate.partition', of which there is no logger" +
                      known + "LEGATE WARNING: LEGATE_CONFIG: --logging names 'min', of which there was no logger" +
                      known);
  EXPECT_EQ(run_child("compute", MACHINE + " --logging mine=none,legate.mapper=debug,legate.coll=debug"), "");
}

TEST(Partitioner, ReportsConstraintsAndStrategy) {
  const auto text = run_child("compute", MACHINE + " --min-cpu-chunk 1 --logging legate.partitioner=debug,mine=none");
  EXPECT_NE(text.find("{1}{legate.partitioner}: ===== Constraint Graph =====\n"), std::string::npos) << text;
  const std::regex increase{
      "Task [^\n]*Increase \\[here[^\n]*\\]\nStores:\n  X0\\{[^\n]*\\}: input [^\n]*\n  X0\\{[^\n]*\\}: output [^\n]*\n"
      "Constraints:\n  Align\\([^\n]*\\)\nStrategy: launch domain [^\n]*\n"
      "  X0\\{[^\n]*\\}: tiles \\(5\\), colors \\(2\\), offsets \\(0\\), strides \\(5\\)\n"};
  EXPECT_TRUE(std::regex_search(text, increase)) << text;
  // a store below the limit for splitting
  const auto single = run_child("compute", MACHINE + " --logging legate.partitioner=debug,mine=none");
  EXPECT_NE(single.find("Strategy: one instance\n"), std::string::npos) << single;
}

TEST(ShowProgress, WritesALineForEachInstance) {
  const auto text = run_child("compute", MACHINE + " --min-cpu-chunk 1 --show-progress --logging mine=none");
  const std::regex line{
      "\\{3\\}\\{legate\\}: [^\n]*Increase CPU task \\[here[^\n]*\\], pt = [^\n]*, proc = [0-9a-f]+\n"};
  EXPECT_EQ(std::distance(std::sregex_iterator{text.begin(), text.end(), line}, std::sregex_iterator{}), 4) << text;
}

TEST(ShowMemoryUsage, WritesALineAtTheEnd) {
  const auto text = run_child("compute", MACHINE + " --show-memory-usage");
  std::smatch match;
  const std::regex line{
      "\\{3\\}\\{legate\\}: legate on Node 0 used ([0-9]+) bytes of SYSTEM_MEM memory 0 with 67108864 total bytes "
      "\\([0-9]+\\.[0-9][0-9]%\\)\n$"};
  ASSERT_TRUE(std::regex_search(text, match, line)) << text;
  EXPECT_GE(std::stoul(match[1]), 10 * sizeof(std::int64_t));
}

TEST(WindowSize, ChangesNoResult) {
  EXPECT_EQ(run_child("compute", MACHINE + " --window-size 1"), "{3}{mine}: a result\n");
  EXPECT_EQ(run_child("compute", MACHINE + " --window-size 1000"), "{3}{mine}: a result\n");
}

TEST(FreezeOnError, WaitsForADebugger) {
  Child child{"abort", MACHINE + " --freeze-on-error"};
  const auto text = child.read_until("lets it end.");
  EXPECT_NE(text.find("LEGATE ERROR: the end\n"), std::string::npos) << text;
  EXPECT_NE(text.find("LEGATE ERROR: process " + std::to_string(child.pid()) + " is frozen"), std::string::npos)
      << text;
  int status = 0;
  EXPECT_EQ(::waitpid(child.pid(), &status, WNOHANG), 0) << "it has ended";
}

TEST(FreezeOnError, EndsWhenReleased) {
  Child child{"release", MACHINE + " --freeze-on-error"};
  child.read_all();
  const auto status = child.wait();
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

TEST(Terminate, ExplainsTheExceptionInnermostFirst) {
  Child child{"leave", MACHINE};
  const auto text = child.read_all();
  const std::string rule = "LEGATE ERROR: " + std::string(80, '=') + "\n";
  EXPECT_EQ(text.substr(0, rule.size()), rule);
  EXPECT_EQ(text.substr(text.size() - rule.size()), rule);
  EXPECT_NE(text.find("LEGATE ERROR: LEGATE_CONFIG: " + MACHINE + "\n"), std::string::npos) << text;
  EXPECT_NE(text.find("LEGATE ERROR: Backend version: StarPU "), std::string::npos) << text;
  const auto inner = text.find("LEGATE ERROR: #0 std::invalid_argument: inner\nLEGATE ERROR: message\n");
  const auto outer = text.find("outer message\n");
  EXPECT_NE(text.find("Exception stack contains 2 exception(s) (bottom-most exception first):\n"), std::string::npos);
  EXPECT_LT(inner, outer) << text;
  EXPECT_NE(outer, std::string::npos) << text;
  const auto status = child.wait();
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

}  // namespace

int main(int argc, char** argv) {
  return legate::test::run_tests_or_child(argc, argv,
                                          {{"compute", compute},
                                           {"abort", abort_at_once},
                                           {"release", abort_when_released},
                                           {"leave", leave_with_exception}});
}
