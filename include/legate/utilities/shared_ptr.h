// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

namespace legate {

/// Shared ownership handed to users.
template <typename T>
using SharedPtr = std::shared_ptr<T>;

}  // namespace legate
