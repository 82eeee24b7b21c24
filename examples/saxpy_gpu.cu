// SPDX-License-Identifier: Apache-2.0
// The GPU variants of saxpy.cc, which nvcc compiles.
#include "saxpy_gpu.h"

#include "common.h"

namespace example {

namespace {

constexpr unsigned THREADS = 256;

// As many blocks as it takes to have a thread for every element.
unsigned blocks_for(const legate::Rect<1>& rect) {
  return static_cast<unsigned>((length(rect, 0) + THREADS - 1) / THREADS);
}

// The element of this thread, which may be one behind the last.
__device__ legate::Point<1> element_of_thread(const legate::Rect<1>& rect) {
  return rect.lo + legate::Point<1>{static_cast<legate::coord_t>(blockIdx.x) * blockDim.x + threadIdx.x};
}

// Accessors are passed to kernels by value, like pointers.
__global__ void count_kernel(legate::AccessorWO<float, 1> x, legate::Rect<1> rect) {
  const auto i = element_of_thread(rect);
  if (i[0] <= rect.hi[0]) x[i] = static_cast<float>(i[0]);
}

__global__ void saxpy_kernel(float a, legate::AccessorRO<float, 1> x, legate::AccessorRO<float, 1> y,
                             legate::AccessorWO<float, 1> z, legate::Rect<1> rect) {
  const auto i = element_of_thread(rect);
  if (i[0] <= rect.hi[0]) z[i] = a * x[i] + y[i];
}

}  // namespace

void count_on_gpu(const legate::TaskContext& context) {
  const auto output = context.output(0);
  const auto rect = output.shape<1>();
  if (rect.empty()) return;
  count_kernel<<<blocks_for(rect), THREADS, 0, context.get_task_stream()>>>(output.write_accessor<float, 1>(), rect);
}

void saxpy_on_gpu(const legate::TaskContext& context) {
  const auto output = context.output(0);
  const auto rect = output.shape<1>();
  if (rect.empty()) return;
  saxpy_kernel<<<blocks_for(rect), THREADS, 0, context.get_task_stream()>>>(
      context.scalar(0).value<float>(), context.input(0).read_accessor<float, 1>(),
      context.input(1).read_accessor<float, 1>(), output.write_accessor<float, 1>(), rect);
}

}  // namespace example
