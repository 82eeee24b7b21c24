// SPDX-License-Identifier: Apache-2.0
// Task Bench on three systems: the facade, StarPU by hand, OpenMP tasks with `depend`. Per pattern the cost of an empty
// task and METG(50 %), the smallest granularity at which half of the attainable speed is left.
//
//   task_bench [--workers N] [--width 16] [--pattern NAME] [--kernel compute_bound|memory_bound] [--rounds 3]
//
// Every task checks what its predecessors left; the program ends with 1 when one of them found something else.
#include <legate.h>

#include "raw_starpu.h"
#include "task_graph.h"

#include <memory>
#include <optional>

namespace {

using namespace task_bench;
using legate::LocalTaskID;
using legate::Runtime;
using legate::TaskContext;

const benchmark::Table TABLE{{{"pattern", 15},
                              {"workers", 7},
                              {"form", 6},
                              {"task: StarPU", 12},
                              {"Legatus", 8},
                              {"ratio", 6},
                              {"OpenMP", 7},
                              {"METG: StarPU", 12},
                              {"Legatus", 8},
                              {"ratio", 6},
                              {"OpenMP", 7}}};

struct Settings {
  unsigned workers;
  std::uint64_t width;
  std::string pattern;
  Kernel kernel;
  std::size_t rounds;
};

// --- StarPU by hand --------------------------------------------------------------------------------------------------

class ByStarPU : public System {
 public:
  explicit ByStarPU(const Graph& graph) : graph_{graph}, cells_(2 * graph.width()), handles_(cells_.size()) {
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      starpu_variable_data_register(&handles_[i], STARPU_MAIN_RAM, reinterpret_cast<std::uintptr_t>(&cells_[i]),
                                    sizeof(Cell));
    }
  }
  ~ByStarPU() override {
    for (auto handle : handles_) starpu_data_unregister(handle);
  }
  ByStarPU(const ByStarPU&) = delete;
  ByStarPU& operator=(const ByStarPU&) = delete;

  [[nodiscard]] const char* name() const override { return "StarPU"; }

  void run(std::uint64_t steps, const Work& work) override {
    for (std::uint64_t step = 0; step < steps; ++step) {
      for (std::uint64_t point = 0; point < graph_.width_at(step); ++point) submit(step, point, work);
    }
    raw::wait();
  }

 private:
  struct Argument {
    const Graph* graph;
    Work work;
    std::uint64_t step, point;
  };

  static void body(void** buffers, void* opaque) {
    const auto& argument = *static_cast<const Argument*>(opaque);
    const auto cell = [&](std::size_t k) { return reinterpret_cast<Cell*>(STARPU_VARIABLE_GET_PTR(buffers[k])); };
    execute(*argument.graph, argument.work, argument.step, argument.point, cell(0),
            [&](std::size_t k) -> const Cell& { return *cell(k + 1); });
  }

  [[nodiscard]] starpu_data_handle_t handle(std::uint64_t step, std::uint64_t point) const {
    return handles_[step % 2 * graph_.width() + point];
  }

  void submit(std::uint64_t step, std::uint64_t point, const Work& work) {
    const auto& needed = graph_.dependencies(step, point);
    const std::size_t count = needed.size() + 1;
    starpu_task* task = starpu_task_create();
    task->cl = codelet_.get();
    task->nbuffers = static_cast<int>(count);
    starpu_data_handle_t* handles = task->handles;
    starpu_data_access_mode* modes = task->modes;
    if (count > STARPU_NMAXBUFS) {  // StarPU frees them
      handles = task->dyn_handles = static_cast<starpu_data_handle_t*>(std::malloc(count * sizeof *handles));
      modes = task->dyn_modes = static_cast<starpu_data_access_mode*>(std::malloc(count * sizeof *modes));
    }
    handles[0] = handle(step, point);
    modes[0] = STARPU_W;
    for (std::size_t k = 0; k < needed.size(); ++k) {
      handles[k + 1] = handle(step + 1, needed[k]);
      modes[k + 1] = STARPU_R;
    }
    auto* argument = static_cast<Argument*>(std::malloc(sizeof(Argument)));
    *argument = Argument{&graph_, work, step, point};
    task->cl_arg = argument;
    task->cl_arg_size = sizeof(Argument);
    task->cl_arg_free = 1;
    raw::expect(starpu_task_submit(task), "starpu_task_submit");
  }

  const Graph& graph_;
  std::vector<Cell> cells_;
  std::vector<starpu_data_handle_t> handles_;
  raw::Codelet codelet_{"task_bench", body};
};

