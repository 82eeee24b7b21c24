// SPDX-License-Identifier: Apache-2.0
// What it costs that the points of a launch run all at once: concurrent launches of empty leaves, one for every
// processor, against ordinary launches of as many; and barriers between the points, against those of threads and of
// MPI.
//
//   gang_launch [--workers N] [--seconds 0.7] [--rounds 9]
#include <legate.h>

#include "measure.h"
#include "ranks.h"

#ifdef LEGATUS_HAVE_MPI
#include <mpi.h>
#endif

#include <pthread.h>

#include <atomic>
#include <thread>

namespace {

using legate::LocalTaskID;
using legate::Runtime;
using legate::TaskContext;

constexpr std::uint64_t EXTENT = 100;  // elements of a tile
constexpr int LAUNCHES = 16;           // in a repetition
constexpr int BARRIERS = 200;

const benchmark::Table TABLE{{{"us", 34},
                              {"bundling", 8},
                              {"ranks", 5},
                              {"points", 6},
                              {"reference", 9},
                              {"concurrent", 10},
                              {"ratio", 6},
                              {"best ratio", 10}}};

struct Ordinary : public legate::LegateTask<Ordinary> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{0}};
  static void cpu_variant(TaskContext) {}
};

struct Concurrent : public legate::LegateTask<Concurrent> {
  static inline const auto TASK_CONFIG =
      legate::TaskConfig{LocalTaskID{1}}.with_variant_options(legate::VariantOptions{}.with_concurrent(true));
  static void cpu_variant(TaskContext) {}
};

/// Notes how long the first point was in each of its barriers. That point runs on rank 0, which prints.
struct Barriers : public legate::LegateTask<Barriers> {
  static inline const auto TASK_CONFIG =
      legate::TaskConfig{LocalTaskID{2}}.with_variant_options(legate::VariantOptions{}.with_concurrent(true));
  static inline std::atomic<double> microseconds{0.0};
  static void cpu_variant(TaskContext context) {
    context.concurrent_task_barrier();
    const double begin = benchmark::now();
    for (int i = 0; i < BARRIERS; ++i) context.concurrent_task_barrier();
    if (context.get_task_index()[0] == 0) microseconds = (benchmark::now() - begin) * 1e6 / BARRIERS;
  }
};

/// Microseconds of a barrier of so many threads.
double barrier_of_threads(unsigned count) {
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, count);
  const auto wait_often = [&barrier] {
    for (int i = 0; i < BARRIERS; ++i) pthread_barrier_wait(&barrier);
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < count; ++i)
    threads.emplace_back([&] {
      pthread_barrier_wait(&barrier);
      wait_often();
    });
  pthread_barrier_wait(&barrier);
  const double begin = benchmark::now();
  wait_often();
  const double microseconds = (benchmark::now() - begin) * 1e6 / BARRIERS;
  for (auto& thread : threads) thread.join();
  pthread_barrier_destroy(&barrier);
  return microseconds;
}

/// Microseconds of a barrier of all ranks; of so many threads, if there is only one.
double barrier_by_hand(unsigned points) {
#ifdef LEGATUS_HAVE_MPI
  if (Runtime::get_runtime()->node_count() > 1) {
    MPI_Barrier(MPI_COMM_WORLD);
    const double begin = benchmark::now();
    for (int i = 0; i < BARRIERS; ++i) MPI_Barrier(MPI_COMM_WORLD);
    return (benchmark::now() - begin) * 1e6 / BARRIERS;
  }
#endif
  return barrier_of_threads(points);
}

class Launches {
 public:
  explicit Launches(legate::Library library) : library_{std::move(library)} {}

  [[nodiscard]] std::uint64_t points() const { return points_; }

  /// Microseconds of a launch of the task, which reads one store and writes the other. With `wait`, the program waits
  /// for each before it submits the next, otherwise for all at the end.
  [[nodiscard]] double microseconds(LocalTaskID task, bool wait) const {
    auto* runtime = Runtime::get_runtime();
    const double begin = benchmark::now();
    for (int i = 0; i < LAUNCHES; ++i) {
      submit(task, i % 2 == 1);
      if (wait) runtime->issue_execution_fence(/*block=*/true);
    }
    if (!wait) runtime->issue_execution_fence(/*block=*/true);
    return (benchmark::now() - begin) * 1e6 / LAUNCHES;
  }

