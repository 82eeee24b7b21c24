// SPDX-License-Identifier: Apache-2.0
// The life of a program: how long until it runs, until it has a first result, until it has ended; how long a single
// task takes there and back; what memory a million tasks leave behind.
//
//   life [--workers N] [--rounds 7] [--tasks 1000000]
#include <legate.h>

#include "measure.h"
#include "raw_starpu.h"

#include <map>
#include <sstream>

namespace {

using legate::LocalTaskID;
using legate::Runtime;
using legate::TaskContext;

const benchmark::Table TABLE{{{"what", 42}, {"workers", 7}, {"StarPU", 9}, {"Legatus", 9}, {"ratio", 6}, {"unit", 5}}};

struct Empty : public legate::LegateTask<Empty> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{0}};
  static void cpu_variant(TaskContext) {}
};

struct Write : public legate::LegateTask<Write> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{1}};
  static void cpu_variant(TaskContext context) {
    const legate::PhysicalStore output = context.output(0);
    output.write_accessor<double, 1>()[output.shape<1>().lo] = 1.0;
  }
};

void nothing(void**, void*) {}
void write_one(void** buffers, void*) { *reinterpret_cast<double*>(STARPU_VARIABLE_GET_PTR(buffers[0])) = 1.0; }

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "wrong result: %s\n", what);
  std::exit(1);
}

// --- one life, in a process of its own: prints `started first_result ended` in milliseconds
// ------------------------------

void print_life(double begin, double started, double result, double ended) {
  std::printf("%.3f %.3f %.3f\n", (started - begin) * 1e3, (result - begin) * 1e3, (ended - result) * 1e3);
}

int live_by_legate() {
  const double begin = benchmark::now();
  legate::start();
  const double started = benchmark::now();
  double result = 0.0;
  {
    auto* runtime = Runtime::get_runtime();
    auto library = runtime->create_library("life");
    Write::register_variants(library);
    auto store = runtime->create_store(legate::Shape{1}, legate::float64());
    auto task = runtime->create_task(library, Write::TASK_CONFIG.task_id());
    task.add_output(store);
    runtime->submit(std::move(task));
    const auto mapped = store.get_physical_store();
    require(mapped.read_accessor<double, 1>()[legate::Point<1>{0}] == 1.0, "first result");
    result = benchmark::now();
  }
  const int status = legate::finish();
  print_life(begin, started, result, benchmark::now());
  return status;
}

int live_by_starpu(unsigned workers) {
  const double begin = benchmark::now();
  starpu_conf configuration;
  starpu_conf_init(&configuration);
  configuration.ncpus = static_cast<int>(workers);
  configuration.ncuda = configuration.nopencl = 0;
  raw::expect(starpu_init(&configuration), "starpu_init");
  const double started = benchmark::now();
  raw::Codelet codelet{"write", write_one, {STARPU_W}};
  double value = 0.0;
  starpu_data_handle_t handle = nullptr;
  starpu_variable_data_register(&handle, STARPU_MAIN_RAM, reinterpret_cast<std::uintptr_t>(&value), sizeof value);
  raw::submit(codelet, {handle});
  raw::expect(starpu_data_acquire(handle, STARPU_R), "starpu_data_acquire");
  require(value == 1.0, "first result of StarPU");
  const double result = benchmark::now();
  starpu_data_release(handle);
  starpu_data_unregister(handle);
  starpu_shutdown();
  print_life(begin, started, result, benchmark::now());
  return 0;
}

/// Medians of {start, first result, shutdown} over processes, the two systems in turn.
struct Life {
  double started, result, ended;
};

bool measure_lives(int argc, char** argv, unsigned workers, std::size_t rounds, Life& by_starpu, Life& by_legate) {
  std::map<std::string, std::vector<std::vector<double>>> figures;
  for (std::size_t round = 0; round <= rounds; ++round) {  // the first warms the caches of the system up
    for (const std::string system : {"starpu", "legate"}) {
      std::string text;
      const int status = benchmark::run_again(argc, argv, {"--live", system, "--child", std::to_string(workers)},
                                              benchmark::configuration(workers), &text);
      std::istringstream words{text};
      std::vector<double> values(3);
      words >> values[0] >> values[1] >> values[2];
      if (status != 0 || !words) {
        std::fprintf(stderr, "a life of %s ended with status %d: %s\n", system.c_str(), status, text.c_str());
        return false;
      }
      if (round > 0) figures[system].push_back(values);
    }
  }
  const auto medians = [&](const std::string& system) {
    std::vector<double> found;
    for (std::size_t k = 0; k < 3; ++k) {
      std::vector<double> column;
      for (const auto& values : figures[system]) column.push_back(values[k]);
      found.push_back(benchmark::median(column));
    }
    return Life{found[0], found[1], found[2]};
  };
  by_starpu = medians("starpu");
  by_legate = medians("legate");
  return true;
}

// --- in one process --------------------------------------------------------------------------------------------------