// --- OpenMP ----------------------------------------------------------------------------------------------------------

class ByOpenMP : public System {
 public:
  ByOpenMP(const Graph& graph, unsigned threads) : graph_{graph}, threads_{threads}, cells_(2 * graph.width()) {}

  [[nodiscard]] const char* name() const override { return "OpenMP"; }

  void run(std::uint64_t steps, const Work& work) override {
#pragma omp parallel num_threads(static_cast <int>(threads_))
#pragma omp single
    {
      for (std::uint64_t step = 0; step < steps; ++step) {
        for (std::uint64_t point = 0; point < graph_.width_at(step); ++point) submit(step, point, work);
      }
    }
  }

 private:
  void submit(std::uint64_t step, std::uint64_t point, const Work& work) {
    const auto& dependencies = graph_.dependencies(step, point);
    const std::uint64_t* needed = dependencies.data();
    const auto count = static_cast<int>(dependencies.size());
    Cell* own = &cells_[step % 2 * graph_.width() + point];
    Cell* before = &cells_[(step + 1) % 2 * graph_.width()];
    const Graph* graph = &graph_;
#pragma omp task firstprivate(graph, work, step, point, own, before, needed) depend(iterator(int k = 0   \
                                                                                             : count),   \
                                                                                    in                   \
                                                                                    : before[needed[k]]) \
    depend(out                                                                                           \
           : own[0])
    execute(*graph, work, step, point, own, [&](std::size_t k) -> const Cell& { return before[needed[k]]; });
  }

  const Graph& graph_;
  unsigned threads_;
  std::vector<Cell> cells_;
};

// --- the facade ------------------------------------------------------------------------------------------------------

const Graph* current_graph = nullptr;  // of the facade's tasks; set when nothing runs

/// Scalars: step, kernel, iterations and, where the graph is submitted task by task, the point.
struct Point : public legate::LegateTask<Point> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{0}};

  static void cpu_variant(TaskContext context) {
    const auto step = context.scalar(0).value<std::uint64_t>();
    const Work work{static_cast<Kernel>(context.scalar(1).value<std::uint64_t>()),
                    context.scalar(2).value<std::uint64_t>()};
    const bool single = context.num_scalars() > 3;
    const auto point =
        single ? context.scalar(3).value<std::uint64_t>() : static_cast<std::uint64_t>(context.get_task_index()[0]);
    const legate::PhysicalStore output = context.output(0);
    const auto& needed = current_graph->dependencies(step, point);
    execute(*current_graph, work, step, point, output.write_accessor<Cell, 1, false>().ptr(output.shape<1>().lo),
            [&](std::size_t k) -> const Cell& {
              if (single) return first_cell(context.input(static_cast<std::uint32_t>(k)));
              return cell_of_launch(context, step, point, needed[k]);
            });
  }

 private:
  static const Cell& first_cell(const legate::PhysicalStore& store) {
    return *store.read_accessor<Cell, 1, false>().ptr(store.shape<1>().lo);
  }

  /// Finds which argument of a launch holds the cell: see ByLegate::launch().
  static const Cell& cell_of_launch(const TaskContext& context, std::uint64_t step, std::uint64_t point,
                                    std::uint64_t other) {
    switch (current_graph->pattern()) {
      case Pattern::STENCIL_1D:
        return first_cell(context.input(static_cast<std::uint32_t>(other + 1 - point)));
      case Pattern::NEAREST:
        return first_cell(context.input(static_cast<std::uint32_t>(other + Graph::REACH - point)));
      case Pattern::FFT: {
        const auto stride = current_graph->stride(step);
        return first_cell(context.input(static_cast<std::uint32_t>((other + stride - point) / stride)));
      }
      case Pattern::ALL_TO_ALL: {
        const legate::PhysicalStore all = context.input(0);
        return all.read_accessor<Cell, 1, false>()[static_cast<legate::coord_t>(other)];
      }
      default:
        return first_cell(context.input(0));
    }
  }
};

