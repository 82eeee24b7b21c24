// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operation/clock_reading.h"
#include "operation/task.h"
#include "runtime/configuration.h"
#include "runtime/library.h"
#include "runtime/profiler.h"
#include "runtime/scope_state.h"
#include "runtime/streaming.h"

#include <legate/runtime/runtime.h>
#include <legate/utilities/typedefs.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace legate::detail {

struct IndirectCopy;

/// The implementation of legate::Runtime: exists from start() to finish(). Control thread only, but for current() and
/// what tasks may call: those that create tasks, submit, fill and copy, on stores that belong to the calling task.
class Runtime {
 public:
  /// Starts the engine with this configuration. @throws what the engine throws.
  explicit Runtime(Configuration configuration);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// The running runtime, or null. Any thread.
  [[nodiscard]] static Runtime* current() noexcept;
  /// The running runtime. @throws std::runtime_error if there is none.
  [[nodiscard]] static Runtime& get();

  [[nodiscard]] const Configuration& configuration() const { return configuration_; }
  [[nodiscard]] legate::Runtime* handle() { return &handle_; }

  [[nodiscard]] Library* find_library(std::string_view name) const;
  [[nodiscard]] Library& create_library(std::string_view name, const ResourceConfig& config,
                                        std::unique_ptr<mapping::Mapper> mapper,
                                        std::map<VariantCode, VariantOptions> default_options);

  [[nodiscard]] std::shared_ptr<AutoTask> create_task(const Library& library, LocalTaskID id);
  [[nodiscard]] std::shared_ptr<ManualTask> create_task(const Library& library, LocalTaskID id, const Domain& domain);
  /// `call`: which call of the program submits it, for messages.
  void submit(std::shared_ptr<TaskDescription> task, const char* call = "submit");

  void issue_fill(const LogicalStore::Ptr& target, const LogicalStore::Ptr& value);
  void issue_fill(const LogicalStore::Ptr& target, const Scalar& value);
  void issue_copy(const LogicalStore::Ptr& target, const LogicalStore::Ptr& source, std::optional<std::int32_t> redop);
  void issue_gather(const LogicalStore::Ptr& target, const LogicalStore::Ptr& source,
                    const LogicalStore::Ptr& source_indirect, std::optional<std::int32_t> redop);
  void issue_scatter(const LogicalStore::Ptr& target, const LogicalStore::Ptr& target_indirect,
                     const LogicalStore::Ptr& source, std::optional<std::int32_t> redop);
  void issue_scatter_gather(const LogicalStore::Ptr& target, const LogicalStore::Ptr& target_indirect,
                            const LogicalStore::Ptr& source, const LogicalStore::Ptr& source_indirect,
                            std::optional<std::int32_t> redop);
  /// See ImageFinder.
  [[nodiscard]] std::shared_ptr<const Tiling> find_image(const LogicalStore::Ptr& function,
                                                         const std::shared_ptr<const Tiling>& tiling,
                                                         LogicalStore& range, ImageComputationHint hint);
  void prefetch_bloated_instances(const LogicalStore::Ptr& store, Span<const std::uint64_t> low_offsets,
                                  Span<const std::uint64_t> high_offsets, bool initialize);
  [[nodiscard]] LogicalStore::Ptr tree_reduce(const Library& library, LocalTaskID id, const LogicalStore::Ptr& store,
                                              std::int32_t radix);
  void issue_mapping_fence();
  void issue_execution_fence(bool block);
  /// `call`: what the program called.
  [[nodiscard]] std::shared_ptr<const ClockReading> read_clock(const char* call);
  void raise_pending_exception();

  void add_shutdown_callback(ShutdownCallback callback) { callbacks_.push_back(std::move(callback)); }
  /// Everything finish() does before the runtime is destroyed.
  void shut_down();
  /// The last step of finish(): from here on every call throws, also one through an old pointer to the runtime.
  void close() noexcept;

 private:
  /// What a description of the task takes from the scope and the configuration.
  [[nodiscard]] const std::shared_ptr<const TaskSetting>& setting_for(const RegisteredTask& task) const;
  /// Lets StarPU choose among several kinds of processors where it can.
  void offer_choice(const RegisteredTask& task, TaskSetting& setting) const;
  /// Says once why tasks with GPU variants do not run on a GPU, where the user may have expected it.
  void tell_of_missing_gpu() const;
  /// The same for a task that is described inside of a task. Any thread.
  [[nodiscard]] std::shared_ptr<const TaskSetting> nested_setting(const RegisteredTask& task) const;
  void launch(TaskDescription& task);
  void issue_indirect_copy(const char* operation, const IndirectCopy& copy);
  void register_core_library();
  /// Where in the program we are, for messages about calls.
  [[nodiscard]] std::string place() const;
  /// Returns when everything that any rank has submitted so far is over. `call`: what waits, for messages.
  void wait_everywhere(const char* call, engine::Waiting waiting);
  /// Waits, if a fence that did not block was issued, before anything later starts.
  void honour_fence(engine::Waiting waiting);

  Configuration configuration_;
  legate::Runtime handle_{this};
  std::unique_ptr<ScopeState> scope_{};
  mutable std::mutex libraries_mutex_{};  // tasks may look for libraries, too
  std::map<std::string, Library*, std::less<>> libraries_{};
  Library::Bases next_bases_{};
  Library* core_{};
  mutable std::optional<MachineInScope> whole_machine_{};
  Streaming streaming_{};
  std::deque<std::shared_ptr<Outcome>> pending_exceptions_{};
  std::deque<ShutdownCallback> callbacks_{};
  bool fence_pending_{false};
  Profiler profiler_{};
  mutable bool told_of_missing_gpu_{false};
};

}  // namespace legate::detail
