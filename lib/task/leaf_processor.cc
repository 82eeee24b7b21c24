// SPDX-License-Identifier: Apache-2.0
#include "task/leaf_processor.h"

#include "data/placement.h"
#include "engine/cluster.h"
#include "engine/workers.h"
#include "mapping/machine.h"
#include "mapping/target.h"
#include "task/frame.h"
#include "task/worker_kind.h"

#include <legate/utilities/processor.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace legate::detail {

namespace {

/// The position of a point in its launch, row-major.
std::uint64_t number_of(const DomainPoint& point, const Domain& domain) {
  std::uint64_t number = 0;
  for (std::int32_t d = 0; d < domain.dim; ++d) {
    const auto lo = domain.rect_data[d];
    const auto extent = static_cast<std::uint64_t>(domain.rect_data[d + domain.dim] - lo + 1);
    number = number * extent + static_cast<std::uint64_t>(point.point_data[d] - lo);
  }
  return number;
}

}  // namespace

unsigned processor_of(const TaskFrame& frame) {
  const auto kind = worker_kind(frame.kind());
  const auto here = engine::workers_of(kind);
  if (engine::is_device(kind) || here.count == 0) {  // 0: an inline launch may run what there are no workers for
    return frame.worker();
  }
  const auto& info = frame.info();
  const auto& range = (*info.machine)->processor_range(mapping::detail::to_target(frame.kind()));
  const auto points = static_cast<std::uint64_t>(info.domain.get_volume());
  const Placement placement{points, range.low, std::max(1U, range.count()), here.count};
  const auto processor = placement.processor_of(points == 1 ? 0 : number_of(frame.index(), info.domain));
  // On another rank are those of a task that runs on all ranks, and those of a kind that its points have got instead of
  // the preferred one, which decides on the rank.
  const auto first_here = std::uint64_t{engine::cluster().rank} * here.count;
  return here.first +
         static_cast<unsigned>(std::clamp(processor, first_here, first_here + here.count - 1) - first_here);
}

unsigned take_processor() { return TaskFrame::current() == nullptr ? NO_PROCESSOR : TaskFrame::take_processor(); }

Processor::Kind executing_processor_kind() {
  if (TaskFrame::current() == nullptr) {
    return Processor::Kind::NO_KIND;
  }
  switch (TaskFrame::outermost_kind()) {
    case VariantCode::GPU:
      return Processor::Kind::TOC_PROC;
    case VariantCode::OMP:
      return Processor::Kind::OMP_PROC;
    case VariantCode::CPU:
    case VariantCode::OPENCL:
      break;
  }
  return Processor::Kind::LOC_PROC;
}

}  // namespace legate::detail
