// SPDX-License-Identifier: Apache-2.0
#include <legate/mapping/mapping.h>
#include <legate/mapping/proxy_instance_mapping_policy.h>
#include <legate/mapping/proxy_store_mapping.h>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

using legate::mapping::AllocPolicy;
using legate::mapping::DimOrdering;
using legate::mapping::InstanceMappingPolicy;
using legate::mapping::ProxyInstanceMappingPolicy;
using legate::mapping::ProxyStoreMapping;
using legate::mapping::Store;
using legate::mapping::StoreMapping;
using legate::mapping::StoreTarget;

TEST(InstanceMappingPolicy, SetsEachField) {
  const auto policy = InstanceMappingPolicy{}
                          .with_target(StoreTarget::ZCMEM)
                          .with_allocation_policy(AllocPolicy::MUST_ALLOC)
                          .with_ordering(DimOrdering::fortran_order())
                          .with_exact(true)
                          .with_redundant(true);
  EXPECT_EQ(policy.target, StoreTarget::ZCMEM);
  EXPECT_EQ(policy.allocation, AllocPolicy::MUST_ALLOC);
  EXPECT_EQ(policy.ordering, DimOrdering::fortran_order());
  EXPECT_TRUE(policy.exact);
  EXPECT_TRUE(policy.redundant);
}

TEST(InstanceMappingPolicy, ChangesVariablesAndCopiesConstants) {
  const InstanceMappingPolicy constant;
  EXPECT_TRUE(constant.with_exact(true).exact);
  EXPECT_FALSE(constant.exact);
  InstanceMappingPolicy variable;
  variable.with_exact(true).with_redundant(true);
  EXPECT_TRUE(variable.exact && variable.redundant);
}

TEST(InstanceMappingPolicy, ComparesEachField) {
  const InstanceMappingPolicy policy;
  EXPECT_EQ(policy, InstanceMappingPolicy{});
  EXPECT_NE(policy, policy.with_target(StoreTarget::FBMEM));
  EXPECT_NE(policy, policy.with_allocation_policy(AllocPolicy::MUST_ALLOC));
  EXPECT_NE(policy, policy.with_ordering(DimOrdering::c_order()));
  EXPECT_NE(policy, policy.with_exact(true));
  EXPECT_NE(policy, policy.with_redundant(true));
}

TEST(ProxyInstanceMappingPolicy, ComparesEachField) {
  using Proxy = ProxyInstanceMappingPolicy;
  EXPECT_EQ(Proxy{}, Proxy{});
  EXPECT_NE(Proxy{}, Proxy{}.with_target(StoreTarget::SYSMEM));
  EXPECT_NE(Proxy{}, Proxy{}.with_allocation_policy(AllocPolicy::MUST_ALLOC));
  EXPECT_NE(Proxy{}, Proxy{}.with_ordering(DimOrdering::c_order()));
  EXPECT_NE(Proxy{}, Proxy{}.with_exact(true));
  EXPECT_NE(Proxy{}, Proxy{}.with_redundant(true));
}

TEST(ProxyStoreMapping, ComparesArgumentsAndPolicies) {
  const ProxyStoreMapping mapping{legate::proxy::inputs[1], StoreTarget::SYSMEM, true};
  EXPECT_EQ(mapping.policy(), ProxyInstanceMappingPolicy{}.with_target(StoreTarget::SYSMEM).with_exact(true));
  EXPECT_EQ(mapping,
            (ProxyStoreMapping{legate::proxy::inputs[1],
                               ProxyInstanceMappingPolicy{}.with_target(StoreTarget::SYSMEM).with_exact(true)}));
  EXPECT_NE(mapping, (ProxyStoreMapping{legate::proxy::inputs[2], StoreTarget::SYSMEM, true}));
  EXPECT_NE(mapping, (ProxyStoreMapping{legate::proxy::outputs[1], StoreTarget::SYSMEM, true}));
  EXPECT_NE(mapping, (ProxyStoreMapping{legate::proxy::inputs, StoreTarget::SYSMEM, true}));
  EXPECT_NE(mapping, (ProxyStoreMapping{legate::proxy::inputs[1], std::nullopt, true}));
}

TEST(StoreMapping, HoldsItsStoresAndPolicy) {
  const Store store{nullptr};
  auto mapping = StoreMapping::default_mapping(store, StoreTarget::ZCMEM, true);
  EXPECT_EQ(mapping.policy(), InstanceMappingPolicy{}.with_target(StoreTarget::ZCMEM).with_exact(true));
  EXPECT_EQ(mapping.stores().size(), 1U);
  mapping.add_store(store);
  const auto moved = std::move(mapping);
  EXPECT_EQ(moved.stores().size(), 2U);
  EXPECT_EQ(moved.store().impl(), nullptr);
}

TEST(StoreMapping, NeedsAStore) {
  EXPECT_THROW((void)StoreMapping::create(std::vector<Store>{}, InstanceMappingPolicy{}), std::invalid_argument);
}

}  // namespace
