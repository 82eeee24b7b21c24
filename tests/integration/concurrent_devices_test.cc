// SPDX-License-Identifier: Apache-2.0
// Concurrent launches on two OpenCL devices, which PoCL makes of the CPU: points work in memory of their own, all at
// once. The devices are those of one process, or one of each of two.
#include "../unit/runtime_environment.h"
#include "runtime_test.h"

#include <legate/comm/coll.h>
#include <legate/opencl.h>
#include <legate/redop/redop.h>

#include <CL/cl.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

namespace legate::test {
namespace {

using comm::coll::CollComm;
using comm::coll::CollDataType;

constexpr cl_uint DEVICES = 2;

std::int64_t sum_over(const TaskContext& context, std::int64_t value) {
  std::int64_t sum = value;
  if (context.num_communicators() != 0) {
    comm::coll::collAllreduce(&value, &sum, 1, CollDataType::CollInt64, ReductionOpKind::ADD,
                              context.communicator(0).get<CollComm>());
  }
  return sum;
}

void check(cl_int code) {
  if (code != CL_SUCCESS) throw std::runtime_error{"OpenCL error " + std::to_string(code)};
}

/// What a point sees of a store of one dimension, brought to the host and back.
class Elements {
 public:
  Elements(const TaskContext& context, const PhysicalStore& store)
      : queue_{opencl::queue(context)}, values_(store.domain().get_volume()) {
    if (!values_.empty()) {
      buffer_ = opencl::buffer(store);
      check(clEnqueueReadBuffer(queue_, buffer_.memory, CL_TRUE, buffer_.offset, bytes(), values_.data(), 0, nullptr,
                                nullptr));
    }
  }
  std::vector<std::int64_t>& values() { return values_; }
  void write() {
    if (!values_.empty()) {
      check(clEnqueueWriteBuffer(queue_, buffer_.memory, CL_TRUE, buffer_.offset, bytes(), values_.data(), 0, nullptr,
                                 nullptr));
    }
  }

 private:
  [[nodiscard]] std::size_t bytes() const { return values_.size() * sizeof(std::int64_t); }

  cl_command_queue queue_;
  opencl::Buffer buffer_{};
  std::vector<std::int64_t> values_;
};

/// output 0, which is input 0 as well: x = (3 x + the sum of all x) % 1009, of all points or of its own.
struct Mix : public LegateTask<Mix> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{30}};
  static void opencl_variant(TaskContext context) {
    const auto output = context.output(0);
    Elements elements{context, output};
    auto& values = elements.values();
    const auto sum = sum_over(context, std::accumulate(values.begin(), values.end(), std::int64_t{0}));
    for (auto& value : values) value = (3 * value + sum) % 1009;
    elements.write();
    if (context.num_reductions() > 0) {
      const auto to = opencl::buffer(context.reduction(0));
      check(clEnqueueWriteBuffer(opencl::queue(context), to.memory, CL_TRUE, to.offset, sizeof sum, &sum, 0, nullptr,
                                 nullptr));
    }
  }
};

/// Calls `body` on a device.
struct OnDevice : public LegateTask<OnDevice> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{31}};
  static constexpr auto OPENCL_VARIANT_OPTIONS = VariantOptions{}.with_concurrent(true).with_may_throw_exception(true);
  static void opencl_variant(TaskContext context) { body(context); }
};

class ConcurrentOnDevices : public RuntimeTest {
 protected:
  ConcurrentOnDevices() {
    library = runtime->find_library("legatus.test");
    static const bool once = [this] {
      Mix::register_variants(library);
      OnDevice::register_variants(library);
      return true;
    }();
    static_cast<void>(once);
  }
  [[nodiscard]] ManualTask mix(const LogicalStore& store, std::uint64_t points) {
    auto task = runtime->create_task(library, LocalTaskID{30}, {points});
    const auto parts = store.partition_by_tiling({store.volume() / points});
    task.add_input(parts);
    task.add_output(parts);
    return task;
  }
  [[nodiscard]] ManualTask on_device(std::uint64_t points) {
    return runtime->create_task(library, LocalTaskID{31}, {points});
  }
};

void mix_serially(std::vector<std::int64_t>& values, std::size_t parts) {
  const auto part = static_cast<std::ptrdiff_t>(values.size() / parts);
  for (auto begin = values.begin(); begin != values.end(); begin += part) {
    const auto sum = std::accumulate(begin, begin + part, std::int64_t{0});
    for (auto value = begin; value != begin + part; ++value) *value = (3 * *value + sum) % 1009;
  }
}

