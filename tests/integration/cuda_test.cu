// SPDX-License-Identifier: Apache-2.0
// Tasks on a GPU. Compiled wherever there is CUDA, run where there is a GPU.
#include <legate/cuda.h>
#include <legate/redop/redop.h>

#include <cublas_v2.h>
#include <cuda_runtime.h>
#include <cufft.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "../unit/runtime_environment.h"
#include "runtime_test.h"

namespace legate::test {
namespace {

[[maybe_unused]] const int configured = ::setenv("LEGATE_CONFIG", "--cpus 2 --gpus 1 --fbmem 256 --sysmem 1024", 0);

constexpr unsigned THREADS = 128;

// A kernel has one thread for every element of a box, at least.
unsigned blocks_for(std::size_t count) { return static_cast<unsigned>((count + THREADS - 1) / THREADS); }

template <std::int32_t DIM>
__device__ bool find_point(const Rect<DIM>& rect, Point<DIM>& point) {
  auto index = static_cast<coord_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  for (std::int32_t d = DIM - 1; d >= 0; --d) {
    const auto extent = rect.hi[d] - rect.lo[d] + 1;
    point[d] = rect.lo[d] + index % extent;
    index /= extent;
  }
  return index == 0;
}

template <std::int32_t DIM>
__global__ void add_number_kernel(AccessorWO<std::int64_t, DIM> to, AccessorRO<std::int64_t, DIM> from,
                                  std::int64_t number, Rect<DIM> rect) {
  Point<DIM> point;
  if (find_point(rect, point)) to[point] = from[point] + number;
}

template <typename Sum>
__global__ void sum_kernel(Sum sum, AccessorRO<std::int64_t, 1> values, Rect<1> rect) {
  Point<1> point;
  if (find_point(rect, point)) sum.reduce(Point<1>{0}, values[point]);
}

__global__ void double_scalar_kernel(AccessorRO<std::int64_t, 1> from, AccessorWO<std::int64_t, 1> to) {
  to[0] = 2 * from[0];
}

__global__ void fill_kernel(Buffer<std::int64_t, 1> buffer, std::int64_t count) {
  const auto i = static_cast<coord_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < count) buffer[i] = i * i;
}

template <std::int32_t DIM>
void add_number(const TaskContext& context) {
  const auto output = context.output(0);
  const auto rect = output.shape<DIM>();
  if (rect.empty()) return;
  add_number_kernel<DIM><<<blocks_for(rect.volume()), THREADS, 0, context.get_task_stream()>>>(
      output.write_accessor<std::int64_t, DIM>(), context.input(0).read_accessor<std::int64_t, DIM>(),
      context.scalar(0).value<std::int64_t>(), rect);
}

/// output 0 = input 0 + scalar 0
struct AddNumber : public LegateTask<AddNumber> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{20}};
  static void gpu_variant(TaskContext context) {
    switch (context.output(0).dim()) {
      case 1:
        return add_number<1>(context);
      case 2:
        return add_number<2>(context);
      default:
        return add_number<3>(context);
    }
  }
};

/// reduction 0 += the sum of the elements of input 0
struct Sum : public LegateTask<Sum> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{21}};
  static constexpr auto GPU_VARIANT_OPTIONS = VariantOptions{}.with_elide_device_ctx_sync(true);
  static void gpu_variant(TaskContext context) {
    const auto input = context.input(0);
    const auto rect = input.shape<1>();
    if (rect.empty()) return;
    sum_kernel<<<blocks_for(rect.volume()), THREADS, 0, context.get_task_stream()>>>(
        context.reduction(0).reduce_accessor<SumReduction<std::int64_t>, false, 1>(),
        input.read_accessor<std::int64_t, 1>(), rect);
  }
};

/// Whatever a test wants to see from inside.
struct Probe : public LegateTask<Probe> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{22}};
  static constexpr auto GPU_VARIANT_OPTIONS =
      VariantOptions{}.with_may_throw_exception(true).with_has_allocations(true);
  static constexpr auto CPU_VARIANT_OPTIONS = VariantOptions{}.with_may_throw_exception(true);
  static void gpu_variant(TaskContext context) { body(context); }
  static void cpu_variant(TaskContext context) { body(context); }
};

