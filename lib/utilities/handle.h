// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace legate::detail {

/// Throws std::logic_error: `function` (with its class, `LogicalStore::dim`) was called on a handle without an object.
[[noreturn]] void refuse_empty_handle(const char* function);

/// What a public handle refers to. One that was moved from refers to nothing; this costs a comparison to find out.
/// @throws std::logic_error then, naming class and function.
template <typename Pointer>
[[nodiscard]] auto& checked(const Pointer& object, const char* function) {
  if (object == nullptr) {
    refuse_empty_handle(function);
  }
  return *object;
}

/// The same for a handle that is passed to a function: the pointer itself.
template <typename Pointer>
[[nodiscard]] const Pointer& checked_pointer(const Pointer& object, const char* function) {
  static_cast<void>(checked(object, function));
  return object;
}

}  // namespace legate::detail
