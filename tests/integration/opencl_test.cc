// SPDX-License-Identifier: Apache-2.0
// Tasks on an OpenCL device: StarPU gives it memory of its own, also where PoCL makes one of the CPU.
#include "../unit/child_program.h"
#include "../unit/runtime_environment.h"
#include "runtime_test.h"

#include <legate/opencl.h>

#include <CL/cl.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace legate::test {
namespace {

[[maybe_unused]] const int configured = ::setenv("LEGATE_CONFIG", "--cpus 2 --opencl 1 --sysmem 256", 0);

// Every kernel runs over the elements of a box of up to three dimensions; `at` finds one of them.
const std::string SOURCE = R"CL(
long at(long offset, long3 strides) {
  return (offset + get_global_id(0) * strides.x + get_global_id(1) * strides.y + get_global_id(2) * strides.z) / 8;
}
kernel void add_number(global long* to, long to_offset, long3 to_strides,
                       global const long* from, long from_offset, long3 from_strides, long number) {
  to[at(to_offset, to_strides)] = from[at(from_offset, from_strides)] + number;
}
kernel void increment(global long* x, long offset, long3 strides, long number) { x[at(offset, strides)] += number; }
kernel void sum_into(global long* to, long to_offset, global const long* from, long from_offset, long stride, long count) {
  for (long i = 0; i < count; ++i) to[to_offset / 8] += from[(from_offset + i * stride) / 8];
}
kernel void smooth(global long* to, long to_offset, long to_stride,
                   global const long* from, long from_offset, long from_stride) {
  long i = get_global_id(0);
  global const long* centre = from + (from_offset + (i + 1) * from_stride) / 8;
  to[(to_offset + i * to_stride) / 8] = centre[-from_stride / 8] + centre[0] + centre[from_stride / 8];
}
)CL";

class Call {
 public:
  Call(const TaskContext& context, const char* name)
      : kernel_{opencl::kernel(context, SOURCE, name)}, queue_{opencl::queue(context)} {}

  template <typename Value>
  Call& add(const Value& value) {
    check(clSetKernelArg(kernel_, next_++, sizeof value, &value));
    return *this;
  }
  Call& add_box(const opencl::Buffer& buffer) {
    cl_long4 strides{};
    for (std::size_t d = 0; d < buffer.strides.size(); ++d) strides.s[d] = static_cast<cl_long>(buffer.strides[d]);
    return add(buffer.memory).add(static_cast<cl_long>(buffer.offset)).add(strides);
  }
  void run(const Domain& domain) {
    std::array<std::size_t, 3> size{1, 1, 1};  // one element without dimensions
    for (std::int32_t d = 0; d < domain.dim; ++d) {
      size[static_cast<std::size_t>(d)] =
          static_cast<std::size_t>(domain.rect_data[d + domain.dim] - domain.rect_data[d] + 1);
    }
    check(clEnqueueNDRangeKernel(queue_, kernel_, 3, nullptr, size.data(), nullptr, 0, nullptr, nullptr));
  }

 private:
  static void check(cl_int code) {
    if (code != CL_SUCCESS) throw std::runtime_error{"OpenCL error " + std::to_string(code)};
  }

  cl_kernel kernel_;
  cl_command_queue queue_;
  cl_uint next_{0};
};

/// output 0 = input 0 + scalar 0
struct AddNumber : public LegateTask<AddNumber> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{20}};
  static void opencl_variant(TaskContext context) {
    const auto output = context.output(0);
    if (output.dim() > 0 && output.domain().empty()) return;
    Call{context, "add_number"}
        .add_box(opencl::buffer(output))
        .add_box(opencl::buffer(context.input(0)))
        .add(static_cast<cl_long>(context.scalar(0).value<std::int64_t>()))
        .run(output.domain());
  }
};

/// output 0, which is input 0 as well, += input 1, a scalar store
struct Increment : public LegateTask<Increment> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{21}};
  static void opencl_variant(TaskContext context) {
    const auto output = context.output(0);
    if (output.domain().empty()) return;
    Call{context, "increment"}
        .add_box(opencl::buffer(output))
        .add(static_cast<cl_long>(context.input(1).scalar<std::int64_t>()))
        .run(output.domain());
  }
};

