// SPDX-License-Identifier: Apache-2.0
#include <legate/task/task_config.h>

#include <gtest/gtest.h>

#include <utility>

namespace {

using legate::LocalTaskID;
using legate::TaskConfig;
using legate::TaskSignature;
using legate::VariantOptions;
using legate::mapping::ProxyStoreMapping;

constexpr auto CONCURRENT = VariantOptions{}.with_concurrent(true);

const TaskConfig early =
    TaskConfig{LocalTaskID{9}}.with_signature(TaskSignature{}.inputs(1).outputs(2, 4)).with_variant_options(CONCURRENT);

}  // namespace

TEST(TaskConfig, UnsetPartsReadBackAsNothing) {
  const TaskConfig config{LocalTaskID{4}};
  EXPECT_EQ(config.task_id(), LocalTaskID{4});
  EXPECT_FALSE(config.task_signature().has_value());
  EXPECT_FALSE(config.variant_options().has_value());
  EXPECT_FALSE(config.store_mappings().has_value());
}

TEST(TaskConfig, WorksAsAStaticObject) {
  EXPECT_EQ(early.task_id(), LocalTaskID{9});
  EXPECT_EQ(early.task_signature(), TaskSignature{}.inputs(1).outputs(2, 4));
  EXPECT_EQ(early.variant_options()->get(), CONCURRENT);
}

TEST(TaskConfig, TheLastValueWins) {
  auto config = TaskConfig{LocalTaskID{4}}.with_variant_options(CONCURRENT).with_variant_options(VariantOptions{});
  EXPECT_EQ(config.variant_options()->get(), VariantOptions{});
  EXPECT_FALSE(config.task_signature().has_value());
}

TEST(TaskConfig, CopiesAreIndependent) {
  const TaskConfig original{LocalTaskID{1}};
  auto copy = original;
  copy.with_variant_options(CONCURRENT);
  EXPECT_FALSE(original.variant_options().has_value());
  auto moved = std::move(copy);
  EXPECT_TRUE(moved.variant_options().has_value());
  TaskSignature signature;
  moved.with_signature(signature);
  signature.inputs(3);
  EXPECT_EQ(moved.task_signature(), TaskSignature{});
}

TEST(TaskConfig, KeepsStoreMappingsInOrder) {
  const std::vector<ProxyStoreMapping> mappings{{legate::proxy::inputs, std::nullopt},
                                                {legate::proxy::outputs[1], std::nullopt, true}};
  const auto config = TaskConfig{LocalTaskID{1}}.with_store_mappings(mappings);
  ASSERT_TRUE(config.store_mappings().has_value());
  EXPECT_EQ(*config.store_mappings(), mappings);
}

TEST(TaskConfig, ComparesByValue) {
  const auto make = [] { return TaskConfig{LocalTaskID{1}}; };
  const std::vector<ProxyStoreMapping> mappings{{legate::proxy::inputs, std::nullopt}};
  EXPECT_EQ(make(), make());
  EXPECT_NE(make(), TaskConfig{LocalTaskID{2}});
  EXPECT_EQ(make().with_signature(TaskSignature{}.inputs(1)), make().with_signature(TaskSignature{}.inputs(1)));
  EXPECT_NE(make().with_signature(TaskSignature{}.inputs(1)), make().with_signature(TaskSignature{}.inputs(2)));
  EXPECT_NE(make().with_signature(TaskSignature{}), make());
  EXPECT_NE(make().with_variant_options(CONCURRENT), make().with_variant_options(VariantOptions{}));
  EXPECT_NE(make().with_store_mappings(mappings), make());
  EXPECT_EQ(make().with_store_mappings(mappings), make().with_store_mappings(mappings));
}
