// SPDX-License-Identifier: Apache-2.0
// What the facade adds to StarPU: launches of empty leaves, against tasks submitted by hand that list the same handles.
//
//   task_overhead [--workers N] [--points 256] [--seconds 0.7]
#include <legate.h>

#include <legate/redop/redop.h>

#include "measure.h"
#include "raw_starpu.h"

#include <memory>

namespace {

using legate::LocalTaskID;
using legate::Runtime;
using legate::TaskContext;

constexpr std::uint64_t EXTENT = 100;  // elements of a tile

const benchmark::Table TABLE{{{"empty leaves, us per point", 51},
                              {"bundling", 8},
                              {"workers", 7},
                              {"StarPU", 8},
                              {"Legatus", 8},
                              {"ratio", 6},
                              {"added", 6},
                              {"best ratio", 10}}};

struct Empty : public legate::LegateTask<Empty> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{0}};
  static void cpu_variant(TaskContext) {}
};

struct AddOne : public legate::LegateTask<AddOne> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{1}};
  static void cpu_variant(TaskContext context) {
    const legate::PhysicalStore target = context.reduction(0);
    target.reduce_accessor<legate::SumReduction<double>, true, 1>().reduce(target.shape<1>().lo, 1.0);
  }
};

void nothing(void**, void*) {}
double& value_of(void* buffer) { return *reinterpret_cast<double*>(STARPU_VARIABLE_GET_PTR(buffer)); }
void set_zero(void** buffers, void*) { value_of(buffers[0]) = 0.0; }
void add_one(void** buffers, void*) { value_of(buffers[0]) += 1.0; }
void add_other(void** buffers, void*) { value_of(buffers[0]) += value_of(buffers[1]); }

/// The launches by hand. Stores alternate: what one launch writes, the next one reads.
class ByHand {
 public:
  explicit ByHand(std::size_t points) : even_{points, EXTENT}, odd_{points, EXTENT} {
    starpu_variable_data_register(&sum_, STARPU_MAIN_RAM, reinterpret_cast<std::uintptr_t>(&total_), sizeof total_);
    starpu_data_set_reduction_methods(sum_, add_other_.get(), set_zero_.get());
  }
  ~ByHand() { starpu_data_unregister(sum_); }
  ByHand(const ByHand&) = delete;
  ByHand& operator=(const ByHand&) = delete;

  void same_tiling(bool odd) {
    const auto& [from, to] = sides(odd);
    for (std::size_t i = 0; i < to.size(); ++i) raw::submit(two_, {to[i], from[i]});
  }

  void scalar_argument(bool odd) {
    const auto& [from, to] = sides(odd);
    for (std::size_t i = 0; i < to.size(); ++i) {
      auto* argument = static_cast<double*>(std::malloc(sizeof(double)));
      *argument = 1.5;
      raw::submit(two_, {to[i], from[i]}, argument, sizeof(double), true);
    }
  }

  void halo(bool odd) {
    const auto& [from, to] = sides(odd);
    const auto last = to.size() - 1;
    raw::submit(three_, {to[0], from[0], from[1]});
    for (std::size_t i = 1; i < last; ++i) raw::submit(four_, {to[i], from[i], from[i - 1], from[i + 1]});
    raw::submit(three_, {to[last], from[last], from[last - 1]});
  }

  /// The sound way to reduce with an operator chosen per launch: a temporary, folded into the target at the end.
  void reduce_through_temporary() {
    starpu_data_handle_t temporary = nullptr;
    starpu_variable_data_register(&temporary, -1, 0, sizeof(double));
    starpu_data_set_reduction_methods(temporary, add_other_.get(), set_zero_.get());
    raw::submit(set_zero_, {temporary});
    for (std::size_t i = 0; i < even_.size(); ++i) raw::submit(add_one_, {temporary});
    raw::submit(add_other_, {sum_, temporary});
    starpu_data_unregister_submit(temporary);
  }

  /// Good as long as nobody ever reduces into this handle with another operator.
  void reduce_in_place() {
    for (std::size_t i = 0; i < even_.size(); ++i) raw::submit(add_one_, {sum_});
    raw::submit(read_, {sum_});
  }

