// SPDX-License-Identifier: Apache-2.0
// Concurrent launches whose points talk to each other through NCCL. Built wherever there is NCCL, run where there are
// two GPUs.
#include "../unit/runtime_environment.h"
#include "runtime_test.h"

#include <cuda_runtime_api.h>
#include <nccl.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace legate::test {
namespace {

[[maybe_unused]] const int configured =
    ::setenv("LEGATE_CONFIG", "--cpus 2 --gpus 2 --fbmem 256 --sysmem 1024 --warmup-nccl 1", 0);

void check(cudaError_t code) {
  if (code != cudaSuccess) throw std::runtime_error{cudaGetErrorString(code)};
}
void check(ncclResult_t code) {
  if (code != ncclSuccess) throw std::runtime_error{ncclGetErrorString(code)};
}

std::atomic<int> communicators{0};

/// The element of output 0 that a point sees becomes the sum of (index + 1) over all points.
struct AddUp : public LegateTask<AddUp> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{40}};
  static inline const auto GPU_VARIANT_OPTIONS =
      VariantOptions{}.with_communicators({"cpu", "nccl"}).with_elide_device_ctx_sync(true);
  static inline const auto CPU_VARIANT_OPTIONS = VariantOptions{}.with_communicators({"nccl", "cpu"});
  static void gpu_variant(TaskContext context) {
    communicators += static_cast<int>(context.num_communicators());
    auto* const communicator = context.communicator(1).get<ncclComm_t*>();
    int rank = -1;
    check(ncclCommUserRank(*communicator, &rank));
    if (rank != context.get_task_index()[0]) throw std::runtime_error{"rank " + std::to_string(rank)};
    const auto output = context.output(0);
    auto* const element = output.write_accessor<std::int64_t, 1>().ptr(output.shape<1>().lo);
    const std::int64_t value = context.get_task_index()[0] + 1;
    auto* const stream = context.get_task_stream();
    check(cudaMemcpyAsync(element, &value, sizeof value, cudaMemcpyHostToDevice, stream));
    check(ncclAllReduce(element, element, 1, ncclInt64, ncclSum, *communicator, stream));
  }
  static void cpu_variant(TaskContext context) {
    communicators += static_cast<int>(context.num_communicators());
    const auto output = context.output(0);
    output.write_accessor<std::int64_t, 1>()[output.shape<1>().lo] = 0;
  }
};

class Nccl : public RuntimeTest {
 protected:
  std::vector<std::int64_t> add_up(std::uint64_t points) {
    static const bool once = [this] {
      AddUp::register_variants(runtime->find_library("legatus.test"));
      return true;
    }();
    static_cast<void>(once);
    const auto sums = store(Shape{points});
    auto task = runtime->create_task(runtime->find_library("legatus.test"), LocalTaskID{40}, {points});
    task.add_output(sums.partition_by_tiling({1}));
    runtime->submit(std::move(task));
    return values_of(sums);
  }
};

TEST_F(Nccl, PointsOnGpusAddUp) {
  for (int round = 0; round < 20; ++round) {
    EXPECT_EQ(add_up(2), (std::vector<std::int64_t>{3, 3}));
  }
  EXPECT_EQ(communicators.exchange(0), 20 * 2 * 2);
}

TEST_F(Nccl, PointsOnOtherProcessorsGoWithout) {
  const Scope scope{runtime->get_machine().only(mapping::TaskTarget::CPU)};
  EXPECT_EQ(add_up(2), (std::vector<std::int64_t>{0, 0}));
  EXPECT_EQ(communicators.exchange(0), 2);
}

}  // namespace
}  // namespace legate::test

int main(int argc, char** argv) {
  int gpus = 0;
  if (cudaGetDeviceCount(&gpus) != cudaSuccess || gpus < 2) {
    std::cout << "fewer than two GPUs here: skipped\n";
    return 77;
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
