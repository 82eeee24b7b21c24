// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/task/task_config.h>
#include <legate/task/variant_info.h>
#include <legate/task/variant_options.h>
#include <legate/utilities/internal_shared_ptr.h>
#include <legate/utilities/shared_ptr.h>
#include <legate/utilities/typedefs.h>

#include <cstddef>
#include <iosfwd>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace legate {

namespace detail {
class TaskInfo;
struct TaskInfoAccess;

// The type of Processor::TaskFuncPtr.
using TaskEntry = void (*)(const void*, std::size_t, const void*, std::size_t, Processor);
}  // namespace detail

class Library;
template <typename T>
class LegateTask;

/// A task as a library knows it: its name, configuration and variants. A handle; copies refer to the same task.
/// Members of one that was moved from throw std::logic_error.
class LEGATE_EXPORT TaskInfo {
 public:
  TaskInfo() = LEGATE_DEFAULT_WHEN_CYTHON;
  TaskInfo(std::string task_name, const TaskConfig& task_config);
  /// A task without configuration. The library gives it its id.
  explicit TaskInfo(std::string task_name);
  explicit TaskInfo(InternalSharedPtr<detail::TaskInfo> impl) noexcept : impl_{std::move(impl)} {}

  [[nodiscard]] std::string_view name() const;
  /// The variant of this kind, or nullopt if the task has none.
  [[nodiscard]] std::optional<VariantInfo> find_variant(VariantCode vid) const;
  [[nodiscard]] TaskConfig task_config() const;
  /// Name, kinds of variants and their options, for people.
  [[nodiscard]] std::string to_string() const;

  /// Held by those who may add variants.
  class AddVariantKey {
   private:
    friend class TaskInfo;
    template <typename T>
    friend class LegateTask;
    friend struct detail::TaskInfoAccess;

    // Not defaulted: that would make an aggregate, which anybody could make with braces.
    constexpr AddVariantKey() noexcept {}
  };

  /// Adds a variant with the first options found in: `registration_options` for `vid`, `decl_options` (null: none
  /// declared), the configuration, the library's defaults for `vid`, VariantOptions::DEFAULT_OPTIONS.
  ///
  /// `entry` is not used.
  /// @throws std::invalid_argument if there is a variant of this kind.
  /// @throws std::out_of_range if a constraint of the signature refers to an argument that the signature excludes.
  void add_variant_(AddVariantKey key, const Library& library, VariantCode vid, VariantImpl body,
                    detail::TaskEntry entry, const VariantOptions* decl_options,
                    const std::map<VariantCode, VariantOptions>& registration_options = {});
  /// Functions of the execution engine cannot be variants here; the name exists so that old declarations compile.
  /// @throws std::invalid_argument always.
  template <typename T>
  void add_variant_(AddVariantKey, const Library&, VariantCode, LegionVariantImpl<T>, detail::TaskEntry,
                    const VariantOptions*, const std::map<VariantCode, VariantOptions>& = {}) {
    throw std::invalid_argument{"Task " + std::string{name()} + ": a variant must be a function of a TaskContext"};
  }

  [[nodiscard]] const SharedPtr<detail::TaskInfo>& impl() const noexcept { return impl_; }

 private:
  SharedPtr<detail::TaskInfo> impl_{};
};

LEGATE_EXPORT std::ostream& operator<<(std::ostream& os, const TaskInfo& info);

}  // namespace legate
