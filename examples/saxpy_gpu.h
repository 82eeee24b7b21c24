// SPDX-License-Identifier: Apache-2.0
// What saxpy.cc and saxpy_gpu.cu share: the bodies of GPU variants.
#pragma once

#include <legate.h>

namespace example {

/// x[i] = i
void count_on_gpu(const legate::TaskContext& context);
/// z = a x + y
void saxpy_on_gpu(const legate::TaskContext& context);

}  // namespace example
