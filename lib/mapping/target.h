// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/mapping/target.h>
#include <legate/utilities/typedefs.h>

namespace legate::mapping::detail {

/// The kind of processor that runs a kind of variant. Total on the enumerators.
[[nodiscard]] constexpr TaskTarget to_target(VariantCode code) {
  switch (code) {
    case VariantCode::GPU:
      return TaskTarget::GPU;
    case VariantCode::OMP:
      return TaskTarget::OMP;
    case VariantCode::OPENCL:
      return TaskTarget::OPENCL;
    case VariantCode::CPU:
      break;
  }
  return TaskTarget::CPU;
}

/// The kind of variant that runs on a kind of processor.
[[nodiscard]] constexpr VariantCode to_variant(TaskTarget target) {
  switch (target) {
    case TaskTarget::GPU:
      return VariantCode::GPU;
    case TaskTarget::OMP:
      return VariantCode::OMP;
    case TaskTarget::OPENCL:
      return VariantCode::OPENCL;
    case TaskTarget::CPU:
      break;
  }
  return VariantCode::CPU;
}

/// Whether processors of a kind work on memory of their own.
[[nodiscard]] constexpr bool is_device(TaskTarget target) {
  return target == TaskTarget::GPU || target == TaskTarget::OPENCL;
}

}  // namespace legate::mapping::detail
