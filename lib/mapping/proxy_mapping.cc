// SPDX-License-Identifier: Apache-2.0
#include <legate/mapping/proxy_instance_mapping_policy.h>
#include <legate/mapping/proxy_store_mapping.h>

#include <tuple>
#include <utility>

namespace legate::mapping {

ProxyInstanceMappingPolicy&& ProxyInstanceMappingPolicy::with_target(std::optional<StoreTarget> value) && {
  target = value;
  return std::move(*this);
}

ProxyInstanceMappingPolicy&& ProxyInstanceMappingPolicy::with_allocation_policy(AllocPolicy value) && {
  allocation = value;
  return std::move(*this);
}

ProxyInstanceMappingPolicy&& ProxyInstanceMappingPolicy::with_ordering(std::optional<DimOrdering> value) && {
  ordering = std::move(value);
  return std::move(*this);
}

ProxyInstanceMappingPolicy&& ProxyInstanceMappingPolicy::with_exact(bool value) && {
  exact = value;
  return std::move(*this);
}

ProxyInstanceMappingPolicy&& ProxyInstanceMappingPolicy::with_redundant(bool value) && {
  redundant = value;
  return std::move(*this);
}

bool operator==(const ProxyInstanceMappingPolicy& left, const ProxyInstanceMappingPolicy& right) {
  return std::tie(left.target, left.allocation, left.ordering, left.exact, left.redundant) ==
         std::tie(right.target, right.allocation, right.ordering, right.exact, right.redundant);
}

bool operator!=(const ProxyInstanceMappingPolicy& left, const ProxyInstanceMappingPolicy& right) {
  return !(left == right);
}

ProxyStoreMapping::ProxyStoreMapping(value_type store, std::optional<StoreTarget> target, bool exact)
    : ProxyStoreMapping{store, ProxyInstanceMappingPolicy{}.with_target(target).with_exact(exact)} {}

ProxyStoreMapping::ProxyStoreMapping(value_type store, ProxyInstanceMappingPolicy&& policy)
    : store_{store}, policy_{std::move(policy)} {}

bool operator==(const ProxyStoreMapping& left, const ProxyStoreMapping& right) {
  return left.store_ == right.store_ && left.policy_ == right.policy_;
}

bool operator!=(const ProxyStoreMapping& left, const ProxyStoreMapping& right) { return !(left == right); }

}  // namespace legate::mapping
