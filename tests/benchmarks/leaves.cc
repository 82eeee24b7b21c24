// SPDX-License-Identifier: Apache-2.0
// What is left of the speed of a leaf: large stores, few tasks, each against the plain program with as many threads.
//
//   leaves [--workers N] [--size 10000000] [--seconds 2]
//
// LEGATUS_HAVE_CBLAS and LEGATUS_HAVE_FFTW come from the build; without one its rows are left out.
#include <legate.h>

#include "measure.h"

#include <omp.h>

#if LEGATUS_HAVE_CBLAS
#include <cblas.h>
#endif
#if LEGATUS_HAVE_FFTW
#include <fftw3.h>
#endif

#include <complex>
#include <memory>

namespace {

using legate::LocalTaskID;
using legate::Runtime;
using legate::TaskContext;

const benchmark::Table TABLE{{{"what", 34},
                              {"workers", 7},
                              {"reference, ms", 13},
                              {"Legatus, ms", 11},
                              {"ratio", 6},
                              {"reference", 10},
                              {"Legatus", 10},
                              {"unit", 8}}};

struct Settings {
  unsigned workers;
  std::uint64_t size;
  double seconds;
};

void wait() { Runtime::get_runtime()->issue_execution_fence(/*block=*/true); }

/// Memory that is touched for the first time by the threads that use it later, in pieces as theirs.
template <typename T>
std::unique_ptr<T[]> numbers(std::uint64_t count, unsigned threads, T value) {
  std::unique_ptr<T[]> memory{new T[count]};
  T* const data = memory.get();
#pragma omp parallel for num_threads(static_cast <int>(threads)) schedule(static)
  for (std::uint64_t i = 0; i < count; ++i) data[i] = value;
  return memory;
}

/// Prints a row. The ratio is reference time by our time: 1 is as fast as the reference, less is slower.
void report(const Settings& settings, const std::string& label, const std::vector<double>& seconds, double work,
            const char* unit) {
  TABLE.row({label, std::to_string(settings.workers), benchmark::number(seconds[0] * 1e3),
             benchmark::number(seconds[1] * 1e3), benchmark::ratio(seconds[0], seconds[1]),
             benchmark::number(work / seconds[0] * 1e-9), benchmark::number(work / seconds[1] * 1e-9), unit});
}

benchmark::Measurement timed(std::function<void()> body) {
  return [body = std::move(body)] {
    const double begin = benchmark::now();
    body();
    return benchmark::now() - begin;
  };
}

legate::LogicalStore filled(const std::vector<std::uint64_t>& extents, const legate::Type& type,
                            const legate::Scalar& value) {
  auto store = Runtime::get_runtime()->create_store(legate::Shape{extents}, type);
  Runtime::get_runtime()->issue_fill(store, value);
  return store;
}

// --- saxpy -----------------------------------------------------------------------------------------------------------

/// z = a x + y
struct Axpy : public legate::LegateTask<Axpy> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{0}};

  static void cpu_variant(TaskContext context) {
    const auto a = context.scalar(0).value<float>();
    const legate::PhysicalStore x_piece = context.input(0);
    const legate::PhysicalStore y_piece = context.input(1);
    const legate::PhysicalStore z_piece = context.output(0);
    const auto rect = z_piece.shape<1>();
    if (rect.empty()) return;
    const float* x = x_piece.read_accessor<float, 1>().ptr(rect);
    const float* y = y_piece.read_accessor<float, 1>().ptr(rect);
    float* z = z_piece.write_accessor<float, 1>().ptr(rect);
    const auto count = rect.volume();
    for (std::size_t i = 0; i < count; ++i) z[i] = a * x[i] + y[i];
  }
};