void row(const std::string& label, unsigned workers, double starpu, double legatus, const char* unit) {
  TABLE.row({label, std::to_string(workers), benchmark::number(starpu), benchmark::number(legatus),
             benchmark::ratio(legatus, starpu), unit});
}

void measure_latency(const legate::Library& library, unsigned workers) {
  constexpr int REPETITIONS = 200;
  auto* runtime = Runtime::get_runtime();
  auto store = runtime->create_store(legate::Shape{100}, legate::float64());
  runtime->issue_fill(store, legate::Scalar{0.0});
  raw::Tiles tiles{1, 100};
  raw::Codelet codelet{"nothing", nothing, {STARPU_W}};
  const auto submit = [&] {
    auto task = runtime->create_task(library, Empty::TASK_CONFIG.task_id());
    task.add_output(store);
    runtime->submit(std::move(task));
  };
  const auto each = [](const std::function<void()>& body) -> benchmark::Measurement {
    return [body] {
      std::vector<double> microseconds;
      for (int i = 0; i < REPETITIONS; ++i) {
        const double begin = benchmark::now();
        body();
        microseconds.push_back((benchmark::now() - begin) * 1e6);
      }
      return benchmark::median(microseconds);
    };
  };
  const auto figures =
      benchmark::interleave(0.5, 5,
                            {each([&] {
                               raw::submit(codelet, {tiles[0]});
                               raw::wait();
                             }),
                             each([&] {
                               submit();
                               runtime->issue_execution_fence(/*block=*/true);
                             }),
                             each([&] {
                               raw::submit(codelet, {tiles[0]});
                               raw::expect(starpu_data_acquire(tiles[0], STARPU_R), "starpu_data_acquire");
                               starpu_data_release(tiles[0]);
                             }),
                             each([&] {
                               submit();
                               const auto mapped = store.get_physical_store();
                               benchmark::keep(mapped.read_accessor<double, 1>()[legate::Point<1>{0}]);
                             })});
  row("submit one task and wait for everything", workers, figures[0], figures[1], "us");
  row("submit one task and read what it wrote", workers, figures[2], figures[3], "us");
}

void measure_memory(const legate::Library& library, unsigned workers, std::uint64_t tasks) {
  constexpr std::uint64_t POINTS = 250, EXTENT = 100;
  auto* runtime = Runtime::get_runtime();
  auto store = runtime->create_store(legate::Shape{POINTS * EXTENT}, legate::float64());
  runtime->issue_fill(store, legate::Scalar{0.0});
  const auto tiles = store.partition_by_tiling(std::vector<std::uint64_t>{EXTENT});
  const auto launches = [&](std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      auto task = runtime->create_task(library, Empty::TASK_CONFIG.task_id(), {POINTS});
      task.add_input(tiles);
      task.add_output(tiles);
      runtime->submit(std::move(task));
    }
  };
  launches(4);
  runtime->issue_execution_fence(/*block=*/true);
  const auto before = benchmark::resident_bytes();
  const double begin = benchmark::now();
  launches(tasks / POINTS);
  const auto after = benchmark::resident_bytes();
  runtime->issue_execution_fence(/*block=*/true);
  const double seconds = benchmark::now() - begin;
  const double grown = after > before ? static_cast<double>(after - before) / (1024.0 * 1024.0) : 0.0;
  char label[64];
  std::snprintf(label, sizeof label, "memory grown by %llu tasks in flight", static_cast<unsigned long long>(tasks));
  TABLE.row({label, std::to_string(workers), "-", grown > 0.0 ? benchmark::number(grown) : "0", "-", "MiB"});
  std::snprintf(label, sizeof label, "  each of them");
  row(label, workers, 0.0, seconds * 1e6 / static_cast<double>(tasks), "us");
}

int run(int argc, char** argv, unsigned workers) {
  const auto system = benchmark::option(argc, argv, "--live", std::string{});
  if (system == "legate") return live_by_legate();
  if (system == "starpu") return live_by_starpu(workers);
  Life by_starpu{}, by_legate{};
  const auto rounds = static_cast<std::size_t>(benchmark::option(argc, argv, "--rounds", 7.0));
  if (!measure_lives(argc, argv, workers, rounds, by_starpu, by_legate)) return 1;
  row("start", workers, by_starpu.started, by_legate.started, "ms");
  row("start to first result", workers, by_starpu.result, by_legate.result, "ms");
  row("shutdown", workers, by_starpu.ended, by_legate.ended, "ms");
  legate::start();
  {
    auto library = Runtime::get_runtime()->create_library("life");
    Empty::register_variants(library);
    measure_latency(library, workers);
    measure_memory(library, workers, static_cast<std::uint64_t>(benchmark::option(argc, argv, "--tasks", 1e6)));
  }
  return legate::finish();
}

}  // namespace

int main(int argc, char** argv) {
  return benchmark::for_worker_counts(
      argc, argv, {1, 2}, [&](unsigned workers) { return run(argc, argv, workers); }, [] { TABLE.header(); });
}
