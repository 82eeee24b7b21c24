// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/engine.h"
#include "operation/combine.h"
#include "operation/launch.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace legate::detail {

/// What follows the points of a launch that reduce into private buffers: tasks that fold these into the targets.
///
/// Made before the launch is submitted, with which it may be over; one of the submit functions is called afterwards.
/// Control thread only.
class Folds {
 public:
  Folds(const Launch& launch, const engine::Codelet& codelet, std::int32_t priority);

  /// Folds in main memory, on any of `workers`.
  void submit(const std::optional<engine::WorkerSet>& workers);
  /// Folds on these devices what they can fold and have room for, the rest in main memory.
  void submit_to_devices(const engine::WorkerSet& devices);

 private:
  void submit(const LaunchArgument& argument, const std::optional<engine::WorkerSet>& workers) const;
  void submit_to_devices(const LaunchArgument& argument, const engine::WorkerSet& devices) const;
  [[nodiscard]] bool suits_devices(const LaunchArgument& argument) const;

  const engine::Codelet& codelet_;
  FoldOrigin origin_;
  std::vector<LaunchArgument> arguments_{};
  std::shared_ptr<const LaunchPlan> plan_{};  // keeps the geometries
  std::shared_ptr<const void> keepalive_{};   // keeps the provenance
  Placement placement_;
  OwnPoints own_;
  std::size_t device_spare_;
};

}  // namespace legate::detail