void saxpy(const legate::Library& library, const Settings& settings) {
  const auto threads = static_cast<int>(settings.workers);
  const auto size = settings.size;
  const auto x_memory = numbers<float>(size, settings.workers, 1.0F);
  const auto y_memory = numbers<float>(size, settings.workers, 2.0F);
  const auto z_memory = numbers<float>(size, settings.workers, 0.0F);
  const float* const x = x_memory.get();
  const float* const y = y_memory.get();
  float* const z = z_memory.get();
  const auto loop = [=](float a) {
#pragma omp parallel for num_threads(threads) schedule(static)
    for (std::uint64_t i = 0; i < size; ++i) z[i] = a * x[i] + y[i];
  };
  const auto x_store = filled({size}, legate::float32(), legate::Scalar{1.0F});
  const auto y_store = filled({size}, legate::float32(), legate::Scalar{2.0F});
  const auto z_store = filled({size}, legate::float32(), legate::Scalar{0.0F});
  const auto submit = [&](const legate::LogicalStore& input, const legate::LogicalStore& both,
                          const legate::LogicalStore& output) {
    auto* runtime = Runtime::get_runtime();
    auto task = runtime->create_task(library, Axpy::TASK_CONFIG.task_id());
    const auto first = task.add_input(input);
    const auto second = task.add_input(both);
    const auto third = task.add_output(output);
    task.add_constraint(legate::align(first, second));
    task.add_constraint(legate::align(second, third));
    task.add_scalar_arg(2.0F);
    runtime->submit(std::move(task));
    wait();
  };
  const auto bytes = static_cast<double>(3 * sizeof(float) * size);
  report(settings, "saxpy z = a x + y, OpenMP loop",
         benchmark::interleave(settings.seconds, 5,
                               {timed([&] { loop(2.0F); }), timed([&] { submit(x_store, y_store, z_store); })}),
         bytes, "GB/s");

  // STREAM's triad is the same arithmetic in double precision on memory that nothing else shares: what the machine can
  // do.
  const auto a_memory = numbers<double>(size, settings.workers, 1.0);
  const auto b_memory = numbers<double>(size, settings.workers, 2.0);
  const auto c_memory = numbers<double>(size, settings.workers, 0.0);
  const double* const b = a_memory.get();
  const double* const c = b_memory.get();
  double* const result = c_memory.get();
  const auto triad = [=] {
#pragma omp parallel for num_threads(threads) schedule(static)
    for (std::uint64_t i = 0; i < size; ++i) result[i] = b[i] + 3.0 * c[i];
  };
  auto seconds =
      benchmark::interleave(settings.seconds, 5, {timed(triad), timed([&] { submit(x_store, y_store, z_store); })});
  seconds[0] /= 2;  // twice the bytes
  report(settings, "saxpy, STREAM triad per byte", seconds, bytes, "GB/s");
}

// --- matmul ----------------------------------------------------------------------------------------------------------

#if LEGATUS_HAVE_CBLAS
// OpenBLAS decides about its threads for the process. Weak, because other implementations of CBLAS have no such
// function.
extern "C" __attribute__((weak)) void openblas_set_num_threads(int threads);

void use_blas_threads(unsigned threads) {
  if (openblas_set_num_threads != nullptr) openblas_set_num_threads(static_cast<int>(threads));
}

void multiply(std::uint64_t rows, std::uint64_t size, const double* a, const double* b, double* c) {
  const auto n = static_cast<int>(size);
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<int>(rows), n, n, 1.0, a, n, b, n, 0.0, c, n);
}

/// Some rows of C = A B, by one call of CBLAS.
struct Multiply : public legate::LegateTask<Multiply> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{1}};

  static void cpu_variant(TaskContext context) {
    const legate::PhysicalStore a = context.input(0);
    const legate::PhysicalStore b = context.input(1);
    const legate::PhysicalStore c = context.output(0);
    const auto rect = c.shape<2>();
    if (rect.empty()) return;
    multiply(static_cast<std::uint64_t>(rect.hi[0] - rect.lo[0] + 1),
             static_cast<std::uint64_t>(rect.hi[1] - rect.lo[1] + 1), a.read_accessor<double, 2>().ptr(a.shape<2>().lo),
             b.read_accessor<double, 2>().ptr(b.shape<2>().lo), c.write_accessor<double, 2>().ptr(rect.lo));
  }
};

void matmul(const legate::Library& library, const Settings& settings) {
  const auto size = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(settings.size)));
  const auto a_memory = numbers<double>(size * size, settings.workers, 1.0);
  const auto b_memory = numbers<double>(size * size, settings.workers, 2.0);
  const auto c_memory = numbers<double>(size * size, settings.workers, 0.0);
  const auto a = filled({size, size}, legate::float64(), legate::Scalar{1.0});
  const auto b = filled({size, size}, legate::float64(), legate::Scalar{2.0});
  const auto c = filled({size, size}, legate::float64(), legate::Scalar{0.0});
  const auto rows = (size + settings.workers - 1) / settings.workers;
  const std::vector<std::uint64_t> tile{rows, size};
  const auto a_rows = a.partition_by_tiling(tile);
  const auto c_rows = c.partition_by_tiling(tile);
  const auto by_blas = [&] {
    use_blas_threads(settings.workers);
    multiply(size, size, a_memory.get(), b_memory.get(), c_memory.get());
    use_blas_threads(1);  // the leaves are the threads of the other
  };
  const auto by_legate = [&] {
    auto* runtime = Runtime::get_runtime();
    auto task = runtime->create_task(library, Multiply::TASK_CONFIG.task_id(), {settings.workers, 1});
    task.add_output(c_rows);
    task.add_input(a_rows);
    task.add_input(b);
    runtime->submit(std::move(task));
    wait();
  };
  report(settings, "matmul, " + std::to_string(size) + " squared, one BLAS call",
         benchmark::interleave(settings.seconds, 3, {timed(by_blas), timed(by_legate)}),
         2.0 * std::pow(static_cast<double>(size), 3), "GFlop/s");
}
#endif

