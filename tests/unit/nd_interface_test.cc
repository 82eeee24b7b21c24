// SPDX-License-Identifier: Apache-2.0

// The one test that talks to StarPU directly: what the engine registers must also survive being moved, packed and cut
// while the engine itself keeps everything in main memory.
#include "engine/nd_interface.h"
#include "engine/thread_order.h"
#include "engine_fixture.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <numeric>

namespace {

using namespace legate::test;
using engine::NdInterface;

// Two memory nodes on any machine: every task on the other worker moves its data.
class NdInterfaceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const auto& [name, value] : settings) {
      ::setenv(name, value, 0);
    }
    engine::Configuration configuration;
    configuration.cpus = 2;
    engine::start(configuration);
  }
  void TearDown() override {
    engine::stop();
    EXPECT_EQ(engine::layout_count(), 0U);
  }

 private:
  static constexpr std::pair<const char*, const char*> settings[]{
      {"HWLOC_SYNTHETIC", "numanode:2 core:1 pu:1"}, {"HWLOC_THISSYSTEM", "0"}, {"STARPU_USE_NUMA", "1"}};
};

// Adds to every element its coordinates (in C order over the root), through whatever memory StarPU chose.
void add_coordinates(void* buffers[], void* /*argument*/) {
  engine::after_others();
  const auto& piece = *static_cast<const NdInterface*>(buffers[0]);
  const auto& box = piece.layout->box;
  const std::function<void(std::size_t, std::byte*, std::int64_t)> descend = [&](std::size_t d, std::byte* at,
                                                                                 std::int64_t code) {
    if (d == static_cast<std::size_t>(box.dim)) {
      std::int64_t value = 0;
      std::memcpy(&value, at, sizeof value);
      value += code;
      std::memcpy(at, &value, sizeof value);
      return;
    }
    for (std::int64_t i = box.lo[d]; i < box.hi[d]; ++i) {
      descend(d + 1, at + static_cast<std::size_t>(i - box.lo[d]) * piece.strides()[d], code * 100 + i);
    }
  };
  descend(0, reinterpret_cast<std::byte*>(piece.pointer), 0);
  engine::before_others();
}

void submit(starpu_codelet& codelet, starpu_data_handle_t handle, unsigned worker) {
  starpu_task* const task = starpu_task_create();
  task->cl = &codelet;
  task->handles[0] = handle;
  task->execute_on_a_specific_worker = 1;
  task->workerid = worker;
  engine::before_others();
  ASSERT_EQ(starpu_task_submit(task), 0);
}

void wait_all() {
  ASSERT_EQ(starpu_task_wait_for_all(), 0);
  engine::after_others();
}

starpu_codelet make_codelet() {
  starpu_codelet codelet;
  starpu_codelet_init(&codelet);
  codelet.cpu_funcs[0] = add_coordinates;
  codelet.nbuffers = 1;
  codelet.modes[0] = STARPU_RW;
  return codelet;
}

