// SPDX-License-Identifier: Apache-2.0
// Performance models: measured in one run, used in the next. Every run is a program of its own.
#include "../unit/child_program.h"
#include "runtime_test.h"

#include <legate_defines.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#if LEGATE_DEFINED(LEGATE_USE_OPENCL)
#include <legate/opencl.h>

#include <CL/cl.h>
#endif

namespace legate::test {
namespace {

namespace filesystem = std::filesystem;
using std::chrono::microseconds;

void require(bool condition, const std::string& what) {
  if (!condition) {
    std::cerr << what << '\n';
    std::_Exit(1);
  }
}

/// Keeps the thread busy, whatever the compiler makes of it.
void spend(microseconds duration) {
  const auto end = std::chrono::steady_clock::now() + duration;
  while (std::chrono::steady_clock::now() < end) {
  }
}

// ---- a task that takes as long as its scalar says

constexpr microseconds SHORT{200};
constexpr microseconds LONG{2000};

struct Timed : public LegateTask<Timed> {
  static inline const auto TASK_CONFIG =
      TaskConfig{LocalTaskID{0}}.with_cost_model(CostModel{}.with_scalars({0}).with_version(1));
  static void cpu_variant(TaskContext context) { spend(microseconds{context.scalar(0).value<std::int64_t>()}); }
};

/// The same task, declared to be another version.
struct NewTimed : public LegateTask<NewTimed> {
  static inline const auto TASK_CONFIG =
      TaskConfig{LocalTaskID{0}}.with_cost_model(CostModel{}.with_scalars({0}).with_version(2));
  static void cpu_variant(TaskContext context) { Timed::cpu_variant(context); }
};

template <typename Task>
int run_timed() {
  legate::start();
  {
    auto* runtime = Runtime::get_runtime();
    auto library = runtime->create_library("legatus.test/models");
    Task::register_variants(library);
    for (int turn = 0; turn < 12; ++turn) {
      for (const auto duration : {SHORT, LONG}) {
        auto task = runtime->create_task(library, Task::TASK_CONFIG.task_id());
        task.add_scalar_arg(Scalar{std::int64_t{duration.count()}});
        runtime->submit(std::move(task));
      }
    }
  }
  return legate::finish();
}

class Models : public ::testing::Test {
 protected:
  Models() {
    filesystem::remove_all(directory);
    ::setenv("LEGATUS_MODEL_DIR", directory.c_str(), 1);
    ::setenv("STARPU_HOSTNAME", "testing", 1);
  }
  ~Models() override {
    ::unsetenv("LEGATUS_MODEL_DIR");
    ::unsetenv("STARPU_HOSTNAME");
    filesystem::remove_all(directory);
  }

  static std::string calibrate(const std::string& program = "timed") {
    return run_child(program, "--cpus 1 --sysmem 64 --calibrate");
  }

  [[nodiscard]] std::vector<filesystem::path> files() const {
    std::vector<filesystem::path> found;
    for (const auto& entry : filesystem::recursive_directory_iterator{directory}) {
      if (entry.path().extension() == ".model") found.push_back(entry.path());
    }
    return found;
  }
  [[nodiscard]] static std::string text_of(const filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
  }
  /// The samples of every size, as the file has them.
  [[nodiscard]] static std::vector<std::vector<double>> samples_of(const filesystem::path& path) {
    std::vector<std::vector<double>> result;
    std::ifstream file{path};
    for (std::string line; std::getline(file, line);) {
      std::istringstream words{line};
      std::string word;
      words >> word;
      if (word != "samples") continue;
      words >> word;
      auto& samples = result.emplace_back();
      for (double sample = 0; words >> sample;) samples.push_back(sample);
      std::sort(samples.begin(), samples.end());
    }
    return result;
  }

