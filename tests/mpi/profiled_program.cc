// SPDX-License-Identifier: Apache-2.0
// Three kinds of tasks in a known order, whose leaves note down by themselves what ran when: tests/mpi/profiles
// compares the profile with it. A program for that test and nothing to learn from.
//
//   profiled_program [FILE]      writes FILE.RANK: a line "TASK POINT BEGIN END" for each leaf, in nanoseconds
#include <legate.h>

#include <legate/redop/redop.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

namespace {

constexpr std::uint64_t POINTS = 8;
constexpr std::uint64_t TILE = 1000;
constexpr int STEPS = 5;

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// What the leaves of this process say.
class LeafLog {
 public:
  void add(const char* task, std::int64_t point, std::int64_t begin) {
    const auto line =
        std::string{task} + " " + std::to_string(point) + " " + std::to_string(begin) + " " + std::to_string(now());
    const std::lock_guard<std::mutex> guard{mutex_};
    lines_.push_back(line);
  }
  void write(const std::string& path) const {
    std::ofstream file{path};
    for (const auto& line : lines_) file << line << "\n";
  }

 private:
  std::mutex mutex_{};
  std::vector<std::string> lines_{};
};

LeafLog leaf_log;

struct Produce : public legate::LegateTask<Produce> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{0}};

  static void cpu_variant(legate::TaskContext context) {
    const auto begin = now();
    const legate::PhysicalStore output = context.output(0);
    const auto numbers = output.write_accessor<std::int64_t, 1>();
    const auto rect = output.shape<1>();
    for (auto i = rect.lo[0]; i <= rect.hi[0]; ++i) numbers[i] = i;
    leaf_log.add("Produce", context.get_task_index()[0], begin);
  }
};

struct Smooth : public legate::LegateTask<Smooth> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{1}};

  static void cpu_variant(legate::TaskContext context) {
    const auto begin = now();
    const legate::PhysicalStore output = context.output(0);
    const auto numbers = output.write_accessor<std::int64_t, 1>();
    const auto rect = output.shape<1>();
    for (auto i = rect.lo[0]; i <= rect.hi[0]; ++i) numbers[i] = 0;
    auto* runtime = legate::Runtime::get_runtime();
    for (std::uint32_t k = 0; k < 3; ++k) {
      runtime->start_profiling_range();
      const legate::PhysicalStore input = context.input(k);
      const auto others = input.read_accessor<std::int64_t, 1>();
      const auto first = input.shape<1>().lo[0];
      for (auto i = rect.lo[0]; i <= rect.hi[0]; ++i) numbers[i] += others[first + i - rect.lo[0]];
      runtime->stop_profiling_range("tile " + std::to_string(k));
    }
    leaf_log.add("Smooth", context.get_task_index()[0], begin);
  }
};

struct Sum : public legate::LegateTask<Sum> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{2}};

  static void cpu_variant(legate::TaskContext context) {
    const auto begin = now();
    const legate::PhysicalStore input = context.input(0);
    const auto numbers = input.read_accessor<std::int64_t, 1>();
    const auto rect = input.shape<1>();
    std::int64_t sum = 0;
    for (auto i = rect.lo[0]; i <= rect.hi[0]; ++i) sum += numbers[i];
    context.reduction(0).reduce_accessor<legate::SumReduction<std::int64_t>, true, 1>().reduce(0, sum);
    leaf_log.add("Sum", context.get_task_index()[0], begin);
  }
};

bool run() {
  auto* runtime = legate::Runtime::get_runtime();
  auto library = runtime->create_library("profiled");
  Produce::register_variants(library);
  Smooth::register_variants(library);
  Sum::register_variants(library);
  auto numbers = runtime->create_store(legate::Shape{(POINTS + 2) * TILE}, legate::int64());
  auto sums = runtime->create_store(legate::Shape{POINTS * TILE}, legate::int64());
  auto total = runtime->create_store(legate::Scalar{std::int64_t{0}});
  const auto number_tiles = numbers.partition_by_tiling(std::vector<std::uint64_t>{TILE});
  const auto sum_tiles = sums.partition_by_tiling(std::vector<std::uint64_t>{TILE});
  for (int step = 0; step < STEPS; ++step) {
    {
      const legate::Scope scope{std::string{"first <phase>"}};
      auto produce = runtime->create_task(library, legate::LocalTaskID{0}, {POINTS + 2});
      produce.add_output(number_tiles);
      runtime->submit(std::move(produce));
    }
    const legate::Scope scope{std::string{"second \"phase\""}};
    auto smooth = runtime->create_task(library, legate::LocalTaskID{1}, {POINTS});
    smooth.add_output(sum_tiles);
    for (int k = 0; k < 3; ++k) smooth.add_input(number_tiles, legate::SymbolicPoint{legate::dimension(0) + k});
    runtime->submit(std::move(smooth));
    auto sum = runtime->create_task(library, legate::LocalTaskID{2}, {POINTS});
    sum.add_input(sum_tiles);
    sum.add_reduction(total, legate::ReductionOpKind::ADD);
    runtime->submit(std::move(sum));
  }
  std::int64_t expected = 0;
  for (std::uint64_t i = 0; i < POINTS * TILE; ++i) expected += STEPS * static_cast<std::int64_t>(3 * (i + TILE));
  const auto found = total.get_physical_store().read_accessor<std::int64_t, 1>()[0];
  if (found != expected) {
    std::fprintf(stderr, "the sum is %lld, not %lld\n", static_cast<long long>(found),
                 static_cast<long long>(expected));
  }
  return found == expected;
}

}  // namespace

int main(int argc, char** argv) {
  legate::start();
  const auto rank = legate::Runtime::get_runtime()->node_id();
  const bool right = run();
  const int status = legate::finish();
  if (argc > 1) leaf_log.write(std::string{argv[1]} + "." + std::to_string(rank));
  return right ? status : 1;
}
