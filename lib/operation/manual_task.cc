// SPDX-License-Identifier: Apache-2.0
#include "operation/task.h"

#include "partitioning/projection.h"

#include <stdexcept>
#include <utility>

namespace legate::detail {

ManualTask::ManualTask(const RegisteredTask& task, std::shared_ptr<const TaskSetting> setting, const Domain& domain)
    : TaskDescription{task, std::move(setting)}, launch_domain_{domain} {}

void ManualTask::add(const LogicalStore::Ptr& store, Role role, std::int32_t redop_kind) {
  auto& argument = add_argument(store, role, redop_kind);
  argument.symbol = static_cast<std::uint32_t>(arguments_.size()) - 1;
}

void ManualTask::add(const LogicalStorePartition& partition, Role role, std::int32_t redop_kind,
                     std::optional<SymbolicPoint> projection) {
  const auto& tiling = *partition.tiling();
  check_usable();
  if (projection) {
    if (projection->size() != tiling.colors.size()) {
      throw std::invalid_argument{about_argument(role, count(role)) + "a projection of " +
                                  std::to_string(projection->size()) + " expressions for a partition of " +
                                  std::to_string(tiling.colors.size()) + " color dimensions"};
    }
    for (const auto& expression : *projection) {
      if (!expression.is_constant() && expression.dim() >= static_cast<std::uint32_t>(launch_domain_.dim)) {
        throw std::invalid_argument{about_argument(role, count(role)) + "projection " + expression.to_string() +
                                    " names a dimension that the launch domain does not have"};
      }
    }
  } else if (launch_domain_.dim != 1 && tiling.colors.size() != static_cast<std::size_t>(launch_domain_.dim)) {
    throw std::runtime_error{about_argument(role, count(role)) +
                             "The launch domain must be 1D if the color shape has a different number of dimensions "
                             "from the launch domain"};
  }
  auto& argument = add_argument(partition.store(), role, redop_kind);
  argument.symbol = static_cast<std::uint32_t>(arguments_.size()) - 1;
  argument.tiling = partition.tiling();
  argument.projection = std::move(projection);
}

void ManualTask::check_arguments() {
  // Colors outside a partition are found while the arguments are planned.
}

void ManualTask::plan() {
  auto plan = std::make_shared<LaunchPlan>();
  plan->single = runs_inline() || (launch_domain_.dim == 1 && launch_domain_.get_volume() == 1);
  plan->domain = plan->single ? single_domain() : launch_domain_;
  plan->points = static_cast<std::uint32_t>(launch_domain_.get_volume());
  for (const auto& argument : arguments_) {
    plan->grids.emplace_back();
    plan->tilings.push_back(argument.tiling);
    if (argument.store->unbound()) {
      auto& grid = plan->grids.back();
      const auto dim = argument.store->dim();
      const bool a_grid = dim == static_cast<std::uint32_t>(launch_domain_.dim);
      grid.assign(dim, 1);
      for (std::uint32_t d = 0; d < dim && a_grid; ++d) {
        const auto i = static_cast<std::int32_t>(d);
        grid[d] = static_cast<std::uint64_t>(launch_domain_.rect_data[i + launch_domain_.dim] -
                                             launch_domain_.rect_data[i] + 1);
      }
      if (!a_grid && dim > 0) {
        grid[0] = plan->points;
      }
      plan->geometries.emplace_back();
    } else if (!argument.tiling || argument.store->has_scalar_storage()) {
      plan->geometries.push_back(whole_geometry(argument.store->view()));
    } else {
      try {
        plan->geometries.push_back(
            plan_argument(argument.store->view(), argument.tiling, argument.projection, launch_domain_));
      } catch (const std::out_of_range& error) {
        throw std::out_of_range{about_argument(argument) + error.what()};
      }
    }
  }
  plan_ = std::move(plan);
  for (const auto& argument : arguments_) {
    remember_partition(argument, argument.tiling, plan_->geometries[argument.symbol].get());
  }
}

}  // namespace legate::detail
