// SPDX-License-Identifier: Apache-2.0
#include "engine/device_elements.h"

#include "engine/gpu_elements.h"
#include "engine/opencl_elements.h"
#include "engine/workers.h"

#include <legate/utilities/macros.h>

#include <legate_defines.h>

namespace legate::detail::engine {

namespace {

bool is_gpu(unsigned worker) { return kind_of(worker) == WorkerKind::GPU; }

}  // namespace

ElementsAt elements_at(const TileMemory& tile, const Box& box) {
  ElementsAt result;
  result.memory = tile.pointer != 0 ? 0 : tile.handle;
  result.place = tile.pointer != 0 ? tile.pointer : tile.offset;
  for (std::size_t d = 0; d < static_cast<std::size_t>(box.dim); ++d) {
    result.strides[d] = tile.strides[d];
    result.place += static_cast<std::uint64_t>(box.lo[d] - tile.box.lo[d]) * tile.strides[d];
  }
  return result;
}

ElementBox element_box(const Box& box) {
  ElementBox result;
  result.dims = static_cast<std::uint32_t>(box.dim);
  for (std::size_t d = 0; d < result.dims; ++d) {
    result.extents[d] = box.lo[d] < box.hi[d] ? static_cast<std::uint64_t>(box.hi[d] - box.lo[d]) : 0;
  }
  return result;
}

void copy_elements(unsigned worker, const ElementsAt& target, const ElementsAt& source, const ElementBox& box,
                   std::size_t element_size) {
  const auto walk = walk_words(target, source, box, element_size);
  if (walk.words == 0) {
    return;
  }
  if (is_gpu(worker)) {
    copy_words_on_gpu(target, source, walk);
  } else {
    copy_words_by_opencl(worker, target, source, walk);
  }
}

// The first element is brought to the device, and copied from there to all the others.
void fill_elements(unsigned worker, const ElementsAt& target, const ElementBox& box, std::size_t element_size,
                   const void* value) {
  auto first = target;
  first.strides = {};
  const auto walk = walk_words(target, first, box, element_size);
  if (walk.words == 0) {
    return;
  }
  if (is_gpu(worker)) {
    write_to_gpu(target, value, element_size);
    copy_words_on_gpu(target, first, walk);
  } else {
    write_by_opencl(worker, target, value, element_size);
    copy_words_by_opencl(worker, target, first, walk);
  }
}

bool folds_on_devices(const ReductionOperator& redop) noexcept {
  return redop.builtin != 0 && folds_by_opencl(redop.builtin);
}

void fold_elements(unsigned worker, const ElementsAt& target, const ElementsAt& source, const ElementBox& box,
                   const ReductionOperator& redop) {
  const auto walk = walk_elements(target, source, box, redop.lhs_size);
  if (walk.words == 0) {
    return;
  }
  if (is_gpu(worker)) {
    fold_on_gpu(target, source, walk, redop.builtin);
  } else {
    fold_by_opencl(worker, target, source, walk, redop.builtin);
  }
}

void gather_elements(unsigned worker, const ElementsAt& target, const ElementsAt& points, const ElementsAt& source,
                     GatherWalk walk) {
  complete(walk, target, points, source);
  if (walk.count == 0 || walk.element_size == 0) {
    return;
  }
  if (is_gpu(worker)) {
    gather_on_gpu(target, points, source, walk);
  } else {
    gather_by_opencl(worker, target, points, source, walk);
  }
}

#if !LEGATE_DEFINED(LEGATE_USE_CUDA)
// Nothing runs on GPU workers where there are none, and nobody compiles engine/gpu_elements.cu.
void copy_words_on_gpu(const ElementsAt& /*target*/, const ElementsAt& /*source*/, const ElementWalk& /*walk*/) {}
void write_to_gpu(const ElementsAt& /*target*/, const void* /*source*/, std::size_t /*bytes*/) {}
void fold_on_gpu(const ElementsAt& /*target*/, const ElementsAt& /*source*/, const ElementWalk& /*walk*/,
                 std::int32_t /*builtin*/) {}
void gather_on_gpu(const ElementsAt& /*target*/, const ElementsAt& /*points*/, const ElementsAt& /*source*/,
                   const GatherWalk& /*walk*/) {}
#endif

}  // namespace legate::detail::engine
