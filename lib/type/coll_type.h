// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/comm/coll_comm.h>

#include <cstddef>
#include <cstdint>

namespace legate::detail {

/// Calls `visit` with a value of the type, whatever value; for what is no type, returns what a default-constructed
/// result is.
template <typename Visit>
constexpr auto visit_coll_type(legate::comm::coll::CollDataType type, const Visit& visit) -> decltype(visit(0)) {
  using legate::comm::coll::CollDataType;
  switch (type) {
    case CollDataType::CollInt8:
      return visit(std::int8_t{});
    case CollDataType::CollChar:
      return visit(char{});
    case CollDataType::CollUint8:
      return visit(std::uint8_t{});
    case CollDataType::CollInt:
      return visit(int{});
    case CollDataType::CollUint32:
      return visit(std::uint32_t{});
    case CollDataType::CollInt64:
      return visit(std::int64_t{});
    case CollDataType::CollUint64:
      return visit(std::uint64_t{});
    case CollDataType::CollFloat:
      return visit(float{});
    case CollDataType::CollDouble:
      return visit(double{});
  }
  return {};
}

/// Bytes of an element; 0 for what is no type.
[[nodiscard]] constexpr std::size_t size_of(legate::comm::coll::CollDataType type) {
  return visit_coll_type(type, [](auto value) { return sizeof value; });
}

}  // namespace legate::detail
