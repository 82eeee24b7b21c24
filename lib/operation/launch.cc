// SPDX-License-Identifier: Apache-2.0
#include "operation/launch.h"

#include "data/strided_copy.h"
#include "data/value_text.h"
#include "operation/body.h"
#include "operation/device_delivery.h"
#include "operation/folds.h"
#include "operation/point_tiles.h"
#include "utilities/hash.h"

#include <legate/utilities/abort.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <mutex>
#include <utility>

namespace legate::detail {

namespace {

std::uint64_t hash_of(const Scalar& scalar) {
  Hash hash;
  const auto* const bytes = static_cast<const unsigned char*>(scalar.ptr());
  for (std::size_t i = 0; i < scalar.size(); ++i) {
    hash.add(std::uint64_t{bytes[i]});
  }
  return hash.value();
}

std::string text_of(const Scalar& scalar) { return value_text(scalar.type(), scalar.ptr(), scalar.size()); }

DomainPoint point_of(const Domain& domain, std::uint32_t index) {
  DomainPoint point;
  point.dim = domain.dim;
  for (std::int32_t d = domain.dim; d-- > 0;) {
    const auto lo = domain.rect_data[d];
    const auto extent = static_cast<std::uint32_t>(domain.rect_data[d + domain.dim] - lo + 1);
    point.point_data[d] = lo + static_cast<coord_t>(index % extent);
    index /= extent;
  }
  return point;
}

}  // namespace

namespace {

/// Launches to be used again, up to a number that many short launches in flight reach.
class LaunchPool {
 public:
  [[nodiscard]] Launch* take() {
    const std::lock_guard<std::mutex> guard{mutex_};
    if (launches_.empty()) {
      return nullptr;
    }
    auto* launch = launches_.back();
    launches_.pop_back();
    return launch;
  }
  [[nodiscard]] bool give(Launch* launch) {
    constexpr std::size_t LIMIT = 2048;
    const std::lock_guard<std::mutex> guard{mutex_};
    if (launches_.size() >= LIMIT) {
      return false;
    }
    launches_.push_back(launch);
    return true;
  }

