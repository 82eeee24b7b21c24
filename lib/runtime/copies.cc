// SPDX-License-Identifier: Apache-2.0
// Copy, gather, scatter and both at once: checks, and how they are split into tasks.
#include "data/control_program.h"
#include "engine/device_elements.h"
#include "redop/registry.h"
#include "runtime/copy_tasks.h"
#include "runtime/runtime.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace legate::detail {

namespace {

using Redop = std::optional<std::int32_t>;
using Kind = Constraint::Kind;

/// A store of an operation and what the operation calls it.
struct Operand {
  const char* name;
  const LogicalStore::Ptr& store;
};

/// The checks of one operation, whose messages begin with its name.
class Checks {
 public:
  explicit Checks(const char* operation) : operation_{operation} {}

  void same_type(const Operand& target, const Operand& source) const {
    if (target.store->type() != source.store->type()) {
      refuse("source and target must have the same type, but the source has " + source.store->type().to_string() +
             " and the target " + target.store->type().to_string());
    }
  }

  void untransformed(const Operand& operand) const {
    if (operand.store->unbound() || operand.store->transformed()) {
      refuse("the operation accepts only normal and untransformed stores, but the " + std::string{operand.name} + ", " +
             operand.store->to_string() + ", is " + (operand.store->unbound() ? "unbound" : "transformed"));
    }
  }

  void no_scalar(const Operand& operand) const {
    if (operand.store->has_scalar_storage()) {
      refuse("the operation accepts only normal and untransformed stores, but the " + std::string{operand.name} + ", " +
             operand.store->to_string() + ", has scalar storage");
    }
  }

  void names_points_of(const Operand& indirection, const Operand& named) const {
    const auto dim = named.store->dim();
    if (!is_point_type(indirection.store->type(), dim)) {
      refuse("Indirection store should contain " + std::to_string(dim) + "-D points of the " + named.name +
             ", but elements of the " + indirection.name + " are " + indirection.store->type().to_string());
    }
  }

  void same_shape(const Operand& left, const Operand& right) const {
    if (left.store->extents() != right.store->extents()) {
      refuse("the " + std::string{left.name} + " and the " + right.name + " must have the same shape, but are " +
             left.store->to_string() + " and " + right.store->to_string());
    }
  }

  /// What is written must be no part of what is read: elements would be read before or after, as it happens.
  void apart(const Operand& target, const Operand& read) const {
    if (target.store->overlaps(*read.store)) {
      refuse("the target is the " + std::string{read.name} + ", or they overlap: " + target.store->to_string() +
             " and " + read.store->to_string());
    }
  }

  /// The operator that folds elements of the target into each other.
  [[nodiscard]] GlobalRedopID reduction(const Operand& target, std::int32_t kind) const {
    GlobalRedopID id{};
    try {
      id = target.store->type().find_reduction_operator(kind);
    } catch (const std::invalid_argument& error) {
      refuse(error.what());
    }
    const auto& redop = find_reduction_operator(id);
    if (!redop.in_place || redop.lhs_size != redop.rhs_size || redop.lhs_size != target.store->type().size()) {
      refuse("reduction operator " + std::to_string(kind) + " of type " + target.store->type().to_string() +
             " does not fold elements into elements");
    }
    return id;
  }

  [[noreturn]] void refuse(const std::string& text) const {
    throw std::invalid_argument{std::string{operation_} + ": " + text};
  }

 private:
  const char* operation_;
};

void constrain(AutoTask& task, Kind kind, const Variable* first, const Variable* second = nullptr) {
  task.add_constraint(std::make_shared<Constraint>(kind, first, second));
}

}  // namespace

/// target[t] = source[s] for each point p of the indirections' shape, where t and s are what the indirections name at p
/// or, where there is none, p itself.
struct IndirectCopy {
  LogicalStore::Ptr target;
  LogicalStore::Ptr source;
  LogicalStore::Ptr target_indirect;  // or null, but not both
  LogicalStore::Ptr source_indirect;
  Redop redop;
};

