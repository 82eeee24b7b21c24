// SPDX-License-Identifier: Apache-2.0
// What a launch costs one rank, in time and in memory, when there are 1, 4, 64 or 1024 ranks. One process plays a rank
// in the middle; the others are made up: nothing is communicated, everything else is done. Every rank has the same
// share of the work, so the figures of all columns would be equal in a perfect world. Ratios are to 4 ranks.
//
//   scale [--launches 4000]
#include <legate.h>
#include <legate/redop/base.h>

#include "engine/cluster.h"
#include "measure.h"

#include <sstream>

namespace {

using legate::LocalTaskID;
using legate::Runtime;
using legate::TaskContext;

constexpr std::uint64_t SHARE = 4096;  // elements of a rank
const std::vector<unsigned> RANKS{1, 4, 64, 1024};

struct Touch : public legate::LegateTask<Touch> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{0}};
  static void cpu_variant(TaskContext) {}
};

struct Sum : public legate::LegateTask<Sum> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{1}};
  static void cpu_variant(TaskContext context) {
    const auto sum = context.reduction(0).reduce_accessor<legate::SumReduction<double>, true, 1>();
    sum.reduce(0, 1.0);
  }
};

/// A program that makes launches; `number` counts them.
struct Program {
  const char* name;
  std::function<void(std::uint64_t number)> launch;
};

class Programs {
 public:
  explicit Programs(std::uint64_t elements)
      : library_{runtime_->create_library("scale")}, elements_{elements}, old_{make(elements)}, new_{make(elements)} {
    Touch::register_variants(library_);
    Sum::register_variants(library_);
  }

  [[nodiscard]] std::vector<Program> all() {
    return {
        {"same tiles, there and back",
         [this](std::uint64_t i) { touch(i % 2 == 0 ? old_ : new_, i % 2 == 0 ? new_ : old_); }},
        {"stencil: neighbours and interior", [this](std::uint64_t i) { stencil(i); }},
        {"temporaries", [this](std::uint64_t) { touch(old_, make(elements_)); }},
        {"a shape never seen before", [this](std::uint64_t i) { touch_new_shape(i); }},
        {"sum over all elements", [this](std::uint64_t) { sum(); }},
    };
  }

 private:
  [[nodiscard]] legate::LogicalStore make(std::uint64_t elements) const {
    return runtime_->create_store(legate::Shape{elements}, legate::float64());
  }
  void touch(const legate::LogicalStore& input, const legate::LogicalStore& output) {
    auto task = runtime_->create_task(library_, Touch::TASK_CONFIG.task_id());
    const auto read = task.add_input(input);
    const auto written = task.add_output(output);
    task.add_constraint(legate::align(read, written));
    runtime_->submit(std::move(task));
  }
  void stencil(std::uint64_t i) {
    const auto& from = i % 2 == 0 ? old_ : new_;
    const auto& to = i % 2 == 0 ? new_ : old_;
    const auto last = static_cast<std::int64_t>(elements_);
    auto task = runtime_->create_task(library_, Touch::TASK_CONFIG.task_id());
    const auto written = task.add_output(to.slice(0, {1, last - 1}));
    for (std::int64_t shift = 0; shift < 3; ++shift) {
      task.add_constraint(legate::align(task.add_input(from.slice(0, {shift, last - 2 + shift})), written));
    }
    runtime_->submit(std::move(task));
  }
  void touch_new_shape(std::uint64_t i) {
    const auto elements = elements_ + 1 + i;
    auto before = make(elements);
    touch(before, before);
    touch(before, make(elements));
  }
  void sum() {
    auto total = runtime_->create_store(legate::Scalar{0.0});
    auto task = runtime_->create_task(library_, Sum::TASK_CONFIG.task_id());
    task.add_input(old_);
    task.add_reduction(total, legate::ReductionOpKind::ADD);
    runtime_->submit(std::move(task));
  }

  Runtime* runtime_{Runtime::get_runtime()};
  legate::Library library_;
  std::uint64_t elements_;
  legate::LogicalStore old_;
  legate::LogicalStore new_;
};

/// Prints, for every program, microseconds and bytes of memory per launch, and its name.
int play(unsigned ranks, std::uint64_t launches) {
  legate::detail::engine::pretend_cluster({ranks / 2, ranks});
  legate::start();
  {
    auto* runtime = Runtime::get_runtime();
    Programs programs{SHARE * ranks};
    std::uint64_t number = 0;
    for (const auto& program : programs.all()) {
      const auto run = [&](std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i) program.launch(number++);
        runtime->issue_execution_fence(/*block=*/true);
      };
      run(launches);  // pools fill
      const auto resident = benchmark::resident_bytes();
      std::vector<double> times;
      for (int round = 0; round < 9; ++round) {
        const double begin = benchmark::now();
        run(launches / 4);
        times.push_back((benchmark::now() - begin) * 4e6 / static_cast<double>(launches));
      }
      const auto grown = static_cast<double>(benchmark::resident_bytes()) - static_cast<double>(resident);
      const double bytes = std::max(0.0, grown) * 4.0 / 9.0 / static_cast<double>(launches);
      std::printf("%.3f %.1f %s\n", benchmark::median(times), bytes, program.name);
    }
  }
  return legate::finish();
}

struct Figure {
  std::string name;
  double microseconds{0.0};
  double bytes{0.0};
};

bool read_figures(const std::string& text, std::vector<Figure>& figures) {
  std::istringstream lines{text};
  Figure figure;
  while (lines >> figure.microseconds >> figure.bytes && std::getline(lines >> std::ws, figure.name)) {
    figures.push_back(figure);
  }
  return !figures.empty();
}

}  // namespace

int main(int argc, char** argv) {
  const auto launches = static_cast<std::uint64_t>(benchmark::option(argc, argv, "--launches", 4000));
  if (const auto ranks = static_cast<unsigned>(benchmark::option(argc, argv, "--ranks", 0.0)); ranks != 0) {
    return play(ranks, launches);
  }
  std::vector<std::vector<Figure>> columns;
  for (const auto ranks : RANKS) {
    std::string text;
    const int status =
        benchmark::run_again(argc, argv, {"--ranks", std::to_string(ranks)}, benchmark::configuration(1), &text);
    columns.emplace_back();
    if (status != 0 || !read_figures(text, columns.back())) {
      std::fprintf(stderr, "%u ranks: status %d: %s\n", ranks, status, text.c_str());
      return 1;
    }
  }
  const benchmark::Table table{
      {{"per launch, on one rank of", 38}, {"1", 7}, {"4", 7}, {"64", 7}, {"1024", 7}, {"1024/4", 7}}};
  table.header();
  const auto row = [&](const std::string& label, std::size_t program, double Figure::*figure) {
    std::vector<std::string> cells{label};
    for (const auto& column : columns) cells.push_back(benchmark::number(column[program].*figure));
    cells.push_back(benchmark::ratio(columns[3][program].*figure, columns[1][program].*figure));
    table.row(cells);
  };
  for (std::size_t i = 0; i < columns.front().size(); ++i) {
    row(columns.front()[i].name + ", us", i, &Figure::microseconds);
    row("  memory that stays, bytes", i, &Figure::bytes);
  }
  return 0;
}
