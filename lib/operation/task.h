// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "comm/channel.h"
#include "data/logical_store.h"
#include "mapping/machine.h"
#include "operation/launch.h"
#include "operation/launch_plan.h"
#include "operation/outcome.h"
#include "partitioning/constraint.h"
#include "redop/registry.h"
#include "task/registered_task.h"

#include <legate/data/scalar.h>
#include <legate/operation/projection.h>
#include <legate/tuning/parallel_policy.h>
#include <legate/type/types.h>
#include <legate/utilities/internal_shared_ptr.h>

#include <array>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace legate::detail {

/// What a task description takes from the scope and the runtime when it is created.
struct TaskSetting {
  VariantCode kind{VariantCode::CPU};
  InternalSharedPtr<const mapping::detail::Machine> scope_machine{};  // of the scope
  InternalSharedPtr<const mapping::detail::Machine> machine{};        // narrowed to the kinds the task is written for
  std::int32_t priority{0};
  std::shared_ptr<const std::string> provenance{};
  ParallelPolicy policy;
  std::size_t max_exception_size{4096};
  bool inline_launch{false};  // run in the calling thread, at submit
  bool nested{false};         // described inside a task: run there, on what belongs to that task
  bool skip_body{false};      // --use-empty-task
  bool show_progress{false};
  bool local_memory{false};     // points work in the memory of the processor that they get
  bool local_on_cpus{false};    // also those of CPUs and groups of cores (--local-memory)
  std::uint64_t threshold{0};   // of the policy, for this kind of processor
  std::uint32_t processors{1};  // that share the points
  engine::KindSet choice{0};    // of `kind` and others, if StarPU may choose among them for each point
};

enum class Role : std::uint8_t { INPUT, OUTPUT, REDUCTION };

/// An argument as it was added.
struct TaskArgument {
  LogicalStore::Ptr store{};
  Role role{Role::INPUT};
  std::uint32_t symbol{0};  // automatic tasks: the partition symbol; manual ones: the position of the argument
  const ReductionOperator* redop{};
  std::int32_t redop_kind{0};
  // Manual tasks only:
  std::shared_ptr<const Tiling> tiling{};  // null: the whole store
  std::optional<SymbolicPoint> projection{};
};

struct NestedFold;

/// A task on its way from create_task to the engine: what automatic and manual tasks have in common.
///
/// Steps, in this order: arguments are added; submit_checks() takes the description over and throws what the user did
/// wrong; plan() decides how stores are split; launch() hands the points to the engine. Control thread only.
///
/// A *nested* description is made inside a task and belongs to that task's thread: run_nested() is all its steps.
class TaskDescription {
 public:
  TaskDescription(const RegisteredTask& task, std::shared_ptr<const TaskSetting> setting);
  virtual ~TaskDescription() = default;
  TaskDescription(const TaskDescription&) = delete;
  TaskDescription& operator=(const TaskDescription&) = delete;

  void add_scalar(const Scalar& scalar);
  void set_concurrent(bool concurrent);
  void set_side_effect(bool side_effect);
  void throws_exception(bool can_throw);
  void add_communicator(std::string_view name);
  [[nodiscard]] std::string_view provenance() const;
  [[nodiscard]] bool runs_inline() const { return setting_->inline_launch; }
  [[nodiscard]] bool can_throw() const { return can_throw_; }
  [[nodiscard]] bool is_nested() const { return setting_->nested; }
  /// The points are to run all at once.
  [[nodiscard]] bool is_concurrent() const { return concurrent_ || !channels_.empty(); }
  /// After submit_checks(): plan() waits for the contents of a store.
  [[nodiscard]] virtual bool plans_by_contents() const { return false; }
  [[nodiscard]] std::string_view name() const { return task_.impl->name(); }
  /// What every rank that submits the same says of it, until it is launched.
  [[nodiscard]] std::string call_text() const;
  /// Where it was submitted, for messages; empty if that was not recorded.
  [[nodiscard]] std::string place_text() const;

  /// Marks the description as spent and checks what can be checked before anything is split.
  void submit_checks();
  /// Solves the partitioning and lets the written stores remember it.
  virtual void plan() = 0;
  /// Queues (or runs) the task. The outcome is null unless the task may throw.
  std::shared_ptr<Outcome> launch();

  /// Checks the task and runs it in the calling thread, inside the task that described it. Nothing is shared with the
  /// control thread. @throws what submit_checks() and the body throw; std::runtime_error in another place.
  void run_nested();