void Runtime::issue_copy(const LogicalStore::Ptr& target, const LogicalStore::Ptr& source, Redop redop) {
  check_running("issue_copy");
  target->check_reachable("issue_copy");
  source->check_reachable("issue_copy");
  const Checks checks{"issue_copy"};
  const Operand to{"target", target};
  const Operand from{"source", source};
  checks.same_type(to, from);
  checks.untransformed(to);
  checks.untransformed(from);
  checks.same_shape(to, from);
  if (target->has_scalar_storage() != source->has_scalar_storage()) {
    throw std::runtime_error{
        "issue_copy: a copy between a store with scalar storage and one without is not supported: " +
        target->to_string() + " and " + source->to_string()};
  }
  if (redop && target->has_scalar_storage()) {
    throw std::runtime_error{"issue_copy: a reduction into a store with scalar storage is not supported: " +
                             target->to_string()};
  }
  const auto redop_id = redop ? checks.reduction(to, *redop) : GlobalRedopID{};
  if (target->volume() == 0) {
    return;
  }
  checks.apart(to, from);
  const auto& config = !redop ? CopyTask::TASK_CONFIG
                       : engine::folds_on_devices(find_reduction_operator(redop_id))
                           ? ReductionCopyTask::TASK_CONFIG
                           : CustomReductionCopyTask::TASK_CONFIG;
  auto task = create_task(*core_, config.task_id());
  const auto* written = task->add(target, redop ? Role::REDUCTION : Role::OUTPUT, redop.value_or(0), nullptr);
  const auto* read = task->add(source, Role::INPUT, 0, nullptr);
  constrain(*task, Kind::ALIGN, written, read);
  if (redop) {
    task->add_scalar(Scalar{static_cast<std::int32_t>(redop_id)});
  }
  submit(std::move(task), "issue_copy");
}

void Runtime::issue_gather(const LogicalStore::Ptr& target, const LogicalStore::Ptr& source,
                           const LogicalStore::Ptr& source_indirect, Redop redop) {
  issue_indirect_copy("issue_gather", IndirectCopy{target, source, nullptr, source_indirect, redop});
}

void Runtime::issue_scatter(const LogicalStore::Ptr& target, const LogicalStore::Ptr& target_indirect,
                            const LogicalStore::Ptr& source, Redop redop) {
  issue_indirect_copy("issue_scatter", IndirectCopy{target, source, target_indirect, nullptr, redop});
}

void Runtime::issue_scatter_gather(const LogicalStore::Ptr& target, const LogicalStore::Ptr& target_indirect,
                                   const LogicalStore::Ptr& source, const LogicalStore::Ptr& source_indirect,
                                   Redop redop) {
  issue_indirect_copy("issue_scatter_gather", IndirectCopy{target, source, target_indirect, source_indirect, redop});
}

