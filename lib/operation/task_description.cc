// SPDX-License-Identifier: Apache-2.0
#include "operation/task.h"

#include "mapping/target.h"
#include "operation/seating.h"
#include "task/task_config.h"
#include "task/task_signature.h"

#include <legate/task/task_context.h>
#include <legate/utilities/out_of_memory.h>
#include <legate/utilities/typedefs.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <limits>
#include <new>
#include <optional>
#include <stdexcept>
#include <utility>

namespace legate::detail {

namespace {

const VariantInfo& variant_of(const RegisteredTask& task, VariantCode kind) { return *task.impl->find_variant(kind); }

void skip_body(TaskContext) {}

engine::KindSet most_preferred(engine::KindSet kinds) {
  for (const auto target : mapping::detail::TARGETS_BY_PREFERENCE) {
    const auto variant = mapping::detail::to_variant(target);
    const auto kind = worker_kind(variant);
    if (variant_code(kind) == variant && engine::contains(kinds, kind)) {
      return engine::set_of(kind);
    }
  }
  return kinds;
}

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
  if (setting_->nested) {
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

std::uint32_t TaskDescription::processors() const {
  return has_choice() || setting_->choice == 0 ? setting_->processors
                                               : setting_->machine->count(mapping::detail::to_target(setting_->kind));
}

std::uint32_t TaskDescription::overdecompose_factor() const {
  return is_concurrent() ? 1 : std::max(1U, setting_->policy.overdecompose_factor());
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

// Cheaper than one rank that tells all others its values. Not every rank need have a device of the scope.
engine::KindSet TaskDescription::possible_kinds() const {
  return has_choice() ? setting_->choice : engine::set_of(worker_kind(setting_->kind));
}

bool TaskDescription::runs_on_every_rank() const {
  const auto kinds = possible_kinds();
  return plan_->single && !side_effect_ && !engine::contains_device(kinds) &&
         std::all_of(arguments_.begin(), arguments_.end(),
                     [](const TaskArgument& argument) { return argument.store->has_scalar_storage(); });
}

Placement TaskDescription::placement() const {
  if (runs_on_every_rank()) {
    const std::uint64_t ranks = engine::cluster().ranks;
    return {ranks, 0, ranks, 1};
  }
  const auto& range = setting_->machine->processor_range(setting_->machine->preferred_target());
  return {plan_->points, range.low, std::max(1U, range.count()), std::max(1U, range.per_node_count)};
}

OwnPoints TaskDescription::own_points(const Placement& placement) const {
  if (engine::cluster().ranks == 1 || setting_->inline_launch || runs_on_every_rank()) {
    return {0, plan_->points};  // every rank runs inline tasks, so that nothing ever moves
  }
  const auto first = placement.first_point(engine::cluster().rank);
  const auto end = placement.first_point(std::uint64_t{engine::cluster().rank} + 1);
  return {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(end - first)};
}

std::optional<engine::WorkerSet> TaskDescription::workers(engine::KindSet kinds) const {
  engine::WorkerSet set;
  bool any = false;
  for (const auto kind : engine::ALL_WORKER_KINDS) {
    if (!engine::contains(kinds, kind)) {
      continue;
    }
    const auto& range = setting_->machine->processor_range(mapping::detail::to_target(variant_code(kind)));
    const auto here = engine::workers_of(kind);
    const auto first_here = engine::cluster().rank * here.count;  // in the numbers of the whole machine
    const auto low = std::max(range.low, first_here);
    const auto high = std::min(range.high, first_here + here.count);
    if (low < high) {
      set.ranges[static_cast<std::size_t>(kind)] = {here.first + low - first_here, high - low};
      any = true;
    }
  }
  return any ? std::optional{set} : std::nullopt;  // none of ours: nothing will be submitted
}

TaskDescription::Room TaskDescription::find_room() const {
  constexpr auto NO_LIMIT = std::numeric_limits<std::size_t>::max();
  Room room{possible_kinds(), NO_LIMIT};
  std::size_t least_memory = NO_LIMIT;
  std::size_t most_memory = 0;
  for (const auto kind : engine::ALL_WORKER_KINDS) {
    const auto memory = engine::memory_of(kind);
    if (engine::contains(room.kinds, kind) && memory != NO_LIMIT) {
      least_memory = std::min(least_memory, memory);
      most_memory = std::max(most_memory, memory);
    }
  }
  if (least_memory == NO_LIMIT) {
    return room;
  }
  const auto bytes = bytes_of_a_point(least_memory);
  for (const auto kind : engine::ALL_WORKER_KINDS) {
    const auto memory = engine::memory_of(kind);
    if (bytes > memory) {
      room.kinds &= static_cast<engine::KindSet>(~engine::set_of(kind));
    } else if (engine::contains(room.kinds, kind) && memory != NO_LIMIT) {
      room.spare = std::min(room.spare, memory - bytes);
    }
  }
  if (room.kinds == 0 && task_.of_runtime) {
    return {engine::set_of(engine::host_kind()), std::numeric_limits<std::size_t>::max(), true};
  }
  if (room.kinds == 0) {
    throw OutOfMemoryError{"Out of memory: an instance of task " + std::string{name()} +
                           (setting_->provenance->empty() ? "" : "[" + *setting_->provenance + "]") + " works on " +
                           std::to_string(bytes) + " bytes, but its processor has " + std::to_string(most_memory) +
                           " bytes of memory for arrays (--fbmem of GPUs, --opencl-memory of OpenCL devices); more "
                           "instances, or a scope of CPUs only, may help"};
  }
  return room;
}

// Of all points, not of those of this rank alone: all ranks have to come to the same conclusion. Looking at all points
// is left for where it may make a difference.
std::size_t TaskDescription::bytes_of_a_point(std::size_t limit) const {
  static std::vector<SeenPart> parts;  // kept between calls: control thread only
  parts.clear();
  for (auto argument = arguments_.begin(); argument != arguments_.end(); ++argument) {
    const auto& geometry = plan_->geometries[argument->symbol];
    const auto same = [&](const TaskArgument& other) {
      return &other.store->storage() == &argument->store->storage() && plan_->geometries[other.symbol] == geometry &&
             other.role != Role::REDUCTION;
    };
    // What is read and written is there once; scalars are in main memory.
    if (geometry == nullptr || argument->store->has_scalar_storage() ||
        (argument->role != Role::REDUCTION && std::any_of(arguments_.begin(), argument, same))) {
      continue;
    }
    parts.push_back({geometry.get(),
                     argument->role == Role::REDUCTION ? argument->redop->rhs_size : argument->store->type().size()});
  }
  const auto bytes = bytes_of_largest_parts(parts);
  return bytes <= limit ? bytes : most_bytes_of_a_point(parts, plan_->points);
}

engine::KindSet TaskDescription::kinds_for(const Launch& launch, engine::KindSet possible) const {
  if (!has_choice() || engine::calibrating()) {
    return possible;
  }
  engine::Durations total{};
  for (std::uint32_t point = 0; point < launch.own.count; ++point) {
    const auto expected = engine::expected_durations(*task_.codelet, *launch.size_of(point), possible);
    if (!expected) {
      return most_preferred(possible);
    }
    std::transform(total.begin(), total.end(), expected->begin(), total.begin(), std::plus<>{});
  }
  return worthwhile_kinds(total, launch.own.count, possible);
}

// Short points are best left to one kind of processors in main memory, where they are bundled.
engine::KindSet TaskDescription::worthwhile_kinds(const engine::Durations& total, std::uint32_t points,
                                                  engine::KindSet possible) const {
  // What the choice costs a point, in microseconds: it is a StarPU task of its own, with tiles that may have to move.
  constexpr double CHOICE = 4;
  const auto set = workers(possible);
  if (!set.has_value() || points == 0) {
    return possible;
  }
  // Points in a microsecond.
  const auto rate = [&](engine::WorkerKind kind) {
    const auto index = static_cast<std::size_t>(kind);
    return total[index] > 0 ? set->ranges[index].count * points / total[index] : 0;
  };
  double all = 0;
  for (const auto kind : engine::ALL_WORKER_KINDS) {
    all += rate(kind);
  }
  for (const auto kind : engine::ALL_WORKER_KINDS) {
    if (!engine::is_device(kind) && rate(kind) > 0 && 1 / rate(kind) - 1 / all < CHOICE) {
      return engine::set_of(kind);
    }
  }
  return possible;
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
  launch->local_memory = setting_->local_memory;
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

void TaskDescription::check_gang(const Placement& placement) const {
  if (plan_->points > placement.processors) {
    throw std::invalid_argument{
        "Task " + std::string{name()} + ": a concurrent launch of " + std::to_string(plan_->points) +
        " points needs a processor for each, but its machine has " + std::to_string(placement.processors)};
  }
}

void TaskDescription::prepare_gang(Launch& launch) const {
  launch.info.channels = channels_;
  const auto set = workers(engine::set_of(worker_kind(setting_->kind)));
  if (launch.own.count == 0 || !set.has_value()) {
    return;
  }
  const auto seating = find_seating(launch.placement);
  launch.gang =
      engine::GangPlace{set->ranges[static_cast<std::size_t>(worker_kind(setting_->kind))].first, seating->group};
  launch.circle.emplace(seating, can_throw_, std::string{name()});
}

std::byte* TaskDescription::memory_of(LogicalStore& store) const {
  try {
    return store.storage().array().data();
  } catch (const OutOfMemoryError& error) {
    throw OutOfMemoryError{std::string{error.what()} + ", for " + store.to_string() + " of task " +
                           std::string{name()} + "[" + *setting_->provenance + "]"};
  }
}

void TaskDescription::add_to_launch(Launch& launch, const TaskArgument& argument, LaunchArgument& delivered) {
  auto& store = *argument.store;
  delivered.transformed = store.transformed();
  delivered.element_size = store.storage().element_size();
  const auto* geometry = plan_->geometries[argument.symbol].get();
  if (geometry == nullptr) {
    deliver_unbound(launch, argument, delivered);
    return;
  }
  delivered.geometry = geometry;
  delivered.own = &geometry->own(launch.own);
  delivered.scalar = store.has_scalar_storage();
  delivered.partitioned = !plan_->single && !geometry->is_whole();
  if (is_constant(argument)) {
    delivered.readable = true;
    delivered.delivery = Delivery::VALUE;
    std::memcpy(delivered.value.data(), store.storage().constant(), delivered.element_size);
    return;
  }
  auto& array = store.storage().array();
  delivered.data = memory_of(store);
  std::copy(array.strides().begin(), array.strides().end(), delivered.strides.begin());
  if (argument.role == Role::REDUCTION) {
    deliver_reduction(launch, argument, delivered);
  } else if (delivered.scalar) {
    deliver_scalar(launch, argument, delivered);
  } else {
    deliver_array(launch, argument, delivered);
  }
  if (argument.role != Role::INPUT && delivered.scalar) {
    store.storage().set_initialized();
  }
}

bool TaskDescription::is_constant(const TaskArgument& argument) const {
  const auto& store = *argument.store;
  return argument.role == Role::INPUT && store.has_scalar_storage() && store.storage().constant() != nullptr &&
         !std::any_of(arguments_.begin(), arguments_.end(), [&](const TaskArgument& other) {
           return other.role != Role::INPUT && &other.store->storage() == &store.storage();
         });
}

void TaskDescription::deliver_scalar(Launch& launch, const TaskArgument& argument, LaunchArgument& delivered) {
  if (argument.role == Role::INPUT) {
    delivered.readable = true;
    delivered.delivery = has_role(argument.store.get(), Role::OUTPUT) || has_role(argument.store.get(), Role::REDUCTION)
                             ? Delivery::COPY_IN
                             : Delivery::DIRECT;
    launch.use(argument.store->storage(), delivered.geometry, true, false, false);
    return;
  }
  delivered.writable = true;
  delivered.reducible = true;
  delivered.keeps_contents = has_role(argument.store.get(), Role::INPUT);
  if (plan_->points > 1) {
    delivered.delivery = Delivery::REPLICA;
    launch.use(argument.store->storage(), delivered.geometry, delivered.keeps_contents, true, true);
  } else {
    // A leaf that does not write leaves the previous value, so this is no plain overwrite.
    launch.use(argument.store->storage(), delivered.geometry, true, true, false);
  }
}

void TaskDescription::deliver_array(Launch& launch, const TaskArgument& argument, LaunchArgument& delivered) {
  const bool input = has_role(argument.store.get(), Role::INPUT);
  const bool output = has_role(argument.store.get(), Role::OUTPUT);
  delivered.readable = true;
  if (output) {
    delivered.writable = true;
    delivered.reducible = true;
  }
  const bool replicated = output && plan_->points > 1 && delivered.geometry->is_whole();
  delivered.delivery = replicated ? Delivery::REPLICA : Delivery::DIRECT;
  delivered.keeps_contents = input;
  if (replicated && argument.role == Role::OUTPUT) {
    // Input and output of one store are one memory: private copies are made once.
    for (std::size_t i = 0; i + 1 < launch.arguments.size(); ++i) {
      if (launch.arguments[i].delivery == Delivery::REPLICA && launch.arguments[i].data == delivered.data &&
          launch.arguments[i].geometry == delivered.geometry) {
        delivered.same_as = static_cast<std::int32_t>(i);
      }
    }
  }
  launch.use(argument.store->storage(), delivered.geometry, input, output, replicated);
}

void TaskDescription::deliver_reduction(Launch& launch, const TaskArgument& argument, LaunchArgument& delivered) {
  const auto& redop = *argument.redop;
  delivered.reducible = true;
  const bool alone = plan_->points == 1 || delivered.geometry->is_disjoint();
  const bool shared = has_role(argument.store.get(), Role::INPUT) || has_role(argument.store.get(), Role::OUTPUT);
  if (alone && !shared && redop.lhs_size == redop.rhs_size && redop.in_place) {
    delivered.readable = true;
    delivered.writable = true;
    launch.use(argument.store->storage(), delivered.geometry, true, true, false);
    return;
  }
  delivered.delivery = Delivery::PARTIAL;
  delivered.target = &argument.store->storage();
  delivered.partial = std::make_shared<PartialResults>(redop, plan_->geometries[argument.symbol], launch.own,
                                                       std::max(1U, engine::worker_count()), launch.local_memory);
}

void TaskDescription::deliver_unbound(const Launch& launch, const TaskArgument& argument, LaunchArgument& delivered) {
  const auto& grid = plan_->grids[argument.symbol];
  delivered.delivery = Delivery::PIECE;
  delivered.dim = static_cast<std::int32_t>(argument.store->dim());
  delivered.partitioned = !plan_->single;
  std::vector<std::uint32_t> owners;
  if (engine::cluster().ranks > 1 && !setting_->inline_launch) {
    for (std::uint32_t point = 0; point < plan_->points; ++point) {
      owners.push_back(launch.placement.rank_of(point));
    }
  }
  delivered.output = std::make_shared<UnboundOutput>(grid, delivered.element_size, std::move(owners));
  argument.store->storage().set_producer(delivered.output);
}

}  // namespace legate::detail
