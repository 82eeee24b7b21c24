// SPDX-License-Identifier: Apache-2.0
// stencil: the heat equation on a square plate whose upper edge is hot. Every step makes a point the mean of itself and
// its four neighbours, suitably weighed.
//
// The points with their fixed border are one store. Five slices of it, each shifted by one point, have the same shape
// as the interior; aligned, they hand every leaf its part of the interior together with the neighbours. Nothing else is
// said about who needs what from whom: a step of one part starts when the parts next to it are ready, there is no
// barrier.
#include "common.h"

#ifdef EXAMPLE_WITH_CUDA
#include "stencil_gpu.h"
#endif

#ifdef EXAMPLE_WITH_OPENCL
#include <legate/opencl.h>

#include <CL/cl.h>
#endif

#include <algorithm>
#include <array>

namespace {

constexpr double HOT = 100.0;
constexpr double CONDUCTION = 0.2;  // time step x diffusivity / (grid spacing)^2; stable up to 0.25

/// next = here + CONDUCTION (north + south + west + east - 4 here)
struct Step : public legate::LegateTask<Step> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{0}}.with_signature(
      legate::TaskSignature{}.inputs(5).outputs(1).constraints(
          {{legate::align(legate::proxy::inputs),
            legate::align(legate::proxy::outputs[0], legate::proxy::inputs[0])}}));

  static void cpu_variant(legate::TaskContext context) { compute(context, 0, 1); }
  static void omp_variant(legate::TaskContext context) {
    example::on_all_threads([&](std::size_t part, std::size_t parts) { compute(context, part, parts); });
  }
#ifdef EXAMPLE_WITH_CUDA
  // Its work is in the stream of the task: the runtime need not wait for other streams.
  static constexpr auto GPU_VARIANT_OPTIONS = legate::VariantOptions{}.with_elide_device_ctx_sync(true);
  static void gpu_variant(legate::TaskContext context) { example::step_on_gpu(context, CONDUCTION); }
#endif
#ifdef EXAMPLE_WITH_OPENCL
  static void opencl_variant(legate::TaskContext context) {
    const auto rect = context.output(0).shape<2>();
    if (rect.empty()) return;
    cl_kernel kernel = legate::opencl::kernel(context, OPENCL_SOURCE, "diffuse");
    cl_uint argument = 0;
    const auto pass = [&](const auto& value) { clSetKernelArg(kernel, argument++, sizeof value, &value); };
    const auto pass_store = [&](const legate::PhysicalStore& store) {
      const auto buffer = legate::opencl::buffer(store);
      pass(buffer.memory);
      pass(static_cast<cl_ulong>(buffer.offset / sizeof(double)));
      pass(static_cast<cl_ulong>(buffer.strides[0] / sizeof(double)));
    };
    pass(CONDUCTION);
    for (std::uint32_t i = 0; i < 5; ++i) pass_store(context.input(i));
    pass_store(context.output(0));
    const std::size_t points[2] = {example::length(rect, 1), example::length(rect, 0)};
    clEnqueueNDRangeKernel(legate::opencl::queue(context), kernel, 2, nullptr, points, nullptr, 0, nullptr, nullptr);
  }

  static constexpr const char* OPENCL_SOURCE = R"(
    kernel void diffuse(double conduction,
                        global const double* here,  ulong here_first,  ulong here_row,
                        global const double* north, ulong north_first, ulong north_row,
                        global const double* south, ulong south_first, ulong south_row,
                        global const double* west,  ulong west_first,  ulong west_row,
                        global const double* east,  ulong east_first,  ulong east_row,
                        global double* next,        ulong next_first,  ulong next_row) {
      const size_t i = get_global_id(1);
      const size_t j = get_global_id(0);
      const double center = here[here_first + i * here_row + j];
      const double around = north[north_first + i * north_row + j] + south[south_first + i * south_row + j] +
                            west[west_first + i * west_row + j] + east[east_first + i * east_row + j];
      next[next_first + i * next_row + j] = center + conduction * (around - 4.0 * center);
    })";
#endif

 private:
  // Part `part` of `parts` of the rows.
  static void compute(const legate::TaskContext& context, std::size_t part, std::size_t parts) {
    const legate::PhysicalStore output = context.output(0);
    const auto rect = output.shape<2>();
    if (rect.empty()) return;
    // Aligned slices: the same coordinates in each, so that all five inputs are walked alike.
    std::size_t stride[6][2];  // in elements; the pieces are windows into larger arrays
    const double* source[5];
    for (std::uint32_t i = 0; i < 5; ++i) {
      const legate::PhysicalStore input = context.input(i);
      source[i] = input.read_accessor<double, 2>().ptr(rect, stride[i]);
    }
    double* target = output.write_accessor<double, 2>().ptr(rect, stride[5]);

    const auto columns = example::length(rect, 1);
    const auto rows = example::length(rect, 0);
    for (std::size_t i = rows * part / parts; i < rows * (part + 1) / parts; ++i) {
      const double* here = source[0] + i * stride[0][0];
      const double* north = source[1] + i * stride[1][0];
      const double* south = source[2] + i * stride[2][0];
      const double* west = source[3] + i * stride[3][0];
      const double* east = source[4] + i * stride[4][0];
      double* __restrict next = target + i * stride[5][0];  // the sources are of the other store
      for (std::size_t j = 0; j < columns; ++j) {
        next[j] = here[j] + CONDUCTION * (north[j] + south[j] + west[j] + east[j] - 4.0 * here[j]);
      }
    }
  }
};

