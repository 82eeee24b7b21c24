// SPDX-License-Identifier: Apache-2.0
#include "operation/task.h"

#include "task/task_config.h"
#include "task/task_signature.h"

#include <legate/task/task_context.h>
#include <legate/utilities/typedefs.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace legate::detail {

namespace {

const VariantInfo& variant_of(const RegisteredTask& task, VariantCode kind) { return *task.impl->find_variant(kind); }

void skip_body(TaskContext) {}

}  // namespace

TaskDescription::TaskDescription(const RegisteredTask& task, std::shared_ptr<const TaskSetting> setting)
    : task_{task},
      setting_{std::move(setting)},
      can_throw_{variant_of(task, setting_->kind).options.may_throw_exception},
      concurrent_{variant_of(task, setting_->kind).options.concurrent},
      side_effect_{variant_of(task, setting_->kind).options.has_side_effect} {
  arguments_.reserve(4);
  if (const auto& declared = variant_of(task, setting_->kind).options.communicators) {
    for (const auto communicator : *declared) {
      if (communicator.empty()) {
        break;
      }
      add_channel(communicator);
      channels_declared_ = true;
    }
  }
}

void TaskDescription::check_usable() const {
  if (spent_) {
    throw std::runtime_error{"Illegal to reuse task descriptors that are already submitted: task " +
                             std::string{name()}};
  }
}

void TaskDescription::add_scalar(const Scalar& scalar) {
  check_usable();
  scalars_.push_back(scalar);
}

void TaskDescription::set_concurrent(bool concurrent) {
  check_usable();
  concurrent_ = concurrent;
}

void TaskDescription::set_side_effect(bool side_effect) {
  check_usable();
  side_effect_ = side_effect;
}

void TaskDescription::throws_exception(bool can_throw) {
  check_usable();
  can_throw_ = can_throw;
}

void TaskDescription::add_communicator(std::string_view communicator) {
  check_usable();
  if (setting_->inline_launch) {
    throw std::runtime_error{"Communicators are not supported for inline task execution: task " + std::string{name()}};
  }
  if (channels_declared_) {
    throw std::runtime_error{"Task " + std::string{name()} +
                             " has pre-declared communicator(s): none can be added, such as '" +
                             std::string{communicator} + "'"};
  }
  add_channel(communicator);
}

void TaskDescription::add_channel(std::string_view communicator) {
  const auto channel = comm::find_channel(communicator);
  if (!channel) {
    throw std::runtime_error{"No factory available for communicator '" + std::string{communicator} + "' of task " +
                             std::string{name()}};
  }
  if (comm::supports(*channel, setting_->kind == VariantCode::GPU)) {
    channels_.push_back(*channel);
  }
}

std::string_view TaskDescription::provenance() const {
  check_usable();
  return *setting_->provenance;
}

const TaskSignature* TaskDescription::signature() const {
  const auto& config = *task_.impl->config().impl();
  return config.signature ? config.signature->impl().get() : nullptr;
}

std::size_t TaskDescription::count(Role role) const {
  return static_cast<std::size_t>(std::count_if(arguments_.begin(), arguments_.end(),
                                                [&](const TaskArgument& argument) { return argument.role == role; }));
}

namespace {

std::string name_of(Role role, std::size_t index) {
  static constexpr std::array<const char*, 3> NAMES{"input ", "output ", "reduction "};
  return NAMES[static_cast<std::size_t>(role)] + std::to_string(index);
}

}  // namespace

std::string TaskDescription::argument_name(const TaskArgument& argument) const {
  std::size_t index = 0;
  for (const auto* before = arguments_.data(); before != &argument; ++before) {
    index += before->role == argument.role ? 1U : 0U;
  }
  return name_of(argument.role, index);
}

std::string TaskDescription::about_argument(Role role, std::size_t index) const {
  return name_of(role, index) + " of task \"" + std::string{name()} + "\": ";
}

std::string TaskDescription::about_argument(const TaskArgument& argument) const {
  return argument_name(argument) + " of task \"" + std::string{name()} + "\": ";
}

