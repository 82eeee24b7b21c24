// SPDX-License-Identifier: Apache-2.0
#include "runtime/library.h"

#include "data/control_program.h"
#include "redop/registry.h"

#include <legate/utilities/abort.h>

#include <stdexcept>
#include <utility>

namespace legate::detail {

std::int64_t IdRange::to_global(std::int64_t local, std::string_view library) const {
  if (local < 0 || local >= size_) {
    throw std::out_of_range{"Library " + std::string{library} + ": " + std::string{kind_} + " id " +
                            std::to_string(local) + " is out of range, the maximum is " + std::to_string(size_ - 1)};
  }
  return base_ + local;
}

std::int64_t IdRange::to_local(std::int64_t global, std::string_view library) const {
  if (!contains(global)) {
    LEGATE_ABORT("Global ", kind_, " id ", global, " is not one of library ", library);
  }
  return global - base_;
}

Library::Library(std::string name, const ResourceConfig& config, const Bases& bases,
                 std::unique_ptr<mapping::Mapper> mapper, std::map<VariantCode, VariantOptions> default_options)
    : name_{std::move(name)},
      config_{config},
      tasks_{"task", bases.tasks, config.max_tasks},
      projections_{"projection", bases.projections, config.max_projections},
      shardings_{"sharding", bases.shardings, config.max_shardings},
      mapper_{std::move(mapper)},
      default_options_{std::move(default_options)},
      next_dynamic_id_{config.max_tasks - config.max_dyn_tasks},
      past_dynamic_ids_{config.max_tasks},
      redop_base_{reserve_reduction_operator_ids(static_cast<std::int32_t>(config.max_reduction_ops))} {}

LocalTaskID Library::new_task_id() {
  const std::lock_guard<std::mutex> guard{registered_mutex_};
  if (next_dynamic_id_ == past_dynamic_ids_) {
    throw std::overflow_error{"Library " + name_ + " ran out of IDs: all of its " +
                              std::to_string(config_.max_dyn_tasks) + " dynamic task ids are used"};
  }
  return LocalTaskID{in_task() ? --past_dynamic_ids_ : next_dynamic_id_++};
}

namespace {

// What was measured counts as long as the task is declared alike.
engine::ModelDeclaration model_declaration(const TaskInfo& task) {
  const auto cost = task.config().cost_model().value_or(CostModel{});
  std::string text = task.to_string() + "/" + std::to_string(cost.version) + "/" + std::to_string(cost.regression);
  for (const auto position : cost.scalars) {
    text += "/" + std::to_string(position);
  }
  return {engine::short_hash(text), cost.regression};
}

}  // namespace

void Library::register_task(LocalTaskID id, const legate::TaskInfo& info) {
  const auto local = static_cast<std::int64_t>(id);
  const std::string name{info.name()};
  if (local < 0 || local >= config_.max_tasks) {
    throw std::out_of_range{"Task " + name + " is invalid (task " + std::to_string(local) + "): library " + name_ +
                            " allows at most " + std::to_string(config_.max_tasks) + " tasks. Maximum local ID is " +
                            std::to_string(config_.max_tasks - 1)};
  }
  RegisteredTask task{info, info.impl().get(), static_cast<GlobalTaskID>(tasks_.to_global(local, name_))};
  task.codelet.reset(engine::create_codelet(name_ + "." + name, model_declaration(*task.impl)));
  const std::lock_guard<std::mutex> guard{registered_mutex_};
  for (const auto* tasks : {&registered_, &registered_inside_}) {
    if (const auto found = tasks->find(local); found != tasks->end()) {
      throw std::invalid_argument{"Task " + name + ": id " + std::to_string(local) + " already exists in library " +
                                  name_ + ", as task " + std::string{found->second.info.name()}};
    }
  }
  (in_task() ? registered_inside_ : registered_).emplace(local, std::move(task));
}

void Library::mark_tasks_of_runtime() {
  const std::lock_guard<std::mutex> guard{registered_mutex_};
  for (auto& [id, task] : registered_) {
    task.of_runtime = true;
  }
}

const RegisteredTask& Library::find_task(LocalTaskID id) const {
  const auto local = static_cast<std::int64_t>(id);
  if (!in_task()) {
    if (const auto found = registered_.find(local); found != registered_.end()) {
      return found->second;
    }
  }
  const std::lock_guard<std::mutex> guard{registered_mutex_};
  for (const auto* tasks : {&registered_, &registered_inside_}) {
    if (const auto found = tasks->find(local); found != tasks->end()) {
      return found->second;
    }
  }
  throw std::out_of_range{"Library " + name_ + " does not have task " + std::to_string(local)};
}

void Library::check_redop_id(LocalRedopID id) const {
  if (static_cast<std::int64_t>(id) < 0 || static_cast<std::int64_t>(id) >= config_.max_reduction_ops) {
    throw std::out_of_range{"Library " + name_ + ": reduction operator id " +
                            std::to_string(static_cast<std::int64_t>(id)) + " is out of range, the library allows " +
                            std::to_string(config_.max_reduction_ops)};
  }
}

GlobalRedopID Library::register_reduction_operator(LocalRedopID id, ReductionOperator redop) {
  check_outside_tasks("Library::register_reduction_operator");
  const auto global = reduction_operator_id(id);
  detail::register_reduction_operator(global, std::move(redop));
  return global;
}

GlobalRedopID Library::reduction_operator_id(LocalRedopID id) const {
  check_redop_id(id);
  return GlobalRedopID{redop_base_ + static_cast<std::int32_t>(id)};
}

bool Library::owns_reduction_operator(GlobalRedopID id) const {
  const auto value = static_cast<std::int64_t>(id);
  return value >= redop_base_ && value < redop_base_ + config_.max_reduction_ops;
}

LocalRedopID Library::local_reduction_operator_id(GlobalRedopID id) const {
  if (!owns_reduction_operator(id)) {
    LEGATE_ABORT("Global reduction operator id ", static_cast<std::int32_t>(id), " is not one of library ", name_);
  }
  return LocalRedopID{static_cast<std::int64_t>(id) - redop_base_};
}

}  // namespace legate::detail

