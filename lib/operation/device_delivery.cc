// SPDX-License-Identifier: Apache-2.0
#include "operation/device_delivery.h"

#include "data/strided_copy.h"
#include "engine/cuda.h"
#include "engine/device_elements.h"
#include "utilities/hash.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace legate::detail {

namespace {

const engine::Codelet& gather_codelet() {
  static const auto* const codelet = engine::create_codelet("legatus.gather", {}, "gathering for devices");
  return *codelet;
}
const engine::Codelet& scatter_codelet() {
  static const auto* const codelet = engine::create_codelet("legatus.scatter", {}, "scattering from devices");
  return *codelet;
}
const engine::Codelet& identity_codelet() {
  static const auto* const codelet = engine::create_codelet("legatus.identity");
  return *codelet;
}

/// What a Work gives to a GPU it waits for itself.
void finish_on_gpu(const engine::Executor& executor) {
  if (engine::kind_of(executor.worker) == engine::WorkerKind::GPU) {
    engine::finish_gpu_stream();
  }
}

/// Copies a box of an array to or from memory that holds nothing else. On a device, the tiles of the array are the
/// first ones that the task lists, and the other memory is the last one.
class MoveWork final : public engine::Work {
 public:
  MoveWork(std::byte* array, const std::vector<std::size_t>& strides, const Box& box, std::size_t element_size,
           std::byte* dense, std::size_t tiles, bool gathers)
      : array_{array},
        dense_{dense},
        box_{box},
        dims_{strides.size()},
        element_size_{element_size},
        tiles_{tiles},
        gathers_{gathers} {
    std::size_t stride = element_size;
    for (auto d = dims_; d-- > 0;) {
      array_strides_[d] = strides[d];
      dense_strides_[d] = stride;
      extents_[d] = static_cast<std::uint64_t>(box.hi[d] - box.lo[d]);
      stride *= extents_[d];
      array_ += static_cast<std::size_t>(box.lo[d]) * strides[d];
    }
  }
  void run(std::uint32_t, const engine::Executor& executor) override {
    if (engine::is_device(engine::kind_of(executor.worker))) {
      move_on_device(executor);
    } else if (gathers_) {
      strided_copy(dense_, dense_strides_.data(), array_, array_strides_.data(), extents_.data(), dims_, element_size_);
    } else {
      strided_copy(array_, array_strides_.data(), dense_, dense_strides_.data(), extents_.data(), dims_, element_size_);
    }
  }
  void finished() noexcept override { delete this; }
  [[nodiscard]] std::optional<engine::InstanceSize> size_of(std::uint32_t) const override {
    Hash hash;
    std::uint64_t bytes = element_size_;
    for (std::size_t d = 0; d < dims_; ++d) {
      bytes *= extents_[d];
      hash.add(extents_[d]);
    }
    return engine::InstanceSize{hash.add(std::uint64_t{element_size_}).value(), bytes};
  }
  [[nodiscard]] std::string size_text(std::uint32_t) const override {
    std::string text;
    for (std::size_t d = 0; d < dims_; ++d) {
      text += (d == 0 ? "" : "x") + std::to_string(extents_[d]);
    }
    return text + ":" + std::to_string(element_size_);
  }
  [[nodiscard]] engine::WorkNote note() const override {
    std::uint64_t bytes = element_size_;
    for (std::size_t d = 0; d < dims_; ++d) {
      bytes *= extents_[d];
    }
    return {nullptr, 2 * bytes, bytes};
  }

 private:
  void move_on_device(const engine::Executor& executor) const {
    auto dense = executor.tile(tiles_);
    dense.box = box_;  // the elements are those, wherever the array has them
    for (std::size_t i = 0; i < tiles_; ++i) {
      const auto tile = executor.tile(i);
      const auto shared = tile.box.intersection(box_);
      const auto in_tile = engine::elements_at(tile, shared);
      const auto in_dense = engine::elements_at(dense, shared);
      engine::copy_elements(executor.worker, gathers_ ? in_dense : in_tile, gathers_ ? in_tile : in_dense,
                            engine::element_box(shared), element_size_);
    }
    finish_on_gpu(executor);
  }

  std::byte* array_;  // the first element of the box
  std::byte* dense_;
  Box box_;
  std::size_t dims_;
  std::size_t element_size_;
  std::size_t tiles_;
  bool gathers_;
  std::array<std::size_t, LEGATE_MAX_DIM> array_strides_{};
  std::array<std::size_t, LEGATE_MAX_DIM> dense_strides_{};
  std::array<std::uint64_t, LEGATE_MAX_DIM> extents_{};
};

/// Initialises the buffers of a reduction: on devices one a point, in main memory all at once.
class IdentityWork final : public engine::Work {
 public:
  explicit IdentityWork(std::shared_ptr<PartialResults> partial) : partial_{std::move(partial)} {}
  void run(std::uint32_t point, const engine::Executor& executor) override {
    if (engine::is_device(engine::kind_of(executor.worker))) {
      partial_->fill_identity_on_device(point, executor);
      finish_on_gpu(executor);
    } else {
      partial_->fill_identities();
    }
  }
  void finished() noexcept override { delete this; }