// --- fft -------------------------------------------------------------------------------------------------------------

#if LEGATUS_HAVE_FFTW
constexpr int IMAGE = 256;  // rows and columns of an image
fftw_plan plan = nullptr;   // for one image; executing it on other arrays is thread-safe

fftw_complex* as_fftw(std::complex<double>* values) { return reinterpret_cast<fftw_complex*>(values); }

/// 2-D transforms of a batch of images.
struct Transform : public legate::LegateTask<Transform> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{2}};

  static void cpu_variant(TaskContext context) {
    const legate::PhysicalStore input = context.input(0);
    const legate::PhysicalStore output = context.output(0);
    const auto rect = output.shape<3>();
    if (rect.empty()) return;
    const auto from = input.read_accessor<std::complex<double>, 3, false>();
    const auto to = output.write_accessor<std::complex<double>, 3, false>();
    for (auto image = rect.lo[0]; image <= rect.hi[0]; ++image) {
      const legate::Point<3> first{image, 0, 0};
      fftw_execute_dft(plan, as_fftw(const_cast<std::complex<double>*>(from.ptr(first))), as_fftw(to.ptr(first)));
    }
  }
};

void fft(const legate::Library& library, const Settings& settings) {
  const auto pixels = static_cast<std::uint64_t>(IMAGE) * IMAGE;
  const auto images = std::max<std::uint64_t>(settings.workers, settings.size / pixels);
  const auto from_memory = numbers<std::complex<double>>(images * pixels, settings.workers, {1.0, 0.0});
  const auto to_memory = numbers<std::complex<double>>(images * pixels, settings.workers, {0.0, 0.0});
  auto* const from = from_memory.get();
  auto* const to = to_memory.get();
  // Leaves get memory of any alignment; for a fair comparison the reference uses the same plan.
  plan = fftw_plan_dft_2d(IMAGE, IMAGE, as_fftw(from), as_fftw(to), FFTW_FORWARD,
                          FFTW_ESTIMATE | FFTW_UNALIGNED | FFTW_PRESERVE_INPUT);
  const auto zero = legate::Scalar{legate::Complex<double>{1.0, 0.0}};
  const auto input = filled({images, IMAGE, IMAGE}, legate::complex128(), zero);
  const auto output = filled({images, IMAGE, IMAGE}, legate::complex128(), zero);
  const auto by_fftw = [=, threads = static_cast<int>(settings.workers)] {
#pragma omp parallel for num_threads(threads) schedule(static)
    for (std::uint64_t i = 0; i < images; ++i) {
      fftw_execute_dft(plan, as_fftw(from + i * pixels), as_fftw(to + i * pixels));
    }
  };
  const auto by_legate = [&] {
    auto* runtime = Runtime::get_runtime();
    auto task = runtime->create_task(library, Transform::TASK_CONFIG.task_id());
    const auto source = task.add_input(input);
    const auto target = task.add_output(output);
    task.add_constraint(legate::align(source, target));
    task.add_constraint(legate::broadcast(source, std::vector<std::uint32_t>{1, 2}));
    runtime->submit(std::move(task));
    wait();
  };
  const auto count = static_cast<double>(images * pixels);
  report(settings, "fft, " + std::to_string(images) + " images of 256 squared, FFTW",
         benchmark::interleave(settings.seconds, 3, {timed(by_fftw), timed(by_legate)}),
         5.0 * count * std::log2(static_cast<double>(pixels)), "GFlop/s");
  fftw_destroy_plan(plan);
}
#endif

int run(const Settings& settings) {
  legate::start();
  {
    auto library = Runtime::get_runtime()->create_library("leaves");
    Axpy::register_variants(library);
    saxpy(library, settings);
#if LEGATUS_HAVE_CBLAS
    use_blas_threads(1);
    Multiply::register_variants(library);
    matmul(library, settings);
#endif
#if LEGATUS_HAVE_FFTW
    Transform::register_variants(library);
    fft(library, settings);
#endif
  }
  return legate::finish();
}

}  // namespace

int main(int argc, char** argv) {
  const auto size = static_cast<std::uint64_t>(benchmark::option(argc, argv, "--size", 1e7));
  const double seconds = benchmark::option(argc, argv, "--seconds", 2.0);
  // Threads of the references that spin after their work would take the cores from the leaves that run next.
  setenv("OMP_WAIT_POLICY", "passive", 0);
  return benchmark::for_worker_counts(
      argc, argv, {1, 2},
      [&](unsigned workers) {
        return run({workers, size, seconds});
      },
      [] { TABLE.header(); });
}
