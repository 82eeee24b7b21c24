// SPDX-License-Identifier: Apache-2.0
// transpose: a matrix is transposed back and forth, and both matrices are kept in blocks of rows. A leaf writes a block
// of rows and reads a block of columns: on several processes everybody needs a piece from everybody else, and nothing
// in the program says so. (An automatic task would keep one of the two in columns, and move nothing.)
#include "common.h"

#include <algorithm>
#include <array>

namespace {

/// out[i, j] = in[i, j] + 1, where `in` is a transposed view
struct Step : public legate::LegateTask<Step> {
  static inline const auto TASK_CONFIG =
      legate::TaskConfig{legate::LocalTaskID{0}}.with_signature(legate::TaskSignature{}.inputs(1).outputs(1));

  static void cpu_variant(legate::TaskContext context) { compute(context, 0, 1); }
  static void omp_variant(legate::TaskContext context) {
    example::on_all_threads([&](std::size_t part, std::size_t parts) { compute(context, part, parts); });
  }

 private:
  // Part `part` of `parts` of the rows.
  static void compute(const legate::TaskContext& context, std::size_t part, std::size_t parts) {
    const legate::PhysicalStore input = context.input(0);
    const legate::PhysicalStore output = context.output(0);
    const auto rect = output.shape<2>();
    if (rect.empty()) return;
    std::size_t from_stride[2];
    std::size_t to_stride[2];
    const double* from = input.read_accessor<double, 2>().ptr(rect, from_stride);
    double* to = output.write_accessor<double, 2>().ptr(rect, to_stride);
    const auto end = example::length(rect, 0) * (part + 1) / parts;
    const auto columns = example::length(rect, 1);
    constexpr std::size_t BLOCK = 32;  // both sides of a block fit the first cache
    for (std::size_t i0 = example::length(rect, 0) * part / parts; i0 < end; i0 += BLOCK) {
      for (std::size_t j0 = 0; j0 < columns; j0 += BLOCK) {
        for (std::size_t i = i0; i < std::min(i0 + BLOCK, end); ++i) {
          for (std::size_t j = j0; j < std::min(j0 + BLOCK, columns); ++j) {
            to[i * to_stride[0] + j * to_stride[1]] = from[i * from_stride[0] + j * from_stride[1]] + 1.0;
          }
        }
      }
    }
  }
};

/// x[i, j] = a number of its own for every place
struct Fill : public legate::LegateTask<Fill> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{1}};

  static double value(std::uint64_t row, std::uint64_t column) {
    return static_cast<double>(example::scramble(row * 0x10001 + column) % 1000);
  }

  static void cpu_variant(legate::TaskContext context) { compute(context, 0, 1); }
  static void omp_variant(legate::TaskContext context) {
    example::on_all_threads([&](std::size_t part, std::size_t parts) { compute(context, part, parts); });
  }

 private:
  // Part `part` of `parts` of the rows.
  static void compute(const legate::TaskContext& context, std::size_t part, std::size_t parts) {
    const legate::PhysicalStore output = context.output(0);
    const auto rect = output.shape<2>();
    const auto x = output.write_accessor<double, 2>();
    const auto rows = example::length(rect, 0);
    for (std::size_t row = rows * part / parts; row < rows * (part + 1) / parts; ++row) {
      const auto i = rect.lo[0] + static_cast<legate::coord_t>(row);
      for (auto j = rect.lo[1]; j <= rect.hi[1]; ++j) {
        x[{i, j}] = value(static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(j));
      }
    }
  }
};

bool run(std::uint64_t rows, std::uint64_t columns, std::uint64_t iterations, bool check) {
  auto* runtime = legate::Runtime::get_runtime();
  auto library = runtime->create_library("transpose");
  Step::register_variants(library);
  Fill::register_variants(library);

  auto wide = runtime->create_store(legate::Shape{rows, columns}, legate::float64());
  auto tall = runtime->create_store(legate::Shape{columns, rows}, legate::float64());
  auto fill = runtime->create_task(library, Fill::TASK_CONFIG.task_id());
  fill.add_output(wide);
  runtime->submit(std::move(fill));

  // One block of rows for every processor of all processes, as far as there are rows.
  const std::uint64_t processors = legate::get_machine().count();
  const auto step = [&](const legate::LogicalStore& from, const legate::LogicalStore& to) {
    const auto extents = to.extents();
    const std::array<std::uint64_t, 2> block{(extents[0] + processors - 1) / processors, extents[1]};
    const auto output = to.partition_by_tiling(block);
    auto task = runtime->create_task(library, Step::TASK_CONFIG.task_id(), output.color_shape());
    task.add_input(from.transpose({1, 0}).partition_by_tiling(block));
    task.add_output(output);
    runtime->submit(std::move(task));
  };
  const auto start = example::seconds_when_idle();
  for (std::uint64_t i = 0; i < iterations; ++i) {
    step(wide, tall);
    step(tall, wide);
  }
  const auto seconds = (example::seconds_when_idle() - start) / static_cast<double>(2 * iterations);

  const auto result = wide.get_physical_store();
  const auto values = result.read_accessor<double, 2>();
  double sum = 0.0;
  double error = 0.0;
  for (std::uint64_t i = 0; i < rows; ++i) {
    for (std::uint64_t j = 0; j < columns; ++j) {
      const double value = values[legate::Point<2>{i, j}];
      sum += value;
      error = example::worse(error, std::abs(value - Fill::value(i, j) - static_cast<double>(2 * iterations)));
    }
  }
  std::printf("transpose: %llu x %llu, %llu times there and back: sum of the elements %.15g\n",
              static_cast<unsigned long long>(rows), static_cast<unsigned long long>(columns),
              static_cast<unsigned long long>(iterations), sum);
  std::printf("  time: %.3f ms each, %.2f GB/s\n", seconds * 1e3,
              static_cast<double>(2 * sizeof(double) * rows * columns) / seconds * 1e-9);
  return !check || example::verdict(error, 0.0);
}

}  // namespace

int main(int argc, char** argv) {
  example::Options options{argc, argv, "transpose: a matrix of double precision, there and back"};
  const auto rows = options.number("--size", 1000, "rows");
  const auto columns = options.number("--columns", 1500, "columns");
  const auto iterations = options.number("--iterations", 10, "how often it goes there and back");
  const bool check = options.flag("--check", "compare with what must be there; exit code 1 when wrong");
  options.done();
  if (rows == 0 || columns == 0 || iterations == 0) example::give_up("all numbers must be at least 1");

  legate::start();
  const bool correct = run(rows, columns, iterations, check);
  const auto status = legate::finish();
  return correct ? status : 1;
}