  filesystem::path directory{filesystem::temp_directory_path() / ("legatus-models-" + std::to_string(::getpid()))};
};

TEST_F(Models, AreMeasuredOnceAndTellHowLongTasksTake) {
  const auto first = calibrate();
  EXPECT_NE(first.find("calibrated"), std::string::npos) << first;
  ASSERT_EQ(files().size(), 1U);
  // `/` and `.` of names are no trouble.
  EXPECT_EQ(files()[0].filename().string().rfind("legatus.test%2fmodels.", 0), 0U) << files()[0];
  auto samples = samples_of(files()[0]);
  ASSERT_EQ(samples.size(), 2U) << "the scalar tells apart what takes different times";
  std::sort(samples.begin(), samples.end());
  for (const auto duration : {SHORT, LONG}) {
    const auto& measured = samples[duration == SHORT ? 0 : 1];
    ASSERT_GE(measured.size(), 10U);
    const auto expected = static_cast<double>(duration.count());
    // The fastest, since others may have been interrupted.
    EXPECT_GE(measured.front(), expected);
    EXPECT_LE(measured.front(), 1.2 * expected);
  }
}

TEST_F(Models, SecondCalibrationTakesNoSamplesOfWhatIsKnown) {
  calibrate();
  ASSERT_EQ(files().size(), 1U);
  // As many as are enough, and no doubt about them: the machine may be busy.
  std::string text = "legatus-model 1\n";
  const auto before = text_of(files()[0]);
  std::istringstream lines{before};
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    text += line.rfind("samples", 0) == 0 ? "samples cpu 9 9 9 9 9 9 9 9 9 9" : line;
    text += '\n';
  }
  std::ofstream{files()[0]} << text;
  const auto second = calibrate();
  EXPECT_NE(second.find("nothing to calibrate"), std::string::npos) << second;
  EXPECT_EQ(text_of(files()[0]), text);
}

TEST_F(Models, NothingIsMeasuredUnlessAskedFor) {
  EXPECT_EQ(run_child("timed", "--cpus 1 --sysmem 64"), "");
  EXPECT_EQ(run_child("timed", "--cpus 1 --sysmem 64 --scheduler dmdas"), "");
  EXPECT_FALSE(filesystem::exists(directory));
}

TEST_F(Models, AnotherVersionOfATaskStartsAnotherModel) {
  calibrate();
  const auto first = files();
  ASSERT_EQ(first.size(), 1U);
  const auto before = text_of(first[0]);
  calibrate("new_timed");
  EXPECT_EQ(files().size(), 2U);
  EXPECT_EQ(text_of(first[0]), before);
}

TEST_F(Models, DamagedFilesAreToldOfAndReplaced) {
  calibrate();
  ASSERT_EQ(files().size(), 1U);
  const auto path = files()[0];
  const auto good = text_of(path);
  const auto with = [&](const std::string& part, const std::string& other) {
    auto text = good;
    return text.replace(text.find(part), part.size(), other);
  };
  for (const auto& damage : std::vector<std::string>{
           "", "nonsense", std::string(100, '\0'), std::string(5000, '\xff'), good.substr(0, good.size() / 2),
           good.substr(0, good.size() - 4), with("legatus-model 1", "legatus-model 2"), with("size ", "size x"),
           with("samples cpu ", "samples cpu nan "), with("samples cpu ", "samples cpu -1 "),
           with("samples cpu ", "samples cpu 1e999 "), with("machine testing", "machine elsewhere"),
           with("task ", "task other")}) {
    std::ofstream{path} << damage;
    const auto message = calibrate();
    EXPECT_NE(message.find("is ignored: "), std::string::npos) << damage << '\n' << message;
    EXPECT_NE(message.find(path.filename().string()), std::string::npos) << message;
    EXPECT_GE(samples_of(path).size(), 2U) << damage;
    EXPECT_EQ(text_of(path).substr(0, 16), "legatus-model 1\n");
  }
}

TEST_F(Models, FolderInPlaceOfAFileIsToldOfAndNothingIsLeftOver) {
  calibrate();
  ASSERT_EQ(files().size(), 1U);
  const auto path = files()[0];
  filesystem::remove(path);
  filesystem::create_directory(path);
  const auto message = calibrate();
  EXPECT_NE(message.find("is ignored: it is a folder"), std::string::npos) << message;
  EXPECT_NE(message.find(path.string() + " cannot be written: Is a directory"), std::string::npos) << message;
  const filesystem::directory_iterator entries{path.parent_path()};
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 1) << "beside the folder there is something";
}

TEST_F(Models, DamagedFilesDoNotDisturbRunsThatOnlyReadThem) {
  calibrate();
  const auto path = files()[0];
  std::ofstream{path} << "nonsense";
  const auto message = run_child("timed", "--cpus 1 --sysmem 64 --scheduler dmda");
  EXPECT_NE(message.find("is ignored: line 1: not a performance model"), std::string::npos) << message;
  EXPECT_EQ(text_of(path), "nonsense");
}

TEST_F(Models, PlacesThatCannotBeWrittenAreToldOf) {
  filesystem::create_directories(directory.parent_path());
  std::ofstream{directory} << "a file where the folder should be";
  const auto message = calibrate();
  EXPECT_NE(message.find("cannot be written to"), std::string::npos) << message;
  EXPECT_NE(message.find("none of it is kept"), std::string::npos) << message;
  EXPECT_EQ(message.find("run again"), std::string::npos) << message;
}

