// SPDX-License-Identifier: Apache-2.0
#include <legate/mapping/instance_mapping_policy.h>

#include <tuple>
#include <utility>

namespace legate::mapping {

InstanceMappingPolicy& InstanceMappingPolicy::with_target(StoreTarget value) & {
  set_target(value);
  return *this;
}

InstanceMappingPolicy InstanceMappingPolicy::with_target(StoreTarget value) const& {
  return InstanceMappingPolicy{*this}.with_target(value);
}

InstanceMappingPolicy&& InstanceMappingPolicy::with_target(StoreTarget value) && {
  return std::move(with_target(value));
}

InstanceMappingPolicy& InstanceMappingPolicy::with_allocation_policy(AllocPolicy value) & {
  set_allocation_policy(value);
  return *this;
}

InstanceMappingPolicy InstanceMappingPolicy::with_allocation_policy(AllocPolicy value) const& {
  return InstanceMappingPolicy{*this}.with_allocation_policy(value);
}

InstanceMappingPolicy&& InstanceMappingPolicy::with_allocation_policy(AllocPolicy value) && {
  return std::move(with_allocation_policy(value));
}

InstanceMappingPolicy& InstanceMappingPolicy::with_ordering(DimOrdering value) & {
  set_ordering(std::move(value));
  return *this;
}

InstanceMappingPolicy InstanceMappingPolicy::with_ordering(DimOrdering value) const& {
  return InstanceMappingPolicy{*this}.with_ordering(std::move(value));
}

InstanceMappingPolicy&& InstanceMappingPolicy::with_ordering(DimOrdering value) && {
  return std::move(with_ordering(std::move(value)));
}

InstanceMappingPolicy& InstanceMappingPolicy::with_exact(bool value) & {
  set_exact(value);
  return *this;
}

InstanceMappingPolicy InstanceMappingPolicy::with_exact(bool value) const& {
  return InstanceMappingPolicy{*this}.with_exact(value);
}

InstanceMappingPolicy&& InstanceMappingPolicy::with_exact(bool value) && { return std::move(with_exact(value)); }

InstanceMappingPolicy& InstanceMappingPolicy::with_redundant(bool value) & {
  set_redundant(value);
  return *this;
}

InstanceMappingPolicy InstanceMappingPolicy::with_redundant(bool value) const& {
  return InstanceMappingPolicy{*this}.with_redundant(value);
}

InstanceMappingPolicy&& InstanceMappingPolicy::with_redundant(bool value) && {
  return std::move(with_redundant(value));
}

bool InstanceMappingPolicy::operator==(const InstanceMappingPolicy& other) const {
  return std::tie(target, allocation, ordering, exact, redundant) ==
         std::tie(other.target, other.allocation, other.ordering, other.exact, other.redundant);
}

bool InstanceMappingPolicy::operator!=(const InstanceMappingPolicy& other) const { return !(*this == other); }

}  // namespace legate::mapping