/// Patterns that are affine are one launch per step; the others are submitted task by task, on child stores.
class ByLegate : public System {
 public:
  ByLegate(legate::Library library, const Graph& graph) : library_{std::move(library)}, graph_{graph} {
    current_graph = &graph;
    switch (graph.pattern()) {  // so that the first and the last point have neighbours too
      case Pattern::STENCIL_1D:
        padding_ = 1;
        break;
      case Pattern::NEAREST:
        padding_ = Graph::REACH;
        break;
      case Pattern::FFT:
        padding_ = graph.width() / 2;
        break;
      default:
        break;
    }
    auto* runtime = Runtime::get_runtime();
    const auto type = legate::fixed_array_type(legate::uint64(), 2);
    const std::uint64_t nothing[2] = {~std::uint64_t{0}, ~std::uint64_t{0}};
    for (int i = 0; i < 2; ++i) {
      auto store = runtime->create_store(legate::Shape{graph.width() + 2 * padding_}, type);
      runtime->issue_fill(store, legate::Scalar{type, nothing, /*copy=*/true});
      tiles_.push_back(store.partition_by_tiling(std::vector<std::uint64_t>{1}));
      std::vector<legate::LogicalStore> children;
      for (std::uint64_t point = 0; !launches() && point < graph.width(); ++point) {
        children.push_back(tiles_.back().get_child_store(std::vector<std::uint64_t>{point}));
      }
      children_.push_back(std::move(children));
      stores_.push_back(std::move(store));
    }
  }

  [[nodiscard]] const char* name() const override { return "Legatus"; }

  [[nodiscard]] bool launches() const {
    return graph_.pattern() != Pattern::TREE && graph_.pattern() != Pattern::RANDOM_NEAREST;
  }

  void run(std::uint64_t steps, const Work& work) override {
    for (std::uint64_t step = 0; step < steps; ++step) {
      if (launches()) {
        launch(step, work);
      } else {
        for (std::uint64_t point = 0; point < graph_.width_at(step); ++point) submit(step, point, work);
      }
    }
    Runtime::get_runtime()->issue_execution_fence(/*block=*/true);
  }

 private:
  template <typename Task>
  static void add_scalars(Task& task, std::uint64_t step, const Work& work) {
    task.add_scalar_arg(step);
    task.add_scalar_arg(static_cast<std::uint64_t>(work.kernel));
    task.add_scalar_arg(work.iterations);
  }

  void launch(std::uint64_t step, const Work& work) {
    auto* runtime = Runtime::get_runtime();
    auto task = runtime->create_task(library_, Point::TASK_CONFIG.task_id(), {graph_.width()});
    const auto& from = tiles_[(step + 1) % 2];
    const auto input = [&](std::uint64_t ahead) {
      task.add_input(from, legate::SymbolicPoint{legate::dimension(0) + static_cast<std::int32_t>(ahead)});
    };
    if (padding_ == 0) {
      task.add_output(tiles_[step % 2]);
    } else {
      task.add_output(tiles_[step % 2],
                      legate::SymbolicPoint{legate::dimension(0) + static_cast<std::int32_t>(padding_)});
    }
    switch (graph_.pattern()) {
      case Pattern::NO_COMM:
        task.add_input(from);
        break;
      case Pattern::STENCIL_1D:
      case Pattern::NEAREST:
        for (std::uint64_t k = 0; k <= 2 * padding_; ++k) input(k);
        break;
      case Pattern::FFT:
        for (std::uint64_t k = 0; k < 3; ++k) input(padding_ - graph_.stride(step) + k * graph_.stride(step));
        break;
      case Pattern::ALL_TO_ALL:
        task.add_input(stores_[(step + 1) % 2]);
        break;
      default:
        break;
    }
    add_scalars(task, step, work);
    runtime->submit(std::move(task));
  }

  void submit(std::uint64_t step, std::uint64_t point, const Work& work) {
    auto* runtime = Runtime::get_runtime();
    auto task = runtime->create_task(library_, Point::TASK_CONFIG.task_id());
    task.add_output(children_[step % 2][point]);
    for (const auto other : graph_.dependencies(step, point)) task.add_input(children_[(step + 1) % 2][other]);
    add_scalars(task, step, work);
    task.add_scalar_arg(point);
    runtime->submit(std::move(task));
  }

  legate::Library library_;
  const Graph& graph_;
  std::uint64_t padding_{0};
  std::vector<legate::LogicalStore> stores_;
  std::vector<legate::LogicalStorePartition> tiles_;
  std::vector<std::vector<legate::LogicalStore>> children_;
};

// --- measuring -------------------------------------------------------------------------------------------------------

/// Kernel steps a microsecond.
double speed_of(Kernel kernel) {
  if (kernel == Kernel::COMPUTE_BOUND) return benchmark::iterations_per_microsecond();
  touch_memory(2048);
  double best = 0.0;
  for (int i = 0; i < 5; ++i) {
    const double begin = benchmark::now();
    touch_memory(512);
    best = std::max(best, 512.0 / ((benchmark::now() - begin) * 1e6));
  }
  return best;
}

