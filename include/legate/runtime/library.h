// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/data/scalar.h>
#include <legate/redop/detail/reduction_operator.h>
#include <legate/task/task_info.h>
#include <legate/task/variant_options.h>
#include <legate/type/types.h>
#include <legate/utilities/typedefs.h>
#include <legate_defines.h>

#include <cstdint>
#include <map>
#include <string_view>

namespace legate {

namespace detail {
class Library;
}  // namespace detail

/// A name space for tasks and reduction operators: a cheap handle to a library of the running runtime.
///
/// Local ids count from 0 to the maximum that the library's ResourceConfig sets; global ids of one library are
/// contiguous and differ from those of other libraries. Registration is done from the control thread; in a task, it
/// throws std::runtime_error. Moving a library copies it.
class LEGATE_EXPORT Library {
 public:
  Library() = LEGATE_DEFAULT_WHEN_CYTHON;

  [[nodiscard]] std::string_view get_library_name() const;

  /// @name Local to global ids, whether registered or not
  /// @throws std::out_of_range if the local id is negative or not below the configured maximum.
  /// @{
  [[nodiscard]] GlobalTaskID get_task_id(LocalTaskID local_task_id) const;
  [[nodiscard]] GlobalRedopID get_reduction_op_id(LocalRedopID local_redop_id) const;
  [[nodiscard]] std::uint32_t get_projection_id(std::int64_t local_proj_id) const;
  [[nodiscard]] std::uint32_t get_sharding_id(std::int64_t local_shard_id) const;
  /// @}

  /// @name Global to local ids; a foreign id is fatal
  /// @{
  [[nodiscard]] LocalTaskID get_local_task_id(GlobalTaskID task_id) const;
  [[nodiscard]] LocalRedopID get_local_reduction_op_id(GlobalRedopID redop_id) const;
  [[nodiscard]] std::int64_t get_local_projection_id(std::uint32_t proj_id) const;
  [[nodiscard]] std::int64_t get_local_sharding_id(std::uint32_t shard_id) const;
  /// @}

  /// @name Whether a global id is one of this library's
  /// @{
  [[nodiscard]] bool valid_task_id(GlobalTaskID task_id) const;
  [[nodiscard]] bool valid_reduction_op_id(GlobalRedopID redop_id) const;
  [[nodiscard]] bool valid_projection_id(std::uint32_t proj_id) const;
  [[nodiscard]] bool valid_sharding_id(std::uint32_t shard_id) const;
  /// @}

  /// An id that nothing else has: the first unused one of the range reserved by ResourceConfig::max_dyn_tasks, or
  /// inside a task the last one. Any thread.
  /// @throws std::overflow_error if there is none left.
  [[nodiscard]] LocalTaskID get_new_task_id();
  /// The name under which a task was registered: its class name.
  /// @throws std::out_of_range if no task has this id.
  [[nodiscard]] std::string_view get_task_name(LocalTaskID local_task_id) const;
  /// Asks the library's mapper for a value.
  /// @throws std::invalid_argument if the type has no fixed size or the answer another size.
  [[nodiscard]] Scalar get_tunable(std::int64_t tunable_id, const Type& type);

  /// Makes a reduction operator known. `REDOP` has `LHS`, `RHS`, `identity`, `apply` and `fold`; see the manual.
  /// @throws std::out_of_range if the id is not below ResourceConfig::max_reduction_ops.
  /// @throws std::invalid_argument if the id is taken.
  template <typename REDOP>
  [[nodiscard]] GlobalRedopID register_reduction_operator(LocalRedopID redop_id) {
    return register_reduction_operator_(redop_id, detail::make_reduction_operator<REDOP>());
  }

  /// Registers a task under an id of its own.
  /// @throws std::out_of_range if the id is negative or not below ResourceConfig::max_tasks.
  /// @throws std::invalid_argument if the id is taken. The library is unchanged after an exception.
  void register_task(LocalTaskID local_task_id, const TaskInfo& task_info);
  /// @throws std::out_of_range if no task has this id.
  [[nodiscard]] TaskInfo find_task(LocalTaskID local_task_id) const;
  /// The options given to Runtime::create_library.
  [[nodiscard]] const std::map<VariantCode, VariantOptions>& get_default_variant_options() const;

  /// Equality is identity of the library.
  [[nodiscard]] bool operator==(const Library& other) const;
  [[nodiscard]] bool operator!=(const Library& other) const;

  explicit Library(detail::Library* impl) noexcept : impl_{impl} {}
  [[nodiscard]] detail::Library* impl() const noexcept { return impl_; }

 private:
  [[nodiscard]] GlobalRedopID register_reduction_operator_(LocalRedopID redop_id, detail::ReductionOperator redop);

  detail::Library* impl_;
};

}  // namespace legate
