// SPDX-License-Identifier: Apache-2.0
// fft: two-dimensional Fourier transforms of a batch of images, with leaves that call FFTW. A transform needs all of
// its image: the axes of the image are broadcast (never split), so the batch is what is split over the leaves.
#include "common.h"

#include <fftw3.h>
#ifdef EXAMPLE_WITH_CLFFT
#include <legate/opencl.h>

#include <clFFT.h>
#endif
#ifdef EXAMPLE_WITH_CUDA
#include <legate/cuda.h>

#include <cufft.h>
#endif

#include <array>
#include <cmath>
#include <complex>
#include <map>
#include <mutex>
#include <stdexcept>
#include <tuple>

namespace {

using Number = legate::Complex<double>;  // laid out as C, std::complex and FFTW have it: real part, imaginary part

constexpr std::array<std::uint32_t, 2> IMAGE_AXES{1, 2};

std::complex<double> sample(std::uint64_t index) {
  return {example::scramble_to_unit(2 * index) - 0.5, example::scramble_to_unit(2 * index + 1) - 0.5};
}

/// signal[b, i, j] = noise
struct Draw : public legate::LegateTask<Draw> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{0}};

  static void cpu_variant(legate::TaskContext context) { compute(context, 0, 1); }
  static void omp_variant(legate::TaskContext context) {
    example::on_all_threads([&](std::size_t part, std::size_t parts) { compute(context, part, parts); });
  }

 private:
  // Part `part` of `parts` of this leaf's piece.
  static void compute(const legate::TaskContext& context, std::size_t part, std::size_t parts) {
    const legate::PhysicalStore output = context.output(0);
    const auto rect = output.shape<3>();
    if (rect.empty()) return;
    // Only the first axis was split, and C order is the default: the piece lies in memory without gaps.
    auto* signal = reinterpret_cast<std::complex<double>*>(output.write_accessor<Number, 3>().ptr(rect));
    const auto first = static_cast<std::uint64_t>(rect.lo[0]) * example::length(rect, 1) * example::length(rect, 2);
    const auto count = rect.volume();
    for (std::size_t i = count * part / parts; i < count * (part + 1) / parts; ++i) signal[i] = sample(first + i);
  }
};

/// The plan for one image. Any number of threads may execute a plan, but FFTW makes plans in one thread at a time.
/// For aligned images it may use instructions that are faster and demand alignment.
fftw_plan plan_for(int rows, int columns, bool aligned) {
  static std::mutex mutex;
  static std::map<std::tuple<int, int, bool>, fftw_plan> plans;
  const std::lock_guard<std::mutex> lock{mutex};
  auto& plan = plans[{rows, columns, aligned}];
  if (plan == nullptr) {
    const auto volume = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
    auto* from = fftw_alloc_complex(volume);  // FFTW tries out what is fastest, and overwrites what it tries it on
    auto* to = fftw_alloc_complex(volume);
    plan = fftw_plan_dft_2d(rows, columns, from, to, FFTW_FORWARD, FFTW_MEASURE | (aligned ? 0U : FFTW_UNALIGNED));
    fftw_free(from);
    fftw_free(to);
  }
  return plan;
}

#ifdef EXAMPLE_WITH_CLFFT
void expect(cl_int status, const char* call) {
  if (status != CL_SUCCESS) throw std::runtime_error{std::string{call} + ": status " + std::to_string(status)};
}

/// The plan for a number of images on one device, made when it is first asked for, and kept.
clfftPlanHandle plan_for(cl_context context, cl_command_queue queue, std::size_t images, std::size_t rows,
                         std::size_t columns) {
  static std::mutex mutex;
  static std::map<std::tuple<cl_command_queue, std::size_t, std::size_t, std::size_t>, clfftPlanHandle> plans;
  const std::lock_guard<std::mutex> lock{mutex};
  static const bool ready = [] {
    clfftSetupData setup{clfftVersionMajor, clfftVersionMinor, clfftVersionPatch, 0};
    expect(clfftSetup(&setup), "clfftSetup");
    return true;
  }();
  static_cast<void>(ready);
  const auto [entry, is_new] = plans.try_emplace({queue, images, rows, columns});
  if (is_new) {
    const std::size_t lengths[2] = {columns, rows};  // the axis whose elements are neighbours comes first
    auto& plan = entry->second;
    expect(clfftCreateDefaultPlan(&plan, context, CLFFT_2D, lengths), "clfftCreateDefaultPlan");
    expect(clfftSetPlanPrecision(plan, CLFFT_DOUBLE), "clfftSetPlanPrecision");
    expect(clfftSetLayout(plan, CLFFT_COMPLEX_INTERLEAVED, CLFFT_COMPLEX_INTERLEAVED), "clfftSetLayout");
    expect(clfftSetResultLocation(plan, CLFFT_OUTOFPLACE), "clfftSetResultLocation");
    expect(clfftSetPlanBatchSize(plan, images), "clfftSetPlanBatchSize");
    expect(clfftBakePlan(plan, 1, &queue, nullptr, nullptr), "clfftBakePlan");
  }
  return entry->second;
}

