// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/mapping/dim_ordering.h>
#include <legate/mapping/instance_mapping_policy.h>
#include <legate/mapping/target.h>
#include <legate_defines.h>

#include <optional>

namespace legate::mapping {

/// An InstanceMappingPolicy that is declared before it is known where the task will run.
///
/// See there for the meaning of the fields. Setters work on temporaries only, as in
/// `ProxyInstanceMappingPolicy{}.with_exact(true)`.
class LEGATE_EXPORT ProxyInstanceMappingPolicy {
 public:
  /// The kind of memory; if unset, the best one for the processor that the task will run on.
  std::optional<StoreTarget> target{};
  AllocPolicy allocation{AllocPolicy::MAY_ALLOC};
  std::optional<DimOrdering> ordering{};
  bool exact{};
  bool redundant{};

  [[nodiscard]] ProxyInstanceMappingPolicy&& with_target(std::optional<StoreTarget> value) &&;
  [[nodiscard]] ProxyInstanceMappingPolicy&& with_allocation_policy(AllocPolicy value) &&;
  [[nodiscard]] ProxyInstanceMappingPolicy&& with_ordering(std::optional<DimOrdering> value) &&;
  [[nodiscard]] ProxyInstanceMappingPolicy&& with_exact(bool value) &&;
  [[nodiscard]] ProxyInstanceMappingPolicy&& with_redundant(bool value) &&;

  /// Compares all five fields.
  LEGATE_EXPORT friend bool operator==(const ProxyInstanceMappingPolicy& left, const ProxyInstanceMappingPolicy& right);
  LEGATE_EXPORT friend bool operator!=(const ProxyInstanceMappingPolicy& left, const ProxyInstanceMappingPolicy& right);
};

}  // namespace legate::mapping