/// Microseconds per empty task, from a run of about 20 ms.
double empty_task(System& system, const Graph& graph) {
  const auto per_task = [&](std::uint64_t steps) {
    const double begin = benchmark::now();
    system.run(steps, Work{});
    return (benchmark::now() - begin) * 1e6 / graph.tasks(steps);
  };
  const double guess = std::max(0.05, per_task(20));
  return per_task(
      static_cast<std::uint64_t>(std::clamp(20'000.0 / (guess * static_cast<double>(graph.width())), 20.0, 200.0)));
}

double granularity(System& system, const Graph& graph, const Settings& settings, double speed) {
  const auto run = [&](std::uint64_t iterations) {
    const double in_a_step =
        static_cast<double>(iterations * graph.width()) / (speed * static_cast<double>(settings.workers));
    const auto steps = static_cast<std::uint64_t>(std::clamp(10'000.0 / in_a_step, 8.0, 200.0));
    const double begin = benchmark::now();
    system.run(steps, Work{settings.kernel, iterations});
    return benchmark::Granularity::Execution{benchmark::now() - begin, graph.tasks(steps)};
  };
  return benchmark::Granularity{run, static_cast<double>(settings.workers), speed, 2, 512.0}.measure();
}

bool run_pattern(const legate::Library& library, const Graph& graph, const char* label, const Settings& settings,
                 double speed) {
  ByStarPU by_hand{graph};
  ByLegate by_legate{library, graph};
  ByOpenMP by_openmp{graph, settings.workers};
  const std::vector<System*> systems{&by_hand, &by_legate, &by_openmp};
  std::vector<benchmark::Measurement> empty, metg;
  for (auto* system : systems) {
    if (!self_check(*system, graph, 50)) return false;
    empty.emplace_back([system, &graph] { return empty_task(*system, graph); });
    metg.emplace_back([system, &graph, &settings, speed] { return granularity(*system, graph, settings, speed); });
  }
  const auto cost = benchmark::interleave(0.2, settings.rounds, empty);
  const auto smallest = benchmark::interleave(0.0, settings.rounds, metg, /*warm=*/true);
  TABLE.row({label, std::to_string(settings.workers), by_legate.launches() ? "launch" : "tasks",
             benchmark::number(cost[0]), benchmark::number(cost[1]), benchmark::ratio(cost[1], cost[0]),
             benchmark::number(cost[2]), benchmark::number(smallest[0]), benchmark::number(smallest[1]),
             benchmark::ratio(smallest[1], smallest[0]), benchmark::number(smallest[2])});
  if (findings.wrong == 0) return true;
  std::fprintf(stderr, "%s: %llu cells were wrong\n", label, static_cast<unsigned long long>(findings.wrong));
  return false;
}

int run(const Settings& settings) {
  legate::start();
  bool correct = true;
  {
    auto library = Runtime::get_runtime()->create_library("task_bench");
    Point::register_variants(library);
    const double speed = speed_of(settings.kernel);
    for (const auto& [pattern, label] : PATTERNS) {
      if (!settings.pattern.empty() && settings.pattern != label) continue;
      const Graph graph{pattern, settings.width};
      correct = run_pattern(library, graph, label, settings, speed) && correct;
    }
  }
  const auto status = legate::finish();
  return correct ? status : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings{};
  settings.width = static_cast<std::uint64_t>(benchmark::option(argc, argv, "--width", 16.0));
  settings.pattern = benchmark::option(argc, argv, "--pattern", std::string{});
  const auto kernel = benchmark::option(argc, argv, "--kernel", std::string{"compute_bound"});
  settings.kernel = kernel == "memory_bound" ? Kernel::MEMORY_BOUND : Kernel::COMPUTE_BOUND;
  settings.rounds = static_cast<std::size_t>(benchmark::option(argc, argv, "--rounds", 3.0));
  if (settings.width < 2 || (settings.width & (settings.width - 1)) != 0) {
    std::fprintf(stderr, "--width wants a power of two, at least 2\n");
    return 2;
  }
  return benchmark::for_worker_counts(
      argc, argv, {1, 2},
      [&](unsigned workers) {
        settings.workers = workers;
        return run(settings);
      },
      [&] {
        std::printf("us per empty task, and METG(50 %%) in us with kernel %s, %llu points a step\n", kernel.c_str(),
                    static_cast<unsigned long long>(settings.width));
        TABLE.header();
      });
}