  [[nodiscard]] double microseconds_of_a_barrier() const {
    submit(Barriers::TASK_CONFIG.task_id(), false);
    Runtime::get_runtime()->issue_execution_fence(/*block=*/true);
    return Barriers::microseconds;
  }

 private:
  void submit(LocalTaskID id, bool odd) const {
    auto* runtime = Runtime::get_runtime();
    auto task = runtime->create_task(library_, id, {points_});
    task.add_output(odd ? even_ : odd_);
    task.add_input(odd ? odd_ : even_);
    runtime->submit(std::move(task));
  }

  [[nodiscard]] legate::LogicalStorePartition filled_tiles() const {
    auto store = Runtime::get_runtime()->create_store(legate::Shape{points_ * EXTENT}, legate::float64());
    Runtime::get_runtime()->issue_fill(store, legate::Scalar{0.0});
    return store.partition_by_tiling(std::vector<std::uint64_t>{EXTENT});
  }

  legate::Library library_;
  std::uint64_t points_{Runtime::get_runtime()->get_machine().count()};
  legate::LogicalStorePartition even_{filled_tiles()}, odd_{filled_tiles()};
};

/// Runs both in turn and prints a row.
void compare(const char* label, const Launches& launches, double seconds, std::size_t rounds,
             const benchmark::Measurement& reference, const benchmark::Measurement& concurrent) {
  const auto ranks = Runtime::get_runtime()->node_count();
  // Ranks must do the same, whatever their clocks say.
  const auto figures = benchmark::summarize(ranks == 1 ? seconds : 0.0, rounds, {reference, concurrent});
  if (Runtime::get_runtime()->node_id() != 0) return;
  TABLE.row({label, benchmark::bundling(), std::to_string(ranks), std::to_string(launches.points()),
             benchmark::number(figures[0].median), benchmark::number(figures[1].median),
             benchmark::ratio(figures[1].median, figures[0].median),
             benchmark::ratio(figures[1].best, figures[0].best)});
}

int run(double seconds, std::size_t rounds) {
  legate::start();
  {
    auto library = Runtime::get_runtime()->create_library("gang_launch");
    Ordinary::register_variants(library);
    Concurrent::register_variants(library);
    Barriers::register_variants(library);
    const Launches launches{library};
    for (const bool wait : {false, true}) {
      compare(
          wait ? "submit and wait; ordinary launch" : "submitted in a row; ordinary launch", launches, seconds, rounds,
          [&] { return launches.microseconds(Ordinary::TASK_CONFIG.task_id(), wait); },
          [&] { return launches.microseconds(Concurrent::TASK_CONFIG.task_id(), wait); });
    }
    if (launches.points() > 1) {
      compare(
          Runtime::get_runtime()->node_count() > 1 ? "barrier; MPI_Barrier" : "barrier; pthread_barrier_wait", launches,
          seconds, rounds, [&] { return barrier_by_hand(static_cast<unsigned>(launches.points())); },
          [&] { return launches.microseconds_of_a_barrier(); });
    }
  }
  return legate::finish();
}

/// The same on two ranks, where there is MPI.
int run_on_two_ranks(char** argv) {
#ifdef LEGATUS_HAVE_MPI
  for (const char* configuration : {"--cpus 1 --sysmem 1000", "--cpus 2 --sysmem 1000"}) {
    const int status = benchmark::run_on_ranks(2, "vader", configuration, argv);
    if (status != 0) return status;
  }
#else
  static_cast<void>(argv);
#endif
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = benchmark::option(argc, argv, "--seconds", 0.7);
  const auto rounds = static_cast<std::size_t>(benchmark::option(argc, argv, "--rounds", 9.0));
  if (benchmark::is_a_rank()) return run(seconds, rounds);
  const bool child = !benchmark::option(argc, argv, "--child", std::string{}).empty();
  // Bundles are for ordinary launches only: without them, the ratio is what running all at once costs.
  return benchmark::for_bundling_modes(argc, argv, [&] {
    const int status = benchmark::for_worker_counts(
        argc, argv, {1, 2, 4}, [&](unsigned) { return run(seconds, rounds); }, [] { TABLE.header(); });
    return child || status != 0 ? status : run_on_two_ranks(argv);
  });
}