  /// @name After plan(): for the checks of streaming scopes
  /// @{
  [[nodiscard]] const Domain& domain() const { return plan_->domain; }
  [[nodiscard]] bool is_single() const { return plan_->single; }
  [[nodiscard]] const std::vector<TaskArgument>& arguments() const { return arguments_; }
  [[nodiscard]] const Geometry* geometry(const TaskArgument& argument) const {
    return plan_->geometries[argument.symbol].get();
  }
  /// @}

 protected:
  void check_usable() const;
  /// Checks an argument and appends it.
  TaskArgument& add_argument(LogicalStore::Ptr store, Role role, std::int32_t redop_kind);
  virtual void check_arguments() = 0;
  /// What one kind of task adds to call_text().
  virtual void add_call_text(std::ostream& text) const = 0;
  [[nodiscard]] const TaskSetting& setting() const { return *setting_; }
  /// How many processors share the points.
  [[nodiscard]] std::uint32_t processors() const;
  /// How many points each of them gets; the policy's, but for concurrent launches, where all points run at once.
  [[nodiscard]] std::uint32_t overdecompose_factor() const;
  [[nodiscard]] const legate::detail::TaskSignature* signature() const;
  [[nodiscard]] std::size_t count(Role role) const;
  /// For messages about the argument that is the `index`-th of its role: `input 0 of task "x": `.
  [[nodiscard]] std::string about_argument(Role role, std::size_t index) const;
  /// The same for one of arguments_; and its bare name, `input 0`.
  [[nodiscard]] std::string about_argument(const TaskArgument& argument) const;
  [[nodiscard]] std::string argument_name(const TaskArgument& argument) const;

  std::vector<TaskArgument> arguments_{};  // in the order of the add calls
  std::shared_ptr<const LaunchPlan> plan_{};
  /// Remembers how a written store is split, if it really is.
  void remember_partition(const TaskArgument& argument, const std::shared_ptr<const Tiling>& tiling,
                          const Geometry* geometry) const;

 private:
  void check_scalar_inputs() const;
  /// @throws std::runtime_error there is no such communicator.
  void add_channel(std::string_view communicator);
  /// Nested tasks work on stores that belong to the task around them, others never do.
  void check_place(const LogicalStore& store, const std::string& about) const;
  /// A nested task may do no more with a store than the task around it.
  static void check_use(const LogicalStore& store, Role role, const ReductionOperator* redop, const std::string& about);
  /// What all instances have in common, but for the launch domain. Takes the scalars.
  void fill_info(LaunchInfo& info);
  [[nodiscard]] VariantImpl host_body() const;
  [[nodiscard]] VariantImpl body() const;
  /// What only launches need that look for performance models.
  void prepare_models(Launch& launch) const;
  /// Shows an argument of a nested task to its body. A reduction that needs a buffer is added to `folds`.
  void show_nested(TaskFrame& frame, const TaskArgument& argument, PhysicalStore& shown,
                   std::vector<NestedFold>& folds) const;
  /// The operator of that kind for the store's type, for the next argument.
  [[nodiscard]] const ReductionOperator& find_redop(const LogicalStore& store, std::int32_t kind) const;
  /// The array under a store, whose memory is taken at the first use. Without memory there is no way on: fatal.
  [[nodiscard]] std::byte* memory_of(LogicalStore& store) const;
  void add_to_launch(Launch& launch, const TaskArgument& argument, LaunchArgument& delivered);
  void deliver_scalar(Launch& launch, const TaskArgument& argument, LaunchArgument& delivered);
  void deliver_array(Launch& launch, const TaskArgument& argument, LaunchArgument& delivered);
  void deliver_reduction(Launch& launch, const TaskArgument& argument, LaunchArgument& delivered);
  void deliver_unbound(const Launch& launch, const TaskArgument& argument, LaunchArgument& delivered);
  /// The argument is a scalar value that can be handed over with the launch.
  [[nodiscard]] bool is_constant(const TaskArgument& argument) const;
  [[nodiscard]] bool has_role(const LogicalStore* store, Role role) const;
  /// A single instance that touches nothing but scalars: every rank runs it for itself.
  [[nodiscard]] bool runs_on_every_rank() const;
  /// Which rank runs which points, and which of them are this one's.
  [[nodiscard]] Placement placement() const;
  [[nodiscard]] OwnPoints own_points(const Placement& placement) const;
  /// The kinds of workers that may run the points: the points of a concurrent launch are all of one kind.
  [[nodiscard]] engine::KindSet possible_kinds() const;
  [[nodiscard]] bool has_choice() const { return setting_->choice != 0 && !is_concurrent(); }
  /// The launch is a gang: several points that run all at once.
  [[nodiscard]] bool is_gang() const { return is_concurrent() && plan_->points > 1; }
  /// @throws std::invalid_argument there are more points than processors.
  void check_gang(const Placement& placement) const;
  /// Where the points of this rank run, and how they find the others.
  void prepare_gang(Launch& launch) const;
  /// The workers of this rank that are of the kind of the variant.
  [[nodiscard]] engine::WorkerRange workers_here() const { return engine::workers_of(worker_kind(setting_->kind)); }
  /// Those of this rank, of these kinds, that may run the points.
  [[nodiscard]] std::optional<engine::WorkerSet> workers(engine::KindSet kinds) const;
  /// The kinds of workers for the points of a launch: several if StarPU is to choose.
  [[nodiscard]] engine::KindSet kinds_for(const Launch& launch, engine::KindSet possible) const;
  /// Those of the possible ones that are worth it for points that are expected to take as long all together.
  [[nodiscard]] engine::KindSet worthwhile_kinds(const engine::Durations& total, std::uint32_t points,
                                                 engine::KindSet possible) const;
  /// What the own points see has to fit into the memory of devices, the largest alone.
  struct Room {
    engine::KindSet kinds;  // of those that may run them, those with the memory
    std::size_t spare;      // bytes that devices have beyond it
    bool on_host{false};    // no device has it, and an operation of the runtime goes elsewhere
  };
  /// @throws OutOfMemoryError no kind is left, and the task is a library's.
  [[nodiscard]] Room find_room() const;
  /// Bytes of everything that the point sees which sees most; up to `limit` it may be more than that.
  [[nodiscard]] std::size_t bytes_of_a_point(std::size_t limit) const;