TEST_F(NdInterfaceTest, PiecesMoveBetweenMemoriesAndComeBack) {
  starpu_codelet codelet = make_codelet();
  for (const std::vector<std::uint64_t>& extents : std::vector<std::vector<std::uint64_t>>{
           {}, {37}, {9, 11}, {5, 6, 7}, {3, 4, 5, 6}, {3, 2, 4, 3, 2}, {2, 3, 2, 3, 2, 3}}) {
    const Box whole = Box::from_extents(extents);
    std::vector<std::int64_t> memory(static_cast<std::size_t>(whole.volume()), 1);
    const starpu_data_handle_t root = engine::register_nd(whole, 8, memory.data());
    std::vector<starpu_data_handle_t> pieces;
    if (whole.dim > 0) {
      pieces = engine::plan_boxes(root, grid(whole, std::vector<std::int64_t>(LEGATE_MAX_DIM, 2)));
    }
    std::int64_t rounds = 0;
    for (unsigned round = 0; round < 6; ++round, ++rounds) {
      submit(codelet, root, round % 2);
      for (std::size_t i = 0; i < pieces.size(); ++i) {
        submit(codelet, pieces[i], static_cast<unsigned>(i + round) % 2);
      }
      rounds += pieces.empty() ? 0 : 1;
    }
    if (!pieces.empty()) {
      starpu_data_partition_clean(root, static_cast<unsigned>(pieces.size()), pieces.data());
    }
    starpu_data_unregister(root);
    wait_all();
    std::vector<std::int64_t> expected(memory.size(), 0);
    for (std::size_t at = 0; at < expected.size(); ++at) {
      std::size_t rest = at;
      std::int64_t code = 0;
      std::int64_t scale = 1;
      for (std::size_t d = extents.size(); d-- > 0;) {
        code += static_cast<std::int64_t>(rest % extents[d]) * scale;
        rest /= extents[d];
        scale *= 100;
      }
      expected[at] = 1 + rounds * code;
    }
    EXPECT_EQ(memory, expected) << extents.size() << " dimensions";
  }
  if (STARPU_MAXNUMANODES < 2) {
    GTEST_SKIP() << "this StarPU was built for one memory node: nothing was moved";
  }
  EXPECT_EQ(starpu_memory_nodes_get_count(), 2U);
  EXPECT_GT(engine::nd_copy_count(), 0U);
}

TEST_F(NdInterfaceTest, PackingAPieceAndUnpackingItElsewhereKeepsItsElements) {
  const Box whole = Box::from_extents({6, 7});
  std::vector<std::int32_t> memory(42);
  std::iota(memory.begin(), memory.end(), 0);
  const starpu_data_handle_t root = engine::register_nd(whole, 4, memory.data());
  std::vector<starpu_data_handle_t> pieces = engine::plan_boxes(root, {box_of({1, 2}, {4, 5}), box_of({0, 0}, {1, 7})});
  starpu_data_partition_submit(root, 2, pieces.data());
  void* buffer = nullptr;
  starpu_ssize_t size = 0;
  ASSERT_EQ(starpu_data_acquire(pieces[0], STARPU_RW), 0);
  ASSERT_EQ(starpu_data_pack(pieces[0], &buffer, &size), 0);
  ASSERT_EQ(size, 9 * 4);
  std::vector<std::int32_t> packed(9);
  std::memcpy(packed.data(), buffer, 36);
  EXPECT_EQ(packed, (std::vector<std::int32_t>{9, 10, 11, 16, 17, 18, 23, 24, 25}));
  for (std::int32_t i = 0; i < 9; ++i) {
    packed[static_cast<std::size_t>(i)] = 100 + i;
  }
  std::memcpy(buffer, packed.data(), 36);
  ASSERT_EQ(starpu_data_unpack(pieces[0], buffer, 36), 0);
  starpu_data_release(pieces[0]);
  starpu_data_partition_clean(root, 2, pieces.data());
  starpu_data_unregister(root);
  wait_all();
  EXPECT_EQ(memory[9], 100);
  EXPECT_EQ(memory[18], 105);
  EXPECT_EQ(memory[25], 108);
  EXPECT_EQ(memory[8], 8);
  EXPECT_EQ(memory[12], 12);
}

TEST_F(NdInterfaceTest, PiecesOfEqualShapeButOtherOriginDoNotShareALayout) {
  std::vector<std::int64_t> memory(40);
  const starpu_data_handle_t root = engine::register_nd(Box::from_extents({40}), 8, memory.data());
  std::vector<starpu_data_handle_t> pieces = engine::plan_boxes(root, grid(Box::from_extents({40}), {10}));
  const auto& first = *static_cast<NdInterface*>(starpu_data_get_interface_on_node(pieces[0], STARPU_MAIN_RAM));
  const auto& second = *static_cast<NdInterface*>(starpu_data_get_interface_on_node(pieces[1], STARPU_MAIN_RAM));
  EXPECT_NE(first.layout, second.layout) << "1.3 would hand the second piece the origin of the first";
  EXPECT_EQ(first.layout->bytes, second.layout->bytes);
  starpu_data_partition_clean(root, 4, pieces.data());
  starpu_data_unregister(root);
}

}  // namespace