 private:
  [[nodiscard]] std::pair<const raw::Tiles&, const raw::Tiles&> sides(bool odd) const {
    return odd ? std::pair<const raw::Tiles&, const raw::Tiles&>{odd_, even_}
               : std::pair<const raw::Tiles&, const raw::Tiles&>{even_, odd_};
  }

  raw::Codelet two_{"two", nothing, {STARPU_W, STARPU_R}};
  raw::Codelet three_{"three", nothing, {STARPU_W, STARPU_R, STARPU_R}};
  raw::Codelet four_{"four", nothing, {STARPU_W, STARPU_R, STARPU_R, STARPU_R}};
  raw::Codelet set_zero_{"set_zero", set_zero, {STARPU_W}};
  raw::Codelet add_one_{"add_one", add_one, {STARPU_REDUX}};
  raw::Codelet add_other_{"add_other", add_other, {STARPU_RW, STARPU_R}};
  raw::Codelet read_{"read", nothing, {STARPU_R}};
  raw::Tiles even_, odd_;
  double total_{0.0};
  starpu_data_handle_t sum_{nullptr};
};

/// The same through the public interface.
class ByLegate {
 public:
  ByLegate(legate::Library library, std::uint64_t points, std::uint64_t workers)
      : library_{std::move(library)}, points_{points}, workers_{workers} {}

  void same_tiling(bool odd) { submit_tiles(odd, false); }
  void scalar_argument(bool odd) { submit_tiles(odd, true); }

  /// One argument that is a tile and the elements beside it: the partitioner's bloat constraint.
  void halo_by_bloat(bool odd) {
    auto* runtime = Runtime::get_runtime();
    auto task = runtime->create_task(library_, Empty::TASK_CONFIG.task_id());
    const auto output = task.add_output(odd ? even_ : odd_);
    const auto input = task.add_input(odd ? odd_ : even_);
    const std::vector<std::uint64_t> one{1};
    task.add_constraint(legate::bloat(output, input, one, one));
    runtime->submit(std::move(task));
  }

  /// Three arguments that are neighbouring tiles. The stores are two tiles longer, so that every tile has neighbours.
  void halo_by_projection(bool odd) {
    auto* runtime = Runtime::get_runtime();
    auto task = runtime->create_task(library_, Empty::TASK_CONFIG.task_id(), {points_});
    const auto& from = odd ? padded_odd_tiles_ : padded_even_tiles_;
    task.add_output(odd ? padded_even_tiles_ : padded_odd_tiles_, legate::SymbolicPoint{legate::dimension(0) + 1});
    for (int k = 0; k < 3; ++k) task.add_input(from, legate::SymbolicPoint{legate::dimension(0) + k});
    runtime->submit(std::move(task));
  }

  void reduce() {
    auto* runtime = Runtime::get_runtime();
    auto task = runtime->create_task(library_, AddOne::TASK_CONFIG.task_id(), {points_});
    task.add_reduction(sum_, legate::ReductionOpKind::ADD);
    runtime->submit(std::move(task));
  }

  /// As many leaves of automatically partitioned launches as manual launches have points.
  [[nodiscard]] legate::ParallelPolicy policy() const {
    return legate::ParallelPolicy{}
        .with_overdecompose_factor(static_cast<std::uint32_t>(points_ / workers_))
        .with_partitioning_threshold(legate::mapping::TaskTarget::CPU, 1);
  }

 private:
  static legate::LogicalStore filled(std::uint64_t extent) {
    auto store = Runtime::get_runtime()->create_store(legate::Shape{extent}, legate::float64());
    Runtime::get_runtime()->issue_fill(store, legate::Scalar{0.0});
    return store;
  }
  static legate::LogicalStorePartition tiles(const legate::LogicalStore& store) {
    return store.partition_by_tiling(std::vector<std::uint64_t>{EXTENT});
  }

  void submit_tiles(bool odd, bool scalar) {
    auto* runtime = Runtime::get_runtime();
    auto task = runtime->create_task(library_, Empty::TASK_CONFIG.task_id(), {points_});
    task.add_output(odd ? even_tiles_ : odd_tiles_);
    task.add_input(odd ? odd_tiles_ : even_tiles_);
    if (scalar) task.add_scalar_arg(1.5);
    runtime->submit(std::move(task));
  }

