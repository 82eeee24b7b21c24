// SPDX-License-Identifier: Apache-2.0
// cg: solves A x = b by conjugate gradients, for a sparse, symmetric, positive definite matrix A. The matrix is kept by
// rows (CSR) in four stores. Dot products are reductions into stores of one scalar; what the scalars decide is computed
// in the tasks that use it, so the control program submits iteration after iteration without ever waiting for a number.
#include "matrix_market.h"

#include <legate/redop/redop.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace {

constexpr double TOLERANCE = 1e-10;       // of the residual, relative to the right-hand side
constexpr std::uint64_t LOOK_EVERY = 25;  // iterations between looks at the residual, each of which waits

using Sum = legate::SumReduction<double>;

void add_to(const legate::PhysicalStore& scalar, double value) {
  scalar.reduce_accessor<Sum, true, 1>().reduce(0, value);
}

template <typename Body>
double sum_of_all_threads(const Body& body) {
  const auto values = example::from_all_threads(body);
  return std::accumulate(values.begin(), values.end(), 0.0);
}

/// q = A p; pq += p . q
struct Multiply : public legate::LegateTask<Multiply> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{0}};

  static void cpu_variant(legate::TaskContext context) { add_to(context.reduction(0), compute(context, 0, 1)); }
  static void omp_variant(legate::TaskContext context) {
    add_to(context.reduction(0),
           sum_of_all_threads([&](std::size_t part, std::size_t parts) { return compute(context, part, parts); }));
  }

 private:
  // Part `part` of `parts` of the rows; returns its share of p . q.
  static double compute(const legate::TaskContext& context, std::size_t part, std::size_t parts) {
    const legate::PhysicalStore row_begin = context.input(0);
    const legate::PhysicalStore row_end = context.input(1);
    const legate::PhysicalStore all_columns = context.input(2);
    const legate::PhysicalStore all_values = context.input(3);
    const legate::PhysicalStore all_p = context.input(4);
    const legate::PhysicalStore output = context.output(0);
    const auto rect = output.shape<1>();  // the rows of this leaf
    if (rect.empty()) return 0.0;

    const auto* begin = row_begin.read_accessor<std::int64_t, 1>().ptr(rect);
    const auto* end = row_end.read_accessor<std::int64_t, 1>().ptr(rect);
    const auto* column = all_columns.read_accessor<std::int32_t, 1>().ptr(all_columns.shape<1>());
    const auto* value = all_values.read_accessor<double, 1>().ptr(all_values.shape<1>());
    const auto* p = all_p.read_accessor<double, 1>().ptr(all_p.shape<1>());
    auto* q = output.write_accessor<double, 1>().ptr(rect);

    double dot = 0.0;
    const auto rows = example::length(rect, 0);
    for (std::size_t i = rows * part / parts; i < rows * (part + 1) / parts; ++i) {
      double sum = 0.0;
      for (auto k = begin[i]; k < end[i]; ++k) sum += value[k] * p[column[k]];
      q[i] = sum;
      dot += p[static_cast<std::size_t>(rect.lo[0]) + i] * sum;
    }
    return dot;
  }
};

/// x += alpha p; r -= alpha q; new_rr += r . r, where alpha = rr / pq
struct Improve : public legate::LegateTask<Improve> {
  static inline const auto TASK_CONFIG =
      legate::TaskConfig{legate::LocalTaskID{1}}.with_signature(legate::TaskSignature{}.inputs(6).outputs(2).redops(1));

  static void cpu_variant(legate::TaskContext context) { add_to(context.reduction(0), compute(context, 0, 1)); }
  static void omp_variant(legate::TaskContext context) {
    add_to(context.reduction(0),
           sum_of_all_threads([&](std::size_t part, std::size_t parts) { return compute(context, part, parts); }));
  }

 private:
  // Part `part` of `parts` of this leaf's piece; returns its share of r . r.
  static double compute(const legate::TaskContext& context, std::size_t part, std::size_t parts) {
    const std::array<legate::PhysicalStore, 2> directions{context.input(0), context.input(1)};
    const std::array<legate::PhysicalStore, 2> vectors{context.output(0), context.output(1)};
    const legate::PhysicalStore rr = context.input(2);
    const legate::PhysicalStore pq = context.input(3);
    const auto rect = vectors[0].shape<1>();
    if (rect.empty()) return 0.0;
    const auto alpha = rr.scalar<double>() / pq.scalar<double>();
    const double* p = directions[0].read_accessor<double, 1>().ptr(rect);
    const double* q = directions[1].read_accessor<double, 1>().ptr(rect);
    double* __restrict x = vectors[0].read_write_accessor<double, 1>().ptr(rect);
    double* __restrict r = vectors[1].read_write_accessor<double, 1>().ptr(rect);

    double dot = 0.0;
    const auto count = example::length(rect, 0);
    for (std::size_t i = count * part / parts; i < count * (part + 1) / parts; ++i) {
      x[i] += alpha * p[i];
      r[i] -= alpha * q[i];
      dot += r[i] * r[i];
    }
    return dot;
  }
};

