// SPDX-License-Identifier: Apache-2.0
// quadrature: the integral of 1/x, panel by panel. A manual task: the program says itself how many instances there are
// and which tiles each of them gets. And a task that gives up: over a panel in which 1/x is not finite there is no
// answer, and the exception that says so reaches the program where it submitted the task.
#include "common.h"

#include <legate/redop/redop.h>

#include <cmath>
#include <numeric>
#include <optional>

namespace {

/// Simpson's rule on one panel: (h / 3) (f(x0) + 4 f(x1) + 2 f(x2) + 4 f(x3) + ... + f(xn)) for n intervals of length
/// h.
struct Integrate : public legate::LegateTask<Integrate> {
  static inline const auto TASK_CONFIG =
      legate::TaskConfig{legate::LocalTaskID{0}}
          .with_signature(legate::TaskSignature{}.inputs(2).outputs(1).redops(1).scalars(1))
          .with_variant_options(legate::VariantOptions{}.with_may_throw_exception(true));

  static void cpu_variant(legate::TaskContext context) { finish(context, sum(context, 0, 1)); }
  static void omp_variant(legate::TaskContext context) {
    const auto sums =
        example::from_all_threads([&](std::size_t part, std::size_t parts) { return sum(context, part, parts); });
    finish(context, std::accumulate(sums.begin(), sums.end(), 0.0));
  }

 private:
  // The length of an interval.
  static double interval(const legate::TaskContext& context) {
    return (node(context.input(1)) - node(context.input(0))) /
           static_cast<double>(context.scalar(0).value<std::uint64_t>());
  }

  // The weighed sum over part `part` of `parts` of the panel.
  static double sum(const legate::TaskContext& context, std::size_t part, std::size_t parts) {
    const auto intervals = context.scalar(0).value<std::uint64_t>();
    const double left = node(context.input(0));
    const double width = interval(context);
    double sum = 0.0;
    for (auto i = (intervals + 1) * part / parts; i < (intervals + 1) * (part + 1) / parts; ++i) {
      sum += (i == 0 || i == intervals ? 1.0 : i % 2 == 1 ? 4.0 : 2.0) / (left + static_cast<double>(i) * width);
    }
    return sum;
  }

  // Only here may it throw: no exception can leave a parallel region of OpenMP.
  static void finish(const legate::TaskContext& context, double sum) {
    if (!std::isfinite(sum)) {
      throw legate::TaskException{"1/x is not finite somewhere from x = " + std::to_string(node(context.input(0))) +
                                  " to " + std::to_string(node(context.input(1)))};
    }
    const double area = sum * interval(context) / 3.0;
    const legate::PhysicalStore panel = context.output(0);
    panel.write_accessor<double, 1>()[panel.shape<1>().lo] = area;
    const legate::PhysicalStore total = context.reduction(0);
    total.reduce_accessor<legate::SumReduction<double>, true, 1>().reduce(0, area);
  }

  /// The only element of a tile.
  static double node(const legate::PhysicalStore& tile) { return tile.read_accessor<double, 1>()[tile.shape<1>().lo]; }
};

/// The integral from `begin` to `end`; nothing if some panel has none.
std::optional<double> integrate(const legate::Library& library, double begin, double end, std::uint64_t panels,
                                std::uint64_t intervals) {
  auto* runtime = legate::Runtime::get_runtime();
  auto nodes = runtime->create_store(legate::Shape{panels + 1}, legate::float64());
  auto areas = runtime->create_store(legate::Shape{panels}, legate::float64());
  auto total = runtime->create_store(legate::Scalar{0.0});
  {
    const auto memory = nodes.get_physical_store();
    const auto x = memory.write_accessor<double, 1>();
    for (std::uint64_t i = 0; i <= panels; ++i) {
      x[static_cast<legate::coord_t>(i)] = begin + (end - begin) * static_cast<double>(i) / static_cast<double>(panels);
    }
  }

  // One instance per panel. Instance i gets tile i of the nodes, tile i + 1 of the same nodes, and tile i of the areas.
  const auto node = nodes.partition_by_tiling({1});
  auto task = runtime->create_task(library, Integrate::TASK_CONFIG.task_id(), {panels});
  task.add_input(node);
  task.add_input(node, legate::SymbolicPoint{legate::dimension(0) + 1});
  task.add_output(areas.partition_by_tiling({1}));
  task.add_reduction(total, legate::ReductionOpKind::ADD);
  task.add_scalar_arg(intervals);
  try {
    runtime->submit(std::move(task));  // waits, because the task may throw; see ExceptionMode for other ways
  } catch (const legate::TaskException& exception) {
    std::printf("quadrature: no integral from %g to %g: %s\n", begin, end, exception.what());
    return std::nullopt;
  }
  return total.get_physical_store().scalar<double>();
}

bool run(std::uint64_t panels, std::uint64_t intervals, bool check) {
  auto library = legate::Runtime::get_runtime()->create_library("quadrature");
  Integrate::register_variants(library);

  const auto start = example::seconds_when_idle();
  const auto area = integrate(library, 1.0, 2.0, panels, intervals);
  const auto seconds = example::seconds_when_idle() - start;
  std::printf("quadrature: integral of 1/x from 1 to 2, %llu panels: %.15g\n", static_cast<unsigned long long>(panels),
              area.value_or(std::nan("")));
  std::printf("  time: %.3f ms\n", seconds * 1e3);
  const bool refused = !integrate(library, -1.0, 1.0, panels, intervals).has_value();
  if (!check) return true;
  return example::verdict(std::abs(area.value_or(std::nan("")) - std::log(2.0)), 1e-12,
                          "deviation from the logarithm of 2") &&
         refused;
}

}  // namespace

int main(int argc, char** argv) {
  example::Options options{argc, argv,
                           "quadrature: the integral of 1/x by Simpson's rule, one task instance per panel"};
  const auto panels = options.number("--size", 64, "panels; with an even number, 0 is a node of the second integral");
  const auto intervals = options.number("--intervals", 20'000, "intervals of each panel; even");
  const bool check = options.flag("--check", "compare with the exact result; exit code 1 when wrong");
  options.done();
  if (panels == 0 || panels % 2 != 0 || intervals == 0 || intervals % 2 != 0) {
    example::give_up("--size and --intervals must be even numbers, at least 2");
  }

  legate::start();
  const bool correct = run(panels, intervals, check);
  const auto status = legate::finish();
  return correct ? status : 1;
}
