// SPDX-License-Identifier: Apache-2.0
// What the operations of the public interface cost. Uses nothing else, so that the same source, built against another
// implementation of the interface, measures the same things there: tools/compare does that.
//
//   LEGATE_CONFIG="--cpus 1" comparison [--only NAME]       NAME: start, launch, metg, inline
//
// Prints `NAME VALUE UNIT` lines. With --inline-task-launch in LEGATE_CONFIG only start and inline make sense.
#include <legate.h>

#include "measure.h"

#if __has_include(<legate/redop/redop.h>)
#include <legate/redop/redop.h>
#endif

namespace {

using legate::LocalTaskID;
using legate::Runtime;
using legate::TaskContext;

constexpr std::uint64_t TILES = 64;         // points of a launch
constexpr std::uint64_t TILE_EXTENT = 100;  // elements of a tile
constexpr double PATIENCE = 0.4;            // seconds per figure

void report(const std::string& name, double value, const char* unit) {
  std::printf("%s %.6g %s\n", name.c_str(), value, unit);
  std::fflush(stdout);
}

void wait() { Runtime::get_runtime()->issue_execution_fence(/*block=*/true); }

/// Does nothing with whatever arguments.
struct Empty : public legate::LegateTask<Empty> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{0}};
  static void cpu_variant(TaskContext) {}
};

/// Writes 1 into every element of its only output.
struct Write : public legate::LegateTask<Write> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{1}};
  static void cpu_variant(TaskContext context) {
    const legate::PhysicalStore output = context.output(0);
    const auto values = output.write_accessor<double, 1>();
    for (legate::PointInRectIterator<1> it{output.shape<1>()}; it.valid(); ++it) values[*it] = 1.0;
  }
};

/// Adds 1 to the first element of reduction 0.
struct AddOne : public legate::LegateTask<AddOne> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{2}};
  static void cpu_variant(TaskContext context) {
    const legate::PhysicalStore target = context.reduction(0);
    const auto values = target.reduce_accessor<legate::SumReduction<double>, true, 1>();
    values.reduce(target.shape<1>().lo, 1.0);
  }
};

/// Computes for as many steps as its scalar argument says.
struct Compute : public legate::LegateTask<Compute> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{3}};
  static void cpu_variant(TaskContext context) {
    benchmark::keep(benchmark::compute(context.scalar(0).value<std::uint64_t>()));
  }
};

/// Measures what a call of `submit` costs in microseconds, divided by `units`: the time until everything submitted has
/// run.
///
/// Bursts of a few milliseconds are repeated. The median counts; the best is printed too (NAME.best), because on a
/// machine with other work the median of a runtime with many threads is mostly the price of waiting for a core.
void measure(const std::string& name, const std::function<void()>& submit, double units = 1.0) {
  for (int i = 0; i < 5; ++i) submit();
  wait();
  const auto burst = [&](std::size_t count) {
    const double begin = benchmark::now();
    for (std::size_t i = 0; i < count; ++i) submit();
    wait();
    return benchmark::now() - begin;
  };
  std::size_t count = 8;
  while (count < 4096 && burst(count) < 5e-3) count *= 2;
  std::vector<double> figures;
  const double begin = benchmark::now();
  while (figures.size() < 5 || benchmark::now() - begin < PATIENCE) {
    figures.push_back(burst(count) * 1e6 / static_cast<double>(count) / units);
  }
  report(name, benchmark::median(figures), "us");
  report(name + ".best", *std::min_element(figures.begin(), figures.end()), "us");
}

/// From nothing to a value that a task wrote and the control program read.
void measure_start(double process_begin) {
  legate::start();
  const double started = benchmark::now();
  auto* runtime = Runtime::get_runtime();
  auto library = runtime->create_library("first_result");
  Write::register_variants(library);
  auto store = runtime->create_store(legate::Shape{1}, legate::float64());
  auto task = runtime->create_task(library, Write::TASK_CONFIG.task_id());
  task.add_output(store);
  runtime->submit(std::move(task));
  const auto result = store.get_physical_store();
  const auto values = result.read_accessor<double, 1>();
  const double value = values[legate::Point<1>{0}];
  const double done = benchmark::now();
  if (value != 1.0) {
    std::fprintf(stderr, "first result: got %g, expected 1\n", value);
    std::exit(1);
  }
  report("start", (started - process_begin) * 1e3, "ms");
  report("first_result", (done - process_begin) * 1e3, "ms");
}

