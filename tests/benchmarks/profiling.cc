// SPDX-License-Identifier: Apache-2.0
// What --profile adds to a point, in processes with it and without it, which take turns.
//
//   profiling [--workers N] [--rounds 5]
#include <legate.h>

#include "measure.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

namespace {

using legate::LocalTaskID;
using legate::Runtime;
using legate::TaskContext;

constexpr std::uint64_t EXTENT = 100;  // elements of a tile
constexpr std::uint64_t BURST = 4096;  // points between two looks at the clock
constexpr std::size_t BURSTS = 50;     // so that there is memory for all records
constexpr std::size_t MEASUREMENTS = 2;
constexpr std::array<std::uint64_t, MEASUREMENTS> POINTS{256, 1};  // of a launch

const benchmark::Table TABLE{{{"empty leaves, 1 W + 1 R, us per point", 38},
                              {"bundling", 8},
                              {"workers", 7},
                              {"off", 8},
                              {"on", 8},
                              {"added", 6},
                              {"best off", 8},
                              {"best on", 8},
                              {"added", 6}}};

struct Empty : public legate::LegateTask<Empty> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{0}};
  static void cpu_variant(TaskContext) {}
};

/// Prints median and least of the microseconds per point of launches of `points` points. Stores alternate: what one
/// launch writes, the next one reads.
void measure(const legate::Library& library, std::uint64_t points) {
  auto* runtime = Runtime::get_runtime();
  std::vector<legate::LogicalStorePartition> tiles;
  for (int i = 0; i < 2; ++i) {
    auto store = runtime->create_store(legate::Shape{points * EXTENT}, legate::float64());
    runtime->issue_fill(store, legate::Scalar{0.0});
    tiles.push_back(store.partition_by_tiling(std::vector<std::uint64_t>{EXTENT}));
  }
  std::vector<double> figures;
  for (std::size_t burst = 0; burst < BURSTS; ++burst) {
    const double begin = benchmark::now();
    for (std::uint64_t i = 0; i < BURST / points; ++i) {
      auto task = runtime->create_task(library, Empty::TASK_CONFIG.task_id(), {points});
      task.add_output(tiles[i % 2]);
      task.add_input(tiles[1 - i % 2]);
      runtime->submit(std::move(task));
    }
    runtime->issue_execution_fence(/*block=*/true);
    figures.push_back((benchmark::now() - begin) * 1e6 / static_cast<double>(BURST));
  }
  std::printf("%g %g ", benchmark::median(figures), *std::min_element(figures.begin(), figures.end()));
}

int run_child() {
  legate::start();
  {
    auto library = Runtime::get_runtime()->create_library("profiling");
    Empty::register_variants(library);
    for (const auto points : POINTS) measure(library, points);
  }
  return legate::finish();
}

/// What the processes of all rounds have printed, without and with a profile: median and least of each measurement.
using Figures = std::array<std::array<std::array<std::vector<double>, 2>, MEASUREMENTS>, 2>;

std::string difference(double on, double off) {
  char text[32];
  std::snprintf(text, sizeof text, "%+.2f", on - off);
  return text;
}

int compare(int argc, char** argv, unsigned workers, std::size_t rounds) {
  const auto folder = std::filesystem::temp_directory_path() / ("legatus-profiling-" + std::to_string(getpid()));
  Figures figures;
  int status = 0;
  for (std::size_t round = 0; round < rounds && status == 0; ++round) {
    for (const std::size_t on : {round % 2, 1 - round % 2}) {
      std::string output;
      const std::string flags = on == 1 ? " --profile --logdir '" + folder.string() + "'" : "";
      status = status != 0 ? status
                           : benchmark::run_again(argc, argv, {"--child", std::to_string(workers)},
                                                  benchmark::configuration(workers) + flags, &output);
      std::istringstream words{output};
      for (auto& measurement : figures[on]) {
        for (auto& values : measurement) {
          double value = 0.0;
          words >> value;
          values.push_back(value);
        }
      }
    }
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  for (std::size_t i = 0; i < MEASUREMENTS && status == 0; ++i) {
    const auto& [medians_off, least_off] = figures[0][i];
    const auto& [medians_on, least_on] = figures[1][i];
    const double off = benchmark::median(medians_off), on = benchmark::median(medians_on);
    const double best_off = *std::min_element(least_off.begin(), least_off.end());
    const double best_on = *std::min_element(least_on.begin(), least_on.end());
    TABLE.row({"launches of " + std::to_string(POINTS[i]) + (POINTS[i] == 1 ? " point" : " points"),
               benchmark::bundling(), std::to_string(workers), benchmark::number(off), benchmark::number(on),
               difference(on, off), benchmark::number(best_off), benchmark::number(best_on),
               difference(best_on, best_off)});
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  if (!benchmark::option(argc, argv, "--child", std::string{}).empty()) return run_child();
  const auto rounds = static_cast<std::size_t>(benchmark::option(argc, argv, "--rounds", 5.0));
  const auto only = benchmark::option(argc, argv, "--workers", std::string{});
  TABLE.header();
  return benchmark::for_bundling_modes(argc, argv, [&] {
    for (const unsigned workers : {1U, 2U}) {
      if (!only.empty() && only != std::to_string(workers)) continue;
      if (const int status = compare(argc, argv, workers, rounds); status != 0) return status;
    }
    return 0;
  });
}
