// SPDX-License-Identifier: Apache-2.0
// matmul: C = A B, with leaves that call BLAS. The three matrices have two of the three dimensions m, k, n each.
// Promoted to all three they can be aligned, and the whole iteration space m x k x n is split at once. Where k is
// split, several leaves add to the same piece of C: it is a reduction.
#include "common.h"

#include <legate/redop/redop.h>

#include <cblas.h>
#ifdef EXAMPLE_WITH_CLBLAST
#include <legate/opencl.h>

#include <clblast_c.h>
#endif
#ifdef EXAMPLE_WITH_CUDA
#include <legate/cuda.h>

#include <cublas_v2.h>
#endif

#include <algorithm>
#include <stdexcept>

// The leaves run side by side already, so BLAS need not start threads of its own. OpenBLAS offers this call; with
// another BLAS the symbol is null, and the environment says it (OMP_NUM_THREADS=1 or the like).
extern "C" void openblas_set_num_threads(int count) __attribute__((weak));

namespace {

/// Small whole numbers: their products and sums are exact in double precision, so the result must be exact as well.
double element(std::uint64_t seed, std::uint64_t row, std::uint64_t column) {
  return static_cast<double>(example::scramble(seed + (row << 24U) + column) % 17) - 8.0;
}

/// matrix[i, j] = a random whole number
struct Draw : public legate::LegateTask<Draw> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{0}};

  static void cpu_variant(legate::TaskContext context) { compute(context, 0, 1); }
  static void omp_variant(legate::TaskContext context) {
    example::on_all_threads([&](std::size_t part, std::size_t parts) { compute(context, part, parts); });
  }

 private:
  // Part `part` of `parts` of the rows.
  static void compute(const legate::TaskContext& context, std::size_t part, std::size_t parts) {
    const legate::PhysicalStore output = context.output(0);
    const auto seed = context.scalar(0).value<std::uint64_t>();
    const auto matrix = output.write_accessor<double, 2>();
    const auto rect = output.shape<2>();
    const auto rows = example::length(rect, 0);
    for (std::size_t row = rows * part / parts; row < rows * (part + 1) / parts; ++row) {
      const auto i = rect.lo[0] + static_cast<legate::coord_t>(row);
      for (auto j = rect.lo[1]; j <= rect.hi[1]; ++j) {
        matrix[{i, j}] = element(seed, static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(j));
      }
    }
  }
};

#ifdef EXAMPLE_WITH_CLBLAST
/// A matrix on an OpenCL device, as CLBlast wants it.
struct DeviceMatrix {
  /// `row_axis`: which of the three axes walks from row to row.
  DeviceMatrix(const legate::PhysicalStore& piece, std::size_t row_axis, std::size_t columns)
      : DeviceMatrix{legate::opencl::buffer(piece), row_axis, columns} {}

  cl_mem memory;
  std::size_t first;
  std::size_t rows_apart;

 private:
  DeviceMatrix(const legate::opencl::Buffer& buffer, std::size_t row_axis, std::size_t columns)
      : memory{buffer.memory},
        first{buffer.offset / sizeof(double)},
        rows_apart{std::max(buffer.strides[row_axis] / sizeof(double), columns)} {}
};
#endif

/// C += A B on one box of the iteration space
struct Multiply : public legate::LegateTask<Multiply> {
  static inline const auto TASK_CONFIG =
      legate::TaskConfig{legate::LocalTaskID{1}}.with_signature(legate::TaskSignature{}.inputs(2).redops(1).constraints(
          {{legate::align(legate::proxy::inputs[0], legate::proxy::inputs[1]),
            legate::align(legate::proxy::inputs[0], legate::proxy::reductions[0])}}));