/// p = r + beta p, where beta = new_rr / rr
struct Turn : public legate::LegateTask<Turn> {
  static inline const auto TASK_CONFIG =
      legate::TaskConfig{legate::LocalTaskID{2}}.with_signature(legate::TaskSignature{}.inputs(4).outputs(1));

  static void cpu_variant(legate::TaskContext context) { compute(context, 0, 1); }
  static void omp_variant(legate::TaskContext context) {
    example::on_all_threads([&](std::size_t part, std::size_t parts) { compute(context, part, parts); });
  }

 private:
  // Part `part` of `parts` of this leaf's piece.
  static void compute(const legate::TaskContext& context, std::size_t part, std::size_t parts) {
    const legate::PhysicalStore residual = context.input(0);
    const legate::PhysicalStore new_rr = context.input(1);
    const legate::PhysicalStore rr = context.input(2);
    const legate::PhysicalStore direction = context.output(0);
    const auto rect = direction.shape<1>();
    if (rect.empty()) return;
    const auto beta = new_rr.scalar<double>() / rr.scalar<double>();
    const double* r = residual.read_accessor<double, 1>().ptr(rect);
    double* __restrict p = direction.read_write_accessor<double, 1>().ptr(rect);
    const auto count = example::length(rect, 0);
    for (std::size_t i = count * part / parts; i < count * (part + 1) / parts; ++i) p[i] = r[i] + beta * p[i];
  }
};

legate::LogicalStore scalar(double value) {
  return legate::Runtime::get_runtime()->create_store(legate::Scalar{value});
}

/// The matrix by rows: the elements of row i are those from number `row_begin[i]` up to, not including, `row_end[i]`.
struct Rows {
  explicit Rows(const example::SparseMatrix& matrix)
      : offsets{legate::Runtime::get_runtime()->create_store(legate::Shape{matrix.size + 1}, legate::int64())},
        columns{legate::Runtime::get_runtime()->create_store(legate::Shape{matrix.entries.size()}, legate::int32())},
        values{legate::Runtime::get_runtime()->create_store(legate::Shape{matrix.entries.size()}, legate::float64())},
        row_begin{offsets.slice(0, legate::Slice{0, -1})},
        row_end{offsets.slice(0, legate::Slice{1, legate::Slice::OPEN})} {
    auto entries = matrix.entries;
    std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.row < b.row; });
    const auto offset = offsets.get_physical_store().write_accessor<std::int64_t, 1>();
    const auto column = columns.get_physical_store().write_accessor<std::int32_t, 1>();
    const auto value = values.get_physical_store().write_accessor<double, 1>();
    std::size_t k = 0;
    for (std::uint64_t row = 0; row <= matrix.size; ++row) {
      offset[static_cast<legate::coord_t>(row)] = static_cast<std::int64_t>(k);
      for (; k < entries.size() && entries[k].row == row; ++k) {
        column[static_cast<legate::coord_t>(k)] = static_cast<std::int32_t>(entries[k].column);
        value[static_cast<legate::coord_t>(k)] = entries[k].value;
      }
    }
  }

  legate::LogicalStore offsets, columns, values;
  legate::LogicalStore row_begin, row_end;  // two views of the offsets, one element apart
};

/// The iteration; its vectors are stores.
class Solver {
 public:
  Solver(const legate::Library& library, const example::SparseMatrix& matrix)
      : library_{library},
        rows_{matrix},
        x_{vector(matrix.size)},
        r_{vector(matrix.size)},
        p_{vector(matrix.size)},
        q_{vector(matrix.size)} {}

  /// Starts at x = 0 with a right-hand side of ones: the residual is the right-hand side, its square the size.
  void start() {
    auto* runtime = legate::Runtime::get_runtime();
    runtime->issue_fill(x_, legate::Scalar{0.0});
    runtime->issue_fill(r_, legate::Scalar{1.0});
    runtime->issue_fill(p_, legate::Scalar{1.0});
    rr_ = scalar(static_cast<double>(x_.volume()));
  }

  void iterate() {
    const auto pq = scalar(0.0);
    multiply(pq);
    const auto new_rr = scalar(0.0);
    improve(pq, new_rr);
    turn(new_rr);
    rr_ = new_rr;
  }

  legate::LogicalStore solution() const { return x_; }

  /// The square of the residual. Waits for the iterations submitted so far.
  double residual_squared() const { return rr_.get_physical_store().scalar<double>(); }

 private:
  static legate::LogicalStore vector(std::uint64_t size) {
    return legate::Runtime::get_runtime()->create_store(legate::Shape{size}, legate::float64());
  }

  void multiply(const legate::LogicalStore& pq) {
    auto* runtime = legate::Runtime::get_runtime();
    auto task = runtime->create_task(library_, Multiply::TASK_CONFIG.task_id());
    const auto begin = task.add_input(rows_.row_begin);
    const auto end = task.add_input(rows_.row_end);
    const auto columns = task.add_input(rows_.columns);
    const auto values = task.add_input(rows_.values);
    const auto p = task.add_input(p_);
    const auto q = task.add_output(q_);
    task.add_reduction(pq, legate::ReductionOpKind::ADD);
    task.add_constraint(legate::align(q, begin));
    task.add_constraint(legate::align(q, end));
    // Which elements of these three a leaf needs is known only from the matrix itself: let it see all of them.
    for (const auto& whole : {columns, values, p}) task.add_constraint(legate::broadcast(whole));
    runtime->submit(std::move(task));
  }

