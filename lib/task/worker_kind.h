// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/workers.h"

#include <legate/utilities/typedefs.h>

namespace legate::detail {

/// The workers that run variants of a kind.
[[nodiscard]] constexpr engine::WorkerKind worker_kind(VariantCode code) {
  switch (code) {
    case VariantCode::OMP:
      return engine::WorkerKind::OMP;
    case VariantCode::OPENCL:
      return engine::WorkerKind::OPENCL;
    case VariantCode::GPU:
      return engine::WorkerKind::GPU;
    case VariantCode::CPU:
      break;
  }
  return engine::WorkerKind::CPU;
}
/// And the other way round.
[[nodiscard]] constexpr VariantCode variant_code(engine::WorkerKind kind) {
  switch (kind) {
    case engine::WorkerKind::OMP:
      return VariantCode::OMP;
    case engine::WorkerKind::OPENCL:
      return VariantCode::OPENCL;
    case engine::WorkerKind::GPU:
      return VariantCode::GPU;
    case engine::WorkerKind::CPU:
      break;
  }
  return VariantCode::CPU;
}

}  // namespace legate::detail
