// SPDX-License-Identifier: Apache-2.0
#include "engine/cuda.h"
#include "engine/gpu_elements.h"
#include "redop/builtin_operators.h"

#include <legate/utilities/abort.h>

#include <cuda_runtime_api.h>

#include <algorithm>
#include <cstdint>
#include <map>

namespace legate::detail::engine {

namespace {

constexpr unsigned GROUP = 256;
constexpr std::uint64_t MOST_GROUPS = 16384;  // a thread takes every so many-th word

void check(cudaError_t code, const char* call) {
  if (code != cudaSuccess) {
    LEGATE_ABORT(call, " returned ", static_cast<int>(code), " (", cudaGetErrorString(code), ")");
  }
}

unsigned groups_for(std::uint64_t items) {
  return static_cast<unsigned>(std::min((items + GROUP - 1) / GROUP, MOST_GROUPS));
}

__device__ std::uint64_t first_item() { return std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x; }
__device__ std::uint64_t items_at_once() { return std::uint64_t{gridDim.x} * blockDim.x; }

// Divisions of 64 bits take long, and are rarely needed.
__device__ std::uint64_t divide(std::uint64_t a, std::uint64_t b) {
  return ((a | b) >> 32U) != 0 ? a / b : std::uint64_t{static_cast<std::uint32_t>(a) / static_cast<std::uint32_t>(b)};
}

__device__ void locate(const ElementWalk& walk, std::uint64_t word, std::uint64_t& target, std::uint64_t& source) {
  for (std::uint32_t d = walk.dims - 1; d > 0; --d) {
    const auto next = divide(word, walk.extents[d]);
    const auto index = word - next * walk.extents[d];
    target += index * walk.targets[d];
    source += index * walk.sources[d];
    word = next;
  }
  target += word * walk.targets[0];
  source += word * walk.sources[0];
}

template <typename Word>
__global__ void copy_kernel(std::uint64_t target, std::uint64_t source, ElementWalk walk) {
  for (auto i = first_item(); i < walk.words; i += items_at_once()) {
    auto to = target;
    auto from = source;
    locate(walk, i, to, from);
    *reinterpret_cast<Word*>(to) = *reinterpret_cast<const Word*>(from);
  }
}

template <typename Redop>
__global__ void fold_kernel(std::uint64_t target, std::uint64_t source, ElementWalk walk) {
  for (auto i = first_item(); i < walk.words; i += items_at_once()) {
    auto to = target;
    auto from = source;
    locate(walk, i, to, from);
    Redop::template apply<true>(*reinterpret_cast<typename Redop::LHS*>(to),
                                *reinterpret_cast<const typename Redop::RHS*>(from));
  }
}

template <typename Word>
__global__ void gather_kernel(std::uint64_t target, std::uint64_t points, std::uint64_t source, GatherWalk walk) {
  for (auto i = first_item(); i < walk.count; i += items_at_once()) {
    auto to = target;
    auto name = points;
    auto from = source;
    auto rest = i;
    for (auto d = walk.dims; d-- > 0;) {
      const auto next = divide(rest, walk.extents[d]);
      const auto index = rest - next * walk.extents[d];
      to += index * walk.targets[d];
      name += index * walk.points[d];
      rest = next;
    }
    const auto* const coordinates = reinterpret_cast<const std::int64_t*>(name);
    bool there = true;
    for (std::uint32_t d = 0; d < walk.named; ++d) {
      const auto coordinate = coordinates[d];
      there = there && coordinate >= walk.lo[d] && coordinate < walk.hi[d];
      from += static_cast<std::uint64_t>(coordinate - walk.lo[d]) * walk.sources[d];
    }
    if (there) {
      for (std::uint64_t byte = 0; byte < walk.element_size; byte += sizeof(Word)) {
        *reinterpret_cast<Word*>(to + byte) = *reinterpret_cast<const Word*>(from + byte);
      }
    }
  }
}

using WalkKernel = void (*)(std::uint64_t, std::uint64_t, ElementWalk);
using GatherKernel = void (*)(std::uint64_t, std::uint64_t, std::uint64_t, GatherWalk);

/// The kernels of all operators that are built in.
class Folds {
 public:
  Folds() {
    for_each_builtin_operator([this](auto tag) {
      using Redop = typename decltype(tag)::type;
      kernels_[static_cast<std::int32_t>(Redop::REDOP_ID)] = &fold_kernel<Redop>;
    });
  }

  [[nodiscard]] WalkKernel find(std::int32_t builtin) const {
    const auto found = kernels_.find(builtin);
    if (found == kernels_.end()) {
      LEGATE_ABORT("no GPU kernel for reduction operator ", builtin);
    }
    return found->second;
  }

 private:
  std::map<std::int32_t, WalkKernel> kernels_{};
};

void start(WalkKernel kernel, const ElementsAt& target, const ElementsAt& source, const ElementWalk& walk) {
  kernel<<<groups_for(walk.words), GROUP, 0, gpu_stream()>>>(target.place, source.place, walk);
  check(cudaGetLastError(), "starting a kernel of the runtime");
}

WalkKernel copy_kernel_for(std::uint32_t word_size) {
  switch (word_size) {
    case 1:
      return &copy_kernel<std::uint8_t>;
    case 2:
      return &copy_kernel<std::uint16_t>;
    case 4:
      return &copy_kernel<std::uint32_t>;
    default:
      return &copy_kernel<std::uint64_t>;
  }
}

GatherKernel gather_kernel_for(std::uint32_t word_size) {
  switch (word_size) {
    case 1:
      return &gather_kernel<std::uint8_t>;
    case 2:
      return &gather_kernel<std::uint16_t>;
    case 4:
      return &gather_kernel<std::uint32_t>;
    default:
      return &gather_kernel<std::uint64_t>;
  }
}

}  // namespace

void copy_words_on_gpu(const ElementsAt& target, const ElementsAt& source, const ElementWalk& walk) {
  start(copy_kernel_for(walk.word_size), target, source, walk);
}

void write_to_gpu(const ElementsAt& target, const void* source, std::size_t bytes) {
  auto* const to = reinterpret_cast<void*>(target.place);  // NOLINT
  // Memory that is not pinned is read before this returns.
  check(cudaMemcpyAsync(to, source, bytes, cudaMemcpyHostToDevice, gpu_stream()), "cudaMemcpyAsync");
}

void fold_on_gpu(const ElementsAt& target, const ElementsAt& source, const ElementWalk& walk, std::int32_t builtin) {
  static const Folds folds;
  start(folds.find(builtin), target, source, walk);
}

void gather_on_gpu(const ElementsAt& target, const ElementsAt& points, const ElementsAt& source,
                   const GatherWalk& walk) {
  const auto kernel = gather_kernel_for(walk.word_size);
  kernel<<<groups_for(walk.count), GROUP, 0, gpu_stream()>>>(target.place, points.place, source.place, walk);
  check(cudaGetLastError(), "starting a kernel of the runtime");
}

}  // namespace legate::detail::engine