/// The points of one time step, and the slices of them that the task takes.
struct Plate {
  explicit Plate(std::uint64_t size)
      : points{legate::Runtime::get_runtime()->create_store(legate::Shape{size + 2, size + 2}, legate::float64())},
        here{interior(0, 0)},
        neighbours{interior(-1, 0), interior(1, 0), interior(0, -1), interior(0, 1)} {}

  void heat_upper_edge() const {
    auto* runtime = legate::Runtime::get_runtime();
    runtime->issue_fill(points, legate::Scalar{0.0});
    runtime->issue_fill(points.slice(0, legate::Slice{0, 1}), legate::Scalar{HOT});
  }

  /// The interior, moved by the given number of points.
  legate::LogicalStore interior(std::int64_t rows, std::int64_t columns) const {
    const auto last = static_cast<std::int64_t>(points.extents()[0]) - 1;
    return points.slice(0, legate::Slice{1 + rows, last + rows}).slice(1, legate::Slice{1 + columns, last + columns});
  }

  legate::LogicalStore points;
  legate::LogicalStore here;
  std::array<legate::LogicalStore, 4> neighbours;  // to the north, south, west, east
};

/// The same steps in plain C++; returns the interior.
std::vector<double> serial(std::uint64_t size, std::uint64_t iterations) {
  const auto width = size + 2;
  std::vector<double> now(width * width, 0.0);
  std::fill(now.begin(), now.begin() + static_cast<std::ptrdiff_t>(width), HOT);
  auto next = now;
  for (std::uint64_t step = 0; step < iterations; ++step) {
    for (std::uint64_t i = 1; i <= size; ++i) {
      for (std::uint64_t j = 1; j <= size; ++j) {
        const auto p = i * width + j;
        next[p] = now[p] + CONDUCTION * (now[p - width] + now[p + width] + now[p - 1] + now[p + 1] - 4.0 * now[p]);
      }
    }
    std::swap(now, next);
  }
  std::vector<double> interior;
  for (std::uint64_t i = 1; i <= size; ++i) {
    for (std::uint64_t j = 1; j <= size; ++j) interior.push_back(now[i * width + j]);
  }
  return interior;
}

bool run(std::uint64_t size, std::uint64_t iterations, bool check) {
  auto* runtime = legate::Runtime::get_runtime();
  auto library = runtime->create_library("stencil");
  Step::register_variants(library);

  std::array<Plate, 2> plates{Plate{size}, Plate{size}};  // one to read, one to write; they swap roles every step

  const auto advance = [&](std::uint64_t steps) {
    for (const auto& plate : plates) plate.heat_upper_edge();
    const auto start = example::seconds_when_idle();
    for (std::uint64_t step = 0; step < steps; ++step) {
      const auto& now = plates[step % 2];
      auto task = runtime->create_task(library, Step::TASK_CONFIG.task_id());
      task.add_input(now.here);
      for (const auto& neighbour : now.neighbours) task.add_input(neighbour);
      task.add_output(plates[(step + 1) % 2].here);
      runtime->submit(std::move(task));
    }
    return example::seconds_when_idle() - start;
  };
  advance(2);  // once without the clock: memory is touched for the first time
  const auto seconds = advance(iterations) / static_cast<double>(iterations);

  const auto result = plates[iterations % 2].here.get_physical_store();
  const auto values = result.read_accessor<double, 2>();
  double heat = 0.0;
  for (std::uint64_t i = 0; i < size; ++i) {
    for (std::uint64_t j = 0; j < size; ++j) heat += values[legate::Point<2>{i, j}];
  }
  std::printf("stencil: %llu x %llu points, %llu steps: sum of the temperatures %.12g\n",
              static_cast<unsigned long long>(size), static_cast<unsigned long long>(size),
              static_cast<unsigned long long>(iterations), heat);
  std::printf("  time: %.3f ms per iteration, %.0f million points/s\n", seconds * 1e3,
              static_cast<double>(size * size) / seconds * 1e-6);
  if (!check) return true;

  const auto expected = serial(size, iterations);
  double error = 0.0;
  for (std::uint64_t i = 0; i < size; ++i) {
    for (std::uint64_t j = 0; j < size; ++j) {
      error = example::worse(error, std::abs(values[legate::Point<2>{i, j}] - expected[i * size + j]));
    }
  }
  return example::verdict(error, 1e-10 * HOT);
}

}  // namespace

int main(int argc, char** argv) {
  example::Options options{argc, argv, "stencil: heat equation on a square plate, five-point stencil"};
  const auto size = options.number("--size", 1000, "points of the interior along each side");
  const auto iterations = options.number("--iterations", 100, "number of time steps");
  const bool check = options.flag("--check", "compare with a serial computation; exit code 1 when wrong");
  options.done();
  if (size == 0 || iterations == 0) example::give_up("--size and --iterations must be at least 1");

  legate::start();
  const bool correct = run(size, iterations, check);
  const auto status = legate::finish();
  return correct ? status : 1;
}