/// The images of one leaf. clFFT takes memory objects from their begin on, so a part of one becomes an object, too.
class DeviceImages {
 public:
  DeviceImages(const legate::PhysicalStore& piece, std::size_t bytes) {
    const auto buffer = legate::opencl::buffer(piece);
    const cl_buffer_region region{buffer.offset, bytes};
    cl_int status = CL_SUCCESS;
    memory_ = clCreateSubBuffer(buffer.memory, 0, CL_BUFFER_CREATE_TYPE_REGION, &region, &status);
    expect(status, "clCreateSubBuffer");
  }
  ~DeviceImages() { clReleaseMemObject(memory_); }  // kernels in the queue still have it
  DeviceImages(const DeviceImages&) = delete;
  DeviceImages& operator=(const DeviceImages&) = delete;

  [[nodiscard]] cl_mem memory() const { return memory_; }

 private:
  cl_mem memory_;
};
#endif

/// spectrum[b] = transform of signal[b], for the images b of this leaf
struct Transform : public legate::LegateTask<Transform> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{1}};

  static void cpu_variant(legate::TaskContext context) { compute(context, 0, 1); }
  static void omp_variant(legate::TaskContext context) {
    example::on_all_threads([&](std::size_t part, std::size_t parts) { compute(context, part, parts); });
  }
#ifdef EXAMPLE_WITH_CUDA
  // Its work is in the stream of the task: the runtime need not wait for other streams.
  static constexpr auto GPU_VARIANT_OPTIONS = legate::VariantOptions{}.with_elide_device_ctx_sync(true);
  static void gpu_variant(legate::TaskContext context) {
    const auto output = context.output(0);
    const auto rect = output.shape<3>();
    if (rect.empty()) return;
    const auto size = [&](int dimension) { return static_cast<int>(example::length(rect, dimension)); };
    // All images of the leaf at once. This transform leaves its input alone, too.
    const auto plan = legate::cuda::cufft_plan(context, {size(1), size(2)}, CUFFT_Z2Z, size(0));
    auto* signal = const_cast<Number*>(context.input(0).read_accessor<Number, 3>().ptr(rect));
    auto* spectrum = output.write_accessor<Number, 3>().ptr(rect);
    const auto status = cufftExecZ2Z(plan, reinterpret_cast<cufftDoubleComplex*>(signal),
                                     reinterpret_cast<cufftDoubleComplex*>(spectrum), CUFFT_FORWARD);
    if (status != CUFFT_SUCCESS) throw std::runtime_error{"cufftExecZ2Z: status " + std::to_string(status)};
  }
#endif
#ifdef EXAMPLE_WITH_CLFFT
  static void opencl_variant(legate::TaskContext context) {
    const auto rect = context.output(0).shape<3>();
    if (rect.empty()) return;
    cl_command_queue queue = legate::opencl::queue(context);
    const auto plan = plan_for(legate::opencl::context(context), queue, example::length(rect, 0),
                               example::length(rect, 1), example::length(rect, 2));
    const DeviceImages signal{context.input(0), rect.volume() * sizeof(Number)};
    const DeviceImages spectrum{context.output(0), rect.volume() * sizeof(Number)};
    cl_mem from = signal.memory();
    cl_mem to = spectrum.memory();
    expect(clfftEnqueueTransform(plan, CLFFT_FORWARD, 1, &queue, 0, nullptr, nullptr, &from, &to, nullptr),
           "clfftEnqueueTransform");
  }
#endif

 private:
  // Part `part` of `parts` of the images.
  static void compute(const legate::TaskContext& context, std::size_t part, std::size_t parts) {
    const legate::PhysicalStore input = context.input(0);
    const legate::PhysicalStore output = context.output(0);
    const auto rect = output.shape<3>();
    if (rect.empty()) return;
    const Number* signal = input.read_accessor<Number, 3>().ptr(rect);
    Number* spectrum = output.write_accessor<Number, 3>().ptr(rect);

    const auto rows = example::length(rect, 1);
    const auto columns = example::length(rect, 2);
    const auto images = example::length(rect, 0);
    for (std::size_t image = images * part / parts; image < images * (part + 1) / parts; ++image) {
      // This transform leaves its input alone; that FFTW takes it as non-const is a matter of C.
      auto* from = reinterpret_cast<fftw_complex*>(const_cast<Number*>(signal + image * rows * columns));
      auto* to = reinterpret_cast<fftw_complex*>(spectrum + image * rows * columns);
      const bool aligned = fftw_alignment_of(&from[0][0]) == 0 && fftw_alignment_of(&to[0][0]) == 0;
      fftw_execute_dft(plan_for(static_cast<int>(rows), static_cast<int>(columns), aligned), from, to);
    }
  }
};

