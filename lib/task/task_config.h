// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/mapping/proxy_store_mapping.h>
#include <legate/task/cost_model.h>
#include <legate/task/task_signature.h>
#include <legate/task/variant_options.h>
#include <legate/utilities/typedefs.h>

#include <optional>
#include <vector>

namespace legate::detail {

/// The value behind the public class.
class TaskConfig {
 public:
  explicit TaskConfig(LocalTaskID id) : task_id{id} {}

  LocalTaskID task_id;
  std::optional<legate::TaskSignature> signature{};
  std::optional<VariantOptions> variant_options{};
  std::optional<std::vector<mapping::ProxyStoreMapping>> store_mappings{};
  std::optional<CostModel> cost_model{};

  [[nodiscard]] bool operator==(const TaskConfig& other) const {
    return task_id == other.task_id && signature == other.signature && variant_options == other.variant_options &&
           store_mappings == other.store_mappings && cost_model == other.cost_model;
  }
};

}  // namespace legate::detail