  const RegisteredTask& task_;
  std::shared_ptr<const TaskSetting> setting_;
  std::vector<Scalar> scalars_{};
  bool can_throw_;
  bool concurrent_;
  bool channels_declared_{false};          // with the variant: there will be no more
  std::vector<comm::Channel> channels_{};  // in the order of the communicators
  bool side_effect_;
  bool spent_{false};
};

/// The implementation of legate::AutoTask.
class AutoTask final : public TaskDescription {
 public:
  AutoTask(const RegisteredTask& task, std::shared_ptr<const TaskSetting> setting);

  const Variable* add(const LogicalStore::Ptr& given, Role role, std::int32_t redop_kind, const Variable* symbol);
  void add_constraint(InternalSharedPtr<Constraint> constraint);
  const Variable* find_or_declare(const LogicalStore::Ptr& given);
  const Variable* declare();
  /// For fills: a launch must not write a whole output from every point.
  void forbid_replicated_writes() { replicated_writes_ = false; }

  void plan() override;
  [[nodiscard]] bool plans_by_contents() const override;

 private:
  void check_arguments() override;
  void add_call_text(std::ostream& text) const override;
  /// The constraint names a variable of this task that has a store.
  void check_variable(const Constraint& constraint, const Variable& named) const;
  [[nodiscard]] VariableShape shape_of(const Variable& named) const;
  /// For messages: which arguments the variables of a constraint stand for.
  [[nodiscard]] std::string legend(const Constraint& constraint) const;
  void check_interference() const;
  void plan_inline();
  /// Writes what was asked and decided to the logger `legate.partitioner`.
  void report_plan();

  // Variables are found by their address, so they never move: the first ones live in the task itself.
  [[nodiscard]] Variable& variable(std::size_t index);

  static constexpr std::size_t OWN_VARIABLES = 6;
  std::array<std::optional<Variable>, OWN_VARIABLES> own_variables_{};
  std::vector<std::unique_ptr<Variable>> more_variables_{};
  /// The argument of this task that is the same view, made another time: they count as one store. The store itself if
  /// there is none.
  [[nodiscard]] LogicalStore::Ptr known(const LogicalStore::Ptr& store) const;

  std::vector<LogicalStore::Ptr> stores_{};  // by symbol; null until an argument is bound to it
  std::vector<InternalSharedPtr<Constraint>> constraints_{};
  bool replicated_writes_{true};
};

/// The implementation of legate::ManualTask.
class ManualTask final : public TaskDescription {
 public:
  ManualTask(const RegisteredTask& task, std::shared_ptr<const TaskSetting> setting, const Domain& domain);

  void add(const LogicalStore::Ptr& store, Role role, std::int32_t redop_kind);
  void add(const LogicalStorePartition& partition, Role role, std::int32_t redop_kind,
           std::optional<SymbolicPoint> projection);

  void plan() override;

 private:
  void check_arguments() override;
  void add_call_text(std::ostream& text) const override;

  Domain launch_domain_;
};

}  // namespace legate::detail
