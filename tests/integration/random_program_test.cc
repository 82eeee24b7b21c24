// SPDX-License-Identifier: Apache-2.0

// Thousands of random programs, each compared with a serial interpreter: integers must be equal, floating-point numbers
// equal up to what the order of reductions can change.
//
// The runtime starts once in a process, so that every configuration is a process of its own: this program, run again.
// The parent watches it; when the child dies or hangs, it says with which seed. Environment:
//   LEGATUS_RANDOM_SECONDS     time for all configurations together (default 60)
//   LEGATUS_RANDOM_PROGRAMS    number of programs for each configuration (default: as many as there is time for)
//   LEGATUS_RANDOM_SEED        runs this one program only, and prints it
//   LEGATUS_RANDOM_FIRST       seed of the first program (default 1)
//   LEGATUS_RANDOM_STATEMENTS  cuts programs after so many statements, to find the one at fault
//   LEGATUS_RANDOM_OMIT        leaves out these statements (comma-separated numbers)
// As one of several processes that mpirun has started it runs LEGATUS_RANDOM_PROGRAMS programs (default 200) with the
// LEGATE_CONFIG that is set, and nothing else; LEGATUS_RANDOM_TRACE prints every seed before its program.
#include "random_program/generator.h"
#include "random_program/runner.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#if LEGATE_DEFINED(LEGATE_USE_OPENCL)
#include <CL/cl.h>
#endif

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>
#include <sstream>

namespace random_program {
namespace {

std::optional<std::string> setting(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? std::optional<std::string>{value} : std::nullopt;
}
std::uint64_t number_setting(const char* name, std::uint64_t otherwise) {
  const auto value = setting(name);
  return value ? std::stoull(*value) : otherwise;
}

/// How many processes mpirun has started.
std::uint64_t ranks() { return number_setting("OMPI_COMM_WORLD_SIZE", 1); }

/// The program of a seed, without what the environment tells to leave out.
Program program_of(std::uint64_t seed, const GeneratorOptions& options) {
  Program program = ProgramGenerator{seed, options}.generate();
  program.statements.resize(
      std::min<std::size_t>(program.statements.size(), number_setting("LEGATUS_RANDOM_STATEMENTS", ~std::uint64_t{0})));
  std::set<std::size_t> omitted;
  std::istringstream list{setting("LEGATUS_RANDOM_OMIT").value_or("")};
  for (std::string item; std::getline(list, item, ',');) omitted.insert(std::stoull(item));
  for (const auto statement : omitted) program.statements.at(statement) = Drop{-1};  // does nothing
  return program;
}

/// The child: runs programs until the time or their number is over. Tells the parent the seed of each before it starts.
class Batch {
 public:
  /// `parent`: where to write seeds to; nothing is written to -1.
  explicit Batch(int parent) : parent_{parent} {
    options_.processors = static_cast<std::uint32_t>(number_setting("LEGATUS_RANDOM_CHILD_PROCESSORS", 1));
    options_.inline_launches = setting("LEGATUS_RANDOM_CHILD_INLINE").has_value();
  }

  int run() {
    using Clock = std::chrono::steady_clock;
    const auto end =
        Clock::now() + std::chrono::milliseconds{number_setting("LEGATUS_RANDOM_CHILD_MILLISECONDS", 1000)};
    legate::start();
    auto library = legate::Runtime::get_runtime()->create_library("random_programs");
    Leaf::register_variants(library);
    int failures = 0;
    if (const auto seed = setting("LEGATUS_RANDOM_SEED")) {
      std::cerr << text_of(program_of(std::stoull(*seed), options_));
      const auto repetitions = number_setting("LEGATUS_RANDOM_PROGRAMS", 1);
      for (std::uint64_t i = 0; i < repetitions && failures == 0; ++i) failures += run_one(library, std::stoull(*seed));
    } else {
      const auto first = number_setting("LEGATUS_RANDOM_FIRST", 1);
      const auto count = number_setting("LEGATUS_RANDOM_PROGRAMS", ~std::uint64_t{0});
      // One at least: starting the runtime may take all of the time.
      for (std::uint64_t i = 0; i < count && failures < 3 && (i == 0 || Clock::now() < end); ++i) {
        failures += run_one(library, first + i);
        if (failures > 0 && ranks() > 1) std::_Exit(1);  // the other ranks may have seen nothing, and go on
      }
    }
    const auto status = legate::finish();
    return failures > 0 ? 1 : status;
  }

