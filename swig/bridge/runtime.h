// SPDX-License-Identifier: Apache-2.0
#pragma once

// The runtime for Python.

#include "bridge/launches.h"
#include "bridge/stores.h"
#include "bridge/tasks.h"

#include <legate.h>
#include <legate/timing/timing.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace legatus::python {

void start();
bool has_started();
int finish();
/// Leaves the process as C's exit() does, without the rest of the interpreter's end.
void end_process(int status);
bool is_running_in_task();

Library create_library(const std::string& name);
Library find_library(const std::string& name);
/// `numbers`: the members of legate::ResourceConfig in their order. Options by variant: code, OptionBits and how many
/// communicators, three numbers for each; the names of these one after the other.
Library create_library(const std::string& name, const Integers& numbers, const Integers& options,
                       const std::vector<std::string>& communicators);
bool library_exists(const std::string& name);

AutoLaunch* create_auto_task(const Library& library, std::int64_t task_id);
/// The same, with this provenance where the scope has none.
AutoLaunch* create_auto_task(const Library& library, std::int64_t task_id, const std::string& provenance);
ManualLaunch* create_manual_task(const Library& library, std::int64_t task_id, const Integers& lo, const Integers& hi);

Store create_unbound_store(const Type& type, std::uint32_t ndim);
Store create_store(const Type& type, const Extents& shape, bool optimize_scalar);
Store create_store_from_scalar(const Scalar& scalar, const Extents& shape);
void issue_fill(const Store& target, const Scalar& value);
void issue_fill(const Store& target, const Store& value);
/// `ordering`: a DimOrdering::Kind, with the dimensions of a custom one.
Store create_store_from_allocation(const Type& type, const Extents& shape, const External& allocation, int ordering,
                                   const Integers& dims);
/// `colors`: those of the allocations, one behind the other. The result knows its store.
Partition create_store_from_tiles(const Type& type, const Extents& shape, const Extents& tile,
                                  const std::vector<const External*>& allocations, const Extents& colors, int ordering,
                                  const Integers& dims);
/// `redop`: -1 for none.
void issue_copy(const Store& target, const Store& source, int redop);
void issue_gather(const Store& target, const Store& source, const Store& source_indirect, int redop);
void issue_scatter(const Store& target, const Store& target_indirect, const Store& source, int redop);
void issue_scatter_gather(const Store& target, const Store& target_indirect, const Store& source,
                          const Store& source_indirect, int redop);
void prefetch_bloated_instances(const Store& store, const Extents& low, const Extents& high, bool initialize);
Store tree_reduce(const Library& library, std::int64_t task_id, const Store& store, int radix);

void issue_execution_fence(bool block);
void issue_mapping_fence();
std::uint32_t node_count();
std::uint32_t node_id();
void start_profiling_range();
void stop_profiling_range(const std::string& provenance);

/// A reading of the clock in the order of submission; see legate::timing::Time.
class ClockReading {
 public:
  explicit ClockReading(legate::timing::Time time) : time_{std::move(time)} {}
  [[nodiscard]] std::int64_t wait() const { return time_.value(); }

 private:
  legate::timing::Time time_;
};
ClockReading measure_microseconds();
ClockReading measure_nanoseconds();

/// The configuration in effect: `name=value`, one a line.
std::string configuration();

}  // namespace legatus::python