TEST_F(ConcurrentOnDevices, PointsMeetOnDevicesOfTheirOwn) {
  std::atomic<int> here{0};
  std::atomic<int> early{0};
  std::atomic<int> elsewhere{0};
  const auto here_of_all = static_cast<int>(2 / runtime->node_count());  // points of each rank
  body = [&](TaskContext context) {
    elsewhere += context.target() != mapping::TaskTarget::OPENCL;
    ++here;
    context.concurrent_task_barrier();
    early += here < here_of_all;
  };
  run(on_device(2));
  EXPECT_EQ(here, here_of_all);
  EXPECT_EQ(early, 0);
  EXPECT_EQ(elsewhere, 0);
}

TEST_F(ConcurrentOnDevices, RunsAmongOtherTasksOnTheSameData) {
  const auto data = numbered(Shape{16});
  auto expected = iota(16);
  body = [](TaskContext context) {
    const auto store = context.output(0);
    const auto access = store.read_write_accessor<std::int64_t, 1>();
    for (PointInRectIterator<1> it{store.shape<1>()}; it.valid(); ++it) access[*it] = (access[*it] + 1) % 1009;
  };
  for (int round = 0; round < 40; ++round) {
    auto task = mix(data, 2);
    task.add_communicator("cpu");
    runtime->submit(std::move(task));
    mix_serially(expected, 1);
    if (round % 3 == 0) {
      runtime->submit(mix(data, round % 2 == 0 ? 4 : 2));  // ordinary points on devices
      mix_serially(expected, round % 2 == 0 ? 4 : 2);
    }
    if (round % 4 == 0) {
      auto on_cpus = plain();
      on_cpus.add_input(data);
      on_cpus.add_output(data);
      runtime->submit(std::move(on_cpus));
      for (auto& value : expected) value = (value + 1) % 1009;
    }
  }
  EXPECT_EQ(values_of(data), expected);
}

TEST_F(ConcurrentOnDevices, GathersPartsThatSpanTiles) {
  const auto data = numbered(Shape{24});
  auto expected = iota(24);
  for (int round = 0; round < 6; ++round) {
    runtime->submit(mix(data, 3));
    mix_serially(expected, 3);
    auto task = mix(data, 2);
    task.add_communicator("cpu");
    runtime->submit(std::move(task));
    mix_serially(expected, 1);
  }
  EXPECT_EQ(values_of(data), expected);
}

TEST_F(ConcurrentOnDevices, FoldsReductions) {
  const auto data = filled(Shape{8}, 1);
  const auto total = filled(Shape{1}, 100);
  auto task = mix(data, 2);
  task.add_communicator("cpu");
  task.add_reduction(total, ReductionOpKind::ADD);
  runtime->submit(std::move(task));
  EXPECT_EQ(values_of(total), std::vector<std::int64_t>{116});
  EXPECT_EQ(values_of(data), std::vector<std::int64_t>(8, 11));
}

TEST_F(ConcurrentOnDevices, ThatThrowsReleasesThePointsThatWait) {
  for (int round = 0; round < 10; ++round) {
    body = [round](TaskContext context) {
      if (context.get_task_index()[0] == round % 2) {
        throw TaskException{round, "on the device"};
      }
      context.concurrent_task_barrier();
    };
    try {
      runtime->submit(on_device(2));
      ADD_FAILURE() << "nothing was thrown";
    } catch (const TaskException& error) {
      EXPECT_EQ(error.index(), round);
    }
  }
  expect_usable();
}

TEST_F(ConcurrentOnDevices, OfMorePointsThanDevicesIsRefused) {
  body = [](TaskContext) {};
  refuses<std::invalid_argument>([&] { runtime->submit(on_device(3)); }, {"3 points", "its machine has 2"});
}

bool has_devices() {
  cl_platform_id platform{};
  cl_uint devices = 0;
  return clGetPlatformIDs(1, &platform, nullptr) == CL_SUCCESS &&
         clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, nullptr, &devices) == CL_SUCCESS && devices >= DEVICES;
}

}  // namespace
}  // namespace legate::test

int main(int argc, char** argv) {
  ::setenv("POCL_DEVICES", "pthread basic", 0);
  ::setenv("LEGATE_CONFIG", "--cpus 2 --opencl 2 --sysmem 256", 0);
  if (!legate::test::has_devices()) {
    std::cout << "fewer than two OpenCL devices here: skipped\n";
    return 77;
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