class Cuda : public RuntimeTest {
 protected:
  Cuda() {
    bool created = false;
    tasks = runtime->find_or_create_library("legatus.test.cuda", ResourceConfig{}, nullptr, {}, &created);
    if (created) {
      AddNumber::register_variants(tasks);
      Sum::register_variants(tasks);
      Probe::register_variants(tasks);
    }
  }

  template <typename Task>
  [[nodiscard]] AutoTask task() {
    return runtime->create_task(tasks, Task::TASK_CONFIG.task_id());
  }
  /// to = from + number, in one point
  void add_number(const LogicalStore& to, const LogicalStore& from, std::int64_t number) {
    auto adding = task<AddNumber>();
    adding.add_constraint(align(adding.add_output(to), adding.add_input(from)));
    adding.add_scalar_arg(Scalar{number});
    runtime->submit(std::move(adding));
  }
  /// The same in as many points as there are parts of these shapes.
  void add_number_by_parts(const LogicalStore& to, const LogicalStore& from, std::int64_t number,
                           const std::vector<std::uint64_t>& tile, std::initializer_list<std::uint64_t> colors) {
    auto adding = runtime->create_task(tasks, AddNumber::TASK_CONFIG.task_id(), colors);
    adding.add_output(to.partition_by_tiling(tile));
    adding.add_input(from.partition_by_tiling(tile));
    adding.add_scalar_arg(Scalar{number});
    runtime->submit(std::move(adding));
  }
  /// 0, 1, ... of so many elements, each plus `number`
  [[nodiscard]] static std::vector<std::int64_t> counted(std::size_t count, std::int64_t number) {
    auto values = iota(static_cast<std::int64_t>(count));
    for (auto& value : values) value += number;
    return values;
  }

  Library tasks{library};
};

TEST_F(Cuda, GpuIsPartOfTheMachineAndPreferred) {
  const auto machine = runtime->get_machine();
  EXPECT_EQ(machine.count(mapping::TaskTarget::GPU), 1U);
  EXPECT_EQ(machine.preferred_target(), mapping::TaskTarget::GPU);
}

TEST_F(Cuda, KernelSeesWhatCpuTasksWroteAndTheOtherWayRound) {
  for (const auto& extents : std::vector<std::vector<std::uint64_t>>{{1000}, {30, 41}, {7, 8, 9}}) {
    const Shape shape{extents};
    const auto from = numbered(shape);
    const auto to = store(shape);
    add_number(to, from, 5);
    EXPECT_EQ(values_of(to), counted(shape.volume(), 5));
    auto copied = store(shape);
    runtime->issue_copy(copied, to);
    add_number(to, copied, 10);
    EXPECT_EQ(values_of(to), counted(shape.volume(), 15));
  }
}

TEST_F(Cuda, PartsAcrossTilesAreGatheredAndScattered) {
  const auto from = numbered(Shape{40, 60});
  const auto to = filled(Shape{40, 60}, -1);
  add_number_by_parts(to, from, 3, {10, 20}, {4, 3});
  EXPECT_EQ(values_of(to), counted(2400, 3));
  add_number_by_parts(to, to, 4, {40, 10}, {1, 6});  // other tiles: what each point sees lies in several of the old
  EXPECT_EQ(values_of(to), counted(2400, 7));
  const auto middle = to.slice(0, Slice{8, 32}).slice(1, Slice{5, 55});
  add_number(middle, middle, 100);
  auto expected = counted(2400, 7);
  for (std::size_t i = 8; i < 32; ++i) {
    for (std::size_t j = 5; j < 55; ++j) expected[60 * i + j] += 100;
  }
  EXPECT_EQ(values_of(to), expected);
}