#if LEGATE_DEFINED(LEGATE_USE_OPENCL)

// ---- a task whose best place changes with its size

constexpr std::uint64_t SMALL = 100;
constexpr std::uint64_t MIDDLE = 3000;
constexpr std::uint64_t LARGE = 20000;

std::atomic<int> on_cpu{0};
std::atomic<int> on_device{0};

/// output = 3 * input + 1. The CPU takes 500 ns an element, the device 1500 us: much more than a busy machine adds.
struct Triple : public LegateTask<Triple> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{1}};

  static void cpu_variant(TaskContext context) {
    require(context.target() == mapping::TaskTarget::CPU, "a CPU variant was told something else");
    const auto output = context.output(0);
    const auto bounds = output.shape<1>();
    const auto from = context.input(0).read_accessor<std::int64_t, 1>();
    const auto to = output.write_accessor<std::int64_t, 1>();
    for (PointInRectIterator<1> it{bounds}; it.valid(); ++it) to[*it] = 3 * from[*it] + 1;
    spend(microseconds{bounds.volume() / 2});
    ++on_cpu;
  }

  static void opencl_variant(TaskContext context) {
    require(context.target() == mapping::TaskTarget::OPENCL, "a device variant was told something else");
    const auto output = context.output(0);
    auto* const kernel = opencl::kernel(context, R"CL(
      kernel void triple(global long* to, long to_offset, global const long* from, long from_offset) {
        long i = get_global_id(0);
        to[to_offset / 8 + i] = 3 * from[from_offset / 8 + i] + 1;
      })CL",
                                        "triple");
    cl_uint next = 0;
    for (const auto& store : {output, context.input(0)}) {
      const auto buffer = opencl::buffer(store);
      const auto offset = static_cast<cl_long>(buffer.offset);
      require(clSetKernelArg(kernel, next++, sizeof buffer.memory, &buffer.memory) == CL_SUCCESS, "argument");
      require(clSetKernelArg(kernel, next++, sizeof offset, &offset) == CL_SUCCESS, "argument");
    }
    const std::size_t count = output.shape<1>().volume();
    require(clEnqueueNDRangeKernel(opencl::queue(context), kernel, 1, nullptr, &count, nullptr, 0, nullptr, nullptr) ==
                CL_SUCCESS,
            "kernel");
    spend(microseconds{1500});
    ++on_device;
  }
};

/// Triples a store by points that see `tile` elements each, `turns` times, and checks the result.
void triple(const Library& library, std::uint64_t points, std::uint64_t tile, int turns) {
  auto* runtime = Runtime::get_runtime();
  const auto size = points * tile;
  auto x = runtime->create_store(Shape{size}, int64());
  auto y = runtime->create_store(Shape{size}, int64());
  number(x);
  for (int turn = 0; turn < turns; ++turn) {
    auto task = runtime->create_task(library, Triple::TASK_CONFIG.task_id(), {points});
    task.add_input(x.partition_by_tiling({tile}));
    task.add_output(y.partition_by_tiling({tile}));
    runtime->submit(std::move(task));
    std::swap(x, y);
    runtime->issue_execution_fence(true);
  }
  const auto values = values_of(x);
  for (std::uint64_t i = 0; i < size; ++i) {
    auto expected = static_cast<std::int64_t>(i);
    for (int turn = 0; turn < turns; ++turn) expected = 3 * expected + 1;
    require(values[i] == expected, "element " + std::to_string(i) + " is wrong");
  }
}

int run_triple(void (*program)(const Library&)) {
  legate::start();
  {
    auto library = Runtime::get_runtime()->create_library("legatus.test.choice");
    Triple::register_variants(library);
    program(library);
  }
  return legate::finish();
}

int calibrate_triple() {
  return run_triple([](const Library& library) {
    for (const auto tile : {SMALL, MIDDLE, LARGE}) {
      triple(library, 1, tile, 20);
      triple(library, 4, tile, 20);
    }
  });
}

/// Tells where launches of each size ran.
int use_models() {
  return run_triple([](const Library& library) {
    for (const auto& [points, tile] :
         std::vector<std::pair<std::uint64_t, std::uint64_t>>{{1, SMALL}, {12, MIDDLE}, {1, LARGE}, {1, 77}}) {
      on_cpu = on_device = 0;
      triple(library, points, tile, 8);
      std::cerr << tile << " cpu " << on_cpu << " device " << on_device << '\n';
    }
  });
}