/// reduction 0 += the sum of the elements of input 0
struct Sum : public LegateTask<Sum> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{22}};
  static void opencl_variant(TaskContext context) {
    const auto input = context.input(0);
    const auto to = opencl::buffer(context.reduction(0));
    const auto from = opencl::buffer(input);
    const auto domain = input.domain();
    if (domain.empty()) return;
    Call{context, "sum_into"}
        .add(to.memory)
        .add(static_cast<cl_long>(to.offset))
        .add(from.memory)
        .add(static_cast<cl_long>(from.offset))
        .add(static_cast<cl_long>(from.strides[0]))
        .add(static_cast<cl_long>(domain.get_volume()))
        .run(Domain{DomainPoint{0}, DomainPoint{0}});
  }
};

/// output 0[i] = input 0[i - 1] + input 0[i] + input 0[i + 1]; the input is seen one further at both ends
struct Smooth : public LegateTask<Smooth> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{23}};
  static void opencl_variant(TaskContext context) {
    const auto output = context.output(0);
    const auto to = opencl::buffer(output);
    const auto from = opencl::buffer(context.input(0));
    if (output.domain().empty()) return;
    Call{context, "smooth"}
        .add(to.memory)
        .add(static_cast<cl_long>(to.offset))
        .add(static_cast<cl_long>(to.strides[0]))
        .add(from.memory)
        .add(static_cast<cl_long>(from.offset))
        .add(static_cast<cl_long>(from.strides[0]))
        .run(output.domain());
  }
};

/// Whatever a test wants to see from inside.
struct Probe : public LegateTask<Probe> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{24}};
  static constexpr auto OPENCL_VARIANT_OPTIONS =
      VariantOptions{}.with_may_throw_exception(true).with_has_side_effect(true);
  static constexpr auto CPU_VARIANT_OPTIONS = OPENCL_VARIANT_OPTIONS;
  static void opencl_variant(TaskContext context) { body(context); }
  static void cpu_variant(TaskContext context) { body(context); }
};

class OpenCl : public RuntimeTest {
 protected:
  OpenCl() {
    bool created = false;
    tasks = runtime->find_or_create_library("legatus.test.opencl", ResourceConfig{}, nullptr, {}, &created);
    if (created) {
      AddNumber::register_variants(tasks);
      Increment::register_variants(tasks);
      Sum::register_variants(tasks);
      Smooth::register_variants(tasks);
      Probe::register_variants(tasks);
    }
  }

  template <typename Task>
  [[nodiscard]] AutoTask task() {
    return runtime->create_task(tasks, Task::TASK_CONFIG.task_id());
  }
  /// A launch of these points.
  template <typename Task>
  [[nodiscard]] ManualTask task(std::initializer_list<std::uint64_t> shape) {
    return runtime->create_task(tasks, Task::TASK_CONFIG.task_id(), shape);
  }
  /// to = from + number, in one point
  void add_number(const LogicalStore& to, const LogicalStore& from, std::int64_t number) {
    auto adding = task<AddNumber>();
    const auto output = adding.add_output(to);
    const auto input = adding.add_input(from);
    adding.add_constraint(align(output, input));
    adding.add_scalar_arg(Scalar{number});
    runtime->submit(std::move(adding));
  }
  /// The same in as many points as there are parts of these shapes.
  void add_number_by_parts(const LogicalStore& to, const LogicalStore& from, std::int64_t number,
                           const std::vector<std::uint64_t>& tile, std::initializer_list<std::uint64_t> colors) {
    auto adding = task<AddNumber>(colors);
    adding.add_output(to.partition_by_tiling(tile));
    adding.add_input(from.partition_by_tiling(tile));
    adding.add_scalar_arg(Scalar{number});
    runtime->submit(std::move(adding));
  }
  void copy_on_cpus(LogicalStore& to, const LogicalStore& from) {
    const Scope scope{runtime->get_machine().only(TaskTarget::CPU)};
    runtime->issue_copy(to, from);
  }
  /// 0, 1, ... of so many elements, each plus `number`
  [[nodiscard]] static std::vector<std::int64_t> counted(std::size_t count, std::int64_t number) {
    auto values = iota(static_cast<std::int64_t>(count));
    for (auto& value : values) value += number;
    return values;
  }

  Library tasks{library};
};

TEST_F(OpenCl, DeviceIsPartOfTheMachineAndPreferred) {
  const auto machine = runtime->get_machine();
  EXPECT_EQ(machine.count(mapping::TaskTarget::OPENCL), 1U);
  EXPECT_EQ(machine.preferred_target(), mapping::TaskTarget::OPENCL);
}

