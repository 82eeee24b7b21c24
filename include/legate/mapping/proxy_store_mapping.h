// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/mapping/proxy_instance_mapping_policy.h>
#include <legate/partitioning/proxy.h>
#include <legate_defines.h>

#include <optional>
#include <variant>

namespace legate::mapping {

/// How arguments of a task shall lie in memory, declared together with the task; see TaskConfig::with_store_mappings.
///
/// The argument is one of `proxy::inputs[i]`, `proxy::outputs[i]`, `proxy::reductions[i]`, or all of a kind at once.
class LEGATE_EXPORT ProxyStoreMapping {
 public:
  using value_type =
      std::variant<ProxyArrayArgument, ProxyInputArguments, ProxyOutputArguments, ProxyReductionArguments>;

  ProxyStoreMapping(value_type store, std::optional<StoreTarget> target, bool exact = false);
  ProxyStoreMapping(value_type store, ProxyInstanceMappingPolicy&& policy);

  [[nodiscard]] const value_type& store() const { return store_; }
  [[nodiscard]] const ProxyInstanceMappingPolicy& policy() const { return policy_; }

  /// Compares the arguments and the policies.
  LEGATE_EXPORT friend bool operator==(const ProxyStoreMapping& left, const ProxyStoreMapping& right);
  LEGATE_EXPORT friend bool operator!=(const ProxyStoreMapping& left, const ProxyStoreMapping& right);

 private:
  value_type store_;
  ProxyInstanceMappingPolicy policy_;
};

}  // namespace legate::mapping