namespace {

/// @throws std::invalid_argument
void check(const Checks& checks, const IndirectCopy& copy) {
  const Operand target{"target", copy.target};
  const Operand source{"source", copy.source};
  const Operand target_points{"target indirection", copy.target_indirect};
  const Operand source_points{"source indirection", copy.source_indirect};
  checks.same_type(target, source);
  for (const auto* operand : {&target, &source, &target_points, &source_points}) {
    if (operand->store) {
      checks.untransformed(*operand);
      checks.no_scalar(*operand);
    }
  }
  if (copy.target_indirect) {
    checks.names_points_of(target_points, target);
  }
  if (copy.source_indirect) {
    checks.names_points_of(source_points, source);
  }
  checks.same_shape(copy.target_indirect ? target_points : target, copy.source_indirect ? source_points : source);
  for (const auto* operand : {&source, &target_points, &source_points}) {
    if (operand->store && copy.target->volume() > 0) {
      checks.apart(target, *operand);
    }
  }
}

void add_arguments(AutoTask& task, const IndirectCopy& copy) {
  // Every store has a symbol of its own, because one store may be both source and indirection, split in two ways.
  const auto add_input = [&](const LogicalStore::Ptr& store) {
    return store ? task.add(store, Role::INPUT, 0, task.declare()) : nullptr;
  };
  const auto* target =
      task.add(copy.target, copy.redop ? Role::REDUCTION : Role::OUTPUT, copy.redop.value_or(0), nullptr);
  const auto* source = add_input(copy.source);
  const auto* target_points = add_input(copy.target_indirect);
  const auto* source_points = add_input(copy.source_indirect);
  if (!copy.redop) {
    static_cast<void>(task.add(copy.target, Role::INPUT, 0, nullptr));  // elements may stay what they are
  }

  // What goes along the points is split with them.
  if (target_points == nullptr) {
    constrain(task, Kind::ALIGN, source_points, target);
  } else {
    constrain(task, Kind::ALIGN, target_points, source_points == nullptr ? source : source_points);
  }
  if (source_points != nullptr) {
    constrain(task, Kind::BROADCAST, source);
  }
  if (target_points != nullptr) {
    // Each instance looks through all points for those in its part of the target, so that no two write the same element
    // and duplicates come in row-major order, whatever the number of processors. If many elements are to be folded into
    // few, each instance folds its share of them into a target of its own.
    const bool folds_many = copy.redop && copy.target_indirect->volume() > copy.target->volume();
    constrain(task, Kind::BROADCAST, folds_many ? target : target_points);
  }
}

}  // namespace

void Runtime::issue_indirect_copy(const char* operation, const IndirectCopy& copy) {
  check_running(operation);
  for (const auto* store : {&copy.target, &copy.source, &copy.target_indirect, &copy.source_indirect}) {
    if (*store) {
      (*store)->check_reachable(operation);
    }
  }
  const Checks checks{operation};
  check(checks, copy);
  const auto redop = copy.redop ? checks.reduction({"target", copy.target}, *copy.redop) : GlobalRedopID{};
  const auto& points = copy.target_indirect ? copy.target_indirect : copy.source_indirect;
  if (points->volume() == 0 || copy.target->volume() == 0 || copy.source->volume() == 0) {
    return;
  }
  const bool gathers = !copy.target_indirect && !copy.redop;
  auto task = create_task(*core_, (gathers ? GatherTask::TASK_CONFIG : IndirectCopyTask::TASK_CONFIG).task_id());
  add_arguments(*task, copy);
  if (gathers) {
    submit(std::move(task), operation);
    return;
  }
  task->add_scalar(Scalar{std::int32_t{(copy.target_indirect ? IndirectCopyTask::TARGET : 0) |
                                       (copy.source_indirect ? IndirectCopyTask::SOURCE : 0)}});
  if (copy.redop) {
    task->add_scalar(Scalar{static_cast<std::int32_t>(redop)});
  }
  submit(std::move(task), operation);
}

void Runtime::prefetch_bloated_instances(const LogicalStore::Ptr& store, Span<const std::uint64_t> low_offsets,
                                         Span<const std::uint64_t> high_offsets, bool initialize) {
  check_control_program("prefetch_bloated_instances");
  if (scope_->machine.machine()->count() <= 1) {
    return;
  }
  if (store->unbound() || low_offsets.size() != store->dim() || high_offsets.size() != store->dim()) {
    throw std::invalid_argument{"prefetch_bloated_instances: " + std::to_string(low_offsets.size()) + " low and " +
                                std::to_string(high_offsets.size()) + " high offsets for the " +
                                std::to_string(store->dim()) + "-D store " + store->to_string() +
                                (store->unbound() ? ", which is unbound" : "")};
  }
  if (initialize) {
    const std::vector<std::byte> zero(store->type().size());
    issue_fill(store, Scalar{store->type(), zero.data(), true});
  }
  // Halos are received where they belong in the whole array, so there is no memory to be set aside for them.
  issue_mapping_fence();
}

}  // namespace legate::detail
