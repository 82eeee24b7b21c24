// SPDX-License-Identifier: Apache-2.0
// The GPU variant of stencil.cc, which nvcc compiles.
#include "stencil_gpu.h"

#include "common.h"

namespace example {

namespace {

// Accessors are passed to kernels by value, like pointers.
struct Sources {
  legate::AccessorRO<double, 2> here, north, south, west, east;
};

__global__ void step_kernel(Sources from, legate::AccessorWO<double, 2> next, double conduction, legate::Rect<2> rect) {
  // Threads side by side have points side by side, as memory has them.
  const legate::Point<2> p{rect.lo[0] + static_cast<legate::coord_t>(blockIdx.y) * blockDim.y + threadIdx.y,
                           rect.lo[1] + static_cast<legate::coord_t>(blockIdx.x) * blockDim.x + threadIdx.x};
  if (p[0] > rect.hi[0] || p[1] > rect.hi[1]) return;
  next[p] =
      from.here[p] + conduction * (from.north[p] + from.south[p] + from.west[p] + from.east[p] - 4.0 * from.here[p]);
}

}  // namespace

void step_on_gpu(const legate::TaskContext& context, double conduction) {
  const auto output = context.output(0);
  const auto rect = output.shape<2>();
  if (rect.empty()) return;
  const auto source = [&](std::uint32_t i) { return context.input(i).read_accessor<double, 2>(); };
  const dim3 threads{32, 8};
  const dim3 blocks{static_cast<unsigned>((length(rect, 1) + threads.x - 1) / threads.x),
                    static_cast<unsigned>((length(rect, 0) + threads.y - 1) / threads.y)};
  step_kernel<<<blocks, threads, 0, context.get_task_stream()>>>(
      Sources{source(0), source(1), source(2), source(3), source(4)}, output.write_accessor<double, 2>(), conduction,
      rect);
}

}  // namespace example
