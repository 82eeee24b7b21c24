// SPDX-License-Identifier: Apache-2.0
#include "bridge/runtime.h"

#include "bridge/control.h"

#include <cstdlib>
#include <map>
#include <optional>
#include <utility>

namespace legatus::python {

namespace {

legate::Runtime& runtime() { return *legate::Runtime::get_runtime(); }

legate::Shape shape_of(const Extents& extents) { return legate::Shape{extents}; }

legate::DomainPoint point_of(const Integers& values) {
  legate::DomainPoint point{};
  point.dim = static_cast<int>(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) point[static_cast<int>(i)] = values[i];
  return point;
}

std::optional<std::int32_t> redop_of(int redop) {
  return redop < 0 ? std::nullopt : std::optional<std::int32_t>{redop};
}

legate::mapping::DimOrdering ordering_of(int kind, const Integers& dims) {
  using Ordering = legate::mapping::DimOrdering;
  switch (static_cast<Ordering::Kind>(kind)) {
    case Ordering::Kind::C:
      return Ordering::c_order();
    case Ordering::Kind::FORTRAN:
      return Ordering::fortran_order();
    case Ordering::Kind::CUSTOM:
      break;
  }
  return Ordering::custom_order(std::vector<std::int32_t>{dims.begin(), dims.end()});
}

}  // namespace

void start() {
  legate::start();
  watch_forks();
}
bool has_started() { return legate::has_started() && !legate::has_finished(); }
int finish() { return legate::finish(); }
void end_process(int status) { std::exit(status); }
bool is_running_in_task() { return legate::is_running_in_task(); }

Library create_library(const std::string& name) { return Library{runtime().create_library(name)}; }
Library find_library(const std::string& name) { return Library{runtime().find_library(name)}; }

Library create_library(const std::string& name, const Integers& numbers, const Integers& options,
                       const std::vector<std::string>& communicators) {
  legate::ResourceConfig config{};
  config.max_tasks = numbers.at(0);
  config.max_dyn_tasks = numbers.at(1);
  config.max_reduction_ops = numbers.at(2);
  config.max_projections = numbers.at(3);
  config.max_shardings = numbers.at(4);
  std::map<legate::VariantCode, legate::VariantOptions> defaults{};
  auto name_of_next = communicators.begin();
  for (std::size_t i = 0; i + 2 < options.size(); i += 3) {
    const auto end = name_of_next + options[i + 2];
    defaults.emplace(static_cast<legate::VariantCode>(options[i]), options_of(options[i + 1], {name_of_next, end}));
    name_of_next = end;
  }
  return Library{runtime().create_library(name, config, nullptr, std::move(defaults))};
}

bool library_exists(const std::string& name) { return runtime().maybe_find_library(name).has_value(); }

AutoLaunch* create_auto_task(const Library& library, std::int64_t task_id) {
  return new AutoLaunch{runtime().create_task(library.native(), legate::LocalTaskID{task_id})};
}

AutoLaunch* create_auto_task(const Library& library, std::int64_t task_id, const std::string& provenance) {
  if (is_running_in_task() || !legate::Scope::provenance().empty()) return create_auto_task(library, task_id);
  legate::Scope scope{};
  scope.set_provenance(provenance);
  return create_auto_task(library, task_id);
}

ManualLaunch* create_manual_task(const Library& library, std::int64_t task_id, const Integers& lo, const Integers& hi) {
  const legate::Domain domain{point_of(lo), point_of(hi)};
  return new ManualLaunch{runtime().create_task(library.native(), legate::LocalTaskID{task_id}, domain)};
}

Store create_unbound_store(const Type& type, std::uint32_t ndim) {
  return Store{runtime().create_store(type.native(), ndim)};
}

Store create_store(const Type& type, const Extents& shape, bool optimize_scalar) {
  return Store{runtime().create_store(shape_of(shape), type.native(), optimize_scalar)};
}

Store create_store_from_scalar(const Scalar& scalar, const Extents& shape) {
  return Store{runtime().create_store(scalar.native(), shape_of(shape))};
}

void issue_fill(const Store& target, const Scalar& value) { runtime().issue_fill(target.native(), value.native()); }
void issue_fill(const Store& target, const Store& value) { runtime().issue_fill(target.native(), value.native()); }

Store create_store_from_allocation(const Type& type, const Extents& shape, const External& allocation, int ordering,
                                   const Integers& dims) {
  return Store{
      runtime().create_store(shape_of(shape), type.native(), allocation.native(), ordering_of(ordering, dims))};
}

Partition create_store_from_tiles(const Type& type, const Extents& shape, const Extents& tile,
                                  const std::vector<const External*>& allocations, const Extents& colors, int ordering,
                                  const Integers& dims) {
  std::vector<std::pair<legate::ExternalAllocation, legate::tuple<std::uint64_t>>> tiles{};
  for (std::size_t i = 0; i < allocations.size(); ++i) {
    const auto first = colors.begin() + static_cast<std::ptrdiff_t>(i * tile.size());
    std::vector<std::uint64_t> color{first, first + static_cast<std::ptrdiff_t>(tile.size())};
    tiles.emplace_back(allocations[i]->native(), legate::tuple<std::uint64_t>{std::move(color)});
  }
  return Partition{runtime()
                       .create_store(shape_of(shape), legate::tuple<std::uint64_t>{tile}, type.native(), tiles,
                                     ordering_of(ordering, dims))
                       .second};
}

void issue_copy(const Store& target, const Store& source, int redop) {
  runtime().issue_copy(target.native(), source.native(), redop_of(redop));
}

void issue_gather(const Store& target, const Store& source, const Store& source_indirect, int redop) {
  runtime().issue_gather(target.native(), source.native(), source_indirect.native(), redop_of(redop));
}

void issue_scatter(const Store& target, const Store& target_indirect, const Store& source, int redop) {
  runtime().issue_scatter(target.native(), target_indirect.native(), source.native(), redop_of(redop));
}

void issue_scatter_gather(const Store& target, const Store& target_indirect, const Store& source,
                          const Store& source_indirect, int redop) {
  runtime().issue_scatter_gather(target.native(), target_indirect.native(), source.native(), source_indirect.native(),
                                 redop_of(redop));
}

void prefetch_bloated_instances(const Store& store, const Extents& low, const Extents& high, bool initialize) {
  runtime().prefetch_bloated_instances(store.native(), {low.data(), low.size()}, {high.data(), high.size()},
                                       initialize);
}

Store tree_reduce(const Library& library, std::int64_t task_id, const Store& store, int radix) {
  return Store{runtime().tree_reduce(library.native(), legate::LocalTaskID{task_id}, store.native(), radix)};
}

void issue_execution_fence(bool block) {
  const Control control{};
  runtime().issue_execution_fence(block);
}
void issue_mapping_fence() { runtime().issue_mapping_fence(); }
std::uint32_t node_count() { return runtime().node_count(); }
std::uint32_t node_id() { return runtime().node_id(); }
void start_profiling_range() { runtime().start_profiling_range(); }
void stop_profiling_range(const std::string& provenance) { runtime().stop_profiling_range(provenance); }
ClockReading measure_microseconds() { return ClockReading{legate::timing::measure_microseconds()}; }
ClockReading measure_nanoseconds() { return ClockReading{legate::timing::measure_nanoseconds()}; }

std::string configuration() { return legate::detail::configuration_text(); }

}  // namespace legatus::python