/// Largest deviation of image `b` of the spectrum from the transform by its definition, first along the rows, then
/// along the columns; both by the plain sum.
template <typename Values>
double deviation(const Values& spectrum, std::uint64_t b, std::uint64_t size) {
  std::vector<std::complex<double>> wave(size);
  for (std::uint64_t i = 0; i < size; ++i) {
    wave[i] = std::polar(1.0, -2.0 * std::acos(-1.0) * static_cast<double>(i) / static_cast<double>(size));
  }
  std::vector<std::complex<double>> along_rows(size * size);
  for (std::uint64_t i = 0; i < size; ++i) {
    for (std::uint64_t k = 0; k < size; ++k) {
      std::complex<double> sum = 0.0;
      for (std::uint64_t j = 0; j < size; ++j) sum += sample((b * size + i) * size + j) * wave[(j * k) % size];
      along_rows[i * size + k] = sum;
    }
  }
  double error = 0.0;
  for (std::uint64_t l = 0; l < size; ++l) {
    for (std::uint64_t k = 0; k < size; ++k) {
      std::complex<double> sum = 0.0;
      for (std::uint64_t i = 0; i < size; ++i) sum += along_rows[i * size + k] * wave[(i * l) % size];
      const auto value = spectrum[legate::Point<3>{b, l, k}];
      error = example::worse(error, std::abs(std::complex<double>{value.real(), value.imag()} - sum));
    }
  }
  return error;
}

bool run(std::uint64_t batch, std::uint64_t size, std::uint64_t iterations, bool check) {
  auto* runtime = legate::Runtime::get_runtime();
  auto library = runtime->create_library("fft");
  Draw::register_variants(library);
  Transform::register_variants(library);

  auto signal = runtime->create_store(legate::Shape{batch, size, size}, legate::complex128());
  auto spectrum = runtime->create_store(legate::Shape{batch, size, size}, legate::complex128());

  auto draw = runtime->create_task(library, Draw::TASK_CONFIG.task_id());
  const auto drawn = draw.add_output(signal);
  draw.add_constraint(legate::broadcast(drawn, IMAGE_AXES));
  runtime->submit(std::move(draw));

  const auto transform = [&] {
    auto task = runtime->create_task(library, Transform::TASK_CONFIG.task_id());
    const auto from = task.add_input(signal);
    const auto to = task.add_output(spectrum);
    task.add_constraint(legate::align(from, to));
    task.add_constraint(legate::broadcast(from, IMAGE_AXES));
    runtime->submit(std::move(task));
  };
  transform();  // once without the clock: FFTW plans, memory is touched for the first time

  const auto start = example::seconds_when_idle();
  for (std::uint64_t i = 0; i < iterations; ++i) transform();
  const auto seconds = (example::seconds_when_idle() - start) / static_cast<double>(iterations);

  const auto result = spectrum.get_physical_store();
  const auto values = result.read_accessor<Number, 3>();
  double energy = 0.0;  // Parseval: the same in the spectrum, up to the number of elements, as in the signal
  for (std::uint64_t b = 0; b < batch; ++b) {
    for (std::uint64_t i = 0; i < size; ++i) {
      for (std::uint64_t j = 0; j < size; ++j) {
        const auto value = values[legate::Point<3>{b, i, j}];
        energy += value.real() * value.real() + value.imag() * value.imag();
      }
    }
  }
  energy /= static_cast<double>(size * size);
  std::printf("fft: %llu transforms of %llu x %llu: energy of the spectrum %.12g\n",
              static_cast<unsigned long long>(batch), static_cast<unsigned long long>(size),
              static_cast<unsigned long long>(size), energy);
  const auto elements = static_cast<double>(batch * size * size);
  std::printf("  time: %.3f ms per iteration, %.2f GFlop/s\n", seconds * 1e3,
              5e-9 * elements * 2.0 * std::log2(static_cast<double>(size)) / seconds);
  if (!check) return true;

  double expected = 0.0;  // every image, by its energy
  for (std::uint64_t i = 0; i < batch * size * size; ++i) expected += std::norm(sample(i));
  double error = std::abs(energy / expected - 1.0);
  for (const auto b : {std::uint64_t{0}, batch - 1}) error = example::worse(error, deviation(values, b, size));
  return example::verdict(error, 1e-12 * static_cast<double>(size));
}

}  // namespace

int main(int argc, char** argv) {
  example::Options options{argc, argv, "fft: two-dimensional Fourier transforms of a batch of square images"};
  const auto size = options.number("--size", 256, "rows and columns of an image");
  const auto batch = options.number("--batch", 128, "number of images");
  const auto iterations = options.number("--iterations", 5, "how often the measured computation runs");
  const bool check = options.flag("--check", "compare with a serial computation; exit code 1 when wrong");
  options.done();
  if (size == 0 || size > 30'000 || batch == 0) example::give_up("--size must be 1 to 30000, --batch at least 1");

  legate::start();
  const bool correct = run(batch, size, iterations, check);
  const auto status = legate::finish();
  return correct ? status : 1;
}
