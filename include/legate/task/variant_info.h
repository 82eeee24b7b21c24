// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/task/variant_options.h>

namespace legate {

namespace detail {
struct VariantInfo;
}  // namespace detail

/// What is known of one variant of a registered task. Valid as long as the library that the task belongs to.
class LEGATE_EXPORT VariantInfo {
 public:
  VariantInfo() = LEGATE_DEFAULT_WHEN_CYTHON;
  explicit VariantInfo(const detail::VariantInfo& impl) noexcept : impl_{&impl} {}

  /// The options in effect, whoever gave them.
  [[nodiscard]] const VariantOptions& options() const noexcept;
  [[nodiscard]] const detail::VariantInfo& impl() const noexcept { return *impl_; }

 private:
  const detail::VariantInfo* impl_{};
};

}  // namespace legate
