// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/redop/redop.h>

#include <cstdint>

namespace legate::detail {

template <typename REDOP>
struct OperatorTag {
  using type = REDOP;
};

template <typename T, typename Visit>
void visit_ordered_operators(const Visit& visit) {
  visit(OperatorTag<SumReduction<T>>{});
  visit(OperatorTag<ProdReduction<T>>{});
  visit(OperatorTag<MaxReduction<T>>{});
  visit(OperatorTag<MinReduction<T>>{});
}

template <typename T, typename Visit>
void visit_integral_operators(const Visit& visit) {
  visit_ordered_operators<T>(visit);
  visit(OperatorTag<OrReduction<T>>{});
  visit(OperatorTag<AndReduction<T>>{});
  visit(OperatorTag<XORReduction<T>>{});
}

/// Calls `visit` with an OperatorTag of the class of each operator that is built in.
template <typename Visit>
void for_each_builtin_operator(const Visit& visit) {
  visit_integral_operators<bool>(visit);
  visit_integral_operators<std::int8_t>(visit);
  visit_integral_operators<std::int16_t>(visit);
  visit_integral_operators<std::int32_t>(visit);
  visit_integral_operators<std::int64_t>(visit);
  visit_integral_operators<std::uint8_t>(visit);
  visit_integral_operators<std::uint16_t>(visit);
  visit_integral_operators<std::uint32_t>(visit);
  visit_integral_operators<std::uint64_t>(visit);
  visit_ordered_operators<Half>(visit);
  visit_ordered_operators<float>(visit);
  visit_ordered_operators<double>(visit);
  visit(OperatorTag<SumReduction<Complex<float>>>{});
  visit(OperatorTag<ProdReduction<Complex<float>>>{});
  visit(OperatorTag<SumReduction<Complex<double>>>{});
}

}  // namespace legate::detail