/// One fixed set of stores and tasks for everything that is launched.
class Launches {
 public:
  explicit Launches(legate::Library library)
      : library_{std::move(library)},
        source_{create(TILES * TILE_EXTENT)},
        target_{create(TILES * TILE_EXTENT)},
        source_tiles_{source_.partition_by_tiling(std::vector<std::uint64_t>{TILE_EXTENT})},
        target_tiles_{target_.partition_by_tiling(std::vector<std::uint64_t>{TILE_EXTENT})},
        wide_source_{create(100'000)},
        wide_target_{create(100'000)},
        small_{create(TILE_EXTENT)},
        left_{create(TILE_EXTENT)},
        right_{create(TILE_EXTENT)},
        sum_{Runtime::get_runtime()->create_store(legate::Scalar{0.0})} {
    for (const auto& store : {source_, target_, wide_source_, wide_target_, small_, left_, right_}) {
      Runtime::get_runtime()->issue_fill(store, legate::Scalar{0.0});
    }
  }

  void one_task() {
    auto task = runtime()->create_task(library_, Empty::TASK_CONFIG.task_id());
    runtime()->submit(std::move(task));
  }

  void one_task_with_a_store() {
    auto task = runtime()->create_task(library_, Empty::TASK_CONFIG.task_id());
    task.add_output(small_);
    runtime()->submit(std::move(task));
  }

  void one_task_with_three_stores() {
    auto task = runtime()->create_task(library_, Empty::TASK_CONFIG.task_id());
    task.add_output(small_);
    task.add_input(left_);
    task.add_input(right_);
    task.add_scalar_arg(legate::Scalar{1.5});
    task.add_scalar_arg(legate::Scalar{std::uint8_t{7}});
    runtime()->submit(std::move(task));
  }

  void tiles() {
    auto task = runtime()->create_task(library_, Empty::TASK_CONFIG.task_id(), {TILES});
    task.add_input(source_tiles_);
    task.add_output(target_tiles_);
    runtime()->submit(std::move(task));
  }

  /// The partitioner decides; the stores are large enough to be split over the processors.
  void automatic() {
    auto task = runtime()->create_task(library_, Empty::TASK_CONFIG.task_id());
    const auto input = task.add_input(wide_source_);
    const auto output = task.add_output(wide_target_);
    task.add_constraint(legate::align(input, output));
    runtime()->submit(std::move(task));
  }

  void reduction() {
    auto task = runtime()->create_task(library_, AddOne::TASK_CONFIG.task_id(), {TILES});
    task.add_reduction(sum_, legate::ReductionOpKind::ADD);
    runtime()->submit(std::move(task));
  }

  void temporary() {
    auto store = create(TILE_EXTENT);
    auto write = runtime()->create_task(library_, Empty::TASK_CONFIG.task_id());
    write.add_output(store);
    runtime()->submit(std::move(write));
    auto read = runtime()->create_task(library_, Empty::TASK_CONFIG.task_id());
    read.add_input(store);
    runtime()->submit(std::move(read));
  }

  void submit_and_wait() {
    one_task_with_a_store();
    wait();
  }

 private:
  static Runtime* runtime() { return Runtime::get_runtime(); }
  static legate::LogicalStore create(std::uint64_t extent) {
    return runtime()->create_store(legate::Shape{extent}, legate::float64());
  }

  legate::Library library_;
  legate::LogicalStore source_, target_;
  legate::LogicalStorePartition source_tiles_, target_tiles_;
  legate::LogicalStore wide_source_, wide_target_, small_, left_, right_, sum_;
};

void measure_launches(Launches& launches) {
  const auto per_point = static_cast<double>(TILES);
  measure("submit_and_wait", [&] { launches.submit_and_wait(); });
  measure("one_task", [&] { launches.one_task(); });
  measure("one_task_with_a_store", [&] { launches.one_task_with_a_store(); });
  measure("one_task_with_three_stores", [&] { launches.one_task_with_three_stores(); });
  measure(
      "tile_point", [&] { launches.tiles(); }, per_point);
  measure("automatic_launch", [&] { launches.automatic(); });
  {
    const legate::Scope split{legate::ParallelPolicy{}.with_overdecompose_factor(4)};
    measure("automatic_launch_4_leaves_each", [&] { launches.automatic(); });
  }
  measure(
      "reduction_point", [&] { launches.reduction(); }, per_point);
  measure("temporary", [&] { launches.temporary(); });
}

/// The stencil of Task Bench: in every step there is a task per processor, which needs what its neighbours and itself
/// made in the step before. The stores have a tile more on each side, so that the first and the last have neighbours
/// too.
class Stencil {
 public:
  Stencil(legate::Library library, std::uint64_t width) : library_{std::move(library)}, width_{width} {
    for (auto* store : {&even_, &odd_}) {
      *store = Runtime::get_runtime()->create_store(legate::Shape{(width + 2) * TILE_EXTENT}, legate::float64());
      Runtime::get_runtime()->issue_fill(**store, legate::Scalar{0.0});
      partitions_.push_back((*store)->partition_by_tiling(std::vector<std::uint64_t>{TILE_EXTENT}));
    }
  }

  benchmark::Granularity::Execution run(std::uint64_t iterations, double steps_per_microsecond) {
    // About 20 ms of computation, at least 16 and at most 512 time steps.
    const auto steps = static_cast<std::uint64_t>(
        std::clamp(20'000.0 * steps_per_microsecond / static_cast<double>(iterations), 16.0, 512.0));
    const double begin = benchmark::now();
    for (std::uint64_t t = 0; t < steps; ++t) step(t, iterations);
    wait();
    return {benchmark::now() - begin, static_cast<double>(steps * width_)};
  }

 private:
  void step(std::uint64_t t, std::uint64_t iterations) {
    auto* runtime = Runtime::get_runtime();
    const auto& from = partitions_[t % 2];
    const auto& to = partitions_[(t + 1) % 2];
    auto task = runtime->create_task(library_, Compute::TASK_CONFIG.task_id(), {width_});
    task.add_output(to, legate::SymbolicPoint{legate::dimension(0) + 1});
    task.add_input(from, legate::SymbolicPoint{legate::dimension(0)});
    task.add_input(from, legate::SymbolicPoint{legate::dimension(0) + 1});
    task.add_input(from, legate::SymbolicPoint{legate::dimension(0) + 2});
    task.add_scalar_arg(iterations);
    runtime->submit(std::move(task));
  }

  legate::Library library_;
  std::uint64_t width_;
  std::optional<legate::LogicalStore> even_, odd_;
  std::vector<legate::LogicalStorePartition> partitions_;
};

void measure_granularity(const legate::Library& library) {
  const auto processors = legate::get_machine().count(legate::mapping::TaskTarget::CPU);
  const double speed = benchmark::iterations_per_microsecond();
  Stencil stencil{library, processors};
  const benchmark::Granularity granularity{[&](std::uint64_t iterations) { return stencil.run(iterations, speed); },
                                           static_cast<double>(processors), speed, 5};
  report("metg_stencil", granularity.measure(), "us");
}

}  // namespace

int main(int argc, char** argv) {
  const auto only = benchmark::option(argc, argv, "--only", std::string{});
  const auto wanted = [&](const char* name) { return only.empty() || only == name; };
  measure_start(benchmark::now());
  auto library = Runtime::get_runtime()->create_library("comparison");
  Empty::register_variants(library);
  AddOne::register_variants(library);
  Compute::register_variants(library);
  if (only == "inline") {
    Launches launches{library};
    measure("inline_launch", [&] { launches.one_task(); });
    measure("inline_launch_with_a_store", [&] { launches.one_task_with_a_store(); });
  }
  if (wanted("launch")) {
    Launches launches{library};
    measure_launches(launches);
  }
  if (wanted("metg")) measure_granularity(library);
  return legate::finish();
}
