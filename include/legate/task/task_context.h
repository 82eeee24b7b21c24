// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/comm/communicator.h>
#include <legate/data/physical_store.h>
#include <legate/data/scalar.h>
#include <legate/mapping/machine.h>
#include <legate/utilities/typedefs.h>
#include <legate_defines.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

struct CUstream_st;

namespace legate {

namespace detail {
class TaskFrame;
}  // namespace detail

/// What a running task instance knows: its arguments, its place in the launch and how it was launched.
///
/// Passed by value to every variant body. Copies refer to the same instance and must not be kept beyond the body.
class LEGATE_EXPORT TaskContext {
 public:
  [[nodiscard]] GlobalTaskID task_id() const noexcept;
  [[nodiscard]] VariantCode variant_kind() const noexcept;

  /// @name Arguments, in the order of the `add_*` calls
  /// @throws std::out_of_range if there is no argument `index`.
  /// @{
  [[nodiscard]] PhysicalStore input(std::uint32_t index) const;
  [[nodiscard]] std::vector<PhysicalStore> inputs() const;
  [[nodiscard]] PhysicalStore output(std::uint32_t index) const;
  [[nodiscard]] std::vector<PhysicalStore> outputs() const;
  [[nodiscard]] PhysicalStore reduction(std::uint32_t index) const;
  [[nodiscard]] std::vector<PhysicalStore> reductions() const;
  [[nodiscard]] Scalar scalar(std::uint32_t index) const;
  [[nodiscard]] std::vector<Scalar> scalars() const;
  [[nodiscard]] const comm::Communicator& communicator(std::uint32_t index) const;
  [[nodiscard]] std::vector<comm::Communicator> communicators() const;
  /// @}

  [[nodiscard]] std::size_t num_inputs() const;
  [[nodiscard]] std::size_t num_outputs() const;
  [[nodiscard]] std::size_t num_reductions() const;
  [[nodiscard]] std::size_t num_scalars() const;
  [[nodiscard]] std::size_t num_communicators() const;

  /// True if the launch was a single one: not merely one with one point.
  [[nodiscard]] bool is_single_task() const;
  /// True if the launch may throw TaskException.
  [[nodiscard]] bool can_raise_exception() const;
  /// This instance's point of the launch domain; the 1-D point 0 in a single launch.
  [[nodiscard]] const DomainPoint& get_task_index() const;
  /// The whole launch domain; the 1-D domain [0, 0] in a single launch.
  [[nodiscard]] const Domain& get_launch_domain() const;
  /// The kind of processor that runs this instance.
  [[nodiscard]] mapping::TaskTarget target() const;
  /// The machine the task was created for: the scope's, narrowed to kinds for which the task has a variant.
  [[nodiscard]] mapping::Machine machine() const;
  [[nodiscard]] std::string_view get_provenance() const;
  /// Waits until all instances of a concurrent launch have called. In others std::runtime_error, unless of one point.
  void concurrent_task_barrier();
  /// The stream of a GPU variant; null in all others.
  [[nodiscard]] CUstream_st* get_task_stream() const;

  TaskContext(const TaskContext&) = default;
  TaskContext(TaskContext&&) = delete;
  TaskContext& operator=(const TaskContext&) = default;
  TaskContext& operator=(TaskContext&&) = delete;

  explicit TaskContext(detail::TaskFrame* frame) noexcept : frame_{frame} {}
  [[nodiscard]] detail::TaskFrame* frame() const noexcept { return frame_; }

 private:
  detail::TaskFrame* frame_;
};

}  // namespace legate
