// SPDX-License-Identifier: Apache-2.0
#include "mapping/store_mapping.h"
#include "utilities/handle.h"

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

InstanceMappingPolicy& StoreMapping::policy() { return legate::detail::checked(impl_, "StoreMapping::policy").policy; }

const InstanceMappingPolicy& StoreMapping::policy() const {
  return legate::detail::checked(impl_, "StoreMapping::policy").policy;
}

Store StoreMapping::store() const { return legate::detail::checked(impl_, "StoreMapping::store").stores.front(); }

std::vector<Store> StoreMapping::stores() const {
  return legate::detail::checked(impl_, "StoreMapping::stores").stores;
}

void StoreMapping::add_store(const Store& store) {
  legate::detail::checked(impl_, "StoreMapping::add_store").stores.push_back(store);
}

}  // namespace legate::mapping
