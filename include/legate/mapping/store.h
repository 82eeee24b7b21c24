// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

namespace legate::mapping {

namespace detail {
class Store;
}  // namespace detail

/// A store of a task, as a mapper sees it. Valid only during the call of the mapper that got it.
class LEGATE_EXPORT Store {
 public:
  Store() = delete;
  explicit Store(const detail::Store* impl) noexcept : impl_{impl} {}
  [[nodiscard]] const detail::Store* impl() const noexcept { return impl_; }

 private:
  const detail::Store* impl_;
};

}  // namespace legate::mapping