 private:
  std::shared_ptr<PartialResults> partial_;
};

std::vector<std::uint64_t> extents_of(const Box& box) {
  std::vector<std::uint64_t> extents;
  for (std::size_t d = 0; d < static_cast<std::size_t>(box.dim); ++d) {
    extents.push_back(static_cast<std::uint64_t>(box.hi[d] - box.lo[d]));
  }
  return extents;
}

bool lives_on_the_host(const LaunchArgument& argument) {
  return argument.scalar || argument.delivery == Delivery::VALUE || argument.delivery == Delivery::COPY_IN ||
         argument.delivery == Delivery::PIECE;
}

}  // namespace

DeviceDelivery::DeviceDelivery(Launch& launch, std::int32_t priority, std::optional<engine::WorkerSet> devices)
    : launch_{launch}, priority_{priority}, devices_{std::move(devices)} {
  for (const auto& use : launch.uses) {
    lists_.push_back(use.array->tiles().size() == 1 ? nullptr : find_tile_lists(*use.array, *use.geometry, launch.own));
  }
  fill_identities();
  launch.device_places.assign(std::size_t{launch.own.count} * launch.arguments.size(), {});
  for (std::uint32_t point = 0; point < launch.own.count; ++point) {
    deliver(point);
  }
}

void DeviceDelivery::submit_one(engine::Work& work, const engine::Codelet& codelet,
                                const std::vector<engine::TileUse>& tiles, bool on_device) const {
  engine::Submitter submitter{work, codelet, priority_, 1,
                              on_device ? *devices_ : engine::WorkerSet{engine::workers_of(engine::host_kind())}};
  if (on_device) {
    submitter.local_point(0, tiles.data(), tiles.size(), 0);
  } else {
    submitter.point(0, tiles.data(), tiles.size());
  }
}

bool DeviceDelivery::fits_device(const engine::Array& array, const std::vector<std::uint32_t>& tiles) const {
  if (!devices_.has_value() || tiles.size() >= engine::most_tiles_of_a_local_point()) {
    return false;
  }
  std::uint64_t elements = 0;
  for (const auto tile : tiles) {
    elements += array.tiles()[tile].volume();
  }
  // For the temporary array there is room: the box is among what a point sees. The tiles come on top of it.
  return elements * array.element_size() <= launch_.device_spare / 2;
}

void DeviceDelivery::fill_identities() {
  for (const auto& argument : launch_.arguments) {
    if (!argument.partial || !argument.partial->has_points()) {
      continue;
    }
    std::vector<engine::TileUse> tiles;
    argument.partial->list_tiles(engine::Access::WRITE, tiles);
    auto& work = *new IdentityWork{argument.partial};  // deletes itself
    if (!devices_.has_value()) {
      submit_one(work, identity_codelet(), tiles, false);
      continue;
    }
    engine::Submitter submitter{work, identity_codelet(), priority_, launch_.own.count, devices_};
    for (std::uint32_t point = 0; point < launch_.own.count; ++point) {
      submitter.local_point(point, &tiles[point], 1, 0);
    }
  }
}

DeviceDelivery::Piece DeviceDelivery::gather(const ArrayUse& use, const Box& box,
                                             const std::vector<std::uint32_t>& tiles, bool read, bool write) {
  auto& array = *use.array;
  Temporary temporary{engine::Array::create(extents_of(box), array.element_size(), 64),
                      fits_device(array, tiles),
                      {},
                      array.data(),
                      array.strides(),
                      box};
  temporary.array->retile({});
  const auto temporary_tile = temporary.array->tile(0);
  if (read) {
    std::vector<engine::TileUse> listed;
    for (const auto tile : tiles) {
      listed.push_back({array.tile(tile), engine::Access::READ});
    }
    listed.push_back({temporary_tile, engine::Access::WRITE});
    submit_one(*new MoveWork{array.data(), array.strides(), box, array.element_size(), temporary.array->data(),
                             tiles.size(), true},
               gather_codelet(), listed, temporary.on_device);
  }
  if (write) {
    for (const auto tile : tiles) {
      temporary.tiles.push_back({array.tile(tile), access_of(false, true, box.contains(array.tiles()[tile]))});
    }
    scattered_.push_back(std::move(temporary));
  } else {
    gathered_.push_back(std::move(temporary.array));
  }
  return {{temporary_tile, access_of(read, write || !read, true)}, true};
}

