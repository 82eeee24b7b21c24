// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

namespace legate {

/// Shared ownership of an implementation object behind a public handle.
template <typename T>
using InternalSharedPtr = std::shared_ptr<T>;

template <typename T>
using InternalWeakPtr = std::weak_ptr<T>;

template <typename T, typename... Args>
[[nodiscard]] InternalSharedPtr<T> make_internal_shared(Args&&... args) {
  return std::make_shared<T>(std::forward<Args>(args)...);
}

}  // namespace legate