 private:
  int run_one(const legate::Library& library, std::uint64_t seed) {
    if (setting("LEGATUS_RANDOM_TRACE")) std::cerr << "LEGATUS_RANDOM_SEED=" << seed << std::endl;
    if (parent_ >= 0 && ::write(parent_, &seed, sizeof(seed)) != static_cast<ssize_t>(sizeof(seed))) return 1;
    const Program program = program_of(seed, options_);
    const auto complaint = ProgramRunner{library, program}.run();
    if (complaint.empty()) return 0;
    std::cerr << "LEGATUS_RANDOM_SEED=" << seed << " with " << std::getenv("LEGATE_CONFIG") << ": " << complaint;
    if (!setting("LEGATUS_RANDOM_SEED")) std::cerr << text_of(program);
    return 1;
  }

  int parent_;
  GeneratorOptions options_;
};

struct Configuration {
  const char* legate_config;
  const char* processors;
  bool small_tiles;  // LEGATE_TEST: everything of two elements or more is split
  bool inline_launches;
  std::uint64_t percent;     // of the time
  bool two_memories{false};  // of two NUMA domains that do not exist, with one processor each
};

/// The parent of one child. Children that say nothing for long are taken to hang.
class Watch {
 public:
  static constexpr int SILENCE_MILLISECONDS = 60000;

  void run(const Configuration& configuration) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const auto milliseconds = number_setting("LEGATUS_RANDOM_SECONDS", 60) * 10 * configuration.percent;
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      become(configuration, ends[1], milliseconds);
    }
    ::close(ends[1]);
    const bool silent = listen(ends[0]);
    ::close(ends[0]);
    if (silent) {
      ADD_FAILURE() << "hangs, or is very slow: LEGATUS_RANDOM_SEED=" << seed_;
      ::kill(child, SIGABRT);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status)) << "died by signal " << WTERMSIG(status) << ": LEGATUS_RANDOM_SEED=" << seed_;
    EXPECT_EQ(WEXITSTATUS(status), 0) << "last: LEGATUS_RANDOM_SEED=" << seed_;
    EXPECT_GT(programs_, 0U);
    std::cout << programs_ << " programs with " << configuration.legate_config << "\n";
  }

 private:
  [[noreturn]] static void become(const Configuration& configuration, int parent, std::uint64_t milliseconds) {
    ::setenv("LEGATE_CONFIG", configuration.legate_config, 1);
    ::setenv("LEGATUS_RANDOM_CHILD_PROCESSORS", configuration.processors, 1);
    ::setenv("LEGATUS_RANDOM_CHILD_PARENT", std::to_string(parent).c_str(), 1);
    ::setenv("LEGATUS_RANDOM_CHILD_MILLISECONDS", std::to_string(milliseconds).c_str(), 1);
    if (configuration.small_tiles) ::setenv("LEGATE_TEST", "1", 1);
    if (configuration.inline_launches) ::setenv("LEGATUS_RANDOM_CHILD_INLINE", "1", 1);
    if (configuration.two_memories) {
      ::setenv("HWLOC_SYNTHETIC", "numanode:2 core:1 pu:1", 1);
      ::setenv("HWLOC_THISSYSTEM", "0", 1);
      // What StarPU measures about a machine is not about this one.
      const auto home = setting("STARPU_HOME").value_or(::testing::TempDir()) + "/two_memories";
      ::mkdir(home.c_str(), 0700);
      ::setenv("STARPU_HOME", home.c_str(), 1);
    }
    ::execl("/proc/self/exe", "random_program_test", static_cast<char*>(nullptr));
    ::_exit(127);
  }

  /// Until the child ends. True if it fell silent.
  bool listen(int from) {
    while (true) {
      pollfd descriptor{from, POLLIN, 0};
      const int ready = ::poll(&descriptor, 1, SILENCE_MILLISECONDS);
      if (ready == 0) return true;
      std::uint64_t seed{};
      if (ready < 0 || ::read(from, &seed, sizeof(seed)) != static_cast<ssize_t>(sizeof(seed))) return false;
      seed_ = seed;
      ++programs_;
    }
  }

  std::uint64_t seed_{};
  std::uint64_t programs_{};
};

