// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The engine room: everything the rooms above may ask of StarPU, without a StarPU type in sight.
///
/// - lifecycle.h   start and stop, how many workers there are
/// - cluster.h     the processes of the run
/// - performance_model.h  how long tasks take
/// - array.h       host memory of one store, its tiles and their dependencies
/// - task.h        launching point tasks on tiles, waiting for them
/// - call_check.h  whether all of them make the same calls
/// - transfer.h    moving buffers between ranks
/// - bundle.h      (inside) several short points in one StarPU task
/// - gang.h        (inside) launches whose points run all at once
/// - process_group.h  some of the processes, on behalf of such points
/// - watch.h       waits that take too long
/// - workers.h     which workers are of which kind
/// - cuda.h        what code on GPU workers needs
/// - opencl.h      what code on OpenCL workers needs
/// - completion.h  a one-shot event
/// - milestone.h   when the launches made so far have ended
/// - timestamps.h  when which point ran where
/// - profile.h     all that ran, and what it waited for
#include "engine/array.h"              // IWYU pragma: export
#include "engine/call_check.h"         // IWYU pragma: export
#include "engine/cluster.h"            // IWYU pragma: export
#include "engine/completion.h"         // IWYU pragma: export
#include "engine/lifecycle.h"          // IWYU pragma: export
#include "engine/milestone.h"          // IWYU pragma: export
#include "engine/performance_model.h"  // IWYU pragma: export
#include "engine/profile.h"            // IWYU pragma: export
#include "engine/task.h"               // IWYU pragma: export
#include "engine/timestamps.h"         // IWYU pragma: export
#include "engine/transfer.h"           // IWYU pragma: export
#include "engine/watch.h"              // IWYU pragma: export
#include "engine/workers.h"            // IWYU pragma: export
