// SPDX-License-Identifier: Apache-2.0
// Where the points of a task run: on which rank, which kind of processors, and which workers of this rank.
#include "mapping/target.h"
#include "operation/seating.h"
#include "operation/task.h"

#include <legate/utilities/out_of_memory.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>

namespace legate::detail {

namespace {

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

std::uint32_t TaskDescription::processors() const {
  return has_choice() || setting_->choice == 0 ? setting_->processors
                                               : setting_->machine->count(mapping::detail::to_target(setting_->kind));
}

std::uint32_t TaskDescription::overdecompose_factor() const {
  return is_concurrent() ? 1 : std::max(1U, setting_->policy.overdecompose_factor());
}

engine::KindSet TaskDescription::possible_kinds() const {
  return has_choice() ? setting_->choice : engine::set_of(worker_kind(setting_->kind));
}

// Cheaper than one rank that tells all others its values. Not every rank need have a device of the scope.
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
  auto about = '"' + std::string{name()} + '"';
  if (!setting_->provenance->empty()) {
    about += ", provenance \"" + *setting_->provenance + '"';
  }
  launch.circle.emplace(seating, can_throw_, std::move(about));
}

}  // namespace legate::detail