 private:
  std::mutex mutex_{};
  std::vector<Launch*> launches_{};
};

LaunchPool& launch_pool() {
  static auto* pool = new LaunchPool;  // never destroyed: workers may give launches back until the process ends
  return *pool;
}

}  // namespace

Launch::Ptr Launch::create() {
  auto* launch = launch_pool().take();
  return Ptr{launch != nullptr ? launch : new Launch};
}

void Launch::Recycler::operator()(Launch* launch) const noexcept {
  launch->reset();
  if (!launch_pool().give(launch)) {
    delete launch;
  }
}

void Launch::reset() noexcept {
  info.scalars.clear();
  host_body = nullptr;
  choice = 0;
  cost_scalars = nullptr;
  arguments.clear();
  uses.clear();
  device_places.clear();
  plan.reset();
  keepalive.reset();
  outcome.reset();
  info.channels.clear();
  gang.reset();
  circle.reset();
}

void Launch::use(Storage& storage, const Geometry* geometry, bool read, bool write, bool first_point_writes) {
  for (auto& known : uses) {
    if (known.storage == &storage && known.geometry == geometry && known.first_point_writes == first_point_writes) {
      known.read = known.read || read;
      known.write = known.write || write;
      return;
    }
  }
  uses.push_back(ArrayUse{&storage, &storage.array(), geometry, read, write, first_point_writes});
}

void Launch::exchange_parts() {
  struct Exchange {
    std::shared_ptr<const ExchangePlan> plan;
    engine::Array* array;
    std::uint64_t tag;
  };
  // Planned by who has what before the launch, carried out after arrays were cut: cutting waits for tasks.
  std::vector<Exchange> exchanges;
  // A rank that takes a store over as a whole keeps what its points do not write. That costs nothing in a loop, where
  // it has had the store since the first time; parts are taken over without, since splits change with the launch.
  const auto needs_contents = [](const ArrayUse& use) { return use.read || use.geometry->is_whole(); };
  for (const auto& use : uses) {
    if (needs_contents(use)) {
      use.storage->limit_copies(*use.geometry, placement);
    }
  }
  for (const auto& use : uses) {
    if (needs_contents(use)) {
      if (auto exchange = use.storage->prepare_reads(*use.geometry, placement)) {
        exchanges.push_back({std::move(exchange), use.array, engine::next_transfer_tag()});
      }
    }
  }
  for (const auto& use : uses) {
    if (use.write) {
      use.storage->take_over(*use.geometry, placement);
    }
  }
  cut_arrays();
  for (const auto& exchange : exchanges) {
    begin_exchange(*exchange.plan, *exchange.array, exchange.tag);
  }
  for (const auto& use : uses) {
    use.storage->release_lost_parts();  // after they were sent, and before anything is received there
  }
  for (const auto& exchange : exchanges) {
    end_exchange(*exchange.plan, *exchange.array, exchange.tag);
  }
}

void Launch::cut_arrays() {
  if (own.count <= 1) {
    return;
  }
  std::vector<const Geometry*> writers;
  for (std::size_t i = 0; i < uses.size(); ++i) {
    writers.clear();
    bool exclusive = true;
    for (std::size_t j = 0; j < uses.size(); ++j) {
      const auto& use = uses[j];
      if (use.array != uses[i].array || !use.write || use.geometry->is_whole()) {
        continue;
      }
      if (j < i && writers.empty()) {
        break;  // done when its first writer was met
      }
      writers.push_back(use.geometry);
      exclusive = exclusive && find_tile_lists(*use.array, *use.geometry, own)->exclusive;
    }
    if (!exclusive) {
      retile_for(*uses[i].array, writers, own);
    }
  }
}

void Launch::add_uses(std::uint32_t point, const std::vector<ResolvedUse>& resolved, TileUses& tiles) const {
  for (const auto& use : resolved) {
    const bool write = use.use->write && (!use.use->first_point_writes || point == 0);
    if (write || use.use->read) {
      add_tiles(use, own, point, use.use->read, write, tiles);
    }
  }
  for (const auto& argument : arguments) {
    if (argument.partial) {
      static_cast<void>(tiles.add(argument.partial->array().tile(0), engine::Access::READ));
    }
  }
}

void Launch::submit_points(engine::Submitter& submitter) {
  // Kept between launches so that a launch allocates nothing here. Only one thread submits.
  static thread_local std::vector<ResolvedUse> resolved;
  static thread_local TileUses tiles;
  resolved.clear();
  for (const auto& use : uses) {
    resolved.push_back(
        {&use, use.array->tiles().size() == 1 ? nullptr : find_tile_lists(*use.array, *use.geometry, own)});
  }
  if (gang) {
    tiles.clear();
    for (std::uint32_t point = 0; point < own.count; ++point) {
      add_uses(point, resolved, tiles);
    }
    submitter.gang(*gang, tiles.data(), tiles.size());
    resolved.clear();
    return;
  }
  const auto submit_one = [&](std::uint32_t point) {
    tiles.clear();
    add_uses(point, resolved, tiles);
    submitter.point(point, tiles.data(), tiles.size());
  };
  // The first point goes last: the one that overwrites a replicated store must come after those that copy it.
  for (std::uint32_t point = 1; point < own.count; ++point) {
    submit_one(point);
  }
  if (own.count > 0) {
    submit_one(0);
  }
  resolved.clear();
}

void Launch::move_to_host() {
  info.kind = variant_code(engine::host_kind());
  body = host_body;
  local_memory = local_on_cpus;
}

bool Launch::suits_devices() const {
  const auto is_in_pieces = [&](const ArrayUse& use) {
    if (use.storage->is_scalar() || use.array->tiles().size() == 1) {
      return false;
    }
    const auto lists = find_tile_lists(*use.array, *use.geometry, own);
    const auto& offsets = lists->offsets;
    return std::adjacent_find(offsets.begin(), offsets.end(),
                              [](std::uint32_t begin, std::uint32_t end) { return end > begin + 1; }) != offsets.end();
  };
  return std::any_of(uses.begin(), uses.end(), [](const ArrayUse& use) { return !use.storage->is_scalar(); }) &&
         std::none_of(uses.begin(), uses.end(), is_in_pieces);
}

std::optional<engine::WorkerKind> Launch::only_kind() const {
  if (choice == 0) {
    return worker_kind(info.kind);
  }
  for (const auto kind : engine::ALL_WORKER_KINDS) {
    if (choice == engine::set_of(kind)) {
      return kind;
    }
  }
  return std::nullopt;
}

bool Launch::has_partial_results() const {
  return std::any_of(arguments.begin(), arguments.end(),
                     [](const LaunchArgument& argument) { return argument.partial != nullptr; });
}

engine::Footprint Launch::footprint() const {
  engine::Footprint result;
  for (const auto& argument : arguments) {
    if (argument.geometry != nullptr) {
      result.bytes += argument.geometry->largest_part() * argument.element_size;
    }
  }
  return result;
}

std::optional<engine::InstanceSize> Launch::size_of(std::uint32_t index) const {
  Hash hash;
  std::uint64_t bytes = 0;
  for (const auto& argument : arguments) {
    if (argument.geometry == nullptr) {
      hash.add(std::uint64_t{0});
      continue;
    }
    const auto& part = argument.own->at(index);
    std::uint64_t elements = 1;
    for (std::size_t d = 0; d < argument.geometry->view()->dim(); ++d) {
      const auto extent = static_cast<std::uint64_t>(part.hi[d] - part.lo[d]);
      hash.add(extent);
      elements *= extent;
    }
    hash.add(std::uint64_t{argument.element_size});
    bytes += elements * argument.element_size;
  }
  if (cost_scalars != nullptr) {
    for (const auto position : *cost_scalars) {
      if (position < info.scalars.size()) {
        hash.add(hash_of(info.scalars[position]));
      }
    }
  }
  return engine::InstanceSize{hash.value(), bytes};
}

std::string Launch::size_text(std::uint32_t index) const {
  std::string text;
  for (const auto& argument : arguments) {
    text += text.empty() ? "" : " ";
    if (argument.geometry == nullptr) {
      text += "unbound";
      continue;
    }
    const auto& part = argument.own->at(index);
    for (std::size_t d = 0; d < argument.geometry->view()->dim(); ++d) {
      text += (d == 0 ? "" : "x") + std::to_string(part.hi[d] - part.lo[d]);
    }
    text += ":" + std::to_string(argument.element_size);
  }
  if (cost_scalars != nullptr) {
    for (const auto position : *cost_scalars) {
      if (position < info.scalars.size()) {
        text += " scalar" + std::to_string(position) + "=" + text_of(info.scalars[position]);
      }
    }
  }
  return text.empty() ? "nothing" : text;
}

void Launch::submit(Ptr launch, const engine::Codelet& codelet, std::int32_t priority,
                    std::optional<engine::WorkerSet> workers) {
  if (engine::cluster().ranks > 1) {
    launch->exchange_parts();
  } else {
    launch->cut_arrays();
  }
  if (launch->host_body != nullptr && launch->local_memory && !launch->has_partial_results() &&
      !launch->suits_devices()) {
    launch->move_to_host();
    workers = engine::workers_of(engine::host_kind());
  }
  // Partial results outlive the launch, which is given up as soon as the last point is over.
  Folds folds{*launch, codelet, priority};
  if (launch->local_memory) {
    const auto kind = launch->only_kind();
    const bool on_devices = workers.has_value() && kind.has_value() && engine::is_device(*kind);
    DeviceDelivery delivery{*launch, priority, on_devices ? workers : std::nullopt};
    {
      engine::Submitter submitter{*launch, codelet, priority, launch->own.count, workers};
      static_cast<void>(launch.release());
      delivery.submit_points(submitter);
    }
    delivery.finish();
    on_devices ? folds.submit_to_devices(*workers) : folds.submit(std::nullopt);
  } else {
    // What points of different kinds of processors take says nothing about bundles.
    const bool several = (launch->choice & (launch->choice - 1U)) != 0;
    const auto footprint = several || launch->gang ? std::nullopt : std::optional{launch->footprint()};
    engine::Submitter submitter{*launch, codelet, priority, launch->own.count, workers, footprint};
    auto& submitted = *launch.release();
    submitted.submit_points(submitter);
    folds.submit(workers);
  }
}

void Launch::run_inline(Ptr launch, const engine::Codelet& codelet) {
  for (const auto& use : launch->uses) {
    use.array->synchronize();
  }
  for (const auto& argument : launch->arguments) {
    if (argument.partial) {
      argument.target->array().synchronize();
      argument.partial->array().synchronize();
    }
  }
  {
    std::optional<engine::GroupThreads> threads;
    if (launch->info.kind == VariantCode::OMP) {
      threads.emplace();
    }
    if (LEGATE_UNLIKELY(engine::profiling())) {
      const auto started = engine::steady_nanoseconds();
      launch->run(0, engine::Executor{0});
      engine::profile_inline_point(codelet, launch->note(), started, engine::steady_nanoseconds());
    } else {
      launch->run(0, engine::Executor{0});
    }
  }
  for (const auto& argument : launch->arguments) {
    if (argument.partial) {
      argument.partial->fold_into(argument.data, argument.strides.data());
      argument.partial->release_array();
    }
  }
  launch.release()->finished();
}

void Launch::fill_replica(TaskFrame& frame, const LaunchArgument& argument, PhysicalStore& store,
                          std::uint32_t index) const {
  const auto& box = argument.own->at(index).root;
  std::array<std::size_t, LEGATE_MAX_DIM> strides{};
  std::array<std::uint64_t, LEGATE_MAX_DIM> extents{};
  std::size_t bytes = argument.element_size;
  std::size_t offset = 0;
  for (auto d = static_cast<std::size_t>(box.dim); d-- > 0;) {
    strides[d] = bytes;
    extents[d] = static_cast<std::uint64_t>(box.hi[d] - box.lo[d]);
    bytes *= extents[d];
    offset += static_cast<std::size_t>(box.lo[d]) * argument.strides[d];
  }
  auto* copy = static_cast<std::byte*>(frame.allocate(bytes, argument.type.alignment()));
  if (argument.keeps_contents && !box.empty()) {
    strided_copy(copy, strides.data(), argument.data + offset, argument.strides.data(), extents.data(),
                 static_cast<std::size_t>(box.dim), argument.element_size);
  }
  store.place(*argument.geometry->view(), copy, box.lo.data(), strides.data());
}

void Launch::fill_device_store(PhysicalStore& store, std::size_t position, std::uint32_t index,
                               const engine::Executor& executor) const {
  const auto& argument = arguments[position];
  const auto& part = argument.own->at(index);
  const auto& view = *argument.geometry->view();
  const auto& place = device_places[std::size_t{index} * arguments.size() + position];
  if (place.tile == DevicePlace::NOWHERE) {
    store.place(view, nullptr, part.root.lo.data(), argument.strides.data());  // nothing to see
    return;
  }
  const auto memory = executor.tile(place.tile);
  store.device_memory = memory.pointer != 0 ? 0 : memory.handle;
  if (engine::is_device(engine::kind_of(executor.worker))) {
    store.target = mapping::StoreTarget::FBMEM;
  }
  const auto address = memory.pointer != 0 ? memory.pointer : memory.offset;
  const auto* origin = reinterpret_cast<const std::byte*>(address);  // NOLINT
  if (argument.partial) {
    store.redop = &argument.partial->redop();
    store.place(view, origin, part.root.lo.data(), argument.partial->strides(index).data());
  } else {
    store.place(view, origin, (place.alone ? part.root : memory.box).lo.data(), memory.strides);
  }
}

void Launch::fill_store(TaskFrame& frame, std::size_t position, std::uint32_t index, const engine::Executor& executor) {
  const auto point = own.first + index;
  static constexpr std::array<std::int64_t, LEGATE_MAX_DIM> ORIGIN{};
  auto& argument = arguments[position];
  auto& store = frame.store(position);
  store.type = &argument.type;
  store.readable = argument.readable;
  store.writable = argument.writable;
  store.reducible = argument.reducible;
  store.transformed = argument.transformed;
  store.partitioned = argument.partitioned;
  store.device_memory = 0;
  store.target = frame.on_gpu() ? mapping::StoreTarget::FBMEM : mapping::StoreTarget::SYSMEM;
  if (argument.delivery == Delivery::PIECE) {
    store.kind = PhysicalStore::Kind::UNBOUND;
    store.dim = argument.dim;
    store.piece = &argument.output->piece(point);
    return;
  }
  store.kind = argument.scalar ? PhysicalStore::Kind::SCALAR : PhysicalStore::Kind::ARRAY;
  const auto& part = argument.own->at(index);
  store.lo = part.lo;
  store.hi = part.hi;
  const auto& view = *argument.geometry->view();
  if (!device_places.empty() && (argument.partial || !argument.scalar)) {
    fill_device_store(store, position, index, executor);
    return;
  }
  switch (argument.delivery) {
    case Delivery::PARTIAL:
      store.redop = &argument.partial->redop();
      store.place(view, argument.partial->begin(index, executor.worker), part.root.lo.data(),
                  argument.partial->strides(index).data());
      return;
    case Delivery::REPLICA:
      if (index != 0 && argument.same_as >= 0) {
        const auto& twin = frame.store(static_cast<std::size_t>(argument.same_as));
        store.dim = twin.dim;
        store.base = twin.base;
        store.strides = twin.strides;
        return;
      }
      if (index != 0) {
        fill_replica(frame, argument, store, index);
        return;
      }
      break;
    case Delivery::COPY_IN: {
      auto* copy = frame.allocate(argument.element_size, argument.type.alignment());
      std::memcpy(copy, argument.data, argument.element_size);
      store.place(view, static_cast<std::byte*>(copy), ORIGIN.data(), argument.strides.data());
      return;
    }
    case Delivery::VALUE:
      store.place(view, argument.value.data(), ORIGIN.data(), argument.strides.data());
      return;
    case Delivery::DIRECT:
    case Delivery::PIECE:
      break;
  }
  store.place(view, argument.data, ORIGIN.data(), argument.strides.data());
}

void Launch::close_pieces(std::uint32_t point, bool threw) noexcept {
  for (const auto& argument : arguments) {
    if (argument.delivery != Delivery::PIECE) {
      continue;
    }
    auto& piece = argument.output->piece(point);
    if (!piece.bound && !threw) {
      LEGATE_ABORT(TaskFrame::current()->description(), " left output ",
                   &argument - arguments.data() - static_cast<std::ptrdiff_t>(info.inputs),
                   " unbound: every instance binds its unbound outputs (create_output_buffer, bind_data, "
                   "bind_empty_data)");
    }
    if (threw) {  // also what was bound before
      piece.extents.assign(static_cast<std::size_t>(argument.dim), 0);
      piece.bound = true;
    }
  }
}

void Launch::call_body(TaskFrame& frame, VariantImpl variant, std::uint32_t point) noexcept {
  auto exception = run_body(frame, variant, max_exception_size);
  if (frame.on_gpu()) {
    frame.finish_gpu_work();
  }
  const bool threw = exception.has_value();
  if (threw) {
    outcome->record(point, *std::move(exception));
  }
  close_pieces(point, threw || frame.broken_off());
  if (circle) {
    const auto local = point - own.first;
    threw ? circle->break_off(local) : circle->leave(local);
  }
}

void Launch::run(std::uint32_t index, const engine::Executor& executor) {
  auto& frame = TaskFrame::push(info, executor.worker);
  const auto point = own.first + index;
  frame.index() = info.runs_inline ? DomainPoint{} : point_of(info.domain, point);
  auto variant = body;
  if (choice != 0) {
    const auto kind = engine::kind_of(executor.worker);
    frame.set_kind(variant_code(kind));
    variant = bodies[static_cast<std::size_t>(kind)];
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    fill_store(frame, i, index, executor);
    if (frame.on_gpu() && arguments[i].scalar && !arguments[i].partial) {
      frame.lend_to_gpu(frame.store(i));
    }
  }
  if (show_progress) {
    report_progress(frame);
  }
  if (circle) {
    // Points may look at what others see: all arguments are there before the first body starts.
    circle->start(index);
    frame.join(*circle, index);
  }
  call_body(frame, variant, point);
  TaskFrame::pop();
}

std::string Launch::description() const {
  return info.provenance->empty() ? std::string{} : "provenance \"" + *info.provenance + "\"";
}

engine::WorkNote Launch::note() const {
  engine::WorkNote result{info.provenance, 0, 0, own.first};
  for (const auto& argument : arguments) {
    if (argument.geometry != nullptr) {
      const auto bytes = argument.geometry->largest_part() * argument.element_size;
      result.bytes += bytes;
      result.written += argument.writable || argument.reducible ? bytes : 0;
    }
  }
  return result;
}

void Launch::finished() noexcept {
  for (const auto& argument : arguments) {
    if (argument.output) {
      argument.output->complete();
    }
  }
  if (outcome) {
    outcome->complete();
  }
  const Ptr recycled{this};
}

}  // namespace legate::detail