TEST_F(Cuda, TransposedViewsHaveStrides) {
  const auto x = numbered(Shape{20, 30});
  const auto to = filled(Shape{30, 20}, 0);
  add_number(to, x.transpose({1, 0}), 0);
  std::vector<std::int64_t> expected;
  for (std::int64_t i = 0; i < 30; ++i) {
    for (std::int64_t j = 0; j < 20; ++j) expected.push_back(j * 30 + i);
  }
  EXPECT_EQ(values_of(to), expected);
}

TEST_F(Cuda, ReductionsOfSeveralPointsAreFolded) {
  const auto x = numbered(Shape{120});
  for (const auto& total : {filled(Shape{1}, 7), scalar_store(7)}) {
    auto summing = runtime->create_task(tasks, Sum::TASK_CONFIG.task_id(), {6});
    summing.add_input(x.partition_by_tiling({20}));
    summing.add_reduction(total, ReductionOpKind::ADD);
    runtime->submit(std::move(summing));
    EXPECT_EQ(values_of(total), std::vector<std::int64_t>{7 + 120 * 119 / 2});
  }
}

TEST_F(Cuda, ScalarStoresAreReadAndWrittenByHostAndKernel) {
  const auto from = scalar_store(11);
  const auto to = runtime->create_store(Shape{1}, int64(), /*optimize_scalar=*/true);
  body = [](const TaskContext& context) {
    EXPECT_EQ(context.input(0).scalar<std::int64_t>(), 11);
    EXPECT_EQ(context.input(0).target(), mapping::StoreTarget::ZCMEM);
    double_scalar_kernel<<<1, 1, 0, context.get_task_stream()>>>(context.input(0).read_accessor<std::int64_t, 1>(),
                                                                 context.output(0).write_accessor<std::int64_t, 1>());
  };
  auto doubling = task<Probe>();
  static_cast<void>(doubling.add_input(from));
  static_cast<void>(doubling.add_output(to));
  run(std::move(doubling));
  EXPECT_EQ(values_of(to), std::vector<std::int64_t>{22});
}

TEST_F(Cuda, BuffersAreOnTheGpuOrPinned) {
  std::array<std::int64_t, 3> seen{};
  body = [&](const TaskContext& context) {
    EXPECT_EQ(find_memory_kind_for_executing_processor(false), Memory::Kind::GPU_FB_MEM);
    EXPECT_EQ(find_memory_kind_for_executing_processor(true), Memory::Kind::Z_COPY_MEM);
    EXPECT_EQ(Processor::get_executing_processor().kind(), Processor::Kind::TOC_PROC);
    const auto pinned = create_buffer<std::int64_t>(100, Memory::Kind::Z_COPY_MEM, 4096);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(pinned.ptr(Point<1>{0})) % 4096, 0U);
    fill_kernel<<<1, THREADS, 0, context.get_task_stream()>>>(pinned, 100);
    auto device = create_buffer<std::int64_t>(100);
    fill_kernel<<<1, THREADS, 0, context.get_task_stream()>>>(device, 100);
    EXPECT_EQ(cudaStreamSynchronize(context.get_task_stream()), cudaSuccess);
    seen[0] = pinned[99];
    EXPECT_EQ(cudaMemcpy(&seen[1], device.ptr(Point<1>{98}), sizeof seen[1], cudaMemcpyDeviceToHost), cudaSuccess);
    device.destroy();
    seen[2] = create_buffer<std::int64_t>(1, Memory::Kind::SYSTEM_MEM)[0] = 5;
  };
  run(task<Probe>());
  EXPECT_EQ(seen, (std::array<std::int64_t, 3>{99 * 99, 98 * 98, 5}));
}

TEST_F(Cuda, UnboundOutputsAreBoundOnTheGpu) {
  const auto result = runtime->create_store(int64());
  body = [](const TaskContext& context) {
    const auto buffer = context.output(0).create_output_buffer<std::int64_t, 1>(Point<1>{50}, /*bind_buffer=*/true);
    fill_kernel<<<1, THREADS, 0, context.get_task_stream()>>>(buffer, 50);
  };
  auto making = task<Probe>();
  static_cast<void>(making.add_output(result));
  run(std::move(making));
  std::vector<std::int64_t> squares;
  for (std::int64_t i = 0; i < 50; ++i) squares.push_back(i * i);
  EXPECT_EQ(values_of(result), squares);
}

