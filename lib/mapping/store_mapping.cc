// SPDX-License-Identifier: Apache-2.0
#include "mapping/store_mapping.h"

#include <legate/mapping/mapping.h>

#include <stdexcept>
#include <utility>

namespace legate::mapping {

StoreMapping::StoreMapping(std::unique_ptr<detail::StoreMapping> impl) noexcept : impl_{std::move(impl)} {}

StoreMapping::StoreMapping(StoreMapping&&) noexcept = default;
StoreMapping& StoreMapping::operator=(StoreMapping&&) noexcept = default;
StoreMapping::~StoreMapping() = default;

StoreMapping StoreMapping::default_mapping(const Store& store, StoreTarget target, bool exact,
                                           std::optional<DimOrdering> ordering) {
  InstanceMappingPolicy policy;
  policy.target = target;
  policy.exact = exact;
  policy.ordering = std::move(ordering);
  return create(store, std::move(policy));
}

StoreMapping StoreMapping::create(const Store& store, InstanceMappingPolicy&& policy) {
  return create(std::vector<Store>{store}, std::move(policy));
}

StoreMapping StoreMapping::create(const std::vector<Store>& stores, InstanceMappingPolicy&& policy) {
  if (stores.empty()) {
    throw std::invalid_argument{"Invalid to create a store mapping without any store"};
  }
  auto impl = std::make_unique<detail::StoreMapping>();
  impl->stores = stores;
  impl->policy = std::move(policy);
  return StoreMapping{std::move(impl)};
}

InstanceMappingPolicy& StoreMapping::policy() { return impl_->policy; }

const InstanceMappingPolicy& StoreMapping::policy() const { return impl_->policy; }

Store StoreMapping::store() const { return impl_->stores.front(); }

std::vector<Store> StoreMapping::stores() const { return impl_->stores; }

void StoreMapping::add_store(const Store& store) { impl_->stores.push_back(store); }

}  // namespace legate::mapping
