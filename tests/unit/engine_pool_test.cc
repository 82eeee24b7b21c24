// SPDX-License-Identifier: Apache-2.0
#include "engine/array_pool.h"
#include "engine_fixture.h"

#include <legate/utilities/out_of_memory.h>

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <thread>

namespace {

using namespace legate::test;
using engine::Access;
using engine::Array;
using engine::ArrayPool;
using engine::ArrayRef;

class EnginePool : public EngineTest {
 protected:
  [[nodiscard]] engine::Configuration configuration() const override {
    engine::Configuration result = EngineTest::configuration();
    result.system_memory = std::size_t{64} << 20U;
    return result;
  }
  [[nodiscard]] static ArrayPool::Statistics statistics() { return ArrayPool::instance().statistics(); }
};

TEST_F(EnginePool, ReusesMemoryHandleAndTilingForTheSameShape) {
  ArrayRef array = Array::create({1000}, 8, 16);
  array->retile(grid(array->box(), {100}));
  const std::byte* const address = array->data();
  launch_one([] {}, {{array->tile(3), Access::READ_WRITE}});
  engine::wait_all();
  const std::uint64_t version = array->tiling_version();
  array.reset();
  EXPECT_EQ(statistics().arrays, 1U);
  array = Array::create({1000}, 8, 16);
  EXPECT_EQ(array->data(), address);
  EXPECT_EQ(array->tiling_version(), version);
  EXPECT_EQ(array->tiles().size(), 10U);
  EXPECT_EQ(statistics().arrays, 0U);
  EXPECT_EQ(statistics().registered, 1U);
}

TEST_F(EnginePool, OtherShapesAndElementSizesGetOtherArrays) {
  ArrayRef array = Array::create({1000}, 8, 16);
  array->retile(grid(array->box(), {100}));
  array.reset();
  for (const auto& [extents, size] : std::vector<std::pair<std::vector<std::uint64_t>, std::size_t>>{
           {{1000}, 4}, {{2000}, 8}, {{1000, 1}, 8}, {{10, 100}, 8}, {{}, 8}}) {
    const ArrayRef other = Array::create(extents, size, 16);
    EXPECT_EQ(other->tiles().size(), 1U);
    EXPECT_EQ(other->extents(), extents);
    EXPECT_EQ(other->element_size(), size);
  }
}

TEST_F(EnginePool, ArraysOfDisjointWritesAreNotMixedWithOthers) {
  ArrayRef ordinary = Array::create({640}, 1, 64);
  const std::byte* const address = ordinary->data();
  ordinary.reset();
  ArrayRef shared = Array::create({640}, 1, 64, engine::ArrayPurpose::DISJOINT_WRITES);
  EXPECT_EQ(statistics().arrays, 1U);
  ordinary = Array::create({640}, 1, 64);
  EXPECT_EQ(ordinary->data(), address);
  shared.reset();
  const ArrayRef another = Array::create({640}, 1, 64);
  EXPECT_EQ(statistics().arrays, 1U);
}

TEST_F(EnginePool, TasksOfTheNextOwnerWaitForThoseOfTheLast) {
  const ArrayRef total = Array::create({}, 8, 16);
  auto* const sum = reinterpret_cast<std::int64_t*>(total->data());
  *sum = 0;
  std::int64_t expected = 0;
  std::set<const std::byte*> used;
  for (std::int64_t i = 0; i < 3000; ++i) {
    const ArrayRef temporary = Array::create({50}, 8, 16);
    auto* const value = reinterpret_cast<std::int64_t*>(temporary->data());
    used.insert(temporary->data());
    launch_one([=] { std::fill(value, value + 50, i); }, {{temporary->tile(0), Access::WRITE}});
    launch_one(
        [=] {
          for (int k = 0; k < 50; ++k) {
            *sum += value[k];
          }
        },
        {{temporary->tile(0), Access::READ}, {total->tile(0), Access::READ_WRITE}});
    expected += 50 * i;
  }
  total->synchronize();
  EXPECT_EQ(*sum, expected);
  EXPECT_LE(used.size(), 8U) << "temporaries were not recycled";
}

TEST_F(EnginePool, MemoryOfUnusedArraysIsGivenUpBeforeTheLimitIsExceeded) {
  for (std::uint64_t i = 0; i < 200; ++i) {
    const ArrayRef array = Array::create({(std::uint64_t{1} << 20U) + i * 4096}, 8, 16);
    auto* const first = array->data();
    launch_one([=] { *first = std::byte{1}; }, {{array->tile(0), Access::WRITE}});
    EXPECT_LE(statistics().allocated_bytes, configuration().system_memory + (std::size_t{12} << 20U));
  }
  engine::wait_all();
  EXPECT_LE(statistics().allocated_bytes, configuration().system_memory);
}

TEST_F(EnginePool, ArraysInUseMayNotExceedTheLimit) {
  std::vector<ArrayRef> arrays;
  const auto add = [&] {
    arrays.push_back(Array::create({std::uint64_t{20} << 20U}, 1, 16));
    return arrays.back()->data();
  };
  while ((arrays.size() + 1) * (std::size_t{20} << 20U) <= configuration().system_memory) {
    EXPECT_NE(add(), nullptr);
  }
  EXPECT_THROW(static_cast<void>(add()), legate::OutOfMemoryError);
  EXPECT_LE(statistics().allocated_bytes, configuration().system_memory);
  arrays.clear();
  EXPECT_NE(add(), nullptr) << "there is room again";
}

TEST_F(EnginePool, MemoryIsRecycledBetweenArraysOfSimilarSize) {
  ArrayRef array = Array::create({10000}, 8, 16);
  const std::byte* const address = array->data();
  launch_one([] {}, {{array->tile(0), Access::READ_WRITE}});
  array.reset();
  engine::wait_all();
  const ArrayRef other = Array::create({100, 100}, 8, 16);
  EXPECT_EQ(other->data(), address);
}

TEST_F(EnginePool, NumberOfUnusedArraysIsBounded) {
  for (std::uint64_t i = 1; i <= 6000; ++i) {
    const ArrayRef array = Array::create({i}, 1, 16);
  }
  engine::wait_all();
  EXPECT_LE(statistics().arrays, 4096U);
}

TEST_F(EnginePool, ArraysMayBeDroppedByWorkersAndWhileInUse) {
  for (int round = 0; round < 300; ++round) {
    auto array = std::make_shared<ArrayRef>(Array::create({static_cast<std::uint64_t>(round % 7 + 1)}, 8, 16));
    const engine::TileUse use{(*array)->tile(0), Access::READ_WRITE};
    launch([array](std::uint32_t, unsigned) {}, {{use}, {use}, {use}});
  }
  engine::wait_all();
  EXPECT_LE(statistics().registered, 7U * 300U);
}

TEST_F(EnginePool, ThreadsMayCreateAndDropAtTheSameTime) {
  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < 4; ++seed) {
    threads.emplace_back([seed] {
      std::mt19937 random{seed};
      std::vector<ArrayRef> mine(8);
      for (int i = 0; i < 3000; ++i) {
        ArrayRef& slot = mine[random() % mine.size()];
        slot = Array::create({random() % 5 + 1}, 8, 16);
        *slot->data() = std::byte{1};
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_LE(statistics().arrays, 5U * 36U);  // at most so many of each shape were in use at once
}

}  // namespace