TEST_F(Cuda, LibrariesWorkInTheStreamOfTheTask) {
  double norm = 0.0;
  std::array<cufftDoubleComplex, 4> spectrum{};
  body = [&](const TaskContext& context) {
    EXPECT_NE(context.get_task_stream(), nullptr);
    EXPECT_EQ(cuda::cublas(context), cuda::cublas(context));
    const auto values = create_buffer<double>(8, Memory::Kind::Z_COPY_MEM);
    for (coord_t i = 0; i < 8; ++i) values[i] = i == 0 ? 3.0 : i == 1 ? 4.0 : 0.0;
    EXPECT_EQ(cublasDnrm2(cuda::cublas(context), 8, values.ptr(Point<1>{0}), 1, &norm), CUBLAS_STATUS_SUCCESS);
    // The transform of 1, 0, 0, 0.
    const auto signal = create_buffer<cufftDoubleComplex>(4, Memory::Kind::Z_COPY_MEM);
    for (coord_t i = 0; i < 4; ++i) signal[i] = {i == 0 ? 1.0 : 0.0, 0.0};
    const auto plan = cuda::cufft_plan(context, {4}, CUFFT_Z2Z);
    EXPECT_EQ(plan, cuda::cufft_plan(context, {4}, CUFFT_Z2Z));
    auto* const data = signal.ptr(Point<1>{0});
    EXPECT_EQ(cufftExecZ2Z(plan, data, data, CUFFT_FORWARD), CUFFT_SUCCESS);
    EXPECT_EQ(cudaStreamSynchronize(context.get_task_stream()), cudaSuccess);
    std::copy(data, data + 4, spectrum.begin());
    EXPECT_THROW(static_cast<void>(cuda::cufft_plan(context, {0}, CUFFT_Z2Z)), std::invalid_argument);
  };
  run(task<Probe>());
  EXPECT_DOUBLE_EQ(norm, 5.0);
  for (const auto& value : spectrum) EXPECT_DOUBLE_EQ(value.x, 1.0);
}

TEST_F(Cuda, DataLargerThanTheMemoryOfTheGpuPassThroughIt) {
  // Twelve stores of 40 MB and one GPU of 256: those that wait are put out to main memory.
  constexpr std::uint64_t SIZE = 5'000'000;
  std::vector<LogicalStore> stores;
  for (int i = 0; i < 12; ++i) {
    stores.push_back(store(Shape{SIZE}));
    runtime->issue_fill(stores.back(), Scalar{std::int64_t{i}});
  }
  for (int turn = 0; turn < 2; ++turn) {
    for (const auto& each : stores) add_number(each, each, 1);
  }
  for (int i = 0; i < 12; ++i) {
    const auto values = stores[static_cast<std::size_t>(i)].get_physical_store();
    const auto access = values.read_accessor<std::int64_t, 1>();
    ASSERT_EQ(access[0], i + 2);
    ASSERT_EQ(access[SIZE - 1], i + 2);
  }
}

TEST_F(Cuda, ScopeOfCpusRunsTheCpuVariant) {
  const Scope scope{runtime->get_machine().only(mapping::TaskTarget::CPU)};
  body = [](const TaskContext& context) {
    EXPECT_EQ(context.target(), mapping::TaskTarget::CPU);
    EXPECT_EQ(context.get_task_stream(), nullptr);
  };
  run(task<Probe>());
}

TEST_F(Cuda, ExceptionsOfBodiesOnTheGpuArrive) {
  body = [](TaskContext) { throw TaskException{"on the GPU"}; };
  refuses<TaskException>([&] { runtime->submit(task<Probe>()); }, {"on the GPU"});
}

}  // namespace
}  // namespace legate::test

int main(int argc, char** argv) {
  int gpus = 0;
  if (const auto code = cudaGetDeviceCount(&gpus); code != cudaSuccess || gpus == 0) {
    std::cout << "no GPU here: skipped (" << cudaGetErrorString(code) << ")\n";
    return 77;
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
