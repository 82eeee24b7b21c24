// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/data/external_allocation.h>
#include <legate/data/logical_store.h>
#include <legate/data/scalar.h>
#include <legate/data/shape.h>
#include <legate/mapping/machine.h>
#include <legate/mapping/mapping.h>
#include <legate/operation/task.h>
#include <legate/runtime/configuration_error.h>
#include <legate/runtime/exception_mode.h>
#include <legate/runtime/library.h>
#include <legate/runtime/resource.h>
#include <legate/task/exception.h>
#include <legate/task/variant_options.h>
#include <legate/tuning/scope.h>
#include <legate/type/types.h>
#include <legate/utilities/span.h>
#include <legate/utilities/tuple.h>
#include <legate/utilities/typedefs.h>
#include <legate_defines.h>

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace legate {

namespace detail {
class Runtime;
void register_shutdown_callback(ShutdownCallback callback);
/// The options in effect, `NAME=VALUE` on a line each, named after their flags, memory in bytes.
[[nodiscard]] LEGATE_EXPORT std::string configuration_text();
}  // namespace detail

/// The running runtime: makes libraries, stores and tasks, and orders their execution.
///
/// All members may be called from the control thread only: the one that called start(), outside any task.
class LEGATE_EXPORT Runtime {
 public:
  /// The one runtime of the process; the same pointer from start() to finish().
  /// @throws std::runtime_error before start() and after finish().
  [[nodiscard]] static Runtime* get_runtime();

  /// @name Libraries
  /// @{

  /// Makes a new library. A null `mapper` selects the default one; of a given mapper, only the tunable values are
  /// asked for so far. `default_options` are the options of variants that have none of their own.
  /// @throws std::invalid_argument if the name is taken.
  /// @throws std::out_of_range if the configuration reserves more dynamic ids than there are ids.
  [[nodiscard]] Library create_library(std::string_view library_name, const ResourceConfig& config = ResourceConfig{},
                                       std::unique_ptr<mapping::Mapper> mapper = nullptr,
                                       std::map<VariantCode, VariantOptions> default_options = {});
  /// @throws std::out_of_range if there is no such library.
  [[nodiscard]] Library find_library(std::string_view library_name) const;
  [[nodiscard]] std::optional<Library> maybe_find_library(std::string_view library_name) const;
  /// The library of that name, made as create_library does if there is none; `created`, unless null, tells which.
  [[nodiscard]] Library find_or_create_library(std::string_view library_name,
                                               const ResourceConfig& config = ResourceConfig{},
                                               std::unique_ptr<mapping::Mapper> mapper = nullptr,
                                               const std::map<VariantCode, VariantOptions>& default_options = {},
                                               bool* created = nullptr);
  /// @}

  /// @name Tasks
  /// The machine, priority, provenance and policy of the current scope are captured here.
  /// @throws std::out_of_range if no task with this id is registered in the library.
  /// @throws std::invalid_argument if the launch domain is empty, or no variant of the task fits the scope's machine.
  /// @{
  [[nodiscard]] AutoTask create_task(Library library, LocalTaskID task_id);
  [[nodiscard]] ManualTask create_task(Library library, LocalTaskID task_id, const tuple<std::uint64_t>& launch_shape);
  [[nodiscard]] ManualTask create_task(Library library, LocalTaskID task_id, Span<const std::uint64_t> launch_shape);
  [[nodiscard]] ManualTask create_task(Library library, LocalTaskID task_id,
                                       std::initializer_list<std::uint64_t> launch_shape);
  [[nodiscard]] ManualTask create_task(Library library, LocalTaskID task_id, const Domain& launch_domain);
  /// @}

  /// Checks a task and queues it for execution. The description is spent afterwards, also if submit throws.
  ///
  /// Tasks on the same data take effect in the order of submission.
  ///
  /// @throws std::runtime_error if the description was submitted before.
  /// @throws std::out_of_range if the number of arguments contradicts the task's signature, or a projection leads
  ///   outside the colors of a partition.
  /// @throws std::invalid_argument if a constraint is not valid for its stores, arguments interfere with each other, or
  ///   a scalar store is read that was never written.
  /// @throws TaskException if the task may throw, has thrown, and the scope's exception mode is IMMEDIATE; then the
  ///   call waits for the task.
  void submit(AutoTask&& task);
  void submit(ManualTask&& task);

  /// @name Stores
  /// None of these waits for tasks, except where it is said and for the extents of a store whose shape is given.
  /// @{

  /// An unbound store: the first task that outputs it decides its extents.
  /// @throws std::out_of_range if `dim` is above LEGATE_MAX_DIM.
  /// @throws std::invalid_argument if the type has no fixed size.
  [[nodiscard]] LogicalStore create_store(const Type& type, std::uint32_t dim = 1);
  /// A store with undefined contents. With `optimize_scalar`, a store of volume 1 is kept as a scalar value.
  /// @throws std::out_of_range if the shape has more than LEGATE_MAX_DIM dimensions.
  /// @throws std::invalid_argument if the type has no fixed size, or the shape is that of an unbound store.
  [[nodiscard]] LogicalStore create_store(const Shape& shape, const Type& type, bool optimize_scalar = false);
  /// A store that holds one scalar value.
  /// @throws std::invalid_argument if the shape has another volume than 1 or the scalar's type no fixed size.
  [[nodiscard]] LogicalStore create_store(const Scalar& scalar, const Shape& shape = Shape{1});

  /// A store on memory of the program, which holds its elements one beside the other in the order of `ordering`: tasks
  /// use it in place. The program must leave it alone until the attachment ends, with LogicalStore::detach(), or when
  /// the last reference to the store is gone and its tasks have completed, which a fence that blocks makes sure of.
  ///
  /// What tasks write is in memory that may be written after detach(), a fence that blocks, or get_physical_store().
  /// Read-only memory is never written: when a task is going to write the store or it is mapped, the store moves to a
  /// copy.
  ///
  /// With several ranks all have to make the call, each with memory of its own and equal contents. All of them have the
  /// results after detach() and a fence that blocks. The latter brings them also to memory whose last reference has
  /// gone: so without either, memory that was written stays attached until finish().
  ///
  /// @throws std::out_of_range if the shape has more than LEGATE_MAX_DIM dimensions.
  /// @throws std::invalid_argument if the type has no fixed size, the shape is that of an unbound store, `buffer` is
  ///   null, the allocation is too small or does not begin where elements of the type can be accessed, was released by
  ///   its deleter before, a custom ordering does not list every dimension once, or in a STRICT streaming scope.
  [[nodiscard]] LogicalStore create_store(const Shape& shape, const Type& type, void* buffer, bool read_only = true,
                                          const mapping::DimOrdering& ordering = mapping::DimOrdering::c_order());
  [[nodiscard]] LogicalStore create_store(const Shape& shape, const Type& type, const ExternalAllocation& allocation,
                                          const mapping::DimOrdering& ordering = mapping::DimOrdering::c_order());
  /// A store of several pieces of memory, all read-only, and the partition that cuts it into them: the tiles, of which
  /// those at the end are cut off by the shape, by their colors. Their elements are copied into one array here, which
  /// may wait for that; as attachments they end with the store's. Tiles without memory have undefined contents.
  ///
  /// With several ranks all have to make the call, each with the tiles that it has: they exchange only what they are
  /// asked for later. Where several have a tile, its contents are equal.
  ///
  /// @throws std::out_of_range if a color is outside the partition; and as above.
  /// @throws std::invalid_argument if the tile shape has another rank than the shape or volume 0, an allocation may be
  ///   written, a color is given twice, or another rank was refused its tiles; and as above.
  /// @throws std::runtime_error if tasks run inline (`--inline-task-launch`).
  [[nodiscard]] std::pair<LogicalStore, LogicalStorePartition> create_store(
      const Shape& shape, const tuple<std::uint64_t>& tile_shape, const Type& type,
      const std::vector<std::pair<ExternalAllocation, tuple<std::uint64_t>>>& allocations,
      const mapping::DimOrdering& ordering = mapping::DimOrdering::c_order());
  /// @}

  /// @name The array layer of releases up to 26.06: plain arrays are stores
  /// @throws std::invalid_argument if `nullable`; otherwise as create_store.
  /// @{
  [[nodiscard]] LogicalArray create_array(const Type& type, std::uint32_t dim = 1, bool nullable = false);
  [[nodiscard]] LogicalArray create_array(const Shape& shape, const Type& type, bool nullable = false,
                                          bool optimize_scalar = false);
  [[nodiscard]] LogicalArray create_array_like(const LogicalArray& to_mirror, std::optional<Type> type = std::nullopt);
  /// @}

  /// Sets every element of `lhs`.
  /// @throws std::invalid_argument if `lhs` is unbound, the types differ, or `value` has no scalar storage.
  void issue_fill(const LogicalStore& lhs, const LogicalStore& value);
  void issue_fill(const LogicalStore& lhs, const Scalar& value);

  /// @name Copies
  ///
  /// The stores are bound and untransformed (slices that start at 0 in every dimension count as untransformed), source
  /// and target have one element type, and the target overlaps no other store of the operation. Empty stores are
  /// legal: nothing is copied. With a reduction operator, source elements are folded into those of the target instead
  /// of replacing them.
  ///
  /// An indirection store holds, for each element that is copied, the point where it comes from or goes to: elements of
  /// `point_type(N)`, N being the number of dimensions of the store they point into, or int64 for N = 1. Elements whose
  /// point lies outside that store are not copied.
  ///
  /// @throws std::invalid_argument if any of this is not so, shapes differ that have to be equal, or the operator does
  ///   not exist for the element type.
  /// @{

  /// Element by element, between stores of one shape: either both with scalar storage, or none.
  /// @throws std::runtime_error if only one has scalar storage, or the target of a reduction has.
  void issue_copy(LogicalStore& target, const LogicalStore& source,
                  std::optional<ReductionOpKind> redop_kind = std::nullopt);
  void issue_copy(LogicalStore& target, const LogicalStore& source, std::optional<std::int32_t> redop_kind);
  /// `target[i] = source[source_indirect[i]]`; indirection and target have one shape. No scalar storage.
  void issue_gather(LogicalStore& target, const LogicalStore& source, const LogicalStore& source_indirect,
                    std::optional<ReductionOpKind> redop_kind = std::nullopt);
  void issue_gather(LogicalStore& target, const LogicalStore& source, const LogicalStore& source_indirect,
                    std::optional<std::int32_t> redop_kind);
  /// `target[target_indirect[i]] = source[i]`; indirection and source have one shape. No scalar storage. Other elements
  /// of the target stay. Of several i with the same target, the last in row-major order wins; a reduction folds all.
  void issue_scatter(LogicalStore& target, const LogicalStore& target_indirect, const LogicalStore& source,
                     std::optional<ReductionOpKind> redop_kind = std::nullopt);
  void issue_scatter(LogicalStore& target, const LogicalStore& target_indirect, const LogicalStore& source,
                     std::optional<std::int32_t> redop_kind);
  /// `target[target_indirect[i]] = source[source_indirect[i]]`; the indirections have one shape. Otherwise as
  /// issue_scatter.
  void issue_scatter_gather(LogicalStore& target, const LogicalStore& target_indirect, const LogicalStore& source,
                            const LogicalStore& source_indirect,
                            std::optional<ReductionOpKind> redop_kind = std::nullopt);
  void issue_scatter_gather(LogicalStore& target, const LogicalStore& target_indirect, const LogicalStore& source,
                            const LogicalStore& source_indirect, std::optional<std::int32_t> redop_kind);
  /// @}

  /// Folds a 1-D store, piece by piece and `radix` pieces at a time, by a task with up to `radix` inputs and one
  /// unbound output. The result is bound when the call returns; its contents are produced asynchronously.
  /// @throws std::runtime_error if the store is not 1-D.
  /// @throws std::out_of_range, std::invalid_argument as create_task.
  [[nodiscard]] LogicalStore tree_reduce(Library library, LocalTaskID task_id, const LogicalStore& store,
                                         std::int32_t radix = 4);

  /// Later operations get no resources before earlier ones have theirs. No effect on results.
  void issue_mapping_fence();
  /// Everything submitted before completes before anything submitted later starts. With `block`, returns only then.
  /// Never throws a task's exception.
  void issue_execution_fence(bool block = false);
  /// Waits for the tasks whose exceptions were deferred, up to the first that threw; clears all of them and throws that
  /// one, if any.
  void raise_pending_exception();

  /// A hint that tasks will read the store with halos of so many elements below and above, per dimension. With
  /// `initialize`, the store is filled with zeros. On a machine of one processor, nothing at all is done.
  /// @throws std::invalid_argument if the store is unbound or the numbers of offsets are not its number of dimensions.
  void prefetch_bloated_instances(const LogicalStore& store, Span<const std::uint64_t> low_offsets,
                                  Span<const std::uint64_t> high_offsets, bool initialize = false);

  /// Adds a function to be called by finish(); see legate::register_shutdown_callback.
  template <typename T>
  void register_shutdown_callback(T&& callback) {
    static_assert(std::is_nothrow_invocable_v<T>, "a shutdown callback must be noexcept and take no arguments");
    detail::register_shutdown_callback(std::forward<T>(callback));
  }

  /// The number of processes of the run, and this one's number.
  [[nodiscard]] std::uint32_t node_count() const;
  [[nodiscard]] std::uint32_t node_id() const;
  /// The machine of the current scope.
  [[nodiscard]] mapping::Machine get_machine() const;
  /// The processor of the calling task instance; at top level, a CPU.
  [[nodiscard]] Processor get_executing_processor() const;

  /// Begins a part of the running task that profiles show; ranges may be inside of each other. Any thread.
  void start_profiling_range();
  /// Ends the range that this thread began last, and names it. In the same run of the task.
  /// @throws std::logic_error the thread has begun none.
  void stop_profiling_range(std::string_view provenance);

  explicit Runtime(detail::Runtime* impl) noexcept : impl_{impl} {}
  [[nodiscard]] detail::Runtime* impl() const noexcept { return impl_; }

 private:
  detail::Runtime* impl_;
};

/// Reads the configuration (LEGATE_CONFIG and the other documented environment variables) and starts the runtime.
/// Silent if it runs already.
///
/// @throws ConfigurationError, AutoConfigurationError, std::runtime_error, std::out_of_range, std::invalid_argument
///   for a configuration that this build or machine cannot satisfy; the runtime is then not started.
/// @throws std::runtime_error after finish(): a process can start the runtime once.
LEGATE_EXPORT void start();
[[deprecated("use start()")]] LEGATE_EXPORT std::int32_t start(std::int32_t argc, char* argv[]);

/// True between start() and finish(). Any thread.
[[nodiscard]] LEGATE_EXPORT bool has_started();
/// True once finish() has shut the runtime down. Any thread.
[[nodiscard]] LEGATE_EXPORT bool has_finished();

/// Runs the shutdown callbacks, completes all submitted work and stops the runtime.
/// @return 0 if all went well, or if the runtime is not running.
/// @throws std::logic_error the ranks have made different calls (`--check-calls`).
[[nodiscard]] LEGATE_EXPORT std::int32_t finish();
/// @throws std::runtime_error if finish() would return another value than 0.
[[deprecated("use finish()")]] LEGATE_EXPORT void destroy();

/// Adds a function to be called by finish(), in the order of registration, while tasks may still be submitted.
/// @throws std::runtime_error before start().
template <typename T>
void register_shutdown_callback(T&& callback) {
  static_assert(std::is_nothrow_invocable_v<T>, "a shutdown callback must be noexcept and take no arguments");
  detail::register_shutdown_callback(std::forward<T>(callback));
}

/// The machine of the current scope.
[[nodiscard]] LEGATE_EXPORT mapping::Machine get_machine();
/// True inside a task variant, also one that runs inline; false on any other thread.
[[nodiscard]] LEGATE_EXPORT bool is_running_in_task();

}  // namespace legate
