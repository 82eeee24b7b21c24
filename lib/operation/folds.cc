// SPDX-License-Identifier: Apache-2.0
#include "operation/folds.h"

#include "engine/cuda.h"
#include "engine/device_elements.h"
#include "operation/point_tiles.h"

#include <array>
#include <string>
#include <utility>

namespace legate::detail {

namespace {

/// Folds the buffers of one argument into its target.
class FoldWork final : public engine::Work {
 public:
  /// @param provenance of the launch, for profiles; lives until this is submitted.
  FoldWork(std::shared_ptr<PartialResults> partial, std::byte* data, std::array<std::size_t, LEGATE_MAX_DIM> strides,
           const std::string* provenance)
      : partial_{std::move(partial)}, data_{data}, strides_{strides}, provenance_{provenance} {}
  void run(std::uint32_t, const engine::Executor&) override { partial_->fold_into(data_, strides_.data()); }
  void finished() noexcept override { delete this; }
  [[nodiscard]] engine::WorkNote note() const override { return {provenance_, partial_->array().bytes(), 0, 0, true}; }

 private:
  std::shared_ptr<PartialResults> partial_;
  std::byte* data_;
  std::array<std::size_t, LEGATE_MAX_DIM> strides_;
  const std::string* provenance_;
};

/// The same on devices: a task for each buffer, one after the other in the order of the points.
class DeviceFoldWork final : public engine::Work {
 public:
  DeviceFoldWork(std::shared_ptr<PartialResults> partial, std::uint32_t points, const std::string* provenance)
      : partial_{std::move(partial)}, tiles_(points), provenance_{provenance} {}
  /// How many tiles of the array point `index` lists. Before it is submitted.
  void expect_tiles(std::uint32_t index, std::size_t tiles) { tiles_[index] = tiles; }
  void run(std::uint32_t index, const engine::Executor& executor) override {
    partial_->fold_on_device(index, executor, tiles_[index]);
    if (engine::kind_of(executor.worker) == engine::WorkerKind::GPU) {
      engine::finish_gpu_stream();
    }
  }
  void finished() noexcept override { delete this; }
  [[nodiscard]] engine::WorkNote note() const override { return {provenance_, partial_->buffer_bytes(), 0, 0, true}; }

 private:
  std::shared_ptr<PartialResults> partial_;
  std::vector<std::size_t> tiles_;  // by point
  const std::string* provenance_;
};

/// One for each part: if every point sees the whole target, there is one.
OwnPoints all_parts(const LaunchArgument& argument) {
  return {0, static_cast<std::uint32_t>(argument.geometry->parts()->size())};
}

ResolvedUse resolve(const ArrayUse& target, OwnPoints points) {
  auto& array = *target.array;
  return {&target, array.tiles().size() == 1 ? nullptr : find_tile_lists(array, *target.geometry, points)};
}

ArrayUse target_of(const LaunchArgument& argument) {
  return {argument.target, &argument.target->array(), argument.geometry, true, true, false};
}

}  // namespace

Folds::Folds(const Launch& launch, const engine::Codelet& codelet, std::int32_t priority)
    : codelet_{codelet},
      origin_{priority, launch.info.provenance},
      placement_{launch.placement},
      own_{launch.own},
      device_spare_{launch.device_spare} {
  for (const auto& argument : launch.arguments) {
    if (argument.partial) {
      arguments_.push_back(argument);
    }
  }
  if (!arguments_.empty()) {
    plan_ = launch.plan;
    keepalive_ = launch.keepalive;
  }
}

void Folds::submit(const std::optional<engine::WorkerSet>& workers) {
  for (const auto& argument : arguments_) {
    submit(argument, workers);
    argument.partial->release_array();
  }
}

void Folds::submit_to_devices(const engine::WorkerSet& devices) {
  for (const auto& argument : arguments_) {
    if (suits_devices(argument)) {
      submit_to_devices(argument, devices);
    } else {
      submit(argument, std::nullopt);
    }
    argument.partial->release_array();
  }
}

void Folds::submit(const LaunchArgument& argument, const std::optional<engine::WorkerSet>& workers) const {
  if (engine::cluster().ranks > 1) {
    combine_partials(*argument.partial, *argument.target, *argument.geometry, placement_, origin_);
    return;
  }
  static thread_local TileUses tiles;
  tiles.clear();
  const auto parts = all_parts(argument);
  const auto target = target_of(argument);
  const auto resolved = resolve(target, parts);
  for (std::uint32_t i = 0; i < parts.count; ++i) {
    add_tiles(resolved, parts, i, true, true, tiles);
  }
  std::vector<engine::TileUse> buffers;
  argument.partial->list_tiles(engine::Access::READ_WRITE, buffers);
  for (const auto& buffer : buffers) {
    static_cast<void>(tiles.add(buffer.tile, buffer.access));
  }
  auto* fold = new FoldWork{argument.partial, argument.data, argument.strides, origin_.provenance};  // deletes itself
  engine::Submitter submitter{*fold, codelet_, origin_.priority,
                              1,     workers,  engine::Footprint{argument.partial->array().bytes(), true}};
  submitter.point(0, tiles.data(), tiles.size());
}

// A fold has one buffer and the tiles that it belongs to on the device.
bool Folds::suits_devices(const LaunchArgument& argument) const {
  if (engine::cluster().ranks > 1 || argument.scalar || !engine::folds_on_devices(argument.partial->redop())) {
    return false;
  }
  const auto& array = argument.target->array();
  return array.tiles().size() < engine::most_tiles_of_a_local_point() && array.bytes() <= device_spare_ / 2;
}

void Folds::submit_to_devices(const LaunchArgument& argument, const engine::WorkerSet& devices) const {
  static thread_local TileUses tiles;
  const auto target = target_of(argument);
  const auto resolved = resolve(target, own_);
  auto* fold = new DeviceFoldWork{argument.partial, own_.count, origin_.provenance};  // deletes itself
  engine::Submitter submitter{*fold, codelet_, origin_.priority, own_.count, devices};
  for (std::uint32_t i = 0; i < own_.count; ++i) {
    tiles.clear();
    static_cast<void>(tiles.add(argument.partial->tile_of(i), engine::Access::READ));
    add_tiles(resolved, own_, i, true, true, tiles);
    fold->expect_tiles(i, tiles.size() - 1);
    submitter.local_point(i, tiles.data(), tiles.size(), 0);
  }
}

}  // namespace legate::detail
