// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/utilities/memory_kind.h>
#include <legate/utilities/processor.h>

namespace legate {

/// Where a task on the calling thread's processor allocates: SYSTEM_MEM on a CPU, SOCKET_MEM on several cores if the
/// machine has it, Z_COPY_MEM or, unless `host_accessible`, GPU_FB_MEM on a GPU. Outside of tasks SYSTEM_MEM.
/// @throws std::runtime_error if the runtime has not started.
[[nodiscard]] LEGATE_EXPORT Memory::Kind find_memory_kind_for_executing_processor(bool host_accessible = true);

/// The memory of that kind of the calling thread's processor.
/// @throws std::out_of_range if the processor has no such memory.
/// @throws std::invalid_argument if `kind` is not a kind of memory.
/// @throws std::runtime_error if the runtime has not started.
[[nodiscard]] LEGATE_EXPORT Memory find_memory_from_kind(Memory::Kind kind);

}  // namespace legate