  legate::Library library_;
  std::uint64_t points_, workers_;
  legate::LogicalStore even_{filled(points_ * EXTENT)}, odd_{filled(points_ * EXTENT)};
  legate::LogicalStore padded_even_{filled((points_ + 2) * EXTENT)}, padded_odd_{filled((points_ + 2) * EXTENT)};
  legate::LogicalStorePartition even_tiles_{tiles(even_)}, odd_tiles_{tiles(odd_)};
  legate::LogicalStorePartition padded_even_tiles_{tiles(padded_even_)}, padded_odd_tiles_{tiles(padded_odd_)};
  legate::LogicalStore sum_{Runtime::get_runtime()->create_store(legate::Scalar{0.0})};
};

struct Settings {
  unsigned workers;
  std::uint64_t points;
  double seconds;
};

/// Runs both in turn and prints a row. Each call of the two functions is one launch of `points` points.
void compare(const Settings& settings, const std::string& label, const std::function<void(bool odd)>& by_hand,
             const std::function<void(bool odd)>& by_legate) {
  constexpr int LAUNCHES = 16;
  const auto per_point = [&](const std::function<void(bool)>& launch, const std::function<void()>& wait) {
    return [&settings, &launch, wait] {
      const double begin = benchmark::now();
      for (int i = 0; i < LAUNCHES; ++i) launch(i % 2 == 1);
      wait();
      return (benchmark::now() - begin) * 1e6 / (LAUNCHES * static_cast<double>(settings.points));
    };
  };
  const auto figures =
      benchmark::summarize(settings.seconds, 5, {per_point(by_hand, raw::wait), per_point(by_legate, [] {
                                                   Runtime::get_runtime()->issue_execution_fence(/*block=*/true);
                                                 })});
  char added[32];
  std::snprintf(added, sizeof added, "%+.2f", figures[1].median - figures[0].median);
  TABLE.row({label, benchmark::bundling(), std::to_string(settings.workers), benchmark::number(figures[0].median),
             benchmark::number(figures[1].median), benchmark::ratio(figures[1].median, figures[0].median), added,
             benchmark::ratio(figures[1].best, figures[0].best)});
}

int run(const Settings& settings) {
  legate::start();
  {
    auto library = Runtime::get_runtime()->create_library("task_overhead");
    Empty::register_variants(library);
    AddOne::register_variants(library);
    ByHand by_hand{settings.points};
    ByLegate by_legate{library, settings.points, settings.workers};
    compare(
        settings, "same tiling: 1 W + 1 R (a repeated launch)", [&](bool odd) { by_hand.same_tiling(odd); },
        [&](bool odd) { by_legate.same_tiling(odd); });
    compare(
        settings, "  with a scalar argument", [&](bool odd) { by_hand.scalar_argument(odd); },
        [&](bool odd) { by_legate.scalar_argument(odd); });
    {
      const legate::Scope scope{by_legate.policy()};
      compare(
          settings, "halo over 3 tiles: 1 W + 3 R, bloat constraint", [&](bool odd) { by_hand.halo(odd); },
          [&](bool odd) { by_legate.halo_by_bloat(odd); });
    }
    compare(
        settings, "  three projected arguments", [&](bool odd) { by_hand.halo(odd); },
        [&](bool odd) { by_legate.halo_by_projection(odd); });
    compare(
        settings, "reduction to a scalar; StarPU: through a temporary",
        [&](bool) { by_hand.reduce_through_temporary(); }, [&](bool) { by_legate.reduce(); });
    compare(
        settings, "  StarPU: in place", [&](bool) { by_hand.reduce_in_place(); }, [&](bool) { by_legate.reduce(); });
  }
  return legate::finish();
}

}  // namespace

int main(int argc, char** argv) {
  const auto points = static_cast<std::uint64_t>(benchmark::option(argc, argv, "--points", 256.0));
  const double seconds = benchmark::option(argc, argv, "--seconds", 0.7);
  // Without bundling both submit the same tasks, so the difference is what the facade adds; with it, Legatus submits
  // fewer.
  return benchmark::for_bundling_modes(argc, argv, [&] {
    return benchmark::for_worker_counts(
        argc, argv, {1, 2},
        [&](unsigned workers) {
          return run({workers, points, seconds});
        },
        [] { TABLE.header(); });
  });
}
