// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/type/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace legate::detail {

/// The value behind every public type class. Immutable.
class TypeData {
 public:
  legate::Type::Code code{};
  std::uint32_t uid{};
  std::optional<std::uint32_t> size{};  // none for strings and lists
  std::uint32_t alignment{};
  std::string name{};
  std::vector<legate::Type> parts{};     // element type, or the types of the fields
  std::uint32_t count{};                 // elements of a fixed array
  std::vector<std::uint32_t> offsets{};  // of the fields of a struct
  bool aligned{};                        // a struct with C layout
};

}  // namespace legate::detail