TEST_F(OpenCl, KernelSeesWhatCpuTasksWroteAndTheOtherWayRound) {
  for (const auto& extents : std::vector<std::vector<std::uint64_t>>{{1000}, {30, 41}, {7, 8, 9}}) {
    const Shape shape{extents};
    const auto from = numbered(shape);
    const auto to = store(shape);
    add_number(to, from, 5);
    EXPECT_EQ(values_of(to), counted(shape.volume(), 5));
    // What is on the device goes into a CPU task, and its result back.
    auto copied = store(shape);
    copy_on_cpus(copied, to);
    add_number(to, copied, 10);
    EXPECT_EQ(values_of(to), counted(shape.volume(), 15));
  }
}

TEST_F(OpenCl, LongChainOfTurnsBetweenDeviceAndCpu) {
  auto x = numbered(Shape{500});
  const auto y = store(Shape{500});
  for (int turn = 0; turn < 50; ++turn) {
    add_number(y, x, 1);
    copy_on_cpus(x, y);
  }
  EXPECT_EQ(values_of(x), counted(500, 50));
}

TEST_F(OpenCl, PointsWriteTheirTiles) {
  const auto from = numbered(Shape{40, 60});
  const auto to = filled(Shape{40, 60}, -1);
  add_number_by_parts(to, from, 3, {10, 20}, {4, 3});
  EXPECT_EQ(values_of(to), counted(2400, 3));
  add_number_by_parts(to, to, 4, {40, 10},
                      {1, 6});  // other tiles: what each point sees lies in several of the old ones
  EXPECT_EQ(values_of(to), counted(2400, 7));
}

TEST_F(OpenCl, PartsAcrossTilesAreGatheredAndScattered) {
  const auto x = numbered(Shape{64});
  add_number_by_parts(x, x, 1, {16}, {4});
  // One point that sees 8..56: parts of all four tiles.
  const auto middle = x.slice(0, Slice{8, 56});
  add_number(middle, middle, 100);
  auto expected = counted(64, 1);
  for (std::size_t i = 8; i < 56; ++i) expected[i] += 100;
  EXPECT_EQ(values_of(x), expected);
}

TEST_F(OpenCl, TransposedAndProjectedViewsHaveStrides) {
  const auto x = numbered(Shape{20, 30});
  const auto to = filled(Shape{30, 20}, 0);
  add_number(to, x.transpose({1, 0}), 0);
  std::vector<std::int64_t> expected;
  for (std::int64_t i = 0; i < 30; ++i) {
    for (std::int64_t j = 0; j < 20; ++j) expected.push_back(j * 30 + i);
  }
  EXPECT_EQ(values_of(to), expected);
  const auto column = store(Shape{20});
  add_number(column, x.project(1, 7), 0);
  std::vector<std::int64_t> seventh;
  for (std::int64_t i = 0; i < 20; ++i) seventh.push_back(30 * i + 7);
  EXPECT_EQ(values_of(column), seventh);
}

TEST_F(OpenCl, StoresWithoutDimensionsHaveOneElement) {
  const auto from = runtime->create_store(Shape{}, int64());
  const auto to = runtime->create_store(Shape{}, int64());
  runtime->issue_fill(from, Scalar{std::int64_t{5}});
  add_number(to, from, 2);
  EXPECT_EQ((to.get_physical_store().read_accessor<std::int64_t, 1>()[Point<1>{0}]), 7);
}

TEST_F(OpenCl, ScalarStoresAreReadInMainMemory) {
  const auto x = numbered(Shape{100});
  auto incrementing = task<Increment>();
  const auto in = incrementing.add_input(x);
  static_cast<void>(incrementing.add_input(scalar_store(11)));
  const auto out = incrementing.add_output(x);
  incrementing.add_constraint(align(in, out));
  runtime->submit(std::move(incrementing));
  EXPECT_EQ(values_of(x), counted(100, 11));
}