  void improve(const legate::LogicalStore& pq, const legate::LogicalStore& new_rr) {
    auto* runtime = legate::Runtime::get_runtime();
    auto task = runtime->create_task(library_, Improve::TASK_CONFIG.task_id());
    const auto p = task.add_input(p_);
    const auto q = task.add_input(q_);
    task.add_input(rr_);
    task.add_input(pq);
    const auto solution = task.add_input(x_);  // input and output: updated in place
    const auto residual = task.add_input(r_);
    task.add_output(x_);
    task.add_output(r_);
    task.add_reduction(new_rr, legate::ReductionOpKind::ADD);
    for (const auto& other : {q, solution, residual}) task.add_constraint(legate::align(p, other));
    runtime->submit(std::move(task));
  }

  void turn(const legate::LogicalStore& new_rr) {
    auto* runtime = legate::Runtime::get_runtime();
    auto task = runtime->create_task(library_, Turn::TASK_CONFIG.task_id());
    const auto residual = task.add_input(r_);
    task.add_input(new_rr);
    task.add_input(rr_);
    const auto direction = task.add_input(p_);
    task.add_output(p_);
    task.add_constraint(legate::align(residual, direction));
    runtime->submit(std::move(task));
  }

  legate::Library library_;
  Rows rows_;
  legate::LogicalStore x_, r_, p_, q_;
  legate::LogicalStore rr_{scalar(0.0)};
};

bool run(const example::SparseMatrix& matrix, std::uint64_t most_iterations, bool check) {
  auto* runtime = legate::Runtime::get_runtime();
  auto library = runtime->create_library("cg");
  Multiply::register_variants(library);
  Improve::register_variants(library);
  Turn::register_variants(library);

  Solver solver{library, matrix};
  solver.start();
  solver.iterate();  // once without the clock: memory is touched for the first time

  solver.start();
  const auto start = example::seconds_when_idle();
  const auto enough = TOLERANCE * TOLERANCE * static_cast<double>(matrix.size);
  std::uint64_t iterations = 0;
  bool converged = false;
  while (!converged && iterations < most_iterations) {
    const auto until = std::min(iterations + LOOK_EVERY, most_iterations);
    for (; iterations < until; ++iterations) solver.iterate();
    converged = solver.residual_squared() <= enough;
  }
  const auto seconds = example::seconds_when_idle() - start;

  const auto solution = solver.solution().get_physical_store();
  const auto x = solution.read_accessor<double, 1>();
  double largest = 0.0;
  double checksum = 0.0;
  for (std::uint64_t i = 0; i < matrix.size; ++i) {
    const auto value = x[static_cast<legate::coord_t>(i)];
    largest = std::max(largest, std::abs(value));
    checksum += value;
  }
  std::printf("cg: %llu unknowns, %llu elements: %s after %llu iterations; largest value %.9g, sum %.9g\n",
              static_cast<unsigned long long>(matrix.size), static_cast<unsigned long long>(matrix.entries.size()),
              converged ? "solved" : "NOT solved", static_cast<unsigned long long>(iterations), largest, checksum);
  std::printf("  time: %.3f ms per iteration, %.1f ms in all\n", seconds * 1e3 / static_cast<double>(iterations),
              seconds * 1e3);
  if (!check) return true;

  // The residual b - A x, from the matrix as it was read.
  std::vector<double> residual(matrix.size, 1.0);
  for (const auto& entry : matrix.entries) {
    residual[entry.row] -= entry.value * x[static_cast<legate::coord_t>(entry.column)];
  }
  double square = 0.0;
  for (const auto value : residual) square += value * value;
  const auto relative = std::sqrt(square / static_cast<double>(matrix.size));
  return example::verdict(relative, 10.0 * TOLERANCE, "relative residual, computed serially,");
}

}  // namespace

int main(int argc, char** argv) {
  example::Options options{argc, argv, "cg: conjugate gradients for a sparse matrix, with a right-hand side of ones"};
  const auto file = options.text("--matrix", "", "Matrix Market file of a symmetric positive definite matrix");
  const auto size = options.number("--size", 300, "without --matrix: Laplacian on a grid of that many points a side");
  const auto iterations = options.number("--iterations", 10'000, "iterations after which to give up");
  const bool check = options.flag("--check", "compute the residual serially; exit code 1 when it is too large");
  options.done();
  if (size == 0 || iterations == 0) example::give_up("--size and --iterations must be at least 1");
  const auto matrix = file.empty() ? example::poisson(size) : example::read_matrix_market(file);
  if (matrix.size == 0 || matrix.entries.empty()) example::give_up("the matrix is empty");

  legate::start();
  const bool correct = run(matrix, iterations, check);
  const auto status = legate::finish();
  return correct ? status : 1;
}
