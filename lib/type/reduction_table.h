// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/type/types.h>
#include <legate/utilities/identifiers.h>

#include <cstdint>

namespace legate::detail {

/// Which operator a kind of reduction means on a type, by the type's uid. The built-in operators are recorded when the
/// table is first asked. Any thread.
///
/// @throws std::invalid_argument if the pair is recorded already.
void record_reduction(const legate::Type& type, std::int32_t kind, GlobalRedopID redop);
/// @throws std::invalid_argument if nothing is recorded.
[[nodiscard]] GlobalRedopID find_reduction(const legate::Type& type, std::int32_t kind);

/// The id of the built-in operator of a kind on a primitive type: the same in every process.
[[nodiscard]] constexpr GlobalRedopID builtin_reduction_id(std::int32_t code, std::int32_t kind) {
  return static_cast<GlobalRedopID>(1 + code * 16 + kind);
}
/// What such an id is made of.
struct BuiltinReductionParts {
  std::int32_t code;
  std::int32_t kind;
};
[[nodiscard]] constexpr BuiltinReductionParts builtin_reduction_parts(std::int32_t id) {
  return {(id - 1) / 16, (id - 1) % 16};
}
/// Where the ids of operators of libraries start.
inline constexpr std::int32_t FIRST_LIBRARY_REDUCTION = 1024;

}  // namespace legate::detail