TEST_F(OpenCl, HalosAreGatheredFromTheirTiles) {
  auto x = numbered(Shape{66});
  add_number_by_parts(x, x, 0, {11}, {6});  // cut into tiles by points of a launch
  const auto y = filled(Shape{66}, 0);
  const auto inner = y.slice(0, Slice{1, 65});
  for (int turn = 0; turn < 3; ++turn) {
    auto smoothing = task<Smooth>();
    smoothing.add_constraint(broadcast(smoothing.add_output(inner)));
    smoothing.add_constraint(broadcast(smoothing.add_input(x)));
    runtime->submit(std::move(smoothing));
    auto values = values_of(y);
    const auto before = values_of(x);
    for (std::size_t i = 1; i < 65; ++i) ASSERT_EQ(values[i], before[i - 1] + before[i] + before[i + 1]) << i;
    runtime->issue_copy(x, y);
  }
}

TEST_F(OpenCl, ReductionsOfSeveralPointsAreFolded) {
  const auto x = numbered(Shape{120});
  const auto total = filled(Shape{1}, 1000);
  auto summing = task<Sum>({6});
  summing.add_input(x.partition_by_tiling({20}));
  summing.add_reduction(total, ReductionOpKind::ADD);
  runtime->submit(std::move(summing));
  EXPECT_EQ(values_of(total), std::vector<std::int64_t>{1000 + 120 * 119 / 2});
}

TEST_F(OpenCl, HalosOfSeveralPointsAreGatheredFromTheirNeighbours) {
  const auto x = numbered(Shape{62});
  add_number_by_parts(x, x, 0, {31}, {2});
  const auto y = filled(Shape{60}, 0);
  // Point i sees 20 elements of y, and of x those and one more on each side.
  for (std::uint64_t i = 0; i < 3; ++i) {
    auto smoothing = task<Smooth>();
    const auto first = static_cast<std::int64_t>(20 * i);
    smoothing.add_constraint(broadcast(smoothing.add_output(y.slice(0, Slice{first, first + 20}))));
    smoothing.add_constraint(broadcast(smoothing.add_input(x.slice(0, Slice{first, first + 22}))));
    runtime->submit(std::move(smoothing));
  }
  std::vector<std::int64_t> expected;
  for (std::int64_t i = 1; i <= 60; ++i) expected.push_back(3 * i);
  EXPECT_EQ(values_of(y), expected);
}

TEST_F(OpenCl, ReductionsIntoScalarStoresAreFolded) {
  const auto x = numbered(Shape{120});
  const auto total = scalar_store(7);
  auto summing = task<Sum>({6});
  summing.add_input(x.partition_by_tiling({20}));
  summing.add_reduction(total, ReductionOpKind::ADD);
  runtime->submit(std::move(summing));
  EXPECT_EQ(values_of(total), std::vector<std::int64_t>{7 + 120 * 119 / 2});
}

TEST_F(OpenCl, AccessorsAreRefusedWithTheirArgument) {
  std::vector<std::string> messages;
  body = [&](const TaskContext& context) {
    for (const auto& attempt :
         std::vector<std::function<void()>>{[&] { (void)context.input(0).read_accessor<std::int64_t, 1>(); },
                                            [&] { (void)context.input(0).get_inline_allocation(); }}) {
      try {
        attempt();
        messages.emplace_back("nothing was thrown");
      } catch (const std::invalid_argument& error) {
        messages.emplace_back(error.what());
      }
    }
    EXPECT_EQ(context.input(0).target(), mapping::StoreTarget::FBMEM);
    EXPECT_EQ(context.target(), mapping::TaskTarget::OPENCL);
  };
  auto probing = task<Probe>();
  static_cast<void>(probing.add_input(numbered(Shape{10})));
  run(std::move(probing));
  ASSERT_EQ(messages.size(), 2U);
  for (const auto& message : messages) {
    EXPECT_NE(message.find("input 0 of task"), std::string::npos) << message;
    EXPECT_NE(message.find("legate::opencl::buffer"), std::string::npos) << message;
  }
}

