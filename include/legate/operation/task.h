// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/data/logical_store.h>
#include <legate/data/scalar.h>
#include <legate/operation/projection.h>
#include <legate/partitioning/constraint.h>
#include <legate/type/types.h>
#include <legate/utilities/internal_shared_ptr.h>
#include <legate/utilities/span.h>
#include <legate_defines.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace legate {

namespace detail {
class AutoTask;
class ManualTask;
}  // namespace detail

/// The description of a task whose arguments the runtime partitions by itself.
///
/// Made by Runtime::create_task, filled by the members below and given away to Runtime::submit. Copies refer to the
/// same description. After submit it is spent: every member throws std::runtime_error. A handle that was moved from
/// elsewhere throws std::logic_error instead, as does one passed as an argument. Control thread only.
class LEGATE_EXPORT AutoTask {
 public:
  /// @name Arguments, in the order in which the task will see them
  /// Without a partition symbol, the one of the same store in this task is used, or a new one. Returns the symbol.
  /// @throws std::invalid_argument for an unbound input or reduction, an operator that the element type lacks, or a
  ///   symbol that already stands for another store.
  /// @{
  Variable add_input(LogicalStore store);
  Variable add_output(LogicalStore store);
  Variable add_reduction(LogicalStore store, ReductionOpKind redop_kind);
  Variable add_reduction(LogicalStore store, std::int32_t redop_kind);
  Variable add_input(LogicalStore store, Variable partition_symbol);
  Variable add_output(LogicalStore store, Variable partition_symbol);
  Variable add_reduction(LogicalStore store, ReductionOpKind redop_kind, Variable partition_symbol);
  Variable add_reduction(LogicalStore store, std::int32_t redop_kind, Variable partition_symbol);
  /// @}

  /// A value passed to every instance of the task.
  void add_scalar_arg(const Scalar& scalar);
  template <typename T,
            typename = std::enable_if_t<!std::is_same_v<std::decay_t<T>, Scalar> && std::is_constructible_v<Scalar, T>>>
  void add_scalar_arg(T&& value) {
    add_scalar_arg(Scalar{std::forward<T>(value)});
  }

  /// Restricts how the arguments are split. Checked at submit.
  /// @throws std::runtime_error if the task's signature declares its constraints.
  void add_constraint(const Constraint& constraint);
  void add_constraints(Span<const Constraint> constraints);

  /// The partition symbol of `store` in this task.
  [[nodiscard]] Variable find_or_declare_partition(const LogicalStore& store);
  /// A new partition symbol, to be given to an argument.
  [[nodiscard]] Variable declare_partition();
  /// The provenance of the scope in which the task was created.
  [[nodiscard]] std::string_view provenance() const;

  /// Replaces the variant's option for this launch: whether its points run all at once, each on a processor of its own,
  /// and may wait for each other. A launch with communicators is concurrent in any case. Concurrent launches run one
  /// after the other, in program order, among other tasks.
  ///
  /// Submitting a concurrent launch of more points than processors throws std::invalid_argument.
  void set_concurrent(bool concurrent);
  /// Replaces the variant's option for this launch.
  void set_side_effect(bool has_side_effect);
  /// Says whether the task may throw TaskException, in place of the variant's option.
  void throws_exception(bool can_throw_exception);
  /// Gives the launch a communicator, which its points find in TaskContext::communicators() in the order of the calls,
  /// and makes it concurrent. "cpu" is for all processors: see <legate/comm/coll.h>. A launch of a single point gets
  /// none.
  ///
  /// @throws std::runtime_error there is none of that name, or the variant declares communicators
  /// (VariantOptions::with_communicators).
  void add_communicator(std::string_view name);

  /// True if submit will run the task at once in the calling thread.
  [[nodiscard]] bool needs_inline_execution_() const;

  AutoTask() = LEGATE_DEFAULT_WHEN_CYTHON;
  explicit AutoTask(InternalSharedPtr<detail::AutoTask> impl) : impl_{std::move(impl)} {}
  [[nodiscard]] const InternalSharedPtr<detail::AutoTask>& impl() const noexcept { return impl_; }

 private:
  InternalSharedPtr<detail::AutoTask> impl_;
};

/// The description of a task with a launch domain and partitions chosen by the program.
///
/// Same rules of use as AutoTask. A store given whole is seen whole by every instance: as an output, all instances must
/// write the same values; as a reduction, all contributions are combined with the previous contents. A partition
/// gives the instance at launch point p the piece `projection(p)`, or piece p without a projection; a 1-D launch over
/// pieces of more dimensions takes them in row-major order. Every point must have its piece: the number of points may
/// be less than that of the pieces, whose rest stays as it is, but a point whose color the partition does not have
/// makes submit throw std::out_of_range. Without a projection, a launch domain of several dimensions must have as many
/// as the partition has color dimensions.
class LEGATE_EXPORT ManualTask {
 public:
  /// @name Arguments, in the order in which the task will see them
  /// `is_key_partition` marks the argument whose placement decides where the instances run; a hint.
  /// @throws std::invalid_argument for an unbound input or reduction, an operator that the element type lacks, or a
  ///   projection whose size is not the number of color dimensions.
  /// @throws std::runtime_error if, without projection, the launch domain is not 1-D and has another number of
  ///   dimensions than the partition has color dimensions.
  /// @{
  void add_input(LogicalStore store);
  void add_input(LogicalStorePartition store_partition, std::optional<SymbolicPoint> projection = std::nullopt,
                 bool is_key_partition = false);
  void add_output(LogicalStore store);
  void add_output(LogicalStorePartition store_partition, std::optional<SymbolicPoint> projection = std::nullopt,
                  bool is_key_partition = false);
  void add_reduction(LogicalStore store, ReductionOpKind redop_kind);
  void add_reduction(LogicalStore store, std::int32_t redop_kind);
  void add_reduction(LogicalStorePartition store_partition, ReductionOpKind redop_kind,
                     std::optional<SymbolicPoint> projection = std::nullopt, bool is_key_partition = false);
  void add_reduction(LogicalStorePartition store_partition, std::int32_t redop_kind,
                     std::optional<SymbolicPoint> projection = std::nullopt, bool is_key_partition = false);
  /// @}

  /// A value passed to every instance of the task.
  void add_scalar_arg(const Scalar& scalar);
  template <typename T,
            typename = std::enable_if_t<!std::is_same_v<std::decay_t<T>, Scalar> && std::is_constructible_v<Scalar, T>>>
  void add_scalar_arg(T&& value) {
    add_scalar_arg(Scalar{std::forward<T>(value)});
  }

  [[nodiscard]] std::string_view provenance() const;
  /// As AutoTask::set_concurrent().
  void set_concurrent(bool concurrent);
  void set_side_effect(bool has_side_effect);
  void throws_exception(bool can_throw_exception);
  /// As AutoTask::add_communicator().
  void add_communicator(std::string_view name);

  ManualTask() = LEGATE_DEFAULT_WHEN_CYTHON;
  explicit ManualTask(InternalSharedPtr<detail::ManualTask> impl) : impl_{std::move(impl)} {}
  [[nodiscard]] const InternalSharedPtr<detail::ManualTask>& impl() const noexcept { return impl_; }

 private:
  InternalSharedPtr<detail::ManualTask> impl_;
};

}  // namespace legate