/// Overlapping parts, gathered for whoever gets the points, against a loop.
int use_overlapping_parts() {
  return run_triple([](const Library& library) {
    auto* runtime = Runtime::get_runtime();
    for (int turn = 0; turn < 10; ++turn) {
      auto x = runtime->create_store(Shape{4 * MIDDLE}, int64());
      number(x);
      triple(library, 4, MIDDLE, 1);
      auto cut = runtime->create_task(library, Triple::TASK_CONFIG.task_id(), {4});
      cut.add_input(x.partition_by_tiling({MIDDLE}));
      cut.add_output(x.partition_by_tiling({MIDDLE}));
      runtime->submit(std::move(cut));
      // Parts of the middle two tiles and of their neighbours.
      const auto half = static_cast<std::int64_t>(MIDDLE / 2);
      const auto inner = x.slice(0, Slice{half, half + static_cast<std::int64_t>(3 * MIDDLE)});
      auto shifted = runtime->create_task(library, Triple::TASK_CONFIG.task_id(), {3});
      shifted.add_input(inner.partition_by_tiling({MIDDLE}));
      shifted.add_output(inner.partition_by_tiling({MIDDLE}));
      runtime->submit(std::move(shifted));
      const auto values = values_of(x);
      for (std::int64_t i = 0; i < static_cast<std::int64_t>(4 * MIDDLE); ++i) {
        auto expected = 3 * i + 1;
        if (i >= half && i < half + static_cast<std::int64_t>(3 * MIDDLE)) expected = 3 * expected + 1;
        require(values[static_cast<std::size_t>(i)] == expected, "element " + std::to_string(i) + " is wrong");
      }
    }
    require(on_cpu > 0 && on_device > 0, "points ran on one kind of processor only");
  });
}

constexpr auto CPU_AND_DEVICE = "--cpus 1 --opencl 1 --sysmem 128 --min-cpu-chunk 1 ";

std::map<std::uint64_t, std::pair<int, int>> places(const std::string& text) {
  std::map<std::uint64_t, std::pair<int, int>> result;
  std::istringstream lines{text};
  std::uint64_t tile{};
  std::string word;
  std::pair<int, int> count;
  while (lines >> tile >> word >> count.first >> word >> count.second) result[tile] = count;
  return result;
}

TEST_F(Models, WithoutThemTheMostPreferredKindRunsEverything) {
  for (const std::string scheduler : {"prio", "dmdas"}) {
    for (const auto& [tile, count] : places(run_child("use_models", CPU_AND_DEVICE + ("--scheduler " + scheduler)))) {
      EXPECT_EQ(count.first, 0) << tile;
      EXPECT_GT(count.second, 0) << tile;
    }
  }
}

TEST_F(Models, DecideWhereEachPointRuns) {
  for (int run = 0; run < 2; ++run) {
    const auto text = run_child("calibrate_triple", std::string{CPU_AND_DEVICE} + "--calibrate");
    EXPECT_NE(text.find("calibrate"), std::string::npos) << text;
  }
  // Also what is not asked for by name: there is a choice, and models.
  for (const std::string scheduler : {"", "--scheduler dmda", "--scheduler dmdar", "--scheduler dmdas"}) {
    const auto text = run_child("use_models", CPU_AND_DEVICE + scheduler);
    auto where = places(text);
    EXPECT_EQ(where[SMALL].second, 0) << text;
    EXPECT_EQ(where[LARGE].first, 0) << text;
    EXPECT_GT(where[MIDDLE].first, 0) << text;
    EXPECT_GT(where[MIDDLE].second, 0) << text;
    EXPECT_EQ(where[77].first, 0) << "a size that was never measured goes by rank\n" << text;
  }
  EXPECT_EQ(run_child("use_overlapping_parts", std::string{CPU_AND_DEVICE} + "--scheduler dmdas"), "");
}

TEST_F(Models, CalibrationRunsEveryVariantAndTheResultsAreRight) {
  EXPECT_NE(run_child("use_overlapping_parts", std::string{CPU_AND_DEVICE} + "--calibrate").find("calibrated"),
            std::string::npos);
}

#endif

}  // namespace
}  // namespace legate::test

int main(int argc, char** argv) {
  using namespace legate::test;
  return run_tests_or_child(argc, argv, {
    {"timed", run_timed<Timed>}, {"new_timed", run_timed<NewTimed>},
#if LEGATE_DEFINED(LEGATE_USE_OPENCL)
        {"calibrate_triple", calibrate_triple}, {"use_models", use_models},
        {"use_overlapping_parts", use_overlapping_parts},
#endif
  });
}