  static void cpu_variant(legate::TaskContext context) { compute(context, 0, 1); }
  static void omp_variant(legate::TaskContext context) {
    example::on_all_threads([&](std::size_t part, std::size_t parts) { compute(context, part, parts); });
  }
#ifdef EXAMPLE_WITH_CUDA
  // Its work is in the stream of the task: the runtime need not wait for other streams.
  static constexpr auto GPU_VARIANT_OPTIONS = legate::VariantOptions{}.with_elide_device_ctx_sync(true);
  static void gpu_variant(legate::TaskContext context) {
    const auto rect = box(context);
    if (rect.empty()) return;
    const Matrices matrices{context, rect};
    const auto size = [&](int dimension) { return static_cast<int>(example::length(rect, dimension)); };
    // cuBLAS takes matrices by columns: what it sees is the transposed product, B' A'.
    const double one = 1.0;
    const auto status = cublasDgemm(legate::cuda::cublas(context), CUBLAS_OP_N, CUBLAS_OP_N,   //
                                    size(2), size(0), size(1), &one,                           //
                                    matrices.b, matrices.b_rows, matrices.a, matrices.a_rows,  //
                                    &one, matrices.c, matrices.c_rows);
    if (status != CUBLAS_STATUS_SUCCESS) {
      throw std::runtime_error{std::string{"cublasDgemm: "} + cublasGetStatusString(status)};
    }
  }
#endif
#ifdef EXAMPLE_WITH_CLBLAST
  static void opencl_variant(legate::TaskContext context) {
    const auto rect = box(context);
    if (rect.empty()) return;
    const auto m = example::length(rect, 0);
    const auto k = example::length(rect, 1);
    const auto n = example::length(rect, 2);
    const DeviceMatrix a{context.input(0), 0, k};
    const DeviceMatrix b{context.input(1), 1, n};
    const DeviceMatrix c{context.reduction(0), 0, n};
    cl_command_queue queue = legate::opencl::queue(context);
    const auto status = CLBlastDgemm(CLBlastLayoutRowMajor, CLBlastTransposeNo, CLBlastTransposeNo, m, n, k,  //
                                     1.0, a.memory, a.first, a.rows_apart, b.memory, b.first, b.rows_apart,   //
                                     1.0, c.memory, c.first, c.rows_apart, &queue, nullptr);
    if (status != CLBlastSuccess) throw std::runtime_error{"CLBlastDgemm: status " + std::to_string(status)};
  }
#endif

 private:
  // The box of this leaf. A matrix has no say about the dimension it was promoted along, so ask all three.
  static legate::Rect<3> box(const legate::TaskContext& context) {
    return context.input(0)
        .shape<3>()
        .intersection(context.input(1).shape<3>())
        .intersection(context.reduction(0).shape<3>());
  }

  // A piece is a window into a larger matrix. The strides, in elements, say how far apart its rows are; along the
  // promoted dimension a matrix does not move at all, its stride there is 0.
  struct Matrices {
    Matrices(const legate::TaskContext& context, const legate::Rect<3>& rect) {
      const legate::PhysicalStore a_piece = context.input(0);
      const legate::PhysicalStore b_piece = context.input(1);
      const legate::PhysicalStore c_piece = context.reduction(0);
      std::size_t a_stride[3], b_stride[3], c_stride[3];
      a = a_piece.read_accessor<double, 3>().ptr(rect, a_stride);
      b = b_piece.read_accessor<double, 3>().ptr(rect, b_stride);
      c = c_piece.reduce_accessor<legate::SumReduction<double>, true, 3>().ptr(rect, c_stride);
      // A matrix of a single row may come with any row stride; BLAS insists on one that is at least the width.
      const auto n = static_cast<int>(example::length(rect, 2));
      a_rows = std::max(static_cast<int>(a_stride[0]), static_cast<int>(example::length(rect, 1)));
      b_rows = std::max(static_cast<int>(b_stride[1]), n);
      c_rows = std::max(static_cast<int>(c_stride[0]), n);
    }

    const double* a;
    const double* b;
    double* c;
    int a_rows, b_rows, c_rows;
  };

  // Part `part` of `parts` of the rows of C.
  static void compute(const legate::TaskContext& context, std::size_t part, std::size_t parts) {
    const auto rect = box(context);
    if (rect.empty()) return;
    const Matrices matrices{context, rect};
    const auto rows = example::length(rect, 0);
    const auto first = rows * part / parts;
    const auto m = static_cast<int>(rows * (part + 1) / parts - first);
    const auto k = static_cast<int>(example::length(rect, 1));
    const auto n = static_cast<int>(example::length(rect, 2));
    const double* a = matrices.a + first * static_cast<std::size_t>(matrices.a_rows);
    double* c = matrices.c + first * static_cast<std::size_t>(matrices.c_rows);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1.0, a, matrices.a_rows, matrices.b,
                matrices.b_rows, 1.0, c, matrices.c_rows);
  }
};

