// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/type/types.h>

#include <cstddef>
#include <string>

namespace legate::detail {

/// A value for people to read, with its type: `int64 5`. Values that are long or no numbers are shown as bytes, so that
/// different ones mostly look different.
[[nodiscard]] std::string value_text(const Type& type, const void* data, std::size_t bytes);

}  // namespace legate::detail
