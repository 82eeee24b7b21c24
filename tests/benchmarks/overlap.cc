// SPDX-License-Identifier: Apache-2.0
// Whether tasks go on while messages travel: on every rank some tiles in a row, of which each step changes every one
// and reads its neighbours, so that the outermost tile of a rank waits for the other rank while those within have work.
//
// Messages need processors as well. Where all are busy with leaves, `--idle 1` has leaves wait for as long instead, as
// if an accelerator computed: then it shows what the runtime leaves undone while messages travel, and nothing else.
//
//   overlap [--ranks 2] [--tiles 4] [--steps 40] [--rounds 5] [--idle 0]
#include <legate.h>

#include "measure.h"
#include "ranks.h"

#include <mpi.h>

#include <chrono>
#include <thread>

namespace {

using legate::LocalTaskID;
using legate::Runtime;
using legate::TaskContext;

const benchmark::Table TABLE{{{"bytes, ms a step", 16},
                              {"over", 6},
                              {"leaf ms", 8},
                              {"computation", 11},
                              {"communication", 13},
                              {"both", 8},
                              {"hidden", 7}}};

/// Computes as many steps as its first scalar says, or waits for as many microseconds as the second one says.
struct Leaf : public legate::LegateTask<Leaf> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{0}};
  static void cpu_variant(TaskContext context) {
    benchmark::keep(benchmark::compute(context.scalar(0).value<std::uint64_t>()));
    std::this_thread::sleep_for(std::chrono::microseconds{context.scalar(1).value<std::uint64_t>()});
  }
};

struct Settings {
  std::uint64_t tiles;  // a rank
  int steps;
  std::size_t rounds;
  bool idle;
};

/// How long a leaf takes.
struct Length {
  std::uint64_t iterations;
  std::uint64_t microseconds;
};

class Row {
 public:
  Row(legate::Library library, const Settings& settings, std::uint64_t bytes)
      : library_{std::move(library)},
        steps_{settings.steps},
        points_{settings.tiles * Runtime::get_runtime()->node_count()},
        tile_{bytes / sizeof(double)},
        stores_{filled(), filled()},
        tiles_{stores_[0].partition_by_tiling(std::vector<std::uint64_t>{tile_}),
               stores_[1].partition_by_tiling(std::vector<std::uint64_t>{tile_})} {}

  /// Milliseconds a step.
  double run(const Length& leaf, bool neighbours) {
    auto* runtime = Runtime::get_runtime();
    runtime->issue_execution_fence(/*block=*/true);
    const double begin = benchmark::now();
    for (int step = 0; step < steps_; ++step) {
      const auto& from = tiles_[static_cast<std::size_t>(step % 2)];
      const auto& to = tiles_[static_cast<std::size_t>((step + 1) % 2)];
      auto task = runtime->create_task(library_, Leaf::TASK_CONFIG.task_id(), {points_});
      task.add_output(to, legate::SymbolicPoint{legate::dimension(0) + 1});
      task.add_input(from, legate::SymbolicPoint{legate::dimension(0) + 1});
      if (neighbours) {
        task.add_input(from, legate::SymbolicPoint{legate::dimension(0)});
        task.add_input(from, legate::SymbolicPoint{legate::dimension(0) + 2});
      }
      task.add_scalar_arg(leaf.iterations);
      task.add_scalar_arg(leaf.microseconds);
      runtime->submit(std::move(task));
    }
    runtime->issue_execution_fence(/*block=*/true);
    return (benchmark::now() - begin) * 1e3 / steps_;
  }

 private:
  /// One tile more at either end, so that every tile has neighbours.
  legate::LogicalStore filled() const {
    auto store = Runtime::get_runtime()->create_store(legate::Shape{(points_ + 2) * tile_}, legate::float64());
    Runtime::get_runtime()->issue_fill(store, legate::Scalar{0.0});
    return store;
  }

  legate::Library library_;
  int steps_;
  std::uint64_t points_;
  std::uint64_t tile_;
  std::vector<legate::LogicalStore> stores_;
  std::vector<legate::LogicalStorePartition> tiles_;
};

int run(const Settings& settings) {
  legate::start();
  {
    auto* runtime = Runtime::get_runtime();
    auto library = runtime->create_library("overlap");
    Leaf::register_variants(library);
    const char* transport = std::getenv("OMPI_MCA_btl");
    const std::string over = transport != nullptr && std::string{transport}.find("tcp") == 0 ? "TCP" : "memory";
    // Ranks must submit the same: one of them says how fast the machine is.
    double steps_per_millisecond = benchmark::iterations_per_microsecond() * 1e3;
    MPI_Bcast(&steps_per_millisecond, 1, MPI_DOUBLE, 0, MPI_COMM_WORLD);
    for (const std::uint64_t bytes : {std::uint64_t{8} << 10U, std::uint64_t{1} << 20U, std::uint64_t{8} << 20U}) {
      Row row{library, settings, bytes};
      for (const double leaf : {0.1, 1.0, 5.0}) {
        const Length length = settings.idle ? Length{1, static_cast<std::uint64_t>(leaf * 1e3)}
                                            : Length{static_cast<std::uint64_t>(leaf * steps_per_millisecond), 0};
        const auto figures = benchmark::interleave(0.0, settings.rounds,
                                                   {[&] { return row.run(length, false); },
                                                    [&] {
                                                      return row.run(Length{1, 0}, true);
                                                    },
                                                    [&] { return row.run(length, true); }});
        if (runtime->node_id() != 0) continue;
        const double hidden = (figures[0] + figures[1] - figures[2]) / figures[1];
        char percent[16];
        std::snprintf(percent, sizeof percent, "%.0f %%", 100.0 * std::clamp(hidden, 0.0, 1.0));
        char milliseconds[16];
        std::snprintf(milliseconds, sizeof milliseconds, "%.1f", leaf);
        TABLE.row({std::to_string(bytes), over, milliseconds, benchmark::number(figures[0]),
                   benchmark::number(figures[1]), benchmark::number(figures[2]), percent});
      }
    }
  }
  return legate::finish();
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings{static_cast<std::uint64_t>(benchmark::option(argc, argv, "--tiles", 4.0)),
                          static_cast<int>(benchmark::option(argc, argv, "--steps", 40.0)),
                          static_cast<std::size_t>(benchmark::option(argc, argv, "--rounds", 5.0)),
                          benchmark::option(argc, argv, "--idle", 0.0) != 0.0};
  if (benchmark::is_a_rank()) return run(settings);
  TABLE.header();
  const auto ranks = static_cast<unsigned>(benchmark::option(argc, argv, "--ranks", 2.0));
  for (const char* transport : {"vader", "tcp"}) {
    const int status = benchmark::run_on_ranks(ranks, transport, "--cpus 1 --sysmem 2000", argv);
    if (status != 0) return status;
  }
  return 0;
}