const ReductionOperator& TaskDescription::find_redop(const LogicalStore& store, std::int32_t kind) const {
  const auto about = [&] { return about_argument(Role::REDUCTION, count(Role::REDUCTION)); };
  try {
    const auto& redop = find_reduction_operator(store.type().find_reduction_operator(kind));
    if (redop.lhs_size == store.type().size()) {
      return redop;
    }
    throw std::invalid_argument{"the reduction operator works on " + std::to_string(redop.lhs_size) +
                                " bytes, elements of the store have " + std::to_string(store.type().size())};
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument{about() + error.what()};
  }
}

TaskArgument& TaskDescription::add_argument(LogicalStore::Ptr store, Role role, std::int32_t redop_kind) {
  check_usable();
  if (store->storage().is_local() || setting_->nested) {
    check_place(*store, about_argument(role, count(role)));
  }
  if (store->unbound() && role != Role::OUTPUT) {
    throw std::invalid_argument{about_argument(role, count(role)) +
                                (role == Role::INPUT ? "Unbound stores cannot be used as input"
                                                     : "Unbound stores cannot be used for reductions")};
  }
  if (store->dim() > LEGATE_MAX_DIM) {
    throw std::invalid_argument{about_argument(role, count(role)) + "a store of " + std::to_string(store->dim()) +
                                " dimensions cannot be passed, the limit is " + std::to_string(LEGATE_MAX_DIM)};
  }
  const auto* redop = role == Role::REDUCTION ? &find_redop(*store, redop_kind) : nullptr;
  if (setting_->nested) {
    check_use(*store, role, redop, about_argument(role, count(role)));
  }
  auto& argument = arguments_.emplace_back();
  argument.store = std::move(store);
  argument.role = role;
  argument.redop = redop;
  argument.redop_kind = redop_kind;
  return argument;
}

bool TaskDescription::has_role(const LogicalStore* store, Role role) const {
  return std::any_of(arguments_.begin(), arguments_.end(), [&](const TaskArgument& argument) {
    return argument.role == role && argument.store.get() == store;
  });
}

void TaskDescription::check_scalar_inputs() const {
  for (const auto& argument : arguments_) {
    if (argument.role != Role::OUTPUT && argument.store->has_scalar_storage() &&
        !argument.store->storage().initialized()) {
      throw std::invalid_argument{
          about_argument(argument) +
          "Read access or reduction to an uninitialized scalar store is prohibited: " + argument.store->to_string()};
    }
  }
}

void TaskDescription::submit_checks() {
  check_usable();
  spent_ = true;
  if (const auto* declared = signature()) {
    check_counts(*declared, count(Role::INPUT), count(Role::OUTPUT), count(Role::REDUCTION), scalars_.size(), name());
  }
  check_arguments();
  check_scalar_inputs();
}

void TaskDescription::remember_partition(const TaskArgument& argument, const std::shared_ptr<const Tiling>& tiling,
                                         const Geometry* geometry) const {
  const bool writes = argument.role == Role::OUTPUT ||
                      (argument.role == Role::REDUCTION && geometry != nullptr && geometry->is_disjoint());
  if (writes && tiling && tiling->color_volume() > 1 && !argument.store->has_scalar_storage()) {
    const auto count = std::uint64_t{processors()};
    argument.store->set_key_partition(tiling, count * overdecompose_factor(), count);
  }
}

void TaskDescription::fill_info(LaunchInfo& info) {
  info.task_id = task_.id;
  info.kind = setting_->kind;
  info.task_name = task_.impl->name();
  info.can_throw = can_throw_;
  info.waits_for_stream_only =
      setting_->kind == VariantCode::GPU && variant_of(task_, VariantCode::GPU).options.elide_device_ctx_sync;
  info.runs_inline = setting_->inline_launch;
  info.machine = &setting_->machine;
  info.provenance = setting_->provenance.get();
  std::swap(info.scalars, scalars_);  // each keeps the memory of the other
  info.inputs = static_cast<std::uint32_t>(count(Role::INPUT));
  info.outputs = static_cast<std::uint32_t>(count(Role::OUTPUT));
  info.reductions = static_cast<std::uint32_t>(count(Role::REDUCTION));
}