bool run(std::uint64_t m, std::uint64_t k, std::uint64_t n, std::uint64_t iterations, bool check) {
  auto* runtime = legate::Runtime::get_runtime();
  auto library = runtime->create_library("matmul");
  Draw::register_variants(library);
  Multiply::register_variants(library);

  const std::uint64_t a_seed = 0;
  const std::uint64_t b_seed = std::uint64_t{1} << 60U;
  const auto random_matrix = [&](std::uint64_t rows, std::uint64_t columns, std::uint64_t seed) {
    auto matrix = runtime->create_store(legate::Shape{rows, columns}, legate::float64());
    auto draw = runtime->create_task(library, Draw::TASK_CONFIG.task_id());
    draw.add_output(matrix);
    draw.add_scalar_arg(seed);
    runtime->submit(std::move(draw));
    return matrix;
  };
  const auto a = random_matrix(m, k, a_seed);
  const auto b = random_matrix(k, n, b_seed);
  const auto c = runtime->create_store(legate::Shape{m, n}, legate::float64());

  // Views of shape (m, k, n). No data move: every index of the added dimension names the same elements.
  const auto a_mkn = a.promote(2, n);
  const auto b_mkn = b.promote(0, m);
  const auto c_mkn = c.promote(1, k);

  const auto multiply = [&] {
    runtime->issue_fill(c, legate::Scalar{0.0});
    auto task = runtime->create_task(library, Multiply::TASK_CONFIG.task_id());
    task.add_input(a_mkn);
    task.add_input(b_mkn);
    task.add_reduction(c_mkn, legate::ReductionOpKind::ADD);
    runtime->submit(std::move(task));
  };
  multiply();  // once without the clock: memory is touched for the first time

  const auto start = example::seconds_when_idle();
  for (std::uint64_t i = 0; i < iterations; ++i) multiply();
  const auto seconds = (example::seconds_when_idle() - start) / static_cast<double>(iterations);

  const auto result = c.get_physical_store();
  const auto values = result.read_accessor<double, 2>();
  const auto at = [&](std::uint64_t i, std::uint64_t j) {
    return values[{static_cast<legate::coord_t>(i), static_cast<legate::coord_t>(j)}];
  };
  double checksum = 0.0;
  for (std::uint64_t i = 0; i < m; ++i) {
    for (std::uint64_t j = 0; j < n; ++j) checksum += at(i, j);
  }
  std::printf("matmul: (%llu x %llu) times (%llu x %llu): sum of the elements %.17g\n",
              static_cast<unsigned long long>(m), static_cast<unsigned long long>(k),
              static_cast<unsigned long long>(k), static_cast<unsigned long long>(n), checksum);
  std::printf("  time: %.3f ms per iteration, %.2f GFlop/s\n", seconds * 1e3,
              2e-9 * static_cast<double>(m) * static_cast<double>(k) * static_cast<double>(n) / seconds);
  if (!check) return true;

  // The plain three loops, without BLAS.
  std::vector<double> b_rows(k * n);
  for (std::uint64_t p = 0; p < k; ++p) {
    for (std::uint64_t j = 0; j < n; ++j) b_rows[p * n + j] = element(b_seed, p, j);
  }
  double error = 0.0;
  std::vector<double> row(n);
  for (std::uint64_t i = 0; i < m; ++i) {
    std::fill(row.begin(), row.end(), 0.0);
    for (std::uint64_t p = 0; p < k; ++p) {
      const auto factor = element(a_seed, i, p);
      for (std::uint64_t j = 0; j < n; ++j) row[j] += factor * b_rows[p * n + j];
    }
    for (std::uint64_t j = 0; j < n; ++j) error = example::worse(error, std::abs(at(i, j) - row[j]));
  }
  return example::verdict(error, 0.0);
}

}  // namespace

int main(int argc, char** argv) {
  example::Options options{argc, argv, "matmul: C = A B in double precision, A of m x k and B of k x n elements"};
  const auto size = options.number("--size", 1000, "m and n, and k too unless it is given");
  const auto inner = options.number("--inner", 0, "k; much larger than m and n, it is k that is split (0: as --size)");
  const auto iterations = options.number("--iterations", 5, "how often the measured computation runs");
  const bool check = options.flag("--check", "compare with a serial computation; exit code 1 when wrong");
  options.done();
  const auto k = inner == 0 ? size : inner;
  if (size > 1'000'000 || k >= (1U << 24U)) example::give_up("this size does not fit into any memory");
  if (openblas_set_num_threads != nullptr) openblas_set_num_threads(1);

  legate::start();
  const bool correct = run(size, k, size, iterations, check);
  const auto status = legate::finish();
  return correct ? status : 1;
}