DeviceDelivery::Piece DeviceDelivery::piece_of(const ArrayUse& use, std::uint32_t point) {
  const auto index = static_cast<std::size_t>(&use - launch_.uses.data());
  const auto& box = use.geometry->own(launch_.own).at(point).root;
  std::vector<std::uint32_t> tiles{0};
  if (const auto& lists = lists_[index]) {
    const auto list = use.geometry->is_whole() ? 0 : point;
    tiles.assign(lists->tiles.begin() + lists->offsets[list], lists->tiles.begin() + lists->offsets[list + 1]);
  }
  if (use.first_point_writes && point != 0) {
    return gather(use, box, tiles, use.read, false);  // what this point writes goes nowhere
  }
  if (tiles.size() > 1) {
    return gather(use, box, tiles, use.read, use.write);
  }
  const auto& tile = use.array->tiles()[tiles.front()];
  // Devices get whole tiles, for which there may be no room.
  const auto more = (tile.volume() - box.volume()) * use.array->element_size();
  if (more > launch_.device_spare / launch_.uses.size()) {
    return gather(use, box, tiles, use.read, use.write);
  }
  return {{use.array->tile(tiles.front()), access_of(use.read, use.write, box.contains(tile))}, false};
}

void DeviceDelivery::deliver(std::uint32_t point) {
  listed_.clear();
  for (const auto& use : launch_.uses) {
    const bool write = use.write && (!use.first_point_writes || point == 0);
    if (use.storage->is_scalar() && (write || use.read)) {
      static_cast<void>(listed_.add(use.array->tile(0), access_of(use.read, write, true)));
    }
  }
  const auto host_uses = listed_.size();
  std::vector<Launch::DevicePlace> places;  // by use
  for (const auto& use : launch_.uses) {
    auto& place = places.emplace_back();
    if (!use.storage->is_scalar() && !use.geometry->own(launch_.own).at(point).root.empty()) {
      const auto piece = piece_of(use, point);
      place = {static_cast<std::uint32_t>(listed_.add(piece.use.tile, piece.use.access)), piece.alone};
    }
  }
  auto* const delivered = launch_.device_places.data() + point * launch_.arguments.size();
  for (std::size_t i = 0; i < launch_.arguments.size(); ++i) {
    const auto& argument = launch_.arguments[i];
    if (argument.partial) {
      const auto tile = argument.partial->tile_of(point);
      delivered[i] = {static_cast<std::uint32_t>(listed_.add(tile, engine::Access::READ_WRITE)), true};
    } else if (!lives_on_the_host(argument)) {
      const auto use = std::find_if(launch_.uses.begin(), launch_.uses.end(), [&](const ArrayUse& candidate) {
        return candidate.geometry == argument.geometry && candidate.array->data() == argument.data;
      });
      delivered[i] = places[static_cast<std::size_t>(use - launch_.uses.begin())];
    }
  }
  points_.push_back({uses_.size(), listed_.size(), host_uses});
  uses_.insert(uses_.end(), listed_.data(), listed_.data() + listed_.size());
}

std::vector<engine::GangUse> DeviceDelivery::uses_of_all() const {
  TileUses all;
  std::vector<engine::GangUse> uses;
  for (std::uint32_t point = 0; point < points_.size(); ++point) {
    const auto& listed = points_[point];
    for (std::size_t i = 0; i < listed.count; ++i) {
      const auto& use = uses_[listed.first + i];
      const auto position = all.add(use.tile, use.access);
      if (position < uses.size()) {
        uses[position].point.reset();  // several see it
      } else {
        uses.push_back({use, i < listed.host_uses ? std::nullopt : std::optional{point}});
      }
      uses[position].use = all.data()[position];
    }
  }
  return uses;
}

void DeviceDelivery::submit_points(engine::Submitter& submitter) const {
  if (launch_.gang) {
    submitter.begin_local_gang(*launch_.gang, uses_of_all());
  }
  for (std::uint32_t point = 0; point < points_.size(); ++point) {
    const auto& listed = points_[point];
    submitter.local_point(point, uses_.data() + listed.first, listed.count, listed.host_uses);
  }
}

void DeviceDelivery::finish() {
  for (auto& temporary : scattered_) {
    auto tiles = temporary.tiles;
    tiles.push_back({temporary.array->tile(0), engine::Access::READ});
    submit_one(*new MoveWork{temporary.data, temporary.strides, temporary.box, temporary.array->element_size(),
                             temporary.array->data(), temporary.tiles.size(), false},
               scatter_codelet(), tiles, temporary.on_device);
  }
  // Whoever gets these arrays next comes after the tasks that were submitted.
  scattered_.clear();
  gathered_.clear();
}

}  // namespace legate::detail