TEST(RandomPrograms, OneWorkerEqualsSerial) { Watch{}.run({"--cpus 1 --sysmem 500", "1", true, false, 8}); }

TEST(RandomPrograms, TwoWorkersEqualSerial) { Watch{}.run({"--cpus 2 --sysmem 500", "2", true, false, 12}); }

TEST(RandomPrograms, FourWorkersEqualSerial) { Watch{}.run({"--cpus 4 --sysmem 500", "4", true, false, 8}); }

TEST(RandomPrograms, OneWorkerWithBundlesEqualsSerial) {
  Watch{}.run({"--cpus 1 --sysmem 500 --bundling always", "1", true, false, 6});
}

TEST(RandomPrograms, TwoWorkersWithBundlesEqualSerial) {
  Watch{}.run({"--cpus 2 --sysmem 500 --bundling always", "2", true, false, 9});
}

TEST(RandomPrograms, FourWorkersWithBundlesEqualSerial) {
  Watch{}.run({"--cpus 4 --sysmem 500 --bundling always", "4", true, false, 6});
}

TEST(RandomPrograms, UsualThresholdsEqualSerial) { Watch{}.run({"--cpus 2 --sysmem 500", "2", false, false, 5}); }

TEST(RandomPrograms, InlineLaunchesEqualSerial) {
  Watch{}.run({"--cpus 1 --sysmem 500 --inline-task-launch", "1", true, true, 5});
}

// Points work on pieces of arrays, as on devices; here they still are the arrays.
TEST(RandomPrograms, LocalMemoryEqualsSerial) {
  Watch{}.run({"--cpus 2 --sysmem 500 --local-memory", "2", true, false, 8});
}

TEST(RandomPrograms, TwoMemoriesEqualSerial) {
  Watch{}.run({"--cpus 2 --sysmem 500 --local-memory", "2", true, false, 11, true});
}

#if LEGATE_DEFINED(LEGATE_USE_OPENCL)

class RandomProgramsOnDevices : public ::testing::Test {
 protected:
  void SetUp() override {
    cl_uint platforms = 0;
    if (clGetPlatformIDs(0, nullptr, &platforms) != CL_SUCCESS || platforms == 0)
      GTEST_SKIP() << "no OpenCL device here";
  }
};

TEST_F(RandomProgramsOnDevices, DeviceEqualsSerial) {
  Watch{}.run({"--cpus 1 --opencl 1 --sysmem 500", "1", true, false, 8});
}

// What does not fit is evicted.
TEST_F(RandomProgramsOnDevices, SmallDeviceEqualsSerial) {
  Watch{}.run({"--cpus 1 --opencl 1 --opencl-memory 1 --sysmem 500", "1", true, false, 5});
}

// Points run where there are still samples to be taken, so that launches are spread over CPUs and the device.
TEST_F(RandomProgramsOnDevices, CpusAndDeviceTogetherEqualSerial) {
  const auto models = ::testing::TempDir() + "/random_program_models." + std::to_string(::getpid());
  const auto configuration =
      "--cpus 2 --opencl 1 --sysmem 500 --calibrate --logging legate.models=none --model-dir " + models;
  Watch{}.run({configuration.c_str(), "1", true, false, 9});
  std::error_code ignored;
  std::filesystem::remove_all(models, ignored);
}

#endif

}  // namespace
}  // namespace random_program

int main(int argc, char** argv) {
  if (const auto parent = random_program::setting("LEGATUS_RANDOM_CHILD_PARENT")) {
    return random_program::Batch{std::stoi(*parent)}.run();
  }
  if (random_program::ranks() > 1) {
    // By number, not by time: all ranks run the same programs.
    ::setenv("LEGATUS_RANDOM_CHILD_MILLISECONDS", "3600000", 0);
    ::setenv("LEGATUS_RANDOM_PROGRAMS", "200", 0);
    return random_program::Batch{-1}.run();
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