VariantImpl TaskDescription::host_body() const {
  return setting_->skip_body ? &skip_body : variant_of(task_, variant_code(engine::host_kind())).body;
}

VariantImpl TaskDescription::body() const {
  return setting_->skip_body ? &skip_body : variant_of(task_, setting_->kind).body;
}

void TaskDescription::prepare_models(Launch& launch) const {
  const auto& cost = task_.impl->config().impl()->cost_model;
  launch.cost_scalars = cost && !cost->scalars.empty() ? &cost->scalars : nullptr;
  for (const auto kind : engine::ALL_WORKER_KINDS) {
    if (engine::contains(setting_->choice, kind)) {
      launch.bodies[static_cast<std::size_t>(kind)] =
          setting_->skip_body ? &skip_body : variant_of(task_, variant_code(kind)).body;
    }
  }
}

std::shared_ptr<Outcome> TaskDescription::launch() {
  const auto placed = placement();
  if (is_gang()) {
    check_gang(placed);
    engine::compare_calls();  // on all ranks, also those without points: the others are going to wait for each other
  }
  // All memory first: where there is none, nothing has happened.
  for (const auto& argument : arguments_) {
    if (plan_->geometries[argument.symbol] != nullptr && !is_constant(argument)) {
      static_cast<void>(memory_of(*argument.store));
    }
  }
  const auto own = own_points(placed);
  const auto room = find_room();
  auto launch = Launch::create();
  launch->plan = plan_;
  launch->keepalive = setting_;
  fill_info(launch->info);
  launch->info.single = plan_->single;
  launch->info.domain = plan_->domain;
  launch->body = body();
  launch->placement = placed;
  launch->own = own;
  launch->device_spare = room.spare;
  launch->max_exception_size = setting_->max_exception_size;
  launch->show_progress = setting_->show_progress;
  // The setting is for all kinds of processors that StarPU may choose from.
  launch->local_memory = setting_->choice == 0 || has_choice()
                             ? setting_->local_memory
                             : engine::is_device(worker_kind(setting_->kind)) || setting_->local_on_cpus;
  launch->local_on_cpus = setting_->local_on_cpus;
  if (task_.of_runtime && (!has_choice() || room.on_host)) {
    launch->host_body = host_body();
  }
  if (room.on_host) {
    launch->move_to_host();
  }
  if (engine::models_in_use()) {
    prepare_models(*launch);
  }
  launch->arguments.reserve(arguments_.size());
  launch->uses.reserve(arguments_.size());
  for (const auto& argument : arguments_) {
    if (argument.role != Role::INPUT) {
      argument.store->storage().prepare_write();
    }
  }
  for (const auto role : {Role::INPUT, Role::OUTPUT, Role::REDUCTION}) {
    for (const auto& argument : arguments_) {
      if (argument.role == role) {
        launch->arguments.push_back(LaunchArgument{argument.store->type()});
        add_to_launch(*launch, argument, launch->arguments.back());
      }
    }
  }
  std::shared_ptr<Outcome> outcome;
  if (can_throw_) {
    outcome = std::make_shared<Outcome>();
    launch->outcome = outcome;
  }
  if (is_gang()) {
    prepare_gang(*launch);
  }
  if (setting_->inline_launch) {
    Launch::run_inline(std::move(launch), *task_.codelet);
  } else if (room.on_host) {
    Launch::submit(std::move(launch), *task_.codelet, setting_->priority, engine::workers_of(engine::host_kind()));
  } else {
    const auto kinds = kinds_for(*launch, room.kinds);
    launch->choice = has_choice() ? kinds : engine::KindSet{0};
    if (launch->choice != 0 && !launch->has_partial_results()) {
      launch->local_memory = engine::contains_device(kinds) || setting_->local_on_cpus;
    }
    Launch::submit(std::move(launch), *task_.codelet, setting_->priority, workers(kinds));
  }
  arguments_.clear();
  return outcome;
}

}  // namespace legate::detail
