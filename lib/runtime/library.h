// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "task/registered_task.h"

#include <legate/mapping/mapping.h>
#include <legate/runtime/library.h>
#include <legate/runtime/resource.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace legate::detail {

/// A contiguous range of global ids that one library owns, for one kind of resource.
class IdRange {
 public:
  IdRange(std::string_view kind, std::int64_t base, std::int64_t size) : kind_{kind}, base_{base}, size_{size} {}

  /// @throws std::out_of_range if the local id is negative or too large.
  [[nodiscard]] std::int64_t to_global(std::int64_t local, std::string_view library) const;
  /// A foreign id is fatal.
  [[nodiscard]] std::int64_t to_local(std::int64_t global, std::string_view library) const;
  [[nodiscard]] bool contains(std::int64_t global) const { return global >= base_ && global < base_ + size_; }
  [[nodiscard]] std::int64_t size() const { return size_; }

 private:
  std::string_view kind_;
  std::int64_t base_;
  std::int64_t size_;
};

/// The implementation of legate::Library. Control thread only, except where said otherwise. Lives until the process
/// ends: handles are plain pointers.
class Library {
 public:
  /// The name of the library whose tasks belong to the runtime.
  static constexpr auto CORE_NAME = "legate.core";

  /// Where the global ids of a new library start.
  struct Bases {
    std::int64_t tasks{0};
    std::int64_t projections{0};
    std::int64_t shardings{0};
  };

  Library(std::string name, const ResourceConfig& config, const Bases& bases, std::unique_ptr<mapping::Mapper> mapper,
          std::map<VariantCode, VariantOptions> default_options);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const IdRange& tasks() const { return tasks_; }
  [[nodiscard]] const IdRange& projections() const { return projections_; }
  [[nodiscard]] const IdRange& shardings() const { return shardings_; }
  [[nodiscard]] const ResourceConfig& config() const { return config_; }
  [[nodiscard]] const std::map<VariantCode, VariantOptions>& default_options() const { return default_options_; }
  [[nodiscard]] mapping::Mapper* mapper() const { return mapper_.get(); }
  /// Says of the tasks registered so far that they are the runtime's own: fills, copies and the like.
  void mark_tasks_of_runtime();

  /// Any thread. Tasks draw from the other end, so that ranks that run different tasks still draw alike outside of
  /// them.
  [[nodiscard]] LocalTaskID new_task_id();
  /// Any thread.
  void register_task(LocalTaskID id, const legate::TaskInfo& info);
  /// Any thread. @throws std::out_of_range if no task has this id.
  [[nodiscard]] const RegisteredTask& find_task(LocalTaskID id) const;

  /// @name Reduction operators: their global ids are those of the type system, given out as operators register
  /// @{
  [[nodiscard]] GlobalRedopID register_reduction_operator(LocalRedopID id, ReductionOperator redop);
  [[nodiscard]] GlobalRedopID reduction_operator_id(LocalRedopID id) const;
  [[nodiscard]] LocalRedopID local_reduction_operator_id(GlobalRedopID id) const;
  [[nodiscard]] bool owns_reduction_operator(GlobalRedopID id) const;
  /// @}

 private:
  void check_redop_id(LocalRedopID id) const;

  std::string name_;
  ResourceConfig config_;
  IdRange tasks_;
  IdRange projections_;
  IdRange shardings_;
  std::unique_ptr<mapping::Mapper> mapper_;
  std::map<VariantCode, VariantOptions> default_options_;
  // The unused dynamic ids, up to but not including the second. Under registered_mutex_.
  std::int64_t next_dynamic_id_;
  std::int64_t past_dynamic_ids_;
  using Tasks = std::unordered_map<std::int64_t, RegisteredTask>;

  Tasks registered_{};         // by the control thread, which looks here without the mutex
  Tasks registered_inside_{};  // by tasks
  mutable std::mutex registered_mutex_{};
  std::int32_t redop_base_;
};

}  // namespace legate::detail
