// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/mapping/instance_mapping_policy.h>
#include <legate/mapping/store.h>

#include <vector>

namespace legate::mapping::detail {

/// What a mapping::StoreMapping holds: at least one store.
class StoreMapping {
 public:
  std::vector<mapping::Store> stores{};
  InstanceMappingPolicy policy{};
};

}  // namespace legate::mapping::detail
