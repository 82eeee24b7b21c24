// SPDX-License-Identifier: Apache-2.0
#pragma once

// Launch domains of manual launches, tilings, and the projections that lead from one to the other.

#include "store_maker.h"

#include <cstdlib>
#include <vector>

namespace random_program {

/// Chooses the points of a manual launch, and which piece of a store each sees.
class LaunchDomain {
 public:
  LaunchDomain(Draft& draft, StoreMaker& stores) : draft_{draft}, dice_{draft.dice}, stores_{stores} {}

  /// The store cut at random, as yet without projection.
  Argument tiled(int store) {
    Argument argument{store};
    const auto& source = draft_.view(store);
    argument.tile = stores_.tile_of(source);
    for (std::size_t d = 0; d < argument.tile.size(); ++d) {
      argument.colors.push_back((source.extents[d] + argument.tile[d] - 1) / argument.tile[d]);
    }
    argument.explicit_colors = dice_.chance(30) || volume_of(source.extents) == 0;
    if (argument.explicit_colors) {
      for (std::size_t d = 0; d < argument.colors.size(); ++d) {
        auto& colors = argument.colors[d];
        colors = source.inner[d] ? 1 : std::max<std::int64_t>(1, colors + dice_.number(-1, 1));
      }
    }
    return argument;
  }

  /// Launch points for a task that writes nothing piecewise.
  void choose(Task& task) {
    const auto dimensions = dice_.number(1, 3);
    for (std::int64_t d = 0; d < dimensions; ++d) {
      task.launch_low.push_back(dice_.chance(20) ? dice_.number(-2, 2) : 0);
      task.launch_high.push_back(task.launch_low.back() + (draft_.options.inline_launches ? 1 : dice_.number(1, 4)));
    }
    avoid_single_launch(task);
  }

  /// Launch points such that different ones have different pieces of the argument.
  void choose(Task& task, Argument& argument) {
    if (draft_.options.inline_launches) {
      choose(task);
      return project(argument, task, 0);
    }
    const auto kind = dice_.number(0, 2);
    if (kind == 0 && argument.colors.size() > 1) {  // 1-D launch over pieces in row-major order
      const auto points = dice_.number(1, volume_of(argument.colors));
      if (points > 1) {
        task.launch_low = {0};
        task.launch_high = {points};
        return;
      }
    }
    for (const auto colors : argument.colors) {
      task.launch_low.push_back(0);
      task.launch_high.push_back(dice_.chance(80) ? colors : dice_.number(1, colors));
    }
    const bool single = task.launch_low.size() == 1 && task.launch_high[0] == 1;
    if (single || kind == 2) permute(task, argument);
    avoid_single_launch(task);
  }

  /// A projection to colors that exist; several points may have the same. `percent` of the dimensions depend on the
  /// point, where that is possible.
  void project(Argument& argument, const Task& task, std::int64_t percent = 75) {
    Projection projection;
    for (const auto colors : argument.colors) {
      Projection::Expression expression;
      const auto dim = static_cast<std::size_t>(dice_.number(0, static_cast<std::int64_t>(task.launch_low.size()) - 1));
      const auto low = task.launch_low[dim];
      const auto extent = task.launch_high[dim] - low;
      const auto weight = dice_.chance(25) ? -1 : dice_.chance(15) ? 2 : 1;
      const auto reach = std::abs(weight) * (extent - 1) + 1;
      if (percent > 0 && dice_.chance(percent) && reach <= colors) {
        expression.dim = static_cast<std::int32_t>(dim);
        expression.weight = static_cast<std::int32_t>(weight);
        const auto least = weight > 0 ? weight * low : weight * (low + extent - 1);
        expression.offset = static_cast<std::int32_t>(dice_.number(0, colors - reach) - least);
      } else {
        expression.offset = static_cast<std::int32_t>(dice_.number(0, colors - 1));
      }
      projection.expressions.push_back(expression);
    }
    argument.projection = projection;
  }

 private:
  /// Launch dimensions run along the dimensions of the pieces in another order, from elsewhere than 0, or backward.
  void permute(Task& task, Argument& argument) {
    const auto order = dice_.permutation<std::size_t>(argument.colors.size());
    const auto high = task.launch_high;
    Projection projection;
    projection.expressions.resize(order.size());
    for (std::size_t d = 0; d < order.size(); ++d) {  // launch dimension d runs along color dimension order[d]
      const auto extent = high[order[d]];
      const auto start = dice_.chance(30) ? dice_.number(-2, 2) : 0;
      task.launch_low[d] = start;
      task.launch_high[d] = start + extent;
      auto& expression = projection.expressions[order[d]];
      expression.dim = static_cast<std::int32_t>(d);
      const bool backward = dice_.chance(30);
      expression.weight = backward ? -1 : 1;
      expression.offset = static_cast<std::int32_t>(backward ? start + extent - 1 : -start);
    }
    argument.projection = projection;
  }

  /// One point in one dimension is a single launch, for which it is open whether partitions count.
  static void avoid_single_launch(Task& task) {
    if (task.launch_low.size() == 1 && task.launch_high[0] - task.launch_low[0] == 1) {
      task.launch_low.push_back(0);
      task.launch_high.push_back(1);
    }
  }

  Draft& draft_;
  Dice& dice_;
  StoreMaker& stores_;
};

}  // namespace random_program
