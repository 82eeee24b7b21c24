// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "task/frame.h"

#include <legate/task/exception.h>
#include <legate/utilities/typedefs.h>

#include <cstddef>
#include <optional>

namespace legate::detail {

/// Runs the body of the innermost instance of this thread. Exceptions that the launch does not allow are fatal.
/// @return what the body has thrown, if anything; not what it throws because another instance has.
[[nodiscard]] std::optional<TaskException> run_body(TaskFrame& frame, VariantImpl body,
                                                    std::size_t max_exception_size) noexcept;

/// One line for an instance, as --show-progress wants it.
void report_progress(TaskFrame& frame);

}  // namespace legate::detail
