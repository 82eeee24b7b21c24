// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/redop/detail/reduction_operator.h>
#include <legate/utilities/identifiers.h>

#include <cstdint>

namespace legate::detail {

/// The operator with this id, which stays where it is for good. Built-in operators are there from the start. Any
/// thread.
/// @throws std::invalid_argument if no operator is registered under the id.
[[nodiscard]] const ReductionOperator& find_reduction_operator(GlobalRedopID id);

/// @throws std::invalid_argument if the id is taken.
void register_reduction_operator(GlobalRedopID id, ReductionOperator redop);

/// Gives out `count` unused ids and returns the first.
[[nodiscard]] std::int32_t reserve_reduction_operator_ids(std::int32_t count);

}  // namespace legate::detail
