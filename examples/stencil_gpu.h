// SPDX-License-Identifier: Apache-2.0
// What stencil.cc and stencil_gpu.cu share: the body of the GPU variant.
#pragma once

#include <legate.h>

namespace example {

/// next = here + conduction (north + south + west + east - 4 here)
void step_on_gpu(const legate::TaskContext& context, double conduction);

}  // namespace example
