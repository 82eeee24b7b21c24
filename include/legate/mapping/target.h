// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <cstdint>
#include <iosfwd>

namespace legate::mapping {

/// The kinds of processors that run tasks, the most preferred first, except that OpenCL devices, an extension, are
/// preferred to all but GPUs.
enum class TaskTarget : std::uint8_t { GPU, OMP, CPU, OPENCL };

/// The kinds of memory that hold stores: main memory, memory of a device, main memory that GPUs can reach directly, and
/// main memory close to a group of cores.
enum class StoreTarget : std::uint8_t { SYSMEM, FBMEM, ZCMEM, SOCKETMEM };

/// @name Print the enumerator's name
/// @{
LEGATE_EXPORT std::ostream& operator<<(std::ostream& stream, const TaskTarget& target);
LEGATE_EXPORT std::ostream& operator<<(std::ostream& stream, const StoreTarget& target);
/// @}

}  // namespace legate::mapping

namespace legate {

/// @name Spellings of earlier releases
/// @{
using TaskTarget = mapping::TaskTarget;
using StoreTarget = mapping::StoreTarget;
/// @}

}  // namespace legate
