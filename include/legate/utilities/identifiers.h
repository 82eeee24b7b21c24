// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace legate {

class TaskContext;

/// The kinds of processor a task can be written for.
enum class VariantCode : std::uint32_t {
  CPU = 1,
  GPU,
  OMP,
  OPENCL  ///< an extension
};

/// A variant of a task: what runs on a processor of its kind.
using VariantImpl = void (*)(TaskContext);

/// What Runtime::register_shutdown_callback takes.
using ShutdownCallback = std::function<void(void)>;

// Identifiers are local to a library or global to the process; they never mix with each other or with numbers.
enum class LocalTaskID : std::int64_t {};
enum class GlobalTaskID : std::uint32_t {};
enum class LocalRedopID : std::int64_t {};
enum class GlobalRedopID : std::int32_t {};

/// The number of a value that the mapper decides.
using TunableID = std::uint32_t;

using LegateVariantCode [[deprecated("use legate::VariantCode")]] = VariantCode;

/// Deprecated: what a task function of the execution engine looks like. No function of this type is ever called.
template <typename T = void>
using LegionVariantImpl = T (*)(const void*, std::size_t);

}  // namespace legate

[[deprecated("use legate::VariantCode::CPU")]] inline constexpr auto LEGATE_CPU_VARIANT = legate::VariantCode::CPU;
[[deprecated("use legate::VariantCode::GPU")]] inline constexpr auto LEGATE_GPU_VARIANT = legate::VariantCode::GPU;
[[deprecated("use legate::VariantCode::OMP")]] inline constexpr auto LEGATE_OMP_VARIANT = legate::VariantCode::OMP;
