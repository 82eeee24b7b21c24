// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/utilities/internal_shared_ptr.h>
#include <legate/utilities/shared_ptr.h>

namespace legate {

/// The deleter of `std::unique_ptr` members of public classes whose class `T` is complete only in the library: `T` must
/// be complete where the pointer is destroyed, not where it is declared.
template <typename T>
class DefaultDelete {
 public:
  void operator()(T* pointer) const noexcept {
    static_assert(sizeof(T) > 0, "the class must be complete where its object is deleted");
    delete pointer;
  }
};

}  // namespace legate
