// SPDX-License-Identifier: Apache-2.0
#include "task/task_config.h"
#include "utilities/handle.h"

#include <legate/task/task_config.h>

#include <memory>

namespace legate {

TaskConfig::TaskConfig(LocalTaskID task_id) noexcept : impl_{std::make_shared<detail::TaskConfig>(task_id)} {}

detail::TaskConfig& TaskConfig::own_() {
  if (impl_ == nullptr) {
    impl_ = std::make_shared<detail::TaskConfig>(LocalTaskID{-1});  // moved from: starts afresh, without an id
  } else if (impl_.use_count() > 1) {
    impl_ = std::make_shared<detail::TaskConfig>(*impl_);
  }
  return *impl_;
}

TaskConfig& TaskConfig::with_signature(const TaskSignature& signature) noexcept {
  own_().signature = signature;
  return *this;
}

TaskConfig& TaskConfig::with_variant_options(const VariantOptions& options) noexcept {
  own_().variant_options = options;
  return *this;
}

TaskConfig& TaskConfig::with_store_mappings(Span<const mapping::ProxyStoreMapping> store_mappings) noexcept {
  own_().store_mappings.emplace(store_mappings.begin(), store_mappings.end());
  return *this;
}

TaskConfig& TaskConfig::with_cost_model(const CostModel& cost_model) {
  own_().cost_model = cost_model;
  return *this;
}

LocalTaskID TaskConfig::task_id() const { return detail::checked(impl_, "TaskConfig::task_id").task_id; }

std::optional<TaskSignature> TaskConfig::task_signature() const {
  return detail::checked(impl_, "TaskConfig::task_signature").signature;
}

std::optional<std::reference_wrapper<const VariantOptions>> TaskConfig::variant_options() const {
  if (!detail::checked(impl_, "TaskConfig::variant_options").variant_options) return std::nullopt;
  return std::cref(*impl_->variant_options);
}

std::optional<std::vector<mapping::ProxyStoreMapping>> TaskConfig::store_mappings() const {
  return detail::checked(impl_, "TaskConfig::store_mappings").store_mappings;
}

std::optional<CostModel> TaskConfig::cost_model() const {
  return detail::checked(impl_, "TaskConfig::cost_model").cost_model;
}

bool operator==(const TaskConfig& left, const TaskConfig& right) noexcept {
  return left.impl() == right.impl() || (left.impl() && right.impl() && *left.impl() == *right.impl());
}

bool operator!=(const TaskConfig& left, const TaskConfig& right) noexcept { return !(left == right); }

}  // namespace legate
