// SPDX-License-Identifier: Apache-2.0
// How the points of a task get at its arguments.
#include "operation/task.h"

#include <legate/utilities/out_of_memory.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace legate::detail {

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
