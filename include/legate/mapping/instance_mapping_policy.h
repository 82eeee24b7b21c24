// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/mapping/dim_ordering.h>
#include <legate/mapping/target.h>
#include <legate_defines.h>

#include <cstdint>
#include <optional>
#include <utility>

namespace legate::mapping {

/// Whether a store must get memory of its own, or may share what already holds its data.
enum class AllocPolicy : std::uint8_t { MAY_ALLOC, MUST_ALLOC };

/// How the data of a store that a task uses shall lie in memory.
///
/// Each `with_` changes a variable in place and returns it; of a constant it returns a changed copy.
class LEGATE_EXPORT InstanceMappingPolicy {
 public:
  /// The kind of memory.
  StoreTarget target{StoreTarget::SYSMEM};
  AllocPolicy allocation{AllocPolicy::MAY_ALLOC};
  /// The order of the store's dimensions as the task sees them; any order if unset.
  std::optional<DimOrdering> ordering{};
  /// The memory covers just the task's part of the store, nothing beyond.
  bool exact{false};
  /// A hint that the data are not needed once the task has read them.
  bool redundant{false};

  InstanceMappingPolicy& with_target(StoreTarget value) &;
  [[nodiscard]] InstanceMappingPolicy with_target(StoreTarget value) const&;
  InstanceMappingPolicy&& with_target(StoreTarget value) &&;
  InstanceMappingPolicy& with_allocation_policy(AllocPolicy value) &;
  [[nodiscard]] InstanceMappingPolicy with_allocation_policy(AllocPolicy value) const&;
  InstanceMappingPolicy&& with_allocation_policy(AllocPolicy value) &&;
  InstanceMappingPolicy& with_ordering(DimOrdering value) &;
  [[nodiscard]] InstanceMappingPolicy with_ordering(DimOrdering value) const&;
  InstanceMappingPolicy&& with_ordering(DimOrdering value) &&;
  InstanceMappingPolicy& with_exact(bool value) &;
  [[nodiscard]] InstanceMappingPolicy with_exact(bool value) const&;
  InstanceMappingPolicy&& with_exact(bool value) &&;
  InstanceMappingPolicy& with_redundant(bool value) &;
  [[nodiscard]] InstanceMappingPolicy with_redundant(bool value) const&;
  InstanceMappingPolicy&& with_redundant(bool value) &&;

  void set_target(StoreTarget value) { target = value; }
  void set_allocation_policy(AllocPolicy value) { allocation = value; }
  void set_ordering(DimOrdering value) { ordering = std::move(value); }
  void set_exact(bool value) { exact = value; }
  void set_redundant(bool value) { redundant = value; }

  /// Compares all five fields.
  [[nodiscard]] bool operator==(const InstanceMappingPolicy& other) const;
  [[nodiscard]] bool operator!=(const InstanceMappingPolicy& other) const;
};

}  // namespace legate::mapping
