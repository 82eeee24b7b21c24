// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/task/task_config.h>
#include <legate/task/variant_options.h>
#include <legate/utilities/typedefs.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string>

namespace legate::detail {

/// One variant of a task, with the options in effect.
struct VariantInfo {
  VariantCode code{};
  VariantImpl body{};
  VariantOptions options{};
};

/// The value behind the public class. Complete before the task is registered, not changed afterwards, so it may be read
/// by any thread; addresses of variants stay valid as long as it lives.
class TaskInfo {
 public:
  TaskInfo(std::string name, legate::TaskConfig config);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const legate::TaskConfig& config() const { return config_; }
  /// The variant of this kind, or null.
  [[nodiscard]] const VariantInfo* find_variant(VariantCode code) const noexcept;

  /// @throws std::invalid_argument if there is a variant of this kind.
  void add_variant(VariantCode code, VariantImpl body, const VariantOptions& options);

  [[nodiscard]] std::string to_string() const;

 private:
  static constexpr std::size_t KINDS = 4;

  std::string name_;
  legate::TaskConfig config_;
  std::array<std::optional<VariantInfo>, KINDS> variants_{};  // by code, which counts from 1
};

}  // namespace legate::detail