TEST_F(OpenCl, ProgramThatDoesNotBuildSaysWhatTheCompilerSays) {
  std::string message;
  body = [&](const TaskContext& context) {
    try {
      (void)opencl::kernel(context, "kernel void broken(global long* x) { x[0] = missing; }", "broken");
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
  };
  run(task<Probe>());
  EXPECT_NE(message.find("missing"), std::string::npos) << message;
}

TEST_F(OpenCl, KernelIsBuiltOnceAndUnknownNamesAreRefused) {
  std::vector<cl_kernel> kernels;
  std::string message;
  body = [&](const TaskContext& context) {
    kernels.push_back(opencl::kernel(context, SOURCE, "increment"));
    kernels.push_back(opencl::kernel(context, SOURCE, "increment"));
    try {
      (void)opencl::kernel(context, SOURCE, "decrement");
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
  };
  run(task<Probe>());
  ASSERT_EQ(kernels.size(), 2U);
  EXPECT_EQ(kernels[0], kernels[1]);
  EXPECT_NE(message.find("decrement"), std::string::npos) << message;
  EXPECT_NE(message.find("the kernels of the program are: "), std::string::npos) << message;
  EXPECT_NE(message.find("add_number"), std::string::npos) << message;
}

TEST_F(OpenCl, ScopeOfCpusRunsTheCpuVariant) {
  const Scope scope{runtime->get_machine().only(mapping::TaskTarget::CPU)};
  std::string message;
  body = [&](const TaskContext& context) {
    EXPECT_EQ(context.target(), mapping::TaskTarget::CPU);
    try {
      (void)opencl::queue(context);
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
  };
  run(task<Probe>());
  EXPECT_NE(message.find("does not run its OpenCL variant"), std::string::npos) << message;
}

TEST_F(OpenCl, FillsAndCopiesInScopesWithoutCpus) {
  const Scope scope{runtime->get_machine().only(TaskTarget::OPENCL)};
  const auto from = runtime->create_store(Shape{100}, int64());
  auto to = runtime->create_store(Shape{100}, int64());
  runtime->issue_fill(from, Scalar{std::int64_t{4}});
  add_number(from, from, 3);
  runtime->issue_copy(to, from);
  EXPECT_EQ(values_of(to), std::vector<std::int64_t>(100, 7));
}

TEST_F(OpenCl, ExceptionsOfBodiesOnTheDeviceArrive) {
  body = [](TaskContext) { throw TaskException{"on the device"}; };
  refuses<TaskException>([&] { runtime->submit(task<Probe>()); }, {"on the device"});
}

int run_inline() {
  start();
  {
    auto* runtime = Runtime::get_runtime();
    auto tasks = runtime->create_library("legatus.test.opencl");
    Probe::register_variants(tasks);
    body = [](const TaskContext& context) { std::cerr << context.target() << '\n'; };
    runtime->submit(runtime->create_task(tasks, Probe::TASK_CONFIG.task_id()));
    AddNumber::register_variants(tasks);
    try {
      static_cast<void>(runtime->create_task(tasks, AddNumber::TASK_CONFIG.task_id()));
    } catch (const std::invalid_argument& error) {
      const std::string text = error.what();
      for (const auto* flag : {"valid variant", "--inline-task-launch", "--opencl 1"}) {
        if (text.find(flag) != std::string::npos) std::cerr << flag << '\n';
      }
    }
  }
  return finish();
}

TEST(OpenClChild, InlineTasksRunTheirCpuVariantAndTheStartTellsOfUnusedDevices) {
  const std::string flags = "--cpus 1 --sysmem 64 --inline-task-launch";
  const auto text = run_child("inline", flags + " --opencl 1");
  const auto end = text.find('\n');
  EXPECT_NE(text.substr(0, end).find("--inline-task-launch"), std::string::npos) << text;
  EXPECT_NE(text.substr(0, end).find("--opencl 1"), std::string::npos) << text;
  EXPECT_EQ(text.substr(end + 1), "CPU\nvalid variant\n--inline-task-launch\n--opencl 1\n");
  EXPECT_EQ(run_child("inline", flags), "CPU\nvalid variant\n");
}

// ---- devices with less memory than the data need

constexpr auto SMALL_DEVICE = "--cpus 1 --opencl 1 --opencl-memory 2 --sysmem 64";
constexpr std::uint64_t HALF_MEBIBYTE = std::uint64_t{1} << 16U;  // of elements

void require(bool condition, const char* what) {
  if (!condition) {
    std::cerr << what << '\n';
    std::_Exit(1);
  }
}

int run_on_small_device(void (*program)(Library&), const char* library = "legatus.test.opencl") {
  start();
  {
    auto tasks = Runtime::get_runtime()->find_or_create_library(library);
    AddNumber::register_variants(tasks);
    program(tasks);
  }
  return finish();
}

void add_number(const Library& tasks, const LogicalStore& to, const LogicalStore& from, std::int64_t number) {
  auto* runtime = Runtime::get_runtime();
  auto adding = runtime->create_task(tasks, AddNumber::TASK_CONFIG.task_id(), {1});
  adding.add_output(to);
  adding.add_input(from);
  adding.add_scalar_arg(Scalar{number});
  runtime->submit(std::move(adding));
}

LogicalStore filled(std::uint64_t size, std::int64_t value) {
  auto* runtime = Runtime::get_runtime();
  const auto store = runtime->create_store(Shape{size}, int64());
  runtime->issue_fill(store, Scalar{value});
  return store;
}

/// Twelve stores of half a MiB, each made of its neighbour, again and again.
int use_more_than_fits() {
  return run_on_small_device([](Library& tasks) {
    std::vector<LogicalStore> stores;
    std::vector<std::int64_t> expected;
    for (std::int64_t i = 0; i < 12; ++i) {
      stores.push_back(filled(HALF_MEBIBYTE, i));
      expected.push_back(i);
    }
    for (std::size_t step = 0; step < 60; ++step) {
      const auto to = step % 12;
      const auto from = (to + 5) % 12;
      add_number(tasks, stores[to], stores[from], 1);
      expected[to] = expected[from] + 1;
    }
    for (std::size_t i = 0; i < 12; ++i) {
      require(values_of(stores[i]) == std::vector<std::int64_t>(HALF_MEBIBYTE, expected[i]), "an element is wrong");
    }
  });
}

int use_too_much_at_once() {
  return run_on_small_device([](Library& tasks) {
    const auto from = filled(6 * HALF_MEBIBYTE, 1);
    const auto to = filled(6 * HALF_MEBIBYTE, 0);
    try {
      add_number(tasks, to, from, 1);
    } catch (const OutOfMemoryError& error) {
      std::cerr << error.what() << '\n';
    }
    // Nothing has happened, and smaller pieces are possible.
    require(values_of(to) == std::vector<std::int64_t>(6 * HALF_MEBIBYTE, 0), "what was refused has run");
    auto* runtime = Runtime::get_runtime();
    auto adding = runtime->create_task(tasks, AddNumber::TASK_CONFIG.task_id(), {6});
    adding.add_output(to.partition_by_tiling({HALF_MEBIBYTE}));
    adding.add_input(from.partition_by_tiling({HALF_MEBIBYTE}));
    adding.add_scalar_arg(Scalar{std::int64_t{2}});
    runtime->submit(std::move(adding));
    require(values_of(to) == std::vector<std::int64_t>(6 * HALF_MEBIBYTE, 3), "an element is wrong");
  });
}

/// A program's task in the library of the runtime, where those of Python are.
int use_too_much_in_the_library_of_the_runtime() {
  return run_on_small_device(
      [](Library& tasks) {
        const auto x = filled(6 * HALF_MEBIBYTE, 1);
        try {
          add_number(tasks, x, x, 1);
        } catch (const OutOfMemoryError& error) {
          std::cerr << error.what() << '\n';
        }
      },
      "legate.core");
}

/// Pieces of a store that is one tile, which does not fit.
int use_pieces_of_a_large_tile() {
  return run_on_small_device([](Library& tasks) {
    const auto from = filled(6 * HALF_MEBIBYTE, 4);
    const auto to = filled(6 * HALF_MEBIBYTE, 0);
    static_cast<void>(values_of(from));
    const Slice middle{100, 1100};
    add_number(tasks, to.slice(0, middle), from.slice(0, middle), 3);
    auto expected = std::vector<std::int64_t>(6 * HALF_MEBIBYTE, 0);
    std::fill(expected.begin() + 100, expected.begin() + 1100, 7);
    require(values_of(to) == expected, "an element is wrong");
  });
}

/// Each rank tells the name of each of its devices.
int tell_devices() {
  start();
  {
    auto* runtime = Runtime::get_runtime();
    auto tasks = runtime->create_library("legatus.test.opencl");
    Probe::register_variants(tasks);
    body = [](const TaskContext& context) {
      std::array<char, 256> name{};
      clGetDeviceInfo(opencl::device(context), CL_DEVICE_NAME, name.size() - 1, name.data(), nullptr);
      std::cerr << std::string{"works on "} + name.data() + '\n';
    };
    const auto machine = runtime->get_machine().only(mapping::TaskTarget::OPENCL);
    for (std::uint32_t device = 0; device < machine.count(); ++device) {
      const Scope scope{machine.slice(device, device + 1)};
      runtime->submit(runtime->create_task(tasks, Probe::TASK_CONFIG.task_id()));
    }
  }
  return finish();
}

/// The largest parts of both stores do not fit together, but no point sees both.
int use_large_parts_one_by_one() {
  return run_on_small_device([](Library& tasks) {
    constexpr std::uint64_t LARGE = 160'000;
    constexpr std::uint64_t SMALL = 60'000;
    Probe::register_variants(tasks);
    body = [](const TaskContext& context) {
      require(context.input(0).domain().get_volume() + context.input(1).domain().get_volume() == LARGE + SMALL,
              "a point sees something else");
      std::cerr << context.target() << '\n';
    };
    auto* runtime = Runtime::get_runtime();
    auto task = runtime->create_task(tasks, Probe::TASK_CONFIG.task_id(), {2});
    task.add_input(filled(LARGE + SMALL, 4).partition_by_tiling({LARGE}));
    task.add_input(filled(LARGE + SMALL, 5).partition_by_tiling({LARGE}), SymbolicPoint{dimension(0) * -1 + 1});
    runtime->submit(std::move(task));
  });
}

/// A part in several tiles, for which there is room, but not for the tiles beside it.
int use_tiles_and_a_copy_of_them() {
  return run_on_small_device([](Library& tasks) {
    constexpr std::uint64_t TILE = HALF_MEBIBYTE / 2;
    const auto x = filled(5 * TILE, 1);
    auto* runtime = Runtime::get_runtime();
    auto cutting = runtime->create_task(tasks, AddNumber::TASK_CONFIG.task_id(), {5});
    cutting.add_output(x.partition_by_tiling({TILE}));
    cutting.add_input(x.partition_by_tiling({TILE}));
    cutting.add_scalar_arg(Scalar{std::int64_t{2}});
    runtime->submit(std::move(cutting));
    add_number(tasks, x, x, 4);
    require(values_of(x) == std::vector<std::int64_t>(5 * TILE, 7), "an element is wrong");
  });
}

TEST(OpenClChild, WhatDoesNotFitIsEvicted) { EXPECT_EQ(run_child("more_than_fits", SMALL_DEVICE), ""); }

TEST(OpenClChild, TaskThatNeedsMoreThanTheDeviceHasIsRefused) {
  const auto text = run_child("too_much_at_once", SMALL_DEVICE);
  EXPECT_NE(text.find("works on 6291456 bytes, but its processor has 2097152"), std::string::npos) << text;
  EXPECT_NE(text.find("AddNumber"), std::string::npos) << text;
}

TEST(OpenClChild, OnlyWhatOnePointSeesHasToFit) {
  EXPECT_EQ(run_child("large_parts_one_by_one", SMALL_DEVICE), "OPENCL\nOPENCL\n");
}

TEST(OpenClChild, TasksOfProgramsInTheLibraryOfTheRuntimeAreRefusedLikeOthers) {
  const auto text = run_child("too_much_in_core", SMALL_DEVICE);
  EXPECT_NE(text.find("works on 3145728 bytes, but its processor has 2097152"), std::string::npos) << text;
}

TEST(OpenClChild, TilesThatDoNotFitBesideACopyOfThemAreGatheredInMainMemory) {
  EXPECT_EQ(run_child("tiles_and_copy", SMALL_DEVICE), "");
}

TEST(OpenClChild, PiecesOfTilesThatDoNotFitAreGathered) {
  EXPECT_EQ(run_child("pieces_of_a_large_tile", SMALL_DEVICE), "");
}

}  // namespace
}  // namespace legate::test

int main(int argc, char** argv) {
  cl_uint platforms = 0;
  if (argc == 1 && (clGetPlatformIDs(0, nullptr, &platforms) != CL_SUCCESS || platforms == 0)) {
    std::cout << "no OpenCL device here: skipped\n";
    return 77;
  }
  using namespace legate::test;
  return run_tests_or_child(argc, argv,
                            {{"inline", run_inline},
                             {"tell_devices", tell_devices},
                             {"more_than_fits", use_more_than_fits},
                             {"too_much_at_once", use_too_much_at_once},
                             {"too_much_in_core", use_too_much_in_the_library_of_the_runtime},
                             {"tiles_and_copy", use_tiles_and_a_copy_of_them},
                             {"large_parts_one_by_one", use_large_parts_one_by_one},
                             {"pieces_of_a_large_tile", use_pieces_of_a_large_tile}});
}
