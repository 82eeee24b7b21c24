// SPDX-License-Identifier: Apache-2.0
// saxpy: z = a x + y, element by element. The shortest complete program: two kinds of tasks, three stores.
#include "common.h"

#ifdef EXAMPLE_WITH_CUDA
#include "saxpy_gpu.h"
#endif

#ifdef EXAMPLE_WITH_OPENCL
#include <legate/opencl.h>

#include <CL/cl.h>
#endif

namespace {

/// x[i] = i
struct Count : public legate::LegateTask<Count> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{0}};

  static void cpu_variant(legate::TaskContext context) { compute(context, 0, 1); }
  static void omp_variant(legate::TaskContext context) {
    example::on_all_threads([&](std::size_t part, std::size_t parts) { compute(context, part, parts); });
  }
#ifdef EXAMPLE_WITH_CUDA
  static void gpu_variant(legate::TaskContext context) { example::count_on_gpu(context); }
#endif

 private:
  // Part `part` of `parts` of this leaf's piece.
  static void compute(const legate::TaskContext& context, std::size_t part, std::size_t parts) {
    const legate::PhysicalStore output = context.output(0);
    const auto rect = output.shape<1>();  // the part of the store that is this leaf's, in the coordinates of the whole
    if (rect.empty()) return;             // more processors than elements: some leaves have nothing to do
    float* x = output.write_accessor<float, 1>().ptr(rect);
    const auto count = example::length(rect, 0);
    for (std::size_t i = count * part / parts; i < count * (part + 1) / parts; ++i) {
      x[i] = static_cast<float>(static_cast<std::size_t>(rect.lo[0]) + i);
    }
  }
};

/// z = a x + y
struct Saxpy : public legate::LegateTask<Saxpy> {
  // What the task takes, stated once: two inputs, one output, one scalar, and that the same piece of all three vectors
  // goes to the same leaf. A submission that does not match throws.
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{1}}.with_signature(
      legate::TaskSignature{}.inputs(2).outputs(1).scalars(1).constraints(
          {{legate::align(legate::proxy::inputs[0], legate::proxy::inputs[1]),
            legate::align(legate::proxy::inputs[0], legate::proxy::outputs[0])}}));

  // One variant for each kind of processor; all of them compute the same. The runtime takes the best that it has.
  static void cpu_variant(legate::TaskContext context) { compute(context, 0, 1); }
  static void omp_variant(legate::TaskContext context) {
    example::on_all_threads([&](std::size_t part, std::size_t parts) { compute(context, part, parts); });
  }
#ifdef EXAMPLE_WITH_CUDA
  // Its work is in the stream of the task: the runtime need not wait for other streams.
  static constexpr auto GPU_VARIANT_OPTIONS = legate::VariantOptions{}.with_elide_device_ctx_sync(true);
  static void gpu_variant(legate::TaskContext context) { example::saxpy_on_gpu(context); }
#endif
#ifdef EXAMPLE_WITH_OPENCL
  static void opencl_variant(legate::TaskContext context) {
    const auto rect = context.output(0).shape<1>();
    if (rect.empty()) return;
    const auto a = context.scalar(0).value<float>();
    cl_kernel kernel = legate::opencl::kernel(context, OPENCL_SOURCE, "saxpy");
    cl_uint argument = 0;
    const auto pass = [&](const auto& value) { clSetKernelArg(kernel, argument++, sizeof value, &value); };
    pass(a);
    for (const auto& store : {context.input(0), context.input(1), context.output(0)}) {
      // The elements lie in the memory of the device, one after another from `offset` bytes on.
      const auto buffer = legate::opencl::buffer(store);
      pass(buffer.memory);
      pass(static_cast<cl_ulong>(buffer.offset / sizeof(float)));
    }
    const auto count = example::length(rect, 0);
    clEnqueueNDRangeKernel(legate::opencl::queue(context), kernel, 1, nullptr, &count, nullptr, 0, nullptr, nullptr);
  }

  static constexpr const char* OPENCL_SOURCE = R"(
    kernel void saxpy(float a, global const float* x, ulong x_first, global const float* y, ulong y_first,
                      global float* z, ulong z_first) {
      size_t i = get_global_id(0);
      z[z_first + i] = a * x[x_first + i] + y[y_first + i];
    })";
