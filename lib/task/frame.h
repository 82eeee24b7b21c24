// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "comm/channel.h"
#include "comm/circle.h"
#include "data/physical_store.h"
#include "data/task_memory.h"
#include "task/gpu_frame.h"

#include <legate/comm/coll_comm.h>
#include <legate/comm/communicator.h>
#include <legate/data/scalar.h>
#include <legate/mapping/machine.h>
#include <legate/utilities/processor.h>
#include <legate/utilities/typedefs.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace legate::detail {

/// What all instances of a launch have in common. Immutable once the launch is submitted.
struct LaunchInfo {
  GlobalTaskID task_id{};
  VariantCode kind{VariantCode::CPU};  // where points have no choice
  std::string_view task_name{};
  bool single{true};
  bool can_throw{false};
  bool waits_for_stream_only{false};  // a GPU variant that gives work to the stream of the task and to no other
  bool runs_inline{false};
  Domain domain{};
  const InternalSharedPtr<const mapping::detail::Machine>* machine{};  // the launch keeps what these point to
  const std::string* provenance{};
  std::vector<Scalar> scalars{};
  std::uint32_t inputs{0};
  std::uint32_t outputs{0};
  std::uint32_t reductions{0};
  std::vector<comm::Channel> channels{};  // of communicators

  [[nodiscard]] std::size_t arguments() const { return std::size_t{inputs} + outputs + reductions; }
};

/// One running task instance: what a TaskContext shows, and the memory that lives as long as the instance.
///
/// Every thread keeps its frames and uses them again, so that starting an instance allocates nothing. A frame is used
/// by its thread only, but for allocations (a task may start threads of its own that create buffers).
class TaskFrame {
 public:
  /// Makes the frame the innermost one of the calling thread, with room for the launch's arguments.
  [[nodiscard]] static TaskFrame& push(const LaunchInfo& info, unsigned worker);
  /// Ends the innermost frame: what the instance allocated and did not hand on is freed.
  static void pop();
  /// The calling thread's innermost frame, or null.
  [[nodiscard]] static TaskFrame* current();

  /// Gives the calling thread's outermost instance the processor that it is dealt to (processor_of()) for itself, until
  /// it ends: waits for the instance that has it. Those inside of it share it. Returns its number, the same in every
  /// call. In a task only.
  [[nodiscard]] static unsigned take_processor();
  /// The kind of variant that the calling thread's outermost instance runs. In a task only.
  [[nodiscard]] static VariantCode outermost_kind();

  [[nodiscard]] const LaunchInfo& info() const { return *info_; }
  [[nodiscard]] unsigned worker() const { return worker_; }
  /// Of the variant that runs: that of the launch, unless points of a launch run different ones.
  [[nodiscard]] VariantCode kind() const { return kind_; }
  void set_kind(VariantCode kind) { kind_ = kind; }
  [[nodiscard]] DomainPoint& index() { return index_; }
  [[nodiscard]] const DomainPoint& index() const { return index_; }
  /// The physical stores: inputs, then outputs, then reductions.
  [[nodiscard]] PhysicalStore& store(std::size_t position) { return stores_[position]; }
  /// For messages: `input 0 of task "x"`; nothing if the store is none of this instance's.
  [[nodiscard]] std::string argument_name(const PhysicalStore& store) const;
  /// For messages: the arguments with these bounds, `input 0, output 1`; nothing if there is none.
  [[nodiscard]] std::string arguments_with_bounds(const Domain& bounds) const;
  /// Zero-initialised memory for copies of small values; valid until pop().
  [[nodiscard]] std::byte* scratch(std::size_t bytes);

  /// For messages: the task, where it was submitted (if that was recorded) and, of a launch of several, the point.
  [[nodiscard]] std::string description() const;

  /// @name For an instance of a concurrent launch
  /// @{
  /// The instance is point `local` of those in this process, and has the communicators of the launch. After
  /// Circle::start().
  void join(comm::Circle& circle, unsigned local);
  [[nodiscard]] bool is_member() const { return member_.circle != nullptr; }
  [[nodiscard]] const std::vector<legate::comm::Communicator>& communicators() const { return communicators_; }
  /// Returns when all instances have called it.
  void barrier() { member_.circle->barrier(member_.local); }
  /// Whether it was told that another instance has thrown: what it throws then is a consequence.
  [[nodiscard]] bool broken_off() const { return is_member() && member_.circle->broke(member_.local); }
  /// @}

  /// @name For an instance of a GPU variant
  /// @{
  [[nodiscard]] bool on_gpu() const { return kind_ == VariantCode::GPU; }
  /// Puts the value of a scalar store where kernels reach it as well as the host. Running out of memory is fatal.
  void lend_to_gpu(PhysicalStore& store);
  /// Memory that kernels reach, freed by pop(). Running out of it is fatal.
  [[nodiscard]] void* allocate_on_gpu(engine::GpuMemory memory, std::size_t bytes, std::size_t alignment);
  /// Frees such memory early; false if it is none of this frame's.
  bool free_on_gpu(void* memory) { return gpu_.free(memory); }
  /// The body is over: waits for what it has given to the GPU, and brings home what the host is to see of that.
  void finish_gpu_work();
  /// @}

  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment);
  [[nodiscard]] const std::shared_ptr<TaskRun>& run();
  /// Stops owning a block; false if it is none of this frame's.
  bool release(void* memory);

 private:
  /// `input 0`; nothing past the last argument.
  [[nodiscard]] std::string place_name(std::size_t position) const;

  const LaunchInfo* info_{};
  unsigned worker_{};
  unsigned processor_{NO_PROCESSOR};  // locked by this frame; most instances never ask for it
  VariantCode kind_{VariantCode::CPU};
  DomainPoint index_{};
  std::vector<PhysicalStore> stores_{};
  std::vector<void*> blocks_{};
  GpuFrame gpu_{};
  struct {
    comm::Circle* circle{};  // null: it does not know of others
    unsigned local{};
    std::optional<legate::comm::coll::Coll_Comm> handle{};
  } member_{};
  std::vector<legate::comm::Communicator> communicators_{};
  std::shared_ptr<TaskRun> run_{};  // made when something asks for it
};

/// The kind of memory that buffers of the instance are in, unless another one is asked for.
[[nodiscard]] Memory::Kind default_memory_kind(const TaskFrame& frame, bool host_accessible);

}  // namespace legate::detail
