// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/mapping/proxy_store_mapping.h>
#include <legate/task/cost_model.h>
#include <legate/task/task_signature.h>
#include <legate/task/variant_options.h>
#include <legate/utilities/internal_shared_ptr.h>
#include <legate/utilities/shared_ptr.h>
#include <legate/utilities/span.h>
#include <legate/utilities/typedefs.h>

#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace legate {

namespace detail {
class TaskConfig;
}  // namespace detail

/// What a task class declares about itself as its `TASK_CONFIG`: its id and, if it likes, more.
///
/// A value: copies are independent, and changes after registration have no effect on the registered task. Setters
/// return the object and replace what was set before; on a configuration that was moved from they start afresh, without
/// an id, while queries throw std::logic_error. Needs no running runtime.
class LEGATE_EXPORT TaskConfig {
 public:
  TaskConfig() = LEGATE_DEFAULT_WHEN_CYTHON;
  explicit TaskConfig(LocalTaskID task_id) noexcept;
  explicit TaskConfig(InternalSharedPtr<detail::TaskConfig> impl) noexcept : impl_{std::move(impl)} {}

  TaskConfig& with_signature(const TaskSignature& signature) noexcept;
  /// Options of all variants that declare none of their own.
  TaskConfig& with_variant_options(const VariantOptions& options) noexcept;
  /// How arguments shall lie in memory. Applied in order: the last mapping of an argument wins.
  TaskConfig& with_store_mappings(Span<const mapping::ProxyStoreMapping> store_mappings) noexcept;
  /// What changes how long instances take (an extension).
  TaskConfig& with_cost_model(const CostModel& cost_model);

  /// @name What was set; nullopt if it was not
  /// @{
  [[nodiscard]] LocalTaskID task_id() const;
  [[nodiscard]] std::optional<TaskSignature> task_signature() const;
  /// The reference is valid until this object is changed or destroyed.
  [[nodiscard]] std::optional<std::reference_wrapper<const VariantOptions>> variant_options() const;
  [[nodiscard]] std::optional<std::vector<mapping::ProxyStoreMapping>> store_mappings() const;
  [[nodiscard]] std::optional<CostModel> cost_model() const;
  /// @}

  /// Compares everything by value.
  LEGATE_EXPORT friend bool operator==(const TaskConfig& left, const TaskConfig& right) noexcept;
  LEGATE_EXPORT friend bool operator!=(const TaskConfig& left, const TaskConfig& right) noexcept;

  [[nodiscard]] const SharedPtr<detail::TaskConfig>& impl() const noexcept { return impl_; }

 private:
  [[nodiscard]] detail::TaskConfig& own_();

  SharedPtr<detail::TaskConfig> impl_{};  // shared among copies until one of them is changed
};

}  // namespace legate