#endif

 private:
  // Part `part` of `parts` of this leaf's piece.
  static void compute(const legate::TaskContext& context, std::size_t part, std::size_t parts) {
    const auto a = context.scalar(0).value<float>();
    const legate::PhysicalStore x_piece = context.input(0);
    const legate::PhysicalStore y_piece = context.input(1);
    const legate::PhysicalStore z_piece = context.output(0);
    const auto rect = z_piece.shape<1>();
    if (rect.empty()) return;
    // Plain pointers: the compiler vectorises a loop over them best.
    const float* x = x_piece.read_accessor<float, 1>().ptr(rect);
    const float* y = y_piece.read_accessor<float, 1>().ptr(rect);
    float* z = z_piece.write_accessor<float, 1>().ptr(rect);
    const auto count = example::length(rect, 0);
    const auto end = count * (part + 1) / parts;
    for (std::size_t i = count * part / parts; i < end; ++i) z[i] = a * x[i] + y[i];
  }
};

bool run(std::uint64_t size, std::uint64_t iterations, bool check) {
  auto* runtime = legate::Runtime::get_runtime();
  auto library = runtime->create_library("saxpy");
  Count::register_variants(library);
  Saxpy::register_variants(library);

  const float a = 2.0F;
  auto x = runtime->create_store(legate::Shape{size}, legate::float32());
  auto y = runtime->create_store(legate::Shape{size}, legate::float32());
  auto z = runtime->create_store(legate::Shape{size}, legate::float32());

  auto count = runtime->create_task(library, Count::TASK_CONFIG.task_id());
  count.add_output(x);
  runtime->submit(std::move(count));
  runtime->issue_fill(y, legate::Scalar{1.0F});

  const auto saxpy = [&] {
    auto task = runtime->create_task(library, Saxpy::TASK_CONFIG.task_id());
    task.add_input(x);
    task.add_input(y);
    task.add_output(z);
    task.add_scalar_arg(a);
    runtime->submit(std::move(task));
  };
  saxpy();  // once without the clock: memory is touched for the first time

  const auto start = example::seconds_when_idle();
  for (std::uint64_t i = 0; i < iterations; ++i) saxpy();
  const auto seconds = (example::seconds_when_idle() - start) / static_cast<double>(iterations);

  // The control program looks at the result. This waits for the tasks that produce it.
  const auto result = z.get_physical_store();
  const auto values = result.read_accessor<float, 1>();
  double checksum = 0.0;
  double error = 0.0;
  for (std::uint64_t i = 0; i < size; ++i) {
    const float value = values[static_cast<legate::coord_t>(i)];
    checksum += static_cast<double>(value);
    const float expected = a * static_cast<float>(i) + 1.0F;
    error = example::worse(error, std::abs(static_cast<double>(value) - static_cast<double>(expected)));
  }
  std::printf("saxpy: z = %g x + y on %llu elements: sum of z %.9g\n", static_cast<double>(a),
              static_cast<unsigned long long>(size), checksum);
  std::printf("  time: %.3f ms per iteration, %.2f GB/s\n", seconds * 1e3,
              static_cast<double>(3 * sizeof(float) * size) / seconds * 1e-9);
  return !check || example::verdict(error, 0.0);  // doubling is exact, so every way of computing it rounds alike
}

}  // namespace

int main(int argc, char** argv) {
  example::Options options{argc, argv, "saxpy: z = a x + y on vectors of single precision"};
  const auto size = options.number("--size", 10'000'000, "elements of each vector");
  const auto iterations = options.number("--iterations", 10, "how often the measured computation runs");
  const bool check = options.flag("--check", "compare with a serial computation; exit code 1 when wrong");
  options.done();

  legate::start();
  const bool correct = run(size, iterations, check);
  const auto status = legate::finish();
  return correct ? status : 1;
}