namespace legate {

std::string_view Library::get_library_name() const { return impl_->name(); }

GlobalTaskID Library::get_task_id(LocalTaskID local_task_id) const {
  return static_cast<GlobalTaskID>(impl_->tasks().to_global(static_cast<std::int64_t>(local_task_id), impl_->name()));
}
GlobalRedopID Library::get_reduction_op_id(LocalRedopID local_redop_id) const {
  return impl_->reduction_operator_id(local_redop_id);
}

std::uint32_t Library::get_projection_id(std::int64_t local_proj_id) const {
  // The identity projection is every library's number 0.
  return local_proj_id == 0 ? 0
                            : static_cast<std::uint32_t>(impl_->projections().to_global(local_proj_id, impl_->name()));
}
std::uint32_t Library::get_sharding_id(std::int64_t local_shard_id) const {
  return static_cast<std::uint32_t>(impl_->shardings().to_global(local_shard_id, impl_->name()));
}
LocalTaskID Library::get_local_task_id(GlobalTaskID task_id) const {
  return LocalTaskID{impl_->tasks().to_local(static_cast<std::int64_t>(task_id), impl_->name())};
}
LocalRedopID Library::get_local_reduction_op_id(GlobalRedopID redop_id) const {
  return impl_->local_reduction_operator_id(redop_id);
}
std::int64_t Library::get_local_projection_id(std::uint32_t proj_id) const {
  return proj_id == 0 ? 0 : impl_->projections().to_local(proj_id, impl_->name());
}
std::int64_t Library::get_local_sharding_id(std::uint32_t shard_id) const {
  return impl_->shardings().to_local(shard_id, impl_->name());
}
bool Library::valid_task_id(GlobalTaskID task_id) const {
  return impl_->tasks().contains(static_cast<std::int64_t>(task_id));
}
bool Library::valid_reduction_op_id(GlobalRedopID redop_id) const { return impl_->owns_reduction_operator(redop_id); }
bool Library::valid_projection_id(std::uint32_t proj_id) const {
  return proj_id != 0 && impl_->projections().contains(proj_id);
}
bool Library::valid_sharding_id(std::uint32_t shard_id) const { return impl_->shardings().contains(shard_id); }

LocalTaskID Library::get_new_task_id() { return impl_->new_task_id(); }
std::string_view Library::get_task_name(LocalTaskID local_task_id) const {
  return impl_->find_task(local_task_id).info.name();
}

Scalar Library::get_tunable(std::int64_t tunable_id, const Type& type) {
  if (type.variable_size()) {
    throw std::invalid_argument{"get_tunable: Tunable variables must have fixed-size types"};
  }
  if (impl_->mapper() == nullptr) {
    LEGATE_ABORT("Library ", impl_->name(), " has the default mapper, which has no tunable values");
  }
  auto value = impl_->mapper()->tunable_value(static_cast<TunableID>(tunable_id));
  if (value.size() != type.size()) {
    throw std::invalid_argument{"get_tunable: Size mismatch: expected " + std::to_string(type.size()) +
                                " bytes but got " + std::to_string(value.size()) + " bytes"};
  }
  return value;
}

void Library::register_task(LocalTaskID local_task_id, const TaskInfo& task_info) {
  impl_->register_task(local_task_id, task_info);
}
TaskInfo Library::find_task(LocalTaskID local_task_id) const { return impl_->find_task(local_task_id).info; }
const std::map<VariantCode, VariantOptions>& Library::get_default_variant_options() const {
  return impl_->default_options();
}
bool Library::operator==(const Library& other) const { return impl_ == other.impl_; }
bool Library::operator!=(const Library& other) const { return impl_ != other.impl_; }

GlobalRedopID Library::register_reduction_operator_(LocalRedopID redop_id, detail::ReductionOperator redop) {
  return impl_->register_reduction_operator(redop_id, std::move(redop));
}

}  // namespace legate
